//! The Management API: what its contract says about each action, its service users, and the records that it shares.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::records::{number, words};
use crate::harness::{Answer, CUSTOMERS, Call, Effect, ManagementClient};

#[tokio::test]
async fn a_customer_is_created_loaded_modified_and_found() {
    let client = ManagementClient::start().await;
    let account = client.tenant.account_id;
    let all = json!({
        "accountId": account, "code": "A-1", "firstName": "Ann", "lastName": "Lee", "organizationName": "Acme",
        "email": "ann@example.com", "phone": "(020) 123-45.6", "street": "Main Street 1", "city": "Amsterdam", "state": "nh",
        "zipCode": "1011 AB", "countryCode": "nl",
    });
    let created = client.create(&all).await.expect(201);
    assert_eq!(created.header("content-type"), Some("application/json"), "{created}");
    let shown = created.json();
    let date = shown["createDate"].as_str().unwrap();
    assert!(date.len() == 19 && date.as_bytes()[10] == b' ' && date.as_bytes()[13] == b':', "{created}");
    let expected = format!(
        "{{\"id\":1,\"code\":\"A-1\",\"accountId\":{account},\"createDate\":\"{date}\",\"firstName\":\"Ann\",\"lastName\":\"Lee\",\
         \"organizationName\":\"Acme\",\"email\":\"ann@example.com\",\"phone\":\"(020) 123-45.6\",\"street\":\"Main Street 1\",\
         \"city\":\"Amsterdam\",\"state\":\"NH\",\"zipCode\":\"1011 AB\",\"countryCode\":\"NL\"}}"
    );
    assert_eq!(created.body, expected);
    let row = client.app.customer_row(&client.tenant, 1).await.unwrap();
    let stored: String = words(&row, "created_at").unwrap().chars().take(19).collect();
    assert_eq!(stored.replace('T', " "), date);

    assert_eq!(client.load(1).await.expect(200).body, expected);
    let found = client.request("GET", "?lastName=LEE").send().await.expect(200);
    assert_eq!(found.body, format!("[{expected}]"));
    let modified = client.modify(1, &json!({"city": "Utrecht", "phone": null, "organizationName": ""})).await.expect(200);
    let mut changed = shown.clone();
    changed["city"] = json!("Utrecht");
    for cleared in ["phone", "organizationName"] {
        changed.as_object_mut().unwrap().remove(cleared);
    }
    assert_eq!(modified.json(), changed);
    assert_eq!(client.load(1).await.expect(200).body, modified.body);
    client.app.audit(&client.tenant).await;
}

#[tokio::test]
async fn a_customer_with_the_required_fields_alone_has_its_id_for_a_code() {
    let client = ManagementClient::start().await;
    let created = client.create(&client.with_required(&json!({}))).await.expect(201).json();
    let keys: Vec<&str> = created.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["id", "code", "accountId", "createDate", "firstName", "lastName"]);
    assert_eq!((&created["id"], &created["code"]), (&json!(1), &json!("1")));
    // A create ignores read-only fields, like unknown ones.
    let more = json!({"id": 77, "createDate": "1999-01-01 00:00:00", "unknown": {"deep": [1]}});
    assert_eq!(client.create(&client.with_required(&more)).await.expect(201).json()["id"], 2);
    // The account can also be sent as a text, as in forms and XML.
    let account = client.tenant.account_id.to_string();
    client.create(&client.with_required(&json!({"accountId": account}))).await.expect(201);
}

#[tokio::test]
async fn required_fields_are_named_all_at_once() {
    let client = ManagementClient::start().await;
    let rows = client.app.all_rows().await;
    let answer = client.create(&json!({})).await.expect_failure_of(422, "V01", "accountId");
    assert_eq!(
        answer.json()["failureMessage"],
        "accountId is required; firstName is required; lastName is required.",
        "{answer}"
    );
    for empty in [Value::Null, json!(""), json!(" \n")] {
        for field in ["accountId", "firstName", "lastName"] {
            let body = client.with_required(&json!({field: empty}));
            client.create(&body).await.expect_failure_of(422, "V01", field);
        }
    }
    assert_eq!(client.app.all_rows().await, rows);
}

#[tokio::test]
async fn every_field_is_checked_at_its_limit_and_above_it() {
    let client = ManagementClient::start().await;
    let id = client.created(&json!({})).await;
    let texts =
        [("firstName", 125), ("lastName", 125), ("organizationName", 255), ("street", 128), ("city", 50), ("zipCode", 10)];
    for (field, maximum) in texts {
        let longest = "😀".repeat(maximum);
        let made = client.create(&client.with_required(&json!({field: format!(" {longest} ")}))).await.expect(201);
        assert_eq!(made.json()[field], longest.as_str(), "{made}");
        let rows = client.app.all_rows().await;
        for answer in [
            client.create(&client.with_required(&json!({field: format!("{longest}x")}))).await,
            client.modify(id, &json!({field: format!("{longest}x")})).await,
            client.modify(999, &json!({field: format!("{longest}x")})).await,
        ] {
            let answer = answer.expect_failure_of(400, "F01", field);
            assert_eq!(answer.json()["failureMessage"], format!("{field} must have at most {maximum} characters."), "{answer}");
        }
        assert_eq!(client.app.all_rows().await, rows);
    }
    let long_address = format!("{}@example.com", "a".repeat(88));
    let good = [
        ("email", long_address.as_str()),
        ("phone", "123456789012345"),
        ("phone", "+1 (2) 3.4-5"),
        ("state", "a1B"),
        ("countryCode", "zw"),
        ("code", &"c".repeat(60)),
    ];
    for (field, value) in good {
        let made = client.create(&client.with_required(&json!({field: value}))).await.expect(201);
        assert!(made.json()[field].as_str().unwrap().eq_ignore_ascii_case(value), "{made}");
    }
    let rows = client.app.all_rows().await;
    let too_long_address = format!("a{long_address}");
    for (field, value) in [
        ("email", json!(too_long_address)),
        ("email", json!("nobody")),
        ("email", json!("a b@example.com")),
        ("phone", json!("1234567890123456")),
        ("phone", json!("12x")),
        ("phone", json!("+")),
        ("phone", json!(31_012_345)),
        ("state", json!("ABCD")),
        ("state", json!("A-B")),
        ("countryCode", json!("NLD")),
        ("countryCode", json!("XX")),
        ("code", json!("c".repeat(61))),
        ("code", json!(true)),
        ("city", json!(["Amsterdam"])),
        ("city", json!("a\u{b}b")),
        ("city", json!("a\u{0}")),
        ("accountId", json!("one")),
        ("accountId", json!(-1)),
        ("accountId", json!(1.5)),
        ("accountId", json!({})),
    ] {
        client.create(&client.with_required(&json!({field: value}))).await.expect_failure_of(400, "F01", field);
    }
    // An account that is too large to exist is well-formed all the same.
    let too_large = "99999999999999999999";
    for account in [json!(too_large), serde_json::from_str(too_large).unwrap(), json!(u64::MAX), json!("18446744073709551616")] {
        let body = client.with_required(&json!({"accountId": account}));
        client.create(&body).await.expect_failure_of(422, "V02", "accountId");
    }
    let answer =
        client.create(&json!({"email": "no", "firstName": 1, "phone": "x"})).await.expect_failure_of(400, "F01", "firstName");
    let message = answer.json()["failureMessage"].as_str().unwrap().to_owned();
    assert!(["firstName must", "email must", "phone must"].iter().all(|part| message.contains(part)), "{message}");
    assert_eq!(client.app.all_rows().await, rows, "a refused call writes nothing, not even a number");
}

#[tokio::test]
async fn a_code_is_unique_within_the_reseller_and_never_a_number() {
    let client = ManagementClient::start().await;
    let other = client.app.reseller("Harbour Telecom").await;
    let others_user = client.app.service_user(&other, &["write"], None).await;
    let id = client.created(&json!({"code": " Ref-Ä "})).await;
    let rows = client.app.all_rows_but_counters().await;
    for code in ["Ref-Ä", "REF-ä", "ref-A\u{308}"] {
        client.create(&client.with_required(&json!({"code": code}))).await.expect_failure_of(422, "V03", "code");
    }
    for code in ["1", "2", "007", "99999999999999999999", "１２"] {
        client.create(&client.with_required(&json!({"code": code}))).await.expect_failure_of(422, "V03", "code");
    }
    assert_eq!(client.app.all_rows_but_counters().await, rows);
    let body = json!({"accountId": other.account_id, "firstName": "A", "lastName": "B", "code": "Ref-Ä"});
    client.app.request("PUT", CUSTOMERS).user(&others_user).json(&body).send().await.expect(201);

    client.app.reseller_api("DELETE", id).key(&client.tenant.key).send().await.expect(204);
    client.created(&json!({"code": "ref-ä"})).await;
    client.app.audit(&client.tenant).await;
}

#[tokio::test]
async fn of_fifty_simultaneous_creates_with_one_code_one_wins() {
    let client = ManagementClient::start().await;
    let body = client.with_required(&json!({"code": "only"}));
    let answers = join_all((0..50).map(|_| client.create(&body))).await;
    let won = answers.iter().filter(|answer| answer.status == 201).count();
    let lost = answers.iter().filter(|answer| answer.status == 422).count();
    assert_eq!((won, lost), (1, 49));
    assert_eq!(client.app.audit(&client.tenant).await.len(), 1);
}

#[tokio::test]
async fn a_customer_is_loaded_and_modified_by_its_code_behind_a_star() {
    let client = ManagementClient::start().await;
    let plain = client.created(&json!({})).await;
    let coded = client.created(&json!({"code": "A/1 ü*"})).await;
    let by_code = "/*A%2F1%20%C3%BC*";
    for path in [by_code, "/%2AA%2F1%20%C3%BC%2A", "/*a%2F1%20%C3%9C*"] {
        assert_eq!(client.request("GET", path).send().await.expect(200).json()["id"], coded);
    }
    assert_eq!(client.request("GET", &format!("/*{plain}")).send().await.expect(200).json()["id"], plain);
    let modified = client.request("POST", by_code).json(&json!({"city": "Utrecht"})).send().await.expect(200);
    assert_eq!((&modified.json()["id"], &modified.json()["city"]), (&json!(coded), &json!("Utrecht")));
    // A customer with a code of its own can't be named by a star and its id.
    for path in ["/*", "/*unknown", &format!("/*{coded}"), &format!("/*0{plain}"), "/*9999999999999999999999", "/**"] {
        for method in ["GET", "POST"] {
            client.request(method, path).json(&json!({})).send().await.expect_failure(404, "V05");
        }
    }
    client.app.reseller_api("DELETE", coded).key(&client.tenant.key).send().await.expect(204);
    client.request("GET", by_code).send().await.expect_failure(404, "V05");
}

#[tokio::test]
async fn ids_that_are_no_integers_are_400_and_others_404() {
    let client = ManagementClient::start().await;
    client.created(&json!({})).await;
    for id in ["one", "-1", "+1", "1.0", "%zz", "1%20", "１"] {
        for method in ["GET", "POST"] {
            client.request(method, &format!("/{id}")).json(&json!({})).send().await.expect_failure_of(400, "F01", "id");
        }
    }
    for id in ["0", "2", "9999999999999999", "99999999999999999999999"] {
        for method in ["GET", "POST"] {
            client.request(method, &format!("/{id}")).json(&json!({})).send().await.expect_failure(404, "V05");
        }
    }
    client.request("GET", "/0001").send().await.expect(200);
    client.request("GET", "/%31").send().await.expect(200);
}

#[tokio::test]
async fn a_modify_that_repeats_read_only_fields_is_fine_and_one_that_changes_them_is_not() {
    let client = ManagementClient::start().await;
    for id in [client.created(&json!({"code": "A-1"})).await, client.created(&json!({})).await] {
        let shown = client.load(id).await.json();
        let rows = client.app.all_rows().await;
        assert_eq!(client.modify(id, &shown).await.expect(200).json(), shown);
        assert_eq!(client.modify(id, &json!({})).await.expect(200).json(), shown);
        let as_texts = json!({"id": id.to_string(), "accountId": client.tenant.account_id.to_string()});
        assert_eq!(client.modify(id, &as_texts).await.expect(200).json(), shown);
        for (field, value) in [
            ("id", json!(99)),
            ("id", json!("abc")),
            ("id", Value::Null),
            ("code", json!("other")),
            ("code", json!("a-1")),
            ("code", json!("")),
            ("accountId", json!(client.tenant.account_id + 1)),
            ("accountId", json!([])),
            ("createDate", json!("2001-01-01 00:00:00")),
        ] {
            let body = json!({"city": "Utrecht", field: value});
            client.modify(id, &body).await.expect_failure_of(422, "V04", field);
        }
        let answer = client.modify(id, &json!({"id": 0, "code": "x"})).await.expect_failure(422, "V04");
        assert_eq!(answer.json()["failureMessage"], "id can't be changed; code can't be changed.", "{answer}");
        assert_eq!(client.app.all_rows().await, rows);
    }
}

#[tokio::test]
async fn required_values_can_not_be_removed_and_absent_ones_may_stay_absent() {
    let client = ManagementClient::start().await;
    let id = client.created(&json!({"organizationName": "Acme"})).await;
    for empty in [Value::Null, json!(""), json!("  ")] {
        for field in ["firstName", "lastName"] {
            client.modify(id, &json!({field: empty})).await.expect_failure_of(422, "V01", field);
        }
    }
    client.modify(id, &json!({"organizationName": null})).await.expect(200);

    // A customer of the reseller API has an organization and no parts of a name.
    let elsewhere = client.app.create(&client.tenant, "Elsewhere").await;
    assert_eq!(client.load(elsewhere).await.json().get("firstName"), None);
    client.modify(elsewhere, &json!({"city": "Utrecht", "firstName": null})).await.expect(200);
    let answer = client.modify(elsewhere, &json!({"organizationName": ""})).await;
    answer.expect_failure_of(422, "V01", "organizationName");
    client.modify(elsewhere, &json!({"organizationName": "", "firstName": "Ann"})).await.expect(200);
    client.modify(elsewhere, &json!({"firstName": ""})).await.expect_failure_of(422, "V01", "firstName");
}

#[tokio::test]
async fn a_modify_that_changes_nothing_leaves_revision_and_time_alone_and_one_that_does_touches_nothing_unseen() {
    let client = ManagementClient::start().await;
    let body = json!({"name": "Acme", "email": "a@example.com", "phone": "+31 012 345678", "is_active": false});
    let id = client.app.create_with(&client.tenant, body).await;
    let before = client.app.customer_row(&client.tenant, id).await.unwrap();
    // The reseller API's phone number is longer than this API takes. It is shown in full, and can be sent back.
    let shown = client.load(id).await.json();
    assert_eq!(shown["phone"], "+31 012 345678");
    client
        .app
        .reseller_api("PUT", id)
        .key(&client.tenant.key)
        .json(&json!({
            "name": "Acme", "email": "a@example.com", "phone": "+31 (0)20 - 123 45 67 89", "is_active": false,
        }))
        .send()
        .await
        .expect(201);
    client.modify(id, &json!({"phone": "+31 (0)20 - 123 45 67 89"})).await.expect(200);
    client.modify(id, &json!({"phone": "+31 (0)20 - 123 45 67 88"})).await.expect_failure_of(400, "F01", "phone");
    client.modify(id, &json!({"organizationName": " Acme ", "email": "a@example.com"})).await.expect(200);
    let same = client.app.customer_row(&client.tenant, id).await.unwrap();
    assert_eq!(number(&same, "revision"), number(&before, "revision") + 1, "only the reseller API changed something");

    client.modify(id, &json!({"street": "Main Street 1"})).await.expect(200);
    let after = client.app.customer_row(&client.tenant, id).await.unwrap();
    assert_eq!(number(&after, "revision"), number(&same, "revision") + 1);
    assert!(words(&after, "modified_at") > words(&same, "modified_at"));
    for untouched in ["is_active", "holds_email", "phone", "email", "organization", "created_at", "account_id"] {
        assert_eq!(after.get(untouched), same.get(untouched), "{untouched}");
    }
    let result = client.app.reseller_api("GET", id).key(&client.tenant.key).send().await.expect(200).result();
    assert_eq!((&result["is_active"], &result["name"]), (&json!(false), &json!("Acme")));
}

#[tokio::test]
async fn all_three_apis_show_each_change_at_once() {
    let client = ManagementClient::start().await;
    let token = client.app.licensing_token(&client.tenant, &["read", "write"]).await;
    let id = client.created(&json!({"email": "ann@example.com", "organizationName": "Acme"})).await;
    let licensing =
        |method: &str, form: &str| client.app.request(method, &format!("/api/customer/{id}")).token(&token).form(form).send();
    let reseller = || client.app.reseller_api("GET", id).key(&client.tenant.key).send();
    assert_eq!(reseller().await.expect(200).result()["name"], "Acme");
    assert_eq!(
        licensing("GET", "").await.expect(302).json(),
        json!({"customer_id": id, "company": "Acme", "firstname": "Ann", "lastname": "Lee", "email": "ann@example.com"})
    );
    licensing("PUT", "company=&lastname=Li").await.expect(200);
    let shown = client.load(id).await.json();
    assert_eq!((shown.get("organizationName"), &shown["lastName"]), (None, &json!("Li")));
    assert_eq!(reseller().await.expect(200).result()["name"], "Ann Li");
    client.modify(id, &json!({"firstName": "Anna"})).await.expect(200);
    assert_eq!(reseller().await.expect(200).result()["name"], "Anna Li");
    licensing("DELETE", "").await.expect(410);
    client.load(id).await.expect_failure(404, "V05");
    client.modify(id, &json!({"city": "X"})).await.expect_failure(404, "V05");
    assert_eq!(client.request("GET", "").send().await.expect(200).body, "[]");
}

#[tokio::test]
async fn addresses_may_be_repeated_here_and_a_change_moves_what_the_licensing_api_holds() {
    let client = ManagementClient::start().await;
    let token = client.app.licensing_token(&client.tenant, &["read", "write"]).await;
    let post = |form: &'static str| client.app.request("POST", "/api/customer").token(&token).form(form).send();
    let holder = post("company=A&email=held%40example.com").await.expect(201).json()["customer_id"].as_u64().unwrap();
    let twin = client.created(&json!({"email": "Held@example.com"})).await;
    client.modify(holder, &json!({"email": "moved@example.com"})).await.expect(200);
    assert_eq!(client.app.holder_of_email(&client.tenant, "held@example.com").await, None);
    assert_eq!(client.app.holder_of_email(&client.tenant, "moved@example.com").await, Some(holder));
    post("company=B&email=held%40example.com").await.expect_licensing_error(409, "CONFLICT");
    client.modify(twin, &json!({"email": null})).await.expect(200);
    post("company=B&email=held%40example.com").await.expect(201);
    client.modify(holder, &json!({"email": "held@example.com"})).await.expect(200);
    assert_eq!(client.app.holder_of_email(&client.tenant, "moved@example.com").await, None);
    client.app.audit(&client.tenant).await;
}

#[tokio::test]
async fn who_may_not_call_is_turned_away_before_anything_else() {
    let client = ManagementClient::start().await;
    let id = client.created(&json!({})).await;
    let keys = client.app.keys(&client.tenant).await;
    let token = client.app.licensing_token(&client.tenant, &["read", "write"]).await;
    let reader = client.app.service_user(&client.tenant, &["read"], None).await;
    let writer = client.app.service_user(&client.tenant, &["write"], None).await;
    let revoked = client.app.service_user(&client.tenant, &["read", "write"], None).await;
    let listed = client.app.operate("operator-list-keys", json!({"reseller_id": client.tenant.id})).await.unwrap();
    let last = listed["keys"].as_array().unwrap().iter().find(|key| key["last_four"] == revoked[revoked.len() - 4..]).unwrap();
    let revocation = json!({"reseller_id": client.tenant.id, "key_id": last["key_id"]});
    client.app.operate("operator-revoke-key", revocation).await.unwrap();
    let (user, password) = client.user.split_once(':').unwrap();
    let strangers = [
        String::new(),
        ":".to_owned(),
        user.to_owned(),
        format!("{user}:"),
        format!(":{password}"),
        format!("{user}:{password}x"),
        format!("{}:{password}", user.replace("api-", "api-9")),
        format!("{}:{password}", user.to_uppercase()),
        client.tenant.key.clone(),
        keys.expired.clone(),
        token.clone(),
        revoked,
    ];
    // A wrong action, format and body, so that a test sees which one is checked too early.
    let calls =
        [("PUT", ""), ("GET", "?limit=x&action=create"), ("GET", "/abc?action=x"), ("POST", "/abc"), ("POST", &format!("/{id}"))];
    let rows = client.app.all_rows().await;
    for (method, rest) in calls {
        let call = || client.app.request(method, &format!("{CUSTOMERS}{rest}")).header("content-type", "text/plain").body("{");
        for stranger in &strangers {
            call().user(stranger).send().await.expect_failure(401, "L01");
        }
        for header in ["", "Basic", "Basic ", "Basic %%%", "Basic YQ", &format!("Bearer {token}"), &format!("Basic {token}")] {
            call().header("authorization", header).send().await.expect_failure(401, "L01");
        }
        call().send().await.expect_failure(401, "L01");
        call().key(&client.tenant.key).send().await.expect_failure(401, "L01");
        let lacking = if method == "GET" { &writer } else { &reader };
        call().user(lacking).send().await.expect_failure(403, "L02");
        let refused = call().user(&client.user).send().await;
        assert!([400, 405, 415].contains(&refused.status), "{refused}");
    }
    assert_eq!(client.app.all_rows().await, rows);
    client.app.request("GET", &format!("{CUSTOMERS}/{id}")).user(&reader).send().await.expect(200);
    client.app.request("POST", &format!("{CUSTOMERS}/{id}")).user(&writer).json(&json!({})).send().await.expect(200);
    // A service user is refused by the other two APIs too.
    client.app.reseller_api("GET", "").key(&client.user).send().await.expect_error(401, "INVALID_API_KEY");
    client.app.request("GET", "/api/customers").user(&client.user).send().await.expect_licensing_error(401, "UNAUTHORIZED");
}

#[tokio::test]
async fn a_service_user_works_in_the_accounts_that_it_was_granted_and_sees_no_other() {
    let client = ManagementClient::start().await;
    let first = client.tenant.account_id;
    let second = client.app.account(&client.tenant).await;
    let third = client.app.account(&client.tenant).await;
    let both = client.app.service_user(&client.tenant, &["read", "write"], Some(&[first, second])).await;
    let of_second = client.app.service_user(&client.tenant, &["read", "write"], Some(&[second])).await;
    let of_none = client.app.service_user(&client.tenant, &["read", "write"], Some(&[])).await;
    let call = |user: &str, method: &str, rest: &str, body: Value| {
        client.app.request(method, &format!("{CUSTOMERS}{rest}")).user(user).json(&body).send()
    };
    let body =
        |account: u64| json!({"accountId": account, "firstName": "Ann", "lastName": "Lee", "code": format!("of-{account}")});
    let in_first = call(&both, "PUT", "", body(first)).await.expect(201).json()["id"].as_u64().unwrap();
    let in_second = call(&both, "PUT", "", body(second)).await.expect(201).json()["id"].as_u64().unwrap();
    let rows = client.app.all_rows().await;
    for (user, account) in [
        (&both, third),
        (&both, 4_711),
        (&both, u64::MAX),
        (&of_second, first),
        (&of_none, first),
        (&of_none, second),
        (&of_none, 1),
    ] {
        call(user, "PUT", "", body(account)).await.expect_failure_of(422, "V02", "accountId");
    }

    let ids = async |user: &str, query: &str| -> Vec<u64> {
        let found = call(user, "GET", query, json!({})).await.expect(200).json();
        found.as_array().unwrap().iter().map(|one| one["id"].as_u64().unwrap()).collect()
    };
    for query in ["", "?lastName=lee", "?firstName=ann&limit=1000"] {
        assert_eq!(ids(&both, query).await, [in_first, in_second], "{query}");
        assert_eq!(ids(&of_second, query).await, [in_second], "{query}");
        assert!(ids(&of_none, query).await.is_empty(), "{query}");
    }
    assert_eq!(ids(&both, &format!("?accountId={second}")).await, [in_second]);
    assert!(ids(&of_second, &format!("?accountId={first}")).await.is_empty());
    assert!(ids(&both, "?accountId=99999999999999999999").await.is_empty());
    for (user, id) in [(&of_second, in_first), (&of_none, in_first), (&of_none, in_second)] {
        let hidden = format!("/{id}");
        let by_code = format!("/*of-{}", if id == in_first { first } else { second });
        for method in ["GET", "POST"] {
            let of_hidden = call(user, method, &hidden, json!({"city": "X"})).await.expect_failure(404, "V05");
            let of_never = call(user, method, "/999999", json!({"city": "X"})).await.expect_failure(404, "V05");
            assert_eq!((of_hidden.body, of_hidden.headers), (of_never.body, of_never.headers));
            call(user, method, &by_code, json!({"city": "X"})).await.expect_failure(404, "V05");
        }
    }
    assert_eq!(client.app.all_rows().await, rows);
    call(&of_second, "POST", &format!("/*of-{second}"), json!({"city": "X"})).await.expect(200);
    // Another API creates customers in the first account.
    let elsewhere = client.app.create(&client.tenant, "Elsewhere").await;
    assert_eq!(call(&both, "GET", &format!("/{elsewhere}"), json!({})).await.expect(200).json()["accountId"], first);
    call(&of_second, "GET", &format!("/{elsewhere}"), json!({})).await.expect_failure(404, "V05");
}

#[tokio::test]
async fn the_other_resellers_customer_is_answered_as_one_that_never_existed() {
    let client = ManagementClient::start().await;
    let other = client.app.reseller("Harbour Telecom").await;
    let others_user = client.app.service_user(&other, &["read", "write"], None).await;
    let body = json!({"accountId": other.account_id, "firstName": "T", "lastName": "H", "code": "theirs"});
    let theirs =
        client.app.request("PUT", CUSTOMERS).user(&others_user).json(&body).send().await.expect(201).json()["id"].clone();
    let rows = client.app.all_rows().await;
    for method in ["GET", "POST"] {
        let call = async |named: &str| {
            client.app.wire.take_calls();
            let answer = client.request(method, &format!("/{named}")).json(&json!({"city": "X"})).send().await;
            let Answer { status, headers, body, .. } = answer;
            (status, headers, body, client.app.wire.take_operations())
        };
        assert_eq!(call(&theirs.to_string()).await, call("999999").await, "{method}");
        assert_eq!(call("*theirs").await, call("*nobodys").await, "{method}");
    }
    client.create(&client.with_required(&json!({"accountId": other.account_id}))).await.expect_failure_of(
        422,
        "V02",
        "accountId",
    );
    assert_eq!(client.request("GET", "").send().await.expect(200).body, "[]");
    assert_eq!(client.app.all_rows().await, rows);
}

#[tokio::test]
async fn the_method_selects_the_action_and_a_parameter_may_only_agree() {
    let client = ManagementClient::start().await;
    let id = client.created(&json!({})).await;
    let one = format!("/{id}");
    for (method, rest, action, allowed) in [
        ("PUT", "", "create", "GET, PUT"),
        ("GET", "", "find", "GET, PUT"),
        ("GET", one.as_str(), "load", "GET, POST"),
        ("POST", one.as_str(), "modify", "GET, POST"),
    ] {
        let call = |query: &str| client.request(method, &format!("{rest}{query}")).json(&client.with_required(&json!({}))).send();
        assert!(call(&format!("?action={action}")).await.status < 300);
        assert!(call(&format!("?action={action}&action={action}&other=1")).await.status < 300);
        for other in ["create", "find", "load", "modify", "delete", "", "Find"].iter().filter(|other| **other != action) {
            let answer = call(&format!("?action={other}")).await.expect_failure(405, "U01");
            assert_eq!(answer.header("allow"), Some(allowed), "{answer}");
        }
        call(&format!("?action={action}&action=x")).await.expect_failure(405, "U01");
        call("?action=%zz").await.expect_failure_of(400, "F01", "action");
    }
    // This API has no delete, and no route with a trailing slash: the gateway itself answers.
    assert_eq!(client.request("DELETE", &one).send().await.status, 404);
    assert_eq!(client.request("GET", "/").send().await.status, 404);
}

#[tokio::test]
async fn a_store_that_is_away_is_503_and_one_that_refuses_500_in_the_format_that_was_asked_for() {
    let client = ManagementClient::start().await;
    let id = client.created(&json!({})).await;
    let rows = client.app.all_rows().await;
    let calls = [("GET", format!("/{id}")), ("GET", String::new()), ("POST", format!("/{id}")), ("PUT", String::new())];
    client.app.wire.script(|_| Effect::Break);
    for (method, rest) in &calls {
        let answer = client.request(method, rest).json(&json!({"city": "X"})).send().await.expect_failure(503, "E01");
        assert_eq!(answer.header("retry-after"), Some("1"), "{answer}");
        let answer = client.request(method, rest).header("accept", "application/xml").send().await.expect(503);
        assert!(answer.body.starts_with("<response failureCode=\"E01\" failureMessage=\""), "{answer}");
    }
    client.app.wire.script(|_| {
        Effect::Answer(400, json!({"__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException", "message": "gone"}))
    });
    for (method, rest) in &calls {
        let answer = client.request(method, rest).json(&json!({"city": "X"})).send().await.expect_failure(500, "E02");
        assert!(!answer.body.contains("gone"), "{answer}");
    }
    client.app.wire.mend();
    assert_eq!(client.app.all_rows().await, rows);
}

#[tokio::test]
async fn reads_take_one_round_trip_and_writes_as_many_as_in_the_other_apis() {
    let client = ManagementClient::start().await;
    let id = client.created(&json!({"code": "A-1", "email": "ann@example.com"})).await;
    let spent = async |method: &str, rest: &str, body: Value| {
        client.app.wire.take_calls();
        let answer = client.request(method, rest).json(&body).send().await;
        (answer.status, client.app.wire.take_rounds())
    };
    assert_eq!(spent("GET", &format!("/{id}"), json!({})).await, (200, vec![1]));
    assert_eq!(spent("GET", "", json!({})).await, (200, vec![3]));
    assert_eq!(spent("GET", "?limit=0", json!({})).await, (200, vec![3]));
    assert_eq!(spent("GET", "?email=ann@example.com", json!({})).await, (200, vec![1, 1]));
    assert_eq!(spent("GET", "?city=Utrecht", json!({})).await, (200, vec![1, 1]));
    assert_eq!(spent("GET", "/*A-1", json!({})).await, (200, vec![1, 1]));
    assert_eq!(spent("GET", "/*nobody", json!({})).await, (404, vec![1]));
    assert_eq!(spent("GET", "/*999", json!({})).await, (404, vec![1]));
    assert_eq!(spent("POST", &format!("/{id}"), json!({"city": ""})).await, (200, vec![1]));
    assert_eq!(spent("POST", "/999", json!({"city": ""})).await, (404, vec![1]));
    assert_eq!(spent("POST", &format!("/{id}"), json!({"city": 1})).await, (400, vec![1]));
    assert_eq!(spent("PUT", "", client.with_required(&json!({}))).await, (201, vec![1, 1, 1]));
    assert_eq!(spent("PUT", "", json!({})).await, (422, vec![1]));
    let stranger = client.app.request("GET", &format!("{CUSTOMERS}/{id}")).user("api-1-x:y").send().await.expect(401);
    assert_eq!(client.app.wire.take_rounds(), Vec::<usize>::new(), "{stranger}");
    client.app.wire.take_calls();
    client.modify(id, &json!({"city": "Utrecht"})).await.expect(200);
    assert_eq!(client.app.wire.take_rounds(), [1, 1]);
}

#[tokio::test]
async fn every_read_is_consistent_and_every_call_says_what_it_cost() {
    let client = ManagementClient::start().await;
    client.app.wire.take_calls();
    let id = client.created(&json!({"code": "A-1"})).await;
    for rest in [format!("/{id}"), "/*A-1".to_owned(), String::new(), "?email=x".to_owned(), "?city=x".to_owned()] {
        client.request("GET", &rest).send().await.expect(200);
    }
    client.modify(id, &json!({"city": "Utrecht"})).await.expect(200);
    client.app.wire.take_calls().iter().for_each(Call::expect_consistent_and_metered);
}

#[tokio::test]
async fn simultaneous_modifies_of_different_fields_are_all_kept() {
    let client = ManagementClient::start().await;
    let id = client.created(&json!({})).await;
    let changes = [
        json!({"firstName": "New"}),
        json!({"organizationName": "Acme"}),
        json!({"email": "a@example.com"}),
        json!({"phone": "020"}),
        json!({"street": "S"}),
        json!({"city": "C"}),
        json!({"state": "NH"}),
        json!({"zipCode": "1011"}),
        json!({"countryCode": "NL"}),
    ];
    for answer in join_all(changes.iter().map(|body| client.modify(id, body))).await {
        answer.expect(200);
    }
    let shown = client.load(id).await.json();
    for change in &changes {
        for (field, value) in change.as_object().unwrap() {
            assert_eq!(&shown[field], value);
        }
    }
    assert_eq!(number(&client.app.audit(&client.tenant).await[&id], "revision"), 10);
}
