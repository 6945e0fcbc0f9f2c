//! The activity of a reseller: one entry for each change, through whichever door it was made.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use crate::harness::{ApiCall, App, CUSTOMERS, Clients, Effect};

/// The entries of all pages, newest first.
async fn entries(clients: &Clients, query: &str) -> Vec<Value> {
    let mut next = Some(format!("/api/v3/reseller/activity/?{query}"));
    let mut found = Vec::new();
    while let Some(path) = next {
        let page = clients.app.request("GET", &path).key(&clients.tenant.key).send().await.expect(200);
        let body = page.json();
        assert_eq!(
            (body["total_results"].clone(), body["count"].as_u64()),
            (Value::Null, Some(page.result().as_array().unwrap().len() as u64))
        );
        found.extend(body["result"].as_array().unwrap().iter().cloned());
        next = page.next();
    }
    found
}

/// What an entry says was done, without its time and who did it.
fn done(entry: &Value) -> (String, Value, Value, Value) {
    (entry["action"].as_str().unwrap().to_owned(), entry["customer"].clone(), entry["object"].clone(), entry["fields"].clone())
}

#[tokio::test]
async fn every_change_through_any_api_has_an_entry_that_says_who_changed_what() {
    let clients = Clients::start().await;
    let before = entries(&clients, "").await.len();
    let key_of = |token: &str| shared::domain::hash::sha256_hex(token)[..12].to_owned();
    let customer = |id: u64| json!({"kind": "customer", "id": id});
    let put = |name: &str, active: bool| {
        ApiCall::json(
            "PUT",
            "/api/v3/reseller/customer/1/",
            &json!({"name": name, "email": "a@example.com", "is_active": active}),
        )
    };
    let new = json!({"accountId": clients.tenant.account_id, "firstName": "Ann", "lastName": "Lee", "code": "A-1"});
    let licence = json!({"kind": "licence", "id": 1_000_001});
    let of_reseller = ("reseller", key_of(&clients.tenant.key), "first key");
    let of_licensing = ("licensing", key_of(&clients.token), "licensing test");
    let of_management = ("service_user", key_of(&clients.user), "test");
    let body = json!({"name": "Acme", "email": "a@example.com"});
    let calls = [
        (
            ApiCall::json("POST", "/api/v3/reseller/customer/", &body),
            &of_reseller,
            Some(("customer.created", json!(1), customer(1), json!(["organization", "email", "is_active", "account_id"]))),
        ),
        (
            put("Acme Ltd", false),
            &of_reseller,
            Some(("customer.updated", json!(1), customer(1), json!(["organization", "is_active"]))),
        ),
        (put("Acme Ltd", false), &of_reseller, None),
        (
            ApiCall::form("PUT", "/api/customer/1", "lastname=Lee&email=b%40example.com"),
            &of_licensing,
            Some(("customer.updated", json!(1), customer(1), json!(["last_name", "email"]))),
        ),
        (
            ApiCall::json("PUT", CUSTOMERS, &new),
            &of_management,
            Some((
                "customer.created",
                json!(2),
                customer(2),
                json!(["first_name", "last_name", "is_active", "code", "account_id"]),
            )),
        ),
        (
            ApiCall::json("POST", format!("{CUSTOMERS}/*A-1"), &json!({"city": "Delft", "firstName": "Ann"})),
            &of_management,
            Some(("customer.updated", json!(2), customer(2), json!(["city"]))),
        ),
        (
            ApiCall::form("POST", "/api/license", "customer_id=1&product=Script&host=h.example.com"),
            &of_licensing,
            Some(("licence.created", json!(1), licence.clone(), json!(["product", "host"]))),
        ),
        (
            ApiCall::new("DELETE", "/api/license/1000001"),
            &of_licensing,
            Some(("licence.revoked", json!(1), licence.clone(), json!([]))),
        ),
        (ApiCall::new("DELETE", "/api/license/1000001"), &of_licensing, None),
        (
            ApiCall::new("DELETE", "/api/v3/reseller/customer/1/"),
            &of_reseller,
            Some(("customer.deleted", json!(1), customer(1), json!([]))),
        ),
        (ApiCall::new("DELETE", "/api/customer/2"), &of_licensing, Some(("customer.deleted", json!(2), customer(2), json!([])))),
        (ApiCall::new("DELETE", "/api/customer/2"), &of_licensing, None),
    ];
    let mut expected = Vec::new();
    for (call, actor, entry) in calls {
        clients.send(call, &[]).await;
        if let Some((action, customer, object, fields)) = entry {
            let (kind, id, label) = actor;
            expected.push(((action.to_owned(), customer, object, fields), json!({"kind": kind, "id": id, "label": label})));
        }
        let found = entries(&clients, "limit=3").await;
        assert_eq!(found.len() - before, expected.len());
        let newest = &found[0];
        assert_eq!((done(newest), newest["actor"].clone()), expected.last().unwrap().clone(), "{newest}");
    }
    let found = entries(&clients, "").await;
    let keys: Vec<&String> = found[0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "time", "actor", "action", "customer", "object", "fields"]);
    assert!(found.iter().map(|entry| entry["id"].as_str().unwrap()).is_sorted_by(|newer, older| newer > older), "{found:?}");
    assert!(found.iter().map(|entry| entry["time"].as_str().unwrap()).is_sorted_by(|newer, older| newer >= older), "{found:?}");
    clients.app.audit(&clients.tenant).await;
}

#[tokio::test]
async fn every_change_by_an_operator_has_an_entry_without_a_name() {
    let app = App::start().await;
    let tenant = app.reseller("Northwind Resale").await;
    let id = tenant.id;
    let operate = async |function: &str, payload: Value| app.operate(function, payload).await.unwrap();
    let customer = app.create(&tenant, "Acme").await;
    let issue = json!({
        "reseller_id": id, "kind": "customer", "permissions": ["read"], "label": "of Ann Lee", "customer_id": customer,
    });
    let issued = operate("operator-issue-key", issue).await;
    let of = |key: &Value| json!({"reseller_id": id, "key_id": key["key_id"]});
    operate("operator-add-account", json!({"reseller_id": id})).await;
    operate("operator-suspend-reseller", json!({"reseller_id": id})).await;
    operate("operator-suspend-reseller", json!({"reseller_id": id})).await;
    operate("operator-resume-reseller", json!({"reseller_id": id})).await;
    let rotated = operate("operator-rotate-key", of(&issued)).await;
    operate("operator-revoke-key", of(&issued)).await;
    operate("operator-revoke-key", of(&issued)).await;
    // All keys are revoked, the one with which the entries are read too.
    operate("operator-revoke-keys", json!({"reseller_id": id})).await;
    let issue = json!({"reseller_id": id, "kind": "reseller", "permissions": ["read", "write"], "label": "reader"});
    let reader = operate("operator-issue-key", issue).await;

    let list = app.request("GET", "/api/v3/reseller/activity/?limit=100").key(reader["token"].as_str().unwrap());
    let found = list.send().await.expect(200).json()["result"].as_array().unwrap().clone();
    let key = |key: &Value| json!({"kind": "key", "id": key["key_id"]});
    let reseller = json!({"kind": "reseller", "id": id});
    let first_key = json!({"kind": "key", "id": shared::domain::hash::sha256_hex(&tenant.key)[..12]});
    let by_operators: Vec<_> = found.iter().filter(|entry| entry["action"] != "customer.created").collect();
    for entry in &by_operators {
        assert_eq!(entry["actor"], json!({"kind": "operator", "id": null, "label": null}));
        assert!(!entry.to_string().contains("Ann Lee"), "{entry}");
    }
    let mut told: Vec<_> = by_operators.iter().rev().map(|entry| done(entry)).collect();
    // What one transaction did, and what was revoked at the same time, is in no particular order.
    told.sort_by_key(|(action, ..)| action.clone());
    let none = Value::Null;
    let tell =
        |action: &str, customer: &Value, object: Value, fields: Value| (action.to_owned(), customer.clone(), object, fields);
    let of_customer = json!(customer);
    let mut expected = vec![
        tell("reseller.created", &none, reseller.clone(), json!(["name", "account_ids"])),
        tell("key.issued", &none, first_key.clone(), json!([])),
        tell("key.issued", &of_customer, key(&issued), json!([])),
        tell("reseller.updated", &none, reseller.clone(), json!(["account_ids"])),
        tell("reseller.updated", &none, reseller.clone(), json!(["suspended_at"])),
        tell("reseller.updated", &none, reseller, json!(["suspended_at"])),
        tell("key.issued", &of_customer, key(&rotated), json!([])),
        tell("key.updated", &of_customer, key(&issued), json!(["valid_until"])),
        tell("key.revoked", &of_customer, key(&issued), json!([])),
        tell("key.issued", &none, key(&reader), json!([])),
    ];
    expected.sort_by_key(|(action, ..)| action.clone());
    let all_revoked: BTreeSet<String> =
        told.iter().filter(|(action, ..)| action == "key.revoked").map(|(_, _, object, _)| object.to_string()).collect();
    let keys = BTreeSet::from([first_key.to_string(), key(&issued).to_string(), key(&rotated).to_string()]);
    assert_eq!(all_revoked, keys);
    told.retain(|(action, _, object, _)| action != "key.revoked" || *object == key(&issued));
    assert_eq!(told, expected);
}

#[tokio::test]
async fn pages_meet_each_entry_once_and_the_entries_of_one_customer_are_told_apart() {
    let clients = Clients::start().await;
    let ids = [clients.create().await, clients.create().await];
    for round in 0..12 {
        for id in ids {
            clients
                .send(ApiCall::form("PUT", format!("/api/customer/{id}"), &format!("company=C{round}")), &[])
                .await
                .expect(200);
        }
    }
    let all = entries(&clients, "limit=1000").await;
    assert_eq!(all.len(), 4 + 2 + 24);
    for limit in [1, 3, 10, 29, 30, 31] {
        assert_eq!(entries(&clients, &format!("limit={limit}")).await, all, "{limit}");
    }
    assert_eq!(entries(&clients, "").await, all);
    for id in ids {
        let of_one: Vec<_> = all.iter().filter(|entry| entry["customer"] == id).cloned().collect();
        assert_eq!(of_one.len(), 13);
        for limit in [1, 5, 13, 14] {
            assert_eq!(entries(&clients, &format!("customer={id}&limit={limit}")).await, of_one, "{id} {limit}");
        }
    }
    assert_eq!(entries(&clients, "customer=99").await, Vec::<Value>::new());
    assert_eq!(entries(&clients, "customer=99999999999999999999").await, Vec::<Value>::new());
}

/// Moves all entries of the reseller to the month of another time: copies of their rows, in another partition.
async fn age(clients: &Clients, months: &[&str]) {
    let client = clients.app.raw_client();
    let table = clients.app.store.table_name();
    let rows = client.scan().table_name(table).into_paginator().items().send().collect::<Result<Vec<_>, _>>().await.unwrap();
    let rows: Vec<_> = rows.into_iter().filter(|row| row["PK"].as_s().unwrap().starts_with("ACTIVITY#")).collect();
    for (place, row) in rows.into_iter().enumerate() {
        let delete = client.delete_item().table_name(table).key("PK", row["PK"].clone()).key("SK", row["SK"].clone());
        delete.send().await.unwrap();
        let time: shared::domain::timestamp::Timestamp = months[place % months.len()].parse().unwrap();
        let id = shared::domain::activity::EntryId::generate(time).unwrap();
        let mut moved = row.clone();
        let text = |text: String| AttributeValue::S(text);
        moved.insert("PK".to_owned(), text(format!("ACTIVITY#{}#{}", clients.tenant.id, time.month())));
        moved.insert("SK".to_owned(), text(id.to_string()));
        moved.insert("id".to_owned(), text(id.to_string()));
        moved.insert("time".to_owned(), text(time.to_string()));
        clients.app.put_rows(std::iter::once(moved)).await;
    }
}

/// Lets the reseller be as old as this.
async fn since(clients: &Clients, time: &str) {
    let key = |sort: &str| AttributeValue::S(sort.to_owned());
    let update = clients.app.raw_client().update_item().table_name(clients.app.store.table_name());
    let update = update.key("PK", key(&format!("RESELLER#{}", clients.tenant.id))).key("SK", key("RESELLER"));
    update.update_expression("SET created_at = :time").expression_attribute_values(":time", key(time)).send().await.unwrap();
}

#[tokio::test]
async fn entries_of_four_hundred_days_are_shown_over_all_months() {
    use shared::domain::timestamp::Timestamp;
    let clients = Clients::start().await;
    for _ in 0..6 {
        clients.create().await;
    }
    let day = std::time::Duration::from_secs(24 * 60 * 60);
    let ago = |days: u32| Timestamp::now().minus(day * days).to_string();
    let (recent, last_year, oldest, too_old) = (ago(1), ago(200), ago(399), ago(401));
    age(&clients, &[&recent, &last_year, &oldest, &too_old]).await;
    since(&clients, &ago(1000)).await;
    let times = |found: &[Value]| found.iter().map(|entry| entry["time"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let all = times(&entries(&clients, "limit=100").await);
    assert_eq!(all.iter().filter(|time| **time == recent).count(), 3);
    assert_eq!(all.iter().filter(|time| **time == last_year).count(), 3);
    assert!(all.contains(&oldest) && !all.contains(&too_old), "{all:?}");
    for limit in [1, 2, 5] {
        assert_eq!(times(&entries(&clients, &format!("limit={limit}")).await), all, "{limit}");
    }
    clients.app.wire.take_calls();
    clients.app.request("GET", "/api/v3/reseller/activity/?limit=100").key(&clients.tenant.key).send().await.expect(200);
    let calls = clients.app.wire.take_calls().len();
    assert!((15..=17).contains(&calls), "the caller, 14 or 15 months, the labels: {calls}");
    clients.app.request("GET", "/api/v3/reseller/activity/?limit=2").key(&clients.tenant.key).send().await.expect(200);
    assert!(clients.app.wire.take_calls().len() <= 4, "the caller, at most two months, the labels");
}

#[tokio::test]
async fn a_page_reads_at_most_a_thousand_entries_and_says_where_to_go_on() {
    let clients = Clients::start().await;
    let id = clients.create().await;
    let client = clients.app.raw_client();
    let rows = client.scan().table_name(clients.app.store.table_name()).send().await.unwrap();
    let of_customer = |row: &&std::collections::HashMap<String, AttributeValue>| {
        row["PK"].as_s().unwrap().starts_with("ACTIVITY#") && row.get("customer").is_some_and(AttributeValue::is_n)
    };
    let model = rows.items().iter().find(of_customer).unwrap().clone();
    // 2,500 newer entries of another customer.
    let later = shared::domain::timestamp::Timestamp::now();
    let newer: Vec<_> = (0..2_500)
        .map(|_| {
            let id = shared::domain::activity::EntryId::generate(later).unwrap();
            let mut row = model.clone();
            row.insert("SK".to_owned(), AttributeValue::S(id.to_string()));
            row.insert("id".to_owned(), AttributeValue::S(id.to_string()));
            row.insert("customer".to_owned(), AttributeValue::N("77".to_owned()));
            row
        })
        .collect();
    for rows in newer.chunks(25) {
        clients.app.put_rows(rows.iter().cloned()).await;
    }
    let mut next = Some(format!("/api/v3/reseller/activity/?customer={id}"));
    let mut counts = Vec::new();
    while let Some(path) = next {
        clients.app.wire.take_calls();
        let page = clients.app.request("GET", &path).key(&clients.tenant.key).send().await.expect(200);
        counts.push(page.json()["count"].as_u64().unwrap());
        let read: u64 = clients.app.wire.take_calls().iter().filter_map(|call| call.response["ScannedCount"].as_u64()).sum();
        assert!(read <= 1_000, "{read} entries were read");
        next = page.next();
    }
    assert_eq!(counts, [0, 0, 1]);
}

#[tokio::test]
async fn parameters_are_checked_and_a_cursor_is_of_its_list() {
    let clients = Clients::start().await;
    let id = clients.create().await;
    let list = async |query: &str| {
        clients.app.request("GET", &format!("/api/v3/reseller/activity/?{query}")).key(&clients.tenant.key).send().await
    };
    for (query, faults) in [
        ("limit=0", vec!["limit"]),
        ("limit=1001", vec!["limit"]),
        ("limit=", vec!["limit"]),
        ("customer=x&limit=-1", vec!["customer", "limit"]),
        ("customer=1&customer=2", vec!["customer"]),
        ("offset=0", vec!["offset"]),
        ("sort=id", vec!["sort"]),
        ("direction=asc", vec!["direction"]),
        ("filter=action=customer.created", vec!["filter"]),
        ("cursor=x", vec!["cursor"]),
        ("%zz=1&limit=x", vec!["%zz", "limit"]),
    ] {
        let answer = list(query).await.expect_error(400, "VALIDATION_ERROR");
        let details: BTreeSet<String> = answer.json()["details"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(details, faults.iter().map(|fault| (*fault).to_owned()).collect(), "{answer}");
    }
    for query in ["sort=time", "direction=desc", "colour=red", "limit=1000", "sort=time&direction=desc&limit=1"] {
        list(query).await.expect(200);
    }
    let next = list("limit=1").await.next().unwrap();
    let (_, cursor) = next.split_once("cursor=").unwrap();
    list(&format!("limit=2&cursor={cursor}")).await.expect(200);
    list(&format!("customer={id}&cursor={cursor}")).await.expect_faults(&["cursor"]);
    let customers = clients.app.reseller_api("GET", format!("?cursor={cursor}")).key(&clients.tenant.key).send().await;
    customers.expect_faults(&["cursor"]);
    let other = clients.app.reseller("Harbour Telecom").await;
    clients.app.request("GET", &next).key(&other.key).send().await.expect_faults(&["cursor"]);
}

#[tokio::test]
async fn a_reseller_sees_its_own_entries_only_and_only_with_a_key_that_reads() {
    let clients = Clients::start().await;
    let other = clients.app.reseller("Harbour Telecom").await;
    clients.create().await;
    let keys = clients.app.keys(&clients.tenant).await;
    let list = async |key: &str| clients.app.request("GET", "/api/v3/reseller/activity").key(key).send().await;
    let of_other = list(&other.key).await.expect(200).json();
    assert_eq!(of_other["count"], 2, "its own provisioning and its first key");
    assert!(of_other["result"].as_array().unwrap().iter().all(|entry| entry["customer"].is_null()));
    list(&keys.read_only).await.expect(200);
    for key in [&keys.write_only, &keys.customer] {
        list(key).await.expect_error(403, "FORBIDDEN");
    }
    list(&keys.revoked).await.expect_error(401, "KEY_REVOKED");
    list(&keys.expired).await.expect_error(401, "INVALID_API_KEY");
    clients.app.request("GET", "/api/v3/reseller/activity").send().await.expect_error(401, "MISSING_API_KEY");
    clients.app.wire.take_calls();
    let query = "/api/v3/reseller/activity?limit=0";
    clients.app.request("GET", query).key(&keys.revoked).send().await.expect_error(401, "KEY_REVOKED");
}

#[tokio::test]
async fn a_change_that_is_not_made_has_no_entry_and_one_whose_answer_is_lost_has_one() {
    let clients = Clients::start().await;
    let id = clients.create().await;
    let put = |name: &str| ApiCall::form("PUT", format!("/api/customer/{id}"), &format!("company={name}"));
    let before = entries(&clients, "").await;
    clients.app.wire.fail("TransactWriteItems", usize::MAX, |_| Effect::Break);
    clients.send(put("B"), &[]).await.expect(503);
    clients.app.wire.mend();
    assert_eq!(entries(&clients, "").await, before);
    clients.app.wire.fail("TransactWriteItems", usize::MAX, |_| Effect::LoseAnswer);
    clients.send(put("C"), &[]).await.expect(503);
    clients.app.wire.mend();
    let after = entries(&clients, "").await;
    assert_eq!(after[1..], before);
    assert_eq!(after[0]["action"], "customer.updated");
    clients.app.audit(&clients.tenant).await;
}
