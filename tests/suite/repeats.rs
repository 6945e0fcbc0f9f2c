//! Requests that are repeated with the same `Idempotency-Key`: whatever happened to the first one, the change is made once and the
//! answer is the same.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::domain::timestamp::Timestamp;

use crate::harness::{Answer, ApiCall, CUSTOMERS, Call, Clients, Effect};

const KEY: &str = "Idempotency-Key";

/// A text that is in every write, to be searched for.
const NAME: &str = "Willow Creek";

/// What a write needs before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    Nothing,
    Customer,
    /// The same change was made before, so that it changes nothing.
    SameChange,
    Licence,
    RevokedLicence,
}

/// A write of an API.
#[derive(Clone, Copy, Debug)]
struct Writing {
    before: Before,
    status: u16,
    call: fn(&Subject) -> ApiCall,
}

/// The reseller, and what the write is about.
struct Subject {
    account: u64,
    customer: u64,
    licence: u64,
}

fn reseller_path(subject: &Subject) -> String {
    format!("/api/v3/reseller/customer/{}/", subject.customer)
}

fn licensing_path(subject: &Subject) -> String {
    format!("/api/customer/{}", subject.customer)
}

fn put_reseller(subject: &Subject) -> ApiCall {
    ApiCall::json("PUT", reseller_path(subject), &json!({"name": NAME, "email": "w@example.com"}))
}

fn put_licensing(subject: &Subject) -> ApiCall {
    ApiCall::form("PUT", licensing_path(subject), "company=Willow+Creek")
}

fn modify(subject: &Subject) -> ApiCall {
    ApiCall::json("POST", format!("{CUSTOMERS}/{}", subject.customer), &json!({"organizationName": NAME}))
}

fn revoke(subject: &Subject) -> ApiCall {
    ApiCall::new("DELETE", format!("/api/license/{}", subject.licence))
}

const WRITINGS: [Writing; 14] = [
    Writing {
        before: Before::Nothing,
        status: 201,
        call: |_| ApiCall::json("POST", "/api/v3/reseller/customer/", &json!({"name": NAME, "email": "w@example.com"})),
    },
    Writing {
        before: Before::Nothing,
        status: 201,
        call: |_| ApiCall::form("POST", "/api/customer", "company=Willow+Creek&email=w%40example.com"),
    },
    Writing {
        before: Before::Nothing,
        status: 201,
        call: |subject| {
            let body =
                json!({"accountId": subject.account, "firstName": "W", "lastName": "C", "organizationName": NAME, "code": "W-1"});
            ApiCall::json("PUT", CUSTOMERS, &body)
        },
    },
    Writing {
        before: Before::Customer,
        status: 201,
        call: |subject| {
            let form = format!("customer_id={}&product=Willow+Creek&host=w.example.com", subject.customer);
            ApiCall::form("POST", "/api/license", &form)
        },
    },
    Writing { before: Before::Customer, status: 201, call: put_reseller },
    Writing { before: Before::Customer, status: 200, call: put_licensing },
    Writing { before: Before::Customer, status: 200, call: modify },
    Writing { before: Before::SameChange, status: 201, call: put_reseller },
    Writing { before: Before::SameChange, status: 304, call: put_licensing },
    Writing { before: Before::SameChange, status: 200, call: modify },
    Writing { before: Before::Customer, status: 204, call: |subject| ApiCall::new("DELETE", reseller_path(subject)) },
    Writing { before: Before::Customer, status: 410, call: |subject| ApiCall::new("DELETE", licensing_path(subject)) },
    Writing { before: Before::Licence, status: 410, call: revoke },
    Writing { before: Before::RevokedLicence, status: 410, call: revoke },
];

impl Writing {
    /// Makes what the write needs.
    async fn prepare(self, clients: &Clients) -> Subject {
        let mut subject = Subject { account: clients.tenant.account_id, customer: 0, licence: 0 };
        if self.before != Before::Nothing {
            subject.customer = clients.create().await;
        }
        if matches!(self.before, Before::Licence | Before::RevokedLicence) {
            subject.licence = clients.issue(subject.customer).await;
        }
        if matches!(self.before, Before::SameChange | Before::RevokedLicence) {
            clients.send((self.call)(&subject), &[]).await;
        }
        clients.app.wire.take_calls();
        subject
    }

    /// The rows that the write leaves, without the counters, which may have gaps, and without the kept answers.
    async fn rows(clients: &Clients) -> Vec<String> {
        let rows = clients.app.all_rows().await;
        rows.into_iter().filter(|row| !row.contains("S(\"COUNTERS\")") && !row.contains("S(\"REPLAYS#")).collect()
    }
}

/// The error of a call whose key was used for another request, in the form of its API.
#[track_caller]
fn expect_reused(answer: Answer) {
    answer.expect_refusal(422, "IDEMPOTENCY_KEY_REUSED", "V07");
}

#[tokio::test]
async fn a_repeated_write_is_made_once_and_answered_the_same() {
    for writing in WRITINGS {
        let clients = Clients::start().await;
        let subject = writing.prepare(&clients).await;
        let call = (writing.call)(&subject);
        let first = clients.send(call.clone(), &[(KEY, "k 1")]).await.expect(writing.status);
        clients.app.wire.take_calls();
        let rows = clients.app.all_rows().await;
        for key in ["k 1", " k 1\t"] {
            let again = clients.send(call.clone(), &[(KEY, key)]).await;
            assert_eq!(again.shown(), first.shown(), "{writing:?} {again}");
            assert_eq!(clients.app.wire.take_operations(), ["BatchGetItem"], "{writing:?}");
        }
        assert_eq!(clients.app.all_rows().await, rows, "{writing:?}");
    }
}

#[tokio::test]
async fn a_repetition_undoes_nothing_that_came_after() {
    for writing in WRITINGS {
        let clients = Clients::start().await;
        let subject = writing.prepare(&clients).await;
        let call = (writing.call)(&subject);
        let first = clients.send(call.clone(), &[(KEY, "k")]).await.expect(writing.status);
        for id in 1..=subject.customer.max(1) {
            let path = format!("/api/v3/reseller/customer/{id}/");
            clients.send(ApiCall::json("PUT", &path, &json!({"name": "Later", "email": "l@example.com"})), &[]).await;
        }
        let again = clients.send(call.clone(), &[(KEY, "k")]).await;
        assert_eq!(again.shown(), first.shown(), "{writing:?} {again}");
        for id in 1..=subject.customer.max(1) {
            clients.send(ApiCall::new("DELETE", format!("/api/customer/{id}")), &[]).await;
        }
        let rows = clients.app.all_rows().await;
        let again = clients.send(call, &[(KEY, "k")]).await;
        assert_eq!(again.shown(), first.shown(), "{writing:?} {again}");
        assert_eq!(clients.app.all_rows().await, rows, "{writing:?}");
    }
}

#[tokio::test]
async fn a_key_of_another_request_is_refused_and_nothing_is_written() {
    let clients = Clients::start().await;
    let subject = WRITINGS[12].prepare(&clients).await;
    let create = (WRITINGS[0].call)(&subject);
    clients.send((WRITINGS[1].call)(&subject), &[(KEY, "k")]).await.expect(201);
    clients.send(create.clone(), &[(KEY, "k")]).await.expect(201);
    clients.send((WRITINGS[2].call)(&subject), &[(KEY, "k")]).await.expect(201);
    let rows = clients.app.all_rows().await;
    let others = [
        ApiCall::json("POST", "/api/v3/reseller/customer/", &json!({"name": NAME, "email": "x@example.com"})),
        ApiCall { path: "/api/v3/reseller/customer".to_owned(), ..create.clone() },
        ApiCall { body: create.body.clone().map(|body| body + " "), ..create },
        ApiCall::json("POST", "/api/v3/reseller/customer/", &json!("not even valid")),
        put_reseller(&subject),
        ApiCall::new("DELETE", reseller_path(&subject)),
        put_licensing(&subject),
        ApiCall::new("DELETE", licensing_path(&subject)),
        ApiCall::form("POST", "/api/license", "customer_id=1&product=a&host=b"),
        ApiCall::form("POST", "/api/license", "nothing=valid"),
        revoke(&subject),
        modify(&subject),
        ApiCall::json("PUT", CUSTOMERS, &json!({})),
    ];
    for other in others {
        expect_reused(clients.send(other, &[(KEY, "k")]).await);
    }
    assert_eq!(clients.app.all_rows().await, rows);
}

#[tokio::test]
async fn keys_of_other_credentials_and_other_keys_are_other_requests() {
    let clients = Clients::start().await;
    let issue =
        json!({"reseller_id": clients.tenant.id, "kind": "reseller", "permissions": ["read", "write"], "label": "second"});
    let second = clients.app.operate("operator-issue-key", issue).await.unwrap()["token"].as_str().unwrap().to_owned();
    let other = clients.app.reseller("Harbour Telecom").await;
    let body = json!({"name": NAME, "email": "w@example.com"});
    let mut ids = Vec::new();
    for (credential, key) in [(&clients.tenant.key, "k"), (&clients.tenant.key, "K"), (&second, "k"), (&other.key, "k")] {
        for _ in 0..2 {
            let request = clients.app.reseller_api("POST", "").key(credential).header(KEY, key).json(&body);
            ids.push(request.send().await.expect(201).id());
        }
    }
    let distinct: Vec<u64> = ids.iter().copied().step_by(2).collect();
    assert_eq!(ids, distinct.iter().flat_map(|id| [*id, *id]).collect::<Vec<_>>());
    assert_eq!(distinct.iter().collect::<std::collections::BTreeSet<_>>().len(), 4);
}

#[tokio::test]
async fn a_refusal_before_the_write_is_not_kept() {
    let clients = Clients::start().await;
    let subject = WRITINGS[0].prepare(&clients).await;
    let rows = clients.app.all_rows().await;
    let wrong = ApiCall::json("POST", "/api/v3/reseller/customer/", &json!({"name": "", "email": "w@example.com"}));
    clients.send(wrong, &[(KEY, "k")]).await.expect_faults(&["name"]);
    clients.send(ApiCall::new("DELETE", "/api/customer/99"), &[(KEY, "k")]).await.expect(404);
    clients.send((WRITINGS[0].call)(&subject), &[(KEY, "k"), ("if-match", "x")]).await.expect(201);
    assert_ne!(clients.app.all_rows().await, rows);
    let stale = [(KEY, "k2"), ("if-match", "\"0-0\"")];
    let put = ApiCall::json("PUT", "/api/v3/reseller/customer/1/", &json!({"name": "A", "email": "a@example.com"}));
    clients.send(put.clone(), &stale).await.expect(412);
    clients.send(put, &[(KEY, "k2"), ("if-match", "\"1-1\"")]).await.expect(201);
}

#[tokio::test]
async fn a_write_on_a_condition_is_answered_again_although_the_condition_no_longer_holds() {
    let clients = Clients::start().await;
    let id = clients.create().await;
    let tag = clients.tag(id).await;
    let headers = [(KEY, "k"), ("if-match", tag.as_str())];
    let put = ApiCall::form("PUT", format!("/api/customer/{id}"), "company=B");
    let first = clients.send(put.clone(), &headers).await.expect(200);
    assert_eq!(clients.send(put, &headers).await.shown(), first.shown());
}

#[tokio::test]
async fn a_malformed_key_is_refused_and_only_a_verified_caller_learns_it() {
    let clients = Clients::start().await;
    let rows_of = async || clients.app.all_rows().await;
    let subject = WRITINGS[12].prepare(&clients).await;
    let rows = rows_of().await;
    let long = "k".repeat(256);
    for writing in WRITINGS {
        let call = (writing.call)(&subject);
        for sent in ["", " ", "clé", "a\u{7f}", long.as_str()] {
            let answer = clients.send(call.clone(), &[(KEY, sent)]).await;
            answer.expect_fault_of_header(KEY);
        }
        clients.app.request(call.method, &call.path).header(KEY, "").send().await.expect(401);
    }
    assert_eq!(rows_of().await, rows);
    clients.send(ApiCall::new("GET", reseller_path(&subject)), &[(KEY, "")]).await.expect(200);
    let longest = "~".repeat(255);
    clients.send(put_reseller(&subject), &[(KEY, &longest)]).await.expect(201);
}

#[tokio::test]
async fn a_body_that_can_not_be_read_is_refused_as_without_a_key() {
    let clients = Clients::start().await;
    let large = ApiCall { body: Some("x".repeat(256 * 1024 + 1)), ..(WRITINGS[0].call)(&WRITINGS[0].prepare(&clients).await) };
    clients.send(large, &[(KEY, "k")]).await.expect_error(400, "VALIDATION_ERROR");
}

#[tokio::test]
async fn only_writes_with_a_key_keep_an_answer_and_it_can_not_be_read() {
    for writing in WRITINGS {
        let clients = Clients::start().await;
        let subject = writing.prepare(&clients).await;
        let kept = async || -> Vec<String> {
            clients.app.all_rows().await.into_iter().filter(|row| row.contains("S(\"REPLAYS#")).collect()
        };
        let before = kept().await;
        assert_eq!(before, Vec::<String>::new());
        let first = clients.send((writing.call)(&subject), &[(KEY, "a-key-of-the-client")]).await.expect(writing.status);
        let rows = kept().await;
        assert_eq!(rows.len(), 1, "{writing:?}");
        for text in [NAME, "w@example.com", "a-key-of-the-client", &clients.tenant.key, &clients.token, &clients.user] {
            assert!(!rows[0].contains(text), "{writing:?} {}", rows[0]);
        }
        let row = clients.app.raw_client().scan().table_name(clients.app.store.table_name()).send().await.unwrap();
        let row = row.items().iter().find(|row| row["PK"].as_s().is_ok_and(|key| key.starts_with("REPLAYS#"))).unwrap().clone();
        let answer = String::from_utf8_lossy(row["answer"].as_b().unwrap().as_ref()).into_owned();
        assert!(!answer.contains(NAME) && !answer.contains("content-type") && !answer.contains("status"), "{first}");
        let end: i64 = row["expires_at"].as_n().unwrap().parse().unwrap();
        let days = (end - Timestamp::now().seconds()) as f64 / 86_400.0;
        assert!((6.99..=7.0).contains(&days), "{days}");
    }
}

#[tokio::test]
async fn after_seven_days_a_key_is_free_again() {
    for writing in [WRITINGS[0], WRITINGS[4], WRITINGS[7], WRITINGS[12]] {
        let clients = Clients::start().await;
        let subject = writing.prepare(&clients).await;
        clients.send((writing.call)(&subject), &[(KEY, "k")]).await.expect(writing.status);
        // DynamoDB deletes expired rows late, so that one may still be there.
        let rows = clients.app.raw_client().scan().table_name(clients.app.store.table_name()).send().await.unwrap();
        for row in rows.items().iter().filter(|row| row["PK"].as_s().unwrap().starts_with("REPLAYS#")) {
            let mut row = row.clone();
            row.insert("expires_at".to_owned(), AttributeValue::N(Timestamp::now().seconds().to_string()));
            clients.app.put_rows(std::iter::once(row)).await;
        }
        let other = ApiCall::json("POST", "/api/v3/reseller/customer/", &json!({"name": "Other", "email": "o@example.com"}));
        let key = if (writing.call)(&subject).path.contains("/v3/") { [(KEY, "k")] } else { [(KEY, "other")] };
        let first = clients.send(other.clone(), &key).await.expect(201);
        assert_eq!(clients.send(other, &key).await.shown(), first.shown());
        if !(writing.call)(&subject).path.contains("/v3/") {
            clients.send((writing.call)(&subject), &[(KEY, "k")]).await.expect(writing.status);
        }
    }
}

type Fault = fn(&Call) -> Effect;

/// What goes wrong with each transaction.
const TROUBLES: [(&str, Fault); 4] = [
    ("lost answers", |_| Effect::LoseAnswer),
    ("broken connections", |_| Effect::Break),
    ("errors of the service", |_| Effect::Answer(500, json!({}))),
    ("an answer that can't be read", |_| Effect::Answer(200, json!("odd"))),
];

#[tokio::test]
async fn after_any_fault_a_repetition_makes_the_change_once_and_answers_the_same() {
    let scenes = TROUBLES.map(async |(trouble, effect)| {
        for writing in WRITINGS {
            // What the write leaves when nothing goes wrong.
            let (expected, answer) = {
                let clients = Clients::start().await;
                let subject = writing.prepare(&clients).await;
                let answer = clients.send((writing.call)(&subject), &[(KEY, "k")]).await.expect(writing.status);
                (anonymous(&Writing::rows(&clients).await), answer)
            };
            let clients = Clients::start().await;
            let subject = writing.prepare(&clients).await;
            let call = (writing.call)(&subject);
            // After the transaction, nothing can be read either.
            let mut is_away = false;
            clients.app.wire.script(move |call| {
                is_away |= call.operation == "TransactWriteItems";
                match (call.operation.as_str(), is_away) {
                    ("TransactWriteItems", _) => effect(call),
                    (_, true) => Effect::Break,
                    (_, false) => Effect::Pass,
                }
            });
            let failed = clients.send(call.clone(), &[(KEY, "k")]).await;
            assert!(failed.status >= 500, "{trouble} {writing:?} {failed}");
            clients.app.wire.mend();
            let mut answers = Vec::new();
            for _ in 0..3 {
                answers.push(clients.send(call.clone(), &[(KEY, "k")]).await.expect(writing.status));
            }
            let what = format!("{trouble} {writing:?} {}", answers[0]);
            assert!(answers.iter().all(|again| again.shown() == answers[0].shown()), "{what}");
            assert_eq!(anonymous(&Writing::rows(&clients).await), expected, "{what}");
            let headers = |answer: &Answer| answer.headers.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
            assert_eq!(headers(&answers[0]), headers(&answer), "{what}");
        }
    });
    join_all(scenes).await;
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_answered_if_its_answer_can_be_read() {
    for writing in WRITINGS {
        let clients = Clients::start().await;
        let subject = writing.prepare(&clients).await;
        clients.app.wire.fail("TransactWriteItems", usize::MAX, |_| Effect::LoseAnswer);
        let first = clients.send((writing.call)(&subject), &[(KEY, "k")]).await.expect(writing.status);
        clients.app.wire.mend();
        let again = clients.send((writing.call)(&subject), &[(KEY, "k")]).await;
        assert_eq!(again.shown(), first.shown(), "{writing:?} {again}");
    }
}

#[tokio::test]
async fn a_request_that_looked_before_the_first_one_wrote_gets_its_answer() {
    for writing in WRITINGS {
        let clients = Clients::start().await;
        let subject = writing.prepare(&clients).await;
        let call = (writing.call)(&subject);
        let first = clients.send(call.clone(), &[(KEY, "k")]).await.expect(writing.status);
        let reads = clients.app.wire.take_calls().into_iter().filter(|call| call.operation == "BatchGetItem");
        let before = reads.map(|read| read.response).next().unwrap();
        let rows = Writing::rows(&clients).await;
        for headers in [&[(KEY, "k")][..], &[(KEY, "k"), ("if-match", "\"0-0\"")]] {
            let before = before.clone();
            clients.app.wire.fail("BatchGetItem", 1, move |_| Effect::Answer(200, before.clone()));
            let again = clients.send(call.clone(), headers).await;
            clients.app.wire.mend();
            assert_eq!(again.shown(), first.shown(), "{writing:?} {again}");
        }
        assert_eq!(Writing::rows(&clients).await, rows, "{writing:?}");
    }
}

#[tokio::test]
async fn a_refusal_with_a_key_looks_once_more_whether_it_is_a_repetition() {
    let clients = Clients::start().await;
    for (headers, calls) in [(&[][..], 1), (&[(KEY, "k")], 2)] {
        clients.app.wire.take_calls();
        clients.send(ApiCall::new("DELETE", "/api/customer/99"), headers).await.expect(404);
        assert_eq!(clients.app.wire.take_calls().len(), calls);
    }
    let key = clients.tenant.key.clone() + "x";
    clients.app.reseller_api("POST", "").key(&key).header(KEY, "k").send().await.expect(401);
    assert_eq!(clients.app.wire.take_calls().len(), 0);
}

/// The rows without what differs from one time to the next: moments, random texts, and numbers that a counter may have skipped.
fn anonymous(rows: &[String]) -> BTreeMap<String, usize> {
    let shape = |row: &String| {
        let kind: String =
            row.split("\"PK\": S(\"").nth(1).unwrap().chars().take_while(|character| !matches!(character, '#' | '"')).collect();
        let revision = row.split("\"revision\": N(\"").nth(1).map(|rest| rest.split('"').next().unwrap());
        let counts = ["customers", "active", "last_licence"]
            .map(|name| row.split(&format!("\"{name}\": N(\"")).nth(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
        format!("{kind} {revision:?} {counts:?} {} {}", row.contains("deleted_at"), row.contains(NAME))
    };
    rows.iter().fold(BTreeMap::new(), |mut shapes, row| {
        *shapes.entry(shape(row)).or_default() += 1;
        shapes
    })
}

#[tokio::test]
async fn of_fifty_simultaneous_requests_with_one_key_one_writes_and_all_get_its_answer() {
    for writing in WRITINGS {
        let clients = Clients::start().await;
        let subject = writing.prepare(&clients).await;
        let expected = {
            let clients = Clients::start().await;
            let subject = writing.prepare(&clients).await;
            clients.send((writing.call)(&subject), &[(KEY, "k")]).await.expect(writing.status);
            anonymous(&Writing::rows(&clients).await)
        };
        let answers = join_all((0..50).map(|_| clients.send((writing.call)(&subject), &[(KEY, "k")]))).await;
        for answer in &answers {
            assert_eq!(answer.shown(), answers[0].shown(), "{writing:?} {answer}");
        }
        assert_eq!(answers[0].status, writing.status, "{writing:?} {}", answers[0]);
        assert_eq!(anonymous(&Writing::rows(&clients).await), expected, "{writing:?}");
    }
}

#[tokio::test]
async fn of_simultaneous_requests_that_differ_one_is_made_and_the_others_are_told() {
    let clients = Clients::start().await;
    for round in 0..20 {
        let key = format!("k{round}");
        let calls = (0..4).map(|place| {
            let body = json!({"name": format!("{NAME} {round} {place}"), "email": "w@example.com"});
            ApiCall::json("POST", "/api/v3/reseller/customer/", &body)
        });
        let headers = [(KEY, key.as_str())];
        let answers = join_all(calls.map(|call| clients.send(call, &headers))).await;
        let (made, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
        assert_eq!(made.len(), 1, "{made:?}");
        refused.into_iter().for_each(expect_reused);
    }
    assert_eq!(clients.app.list(&clients.tenant, "limit=1").await.json()["total_results"], 20);
}

#[tokio::test]
async fn a_key_costs_no_call_more_and_one_row_more() {
    for writing in WRITINGS {
        let mut spent = Vec::new();
        for headers in [&[][..], &[(KEY, "k")]] {
            let clients = Clients::start().await;
            let subject = writing.prepare(&clients).await;
            clients.send((writing.call)(&subject), headers).await.expect(writing.status);
            let calls = clients.app.wire.take_calls();
            let items = |call: &Call| call.request["TransactItems"].as_array().map_or(0, Vec::len);
            let keys = |call: &Call| {
                let tables = call.request["RequestItems"].as_object();
                tables
                    .into_iter()
                    .flat_map(|tables| tables.values())
                    .map(|table| table["Keys"].as_array().unwrap().len())
                    .sum::<usize>()
            };
            spent.push((calls.len(), calls.iter().map(items).sum::<usize>(), calls.iter().map(keys).sum::<usize>()));
        }
        // A write that changes nothing has no transaction, except to keep its answer.
        let more = usize::from(matches!(writing.before, Before::SameChange | Before::RevokedLicence));
        let (calls, items, keys) = spent[0];
        assert_eq!(spent[1], (calls + more, items + 1, keys + 1), "{writing:?}");
    }
}

#[tokio::test]
async fn a_key_does_not_show_in_the_log() {
    let clients = Clients::start().await;
    let subject = WRITINGS[0].prepare(&clients).await;
    for _ in 0..2 {
        clients.send((WRITINGS[0].call)(&subject), &[(KEY, "a-key-of-the-client")]).await.expect(201);
        let log = Value::Array(clients.app.last_log()).to_string();
        assert!(log.contains("answered") && !log.contains("a-key-of-the-client"), "{log}");
    }
}
