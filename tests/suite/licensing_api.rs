//! The licensing API: the calls of the source document (ScriptLock API v1.0), which must be answered as it says, the callers that
//! are refused, and what it shares with the other APIs.

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::domain::credential::Subject;

use crate::harness::{Effect, LicensingClient};

/// The body of the document's POST and PUT: 93 bytes, as its Content-Length says.
const BODY: &str = "company=Example+Company+Inc.&firstname=Example&lastname=Customer&email=customer%40example.com";

fn record(id: u64, company: &str, first: &str, last: &str, email: &str) -> String {
    json!({"customer_id": id, "company": company, "firstname": first, "lastname": last, "email": email}).to_string()
}

#[tokio::test]
async fn the_documented_calls_are_answered_with_the_documented_statuses() {
    assert_eq!(BODY.len(), 93);
    let client = LicensingClient::start().await;
    let list = client.call("GET", "/api/customers").await.expect(204);
    assert_eq!((list.body.as_str(), list.header("content-type")), ("", None));

    let created = client.post(BODY).await.expect(201);
    let shown = record(1, "Example Company Inc.", "Example", "Customer", "customer@example.com");
    assert_eq!(created.body, shown);
    assert_eq!(created.header("location"), Some("/api/customer/1"));

    let got = client.get(1).await.expect(302);
    assert_eq!(got.body, shown);
    assert_eq!(got.header("location"), None, "a client would follow it into nothing");
    assert_eq!(got.header("content-type"), Some("application/json"));

    let unchanged = client.put(1, BODY).await.expect(304);
    assert_eq!((unchanged.body.as_str(), unchanged.header("content-type")), ("", None));
    let changed = client.put(1, "company=Other").await.expect(200);
    assert_eq!(changed.body, record(1, "Other", "Example", "Customer", "customer@example.com"));

    let list = client.call("GET", "/api/customers").await.expect(200);
    assert_eq!(list.body, format!("[{}]", changed.body));
    assert_eq!(list.header("link"), None);

    let deleted = client.call("DELETE", "/api/customer/1").await.expect(410);
    assert_eq!(deleted.body, changed.body);
    for method in ["GET", "DELETE"] {
        client.call(method, "/api/customer/1").await.expect_licensing_error(404, "NOT_FOUND");
    }
    client.put(1, BODY).await.expect_licensing_error(404, "NOT_FOUND");
    assert_eq!(client.create(BODY).await, 2, "an id is never used again");
}

#[tokio::test]
async fn every_call_turns_away_who_may_not_make_it_and_writes_nothing() {
    let client = LicensingClient::start().await;
    let id = client.create(BODY).await;
    let one = format!("/api/customer/{id}");
    let calls = [
        ("POST", "/api/customer", true),
        ("GET", "/api/customers", false),
        ("GET", &one, false),
        ("PUT", &one, true),
        ("DELETE", &one, true),
    ];
    let read_only = client.app.licensing_token(&client.tenant, &["read"]).await;
    let write_only = client.app.licensing_token(&client.tenant, &["write"]).await;
    let revoked = client.app.licensing_token(&client.tenant, &["read", "write"]).await;
    let keys = client.app.operate("operator-list-keys", json!({"reseller_id": client.tenant.id})).await.unwrap();
    let key = keys["keys"].as_array().unwrap().iter().find(|key| revoked.ends_with(key["last_four"].as_str().unwrap())).unwrap();
    let revocation = json!({"reseller_id": client.tenant.id, "key_id": key["key_id"]});
    client.app.operate("operator-revoke-key", revocation).await.unwrap();
    let unknown = client.app.token_without_record(client.tenant.id, Subject::Licensing).await;
    let rows = client.app.all_rows().await;

    let basic = |token: &str| format!("Basic {token}");
    let refused = [
        None,
        Some(String::new()),
        Some("Basic".to_owned()),
        Some("Basic ".to_owned()),
        Some(client.token.clone()),
        Some(format!("Bearer {}", client.token)),
        Some(basic("63f9db5f7b532f1879df8dd751e185d5")),
        Some(basic(&client.token[1..])),
        Some(format!("Basic {} x", client.token)),
        Some(basic(unknown.reveal())),
        Some(basic(&revoked)),
        Some(basic(&client.tenant.key)),
        // The base64 of user:password, which other APIs take.
        Some(basic("dXNlcjpwYXNzd29yZA==")),
    ];
    for (method, path, writes) in calls {
        for authorization in &refused {
            let request = client.app.request(method, path).form("email=wrong&email=twice");
            let request = match authorization {
                Some(value) => request.header("Authorization", value),
                None => request,
            };
            request.send().await.expect_licensing_error(401, "UNAUTHORIZED");
        }
        let without_permission = if writes { &read_only } else { &write_only };
        client
            .app
            .request(method, path)
            .token(without_permission)
            .form("%")
            .send()
            .await
            .expect_licensing_error(403, "FORBIDDEN");
    }
    assert_eq!(client.app.all_rows().await, rows);

    // The reseller's own key is not for this API, and the licensing token not for the reseller API.
    client.app.reseller_api("GET", "").key(&client.token).send().await.expect_error(401, "INVALID_API_KEY");
}

#[tokio::test]
async fn scheme_and_token_count_in_any_case() {
    let client = LicensingClient::start().await;
    let upper = client.token.to_uppercase();
    for value in [
        format!("basic {upper}"),
        format!("BASIC {}", client.token),
        format!("Basic  {}", client.token),
        format!(" Basic {upper} "),
    ] {
        client.app.request("GET", "/api/customers").header("AUTHORIZATION", &value).send().await.expect(204);
    }
}

#[tokio::test]
async fn a_malformed_token_makes_no_call_and_each_operation_makes_the_stated_calls() {
    let client = LicensingClient::start().await;
    let calls = async |method: &str, path: &str, form: &str, status: u16| {
        client.app.wire.take_calls();
        client.send(method, path, form).await.expect(status);
        client.app.wire.take_operations()
    };
    assert_eq!(calls("POST", "/api/customer", BODY, 201).await, ["BatchGetItem", "Query", "TransactWriteItems", "UpdateItem"]);
    assert_eq!(calls("GET", "/api/customer/1", "", 302).await, ["BatchGetItem"]);
    assert_eq!(calls("GET", "/api/customers", "", 200).await, ["BatchGetItem", "Query"]);
    assert_eq!(calls("PUT", "/api/customer/1", BODY, 304).await, ["BatchGetItem"]);
    assert_eq!(calls("PUT", "/api/customer/1", "company=B", 200).await, ["BatchGetItem", "TransactWriteItems"]);
    assert_eq!(
        calls("PUT", "/api/customer/1", "email=b%40example.com", 200).await,
        ["BatchGetItem", "Query", "TransactWriteItems"]
    );
    assert_eq!(calls("DELETE", "/api/customer/1", "", 410).await, ["BatchGetItem", "TransactWriteItems"]);
    client.app.request("GET", "/api/customers").token("63f9db5f7b532f1879df8dd751e185d5").send().await.expect(401);
    assert!(client.app.wire.take_calls().is_empty());
}

#[tokio::test]
async fn fields_are_checked_and_all_faults_named() {
    let client = LicensingClient::start().await;
    let id = client.create("company=Kept&email=kept%40example.com").await;
    let rows = client.app.all_rows().await;
    client.post("").await.expect_licensing_faults(&["email", "company"]);
    client.post("email=a%40example.com").await.expect_licensing_faults(&["company"]);
    client.post("company=A").await.expect_licensing_faults(&["email"]);
    client.post("company=++&firstname=&lastname=&email=+").await.expect_licensing_faults(&["email", "company"]);
    for (field, maximum) in [("company", 255), ("firstname", 125), ("lastname", 125)] {
        let long = "%F0%9F%98%80".repeat(maximum + 1);
        client.post(&format!("{field}={long}&email=a%40example.com")).await.expect_licensing_faults(&[field]);
        client.put(id, &format!("{field}={long}")).await.expect_licensing_faults(&[field]);
        client.put(999, &format!("{field}={long}")).await.expect_licensing_faults(&[field]);
    }
    for email in ["nobody", "a%40b", "a%40b%40c.de", "a+b%40c.de"] {
        client.post(&format!("company=A&email={email}")).await.expect_licensing_faults(&["email"]);
        client.put(id, &format!("email={email}")).await.expect_licensing_faults(&["email"]);
    }
    let faulty = "company=a&company=b&firstname=a&firstname=a&lastname=&lastname=&email=x";
    let all = client.post(faulty).await.expect_licensing_faults(&["company", "firstname", "lastname", "email"]);
    assert_eq!(all.json()["fields"]["company"], "may be given once only", "{all}");
    client.put(id, "email=").await.expect_licensing_faults(&["email"]);
    client.put(id, "company=").await.expect_licensing_faults(&["company"]);
    client.put(999, "company=").await.expect_licensing_error(404, "NOT_FOUND");
    assert_eq!(client.app.all_rows().await, rows);
}

#[tokio::test]
async fn fields_at_their_limits_come_back_as_they_were_sent() {
    let client = LicensingClient::start().await;
    for (number, (field, maximum)) in [("company", 255), ("firstname", 125), ("lastname", 125)].into_iter().enumerate() {
        let long = "😀".repeat(maximum);
        let encoded = "%F0%9F%98%80".repeat(maximum);
        let answer = client.post(&format!("{field}={encoded}&email=a{number}%40example.com")).await.expect(201);
        assert_eq!(answer.json()[field], long, "{answer}");
    }
    let id = client.create("company=%2BA%26B%3D+%C3%BC%25&email=+b%40example.com+&unknown=1&unknown=2").await;
    let got = client.get(id).await.expect(302).json();
    assert_eq!((&got["company"], &got["email"]), (&json!("+A&B= ü%"), &json!("b@example.com")));
}

#[tokio::test]
async fn bodies_that_are_no_forms_are_refused_whatever_their_media_type() {
    let client = LicensingClient::start().await;
    let id = client.create(BODY).await;
    let rows = client.app.all_rows().await;
    let large = format!("company={}", "x".repeat(256 * 1024));
    let malformed: [&[u8]; 7] =
        [b"company=%", b"company=%zz", b"company=%ff", b"company=\xff", b"company=%00", b"company=%0B", large.as_bytes()];
    for body in malformed {
        for (method, path) in [("POST", "/api/customer".to_owned()), ("PUT", format!("/api/customer/{id}"))] {
            for content_type in ["application/x-www-form-urlencoded", "text/plain", ""] {
                let request = client.app.request(method, &path).token(&client.token).header("content-type", content_type);
                request.body(body).send().await.expect_licensing_error(400, "MALFORMED_BODY");
            }
        }
    }
    assert_eq!(client.app.all_rows().await, rows);
    for (number, content_type) in ["application/json", "text/plain", "", "multipart/form-data"].into_iter().enumerate() {
        let form = format!("company=A&email=type{number}%40example.com");
        let request = client.app.request("POST", "/api/customer").token(&client.token).header("content-type", content_type);
        request.body(form).send().await.expect(201);
    }
}

#[tokio::test]
async fn ids_of_any_other_form_are_unknown() {
    let client = LicensingClient::start().await;
    client.create(BODY).await;
    for id in ["0", "abc", "-1", "+1", "1.0", "%zz", "99999999999999999999", "%C3%A9", "1%20"] {
        for method in ["GET", "PUT", "DELETE"] {
            client.send(method, &format!("/api/customer/{id}"), "company=B").await.expect_licensing_error(404, "NOT_FOUND");
        }
    }
    client.call("GET", "/api/customer/0001").await.expect(302);
    client.call("GET", "/api/customer/%31").await.expect(302);
}

#[tokio::test]
async fn the_others_customer_is_answered_as_one_that_never_existed() {
    let client = LicensingClient::start().await;
    let other = client.app.reseller("Harbour Telecom").await;
    let theirs = client.app.create_with(&other, json!({"name": "Theirs", "email": "customer@example.com"})).await;
    let rows = client.app.all_rows().await;
    for method in ["GET", "PUT", "DELETE"] {
        let call = async |id: u64| {
            client.app.wire.take_calls();
            let answer = client.send(method, &format!("/api/customer/{id}"), "company=Mine").await.expect(404);
            (answer.headers, answer.body, client.app.wire.take_operations())
        };
        assert_eq!(call(theirs).await, call(999_999).await, "{method}");
    }
    client.call("GET", "/api/customers").await.expect(204);
    assert_eq!(client.app.all_rows().await, rows);
    // The address is unique within an account only.
    client.create(BODY).await;
}

#[tokio::test]
async fn an_address_that_any_customer_of_the_account_has_is_refused_whatever_its_case() {
    let client = LicensingClient::start().await;
    let of_reseller_api = client.app.create_with(&client.tenant, json!({"name": "First", "email": "Taken@Example.com"})).await;
    let own = client.create("company=Own&email=own%40example.com").await;
    let rows = client.app.all_rows_but_counters().await;
    for email in ["taken%40example.com", "TAKEN%40EXAMPLE.COM", "+Taken%40Example.com+", "OWN%40example.com"] {
        client.post(&format!("company=B&email={email}")).await.expect_licensing_error(409, "CONFLICT");
    }
    client.put(own, "email=TAKEN%40example.com&company=Changed").await.expect_licensing_error(409, "CONFLICT");
    assert_eq!(client.app.all_rows_but_counters().await, rows, "a refused call writes nothing");

    // A customer can change the case of its own address.
    client.put(own, "email=OWN%40example.com").await.expect(200);
    client.put(own, "email=new%40example.com").await.expect(200);
    client.post("company=C&email=own%40example.com").await.expect(201);
    client.app.reseller_api("DELETE", of_reseller_api).key(&client.tenant.key).send().await.expect(204);
    client.post("company=D&email=taken%40example.com").await.expect(201);
    client.app.audit(&client.tenant).await;
}

#[tokio::test]
async fn other_apis_may_repeat_an_address_that_is_held_and_changes_there_move_the_hold() {
    let client = LicensingClient::start().await;
    let id = client.create("company=Holder&email=held%40example.com").await;
    let body = |email: &str| json!({"name": "Holder", "email": email});
    let twin = client.app.create_with(&client.tenant, body("held@example.com")).await;
    // The holder keeps its address, and the twin can give it up again.
    client.put(id, "company=Renamed").await.expect(200);
    client.app.reseller_api("PUT", twin).key(&client.tenant.key).json(&body("twin@example.com")).send().await.expect(201);
    assert_eq!(client.app.holder_of_email(&client.tenant, "held@example.com").await, Some(id));

    client.app.reseller_api("PUT", id).key(&client.tenant.key).json(&body("moved@example.com")).send().await.expect(201);
    assert_eq!(client.app.holder_of_email(&client.tenant, "held@example.com").await, None);
    assert_eq!(client.app.holder_of_email(&client.tenant, "moved@example.com").await, Some(id));
    client.post("company=B&email=moved%40example.com").await.expect_licensing_error(409, "CONFLICT");
    client.post("company=B&email=held%40example.com").await.expect(201);

    client.app.reseller_api("DELETE", id).key(&client.tenant.key).send().await.expect(204);
    client.post("company=B&email=moved%40example.com").await.expect(201);
    client.app.audit(&client.tenant).await;
}

#[tokio::test]
async fn of_fifty_simultaneous_posts_of_one_address_one_wins() {
    let client = LicensingClient::start().await;
    let answers = join_all((0..50).map(|_| client.post(BODY))).await;
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses.iter().filter(|&&status| status == 201).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|&&status| status == 409).count(), 49, "{statuses:?}");
    assert_eq!(client.call("GET", "/api/customers").await.expect(200).json().as_array().unwrap().len(), 1);
    client.app.audit(&client.tenant).await;
}

#[tokio::test]
async fn of_simultaneous_puts_of_one_address_one_wins() {
    let client = LicensingClient::start().await;
    let mut ids = Vec::new();
    for number in 0..10 {
        ids.push(client.create(&format!("company=C&email=c{number}%40example.com")).await);
    }
    let answers = join_all(ids.iter().map(|&id| client.put(id, "email=wanted%40example.com"))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [&[200][..], &[409; 9]].concat());
    client.app.audit(&client.tenant).await;
}

#[tokio::test]
async fn both_apis_see_each_change_at_once_and_touch_nothing_that_they_do_not_see() {
    let client = LicensingClient::start().await;
    let id = client.create("firstname=Ann&lastname=Lee&email=ann%40example.com").await;
    let shown = client.in_reseller_api(id).await;
    assert_eq!((&shown["name"], &shown["phone"], &shown["is_active"]), (&json!("Ann Lee"), &Value::Null, &json!(true)));

    let body = json!({"name": "Ann Lee", "email": "ann@example.com", "phone": "+31 012 345678", "is_active": false});
    client.app.reseller_api("PUT", id).key(&client.tenant.key).json(&body).send().await.expect(201);
    assert_eq!(client.get(id).await.expect(302).body, record(id, "", "Ann", "Lee", "ann@example.com"));
    client.put(id, "lastname=Li").await.expect(200);
    let shown = client.in_reseller_api(id).await;
    assert_eq!(
        (&shown["name"], &shown["phone"], &shown["is_active"]),
        (&json!("Ann Li"), &json!("+31 012 345678"), &json!(false))
    );

    let body = json!({"name": "Acme", "email": "ann@example.com", "phone": null});
    client.app.reseller_api("PUT", id).key(&client.tenant.key).json(&body).send().await.expect(201);
    assert_eq!(client.get(id).await.expect(302).body, record(id, "Acme", "Ann", "Li", "ann@example.com"));
    client.put(id, "company=").await.expect(200);
    assert_eq!(client.in_reseller_api(id).await["name"], "Ann Li");
}

#[tokio::test]
async fn writing_back_what_is_shown_changes_nothing_even_beyond_this_apis_limits() {
    let client = LicensingClient::start().await;
    let long = "n".repeat(255);
    for body in [json!({"name": long, "email": "long@example.com"}), json!({"name": "Plain", "email": "plain@example.com"})] {
        let id = client.app.create_with(&client.tenant, body).await;
        let shown = client.get(id).await.expect(302).json();
        let form: Vec<String> = ["company", "firstname", "lastname", "email"]
            .iter()
            .map(|field| format!("{field}={}", shown[field].as_str().unwrap().replace('@', "%40")))
            .collect();
        let rows = client.app.all_rows().await;
        client.put(id, &form.join("&")).await.expect(304);
        client.put(id, "").await.expect(304);
        assert_eq!(client.app.all_rows().await, rows);
    }
}

#[tokio::test]
async fn a_list_above_one_megabyte_is_cut_at_a_record_and_its_link_leads_to_the_rest() {
    let client = LicensingClient::start().await;
    let model = client.create("company=Model&email=model%40example.com").await;
    let ids = [vec![model], client.app.fill(&client.tenant, model, &"long name ".repeat(20), 4_500).await].concat();
    let mut next = Some("/api/customers".to_owned());
    let (mut met, mut links) = (Vec::new(), Vec::new());
    while let Some(path) = next {
        let page = client.call("GET", &path).await.expect(200);
        assert!(page.body.len() <= 1024 * 1024 + 2, "{} bytes", page.body.len());
        met.extend(page.json().as_array().unwrap().iter().map(|one| one["customer_id"].as_u64().unwrap()));
        next = page.next();
        links.extend(next.clone());
    }
    assert_eq!(met, ids);
    assert_eq!(links.len(), 1);
    let (_, cursor) = links[0].split_once('?').unwrap();
    client.call("GET", &format!("/api/customers?{cursor}&{cursor}")).await.expect_licensing_faults(&["cursor"]);
    let key = &client.tenant.key;
    client.app.reseller_api("GET", format!("?{cursor}")).key(key).send().await.expect_faults(&["cursor"]);
    let of_the_reseller_api = client.app.list(&client.tenant, "limit=1").await.next().unwrap();
    let (_, cursor) = of_the_reseller_api.split_once("cursor=").unwrap();
    client.call("GET", &format!("/api/customers?cursor={cursor}")).await.expect_licensing_faults(&["cursor"]);
    client.call("GET", "/api/customers?cursor=nonsense").await.expect_licensing_faults(&["cursor"]);
    client.call("GET", "/api/customers?limit=1&any=thing").await.expect(200);
}

#[tokio::test]
async fn a_contended_delete_is_409_and_a_store_that_is_away_503() {
    let client = LicensingClient::start().await;
    let id = client.create(BODY).await;
    let rows = client.app.all_rows().await;
    let cancelled = |codes: &[&str]| {
        let reasons: Vec<Value> = codes.iter().map(|code| json!({"Code": code})).collect();
        json!({
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message": "Transaction cancelled", "CancellationReasons": reasons,
        })
    };
    let conflict = cancelled(&["TransactionConflict", "None", "None"]);
    client.app.wire.fail("TransactWriteItems", usize::MAX, move |_| Effect::Answer(400, conflict.clone()));
    let one = format!("/api/customer/{id}");
    client.call("DELETE", &one).await.expect_licensing_error(409, "CONFLICT");
    let put = client.put(id, "company=B").await.expect_licensing_error(503, "SERVICE_UNAVAILABLE");
    assert_eq!(put.header("retry-after"), Some("1"), "{put}");
    // Throttling, and a transaction that is still in progress, are no concurrent change.
    for code in ["ThrottlingError", "ProvisionedThroughputExceeded", "RequestLimitExceeded"] {
        let throttled = cancelled(&[code, "TransactionConflict", "None"]);
        client.app.wire.fail("TransactWriteItems", usize::MAX, move |_| Effect::Answer(400, throttled.clone()));
        let answer = client.call("DELETE", &one).await.expect_licensing_error(503, "SERVICE_UNAVAILABLE");
        assert_eq!(answer.header("retry-after"), Some("1"), "{answer}");
    }
    let in_progress = json!({"__type": "com.amazonaws.dynamodb.v20120810#TransactionInProgressException", "Message": "wait"});
    client.app.wire.fail("TransactWriteItems", usize::MAX, move |_| Effect::Answer(400, in_progress.clone()));
    let answer = client.call("DELETE", &one).await.expect_licensing_error(503, "SERVICE_UNAVAILABLE");
    assert_eq!(answer.header("retry-after"), Some("1"), "{answer}");

    client.app.wire.fail("BatchGetItem", usize::MAX, |_| Effect::Break);
    for method in ["GET", "DELETE"] {
        client.call(method, &one).await.expect_licensing_error(503, "SERVICE_UNAVAILABLE");
    }
    client.app.wire.mend();
    assert_eq!(client.app.all_rows().await, rows);
    client.call("DELETE", &one).await.expect(410);
}

#[tokio::test]
async fn a_post_whose_answer_was_lost_is_applied_once() {
    let client = LicensingClient::start().await;
    client.app.wire.fail("TransactWriteItems", 2, |_| Effect::LoseAnswer);
    client.create(BODY).await;
    client.app.wire.mend();
    assert_eq!(client.call("GET", "/api/customers").await.expect(200).json().as_array().unwrap().len(), 1);
    client.app.audit(&client.tenant).await;
}
