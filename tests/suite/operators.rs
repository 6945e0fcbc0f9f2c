//! The functions that operators invoke: their answers and errors.

use serde_json::{Value, json};

use crate::harness::{App, json_with};

fn error(code: &str, message: &str) -> Result<Value, (String, String)> {
    Err((code.to_owned(), message.to_owned()))
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn provisioning_gives_a_reseller_with_an_account_and_a_working_key() {
    let app = App::start().await;
    let first = app.operate("operator-provision-reseller", json!({"name": " Northwind Resale "})).await.unwrap();
    assert_eq!(keys(&first), ["reseller_id", "name", "short_name", "account_id", "created_at", "platform", "key"]);
    assert_eq!(
        (&first["reseller_id"], &first["name"], &first["account_id"]),
        (&json!(1), &json!("Northwind Resale"), &json!(1001))
    );
    let key = &first["key"];
    assert_eq!(key["permissions"], json!(["read", "write"]));
    assert_eq!((&key["kind"], &key["valid_until"], &key["revoked_at"]), (&json!("reseller"), &Value::Null, &Value::Null));
    let token = key["token"].as_str().unwrap();
    assert!(token.starts_with("sk_reseller_") && token.ends_with(key["last_four"].as_str().unwrap()));
    app.reseller_api("GET", "").key(token).send().await.expect(200);

    let second = app.operate("operator-provision-reseller", json!({"name": "Harbour Telecom"})).await.unwrap();
    assert_eq!((&second["reseller_id"], &second["account_id"]), (&json!(2), &json!(1002)));
    let listed = app.operate("operator-list-resellers", json!({})).await.unwrap();
    assert_eq!(listed["count"], 2);
    assert_eq!(listed["resellers"][0]["name"], "Northwind Resale");
    assert_eq!(listed["resellers"][1]["account_ids"], json!([1002]));
    assert_eq!(app.operate("operator-list-resellers", Value::Null).await.unwrap(), listed);
}

#[tokio::test]
async fn resellers_are_listed_in_the_order_of_their_ids_also_beyond_nine() {
    let app = App::start().await;
    for number in 1..=11 {
        app.reseller(&format!("Reseller {number}")).await;
    }
    let listed = app.operate("operator-list-resellers", json!({})).await.unwrap();
    let ids: Vec<u64> = listed["resellers"].as_array().unwrap().iter().map(|one| one["reseller_id"].as_u64().unwrap()).collect();
    assert_eq!(ids, (1..=11).collect::<Vec<u64>>());
}

#[tokio::test]
async fn fifty_resellers_at_once_get_fifty_ids() {
    let app = App::start().await;
    let made = futures_util::future::join_all((0..50).map(|_| app.reseller("Twin"))).await;
    let mut ids: Vec<(u64, u64)> = made.iter().map(|tenant| (tenant.id, tenant.account_id)).collect();
    ids.sort_unstable();
    ids.dedup_by_key(|(id, _)| *id);
    assert_eq!(ids.len(), 50);
    let mut accounts: Vec<u64> = made.iter().map(|tenant| tenant.account_id).collect();
    accounts.sort_unstable();
    assert_eq!(accounts, (1001..=1050).collect::<Vec<u64>>());
}

#[tokio::test]
async fn a_key_is_issued_listed_without_its_token_and_revoked_by_its_id() {
    let (app, tenant) = App::with_reseller().await;
    let payload = json!({
        "reseller_id": tenant.id, "kind": "reseller", "permissions": ["write", "read", "read"], "label": "nightly import",
        "valid_until": "2999-01-01T00:00:00Z",
    });
    let issued = app.operate("operator-issue-key", payload).await.unwrap();
    assert_eq!(issued["permissions"], json!(["read", "write"]));
    assert_eq!(issued["valid_until"], "2999-01-01T00:00:00.000Z");
    let token = issued["token"].as_str().unwrap();
    app.reseller_api("GET", "").key(token).send().await.expect(200);

    let listed = app.operate("operator-list-keys", json!({"reseller_id": tenant.id})).await.unwrap();
    assert_eq!(listed["count"], 2);
    let text = listed.to_string();
    assert!(!text.contains(token) && !text.contains(&tenant.key), "{text}");
    let key = listed["keys"].as_array().unwrap().iter().find(|key| key["key_id"] == issued["key_id"]).unwrap();
    assert_eq!((&key["label"], &key["last_four"]), (&json!("nightly import"), &issued["last_four"]));

    let revocation = json!({"reseller_id": tenant.id, "key_id": issued["key_id"]});
    let revoked = app.operate("operator-revoke-key", revocation.clone()).await.unwrap();
    assert!(revoked["revoked_at"].is_string());
    app.reseller_api("GET", "").key(token).send().await.expect_error(401, "KEY_REVOKED");
    assert_eq!(app.operate("operator-revoke-key", revocation).await.unwrap(), revoked, "a second time changes nothing");
    app.list(&tenant, "").await;
}

#[tokio::test]
async fn a_service_user_gets_a_name_a_password_and_the_accounts_that_it_was_granted() {
    let (app, tenant) = App::with_reseller().await;
    let other = app.reseller("Harbour Telecom").await;
    let issue = async |label: &str, accounts: Value| {
        let payload = json!({
            "reseller_id": tenant.id, "kind": "service_user", "permissions": ["read"], "label": label, "accounts": accounts,
        });
        app.operate("operator-issue-key", payload).await
    };
    let with_all = issue("billing", Value::Null).await.unwrap();
    assert_eq!((&with_all["user"], &with_all["kind"]), (&json!(format!("api-{}-billing", tenant.id)), &json!("service_user")));
    assert_eq!((with_all.get("token"), &with_all["accounts"]), (None, &json!([tenant.account_id])));
    assert!(with_all["password"].as_str().unwrap().ends_with(with_all["last_four"].as_str().unwrap()));
    assert_eq!(issue("none", json!([])).await.unwrap()["accounts"], json!([]));

    let theirs = format!("Reseller {} has no account {}.", tenant.id, other.account_id);
    assert_eq!(issue("x", json!([tenant.account_id, other.account_id])).await, error("NOT_FOUND", &theirs));
    for label in ["a:b", "a b", "é", &"x".repeat(61)] {
        let (code, message) = issue(label, json!([])).await.unwrap_err();
        assert!(code == "VALIDATION_ERROR" && message.starts_with("label must have 1 to 60 letters"), "{message}");
    }
    let payload = json!({
        "reseller_id": tenant.id, "kind": "licensing", "permissions": ["read"], "label": "x", "accounts": [tenant.account_id],
    });
    let refused = app.operate("operator-issue-key", payload).await;
    assert_eq!(refused, error("VALIDATION_ERROR", "accounts is only for keys of the kind service_user."));
    let listed = app.operate("operator-list-keys", json!({"reseller_id": tenant.id})).await.unwrap();
    assert!(!listed.to_string().contains(with_all["password"].as_str().unwrap()), "{listed}");
    assert_eq!(listed["count"], 3);
}

#[tokio::test]
async fn an_account_is_added_to_a_reseller_and_its_earlier_keys_do_not_get_it() {
    let (app, tenant) = App::with_reseller().await;
    let other = app.reseller("Harbour Telecom").await;
    let added = app.operate("operator-add-account", json!({"reseller_id": tenant.id})).await.unwrap();
    let account = other.account_id + 1;
    assert_eq!(added, json!({"reseller_id": tenant.id, "account_id": account, "account_ids": [tenant.account_id, account]}));
    let listed = app.operate("operator-list-resellers", json!({})).await.unwrap();
    assert_eq!(listed["resellers"][0]["account_ids"], added["account_ids"]);
    let keys = app.operate("operator-list-keys", json!({"reseller_id": tenant.id})).await.unwrap();
    assert_eq!(keys["keys"][0]["accounts"], json!([tenant.account_id]));
    // Customers are still created in the first account.
    let id = app.create(&tenant, "Acme").await;
    let row = app.customer_row(&tenant, id).await.unwrap();
    assert_eq!(crate::harness::records::number(&row, "account_id"), tenant.account_id);

    let nobody = app.operate("operator-add-account", json!({"reseller_id": 99})).await;
    assert_eq!(nobody, error("NOT_FOUND", "There is no reseller 99. operator-list-resellers lists them all."));
    let both =
        futures_util::future::join_all((0..10).map(|_| app.operate("operator-add-account", json!({"reseller_id": tenant.id}))));
    assert!(both.await.iter().all(Result::is_ok));
    let listed = app.operate("operator-list-resellers", json!({})).await.unwrap();
    let mut accounts: Vec<u64> =
        listed["resellers"][0]["account_ids"].as_array().unwrap().iter().map(|one| one.as_u64().unwrap()).collect();
    accounts.sort_unstable();
    accounts.dedup();
    assert_eq!(accounts.len(), 12, "{listed}");
}

#[tokio::test]
async fn no_token_is_stored_anywhere() {
    let (app, tenant) = App::with_reseller().await;
    let all = app.keys(&tenant).await;
    let rows = app.all_rows().await.concat();
    for token in [&tenant.key, &all.read_only, &all.write_only, &all.customer, &all.expired, &all.revoked] {
        let secret = &token[token.rfind('_').unwrap() + 1..];
        assert!(!rows.contains(secret));
    }
}

#[tokio::test]
async fn wrong_payloads_get_a_sentence_and_write_nothing() {
    let (app, tenant) = App::with_reseller().await;
    let rows = app.all_rows().await;
    let good = json!({"reseller_id": tenant.id, "kind": "reseller", "permissions": ["read"], "label": "x"});
    let with = |field: &str, value: Value| {
        let mut payload = good.clone();
        payload[field] = value;
        payload
    };
    let cases = [
        ("operator-provision-reseller", json!({}), "The payload is wrong: missing field `name`."),
        ("operator-provision-reseller", json!({"name": ""}), "name is required."),
        ("operator-provision-reseller", json!({"name": "x".repeat(256)}), "name must have at most 255 characters."),
        (
            "operator-provision-reseller",
            json!({"nmae": "x"}),
            "The payload is wrong: nmae: unknown field `nmae`, expected one of `name`, `short_name`, `platform`, `key_valid_until`.",
        ),
        ("operator-issue-key", with("label", json!(" ")), "label is required."),
        ("operator-issue-key", with("permissions", json!([])), "permissions must name at least one of read and write."),
        (
            "operator-issue-key",
            with("permissions", json!(["admin"])),
            "The payload is wrong: permissions[0]: unknown variant `admin`, expected `read` or `write`.",
        ),
        ("operator-issue-key", with("kind", json!("customer")), "customer_id is required for a key of the kind customer."),
        ("operator-issue-key", with("customer_id", json!(1)), "customer_id is only for keys of the kind customer."),
        ("operator-issue-key", with("valid_until", json!("2020-01-01T00:00:00Z")), "valid_until must be in the future."),
        (
            "operator-revoke-key",
            json!({"reseller_id": tenant.id, "key_id": tenant.key}),
            "key_id must be the 12 hexadecimal digits that operator-list-keys shows, not the token.",
        ),
        ("operator-provision-reseller", json!("name"), "The payload must be a JSON object."),
        ("operator-suspend-reseller", json!([tenant.id]), "The payload must be a JSON object."),
        ("operator-rotate-secret", json!([]), "The payload must be a JSON object."),
    ];
    for (function, payload, message) in cases {
        assert_eq!(app.operate(function, payload).await, error("VALIDATION_ERROR", message));
    }
    for (function, payload, field) in [
        ("operator-provision-reseller", json!({"name": "x", "key_valid_until": "soon"}), "key_valid_until"),
        ("operator-provision-reseller", json!({"name": "x", "platform": "yes"}), "platform"),
        ("operator-issue-key", with("valid_until", json!("tomorrow")), "valid_until"),
        ("operator-issue-key", with("reseller_id", json!("1")), "reseller_id"),
        ("operator-list-resellers", json!({"all": true}), "all"),
    ] {
        let (code, message) = app.operate(function, payload).await.unwrap_err();
        assert_eq!(code, "VALIDATION_ERROR");
        assert!(message.starts_with(&format!("The payload is wrong: {field}: ")) && message.ends_with('.'), "{message}");
    }
    assert_eq!(app.all_rows().await, rows);
}

#[tokio::test]
async fn what_does_not_exist_is_named() {
    let (app, tenant) = App::with_reseller().await;
    let rows = app.all_rows().await;
    let no_reseller = |id: u64| format!("There is no reseller {id}. operator-list-resellers lists them all.");
    for id in [0, 2, 1 << 24, u64::MAX] {
        let payload = json!({"reseller_id": id, "kind": "reseller", "permissions": ["read"], "label": "x"});
        assert_eq!(app.operate("operator-issue-key", payload).await, error("NOT_FOUND", &no_reseller(id)));
        assert_eq!(app.operate("operator-list-keys", json!({"reseller_id": id})).await, error("NOT_FOUND", &no_reseller(id)));
    }
    let revocation = json!({"reseller_id": tenant.id, "key_id": "0123456789ab"});
    let message = "Reseller 1 has no key 0123456789ab. operator-list-keys lists them all.";
    assert_eq!(app.operate("operator-revoke-key", revocation).await, error("NOT_FOUND", message));
    let payload = json!({"reseller_id": 1, "kind": "customer", "permissions": ["read"], "label": "x", "customer_id": 77});
    assert_eq!(app.operate("operator-issue-key", payload).await, error("NOT_FOUND", "Reseller 1 has no customer 77."));
    assert_eq!(app.all_rows().await, rows);
}

#[tokio::test]
async fn a_suspended_reseller_is_turned_away_at_once_by_every_api_and_its_licences_go_on() {
    let (app, tenant) = App::with_reseller().await;
    let other = app.reseller("Harbour Telecom").await;
    let customer = app.create(&tenant, "Acme").await;
    let token = app.licensing_token(&tenant, &["read", "write"]).await;
    let user = app.service_user(&tenant, &["read", "write"], None).await;
    let form = format!("customer_id={customer}&product=p&host=a.example.com");
    let licence = app.request("POST", "/api/license").token(&token).form(&form).send().await.expect(201).json();
    let check = format!("/api/license/check?key={}&host=a.example.com", licence["key"].as_str().unwrap());
    let keys = app.keys(&tenant).await;

    let one = json!({"reseller_id": tenant.id});
    let suspended = app.operate("operator-suspend-reseller", one.clone()).await.unwrap();
    assert!(suspended["suspended_at"].is_string(), "{suspended}");
    assert_eq!(app.operate("operator-suspend-reseller", one.clone()).await.unwrap(), suspended, "a second time changes nothing");
    let rows = app.all_rows().await;
    let body = json!({"name": "Acme", "email": "a@example.com"});
    for (method, path) in
        [("POST", String::new()), ("GET", String::new()), ("GET", format!("{customer}/")), ("DELETE", format!("{customer}/"))]
    {
        let request = app.reseller_api(method, &path).key(&tenant.key).json(&body);
        request.send().await.expect_error(403, "RESELLER_SUSPENDED");
    }
    for key in [&keys.read_only, &keys.write_only, &keys.customer] {
        app.reseller_api("GET", "").key(key).send().await.expect_error(403, "RESELLER_SUSPENDED");
    }
    app.reseller_api("GET", "").key(&keys.revoked).send().await.expect_error(401, "KEY_REVOKED");
    app.reseller_api("GET", "").key(&keys.expired).send().await.expect_error(401, "INVALID_API_KEY");
    for (method, path) in
        [("GET", "/api/customers"), ("GET", "/api/licenses"), ("POST", "/api/customer"), ("DELETE", "/api/license/1000001")]
    {
        app.request(method, path).token(&token).send().await.expect_licensing_error(403, "FORBIDDEN");
    }
    for (method, path) in [("GET", ""), ("PUT", ""), ("GET", "/1"), ("POST", "/1")] {
        app.request(method, &format!("/api/v01/customers{path}")).user(&user).send().await.expect_failure(403, "L03");
    }
    app.request("GET", &check).send().await.expect(200);
    assert_eq!(app.all_rows().await, rows);
    app.list(&other, "").await;
    let listed = app.operate("operator-list-resellers", json!({})).await.unwrap();
    assert_eq!(listed["resellers"][0], suspended);

    let resumed = app.operate("operator-resume-reseller", one.clone()).await.unwrap();
    assert_eq!((&resumed["suspended_at"], &resumed["account_ids"]), (&Value::Null, &suspended["account_ids"]));
    assert_eq!(app.operate("operator-resume-reseller", one).await.unwrap(), resumed);
    app.list(&tenant, "").await;
    app.request("GET", "/api/customers").token(&token).send().await.expect(200);
    for function in ["operator-suspend-reseller", "operator-resume-reseller", "operator-revoke-keys"] {
        let refused = app.operate(function, json!({"reseller_id": 99})).await;
        assert_eq!(refused, error("NOT_FOUND", "There is no reseller 99. operator-list-resellers lists them all."), "{function}");
    }
}

#[tokio::test]
async fn a_key_of_a_reseller_whose_row_is_gone_is_refused() {
    let (app, tenant) = App::with_reseller().await;
    let user = app.service_user(&tenant, &["read"], None).await;
    let text = |text: String| aws_sdk_dynamodb::types::AttributeValue::S(text);
    let delete = app.raw_client().delete_item().table_name(app.store.table_name());
    let delete = delete.key("PK", text(format!("RESELLER#{}", tenant.id))).key("SK", text("RESELLER".to_owned()));
    delete.send().await.unwrap();
    app.reseller_api("GET", "").key(&tenant.key).send().await.expect_error(401, "INVALID_API_KEY");
    app.request("GET", "/api/v01/customers").user(&user).send().await.expect_failure(401, "L01");
}

#[tokio::test]
async fn all_keys_of_a_reseller_are_revoked_at_once_and_nobody_elses() {
    let (app, tenant) = App::with_reseller().await;
    let other = app.reseller("Harbour Telecom").await;
    let keys = app.keys(&tenant).await;
    let token = app.licensing_token(&tenant, &["read"]).await;
    let user = app.service_user(&tenant, &["read"], None).await;
    let revoked = app.operate("operator-revoke-keys", json!({"reseller_id": tenant.id})).await.unwrap();
    assert_eq!(revoked["count"], 7, "all but the one that was revoked before: {revoked}");
    assert!(revoked["keys"].as_array().unwrap().iter().all(|key| key["revoked_at"].is_string()), "{revoked}");
    for key in [&tenant.key, &keys.read_only, &keys.customer, &keys.expired] {
        app.reseller_api("GET", "").key(key).send().await.expect_error(401, "KEY_REVOKED");
    }
    app.request("GET", "/api/customers").token(&token).send().await.expect_licensing_error(401, "UNAUTHORIZED");
    app.request("GET", "/api/v01/customers").user(&user).send().await.expect_failure(401, "L01");
    app.list(&other, "").await;
    let again = app.operate("operator-revoke-keys", json!({"reseller_id": tenant.id})).await.unwrap();
    assert_eq!(again["count"], 0);
}

#[tokio::test]
async fn revocations_at_once_all_show_the_keys_revoked_since_the_same_moment() {
    let (app, tenant) = App::with_reseller().await;
    app.licensing_token(&tenant, &["read"]).await;
    let payload = json!({"reseller_id": tenant.id});
    let all = futures_util::future::join_all((0..8).map(|_| app.operate("operator-revoke-keys", payload.clone()))).await;
    let on_record = app.operate("operator-list-keys", payload).await.unwrap();
    for revoked in all {
        for key in revoked.unwrap()["keys"].as_array().unwrap() {
            assert!(key["revoked_at"].is_string() && on_record["keys"].as_array().unwrap().contains(key), "{key}");
        }
    }
    let key_id = on_record["keys"][0]["key_id"].clone();
    let one = json!({"reseller_id": tenant.id, "key_id": key_id});
    assert_eq!(app.operate("operator-revoke-key", one).await.unwrap(), on_record["keys"][0]);
}

#[tokio::test]
async fn a_rotated_key_has_a_successor_with_its_rights_and_ends_when_it_was_said() {
    let (app, tenant) = App::with_reseller().await;
    let second = app.account(&tenant).await;
    let customer = app.create(&tenant, "Acme").await;
    let issue = async |more: Value| {
        let payload = json!({"reseller_id": tenant.id, "permissions": ["read"], "label": "nightly"});
        app.operate("operator-issue-key", json_with(payload, &more)).await.unwrap()
    };
    for more in [
        json!({"kind": "reseller"}),
        json!({"kind": "licensing"}),
        json!({"kind": "customer", "customer_id": customer}),
        json!({"kind": "service_user", "accounts": [second]}),
    ] {
        let old = issue(more).await;
        let rotation = json!({"reseller_id": tenant.id, "key_id": old["key_id"]});
        let new = app.operate("operator-rotate-key", rotation.clone()).await.unwrap();
        assert_ne!(new["key_id"], old["key_id"]);
        for same in ["kind", "permissions", "accounts", "label", "customer_id", "user"] {
            assert_eq!(new.get(same), old.get(same), "{same}");
        }
        let keys = app.operate("operator-list-keys", json!({"reseller_id": tenant.id})).await.unwrap();
        let ended = keys["keys"].as_array().unwrap().iter().find(|key| key["key_id"] == old["key_id"]).unwrap();
        assert!(ended["valid_until"].is_string() && ended["revoked_at"].is_null(), "{ended}");
        assert!(new["valid_until"].is_null(), "{new}");
    }

    let old = issue(json!({"kind": "reseller", "valid_until": "2999-01-01T00:00:00Z"})).await;
    let at = |moment: &str| json!({"reseller_id": tenant.id, "key_id": old["key_id"], "old_valid_until": moment, "valid_until": "2998-01-01T00:00:00Z"});
    let new = app.operate("operator-rotate-key", at("3000-01-01T00:00:00Z")).await.unwrap();
    assert_eq!(new["valid_until"], "2998-01-01T00:00:00.000Z");
    let keys = app.operate("operator-list-keys", json!({"reseller_id": tenant.id})).await.unwrap();
    let kept = keys["keys"].as_array().unwrap().iter().find(|key| key["key_id"] == old["key_id"]).unwrap();
    assert_eq!(kept["valid_until"], "2999-01-01T00:00:00.000Z", "no longer than it would have");
    for key in [&old, &new] {
        app.reseller_api("GET", "").key(key["token"].as_str().unwrap()).send().await.expect(200);
    }
    let same_end = app.operate("operator-rotate-key", json!({"reseller_id": tenant.id, "key_id": new["key_id"]})).await.unwrap();
    assert_eq!(same_end["valid_until"], new["valid_until"], "a key that was to end does not become one for ever");
    let past = app.operate("operator-rotate-key", at("2001-01-01T00:00:00Z")).await;
    assert_eq!(past, error("VALIDATION_ERROR", "old_valid_until must be in the future."));

    app.operate("operator-revoke-key", json!({"reseller_id": tenant.id, "key_id": old["key_id"]})).await.unwrap();
    let (code, message) = app.operate("operator-rotate-key", at("2999-01-01T00:00:00Z")).await.unwrap_err();
    assert!(code == "CONFLICT" && message.ends_with("has ended: issue a new one with operator-issue-key."), "{message}");
    let unknown = json!({"reseller_id": tenant.id, "key_id": "0123456789ab"});
    let message = format!("Reseller {} has no key 0123456789ab. operator-list-keys lists them all.", tenant.id);
    assert_eq!(app.operate("operator-rotate-key", unknown).await, error("NOT_FOUND", &message));

    let of_customer = issue(json!({"kind": "customer", "customer_id": customer})).await;
    app.reseller_api("DELETE", customer).key(&tenant.key).send().await.expect(204);
    let rows = app.all_rows().await;
    let rotation = json!({"reseller_id": tenant.id, "key_id": of_customer["key_id"]});
    assert_eq!(app.operate("operator-rotate-key", rotation).await.unwrap_err().0, "CONFLICT");
    assert_eq!(app.all_rows().await, rows);
}

#[tokio::test]
async fn the_first_key_of_a_reseller_may_end_by_itself() {
    let app = App::start().await;
    let payload = json!({"name": "Northwind Resale", "key_valid_until": "2999-01-01T00:00:00Z"});
    let made = app.operate("operator-provision-reseller", payload).await.unwrap();
    assert_eq!(made["key"]["valid_until"], "2999-01-01T00:00:00.000Z");
    let past = app.operate("operator-provision-reseller", json!({"name": "x", "key_valid_until": "2001-01-01T00:00:00Z"})).await;
    assert_eq!(past, error("VALIDATION_ERROR", "key_valid_until must be in the future."));
}

#[tokio::test]
async fn resellers_are_listed_by_page_in_the_order_of_their_numbers() {
    let app = App::start().await;
    for number in 1..=12 {
        app.reseller(&format!("Reseller {number}")).await;
    }
    let mut after = Value::Null;
    let mut pages = Vec::new();
    loop {
        let page = app.operate("operator-list-resellers", json!({"limit": 5, "after": after})).await.unwrap();
        let ids: Vec<u64> =
            page["resellers"].as_array().unwrap().iter().map(|one| one["reseller_id"].as_u64().unwrap()).collect();
        assert_eq!(page["count"], ids.len());
        pages.push(ids);
        match page.get("next_after") {
            Some(next) => after = next.clone(),
            None => break,
        }
    }
    assert_eq!(pages, [vec![1, 2, 3, 4, 5], vec![6, 7, 8, 9, 10], vec![11, 12]]);
    let exact = app.operate("operator-list-resellers", json!({"limit": 12})).await.unwrap();
    assert_eq!((&exact["count"], exact.get("next_after")), (&json!(12), None));
    for limit in [0, 1_001] {
        let refused = app.operate("operator-list-resellers", json!({"limit": limit})).await;
        assert_eq!(refused, error("VALIDATION_ERROR", "limit must be from 1 to 1000."));
    }
}

#[tokio::test]
async fn after_a_restore_the_counters_go_ahead_and_no_number_is_given_twice() {
    let (app, tenant) = App::with_reseller().await;
    app.create(&tenant, "Acme").await;
    let last = app.operate("operator-advance-counters", json!({"by": 100_000})).await.unwrap();
    assert_eq!(
        last,
        json!({
            "last_customer_id": 100_001, "last_reseller_id": 100_001, "last_account_id": 101_001,
            "last_subscription_id": 100_000, "last_payment_option_id": 100_000, "last_user_id": 100_000,
        })
    );
    assert_eq!(app.create(&tenant, "Next").await, 100_002);
    let next = app.reseller("Next").await;
    assert_eq!((next.id, next.account_id), (100_002, 101_002));
    let some = app.operate("operator-advance-counters", json!({"by": 10, "resellers_by": 0})).await.unwrap();
    assert_eq!(some["last_reseller_id"], 100_002);
    for (payload, message) in [
        (json!({"by": 0}), "by must be from 1 to 1000000000."),
        (json!({"by": 1_000_000_001_u64}), "by must be from 1 to 1000000000."),
        (json!({"by": 1, "resellers_by": 1_000_001}), "resellers_by must be from 0 to 1000000."),
    ] {
        assert_eq!(app.operate("operator-advance-counters", payload).await, error("VALIDATION_ERROR", message));
    }
}
