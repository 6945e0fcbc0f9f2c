//! The callers that are refused: every operation without a key, with a wrong key of each kind, and with the right one; and that a
//! refused call writes nothing.

use serde_json::json;
use shared::domain::credential::Subject;

use crate::harness::{Answer, App};

struct Operation {
    method: &'static str,
    rest: String,
    writes: bool,
    success: u16,
}

fn operations(id: u64) -> Vec<Operation> {
    let operation = |method, rest: String, writes, success| Operation { method, rest, writes, success };
    vec![
        operation("POST", String::new(), true, 201),
        operation("GET", String::new(), false, 200),
        operation("GET", format!("{id}/"), false, 200),
        operation("PUT", format!("{id}/"), true, 201),
        operation("DELETE", format!("{id}/"), true, 204),
    ]
}

async fn send(app: &App, operation: &Operation, key: Option<&str>) -> Answer {
    let body = json!({"name": "Changed", "email": "changed@example.com"});
    let request = app.reseller_api(operation.method, &operation.rest).json(&body);
    match key {
        Some(key) => request.key(key).send().await,
        None => request.send().await,
    }
}

#[tokio::test]
async fn every_operation_turns_away_who_may_not_call_it_and_writes_nothing() {
    let (app, tenant) = App::with_reseller().await;
    let keys = app.keys(&tenant).await;
    let id = app.create(&tenant, "Acme").await;
    let unknown = app.token_without_record(tenant.id, Subject::Reseller).await;
    let of_nobody = app.token_without_record(4_711, Subject::Reseller).await;
    let mistyped = tenant.key.replace(char::is_lowercase, "x");
    let upper_case = tenant.key.to_uppercase();
    let with_more = format!("{}x", tenant.key);
    let refused = [
        (None, 401, "MISSING_API_KEY"),
        (Some(""), 401, "MISSING_API_KEY"),
        (Some("   "), 401, "MISSING_API_KEY"),
        (Some("nonsense"), 401, "INVALID_API_KEY"),
        (Some("sk_reseller_"), 401, "INVALID_API_KEY"),
        (Some(mistyped.as_str()), 401, "INVALID_API_KEY"),
        (Some(&upper_case), 401, "INVALID_API_KEY"),
        (Some(&with_more), 401, "INVALID_API_KEY"),
        (Some(unknown.reveal()), 401, "INVALID_API_KEY"),
        (Some(of_nobody.reveal()), 401, "INVALID_API_KEY"),
        (Some(&keys.expired), 401, "INVALID_API_KEY"),
        (Some(&keys.revoked), 401, "KEY_REVOKED"),
        (Some(&keys.customer), 403, "FORBIDDEN"),
    ];
    let rows = app.all_rows().await;
    for operation in operations(id) {
        for (key, status, code) in refused {
            send(&app, &operation, key).await.expect_error(status, code);
        }
        let without_permission = if operation.writes { &keys.read_only } else { &keys.write_only };
        send(&app, &operation, Some(without_permission)).await.expect_error(403, "FORBIDDEN");
    }
    assert_eq!(app.all_rows().await, rows);

    for operation in operations(id) {
        let with_permission = if operation.writes { &keys.write_only } else { &keys.read_only };
        send(&app, &operation, Some(with_permission)).await.expect(operation.success);
    }
}

#[tokio::test]
async fn the_caller_comes_before_the_form_and_the_form_before_the_data() {
    let (app, tenant) = App::with_reseller().await;
    let keys = app.keys(&tenant).await;
    let bad_calls = [
        ("POST", "", "{"),
        ("POST", "", r#"{"name": 5}"#),
        ("GET", "?limit=0&sort=shoe", ""),
        ("GET", "abc/", ""),
        ("PUT", "abc/", "{"),
        ("PUT", "999/", "{"),
        ("DELETE", "abc/", ""),
    ];
    for (method, rest, body) in bad_calls {
        let call = |key: &str| app.reseller_api(method, rest).key(key).body(body).send();
        call("").await.expect_error(401, "MISSING_API_KEY");
        call("nonsense").await.expect_error(401, "INVALID_API_KEY");
        call(&keys.expired).await.expect_error(401, "INVALID_API_KEY");
        call(&keys.revoked).await.expect_error(401, "KEY_REVOKED");
        call(&keys.customer).await.expect_error(403, "FORBIDDEN");
        let without_permission = if method == "GET" { &keys.write_only } else { &keys.read_only };
        call(without_permission).await.expect_error(403, "FORBIDDEN");
        call(&tenant.key).await.expect(400);
    }
    let nobody = app.reseller_api("PUT", "999/").key(&tenant.key).json(&json!({"name": "A", "email": "a@example.com"}));
    nobody.send().await.expect_error(404, "NOT_FOUND");
}

#[tokio::test]
async fn validation_names_every_faulty_field_at_once() {
    let (app, tenant) = App::with_reseller().await;
    let id = app.create(&tenant, "Acme").await;
    let rows = app.all_rows().await;
    for (method, rest) in [("POST", String::new()), ("PUT", format!("{id}/")), ("PUT", "999/".to_owned())] {
        let send = |body| app.reseller_api(method, &rest).key(&tenant.key).json(&body).send();
        send(json!({})).await.expect_faults(&["name", "email"]);
        send(json!({"name": null, "email": ""})).await.expect_faults(&["name", "email"]);
        send(json!({"name": " ", "email": " "})).await.expect_faults(&["name", "email"]);
        let answer = send(json!({"name": 1, "email": "no", "phone": "12", "is_active": "yes"})).await;
        let answer = answer.expect_faults(&["name", "email", "phone", "is_active"]);
        assert_eq!(answer.json()["details"]["name"], "must be a text", "{answer}");
        assert_eq!(answer.json()["details"]["is_active"], "must be true or false", "{answer}");
        send(json!({"name": "A", "email": "a@example.com", "phone": 31012345678_u64})).await.expect_faults(&["phone"]);
    }
    assert_eq!(app.all_rows().await, rows);
}

#[tokio::test]
async fn a_revoked_key_is_refused_from_the_next_request_on() {
    let (app, tenant) = App::with_reseller().await;
    app.list(&tenant, "").await;
    let keys = app.operate("operator-list-keys", json!({"reseller_id": tenant.id})).await.unwrap();
    let revocation = json!({"reseller_id": tenant.id, "key_id": keys["keys"][0]["key_id"]});
    app.operate("operator-revoke-key", revocation).await.unwrap();
    app.reseller_api("GET", "").key(&tenant.key).send().await.expect_error(401, "KEY_REVOKED");
}

#[tokio::test]
async fn a_customers_key_ends_with_the_customer() {
    let (app, tenant) = App::with_reseller().await;
    let id = app.create(&tenant, "Acme").await;
    let payload =
        json!({"reseller_id": tenant.id, "kind": "customer", "permissions": ["read"], "label": "portal", "customer_id": id});
    let key = app.operate("operator-issue-key", payload).await.unwrap()["token"].as_str().unwrap().to_owned();
    for rest in [format!("{id}/"), String::new()] {
        app.reseller_api("GET", &rest).key(&key).send().await.expect_error(403, "FORBIDDEN");
    }
    app.reseller_api("DELETE", id).key(&tenant.key).send().await.expect(204);
    for rest in [format!("{id}/"), String::new()] {
        app.reseller_api("GET", &rest).key(&key).send().await.expect_error(401, "INVALID_API_KEY");
    }
}

#[tokio::test]
async fn nothing_is_answered_behind_a_route() {
    let (app, tenant) = App::with_reseller().await;
    let id = app.create(&tenant, "Acme").await;
    for rest in [format!("{id}/x"), format!("{id}//"), "//".to_owned()] {
        app.reseller_api("GET", rest).key(&tenant.key).send().await.expect(404);
    }
}
