//! Two resellers: every operation with an id of the other reseller, in every place for an id, is answered exactly as with an id
//! that never existed.

use serde_json::{Value, json};

use crate::harness::{Answer, App, CUSTOMERS, Tenant};

/// Everything in an answer that a client can see, and the product's calls to the database for it.
async fn observed(app: &App, tenant: &Tenant, method: &str, rest: &str) -> (u16, Vec<(String, String)>, String, Vec<String>) {
    app.wire.take_calls();
    let body = json!({"name": "Mine now", "email": "mine@example.com"});
    let Answer { status, headers, body, .. } = app.reseller_api(method, rest).key(&tenant.key).json(&body).send().await;
    (status, headers, body, app.wire.take_operations())
}

#[tokio::test]
async fn the_others_customer_is_answered_as_one_that_never_existed() {
    let (app, mine) = App::with_reseller().await;
    let other = app.reseller("Harbour Telecom").await;
    let theirs = app.create(&other, "Theirs").await;
    let never = 999_999;
    let rows = app.all_rows().await;
    for (method, form) in [("GET", "{}/"), ("GET", "{}"), ("PUT", "{}/"), ("PUT", "{}"), ("DELETE", "{}/"), ("DELETE", "{}")] {
        let call = |id: u64| form.replace("{}", &id.to_string());
        let of_theirs = observed(&app, &mine, method, &call(theirs)).await;
        let of_never = observed(&app, &mine, method, &call(never)).await;
        assert_eq!(of_theirs, of_never, "{method} {form}");
        assert_eq!(of_theirs.0, 404);
    }
    assert_eq!(app.all_rows().await, rows);
    assert_eq!(app.reseller_api("GET", theirs).key(&other.key).send().await.expect(200).result()["name"], "Theirs");
}

#[tokio::test]
async fn what_the_others_customer_has_is_answered_as_what_never_existed() {
    let (app, mine) = App::with_reseller().await;
    let other = app.reseller("Harbour Telecom").await;
    let plan = json!({
        "sku": "voice", "description": "Voice", "payment_model": "payg", "billing_channel": "Azure", "billing_cycle": "month",
        "unit_price": "1", "currency": "EUR",
    });
    app.operate("operator-define-plan", plan).await.unwrap();
    let (my_user, their_user) =
        (app.service_user(&mine, &["read", "write"], None).await, app.service_user(&other, &["read", "write"], None).await);
    let (own, theirs) = (app.create(&mine, "Mine").await, app.create(&other, "Theirs").await);
    let bodies = [
        ("payment-options", json!({"type": "card", "token": "tok", "code": "A"})),
        ("subscriptions", json!({"sku": "voice", "code": "A"})),
    ];
    let call = async |user: &str, method: &str, path: String, body: &Value| {
        app.wire.take_calls();
        let answer = app.request(method, &format!("{CUSTOMERS}/{path}")).user(user).json(body).send().await;
        (answer.status, answer.headers, answer.body, app.wire.take_operations())
    };
    for (kind, body) in &bodies {
        assert_eq!(call(&their_user, "PUT", format!("{theirs}/{kind}"), body).await.0, 201);
    }
    let rows = app.all_rows().await;
    let never = 999_999;
    for (kind, body) in &bodies {
        for (method, form) in [("PUT", ""), ("GET", ""), ("GET", "/1"), ("POST", "/1"), ("GET", "/*A"), ("POST", "/*A")] {
            let of_theirs = call(&my_user, method, format!("{theirs}/{kind}{form}"), body).await;
            assert_eq!(of_theirs.0, 404, "{method} {kind}{form}");
            assert_eq!(of_theirs, call(&my_user, method, format!("{never}/{kind}{form}"), body).await, "{method} {kind}{form}");
            // An id that exists elsewhere is one that never existed for this customer.
            if !form.is_empty() {
                assert_eq!(call(&my_user, method, format!("{own}/{kind}{form}"), body).await.0, 404, "{method} {kind}{form}");
            }
        }
    }
    assert_eq!(app.all_rows().await, rows);
}

#[tokio::test]
async fn a_list_shows_only_ones_own_whatever_is_asked() {
    let (app, mine) = App::with_reseller().await;
    let other = app.reseller("Harbour Telecom").await;
    let own = app.create(&mine, "Shared Name").await;
    let theirs = app.create(&other, "Shared Name").await;
    for query in
        ["", "filter=name=shared name", "filter=email=customer@example.com", "filter=is_active=true", "sort=phone", "sort=name"]
    {
        let answer = app.list(&mine, &query.replace(' ', "%20")).await;
        assert_eq!(answer.ids(), [own], "{answer}");
        assert_eq!(answer.json()["total_results"], 1, "{answer}");
    }
    let of_theirs = app.list(&mine, &format!("filter=id={theirs}")).await;
    let of_never = app.list(&mine, "filter=id=999999").await;
    assert_eq!(of_theirs.body, of_never.body);
}

#[tokio::test]
async fn the_others_cursor_is_refused() {
    let (app, mine) = App::with_reseller().await;
    let other = app.reseller("Harbour Telecom").await;
    for name in ["A", "B", "C"] {
        app.create(&mine, name).await;
        app.create(&other, name).await;
    }
    for query in ["limit=1", "limit=1&sort=name&direction=desc", "limit=1&filter=is_active=true"] {
        let next = app.list(&other, query).await.next().unwrap();
        app.request("GET", &next).key(&other.key).send().await.expect(200);
        app.request("GET", &next).key(&mine.key).send().await.expect_faults(&["cursor"]);
    }
}

#[tokio::test]
async fn the_others_key_cannot_be_listed_or_revoked_under_ones_own_id() {
    let (app, mine) = App::with_reseller().await;
    let other = app.reseller("Harbour Telecom").await;
    let theirs = app.operate("operator-list-keys", json!({"reseller_id": other.id})).await.unwrap();
    let key_id = &theirs["keys"][0]["key_id"];
    let error = app.operate("operator-revoke-key", json!({"reseller_id": mine.id, "key_id": key_id})).await.unwrap_err();
    assert_eq!(error.0, "NOT_FOUND");
    app.list(&other, "").await;
}

#[tokio::test]
async fn no_customers_key_is_issued_for_the_others_customer() {
    let (app, mine) = App::with_reseller().await;
    let other = app.reseller("Harbour Telecom").await;
    let theirs = app.create(&other, "Theirs").await;
    let payload = |reseller: &Tenant, customer: u64| json!({"reseller_id": reseller.id, "kind": "customer", "permissions": ["read"], "label": "x", "customer_id": customer});
    let of_theirs = app.operate("operator-issue-key", payload(&mine, theirs)).await.unwrap_err();
    assert_eq!(of_theirs, ("NOT_FOUND".to_owned(), format!("Reseller {} has no customer {theirs}.", mine.id)));
    app.operate("operator-issue-key", payload(&other, theirs)).await.unwrap();
}
