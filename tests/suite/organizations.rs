//! The platform's own reseller, and the organizations that operators make as its customers.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::records::{number, words};
use crate::harness::{App, Tenant, json_with};

const PROVISION: &str = "operator-provision-organization";

fn acme() -> Value {
    json!({"name": "Acme", "email": "office@acme.example"})
}

fn platform(name: &str) -> Value {
    json!({"name": name, "platform": true})
}

/// A product with a reseller of its own, between two others.
async fn with_platform() -> (App, Tenant) {
    let app = App::start().await;
    app.reseller("Northwind Resale").await;
    let made = app.operate("operator-provision-reseller", platform("Clientele")).await.unwrap();
    app.reseller("Harbour Telecom").await;
    let key = made["key"]["token"].as_str().unwrap().to_owned();
    let own = Tenant { id: made["reseller_id"].as_u64().unwrap(), account_id: made["account_id"].as_u64().unwrap(), key };
    (app, own)
}

async fn provisioned(app: &App, payload: Value) -> Value {
    app.operate(PROVISION, payload).await.unwrap()
}

async fn platforms(app: &App) -> Vec<Value> {
    let listed = app.operate("operator-list-resellers", json!({})).await.unwrap();
    listed["resellers"].as_array().unwrap().iter().map(|one| one["platform"].clone()).collect()
}

/// Makes the rows of a reseller what they were before resellers had the flag.
async fn forget_flag(app: &App, tenant: &Tenant) {
    for (partition, sort) in
        [(format!("RESELLER#{}", tenant.id), "RESELLER".to_owned()), ("SYSTEM".to_owned(), format!("RESELLER#{:08}", tenant.id))]
    {
        let update = app.raw_client().update_item().table_name(app.store.table_name());
        let update = update.key("PK", aws_sdk_dynamodb::types::AttributeValue::S(partition.clone()));
        let update = update.key("SK", aws_sdk_dynamodb::types::AttributeValue::S(sort.clone()));
        update.update_expression("REMOVE platform").send().await.unwrap();
        assert!(!app.row(&partition, &sort).await.unwrap().contains_key("platform"));
    }
}

#[tokio::test]
async fn one_reseller_is_the_platforms_own_and_a_second_one_is_told_which() {
    let (app, own) = with_platform().await;
    assert_eq!(platforms(&app).await, [false, true, false]);
    let rows = app.all_rows_but_counters().await;
    let refused = app.operate("operator-provision-reseller", platform("Another")).await.unwrap_err();
    let message = format!(
        "Reseller {} is the platform's own, and there can be only one. operator-provision-organization makes its customers.",
        own.id
    );
    assert_eq!(refused, ("CONFLICT".to_owned(), message));
    assert_eq!(app.all_rows_but_counters().await, rows);
    let other = app.operate("operator-provision-reseller", json!({"name": "Another", "platform": false})).await.unwrap();
    assert_eq!(other["platform"], false);
}

#[tokio::test]
async fn of_many_that_are_to_be_the_platforms_own_at_once_one_is_and_nothing_is_left_of_the_others() {
    let alone = App::start().await;
    alone.operate("operator-provision-reseller", platform("Clientele")).await.unwrap();
    let app = App::start().await;
    let names = ["A", "B", "C", "D", "E", "F"];
    let made = join_all(names.map(|name| app.operate("operator-provision-reseller", platform(name)))).await;
    let (won, lost): (Vec<_>, Vec<_>) = made.into_iter().partition(Result::is_ok);
    let [Ok(won)] = won.as_slice() else { panic!("{won:?}") };
    assert_eq!(won["platform"], true);
    let is_named = format!("Reseller {} is the platform's own", won["reseller_id"]);
    for lost in lost {
        let (code, message) = lost.unwrap_err();
        assert!(code == "CONFLICT" && message.starts_with(&is_named), "{code}: {message}");
    }
    assert_eq!(platforms(&app).await, [true]);
    assert_eq!(app.all_rows_but_counters().await.len(), alone.all_rows_but_counters().await.len());
    app.reseller_api("GET", "").key(won["key"]["token"].as_str().unwrap()).send().await.expect_list(&[], 0);
}

#[tokio::test]
async fn the_activity_of_the_platforms_own_reseller_begins_with_what_it_is() {
    let (app, own) = with_platform().await;
    let listed = app.request("GET", "/api/v3/reseller/activity/").key(&own.key).send().await.expect(200).result();
    let first = listed.as_array().unwrap().iter().find(|entry| entry["action"] == "reseller.created").unwrap().clone();
    assert_eq!(first["fields"], json!(["name", "account_ids", "platform"]));
}

#[tokio::test]
async fn the_flag_outlives_every_change_of_the_reseller() {
    let (app, own) = with_platform().await;
    app.account(&own).await;
    let one = json!({"reseller_id": own.id});
    for function in ["operator-suspend-reseller", "operator-resume-reseller"] {
        assert_eq!(app.operate(function, one.clone()).await.unwrap()["platform"], true);
    }
    assert_eq!(platforms(&app).await, [false, true, false]);
    assert!(app.row(&format!("RESELLER#{}", own.id), "RESELLER").await.unwrap()["platform"].as_bool().unwrap());
    let id = provisioned(&app, acme()).await["id"].as_u64().unwrap();
    assert_eq!(number(&app.customer_row(&own, id).await.unwrap(), "account_id"), own.account_id, "not in the new account");
}

#[tokio::test]
async fn rows_that_were_written_before_there_was_a_platforms_own_reseller_are_read_as_of_another() {
    let (app, tenant) = App::with_reseller().await;
    app.create(&tenant, "Acme").await;
    forget_flag(&app, &tenant).await;
    assert_eq!(platforms(&app).await, [false]);
    app.list(&tenant, "").await.expect_list(&[1], 1);
    let suspended = app.operate("operator-suspend-reseller", json!({"reseller_id": tenant.id})).await.unwrap();
    assert_eq!((&suspended["platform"], suspended["suspended_at"].is_string()), (&json!(false), true));
    assert_eq!(app.operate(PROVISION, acme()).await.unwrap_err().0, "CONFLICT");
}

#[tokio::test]
async fn an_organization_is_a_customer_of_the_platforms_own_reseller_like_any_other() {
    let (app, own) = with_platform().await;
    let all = json!({"name": " Acme ", "email": " office@acme.example", "phone": "+31 20 123 4567", "is_active": false});
    let made = provisioned(&app, all).await;
    let id = made["id"].as_u64().unwrap();
    assert_eq!(
        (&made["name"], &made["email"], &made["phone"], &made["is_active"]),
        (&json!("Acme"), &json!("office@acme.example"), &json!("+31 20 123 4567"), &json!(false))
    );
    let span = app.last_log()[0]["span"].clone();
    assert_eq!((&span["reseller"], &span["customer"]), (&json!(own.id), &json!(id)));
    assert_eq!(app.reseller_api("GET", id).key(&own.key).send().await.expect(200).result(), made);

    // As over the Reseller API, an address may be shared, and a status is true by default.
    let active = provisioned(&app, json!({"name": "Acme", "email": "office@acme.example", "phone": null})).await;
    let second = active["id"].as_u64().unwrap();
    assert_eq!((&active["is_active"], &active["phone"]), (&json!(true), &Value::Null));
    let created = app.create_with(&own, json_with(acme(), &json!({"is_active": false}))).await;
    app.list(&own, "sort=id&direction=asc").await.expect_list(&[id, second, created], 3);
    app.list(&own, "filter=is_active=true").await.expect_list(&[second], 1);

    let mut rows = app.audit(&own).await;
    let (ours, theirs) = (rows.remove(&id).unwrap(), rows.remove(&created).unwrap());
    assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>());
    for same in ["account_id", "code", "holds_email", "revision", "organization", "email", "is_active"] {
        assert_eq!(ours[same], theirs[same], "{same}");
    }
    assert_eq!(words(&ours, "created_at"), words(&ours, "modified_at"));

    app.reseller_api("PUT", id).key(&own.key).json(&acme()).send().await.expect(201);
    app.reseller_api("DELETE", second).key(&own.key).send().await.expect(204);
    assert_eq!(app.audit(&own).await.len(), 2);
}

#[tokio::test]
async fn an_organization_is_nothing_to_other_resellers() {
    let (app, _) = with_platform().await;
    let other = app.reseller("Coast Voice").await;
    let id = provisioned(&app, acme()).await["id"].as_u64().unwrap();
    app.list(&other, "").await.expect_list(&[], 0);
    for method in ["GET", "PUT", "DELETE"] {
        app.reseller_api(method, id).key(&other.key).json(&acme()).send().await.expect_error(404, "NOT_FOUND");
    }
    let theirs = app.request("GET", "/api/v3/reseller/activity/").key(&other.key).send().await.expect(200).result();
    assert!(!theirs.to_string().contains("customer.created"), "{theirs}");
    assert!(app.audit(&other).await.is_empty());
}

#[tokio::test]
async fn the_activity_names_an_operator_as_the_maker_of_an_organization() {
    let (app, own) = with_platform().await;
    let id = provisioned(&app, acme()).await["id"].as_u64().unwrap();
    let path = format!("/api/v3/reseller/activity/?customer={id}");
    let listed = app.request("GET", &path).key(&own.key).send().await.expect(200).result();
    let [entry] = listed.as_array().unwrap().as_slice() else { panic!("{listed}") };
    assert_eq!(entry["actor"], json!({"kind": "operator", "id": null, "label": null}));
    assert_eq!((&entry["action"], &entry["object"]), (&json!("customer.created"), &json!({"kind": "customer", "id": id})));
    assert_eq!(entry["fields"], json!(["organization", "email", "is_active", "account_id"]));
}

#[tokio::test]
async fn an_organization_has_tokens_and_subscriptions_like_any_customer() {
    let (app, own) = with_platform().await;
    let plan = json!({
        "sku": "flex", "description": "Pay as you go", "payment_model": "payg", "billing_channel": "Scriptix",
        "billing_cycle": "month", "unit_price": "0.60", "currency": "EUR",
    });
    app.operate("operator-define-plan", plan).await.unwrap();
    let id = provisioned(&app, acme()).await["id"].as_u64().unwrap();
    let call = |path: &str| app.reseller_api("POST", format!("{id}/{path}")).key(&own.key);
    let token = call("token/").json(&json!({"name": "x", "type": "batch"})).send().await.expect(201).result();
    call("subscription/").json(&json!({"sku": "flex"})).send().await.expect(201);
    let payload = json!({
        "reseller_id": own.id, "kind": "customer", "permissions": ["read"], "label": "by an operator", "customer_id": id,
    });
    let issued = app.operate("operator-issue-key", payload).await.unwrap();
    for key in [&token["key"], &issued["token"]] {
        let key = key.as_str().unwrap();
        let seen = app.request("GET", "/api/v3/customer/").key(key).send().await.expect(200).result();
        assert_eq!((&seen["id"], &seen["name"]), (&json!(id), &json!("Acme")));
    }
    app.reseller_api("DELETE", id).key(&own.key).send().await.expect(204);
    let (erased, key) = (app.operate("operator-erase-deleted", json!({})).await.unwrap(), issued["token"].as_str().unwrap());
    assert_eq!(erased, json!({"erased": 1, "has_more": false}));
    app.request("GET", "/api/v3/customer/").key(key).send().await.expect_error(401, "INVALID_API_KEY");
    app.audit(&own).await;
}

#[tokio::test]
async fn organizations_that_are_made_at_once_are_all_counted() {
    let (app, own) = with_platform().await;
    let (made, created) = futures_util::join!(
        join_all((0..10).map(|_| provisioned(&app, acme()))),
        join_all((0..10).map(|_| app.create_with(&own, acme()))),
    );
    let mut ids: Vec<u64> = made.iter().map(|one| one["id"].as_u64().unwrap()).chain(created).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 20);
    app.list(&own, "sort=id&direction=asc&limit=100").await.expect_list(&ids, 20);
    app.audit(&own).await;
}

#[tokio::test]
async fn a_wrong_payload_is_told_all_its_faults_and_writes_nothing() {
    let (app, _) = with_platform().await;
    let rows = app.all_rows().await;
    let cases = [
        (Value::Null, "name is required; email is required."),
        (json!({"name": " ", "email": null}), "name is required; email is required."),
        (
            json!({"nmae": "Acme", "email": "acme", "is_active": "yes", "phone": 31}),
            "nmae is unknown, expected one of name, email, phone, is_active; name is required; email must be an e-mail address \
             such as customer@example.com; phone must be a text; is_active must be true or false.",
        ),
        (json_with(acme(), &json!({"name": "x".repeat(256)})), "name must have at most 255 characters."),
        (
            json_with(acme(), &json!({"name": "a\u{0}"})),
            "name must not contain control characters other than tab and line breaks.",
        ),
        (
            json_with(acme(), &json!({"email": format!("{}@acme.example", "x".repeat(250))})),
            "email must have at most 254 characters.",
        ),
        (json_with(acme(), &json!({"id": 1})), "id is unknown, expected one of name, email, phone, is_active."),
        (json!([]), "The payload must be a JSON object."),
        (json!("Acme"), "The payload must be a JSON object."),
    ];
    for (payload, message) in cases {
        let refused = app.operate(PROVISION, payload).await.unwrap_err();
        assert_eq!(refused, ("VALIDATION_ERROR".to_owned(), message.to_owned()));
    }
    assert_eq!(app.all_rows().await, rows);
}

#[tokio::test]
async fn without_a_reseller_of_the_platforms_own_there_are_no_organizations() {
    let (app, _) = App::with_reseller().await;
    let rows = app.all_rows().await;
    let refused = app.operate(PROVISION, acme()).await.unwrap_err();
    let message =
        "No reseller is the platform's own: provision it first, with operator-provision-reseller and \"platform\": true.";
    assert_eq!(refused, ("CONFLICT".to_owned(), message.to_owned()));
    assert_eq!(app.all_rows().await, rows);
}
