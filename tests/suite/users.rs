//! Users: the people of a reseller and of its customers, through each door.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use shared::domain::hash::sha256_hex;
use shared::domain::link::IssuedLink;
use shared::domain::timestamp::Timestamp;

use crate::harness::{Answer, ORIGIN, People, encoded, json_with};

fn text<'a>(of: &'a Value, member: &str) -> &'a str {
    of[member].as_str().unwrap()
}

/// The token of a user's link.
fn link_token(invited: &Value) -> String {
    let token = text(invited, "invitation_url").strip_prefix(&format!("{ORIGIN}/invitation/"));
    token.unwrap_or_else(|| panic!("{invited}")).to_owned()
}

/// The user of an answer with a link, as other answers show it.
fn without_link(invited: &Value) -> Value {
    let mut user = invited.clone();
    for member in ["invitation_url", "invitation_expires"] {
        assert!(user.as_object_mut().unwrap().remove(member).is_some(), "{invited}");
    }
    user
}

#[track_caller]
fn expect_details(answer: Answer, details: &Value) {
    let answer = answer.expect_error(400, "VALIDATION_ERROR");
    assert_eq!(answer.json()["details"], *details, "{answer}");
}

const LAST: &str = "must leave the reseller an active user, and this is the last one";

#[tokio::test]
async fn a_user_is_invited_read_changed_and_deleted_in_both_slash_forms() {
    let people = People::new().await;
    for (group, role) in [(people.customers(), "RESELLEE"), (people.own(), "RESELLER")] {
        let sent = json!({"email": " Ann@Acme.example ", "first_name": " Ann ", "last_name": "Rivers"});
        let made = group.post(sent).await.expect(201);
        let user = made.result();
        let (id, at) = (&user["id"], text(&user, "registration_date"));
        let shown = format!(
            "{{\"id\":{id},\"first_name\":\"Ann\",\"last_name\":\"Rivers\",\"email\":\"Ann@Acme.example\",\"role\":\"{role}\",\
             \"status\":\"invited\",\"is_active\":true,\"registration_date\":\"{at}\",\"last_modified\":\"{at}\",\
             \"last_login\":null"
        );
        let link = format!(
            ",\"invitation_url\":\"{}\",\"invitation_expires\":\"{}\"",
            text(&user, "invitation_url"),
            text(&user, "invitation_expires")
        );
        let envelope = |object: String| format!("{{\"result\":{object}}},\"count\":1,\"total_results\":1}}");
        assert_eq!(made.body, envelope(format!("{shown}{link}")));
        for slash in ["", "/"] {
            let read = group.call("GET", format!("{id}{slash}")).send().await.expect(200);
            assert_eq!((&read.body, read.header("etag")), (&envelope(shown.clone()), made.header("etag")));
        }
        assert_eq!(group.list("").await.json(), json!({"result": [without_link(&user)], "count": 1, "total_results": 1}));

        let changed = group.put(id, json!({"first_name": "Anna", "is_active": false})).await.expect(201).result();
        let expected = json!({
            "first_name": "Anna", "last_name": null, "is_active": false, "status": "inactive",
            "last_modified": changed["last_modified"],
        });
        assert_eq!(changed, json_with(without_link(&user), &expected));
        assert!(text(&changed, "last_modified") >= at);
        assert_eq!(group.get(id).await.expect(200).result(), changed);
        // What is not sent is cleared, but for the role and the activity, and what changes nothing is no change.
        let rows = people.app.all_rows().await;
        let body = json!({"first_name": "Anna", "email": "ANN@acme.EXAMPLE", "role": role, "last_name": null});
        assert_eq!(group.call("PUT", format!("{id}/")).json(&body).send().await.expect(201).result(), changed);
        assert_eq!(people.app.all_rows().await, rows);

        assert_eq!(group.delete(id).await.expect(204).body, "");
        for answer in [group.get(id).await, group.put(id, json!({})).await, group.delete(id).await, group.link(id).await] {
            assert_eq!(answer.expect_error(404, "NOT_FOUND").json()["message"], "There is no user with this id.");
        }
        assert_eq!(group.list("").await.json(), json!({"result": [], "count": 0, "total_results": 0}));
        people.audit().await;
    }
}

#[tokio::test]
async fn each_field_has_its_own_message_and_all_are_told_at_once() {
    let people = People::new().await;
    let group = people.customers();
    let id = group.invited("bob@acme.example").await["id"].clone();
    let rows = people.app.all_rows_but_counters().await;
    for missing in [json!({}), json!({"email": null}), json!({"email": " "})] {
        expect_details(group.post(missing).await, &json!({"email": "is required"}));
    }
    let wrong = json!({"email": "no address", "first_name": "a".repeat(126), "last_name": "é".repeat(126), "role": "RESELLER"});
    let mut told = json!({
        "email": "must be an e-mail address such as customer@example.com",
        "first_name": "must have at most 125 characters",
        "last_name": "must have at most 125 characters",
        "role": "must be RESELLEE in this organization",
    });
    expect_details(group.post(wrong.clone()).await, &told);
    told["email"] = "can't be changed: delete the user and invite the other address".into();
    told["is_active"] = "must be true or false".into();
    expect_details(group.put(&id, json_with(wrong, &json!({"is_active": "yes"}))).await, &told);
    let of_other_types = json!({"email": 1, "first_name": true, "last_name": [], "role": {}});
    let told = json!({
        "email": "must be a text", "first_name": "must be a text", "last_name": "must be a text", "role": "must be a text",
    });
    expect_details(group.post(of_other_types.clone()).await, &told);
    expect_details(group.put(&id, of_other_types).await, &told);
    let long = json!({"email": format!("{}@b.example", "a".repeat(245))});
    expect_details(group.post(long).await, &json!({"email": "must have at most 254 characters"}));
    let odd = json!({"email": "a@acme.example", "first_name": "a\u{1}b"});
    let told = json!({"first_name": "must not contain control characters other than tab and line breaks"});
    expect_details(group.post(odd).await, &told);
    for body in ["", "{", "[]", "1"] {
        group.call("POST", "").body(body).send().await.expect_error(400, "MALFORMED_JSON");
        group.call("PUT", &id).body(body).send().await.expect_error(400, "MALFORMED_JSON");
    }
    assert_eq!(people.app.all_rows_but_counters().await, rows);

    let longest = json!({
        "email": format!("{}@b.example", "a".repeat(244)), "first_name": "é".repeat(125), "last_name": "😀".repeat(125),
        "unknown": {"deep": [1]}, "is_active": false, "id": 7,
    });
    let made = group.post(longest.clone()).await.expect(201).result();
    assert_eq!((&made["first_name"], &made["last_name"]), (&longest["first_name"], &longest["last_name"]));
    assert_eq!((&made["is_active"], &made["status"]), (&json!(true), &json!("invited")), "a new user is active");
    people.audit().await;
}

#[tokio::test]
async fn hostile_texts_are_kept_as_they_are_or_refused() {
    let people = People::new().await;
    let group = people.customers();
    let names = [
        "<script>alert(1)</script>",
        "'; DROP TABLE users; --",
        "{\"a\": [1]}",
        "=1+1",
        "\u{202e}nnA",
        "a\tb\nc",
        "👩‍👩‍👧",
        "#users",
        "ﷺ",
        "null",
        "..%2f",
    ];
    for (place, name) in names.into_iter().enumerate() {
        let email = format!("{place}+'\"<>&@é.example");
        let body = json!({"email": email, "first_name": name, "last_name": name});
        let made = group.post(body).await.expect(201).result();
        let read = group.get(&made["id"]).await.expect(200).result();
        assert_eq!(
            [&read["first_name"], &read["last_name"], &read["email"]],
            [name, name, &email].map(|text| json!(text)).each_ref()
        );
        assert_eq!(group.addresses(&format!("?filter=email={}", encoded(&email))).await, [email]);
    }
    let rows = people.app.all_rows_but_counters().await;
    for email in
        ["a b@c.example", "a@b", "@b.example", "a@", "a@b@c.example", "a@.example", "a\u{a0}@b.example", "a@b.example\u{0}"]
    {
        group.post(json!({"email": email})).await.expect_faults(&["email"]);
    }
    for name in ["a\u{0}", "a\u{7f}\u{0}", "\u{ffff}"] {
        group.post(json!({"email": "a@b.example", "first_name": name})).await.expect_faults(&["first_name"]);
    }
    let deep = format!("{}1{}", "[".repeat(40), "]".repeat(40));
    let bodies = [
        format!(r#"{{"email": "a@b.example", "x": {deep}}}"#),
        r#"{"email": "a@b.example", "email": "#.to_owned(),
        r#"{"email": "\ud800@b.example"}"#.to_owned(),
    ];
    for body in bodies {
        group.call("POST", "").body(body).send().await.expect_error(400, "MALFORMED_JSON");
    }
    let large = format!(r#"{{"email": "a@b.example", "x": "{}"}}"#, "x".repeat(256 * 1024));
    group.call("POST", "").body(large).send().await.expect_error(400, "VALIDATION_ERROR");
    assert_eq!(people.app.all_rows_but_counters().await, rows);
    people.audit().await;
}

#[tokio::test]
async fn the_role_follows_from_the_kind_of_organization() {
    let (resold, platform) = (People::new().await, People::of_platform().await);
    let cases = [
        (resold.customers(), &["RESELLEE"][..]),
        (resold.own(), &["RESELLER"]),
        (platform.customers(), &["CUSTOMER", "CONTRIBUTOR"]),
        (platform.own(), &["RESELLER"]),
    ];
    for (place, (group, roles)) in cases.into_iter().enumerate() {
        let default = group.invited(&format!("default-{place}@acme.example")).await;
        assert_eq!(default["role"], roles[0]);
        let told = json!({"role": format!("must be {} in this organization", roles.join(" or "))});
        for role in ["RESELLER", "RESELLEE", "CUSTOMER", "CONTRIBUTOR", "resellee", "Customer", "OWNER"] {
            let body = json!({"email": format!("{role}-{place}@acme.example"), "role": role});
            if roles.contains(&role) {
                assert_eq!(group.post(body).await.expect(201).result()["role"], role);
                assert_eq!(group.put(&default["id"], json!({"role": role})).await.expect(201).result()["role"], role);
                assert_eq!(group.put(&default["id"], json!({})).await.expect(201).result()["role"], role, "it stays");
            } else {
                expect_details(group.post(body).await, &told);
                expect_details(group.put(&default["id"], json!({"role": role})).await, &told);
            }
        }
    }
    // A null counts as absent.
    let id = platform.customers().invited("null@acme.example").await["id"].clone();
    let body = json!({"role": null, "is_active": null, "first_name": null, "email": null});
    assert_eq!(platform.customers().put(&id, body).await.expect(201).result()["role"], "CUSTOMER");
    resold.audit().await;
    platform.audit().await;
}

#[tokio::test]
async fn an_address_is_one_person_within_a_reseller_and_says_nothing_about_others() {
    let people = People::new().await;
    let sibling = people.app.create(&people.tenant, "Sibling").await;
    let (mine, theirs, own) = (people.customers(), people.of(sibling), people.own());
    let user = mine.invited("ann@acme.example").await;
    let taken = json!({"email": "is the address of another user"});
    let rows = people.app.all_rows_but_counters().await;
    for group in [&mine, &theirs, &own] {
        for address in ["ann@acme.example", "ANN@Acme.Example"] {
            expect_details(group.post(json!({"email": address})).await, &taken);
        }
    }
    assert_eq!(people.app.all_rows_but_counters().await, rows);
    // It is free as soon as the user is deleted.
    mine.delete(&user["id"]).await.expect(204);
    let user = own.invited("Ann@acme.example").await;
    expect_details(mine.post(json!({"email": "ann@acme.example"})).await, &taken);
    own.delete(&user["id"]).await.expect(204);
    theirs.invited("ann@acme.example").await;
    // A customer may have the same address, and so may a user of another reseller.
    people.app.create_with(&people.tenant, json!({"name": "Ann", "email": "ann@acme.example"})).await;
    let stranger = people.app.reseller("Other").await;
    let request = people.app.request("POST", "/api/v3/reseller/user/").key(&stranger.key);
    request.json(&json!({"email": "ann@acme.example"})).send().await.expect(201);
    people.audit().await;
    people.app.audit(&stranger).await;
}

#[tokio::test]
async fn an_address_can_not_be_changed() {
    let people = People::new().await;
    let group = people.customers();
    let id = group.invited("ann@acme.example").await["id"].clone();
    let told = json!({"email": "can't be changed: delete the user and invite the other address"});
    for email in ["anna@acme.example", "no address", "ann@acme.example.org"] {
        expect_details(group.put(&id, json!({"email": email})).await, &told);
    }
    for email in ["ann@acme.example", " ANN@ACME.EXAMPLE ", ""] {
        let changed = group.put(&id, json!({"email": email, "first_name": email.len().to_string()})).await.expect(201);
        assert_eq!(changed.result()["email"], "ann@acme.example", "it is kept as it is");
    }
}

#[tokio::test]
async fn a_link_works_for_seven_days_and_only_its_hash_is_on_record() {
    let people = People::new().await;
    let group = people.customers();
    let first = group.invited("ann@acme.example").await;
    let secret = people.app.secret().await;
    let moment = |of: &Value, member: &str| text(of, member).parse::<Timestamp>().unwrap();
    let seven_days = std::time::Duration::from_secs(7 * 24 * 60 * 60);
    assert_eq!(moment(&first, "invitation_expires"), moment(&first, "registration_date").plus(seven_days));
    let again = group.link(&first["id"]).await.expect(201).result();
    assert_eq!(moment(&again, "invitation_expires"), moment(&again, "last_modified").plus(seven_days));
    assert_eq!(without_link(&again), json_with(without_link(&first), &json!({"last_modified": again["last_modified"]})));

    let (partition, sort) = group.place(&first["id"]);
    let on_record = people.app.row(&partition, &sort).await.unwrap()["link"].as_m().unwrap().clone();
    let rows = people.app.all_rows().await;
    for (link, is_the_last) in [(&first, false), (&again, true)] {
        let token = link_token(link);
        let issued = IssuedLink::parse(&token, &secret).unwrap();
        assert_eq!(issued.place().user.number(), link["id"].as_u64().unwrap());
        assert_eq!(issued.place().organization.customer().unwrap().number(), people.customer);
        assert_eq!(on_record["hash"].as_s().unwrap() == &sha256_hex(&token), is_the_last, "a new link ends the older one");
        assert!(!rows.iter().any(|row| row.contains(&token)));
        assert!(token.len() == 58 && token.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{token}");
    }
    assert_eq!(on_record["valid_until"].as_s().unwrap(), text(&again, "invitation_expires"));
    for answer in [group.get(&first["id"]).await, group.put(&first["id"], json!({})).await, group.list("").await] {
        assert!(!answer.body.contains("invitation"), "{answer}");
    }
    people.audit().await;
}

#[tokio::test]
async fn an_inactive_user_has_no_link_and_gets_none() {
    let people = People::new().await;
    let group = people.customers();
    let id = group.invited("ann@acme.example").await["id"].clone();
    let link = async || {
        let (partition, sort) = group.place(&id);
        people.app.row(&partition, &sort).await.unwrap()["link"].clone()
    };
    assert!(link().await.is_m());
    group.put(&id, json!({"is_active": false})).await.expect(201);
    assert!(link().await.is_null());
    let rows = people.app.all_rows().await;
    let told = json!({"user_id": "is an inactive user, who gets no link: activate the user first"});
    expect_details(group.link(&id).await, &told);
    assert_eq!(people.app.all_rows().await, rows);
    group.put(&id, json!({"is_active": true})).await.expect(201);
    assert!(link().await.is_null(), "nothing comes back");
    assert_eq!(group.link(&id).await.expect(201).result()["status"], "invited");
    people.audit().await;
}

#[tokio::test]
async fn the_status_tells_whether_a_user_can_log_in() {
    let people = People::new().await;
    for (group, domain) in [(people.customers(), "acme.example"), (people.own(), "northwind.example")] {
        let first = group.invited(&format!("a@{domain}")).await["id"].clone();
        let other = group.invited(&format!("b@{domain}")).await["id"].clone();
        for id in [&first, &other] {
            group.give_password(id).await;
            let read = group.get(id).await.expect(200);
            assert_eq!(read.result()["status"], "active");
            assert!(!read.body.contains("argon2"), "{read}");
        }
        assert_eq!(group.link(&first).await.expect(201).result()["status"], "active", "until the link is used");
        for (is_active, status) in [(false, "inactive"), (true, "active")] {
            let changed = group.put(&first, json!({"is_active": is_active})).await.expect(201).result();
            assert_eq!(changed["status"], status);
            people.audit().await;
        }
        group.delete(&other).await.expect(204);
        people.audit().await;
    }
}

#[tokio::test]
async fn the_last_active_person_of_a_reseller_stays_and_is_active() {
    let people = People::new().await;
    let own = people.own();
    let (ann, bob) =
        (own.invited("ann@northwind.example").await["id"].clone(), own.invited("bob@northwind.example").await["id"].clone());
    // While nobody is active, nobody is the last one.
    own.put(&bob, json!({"is_active": false})).await.expect(201);
    own.put(&bob, json!({"is_active": true})).await.expect(201);
    own.give_password(&ann).await;
    let rows = people.app.all_rows().await;
    expect_details(own.put(&ann, json!({"is_active": false})).await, &json!({"is_active": LAST}));
    expect_details(own.delete(&ann).await, &json!({"user_id": LAST}));
    assert_eq!(people.app.all_rows().await, rows);
    own.put(&ann, json!({"first_name": "Ann", "is_active": true})).await.expect(201);
    own.link(&ann).await.expect(201);
    // Somebody who was only invited does not count.
    own.give_password(&bob).await;
    own.put(&ann, json!({"is_active": false})).await.expect(201);
    expect_details(own.delete(&bob).await, &json!({"user_id": LAST}));
    people.audit().await;
    own.delete(&ann).await.expect(204);
    own.invited("cleo@northwind.example").await;
    expect_details(own.delete(&bob).await, &json!({"user_id": LAST}));
    people.audit().await;
    // The people of customers may all go.
    let group = people.customers();
    let last = group.invited("last@acme.example").await["id"].clone();
    group.give_password(&last).await;
    group.put(&last, json!({"is_active": false})).await.expect(201);
    group.delete(&last).await.expect(204);
    people.audit().await;
}

#[tokio::test]
async fn each_door_takes_its_own_callers_and_leads_to_its_own_people() {
    let people = People::new().await;
    let sibling = people.app.create(&people.tenant, "Sibling").await;
    let (mine, theirs, own) = (people.customers(), people.of(sibling), people.own());
    let user = mine.invited("ann@acme.example").await;
    let id = &user["id"];
    theirs.invited("bob@acme.example").await;
    let employee = own.invited("cleo@northwind.example").await["id"].clone();
    let token = people.token().await;
    let rows = people.app.all_rows().await;
    let send = async |method: &str, path: &str, key: &str| {
        people.app.request(method, path).key(key).json(&json!({"email": "new@acme.example"})).send().await
    };
    // A customer's token sees its own people, and changes nothing.
    let door = "/api/v3/user/";
    assert_eq!(send("GET", door, &token).await.expect(200).body, mine.list("").await.body);
    for slash in ["", "/"] {
        assert_eq!(send("GET", &format!("{door}{id}{slash}"), &token).await.expect(200).body, mine.get(id).await.body);
    }
    let one = format!("{door}{id}");
    let link = format!("{one}/invitation");
    let writes = [("POST", door), ("PUT", &one), ("DELETE", &one), ("POST", &link)];
    for (method, path) in writes {
        send(method, path, &token).await.expect_error(403, "FORBIDDEN");
    }
    for (method, path) in writes.into_iter().chain([("GET", door), ("GET", &one)]) {
        send(method, path, &people.tenant.key).await.expect_error(403, "FORBIDDEN");
    }
    // At the reseller's doors it is nobody, even for its own customer.
    for base in ["/api/v3/reseller/user/".to_owned(), format!("/api/v3/reseller/customer/{}/user/", people.customer)] {
        for (method, rest) in [
            ("GET", String::new()),
            ("POST", String::new()),
            ("GET", id.to_string()),
            ("PUT", id.to_string()),
            ("DELETE", id.to_string()),
            ("POST", format!("{id}/invitation")),
        ] {
            send(method, &format!("{base}{rest}"), &token).await.expect_error(403, "FORBIDDEN");
        }
    }
    // Nobody is reached through another organization.
    for (group, id) in [(&theirs, id), (&own, id), (&mine, &employee), (&theirs, &employee)] {
        for answer in [group.get(id).await, group.put(id, json!({})).await, group.delete(id).await, group.link(id).await] {
            assert_eq!(answer.expect_error(404, "NOT_FOUND").json()["message"], "There is no user with this id.");
        }
    }
    send("GET", &format!("{door}{employee}"), &token).await.expect_error(404, "NOT_FOUND");
    assert_eq!(own.addresses("").await, ["cleo@northwind.example"]);
    assert_eq!(people.app.all_rows().await, rows);
}

#[tokio::test]
async fn every_kind_of_wrong_key_is_refused_and_writes_nothing() {
    let people = People::new().await;
    let keys = people.app.keys(&people.tenant).await;
    let user = people.app.service_user(&people.tenant, &["read", "write"], None).await;
    let licensing = people.app.licensing_token(&people.tenant, &["read", "write"]).await;
    let own = people.own();
    let (mine, id) = (people.customers(), own.invited("ann@northwind.example").await["id"].clone());
    let of_customer = mine.invited("bob@acme.example").await["id"].clone();
    let rows = people.app.all_rows().await;
    let base = |customer: bool| {
        if customer { format!("/api/v3/reseller/customer/{}/user", people.customer) } else { "/api/v3/reseller/user".to_owned() }
    };
    for is_of_customer in [false, true] {
        let (base, id) = (base(is_of_customer), if is_of_customer { &of_customer } else { &id });
        for (method, rest, writes) in [
            ("POST", String::new(), true),
            ("GET", String::new(), false),
            ("GET", format!("/{id}"), false),
            ("PUT", format!("/{id}"), true),
            ("POST", format!("/{id}/invitation"), true),
            ("DELETE", format!("/{id}"), true),
        ] {
            let send = |key: &str| {
                let body = json!({"email": "new@acme.example"});
                people.app.request(method, &format!("{base}{rest}")).key(key).json(&body).send()
            };
            send("").await.expect_error(401, "MISSING_API_KEY");
            for key in ["nonsense", &user, &licensing, &keys.expired] {
                send(key).await.expect_error(401, "INVALID_API_KEY");
            }
            send(&keys.revoked).await.expect_error(401, "KEY_REVOKED");
            send(&keys.customer).await.expect_error(403, "FORBIDDEN");
            send(if writes { &keys.read_only } else { &keys.write_only }).await.expect_error(403, "FORBIDDEN");
        }
    }
    assert_eq!(people.app.all_rows().await, rows);
    people.app.operate("operator-suspend-reseller", json!({"reseller_id": people.tenant.id})).await.unwrap();
    own.call("GET", "").send().await.expect_error(403, "RESELLER_SUSPENDED");
    own.post(json!({"email": "new@acme.example"})).await.expect_error(403, "RESELLER_SUSPENDED");
}

#[tokio::test]
async fn an_inactive_customers_token_is_refused_and_its_reseller_goes_on() {
    let people = People::new().await;
    let token = people.token().await;
    let id = people.customers().invited("ann@acme.example").await["id"].clone();
    people.activate_customer(false).await;
    for path in ["/api/v3/user/".to_owned(), format!("/api/v3/user/{id}")] {
        let refused = people.app.request("GET", &path).key(&token).send().await;
        refused.expect_error(403, "ORGANIZATION_INACTIVE");
    }
    let group = people.customers();
    let more = group.invited("bob@acme.example").await["id"].clone();
    group.put(&more, json!({"first_name": "Bob"})).await.expect(201);
    group.link(&more).await.expect(201);
    group.delete(&more).await.expect(204);
    assert_eq!(group.addresses("").await, ["ann@acme.example"]);
    people.activate_customer(true).await;
    people.app.request("GET", "/api/v3/user/").key(&token).send().await.expect(200);
    people.audit().await;
}

#[tokio::test]
async fn another_resellers_people_are_answered_as_those_who_never_existed() {
    let people = People::new().await;
    let stranger = people.app.reseller("Harbour Telecom").await;
    let theirs = people.app.create(&stranger, "Theirs").await;
    let invited = people.app.request("POST", &format!("/api/v3/reseller/customer/{theirs}/user/")).key(&stranger.key);
    let of_theirs = invited.json(&json!({"email": "ann@acme.example"})).send().await.expect(201).id();
    let rows = people.app.all_rows().await;
    let never = 999_999;
    for (method, form) in [
        ("GET", "customer/{customer}/user/"),
        ("POST", "customer/{customer}/user/"),
        ("GET", "customer/{customer}/user/{user}"),
        ("PUT", "customer/{customer}/user/{user}"),
        ("DELETE", "customer/{customer}/user/{user}"),
        ("POST", "customer/{customer}/user/{user}/invitation/"),
        ("GET", "user/{user}"),
        ("PUT", "user/{user}"),
        ("DELETE", "user/{user}"),
        ("POST", "user/{user}/invitation/"),
    ] {
        let call = async |customer: u64, user: u64| {
            let path = form.replace("{customer}", &customer.to_string()).replace("{user}", &user.to_string());
            people.app.wire.take_calls();
            let request = people.app.request(method, &format!("/api/v3/reseller/{path}")).key(&people.tenant.key);
            let answer = request.json(&json!({"email": "new@acme.example"})).send().await;
            (answer.status, answer.headers, answer.body, people.app.wire.take_operations())
        };
        let expected = call(never, never).await;
        assert_eq!(expected.0, 404, "{method} {form}");
        assert_eq!(call(theirs, of_theirs).await, expected, "{method} {form}");
        for (customer, user) in [(people.customer, of_theirs), (u64::MAX, of_theirs), (0, of_theirs), (people.customer, u64::MAX)]
        {
            if form.contains("{user}") || customer != people.customer {
                assert_eq!(call(customer, user).await.0, 404, "{method} {form} {customer} {user}");
            }
        }
    }
    assert_eq!(people.app.all_rows().await, rows);
}

#[tokio::test]
async fn an_id_that_is_no_integer_is_told_in_every_place() {
    let people = People::new().await;
    let key = &people.tenant.key;
    let integer = "must be an integer";
    for odd in ["x", "1.5", "-1", "1e3", "%20", "..%2f1"] {
        for (method, rest) in [("GET", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/invitation")] {
            let send = |path: String| {
                people.app.request(method, &format!("/api/v3/reseller/{path}{rest}")).key(key).json(&json!({})).send()
            };
            expect_details(send(format!("user/{odd}")).await, &json!({"user_id": integer}));
            expect_details(send(format!("customer/{}/user/{odd}", people.customer)).await, &json!({"user_id": integer}));
            expect_details(send(format!("customer/{odd}/user/{odd}")).await, &json!({"id": integer, "user_id": integer}));
            expect_details(send(format!("customer/{odd}/user/1")).await, &json!({"id": integer}));
        }
        for method in ["GET", "POST"] {
            let request = people.app.request(method, &format!("/api/v3/reseller/customer/{odd}/user/")).key(key);
            expect_details(request.json(&json!({})).send().await, &json!({"id": integer}));
        }
        let refused = people.app.request("GET", &format!("/api/v3/reseller/user/{odd}")).key("nonsense").send().await;
        refused.expect_error(401, "INVALID_API_KEY");
    }
    for beyond in ["1/x", "1//", "1/invitation/x", "1/invitation//"] {
        people.app.request("GET", &format!("/api/v3/reseller/user/{beyond}")).key(key).send().await.expect(404);
        people.app.request("POST", &format!("/api/v3/reseller/user/{beyond}")).key(key).send().await.expect(404);
    }
}

#[tokio::test]
async fn a_list_is_sorted_by_any_key_filtered_and_cut_into_pages() {
    let people = People::of_platform().await;
    let group = people.customers();
    for (email, first, role) in [
        ("carl@acme.example", Some("Zed"), "CONTRIBUTOR"),
        ("Anna@acme.example", None, "CUSTOMER"),
        ("ben@acme.example", Some("anton"), "CONTRIBUTOR"),
    ] {
        group.post(json!({"email": email, "first_name": first, "role": role})).await.expect(201);
    }
    let [carl, anna, ben] = ["carl@acme.example", "Anna@acme.example", "ben@acme.example"];
    let ids = group.list("").await.ids();
    group.give_password(&json!(ids[0])).await;
    group.put(&json!(ids[2]), json!({"first_name": "anton", "is_active": false})).await.expect(201);
    assert_eq!(group.addresses("").await, [carl, anna, ben], "by id");
    for (key, sorted) in [
        ("id", [carl, anna, ben]),
        ("first_name", [anna, ben, carl]),
        ("last_name", [carl, anna, ben]),
        ("email", [anna, ben, carl]),
        ("role", [carl, ben, anna]),
        ("status", [carl, ben, anna]),
        ("is_active", [ben, carl, anna]),
        ("registration_date", [carl, anna, ben]),
        ("last_modified", [carl, anna, ben]),
        ("last_login", [carl, anna, ben]),
    ] {
        assert_eq!(group.addresses(&format!("?sort={key}")).await, sorted, "{key}");
        let mut reversed = sorted;
        reversed.reverse();
        assert_eq!(group.addresses(&format!("?sort={key}&direction=desc")).await, reversed, "{key}");
    }
    for (filter, found) in [
        ("filter=email=ANNA@acme.example", &[anna][..]),
        ("filter=email=a@acme.example", &[]),
        ("filter=status=active", &[carl]),
        ("filter=status=invited", &[anna]),
        ("filter=status=inactive", &[ben]),
        ("filter=role=CONTRIBUTOR", &[carl, ben]),
        ("filter=role=contributor&filter=status=inactive", &[ben]),
        ("filter=role=RESELLER", &[]),
    ] {
        assert_eq!(group.addresses(&format!("?{filter}")).await, found, "{filter}");
    }
    let first = group.list("?sort=email&limit=2&filter=role=CONTRIBUTOR&filter=role=contributor").await;
    assert_eq!((first.json()["total_results"].as_u64(), first.next()), (Some(2), None));
    let mut page = group.list("?sort=email&limit=2").await;
    let mut seen = page.ids();
    while let Some(next) = page.next() {
        page = people.app.request("GET", &next).key(&people.tenant.key).send().await.expect(200);
        assert_eq!(page.json()["total_results"], 3);
        seen.extend(page.ids());
    }
    assert_eq!(seen, [ids[1], ids[2], ids[0]]);
    let refused = group.call("GET", "?limit=0&offset=x&sort=password&direction=up&filter=first_name%3Da&cursor=x").send().await;
    expect_details(
        refused,
        &json!({
            "limit": "must be an integer from 1 to 1000",
            "offset": "must be an integer from 0",
            "sort": "must be one of id, first_name, last_name, email, role, status, is_active, registration_date, last_modified, \
                     last_login",
            "direction": "must be asc or desc",
            "filter": "must be key=value, where key is one of email, status, role",
            "cursor": "is not there for this list: it has offset",
        }),
    );
    // At the customer's own door, and for the reseller's own people.
    let token = people.token().await;
    let own = people.app.request("GET", "/api/v3/user/?sort=email&filter=status=active").key(&token).send().await.expect(200);
    assert_eq!(own.ids(), [ids[0]]);
    assert_eq!(people.own().list("?sort=email").await.ids(), [0_u64; 0]);
    people.audit().await;
}

#[tokio::test]
async fn tags_change_with_every_change_and_protect_from_overwriting() {
    let people = People::new().await;
    for group in [people.customers(), people.own()] {
        let made = group.post(json!({"email": format!("{}@acme.example", group.list("").await.body.len())})).await.expect(201);
        let (id, mut tag) = (made.result()["id"].clone(), made.header("etag").unwrap().to_owned());
        let stale = "\"stale\"";
        let tagged = async |method: &str, rest: String, tag: &str| {
            let request = group.call(method, rest).header("if-match", tag);
            request.json(&json!({"first_name": tag.len().to_string()})).send().await
        };
        for (method, rest, status) in
            [("PUT", id.to_string(), 201), ("POST", format!("{id}/invitation"), 201), ("DELETE", id.to_string(), 204)]
        {
            let rows = people.app.all_rows().await;
            tagged(method, rest.clone(), stale).await.expect_error(412, "PRECONDITION_FAILED");
            tagged(method, rest.clone(), "x").await.expect_faults(&["If-Match"]);
            assert_eq!(people.app.all_rows().await, rows);
            let done = tagged(method, rest.clone(), &tag).await.expect(status);
            if status == 201 {
                tagged(method, rest, &tag).await.expect_error(412, "PRECONDITION_FAILED");
                let current = done.header("etag").unwrap().to_owned();
                assert_eq!(group.get(&id).await.header("etag"), Some(current.as_str()));
                tag = current;
            }
        }
    }
    people.audit().await;
}

#[tokio::test]
async fn a_repeated_request_makes_one_user_and_shows_the_same_link_again() {
    let people = People::new().await;
    for (group, door) in [(people.customers(), "c"), (people.own(), "o")] {
        let body = json!({"email": format!("{door}@acme.example")});
        let create = async |key: &str| group.call("POST", "").json(&body).header("idempotency-key", key).send().await;
        let (first, second) = (create(&format!("{door}1")).await.expect(201), create(&format!("{door}1")).await.expect(201));
        assert_eq!(first.shown(), second.shown());
        assert!(first.body.contains("/invitation/"));
        let other = group.call("POST", "").json(&json!({"email": "other@acme.example"}));
        let other = other.header("idempotency-key", &format!("{door}1")).send().await;
        other.expect_error(422, "IDEMPOTENCY_KEY_REUSED");
        let id = first.result()["id"].clone();
        let repeated = async |method: &str, rest: String| {
            let send = || {
                let request = group.call(method, &rest).header("idempotency-key", &format!("{door}{method}{rest}"));
                request.json(&json!({"first_name": "Ann"})).send()
            };
            let (first, rows) = (send().await, people.app.all_rows().await);
            let second = send().await;
            assert_eq!(first.shown(), second.shown(), "{method} {rest}");
            assert_eq!(people.app.all_rows().await, rows, "{method} {rest}");
            first
        };
        let link = repeated("POST", format!("{id}/invitation/")).await.expect(201).result();
        assert_ne!(link_token(&link), link_token(&first.result()));
        repeated("PUT", id.to_string()).await.expect(201);
        repeated("DELETE", id.to_string()).await.expect(204);
        assert_eq!(group.list("").await.json()["count"], 0);
    }
    people.audit().await;
}

#[tokio::test]
async fn who_did_what_to_whom_is_on_record_without_names() {
    let people = People::new().await;
    for (group, customer) in [(people.customers(), json!(people.customer)), (people.own(), Value::Null)] {
        let body = json!({"email": "ann@acme.example", "first_name": "Ann"});
        let id = group.post(body).await.expect(201).result()["id"].clone();
        group.put(&id, json!({"last_name": "Rivers", "is_active": false})).await.expect(201);
        group.put(&id, json!({"last_name": "Rivers", "is_active": true})).await.expect(201);
        group.link(&id).await.expect(201);
        group.delete(&id).await.expect(204);
        let entries = people.activity(5).await;
        let expected = [
            json!(["user.deleted", customer, id, []]),
            json!(["user.invited", customer, id, []]),
            json!(["user.updated", customer, id, ["is_active"]]),
            json!(["user.updated", customer, id, ["first_name", "last_name", "is_active"]]),
            json!(["user.created", customer, id, ["email", "first_name", "role", "is_active"]]),
        ];
        assert_eq!(entries, expected);
    }
    let listed = people.app.request("GET", "/api/v3/reseller/activity/?limit=1").key(&people.tenant.key).send().await.expect(200);
    let entry = listed.result()[0].clone();
    assert_eq!((&entry["object"]["kind"], &entry["actor"]["kind"]), (&json!("user"), &json!("reseller")));
    assert!(!people.app.all_rows().await.iter().any(|row| row.contains("Rivers") || row.contains("ann@acme")));
}

/// Makes the newest entry of the activity one of a user: this one, of this customer's people or else of the reseller's own.
async fn make_actor(people: &People, customer: Option<u64>, id: &Value) {
    let listed = people.app.request("GET", "/api/v3/reseller/activity/?limit=1").key(&people.tenant.key).send().await.expect(200);
    let entry = listed.result()[0].clone();
    let number = |number: u64| AttributeValue::N(number.to_string());
    let user = AttributeValue::L(vec![customer.map_or(AttributeValue::Null(true), number), number(id.as_u64().unwrap())]);
    let update = people.app.raw_client().update_item().table_name(people.app.store.table_name());
    let month = &text(&entry, "time")[..7];
    let update = update.key("PK", AttributeValue::S(format!("ACTIVITY#{}#{month}", people.tenant.id)));
    let update = update.key("SK", AttributeValue::S(text(&entry, "id").to_owned())).update_expression("SET actor = :actor");
    let actor = AttributeValue::M(HashMap::from([("user".to_owned(), user)]));
    update.expression_attribute_values(":actor", actor).send().await.unwrap();
}

#[tokio::test]
async fn what_people_did_shows_what_they_are_called_now_until_they_are_deleted() {
    let people = People::new().await;
    for (group, customer) in [(people.customers(), Some(people.customer)), (people.own(), None)] {
        let id = group.invited(&format!("{}@acme.example", customer.is_some())).await["id"].clone();
        make_actor(&people, customer, &id).await;
        let actor = async |entries: u64| {
            let path = format!("/api/v3/reseller/activity/?limit={entries}");
            let listed = people.app.request("GET", &path).key(&people.tenant.key).send().await.expect(200).result();
            listed.as_array().unwrap().last().unwrap()["actor"].clone()
        };
        assert_eq!(actor(1).await, json!({"kind": "user", "id": id, "label": format!("{}@acme.example", customer.is_some())}));
        group.put(&id, json!({"first_name": "Ann", "last_name": "Rivers"})).await.expect(201);
        assert_eq!(actor(2).await, json!({"kind": "user", "id": id, "label": "Ann Rivers"}));
        group.delete(&id).await.expect(204);
        assert_eq!(actor(3).await, json!({"kind": "user", "id": id, "label": null}));
    }
}

#[tokio::test]
async fn every_call_takes_the_stated_round_trips() {
    let people = People::new().await;
    people.app.start_functions().await;
    let token = people.token().await;
    for group in [people.customers(), people.own()] {
        people.app.wire.take_calls();
        let id = group.invited(&format!("{}@acme.example", people.app.all_rows().await.len())).await["id"].clone();
        assert_eq!(people.app.wire.take_rounds(), [1, 1, 1], "create");
        group.list("").await;
        assert_eq!(people.app.wire.take_rounds(), [2], "list");
        group.get(&id).await.expect(200);
        assert_eq!(people.app.wire.take_rounds(), [1], "read");
        group.put(&id, json!({"first_name": "Ann"})).await.expect(201);
        assert_eq!(people.app.wire.take_rounds(), [1, 1], "change");
        group.put(&id, json!({"first_name": "Ann"})).await.expect(201);
        assert_eq!(people.app.wire.take_rounds(), [1], "no change");
        group.link(&id).await.expect(201);
        assert_eq!(people.app.wire.take_rounds(), [1, 1], "link");
        group.delete(&id).await.expect(204);
        assert_eq!(people.app.wire.take_rounds(), [1, 1], "delete");
        group.get(&id).await.expect(404);
        assert_eq!(people.app.wire.take_rounds(), [1], "nobody");
    }
    people.customers().invited("last@acme.example").await;
    people.app.wire.take_calls();
    people.app.request("GET", "/api/v3/user/").key(&token).send().await.expect(200);
    assert_eq!(people.app.wire.take_rounds(), [2]);
    people.delete_customer(people.customer).await;
    assert_eq!(people.app.wire.take_rounds(), [1, 1, 1, 1], "a customer with users takes four calls");
}

#[tokio::test]
async fn without_a_public_origin_no_link_is_made_and_the_log_says_what_is_missing() {
    let people = People::new().await;
    let id = people.own().invited("ann@northwind.example").await["id"].clone();
    let rows = people.app.all_rows().await;
    people.app.forget_origin();
    let own = people.own();
    for answer in [own.post(json!({"email": "bob@northwind.example"})).await, own.link(&id).await] {
        answer.expect_error(500, "INTERNAL_ERROR");
        let log = format!("{:?}", people.app.last_log());
        assert!(log.contains("PUBLIC_ORIGIN is not set: links begin with it"), "{log}");
    }
    let payload = json!({"reseller_id": people.tenant.id, "email": "bob@northwind.example"});
    assert_eq!(people.app.operate("operator-invite-user", payload).await.unwrap_err().0, "INTERNAL_ERROR");
    assert_eq!(people.app.all_rows().await, rows);
    // Everything else goes on.
    own.put(&id, json!({"first_name": "Ann"})).await.expect(201);
    own.list("").await;
    own.delete(&id).await.expect(204);
}
