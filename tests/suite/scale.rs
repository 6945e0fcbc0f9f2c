//! Lists of a reseller with 100,000 customers and 100,000 deleted ones, each of these with a licence: every request is answered within
//! its deadline, after which it would be 503.
//!
//! Ignored unless asked for, because it fills the table for minutes: `cargo test --profile light --test suite -- --ignored scale`.

use std::collections::{BTreeSet, HashMap};
use std::time::Instant;

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::join_all;
use serde_json::json;
use shared::domain::customer::CustomerId;
use shared::domain::licence::{LicenceId, LicenceKey};
use shared::domain::reseller::ResellerId;

use crate::harness::{Answer, App, RequestBuilder, Tenant};

const MANY: u64 = 100_000;

/// Puts as many customers that were deleted with a licence, straight into the table.
async fn deleted_with_licences(app: &App, tenant: &Tenant) {
    let text = |text: String| AttributeValue::S(text);
    let version = app.secret_version().await;
    let ids: Vec<u64> = (1_000_000..1_000_000 + MANY).collect();
    let batches = ids.chunks(12).map(|batch| {
        let version = &version;
        let rows = batch.iter().flat_map(move |&id| {
            let licence = LicenceId::new(CustomerId::new(id).unwrap(), 1).unwrap();
            let key = LicenceKey::generate(version, ResellerId::new(tenant.id).unwrap(), licence).unwrap();
            let header = [
                ("PK", text(format!("HEADERS#{}", tenant.id))),
                ("SK", text(format!("CUSTOMER#{id:016}"))),
                ("last_licence", AttributeValue::N("1".to_owned())),
                ("deleted_at", text("2026-01-01T00:00:00.000Z".to_owned())),
            ];
            let licence = [
                ("PK", text(format!("LICENCES#{}", tenant.id))),
                ("SK", text(format!("LICENCE#{id:016}#000001"))),
                ("id", AttributeValue::N(licence.number().to_string())),
                ("product", text("script".to_owned())),
                ("host", text(format!("host-{id}.example.com"))),
                ("key", text(key.reveal().to_owned())),
                ("issued_at", text("2025-01-01T00:00:00.000Z".to_owned())),
                ("revoked_at", AttributeValue::Null(true)),
            ];
            [
                HashMap::from(header.map(|(name, value)| (name.to_owned(), value))),
                HashMap::from(licence.map(|(name, value)| (name.to_owned(), value))),
            ]
        });
        app.put_rows(rows)
    });
    let mut batches = batches.peekable();
    while batches.peek().is_some() {
        join_all(batches.by_ref().take(8)).await;
    }
}

/// Sends a request, prints how long its answer took, and checks that there is one.
async fn timed(what: &str, request: RequestBuilder<'_>, statuses: &[u16]) -> Answer {
    let begun = Instant::now();
    let answer = request.send().await;
    println!("{what}: {} in {:?}, {} bytes", answer.status, begun.elapsed(), answer.body.len());
    assert!(statuses.contains(&answer.status), "{what}: {}", answer.status);
    answer
}

#[tokio::test]
#[ignore = "fills the table for minutes"]
async fn every_list_is_answered_with_100000_customers_and_100000_deleted_ones() {
    let (app, tenant) = App::with_reseller().await;
    let token = app.licensing_token(&tenant, &["read", "write"]).await;
    let second = app.account(&tenant).await;
    let writer = app.service_user(&tenant, &["read", "write"], None).await;
    let of_first = app.service_user(&tenant, &["read"], Some(&[tenant.account_id])).await;
    let of_second = app.service_user(&tenant, &["read"], Some(&[second])).await;
    for city in ["Paris", "Rome"] {
        let body = json!({"accountId": second, "firstName": "Ann", "lastName": "Lee", "city": city});
        app.request("PUT", "/api/v01/customers").user(&writer).json(&body).send().await.expect(201);
    }
    let model = app.create(&tenant, "Model").await;
    app.fill(&tenant, model, "Crowd", MANY).await;
    deleted_with_licences(&app, &tenant).await;
    app.wire.take_calls();

    for sort in ["id", "name", "email", "is_active", "registration_date", "last_modified"] {
        for query in [format!("sort={sort}&limit=1000"), format!("sort={sort}&direction=desc&filter=name=crowd+050000")] {
            timed(&query, app.reseller_api("GET", format!("?{query}")).key(&tenant.key), &[200]).await;
        }
    }
    for (what, user) in [("all accounts", &writer), ("the large account", &of_first), ("the small account", &of_second)] {
        for query in ["", "limit=1000", "organizationName=crowd+050000"] {
            let request = app.request("GET", &format!("/api/v01/customers?{query}")).user(user);
            timed(&format!("find {query} of {what}"), request, &[200]).await;
        }
    }
    for query in ["city=paris", "offset=1", "phone=%2B1234567", "lastName=lee"] {
        let request = app.request("GET", &format!("/api/v01/customers?{query}")).user(&of_second);
        timed(&format!("find {query} of the small account"), request, &[200]).await;
    }
    for (path, id, expected) in [("/api/customers", "customer_id", MANY + 3), ("/api/licenses", "license_id", MANY)] {
        let (mut next, mut met) = (Some(path.to_owned()), BTreeSet::new());
        while let Some(path) = next {
            let answer = timed(&path[..path.len().min(40)], app.request("GET", &path).token(&token), &[200]).await;
            met.extend(answer.json().as_array().unwrap().iter().map(|one| one[id].as_u64().unwrap()));
            next = answer.next();
        }
        assert_eq!(met.len() as u64, expected, "{path}");
    }
}
