//! Licences: the calls about them, the callers that are refused, and that no licence outlives its customer.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::{join, join_all};
use proptest::prelude::*;
use serde_json::{Value, json};
use shared::domain::credential::{Permission, Subject};
use shared::domain::licence::{LicenceId, LicenceKey, PresentedLicenceKey};
use shared::domain::quota::KeyQuota;
use shared::domain::reseller::ResellerId;
use shared::domain::secret::SecretVersion;
use shared::domain::timestamp::Timestamp;
use shared::store::api_key::NewKey;

use crate::harness::{Answer, Api, Call, Effect, Licences, encoded, verdict};

fn number_of(licence: &Value) -> u64 {
    licence["license_id"].as_u64().unwrap()
}

fn statuses(answers: &[Answer]) -> BTreeMap<u16, usize> {
    answers.iter().fold(BTreeMap::new(), |mut counted, answer| {
        *counted.entry(answer.status).or_default() += 1;
        counted
    })
}

#[tokio::test]
async fn each_call_is_answered_with_its_status_and_shows_the_licence() {
    let account = Licences::with_customer().await;
    let none = account.call("GET", "/api/licenses").await.expect(204);
    assert_eq!((none.body.as_str(), none.header("content-type")), ("", None));

    let issued = account.post("customer_id=1&product=Example+Script&host=Server.example.com").await.expect(201);
    assert_eq!(issued.header("location"), Some("/api/license/1000001"));
    assert_eq!(issued.header("content-type"), Some("application/json"));
    let (key, at) = (issued.json()["key"].clone(), issued.json()["issued_at"].clone());
    let shown = |revoked_at: Value| {
        let status = if revoked_at.is_null() { "active" } else { "revoked" };
        let shown = json!({
            "license_id": 1_000_001, "customer_id": 1, "product": "Example Script", "host": "Server.example.com", "key": key,
            "status": status, "issued_at": at, "revoked_at": revoked_at,
        });
        shown.to_string()
    };
    assert_eq!(issued.body, shown(Value::Null));
    let time = at.as_str().unwrap();
    assert!(time.len() == 24 && time.parse::<Timestamp>().unwrap().to_string() == time, "{issued}");
    let text = key.as_str().unwrap();
    assert!(text.len() == 54 && text.starts_with("lk_") && PresentedLicenceKey::parse(text).is_some(), "{issued}");

    let got = account.call("GET", "/api/license/1000001").await.expect(302);
    assert_eq!((got.body.as_str(), got.header("location")), (issued.body.as_str(), None));
    for path in ["/api/licenses", "/api/licenses?customer_id=1"] {
        let listed = account.call("GET", path).await.expect(200);
        assert_eq!((listed.body, listed.headers.len()), (format!("[{}]", issued.body), 1));
    }

    let check = async |host: &str| account.app.request("GET", &format!("/api/license/check?key={text}&host={host}")).send().await;
    let valid = check("SERVER.example.com").await.expect(200);
    let expected = json!({
        "valid": true, "license_id": 1_000_001, "product": "Example Script", "host": "Server.example.com", "issued_at": at,
    });
    assert_eq!((valid.body.clone(), valid.header("content-type")), (expected.to_string(), Some("application/json")));
    assert_eq!(check("other.example.com").await.expect(403).body, r#"{"valid":false,"reason":"host"}"#);

    let revoked = account.call("DELETE", "/api/license/1000001").await.expect(410);
    let revoked_at = revoked.json()["revoked_at"].clone();
    assert!(revoked_at.as_str() > at.as_str(), "{revoked}");
    assert_eq!(revoked.body, shown(revoked_at));
    assert_eq!(account.call("GET", "/api/license/1000001").await.expect(302).body, revoked.body);
    assert_eq!(account.call("GET", "/api/licenses").await.expect(200).body, format!("[{}]", revoked.body));
    // For a revoked licence, the host does not matter.
    for host in ["SERVER.example.com", "other.example.com"] {
        assert_eq!(check(host).await.expect(403).body, r#"{"valid":false,"reason":"revoked"}"#);
    }
    account.app.audit(&account.tenant).await;
}

#[tokio::test]
async fn what_is_not_there_is_404_and_says_what_is_missing() {
    let account = Licences::with_customer().await;
    account.issue(1, "script", "a.example.com").await;
    let rows = account.app.all_rows().await;
    let no_licence = "There is no licence with this id.";
    for id in ["1000002", "2000001", "1000000", "0", "abc", "-1", "+1000001", "1000001.0", "%zz", "%C3%A9", "1000001%20"] {
        for method in ["GET", "DELETE"] {
            let answer = account.call(method, &format!("/api/license/{id}")).await.expect_licensing_error(404, "NOT_FOUND");
            assert_eq!(answer.json()["message"], no_licence, "{answer}");
        }
    }
    for id in ["18446744073709551615", "18446744073709551616", &"9".repeat(400)] {
        account.call("GET", &format!("/api/license/{id}")).await.expect_licensing_error(404, "NOT_FOUND");
    }
    for id in ["2", "0", "abc", "+1", "-1", "1.0", "%201", "1+", "%EF%BC%91", "9999999999999999", "10000000000000000"] {
        let answer = account.post(&format!("customer_id={id}&product=p&host=h")).await.expect_licensing_error(404, "NOT_FOUND");
        assert_eq!(answer.json()["message"], "There is no customer with this id.", "{answer}");
        account.call("GET", &format!("/api/licenses?customer_id={id}")).await.expect(204);
    }
    account.call("GET", "/api/licenses?customer_id=").await.expect(204);
    assert_eq!(account.app.all_rows().await, rows);
    account.call("GET", "/api/license/01000001").await.expect(302);
    account.call("GET", "/api/license/%31000001").await.expect(302);
    account.call("GET", "/api/licenses?customer_id=001").await.expect(200);
}

#[tokio::test]
async fn every_call_but_the_check_turns_away_who_may_not_make_it_and_writes_nothing() {
    let account = Licences::with_customer().await;
    account.issue(1, "script", "a.example.com").await;
    let reseller = ResellerId::new(account.tenant.id).unwrap();
    let unknown = account.app.token_without_record(account.tenant.id, Subject::Licensing).await;
    let expired = NewKey {
        reseller,
        subject: Subject::Licensing,
        permissions: vec![Permission::Read, Permission::Write],
        accounts: None,
        label: crate::harness::records::stored("expired").unwrap(),
        valid_until: Some(Timestamp::now()),
        quota: KeyQuota::default(),
    };
    let expired = account.app.operators().api_key_issue(expired).await.unwrap();
    let read_only = account.app.licensing_token(&account.tenant, &["read"]).await;
    let write_only = account.app.licensing_token(&account.tenant, &["write"]).await;
    let rows = account.app.all_rows().await;

    let calls = [
        ("POST", "/api/license", true, 201),
        ("GET", "/api/licenses", false, 200),
        ("GET", "/api/license/1000001", false, 302),
        ("DELETE", "/api/license/1000001", true, 410),
    ];
    let hostile_calls = [
        ("POST", "/api/license?x=%", true),
        ("GET", "/api/licenses?cursor=x&customer_id=%", false),
        ("GET", "/api/licenses?customer_id=x", false),
    ];
    for (method, path, writes) in calls.into_iter().map(|(method, path, writes, _)| (method, path, writes)).chain(hostile_calls) {
        let send = |token: Option<&str>| {
            let request = account.app.request(method, path).form("product=%");
            token.into_iter().fold(request, |request, token| request.token(token)).send()
        };
        for token in [None, Some(""), Some(unknown.reveal()), Some(expired.token.reveal()), Some(&account.tenant.key)] {
            send(token).await.expect_licensing_error(401, "UNAUTHORIZED");
        }
        let lacking = if writes { &read_only } else { &write_only };
        send(Some(lacking)).await.expect_licensing_error(403, "FORBIDDEN");
    }
    assert_eq!(account.app.all_rows().await, rows);
    for (method, path, writes, status) in calls {
        let allowed = if writes { &write_only } else { &read_only };
        let form = "customer_id=1&product=script&host=b.example.com";
        account.app.request(method, path).token(allowed).form(form).send().await.expect(status);
    }
}

#[tokio::test]
async fn the_check_needs_no_token_and_looks_at_none() {
    let account = Licences::with_customer().await;
    let licence = account.issue(1, "script", "a.example.com").await;
    let path = format!("/api/license/check?key={}&host=a.example.com", licence["key"].as_str().unwrap());
    for token in ["", "nonsense", &account.token] {
        account.app.request("GET", &path).token(token).send().await.expect(200);
    }
    account.app.request("POST", &path).send().await.expect(404);
}

#[tokio::test]
async fn fields_are_checked_before_the_data_and_all_faults_named() {
    let account = Licences::with_customer().await;
    let rows = account.app.all_rows().await;
    account.post("").await.expect_licensing_faults(&["customer_id", "product", "host"]);
    account.post("customer_id=&product=+&host=%09").await.expect_licensing_faults(&["customer_id", "product", "host"]);
    let twice = "customer_id=1&customer_id=1&product=p&product=p&host=h&host=h";
    let twice = account.post(twice).await.expect_licensing_faults(&["customer_id", "product", "host"]);
    assert_eq!(twice.json()["fields"]["customer_id"], "may be given once only", "{twice}");
    let required = account.post("product=p&host=h").await.expect_licensing_faults(&["customer_id"]);
    assert_eq!(required.json()["fields"]["customer_id"], "is required", "{required}");
    for customer in ["1", "2", "abc"] {
        let with = async |rest: &str| account.post(&format!("customer_id={customer}&{rest}")).await;
        with(&format!("product={}&host=h", "%F0%9F%98%80".repeat(256))).await.expect_licensing_faults(&["product"]);
        with(&format!("product=p&host={}", "%C3%A9".repeat(254))).await.expect_licensing_faults(&["host"]);
        for host in ["a+b", "a%09b", "a%0Ab", "a%C2%A0b", "a%7Fb"] {
            let answer = with(&format!("product=p&host={host}")).await.expect_licensing_faults(&["host"]);
            let fault = "must be the name or the address of a host, without white space";
            assert_eq!(answer.json()["fields"]["host"], fault, "{answer}");
        }
        for body in ["product=%&host=h", "product=p&host=%ff", "product=%00&host=h", "%zz=&product=p&host=h"] {
            with(body).await.expect_licensing_error(400, "MALFORMED_BODY");
        }
        with(&"x".repeat(256 * 1024)).await.expect_licensing_error(400, "MALFORMED_BODY");
    }
    assert_eq!(account.app.all_rows().await, rows);
}

#[tokio::test]
async fn values_at_their_limits_come_back_trimmed_and_otherwise_as_they_were_sent() {
    let account = Licences::with_customer().await;
    for (product, host) in [
        ("😀".repeat(255), "é".repeat(253)),
        ("p".to_owned(), "h".to_owned()),
        ("ﷺ".repeat(255), "ﷺ".repeat(253)),
        ("a&b=c+d%\t\n<x>".to_owned(), "[2001:db8::1]:8443".to_owned()),
    ] {
        let licence = account.issue(1, &format!(" {product}\u{3000}"), &format!("\n{host} ")).await;
        assert_eq!((&licence["product"], &licence["host"]), (&json!(product), &json!(host)));
        assert_eq!(account.get(number_of(&licence)).await, licence);
        assert_eq!(account.check(&licence, &host).await, "valid");
    }
    account.app.audit(&account.tenant).await;
}

#[tokio::test]
async fn the_host_is_compared_whole_and_without_case() {
    let account = Licences::with_customer().await;
    let licence = account.issue(1, "script", "Straße.Example.com").await;
    for host in ["straße.example.com", "STRASSE.EXAMPLE.COM", "ｓtrasse.example.com"] {
        assert_eq!(account.check(&licence, host).await, "valid", "{host}");
    }
    for host in
        ["", "example.com", "strasse.example.com.", "www.strasse.example.com", " strasse.example.com", "strasse.example.com\t"]
    {
        assert_eq!(account.check(&licence, host).await, "host", "{host:?}");
    }
    let without_host = format!("/api/license/check?key={}", licence["key"].as_str().unwrap());
    assert_eq!(verdict(&account.app.request("GET", &without_host).send().await), "host");
}

#[tokio::test]
async fn no_key_but_the_one_that_was_issued_is_known() {
    let account = Licences::with_customer().await;
    let other = account.app.reseller("Harbour Telecom").await;
    let licence = account.issue(1, "script", "a.example.com").await;
    let key = licence["key"].as_str().unwrap();
    let check = async |key: &str| {
        account.app.wire.take_calls();
        let path = format!("/api/license/check?key={}&host=a.example.com", encoded(key));
        let answer = account.app.request("GET", &path).send().await;
        (verdict(&answer), account.app.wire.take_operations().len())
    };
    let unknown = |calls: usize| ("unknown".to_owned(), calls);
    assert_eq!(check(key).await, ("valid".to_owned(), 1));

    for position in 0..key.len() {
        let other = if key[position..].starts_with('x') { 'y' } else { 'x' };
        for typed in [format!("{}{other}{}", &key[..position], &key[position + 1..]), key[..position].to_owned()] {
            assert_eq!(check(&typed).await, unknown(0), "{typed}");
        }
    }
    for typed in ["lk_", "ﷺ", &format!(" {key}"), &format!("{key}0"), &key.to_uppercase(), &account.token, &account.tenant.key]
    {
        assert_eq!(check(typed).await, unknown(0), "{typed}");
    }
    for query in ["", "?host=a.example.com", "?key=", "?key&host"] {
        let answer = account.app.request("GET", &format!("/api/license/check{query}")).send().await;
        assert_eq!(verdict(&answer), "unknown");
    }
    // Well-formed keys: of this licence, of a header, of another licence, of another account, of no account.
    let id = |number: u64| LicenceId::try_from(number).unwrap();
    let version = account.app.secret_version().await;
    let another = SecretVersion::generate(version.number(), Timestamp::now()).unwrap();
    for (reseller, licence) in
        [(account.tenant.id, 1_000_001), (account.tenant.id, 1_000_002), (other.id, 1_000_001), (4_711, 9_000_001)]
    {
        // One call for a key that is signed like ours, and none for a forgery.
        let signed = LicenceKey::generate(&version, ResellerId::new(reseller).unwrap(), id(licence)).unwrap();
        assert_eq!(check(signed.reveal()).await, unknown(1), "{reseller} {licence}");
        let forged = LicenceKey::generate(&another, ResellerId::new(reseller).unwrap(), id(licence)).unwrap();
        assert_eq!(check(forged.reveal()).await, unknown(0), "{reseller} {licence}");
    }
    account.revoke(1_000_001).await;
    let signed = LicenceKey::generate(&version, ResellerId::new(account.tenant.id).unwrap(), id(1_000_001)).unwrap();
    assert_eq!(check(signed.reveal()).await, unknown(1), "not even that it is revoked");
}

#[tokio::test]
async fn queries_that_are_repeated_or_cannot_be_decoded_are_refused() {
    let account = Licences::with_customer().await;
    let licence = account.issue(1, "script", "a.example.com").await;
    let key = licence["key"].as_str().unwrap();
    account.app.wire.take_calls();
    for (query, fields) in [
        (format!("key={key}&key={key}&host=a.example.com"), vec!["key"]),
        (format!("key={key}&host=a&host=a"), vec!["host"]),
        ("key=a&host=b&host=b&key=a".to_owned(), vec!["key", "host"]),
        (format!("key={key}&host=%"), vec!["host"]),
        ("key=%zz&host=a".to_owned(), vec!["key"]),
        ("key=%ff".to_owned(), vec!["key"]),
        (format!("key={key}&host=%00"), vec!["host"]),
        (format!("key={key}&host=a.example.com&other=%"), vec!["other"]),
    ] {
        let answer = account.app.request("GET", &format!("/api/license/check?{query}")).send().await;
        answer.expect_licensing_faults(&fields);
    }
    assert!(account.app.wire.take_calls().is_empty());
    account.app.request("GET", &format!("/api/license/check?key={key}&host=a.example.com&x=1&x=1")).send().await.expect(200);

    for (query, fields) in [
        ("customer_id=1&customer_id=1", vec!["customer_id"]),
        ("customer_id=1&customer_id=2&cursor=1&cursor=1", vec!["customer_id", "cursor"]),
        ("customer_id=%", vec!["customer_id"]),
        ("cursor=nonsense", vec!["cursor"]),
        ("cursor=", vec!["cursor"]),
        ("cursor=1000000", vec!["cursor"]),
        ("cursor=1000001", vec!["cursor"]),
        ("customer_id=2&cursor=1000001", vec!["cursor"]),
    ] {
        account.call("GET", &format!("/api/licenses?{query}")).await.expect_licensing_faults(&fields);
    }
    // Cursors that were given, but for another list.
    for (query, cursor) in
        [("customer_id=2&", account.cursor(Some(1), 1_000_001).await), ("", account.cursor(Some(1), 1_000_001).await)]
    {
        account.call("GET", &format!("/api/licenses?{query}cursor={cursor}")).await.expect_licensing_faults(&["cursor"]);
    }
    account.call("GET", "/api/licenses?limit=1&limit=1").await.expect(200);
}

#[tokio::test]
async fn anothers_licence_is_answered_as_one_that_never_existed() {
    let account = Licences::with_customer().await;
    let other = account.app.reseller("Harbour Telecom").await;
    let their_token = account.app.licensing_token(&other, &["read", "write"]).await;
    let theirs = account.app.create(&other, "Theirs").await;
    let form = format!("customer_id={theirs}&product=script&host=a.example.com");
    let licence = account.app.request("POST", "/api/license").token(&their_token).form(&form).send().await.expect(201).json();
    let rows = account.app.all_rows().await;

    let call = async |method: &str, path: String, form: String| {
        account.app.wire.take_calls();
        let answer = account.app.request(method, &path).token(&account.token).form(&form).send().await;
        (answer.status, answer.headers, answer.body, account.app.wire.take_operations())
    };
    for method in ["GET", "DELETE"] {
        let one = async |id: u64| call(method, format!("/api/license/{id}"), String::new()).await;
        let answer = one(number_of(&licence)).await;
        assert_eq!(answer.0, 404);
        assert_eq!(answer, one(999_000_001).await, "{method}");
    }
    let listed = async |id: u64| call("GET", format!("/api/licenses?customer_id={id}"), String::new()).await;
    assert_eq!(listed(theirs).await.0, 204);
    assert_eq!(listed(theirs).await, listed(999).await);
    let issued = async |id: u64| call("POST", "/api/license".to_owned(), format!("customer_id={id}&product=p&host=h")).await;
    assert_eq!(issued(theirs).await.0, 404);
    assert_eq!(issued(theirs).await, issued(999).await);
    account.call("GET", "/api/licenses").await.expect(204);
    let cursor = account.cursor(None, number_of(&licence)).await;
    account.call("GET", &format!("/api/licenses?cursor={cursor}")).await.expect(204);
    assert_eq!(account.app.all_rows().await, rows);

    // A licence that is active in one account does not matter in another.
    account.issue(1, "script", "a.example.com").await;
    account.delete_customer(Api::Licensing, 1).await;
    assert_eq!(account.check(&licence, "a.example.com").await, "valid");
    account.app.audit(&other).await;
}

#[tokio::test]
async fn each_call_makes_the_stated_calls_every_read_is_consistent_and_every_call_says_what_it_cost() {
    let account = Licences::with_customer().await;
    let mut all: Vec<Call> = Vec::new();
    let mut calls = async |method: &str, path: &str, form: &str, status: u16| {
        account.app.wire.take_calls();
        account.app.request(method, path).token(&account.token).form(form).send().await.expect(status);
        let made = account.app.wire.take_calls();
        let rounds = made.iter().map(|call| call.round).max().unwrap_or_default();
        let mut operations: Vec<String> = made.iter().map(|call| call.operation.clone()).collect();
        operations.sort();
        all.extend(made);
        (operations.join(" "), rounds)
    };
    let said = |operations: &str, rounds: usize| (operations.to_owned(), rounds);
    let form = "customer_id=1&product=script&host=a.example.com";
    let issued = said("BatchGetItem TransactWriteItems", 2);
    assert_eq!(calls("POST", "/api/license", form, 201).await, issued);
    // Which licence is active for the product and host, and whether it really is.
    let refused = said("BatchGetItem BatchGetItem BatchGetItem TransactWriteItems", 4);
    assert_eq!(calls("POST", "/api/license", form, 409).await, refused);
    assert_eq!(calls("POST", "/api/license", "customer_id=1&product=p", 400).await, said("BatchGetItem", 1));
    assert_eq!(calls("POST", "/api/license", "customer_id=2&product=p&host=h", 404).await, said("BatchGetItem", 1));
    assert_eq!(calls("GET", "/api/license/1000001", "", 302).await, said("BatchGetItem", 1));
    // The headers of the licences' customers.
    assert_eq!(calls("GET", "/api/licenses", "", 200).await, said("BatchGetItem BatchGetItem Query", 2));
    assert_eq!(calls("GET", "/api/licenses?customer_id=1", "", 200).await, said("BatchGetItem Query", 1));
    let behind = format!("/api/licenses?cursor={}", account.cursor(None, 1_000_001).await);
    assert_eq!(calls("GET", &behind, "", 204).await, said("BatchGetItem Query", 1));
    assert_eq!(calls("GET", "/api/licenses?customer_id=x", "", 204).await, said("BatchGetItem", 1));
    let key = account.get(1_000_001).await["key"].as_str().unwrap().to_owned();
    let check = format!("/api/license/check?key={key}&host=a.example.com");
    assert_eq!(calls("GET", &check, "", 200).await, said("BatchGetItem", 1));
    assert_eq!(calls("DELETE", "/api/license/1000001", "", 410).await, said("BatchGetItem TransactWriteItems", 2));
    assert_eq!(calls("DELETE", "/api/license/1000001", "", 410).await, said("BatchGetItem", 1));
    assert_eq!(calls("DELETE", "/api/license/1000002", "", 404).await, said("BatchGetItem", 1));
    assert_eq!(calls("GET", &check, "", 403).await, said("BatchGetItem", 1));
    assert_eq!(calls("POST", "/api/license", form, 201).await, issued, "free again, as if it had never been held");

    all.iter().for_each(Call::expect_consistent_and_metered);
    account.app.request("GET", "/api/licenses").token("63f9db5f7b532f1879df8dd751e185d5").send().await.expect(401);
    assert!(account.app.wire.take_calls().is_empty());
}

#[tokio::test]
async fn no_more_than_101_rows_of_a_list_are_read_before_the_caller_is_verified() {
    let account = Licences::with_customer().await;
    account.fill(1, 150, "host-").await;
    let unknown = account.app.token_without_record(account.tenant.id, Subject::Licensing).await;
    account.app.wire.take_calls();
    account.app.request("GET", "/api/licenses").token(unknown.reveal()).send().await.expect(401);
    let calls = account.app.wire.take_calls();
    let queries: Vec<&Call> = calls.iter().filter(|call| call.operation == "Query").collect();
    assert_eq!((calls.len(), queries.len(), &queries[0].request["Limit"]), (2, 1, &json!(101)));

    assert_eq!(account.list("").await.len(), 150);
    assert_eq!(account.app.wire.take_rounds(), [2, 1, 1], "the header of their customer, and the others");
    let cursor = account.cursor(None, 1_000_050).await;
    account.app.wire.take_calls();
    assert_eq!(account.list(&format!("?cursor={cursor}")).await.len(), 100);
    assert_eq!(account.app.wire.take_rounds(), [2, 1], "one hundred are one round, and the header of their customer");
    assert_eq!(account.list("?customer_id=1").await.len(), 150);
    assert_eq!(account.app.wire.take_rounds(), [2, 1], "of one customer the header comes with the first ones");
}

#[tokio::test]
async fn one_licence_is_active_for_a_product_and_a_host_in_the_account() {
    let account = Licences::with_customer().await;
    let second = account.app.create(&account.tenant, "Second").await;
    let first = account.issue(1, "Script", "Server.example.com").await;
    let rows = account.app.all_rows().await;
    for customer in [1, second] {
        for (product, host) in
            [("Script", "Server.example.com"), ("SCRIPT", "server.EXAMPLE.com"), (" script ", "ｓerver.example.com")]
        {
            let answer = account.ask_for(customer, product, host).await.expect_licensing_error(409, "CONFLICT");
            let message = "There is an active licence for this product and this host.";
            assert_eq!(answer.json()["message"], message, "{answer}");
        }
    }
    assert_eq!(account.app.all_rows().await, rows);
    // Product and host count as a pair, wherever one ends and the other begins.
    account.issue(1, "Script", "server.example.co").await;
    account.issue(1, "Script 2", "server.example.com").await;
    account.issue(1, "ab", "c").await;
    account.issue(1, "a", "bc").await;

    account.revoke(number_of(&first)).await;
    let next = account.issue(second, "script", "server.example.com").await;
    assert_eq!(number_of(&next), second * 1_000_000 + 1);
    assert_eq!(account.check(&first, "server.example.com").await, "revoked");
    assert_eq!(account.check(&next, "server.example.com").await, "valid");
    // The first licence is revoked again, which must not touch the new one.
    account.revoke(number_of(&first)).await;
    assert_eq!(account.check(&next, "server.example.com").await, "valid");
    account.app.audit(&account.tenant).await;
}

#[tokio::test]
async fn what_a_deleted_customer_held_can_be_issued_again_by_one() {
    for api in [Api::Licensing, Api::Reseller] {
        let account = Licences::with_customer().await;
        let first = account.issue(1, "script", "a.example.com").await;
        account.delete_customer(api, 1).await;
        let customers = join_all((0..5).map(|_| account.app.create(&account.tenant, "Next"))).await;
        let answers = join_all(customers.iter().map(|&id| account.ask_for(id, "Script", "A.example.com"))).await;
        assert_eq!(statuses(&answers), BTreeMap::from([(201, 1), (409, 4)]), "{api:?}");
        let next = answers.iter().find(|answer| answer.status == 201).unwrap().json();
        assert_eq!(account.check(&first, "a.example.com").await, "revoked");
        assert_eq!(account.check(&next, "a.example.com").await, "valid");
        account.app.audit(&account.tenant).await;
    }
}

#[tokio::test]
async fn revoking_twice_keeps_the_first_time_and_so_does_the_end_of_the_customer() {
    let account = Licences::with_customer().await;
    let early = number_of(&account.issue(1, "script", "a.example.com").await);
    let late = number_of(&account.issue(1, "script", "b.example.com").await);
    let revoked = account.revoke(early).await;
    let rows = account.app.all_rows().await;
    assert_eq!(account.revoke(early).await, revoked);
    assert_eq!(account.app.all_rows().await, rows, "nothing is written");

    account.delete_customer(Api::Licensing, 1).await;
    let ended = account.get(late).await;
    assert!(ended["revoked_at"].as_str() >= revoked["revoked_at"].as_str(), "{ended}");
    let rows = account.app.all_rows().await;
    assert_eq!((account.get(early).await, account.revoke(early).await), (revoked.clone(), revoked.clone()));
    assert_eq!((ended["status"].as_str(), account.revoke(late).await), (Some("revoked"), ended.clone()));
    assert_eq!(account.list("?customer_id=1").await, [revoked, ended]);
    assert_eq!(account.app.all_rows().await, rows, "nothing is written");
    account.app.audit(&account.tenant).await;
}

#[tokio::test]
async fn of_simultaneous_revocations_all_show_the_same_time() {
    let account = Licences::with_customer().await;
    let id = number_of(&account.issue(1, "script", "a.example.com").await);
    let answers = join_all((0..20).map(|_| account.revoke(id))).await;
    let times: BTreeSet<&str> = answers.iter().map(|answer| answer["revoked_at"].as_str().unwrap()).collect();
    assert_eq!(times.len(), 1, "{times:?}");
    account.app.audit(&account.tenant).await;
}

#[tokio::test]
async fn a_delete_through_the_licensing_api_revokes_ten_thousand_licences_in_one_transaction() {
    ten_thousand_end_with_their_customer(Api::Licensing).await;
}

#[tokio::test]
async fn a_delete_through_the_reseller_api_revokes_ten_thousand_licences_in_one_transaction() {
    ten_thousand_end_with_their_customer(Api::Reseller).await;
}

async fn ten_thousand_end_with_their_customer(api: Api) {
    let account = Licences::with_customer().await;
    let few = account.app.create(&account.tenant, "Few").await;
    let kept = account.app.create(&account.tenant, "Kept").await;
    let of_few = account.issue(few, "script", "few.example.com").await;
    let of_kept = account.issue(kept, "script", "kept.example.com").await;
    account.fill(1, 10_000, "host-").await;
    let before = account.list("?customer_id=1").await;
    assert_eq!((before.len(), before.iter().filter(|one| one["status"] == "active").count()), (10_000, 10_000));

    let delete = async |id: u64| {
        account.app.wire.take_calls();
        account.delete_customer(api, id).await;
        let calls = account.app.wire.take_calls();
        let items = calls.iter().map(|call| call.request["TransactItems"].as_array().map_or(0, Vec::len)).collect::<Vec<_>>();
        let operations: Vec<String> = calls.into_iter().map(|call| call.operation).collect();
        (operations, items)
    };
    let spent = delete(1).await;
    assert_eq!(spent, (vec!["BatchGetItem".to_owned(), "TransactWriteItems".to_owned()], vec![0, 6]), "{api:?}");
    assert_eq!(delete(few).await, spent, "one licence costs what ten thousand do");

    let after = account.list("").await;
    let (ended, others): (Vec<&Value>, Vec<&Value>) = after.iter().partition(|one| one["customer_id"] == 1);
    let times: BTreeSet<&str> = ended.iter().map(|one| one["revoked_at"].as_str().unwrap()).collect();
    assert_eq!((ended.len(), times.len()), (10_000, 1), "all at the same moment");
    assert!(ended.iter().all(|one| one["status"] == "revoked"));
    let states: Vec<(u64, &str)> = others.iter().map(|one| (number_of(one), one["status"].as_str().unwrap())).collect();
    assert_eq!(states, [(number_of(&of_few), "revoked"), (number_of(&of_kept), "active")]);
    // All of them would take half a minute; the first and the last are among these.
    let some: Vec<&&Value> = ended.iter().step_by(9).collect();
    for chunk in some.chunks(100) {
        let checks = join_all(chunk.iter().map(|one| account.check(one, one["host"].as_str().unwrap()))).await;
        assert!(checks.iter().all(|check| check == "revoked"), "{checks:?}");
    }
    assert_eq!(account.check(&of_few, "few.example.com").await, "revoked");
    assert_eq!(account.check(&of_kept, "kept.example.com").await, "valid");
    account.app.audit(&account.tenant).await;
}

#[tokio::test]
async fn whatever_becomes_of_the_delete_the_licences_end_with_the_customer_and_not_before() {
    let conflict = |call: &Call| {
        let reasons: Vec<Value> =
            call.request["TransactItems"].as_array().unwrap().iter().map(|_| json!({"Code": "TransactionConflict"})).collect();
        Effect::Answer(
            400,
            json!({
                "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
                "Message": "Transaction cancelled", "CancellationReasons": reasons,
            }),
        )
    };
    type Trouble = fn(&Call) -> Effect;
    let troubles: [(&str, Trouble); 3] =
        [("a conflict", conflict), ("a broken connection", |_| Effect::Break), ("a lost answer", |_| Effect::LoseAnswer)];
    for api in [Api::Licensing, Api::Reseller] {
        for (trouble, effect) in troubles {
            for times in [1, 3, usize::MAX] {
                let what = format!("{api:?}, {trouble}, {times} times");
                let account = Licences::with_customer().await;
                account.fill(1, 30, "host-").await;
                account.app.wire.fail("TransactWriteItems", times, effect);
                let answer = match api {
                    Api::Licensing => account.call("DELETE", "/api/customer/1").await,
                    Api::Reseller => account.app.reseller_api("DELETE", 1).key(&account.tenant.key).send().await,
                };
                account.app.wire.mend();
                let is_gone = times < 4 || trouble == "a lost answer";
                let expected = match api {
                    _ if times == usize::MAX && trouble != "a conflict" => 503,
                    Api::Licensing => {
                        if times < 4 {
                            410
                        } else {
                            409
                        }
                    }
                    Api::Reseller => {
                        if times < 4 {
                            204
                        } else {
                            503
                        }
                    }
                };
                assert_eq!(answer.status, expected, "{what} {answer}");
                assert_eq!(account.call("GET", "/api/customer/1").await.status, if is_gone { 404 } else { 302 }, "{what}");
                let licences = account.list("").await;
                let status = if is_gone { "revoked" } else { "active" };
                assert_eq!(licences.len(), 30, "{what}");
                assert!(licences.iter().all(|one| one["status"] == status), "{what}");
                let expected = if is_gone { "revoked" } else { "valid" };
                assert_eq!(account.check(&licences[0], "host-000001").await, expected, "{what}");
                account.app.audit(&account.tenant).await;
            }
        }
    }
}

#[tokio::test]
async fn no_licence_that_is_issued_during_the_delete_outlives_the_customer() {
    for api in [Api::Licensing, Api::Reseller] {
        let (mut before, mut after) = (0, 0);
        for turn in 0..12 {
            let account = Licences::with_customer().await;
            let issues = join_all((0..turn).map(async |number| account.ask_for(1, "script", &format!("host-{number}")).await));
            let delete = async {
                // The delete comes later in each turn, so that some licences are issued before it.
                for _ in 0..turn {
                    account.app.request("GET", "/api/customer/1").token(&account.token).send().await;
                }
                match api {
                    Api::Licensing => account.call("DELETE", "/api/customer/1").await,
                    Api::Reseller => account.app.reseller_api("DELETE", 1).key(&account.tenant.key).send().await,
                }
            };
            let (issued, deleted) = join(issues, delete).await;
            assert!(matches!(deleted.status, 204 | 410), "{deleted}");
            for answer in &issued {
                assert!(matches!(answer.status, 201 | 404 | 503), "{answer}");
                let was_issued = answer.status == 201;
                before += usize::from(was_issued);
                after += usize::from(!was_issued);
                if was_issued {
                    let licence = answer.json();
                    assert_eq!(account.check(&licence, licence["host"].as_str().unwrap()).await, "revoked", "{answer}");
                }
            }
            let listed = account.list("").await;
            assert_eq!(listed.len(), issued.iter().filter(|answer| answer.status == 201).count());
            assert!(listed.iter().all(|one| one["status"] == "revoked"), "{listed:?}");
            account.app.audit(&account.tenant).await;
        }
        assert!(before > 0 && after > 0, "no race: {before} before the delete and {after} after it");
    }
}

#[tokio::test]
async fn a_revocation_that_meets_the_end_of_the_customer_leaves_the_licence_revoked_and_what_it_held_free() {
    for turn in 0..6 {
        let account = Licences::with_customer().await;
        let second = account.app.create(&account.tenant, "Second").await;
        let licence = account.issue(1, "script", "a.example.com").await;
        let revoke = async {
            for _ in 0..turn {
                account.get(number_of(&licence)).await;
            }
            account.revoke(number_of(&licence)).await
        };
        let (revoked, ()) = join(revoke, account.delete_customer(Api::Licensing, 1)).await;
        assert_eq!(revoked["status"], "revoked");
        assert_eq!(account.get(number_of(&licence)).await["status"], "revoked");
        account.issue(second, "script", "a.example.com").await;
        account.app.audit(&account.tenant).await;
    }
}

#[tokio::test]
async fn a_revocation_that_read_before_the_end_of_the_customer_touches_nothing() {
    for expected in [None, Some("\"1000001-1\"")] {
        let account = Licences::with_customer().await;
        let licence = account.issue(1, "script", "a.example.com").await;
        account.app.wire.take_calls();
        account.get(number_of(&licence)).await;
        let read = account.app.wire.take_calls().remove(0).response;
        account.delete_customer(Api::Reseller, 1).await;
        let rows = account.app.all_rows().await;
        account.app.wire.fail("BatchGetItem", 1, move |_| Effect::Answer(200, read.clone()));
        let mut request = account.app.request("DELETE", "/api/license/1000001").token(&account.token);
        if let Some(expected) = expected {
            request = request.header("if-match", expected);
        }
        let answer = request.send().await;
        account.app.wire.mend();
        match expected {
            Some(_) => drop(answer.expect_licensing_error(412, "PRECONDITION_FAILED")),
            None => assert_eq!(answer.expect(410).json(), account.get(number_of(&licence)).await),
        }
        assert_eq!(account.app.all_rows().await, rows);
        account.app.audit(&account.tenant).await;
    }
}

#[tokio::test]
async fn a_revocation_of_what_another_took_over_touches_nothing() {
    let account = Licences::with_customer().await;
    let second = account.app.create(&account.tenant, "Second").await;
    let licence = account.issue(1, "script", "a.example.com").await;
    account.app.wire.take_calls();
    account.get(number_of(&licence)).await;
    let read = account.app.wire.take_calls().remove(0).response;
    account.delete_customer(Api::Reseller, 1).await;
    let next = account.issue(second, "script", "a.example.com").await;
    let rows = account.app.all_rows().await;
    // It read the licence while that was active, and writes now.
    account.app.wire.fail("BatchGetItem", 1, move |_| Effect::Answer(200, read.clone()));
    let revoked = account.revoke(number_of(&licence)).await;
    account.app.wire.mend();
    assert_eq!(revoked, account.get(number_of(&licence)).await);
    assert_eq!(account.app.all_rows().await, rows);
    assert_eq!(account.check(&next, "a.example.com").await, "valid");
}

#[tokio::test]
async fn a_customer_that_vanishes_between_read_and_write_gets_no_licence() {
    for had_licences in [false, true] {
        let account = Licences::with_customer().await;
        let second = account.app.create(&account.tenant, "Second").await;
        account.issue(second, "script", "taken.example.com").await;
        if had_licences {
            account.issue(1, "script", "a.example.com").await;
        }
        // This request is refused and changes nothing, but reads what a granted one reads.
        let read = account.recorded_read("customer_id=1&product=script&host=taken.example.com").await;
        account.delete_customer(Api::Reseller, 1).await;
        let rows = account.app.all_rows().await;
        account.app.wire.fail("BatchGetItem", 1, move |_| Effect::Answer(200, read.clone()));
        let form = "customer_id=1&product=script&host=b.example.com";
        account.post(form).await.expect_licensing_error(404, "NOT_FOUND");
        account.app.wire.mend();
        assert_eq!(account.app.all_rows().await, rows);
    }
}

#[tokio::test]
async fn who_reads_a_number_that_was_given_meanwhile_takes_the_next() {
    let account = Licences::with_customer().await;
    let read = account.recorded_read("customer_id=1&product=script&host=a.example.com").await;
    for expected in [1_000_002, 1_000_003] {
        let read = read.clone();
        account.app.wire.take_calls();
        account.app.wire.fail("BatchGetItem", 1, move |_| Effect::Answer(200, read.clone()));
        let issued = account.issue(1, "script", &format!("host-{expected}")).await;
        account.app.wire.mend();
        assert_eq!(number_of(&issued), expected);
        assert_eq!(account.app.wire.take_rounds(), [1, 1, 1, 1]);
    }
    account.app.audit(&account.tenant).await;
}

#[tokio::test]
async fn fifty_simultaneous_licences_of_one_customer_are_numbered_without_gaps() {
    let account = Licences::with_customer().await;
    let answers = join_all((0..50).map(async |number| account.ask_for(1, "script", &format!("host-{number}")).await)).await;
    let counted = statuses(&answers);
    assert!(counted.keys().all(|status| matches!(status, 201 | 503)) && counted[&201] > 0, "{counted:?}");
    let mut issued: Vec<u64> = answers.iter().filter(|answer| answer.status == 201).map(|one| number_of(&one.json())).collect();
    issued.sort_unstable();
    assert_eq!(issued, (1..=counted[&201] as u64).map(|ordinal| 1_000_000 + ordinal).collect::<Vec<_>>());
    for answer in answers.iter().filter(|answer| answer.status == 503) {
        assert_eq!(answer.header("retry-after"), Some("1"), "{answer}");
    }
    account.app.audit(&account.tenant).await;
}

#[tokio::test]
async fn of_fifty_simultaneous_licences_for_one_product_and_host_one_is_issued() {
    for customers in [1, 5] {
        let account = Licences::with_customer().await;
        let mut ids = vec![1];
        for _ in 1..customers {
            ids.push(account.app.create(&account.tenant, "Next").await);
        }
        let answers = join_all((0..50).map(|place| account.ask_for(ids[place % ids.len()], "script", "a.example.com"))).await;
        assert_eq!(statuses(&answers), BTreeMap::from([(201, 1), (409, 49)]), "{customers} customers");
        assert_eq!(account.list("").await.len(), 1);
        account.app.audit(&account.tenant).await;
    }
}

#[tokio::test]
async fn licences_that_change_hands_under_load_are_never_active_twice() {
    let account = Licences::with_customer().await;
    let second = account.app.create(&account.tenant, "Second").await;
    for turn in 0..8 {
        let holder = number_of(&account.issue(if turn % 2 == 0 { 1 } else { second }, "script", "a.example.com").await);
        let issues = join_all((0..6).map(|place| account.ask_for([1, second][place % 2], "script", "a.example.com")));
        let (_, issued) = join(account.revoke(holder), issues).await;
        let won: Vec<u64> = issued.iter().filter(|answer| answer.status == 201).map(|answer| number_of(&answer.json())).collect();
        assert!(
            won.len() <= 1 && issued.iter().all(|answer| matches!(answer.status, 201 | 409 | 503)),
            "{:?}",
            statuses(&issued)
        );
        account.app.audit(&account.tenant).await;
        for id in won {
            account.revoke(id).await;
        }
    }
}

#[tokio::test]
async fn a_licence_whose_answer_was_lost_is_issued_and_revoked_once() {
    let account = Licences::with_customer().await;
    account.app.wire.fail("TransactWriteItems", 2, |_| Effect::LoseAnswer);
    let licence = account.issue(1, "script", "a.example.com").await;
    assert_eq!(account.list("").await, std::slice::from_ref(&licence));
    account.app.wire.fail("TransactWriteItems", 2, |_| Effect::LoseAnswer);
    let revoked = account.revoke(number_of(&licence)).await;
    account.app.wire.mend();
    assert_eq!(account.get(number_of(&licence)).await, revoked);
    account.app.audit(&account.tenant).await;
}

#[tokio::test]
async fn a_store_that_is_away_is_503_in_every_call() {
    let account = Licences::with_customer().await;
    let licence = account.issue(1, "script", "a.example.com").await;
    let rows = account.app.all_rows().await;
    let check = format!("/api/license/check?key={}&host=a.example.com", licence["key"].as_str().unwrap());
    let calls = [
        ("POST", "/api/license"),
        ("GET", "/api/licenses"),
        ("GET", "/api/license/1000001"),
        ("DELETE", "/api/license/1000001"),
        ("GET", &check),
    ];
    for operation in ["BatchGetItem", "TransactWriteItems", "Query"] {
        account.app.wire.fail(operation, usize::MAX, |_| Effect::Break);
        for (method, path) in calls {
            let meets = match operation {
                "BatchGetItem" => true,
                "Query" => path == "/api/licenses",
                _ => method != "GET",
            };
            if meets {
                let form = "customer_id=1&product=script&host=b.example.com";
                let request = account.app.request(method, path).token(&account.token).form(form);
                let answer = request.send().await.expect_licensing_error(503, "SERVICE_UNAVAILABLE");
                assert_eq!(answer.header("retry-after"), Some("1"), "{answer}");
            }
        }
    }
    account.app.wire.mend();
    assert_eq!(account.app.all_rows().await, rows);
}

#[tokio::test]
async fn the_last_number_of_a_customer_is_given_and_no_more() {
    let account = Licences::with_customer().await;
    let second = account.app.create(&account.tenant, "Second").await;
    let header = HashMap::from([
        ("PK".to_owned(), AttributeValue::S(format!("HEADERS#{}", account.tenant.id))),
        ("SK".to_owned(), AttributeValue::S("CUSTOMER#0000000000000001".to_owned())),
        ("last_licence".to_owned(), AttributeValue::N("999998".to_owned())),
    ]);
    let put = account.app.raw_client().put_item().table_name(account.app.store.table_name()).set_item(Some(header));
    put.send().await.unwrap();
    let last = account.issue(1, "script", "a.example.com").await;
    assert_eq!((number_of(&last), account.check(&last, "a.example.com").await.as_str()), (1_999_999, "valid"));
    let rows = account.app.all_rows().await;
    let answer = account.ask_for(1, "script", "b.example.com").await.expect_licensing_error(409, "CONFLICT");
    let message = "This customer has had 999999 licences and can have no more.";
    assert_eq!(answer.json()["message"], message, "{answer}");
    assert_eq!(account.app.all_rows().await, rows);
    assert_eq!(number_of(&account.issue(second, "script", "b.example.com").await), second * 1_000_000 + 1);
}

#[tokio::test]
async fn a_list_is_in_the_order_of_the_ids_and_of_the_customer_that_it_asks_for() {
    let account = Licences::with_customer().await;
    let mut customers = vec![1];
    for _ in 0..11 {
        customers.push(account.app.create(&account.tenant, "Next").await);
    }
    for (number, &customer) in customers.iter().rev().cycle().take(30).enumerate() {
        account.issue(customer, "script", &format!("host-{number}")).await;
    }
    // One customer with licences, and one without.
    account.delete_customer(Api::Licensing, 2).await;
    let without = account.app.create(&account.tenant, "Without").await;
    account.delete_customer(Api::Licensing, without).await;

    let all = account.list("").await;
    let ids: Vec<u64> = all.iter().map(number_of).collect();
    assert!(ids.len() == 30 && ids.is_sorted(), "{ids:?}");
    for (place, licence) in all.iter().enumerate() {
        let status = if licence["customer_id"] == 2 { "revoked" } else { "active" };
        assert_eq!(licence["status"], status, "{licence}");
        assert_eq!(&account.get(number_of(licence)).await, licence);
        let cursor = account.cursor(None, number_of(licence)).await;
        assert_eq!(account.list(&format!("?cursor={cursor}")).await, all[place + 1..], "behind {licence}");
    }
    for customer in customers {
        let own: Vec<Value> = all.iter().filter(|one| one["customer_id"] == customer).cloned().collect();
        assert_eq!(account.list(&format!("?customer_id={customer}")).await, own);
        for (place, licence) in own.iter().enumerate() {
            let query = format!("?customer_id={customer}&cursor={}", account.cursor(Some(customer), number_of(licence)).await);
            assert_eq!(account.list(&query).await, own[place + 1..]);
        }
    }
    account.call("GET", &format!("/api/licenses?customer_id={without}")).await.expect(204);
}

#[tokio::test]
async fn a_list_above_one_megabyte_is_cut_at_a_record_and_its_links_meet_each_licence_once() {
    let account = Licences::with_customer().await;
    let second = account.app.create(&account.tenant, "Second").await;
    account.fill(1, 2_500, &"a".repeat(247)).await;
    account.fill(second, 2_500, &"b".repeat(247)).await;
    account.delete_customer(Api::Reseller, 1).await;
    for (query, expected, pages_expected) in [("", 5_000, 3), ("?customer_id=1", 2_500, 2)] {
        let mut next = Some(format!("/api/licenses{query}"));
        let (mut met, mut pages) = (Vec::new(), 0);
        while let Some(path) = next {
            account.app.wire.take_calls();
            let page = account.call("GET", &path).await.expect(200);
            assert!(page.body.len() <= 1024 * 1024 + 2, "{} bytes", page.body.len());
            next = page.next();
            assert!(next.is_none() || page.body.len() > 1024 * 1024 - 1_000, "{} bytes", page.body.len());
            let rounds = account.app.wire.take_rounds();
            // The credential with the first licences, the other licences, and the headers of the two customers.
            assert!(rounds.len() <= 4, "{rounds:?}");
            met.extend(page.json().as_array().unwrap().iter().cloned());
            pages += 1;
        }
        assert_eq!((met.len(), pages), (expected, pages_expected));
        assert!(met.is_sorted_by_key(number_of));
        assert!(met.iter().all(|one| (one["status"] == "revoked") == (one["customer_id"] == 1)));
        let ids: BTreeSet<u64> = met.iter().map(number_of).collect();
        assert_eq!(ids.len(), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn no_text_is_answered_with_anything_but_an_answer_of_the_api(
        id in any::<String>(), key in any::<String>(), host in any::<String>(), product in any::<String>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let account = Licences::with_customer().await;
            let answer = account.ask_for(1, &product, &host).await;
            assert!(matches!(answer.status, 201 | 400), "{answer}");
            if answer.status == 201 {
                let licence = answer.json();
                assert_eq!((&licence["product"], &licence["host"]), (&json!(product.trim()), &json!(host.trim())), "{answer}");
                assert_eq!(account.check(&licence, host.trim()).await, "valid", "{answer}");
            }
            let answer = account.post(&format!("customer_id={}&product=p&host=h", encoded(&id))).await;
            assert!(matches!(answer.status, 400 | 404), "{answer}");
            let query = format!("customer_id={}&cursor={}", encoded(&id), encoded(&key));
            let answer = account.call("GET", &format!("/api/licenses?{query}")).await;
            assert_eq!(answer.status, 400, "{answer}");
            let path = format!("/api/license/check?key={}&host={}", encoded(&key), encoded(&host));
            let answer = account.app.request("GET", &path).send().await;
            assert!(matches!(answer.status, 400 | 403), "{answer}");
        });
    }
}
