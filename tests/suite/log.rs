//! What a log line says: enough to list what a leaked key did, and nothing of what was sent. (The harness searches the lines of
//! every request of the suite for secrets and personal data.)

use serde_json::{Value, json};

use crate::harness::{App, Effect};

/// The one line of the last request.
fn line(app: &App) -> Value {
    let lines = app.last_log();
    assert_eq!(lines.len(), 1, "{lines:?}");
    lines[0].clone()
}

#[tokio::test]
async fn a_line_names_the_function_both_request_ids_the_reseller_the_key_and_the_customer() {
    let (app, tenant) = App::with_reseller().await;
    let token = app.licensing_token(&tenant, &["read", "write"]).await;
    let user = app.service_user(&tenant, &["read", "write"], None).await;
    let keys = app.operate("operator-list-keys", json!({"reseller_id": tenant.id})).await.unwrap();
    let key_id = |kind: &str| keys["keys"].as_array().unwrap().iter().find(|key| key["kind"] == kind).unwrap()["key_id"].clone();
    let id = app.create(&tenant, "Acme").await;
    let expect = |function: &str, kind: &str, customer: Value, status: u64| {
        let line = line(&app);
        let span = &line["span"];
        assert_eq!(
            (&span["function"], &span["request_id"], &span["gateway_request_id"]),
            (&json!(function), &json!("test"), &json!("test"))
        );
        assert_eq!((&span["reseller"], &span["key"], &span["customer"]), (&json!(tenant.id), &key_id(kind), &customer), "{line}");
        assert_eq!(
            (&line["status"], line["calls"].is_u64(), line["capacity_units"].is_f64()),
            (&json!(status), true, true),
            "{line}"
        );
    };
    expect("reseller-create-customer", "reseller", json!(id), 201);
    app.reseller_api("GET", id).key(&tenant.key).send().await.expect(200);
    expect("reseller-get-customer", "reseller", json!(id), 200);
    app.list(&tenant, "").await;
    expect("reseller-list-customers", "reseller", Value::Null, 200);
    app.reseller_api("GET", 4_711).key(&tenant.key).send().await.expect(404);
    expect("reseller-get-customer", "reseller", Value::Null, 404);

    let form = format!("customer_id={id}&product=p&host=a.example.com");
    let licence = app.request("POST", "/api/license").token(&token).form(&form).send().await.expect(201).json();
    expect("licensing-create-license", "licensing", json!(id), 201);
    app.request("DELETE", "/api/license/1000001").token(&token).send().await.expect(410);
    expect("licensing-delete-license", "licensing", json!(id), 410);
    app.request("GET", &format!("/api/v01/customers/{id}")).user(&user).send().await.expect(200);
    expect("management-load-customer", "service_user", json!(id), 200);

    let check = format!("/api/license/check?key={}&host=a.example.com", licence["key"].as_str().unwrap());
    app.request("GET", &check).send().await.expect(403);
    let line = line(&app);
    assert_eq!((&line["span"]["reseller"], &line["span"]["customer"]), (&json!(tenant.id), &json!(id)), "{line}");
}

#[tokio::test]
async fn a_refusal_names_the_key_that_was_refused_and_an_unknown_one_nobody() {
    let (app, tenant) = App::with_reseller().await;
    let keys = app.keys(&tenant).await;
    for (key, error) in [
        (&keys.revoked, "refused: a revoked credential"),
        (&keys.expired, "refused: no valid credential"),
        (&keys.customer, "refused: a credential that does not allow this call"),
    ] {
        app.reseller_api("GET", "").key(key).send().await;
        let line = line(&app);
        assert_eq!(line["error"], error, "{line}");
        assert!(line["span"]["reseller"] == tenant.id && line["span"]["key"].is_string(), "{line}");
    }
    app.reseller_api("GET", "").key("sk_reseller_nonsense").send().await.expect(401);
    let line = line(&app);
    assert!(line["span"]["reseller"].is_null() && line["span"]["key"].is_null(), "{line}");
}

#[tokio::test]
async fn a_line_of_an_operator_names_the_reseller_and_the_key_and_never_the_payload() {
    let (app, tenant) = App::with_reseller().await;
    let payload = json!({"reseller_id": tenant.id, "kind": "reseller", "permissions": ["read"], "label": "Nightly Import 7"});
    let issued = app.operate("operator-issue-key", payload).await.unwrap();
    let of_issue = line(&app);
    assert_eq!((&of_issue["span"]["reseller"], &of_issue["span"]["key"]), (&json!(tenant.id), &issued["key_id"]), "{of_issue}");
    app.operate("operator-revoke-key", json!({"reseller_id": tenant.id, "key_id": issued["key_id"]})).await.unwrap();
    let of_revocation = line(&app);
    assert_eq!(of_revocation["span"]["key"], issued["key_id"], "{of_revocation}");
    assert_eq!(of_revocation["span"]["function"], "operator-revoke-key");

    // An operator may paste any text anywhere.
    app.operate("operator-revoke-key", json!({"reseller_id": tenant.key, "key_id": 7})).await.unwrap_err();
    assert_eq!(line(&app)["error"], "a wrong payload");
    app.operate("operator-revoke-key", json!({tenant.key.as_str(): 1})).await.unwrap_err();
    assert!(!line(&app).to_string().contains(&tenant.key));
}

#[tokio::test]
async fn what_the_store_says_is_not_repeated() {
    let (app, tenant) = App::with_reseller().await;
    let id = app.create(&tenant, "Acme").await;
    let said =
        json!({"__type": "com.amazonaws.dynamodb.v20120810#ValidationException", "message": "Ann Rivers, ann@example.com"});
    app.wire.fail("BatchGetItem", usize::MAX, move |_| Effect::Answer(400, said.clone()));
    app.reseller_api("GET", id).key(&tenant.key).send().await.expect(500);
    let refused = line(&app);
    assert_eq!(refused["error"], "the store refused: 400 ValidationException", "{refused}");

    // A row in another form, whose values serde would repeat.
    app.reseller_api("GET", id).key(&tenant.key).send().await;
    app.wire.mend();
    app.wire.take_calls();
    app.reseller_api("GET", id).key(&tenant.key).send().await.expect(200);
    let mut read = app.wire.take_calls().remove(0).response;
    for row in read["Responses"].as_object_mut().unwrap().values_mut().next().unwrap().as_array_mut().unwrap() {
        if row.get("registration").is_none() && row.get("organization").is_some() {
            row["created_at"] = json!({"S": "Ann Rivers"});
        }
    }
    app.wire.fail("BatchGetItem", usize::MAX, move |_| Effect::Answer(200, read.clone()));
    app.reseller_api("GET", id).key(&tenant.key).send().await.expect(500);
    let odd = line(&app);
    assert_eq!(odd["error"], "the store refused: a row does not have the form of its kind", "{odd}");
}
