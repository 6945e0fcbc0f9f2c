//! Faults that no local engine produces: conflicts, throttling, lost answers, a store that stays unreachable. The caller gets the
//! right answer, nothing is applied twice, and every retry has an end.
//!
//! The faults are made on the wire below the SDK, so that its own retries and time-outs are tested too.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::join_all;
use proptest::prelude::*;
use serde_json::{Value, json};
use shared::domain::customer::{NewCustomer, Profile};
use shared::lambda::bootstrap::respond;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::{Read, Table};
use tokio::time::Instant;

use crate::harness::records::{new_customer, number, stored, words};
use crate::harness::{Answer, App, Call, Effect, Tenant};

/// How often one call is tried: once, and three times more.
const ATTEMPTS: usize = 4;

/// How often a step is repeated that needs a new call each time.
const ROUNDS: usize = 12;

/// A text in everything that the engine says in these tests. It must not reach a client or a header.
const SECRET: &str = "RESELLER#1 of the table";

const UNAVAILABLE: &str = r#"{"error":"Service Unavailable","message":"The service is temporarily unavailable. Try again in a moment.","error_message":"The service is temporarily unavailable. Try again in a moment.","error_code":"SERVICE_UNAVAILABLE"}"#;

const INTERNAL: &str = r#"{"error":"Internal Server Error","message":"Something went wrong on our side. Contact support if it persists.","error_message":"Something went wrong on our side. Contact support if it persists.","error_code":"INTERNAL_ERROR"}"#;

#[track_caller]
fn expect_unavailable(answer: Answer) -> Answer {
    let answer = answer.expect_error(503, "SERVICE_UNAVAILABLE");
    assert_eq!(answer.body, UNAVAILABLE, "{answer}");
    assert_eq!(answer.header("retry-after"), Some("1"), "{answer}");
    assert_eq!(answer.header("content-type"), Some("application/json"), "{answer}");
    answer
}

#[track_caller]
fn expect_internal(answer: Answer) -> Answer {
    let answer = answer.expect_error(500, "INTERNAL_ERROR");
    assert_eq!(answer.body, INTERNAL, "{answer}");
    assert!(answer.headers.iter().all(|(name, value)| name != "retry-after" && !value.contains(SECRET)), "{answer}");
    answer
}

type Fault = fn(&Call) -> Effect;

fn refusal(status: u16, code: &str) -> Effect {
    Effect::Answer(status, json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": SECRET}))
}

/// A cancelled transaction with these reasons; those not given are `None`.
fn cancelled(call: &Call, reasons: &[(usize, &str)]) -> Effect {
    let items = call.request["TransactItems"].as_array().map_or(0, Vec::len);
    let reason = |place: usize| match reasons.iter().find(|(at, _)| *at == place) {
        Some((_, code)) => json!({"Code": code, "Message": SECRET}),
        None => json!({"Code": "None"}),
    };
    let reasons: Vec<Value> = (0..items).map(reason).collect();
    let code = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
    Effect::Answer(400, json!({"__type": code, "Message": SECRET, "CancellationReasons": reasons}))
}

/// Temporary faults of any call.
const PASSING: [(&str, Fault); 8] = [
    ("throttling", |_| refusal(400, "ThrottlingException")),
    ("throughput exceeded", |_| refusal(400, "ProvisionedThroughputExceededException")),
    ("request limit", |_| refusal(400, "RequestLimitExceeded")),
    ("500", |_| refusal(500, "InternalServerError")),
    ("503", |_| refusal(503, "ServiceUnavailable")),
    ("500 of something in between", |_| Effect::Answer(500, json!(SECRET))),
    ("a broken connection", |_| Effect::Break),
    ("a lost answer", |_| Effect::LoseAnswer),
];

/// Temporary faults of a transaction only.
const PASSING_CANCELLATIONS: [(&str, Fault); 6] = [
    ("conflict on the record", |call| cancelled(call, &[(0, "TransactionConflict")])),
    ("conflict on another row", |call| cancelled(call, &[(1, "TransactionConflict")])),
    ("throttling as a reason", |call| cancelled(call, &[(0, "ThrottlingError")])),
    ("throughput as a reason", |call| cancelled(call, &[(0, "ProvisionedThroughputExceeded")])),
    ("all reasons", |call| cancelled(call, &[(0, "ThrottlingError"), (1, "TransactionConflict")])),
    ("in progress", |_| refusal(400, "TransactionInProgressException")),
];

/// Faults against which no retry helps.
const FATAL: [(&str, Fault); 6] = [
    ("access denied", |_| refusal(400, "AccessDeniedException")),
    ("no table", |_| refusal(400, "ResourceNotFoundException")),
    ("invalid", |_| refusal(400, "ValidationException")),
    ("bad credentials", |_| refusal(400, "UnrecognizedClientException")),
    ("something new", |_| refusal(400, "SomethingNewException")),
    ("a success that can't be read", |_| Effect::Answer(200, json!(SECRET))),
];

/// A change of a customer: one for each kind of transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writing {
    Create,
    Update,
    Deactivate,
    Delete,
    UpdateHolder,
    MoveHolder,
    DeleteHolder,
}

impl Writing {
    const ALL: [Self; 7] =
        [Self::Create, Self::Update, Self::Deactivate, Self::Delete, Self::UpdateHolder, Self::MoveHolder, Self::DeleteHolder];

    /// How many rows its transaction writes, the entry of the activity included.
    fn rows(self) -> usize {
        match self {
            Self::Update | Self::UpdateHolder => 2,
            Self::Deactivate => 3,
            Self::Create | Self::MoveHolder => 4,
            Self::Delete => 6,
            Self::DeleteHolder => 8,
        }
    }
}

/// A customer on which a [`Writing`] is carried out, and what the API showed of it.
struct Subject<'a> {
    app: &'a App,
    tenant: &'a Tenant,
    writing: Writing,
    id: u64,
    shown: Value,
}

const NEW_NAME: &str = "Changed";

impl<'a> Subject<'a> {
    async fn prepare(app: &'a App, tenant: &'a Tenant, writing: Writing) -> Self {
        let id = match writing {
            Writing::Create => 0,
            Writing::Update | Writing::Deactivate | Writing::Delete => app.create(tenant, "Acme").await,
            Writing::UpdateHolder | Writing::MoveHolder | Writing::DeleteHolder => {
                let profile = Profile { first_name: stored("Ann"), email: stored("ann@example.com"), ..Profile::empty() };
                let new = NewCustomer { holds_email: true, code: stored("A-1"), ..new_customer(tenant, profile) };
                app.create_record(tenant, new).await.unwrap()
            }
        };
        let mut subject = Self { app, tenant, writing, id, shown: Value::Null };
        subject.shown = subject.get().await;
        subject
    }

    async fn get(&self) -> Value {
        let answer = self.app.reseller_api("GET", format!("{}/", self.id)).key(&self.tenant.key).send().await;
        self.app.wire.take_calls();
        if answer.status == 404 { Value::Null } else { answer.expect(200).result() }
    }

    async fn write(&self) -> Answer {
        let (method, path) = match self.writing {
            Writing::Create => ("POST", String::new()),
            Writing::Delete | Writing::DeleteHolder => ("DELETE", format!("{}/", self.id)),
            _ => ("PUT", format!("{}/", self.id)),
        };
        let email = match self.writing {
            Writing::UpdateHolder => "ann@example.com",
            _ => "new@example.com",
        };
        let is_active = self.writing != Writing::Deactivate;
        let body = json!({"name": NEW_NAME, "email": email, "is_active": is_active});
        self.app.reseller_api(method, path).key(&self.tenant.key).json(&body).send().await
    }

    /// Checks that the answer says that the write was done, and that it was done once.
    async fn assert_done(&mut self, what: &str, answer: &Answer) {
        let status = if matches!(self.writing, Writing::Delete | Writing::DeleteHolder) { 204 } else { 201 };
        assert_eq!(answer.status, status, "{what}: {answer}");
        if self.writing == Writing::Create {
            self.id = answer.id();
        }
        if status == 201 {
            assert_eq!(self.get().await, answer.result(), "{what}: {answer}");
        }
        self.assert_applied_once(what).await;
    }

    async fn assert_applied_once(&self, what: &str) {
        let rows = self.app.audit(self.tenant).await;
        let row = rows.get(&self.id);
        let what = format!("{what}, {:?}", self.writing);
        match self.writing {
            Writing::Delete | Writing::DeleteHolder => assert_eq!(row, None, "{what}"),
            Writing::Create => assert_eq!(number(row.unwrap(), "revision"), 1, "{what}"),
            _ => {
                assert_eq!(number(row.unwrap(), "revision"), 2, "{what}");
                assert_eq!(words(row.unwrap(), "organization"), Some(NEW_NAME), "{what}");
            }
        }
        if self.writing == Writing::MoveHolder {
            assert_eq!(self.app.holder_of_email(self.tenant, "new@example.com").await, Some(self.id), "{what}");
        }
    }

    /// Removes the customer, so that the next one finds an empty reseller.
    async fn clear(self) {
        let rows = self.app.audit(self.tenant).await;
        for id in rows.keys() {
            self.app.reseller_api("DELETE", format!("{id}/")).key(&self.tenant.key).send().await.expect(204);
        }
        assert!(self.app.audit(self.tenant).await.is_empty());
        self.app.wire.take_calls();
    }
}

/// The attempts of this operation since the last time.
fn attempts(app: &App, operation: &str) -> Vec<Call> {
    app.wire.take_calls().into_iter().filter(|call| call.operation == operation).collect()
}

/// The tokens by which the engine tells retries from new transactions.
fn tokens(calls: &[Call]) -> BTreeSet<String> {
    calls.iter().map(|call| call.request["ClientRequestToken"].as_str().expect("a token").to_owned()).collect()
}

#[tokio::test]
async fn given_a_transaction_that_fails_for_a_while_then_it_is_applied_once_with_one_token() {
    let scenes = PASSING.into_iter().chain(PASSING_CANCELLATIONS).enumerate().map(async |(place, (fault, effect))| {
        let (app, tenant) = App::with_reseller().await;
        for (turn, writing) in Writing::ALL.into_iter().enumerate() {
            if fault == "conflict on another row" && writing.rows() == 1 {
                continue;
            }
            // Alternate, so that each fault and each writing meets both.
            let times = if (place + turn).is_multiple_of(2) { 1 } else { ATTEMPTS - 1 };
            let mut subject = Subject::prepare(&app, &tenant, writing).await;
            app.wire.fail("TransactWriteItems", times, effect);
            let answer = subject.write().await;
            app.wire.mend();
            let what = format!("{fault}, {times} times");
            let calls = attempts(&app, "TransactWriteItems");
            assert_eq!(calls.len(), times + 1, "{what}: {answer}");
            assert_eq!(tokens(&calls).len(), 1, "{what}: {answer}");
            assert_eq!(calls[0].request["TransactItems"].as_array().unwrap().len(), writing.rows(), "{what}: {answer}");
            subject.assert_done(&what, &answer).await;
            subject.clear().await;
        }
    });
    join_all(scenes).await;
}

#[tokio::test]
async fn given_a_transaction_that_keeps_failing_then_503_after_four_attempts_and_nothing_is_written() {
    let scenes = PASSING.into_iter().chain(PASSING_CANCELLATIONS).filter(|(fault, _)| *fault != "a lost answer");
    let scenes = scenes.enumerate().map(async |(place, (fault, effect))| {
        let (app, tenant) = App::with_reseller().await;
        // Alternate, so that each writing meets many faults and each fault many writings.
        for writing in Writing::ALL.into_iter().skip(place % 2).step_by(2) {
            if fault == "conflict on another row" && writing.rows() == 1 {
                continue;
            }
            let subject = Subject::prepare(&app, &tenant, writing).await;
            let before = app.all_rows_but_counters().await;
            app.wire.fail("TransactWriteItems", usize::MAX, effect);
            let answer = expect_unavailable(subject.write().await);
            app.wire.mend();
            let calls = attempts(&app, "TransactWriteItems");
            assert_eq!((calls.len(), tokens(&calls).len()), (ATTEMPTS, 1), "{fault}: {answer}");
            assert_eq!(app.all_rows_but_counters().await, before, "{fault}: {answer}");
            assert_eq!(subject.get().await, subject.shown, "{fault}: {answer}");
            subject.clear().await;
        }
    });
    join_all(scenes).await;
}

#[tokio::test]
async fn given_answers_that_are_lost_for_ever_then_503_and_the_change_is_applied_once() {
    let (app, tenant) = App::with_reseller().await;
    for writing in Writing::ALL {
        let mut subject = Subject::prepare(&app, &tenant, writing).await;
        app.wire.fail("TransactWriteItems", usize::MAX, |_| Effect::LoseAnswer);
        let answer = expect_unavailable(subject.write().await);
        app.wire.mend();
        let calls = attempts(&app, "TransactWriteItems");
        assert_eq!((calls.len(), tokens(&calls).len()), (ATTEMPTS, 1), "{answer}");
        if writing == Writing::Create {
            subject.id = *app.audit(&tenant).await.keys().next().unwrap();
        }
        subject.assert_applied_once("lost for ever").await;
        subject.clear().await;
    }
}

#[tokio::test]
async fn given_a_lost_update_that_was_applied_when_the_client_repeats_it_then_201_and_no_second_change() {
    let (app, tenant) = App::with_reseller().await;
    let mut subject = Subject::prepare(&app, &tenant, Writing::Update).await;
    app.wire.fail("TransactWriteItems", usize::MAX, |_| Effect::LoseAnswer);
    expect_unavailable(subject.write().await);
    app.wire.mend();
    let answer = subject.write().await;
    subject.assert_done("repeated by the client", &answer).await;
}

#[tokio::test]
async fn given_a_lost_delete_that_was_applied_when_the_client_repeats_it_then_404() {
    let (app, tenant) = App::with_reseller().await;
    let subject = Subject::prepare(&app, &tenant, Writing::DeleteHolder).await;
    app.wire.fail("TransactWriteItems", usize::MAX, |_| Effect::LoseAnswer);
    expect_unavailable(subject.write().await);
    app.wire.mend();
    subject.write().await.expect_error(404, "NOT_FOUND");
    app.audit(&tenant).await;
}

#[tokio::test]
async fn given_a_read_that_fails_for_a_while_then_it_is_answered_and_for_ever_503_after_four_attempts() {
    let scenes = PASSING.map(async |(fault, effect)| {
        let (app, tenant) = App::with_reseller().await;
        let id = app.create(&tenant, "Acme").await;
        // Of the two queries, the one without an index reads the counts, in another partition.
        let one = format!("{id}/");
        for (operation, rest) in [("BatchGetItem", one.as_str()), ("BatchGetItem", ""), ("Query", "?sort=name")] {
            let what = format!("{fault} of {operation} for GET {rest}");
            let is_meant =
                move |call: &Call| call.operation == operation && (operation != "Query" || call.request["IndexName"].is_null());
            let expected = app.reseller_api("GET", rest).key(&tenant.key).send().await.expect(200).body;
            for times in [1, ATTEMPTS - 1, usize::MAX] {
                let mut left = times;
                app.wire.script(move |call| {
                    if is_meant(call) && left > 0 {
                        left -= 1;
                        effect(call)
                    } else {
                        Effect::Pass
                    }
                });
                app.wire.take_calls();
                let answer = app.reseller_api("GET", rest).key(&tenant.key).send().await;
                app.wire.mend();
                let tried = app.wire.take_calls().iter().filter(|call| is_meant(call)).count();
                if times < ATTEMPTS {
                    assert_eq!(answer.clone().expect(200).body, expected, "{what}: {answer}");
                    assert_eq!(tried, times + 1, "{what}: {answer}");
                } else {
                    expect_unavailable(answer);
                    assert_eq!(tried, ATTEMPTS, "{what}");
                }
            }
        }
    });
    join_all(scenes).await;
}

#[tokio::test]
async fn given_a_counter_that_fails_for_a_while_then_the_customer_is_created_and_for_ever_503_after_four_attempts() {
    let scenes = PASSING.map(async |(fault, effect)| {
        let (app, tenant) = App::with_reseller().await;
        for times in [1, ATTEMPTS - 1, usize::MAX] {
            let mut subject = Subject::prepare(&app, &tenant, Writing::Create).await;
            app.wire.fail("UpdateItem", times, effect);
            let answer = subject.write().await;
            app.wire.mend();
            let tried = attempts(&app, "UpdateItem").len();
            let what = format!("{fault}, {times} times");
            if times < ATTEMPTS {
                assert_eq!(tried, times + 1, "{what}: {answer}");
                subject.assert_done(&what, &answer).await;
            } else {
                expect_unavailable(answer);
                assert_eq!(tried, ATTEMPTS, "{what}");
                assert!(app.audit(&tenant).await.is_empty(), "{what}");
            }
            subject.clear().await;
        }
    });
    join_all(scenes).await;
}

#[tokio::test]
async fn given_a_counter_whose_answers_are_lost_then_ids_have_a_gap_and_never_repeat() {
    let (app, tenant) = App::with_reseller().await;
    let mut ids = vec![app.create(&tenant, "one").await];
    app.wire.fail("UpdateItem", 2, |_| Effect::LoseAnswer);
    ids.push(app.create(&tenant, "two").await);
    app.wire.mend();
    ids.push(app.create(&tenant, "three").await);
    assert_eq!(ids, [1, 4, 5]);
    assert_eq!(app.list(&tenant, "").await.ids(), ids);
}

/// Sets the counter of customers, as a restored backup might.
async fn set_counter(app: &App, last: u64) {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let put = app.raw_client().put_item().table_name(app.store.table_name());
    let put = put.item("PK", text("COUNTERS")).item("SK", text("CUSTOMER"));
    put.item("last", AttributeValue::N(last.to_string())).send().await.unwrap();
}

#[tokio::test]
async fn given_a_counter_behind_the_rows_of_a_restored_backup_then_a_create_takes_the_next_free_id() {
    let (app, tenant) = App::with_reseller().await;
    for name in ["one", "two", "three"] {
        app.create(&tenant, name).await;
    }
    set_counter(&app, 0).await;
    let before = app.audit(&tenant).await;
    app.wire.take_calls();
    assert_eq!(app.create(&tenant, "four").await, 4);
    let calls = attempts(&app, "TransactWriteItems");
    assert_eq!((calls.len(), tokens(&calls).len()), (4, 4), "one transaction for each id, none of them a repetition");
    let after = app.audit(&tenant).await;
    assert!(before.iter().all(|(id, row)| after[id] == *row), "rows that were there stay as they are");
    assert_eq!(after.len(), 4);
}

#[tokio::test]
async fn given_a_counter_far_behind_then_503_after_twelve_ids_and_the_next_create_goes_on_from_there() {
    let (app, tenant) = App::with_reseller().await;
    let model = app.create(&tenant, "one").await;
    app.fill(&tenant, model, "more", 14).await;
    set_counter(&app, 0).await;
    let before = app.all_rows_but_counters().await;
    app.wire.take_calls();
    expect_unavailable(
        app.reseller_api("POST", "").key(&tenant.key).json(&json!({"name": "late", "email": "late@example.com"})).send().await,
    );
    assert_eq!(attempts(&app, "TransactWriteItems").len(), ROUNDS);
    assert_eq!(app.all_rows_but_counters().await, before);
    assert_eq!(app.create(&tenant, "late").await, 16);
    app.audit(&tenant).await;
}

#[tokio::test]
async fn given_a_refusal_that_no_repetition_helps_against_then_500_after_one_attempt_and_nothing_is_written() {
    let (app, tenant) = App::with_reseller().await;
    let id = app.create(&tenant, "Acme").await;
    let before = app.all_rows_but_counters().await;
    let one = format!("{id}/");
    let body = json!({"name": NEW_NAME, "email": "new@example.com", "is_active": false});
    for (method, rest, operations) in [
        ("POST", "", &["BatchGetItem", "UpdateItem", "TransactWriteItems"][..]),
        ("GET", "", &["BatchGetItem", "Query"]),
        ("GET", &one, &["BatchGetItem"]),
        ("PUT", &one, &["BatchGetItem", "TransactWriteItems"]),
        ("DELETE", &one, &["BatchGetItem", "TransactWriteItems"]),
    ] {
        for operation in operations {
            for (fault, effect) in FATAL {
                app.wire.fail(operation, usize::MAX, effect);
                app.wire.take_calls();
                let answer = expect_internal(app.reseller_api(method, rest).key(&tenant.key).json(&body).send().await);
                app.wire.mend();
                let tried = attempts(&app, operation).len();
                // A list makes two queries: the second one may have begun before the first one failed.
                let most = if *operation == "Query" { 2 } else { 1 };
                assert!((1..=most).contains(&tried), "{fault}: {tried} attempts of {operation} {answer}");
            }
        }
    }
    assert_eq!(app.all_rows_but_counters().await, before);
}

#[tokio::test]
async fn given_a_cancellation_that_no_repetition_helps_against_then_500_after_one_attempt_and_nothing_is_written() {
    let (app, tenant) = App::with_reseller().await;
    for writing in Writing::ALL {
        for code in ["ItemCollectionSizeLimitExceeded", "ValidationError", "SomethingNew"] {
            let subject = Subject::prepare(&app, &tenant, writing).await;
            let before = app.all_rows_but_counters().await;
            app.wire.fail("TransactWriteItems", usize::MAX, move |call| cancelled(call, &[(0, code)]));
            let answer = expect_internal(subject.write().await);
            app.wire.mend();
            assert_eq!(attempts(&app, "TransactWriteItems").len(), 1, "{code}: {answer}");
            assert_eq!(app.all_rows_but_counters().await, before, "{code}: {answer}");
            subject.clear().await;
        }
    }
}

#[tokio::test]
async fn given_a_failed_condition_beside_a_conflict_then_the_record_is_read_again_and_changed_in_a_new_transaction() {
    let (app, tenant) = App::with_reseller().await;
    for writing in [Writing::Deactivate, Writing::Delete, Writing::MoveHolder, Writing::DeleteHolder] {
        for (stale, busy) in [(0, 1), (1, 0)] {
            if stale == 1 && matches!(writing, Writing::Deactivate | Writing::Delete) {
                // The other row is the count, which has no condition.
                continue;
            }
            let mut subject = Subject::prepare(&app, &tenant, writing).await;
            app.wire.fail("TransactWriteItems", 1, move |call| {
                cancelled(call, &[(stale, "ConditionalCheckFailed"), (busy, "TransactionConflict")])
            });
            let answer = subject.write().await;
            app.wire.mend();
            let calls = app.wire.take_calls();
            let operations: Vec<&str> = calls.iter().map(|call| call.operation.as_str()).collect();
            assert_eq!(operations, ["BatchGetItem", "TransactWriteItems", "BatchGetItem", "TransactWriteItems"], "{answer}");
            assert_ne!(tokens(&calls[1..2]), tokens(&calls[3..]), "{answer}");
            subject.assert_done("condition and conflict", &answer).await;
            subject.clear().await;
        }
    }
}

#[tokio::test]
async fn given_a_failed_condition_beside_a_conflict_then_a_create_takes_another_id() {
    let (app, tenant) = App::with_reseller().await;
    app.wire.fail("TransactWriteItems", 1, |call| cancelled(call, &[(0, "ConditionalCheckFailed"), (1, "TransactionConflict")]));
    let id = app.create(&tenant, "Acme").await;
    app.wire.mend();
    assert_eq!(id, 2);
    assert_eq!(tokens(&attempts(&app, "TransactWriteItems")).len(), 2);
    assert_eq!(app.audit(&tenant).await.len(), 1);
}

#[tokio::test]
async fn given_an_address_that_was_just_taken_beside_a_stale_record_then_the_record_is_read_again_first() {
    let (app, tenant) = App::with_reseller().await;
    let mut subject = Subject::prepare(&app, &tenant, Writing::MoveHolder).await;
    app.wire
        .fail("TransactWriteItems", 1, |call| cancelled(call, &[(0, "ConditionalCheckFailed"), (2, "ConditionalCheckFailed")]));
    let answer = subject.write().await;
    app.wire.mend();
    assert_eq!(app.wire.take_rounds(), [1, 1, 1, 1], "read, write, read, write");
    subject.assert_done("stale and taken", &answer).await;
}

#[tokio::test]
async fn given_an_address_that_becomes_free_while_the_record_changes_then_it_is_held_in_the_end() {
    let (app, tenant) = App::with_reseller().await;
    let mut subject = Subject::prepare(&app, &tenant, Writing::MoveHolder).await;
    let mut attempt = 0;
    app.wire.script(move |call| {
        attempt += usize::from(call.operation == "TransactWriteItems");
        match attempt {
            1 if call.operation == "TransactWriteItems" => cancelled(call, &[(2, "ConditionalCheckFailed")]),
            2 if call.operation == "TransactWriteItems" => cancelled(call, &[(0, "ConditionalCheckFailed")]),
            _ => Effect::Pass,
        }
    });
    let answer = subject.write().await;
    app.wire.mend();
    assert_eq!(app.wire.take_rounds().len(), 5, "read, taken, stale, read, done: {answer}");
    subject.assert_done("free at last", &answer).await;
}

/// The engine's answer to the first read of a request for this customer.
async fn recorded_read(app: &App, tenant: &Tenant, id: Option<u64>) -> Value {
    app.wire.take_calls();
    match id {
        Some(id) => app.reseller_api("GET", format!("{id}/")).key(&tenant.key).send().await.expect(200),
        None => app.reseller_api("POST", "").key(&tenant.key).json(&json!(null)).send().await.expect(400),
    };
    app.wire.take_calls().remove(0).response
}

/// Runs a request that never reaches the engine on a stopped clock, and returns how long it would have taken.
///
/// A function that starts does reach the engine, and a stopped clock jumps to the next time-out while it waits: all of them are
/// started before.
async fn in_no_time(app: &App, request: impl Future<Output = Answer>) -> (Answer, Duration) {
    app.start_functions().await;
    tokio::time::pause();
    let begun = Instant::now();
    let answer = request.await;
    let passed = begun.elapsed();
    tokio::time::resume();
    (answer, passed)
}

#[tokio::test]
async fn given_writers_who_are_always_faster_then_503_after_twelve_rounds_and_nothing_is_written() {
    let (app, tenant) = App::with_reseller().await;
    for writing in [Writing::Update, Writing::Deactivate, Writing::Delete, Writing::MoveHolder, Writing::DeleteHolder] {
        let subject = Subject::prepare(&app, &tenant, writing).await;
        let read = recorded_read(&app, &tenant, Some(subject.id)).await;
        let before = app.all_rows().await;
        app.wire.script(move |call| match call.operation.as_str() {
            "BatchGetItem" => Effect::Answer(200, read.clone()),
            _ => cancelled(call, &[(0, "ConditionalCheckFailed")]),
        });
        let (answer, passed) = in_no_time(&app, subject.write()).await;
        app.wire.mend();
        let answer = expect_unavailable(answer);
        let calls = app.wire.take_calls();
        let count = |operation: &str| calls.iter().filter(|call| call.operation == operation).count();
        assert_eq!((count("TransactWriteItems"), count("BatchGetItem")), (ROUNDS, ROUNDS), "{answer}");
        assert!(passed < Duration::from_secs(8), "{passed:?} {answer}");
        assert_eq!(app.all_rows().await, before, "{answer}");
        subject.clear().await;
    }
}

#[tokio::test]
async fn given_a_customer_that_vanishes_between_read_and_write_then_404() {
    let (app, tenant) = App::with_reseller().await;
    for writing in [Writing::Update, Writing::Delete, Writing::MoveHolder] {
        let subject = Subject::prepare(&app, &tenant, writing).await;
        let read = recorded_read(&app, &tenant, Some(subject.id)).await;
        app.reseller_api("DELETE", format!("{}/", subject.id)).key(&tenant.key).send().await.expect(204);
        app.wire.fail("BatchGetItem", 1, move |_| Effect::Answer(200, read.clone()));
        subject.write().await.expect_error(404, "NOT_FOUND");
        app.wire.mend();
        assert!(app.audit(&tenant).await.is_empty());
    }
}

#[tokio::test]
async fn given_a_record_that_changed_between_read_and_write_then_the_change_is_made_to_the_latest() {
    let (app, tenant) = App::with_reseller().await;
    let id = app.create(&tenant, "Acme").await;
    let stale = recorded_read(&app, &tenant, Some(id)).await;
    let put = async |body: Value| app.reseller_api("PUT", format!("{id}/")).key(&tenant.key).json(&body).send().await.expect(201);
    put(json!({"name": "Acme", "email": "customer@example.com", "is_active": false})).await;
    app.wire.fail("BatchGetItem", 1, move |_| Effect::Answer(200, stale.clone()));
    let answer = put(json!({"name": "Acme Ltd", "email": "customer@example.com"})).await;
    app.wire.mend();
    assert_eq!(answer.result()["is_active"], false, "kept as the other writer left it: {answer}");
    assert_eq!(number(&app.audit(&tenant).await[&id], "revision"), 3);
}

/// The answer of a read with only those rows that `is_done` selects, and the keys of the others as unprocessed.
fn partly(read: &Value, table: &str, is_done: impl Fn(&Value) -> bool) -> Value {
    let rows = read["Responses"][table].as_array().unwrap();
    let (done, left): (Vec<&Value>, Vec<&Value>) = rows.iter().partition(|row| is_done(row));
    let keys: Vec<Value> = left.iter().map(|row| json!({"PK": row["PK"], "SK": row["SK"]})).collect();
    json!({
        "Responses": {table: done},
        "UnprocessedKeys": {table: {"Keys": keys, "ConsistentRead": true}},
    })
}

#[tokio::test]
async fn given_keys_left_unprocessed_then_only_they_are_read_again_consistently() {
    let (app, tenant) = App::with_reseller().await;
    let id = app.create(&tenant, "Acme").await;
    let table = app.store.table_name().to_owned();
    let read = recorded_read(&app, &tenant, Some(id)).await;
    let expected = app.reseller_api("GET", format!("{id}/")).key(&tenant.key).send().await.body;
    let is_credential = |row: &Value| row["SK"]["S"].as_str().unwrap().starts_with("KEY#");
    let is_reseller = |row: &Value| row["SK"]["S"] == "RESELLER";
    for (what, is_done, left) in [
        ("the customer", (&|row: &Value| is_credential(row) || is_reseller(row)) as &dyn Fn(&Value) -> bool, 1),
        ("the credential", &|row| !is_credential(row), 1),
        ("the reseller", &|row| !is_reseller(row), 1),
        ("all", &|_| false, 3),
    ] {
        for times in [1, 3] {
            let first = partly(&read, &table, is_done);
            let again = json!({"Responses": {}, "UnprocessedKeys": first["UnprocessedKeys"]});
            let mut answers = std::iter::once(first).chain(std::iter::repeat_n(again, times - 1));
            app.wire.script(move |_| answers.next().map_or(Effect::Pass, |answer| Effect::Answer(200, answer)));
            app.wire.take_calls();
            let answer = app.reseller_api("GET", format!("{id}/")).key(&tenant.key).send().await;
            app.wire.mend();
            assert_eq!(answer.clone().expect(200).body, expected, "{what}: {answer}");
            let calls = app.wire.take_calls();
            assert_eq!(calls.len(), times + 1, "{what}: {answer}");
            let request = &calls.last().unwrap().request["RequestItems"][&table];
            assert_eq!(request["Keys"].as_array().unwrap().len(), left, "{what}: {request}");
            assert_eq!(request["ConsistentRead"], true, "{what}: {request}");
        }
    }
}

#[tokio::test]
async fn given_unprocessed_keys_and_a_wrong_caller_then_the_refusal_is_the_usual_one() {
    let (app, tenant) = App::with_reseller().await;
    let id = app.create(&tenant, "Acme").await;
    let keys = app.keys(&tenant).await;
    let table = app.store.table_name().to_owned();
    let get = async |key: &str| app.reseller_api("GET", format!("{id}/")).key(key).send().await;
    let expected = get(&keys.revoked).await.expect_error(401, "KEY_REVOKED");
    let read = app.wire.take_calls().pop().unwrap().response;
    let first = partly(&read, &table, |row| row["SK"]["S"].as_str().unwrap().starts_with("CUSTOMER#"));
    app.wire.fail("BatchGetItem", 1, move |_| Effect::Answer(200, first.clone()));
    let answer = get(&keys.revoked).await;
    assert_eq!((answer.status, &answer.body), (expected.status, &expected.body), "{answer}");
}

#[tokio::test]
async fn given_keys_left_unprocessed_for_ever_then_503_after_twelve_rounds_for_every_operation() {
    let (app, tenant) = App::with_reseller().await;
    let id = app.create(&tenant, "Acme").await;
    let table = app.store.table_name().to_owned();
    let before = app.all_rows().await;
    let read = recorded_read(&app, &tenant, Some(id)).await;
    let nothing = partly(&read, &table, |_| false);
    app.wire.script(move |call| match call.operation.as_str() {
        "BatchGetItem" => Effect::Answer(200, nothing.clone()),
        "Query" => Effect::Answer(200, json!({"Items": [], "Count": 0, "ScannedCount": 0})),
        other => panic!("{other} before the caller is known"),
    });
    let one = format!("{id}/");
    for (method, rest) in [("POST", ""), ("GET", ""), ("GET", one.as_str()), ("PUT", &one), ("DELETE", &one)] {
        let body = json!({"name": NEW_NAME, "email": "new@example.com"});
        app.wire.take_calls();
        let (answer, passed) = in_no_time(&app, app.reseller_api(method, rest).key(&tenant.key).json(&body).send()).await;
        let answer = expect_unavailable(answer);
        assert_eq!(attempts(&app, "BatchGetItem").len(), ROUNDS, "{answer}");
        assert!(passed < Duration::from_secs(8), "{passed:?} {answer}");
    }
    app.wire.mend();
    assert_eq!(app.all_rows().await, before);
}

#[tokio::test]
async fn given_a_store_that_never_answers_then_503_after_four_attempts_in_eight_seconds() {
    let (app, tenant) = App::with_reseller().await;
    let id = app.create(&tenant, "Acme").await;
    let before = app.all_rows().await;
    let one = format!("{id}/");
    app.wire.script(|_| Effect::Hang);
    for (method, rest, calls) in
        [("POST", "", 1), ("GET", "", 3), ("GET", one.as_str(), 1), ("PUT", &one, 1), ("DELETE", &one, 1)]
    {
        let body = json!({"name": NEW_NAME, "email": "new@example.com"});
        app.wire.take_calls();
        let (answer, passed) = in_no_time(&app, app.reseller_api(method, rest).key(&tenant.key).json(&body).send()).await;
        let answer = expect_unavailable(answer);
        assert_eq!(app.wire.take_calls().len(), calls * ATTEMPTS, "{answer}");
        assert!((Duration::from_secs(7)..Duration::from_millis(8_100)).contains(&passed), "{passed:?} {answer}");
    }
    app.wire.mend();
    assert_eq!(app.all_rows().await, before);
}

#[tokio::test]
async fn given_an_outage_that_lasts_then_requests_soon_fail_fast_and_the_first_one_behind_it_is_answered() {
    let (app, tenant) = App::with_reseller().await;
    let id = app.create(&tenant, "Acme").await;
    let get = async || app.reseller_api("GET", format!("{id}/")).key(&tenant.key).send().await;
    app.wire.script(|_| Effect::Break);
    let mut tried = Vec::new();
    for _ in 0..30 {
        app.wire.take_calls();
        expect_unavailable(in_no_time(&app, get()).await.0);
        tried.push(app.wire.take_calls().len());
    }
    assert_eq!((tried[0], tried[29]), (ATTEMPTS, 1), "the SDK's retry quota is spent at some time: {tried:?}");
    assert!(tried.is_sorted_by(|before, after| before >= after), "{tried:?}");
    app.wire.mend();
    for _ in 0..5 {
        get().await.expect(200);
    }
}

#[tokio::test]
async fn given_a_write_that_never_answers_then_503_after_four_attempts_with_one_token() {
    let (app, tenant) = App::with_reseller().await;
    for writing in Writing::ALL {
        let subject = Subject::prepare(&app, &tenant, writing).await;
        let id = (writing != Writing::Create).then_some(subject.id);
        let read = recorded_read(&app, &tenant, id).await;
        let before = app.all_rows().await;
        app.wire.script(move |call| match call.operation.as_str() {
            "BatchGetItem" => Effect::Answer(200, read.clone()),
            "UpdateItem" => Effect::Answer(200, json!({"Attributes": {"last": {"N": "4711"}}})),
            _ => Effect::Hang,
        });
        let (answer, passed) = in_no_time(&app, subject.write()).await;
        app.wire.mend();
        let answer = expect_unavailable(answer);
        let calls = attempts(&app, "TransactWriteItems");
        assert_eq!((calls.len(), tokens(&calls).len()), (ATTEMPTS, 1), "{answer}");
        assert!(passed < Duration::from_millis(8_100), "{passed:?} {answer}");
        assert_eq!(app.all_rows().await, before, "{answer}");
        subject.clear().await;
    }
}

#[tokio::test]
async fn given_calls_that_are_each_slow_then_503_at_the_deadline_of_the_request() {
    let (app, tenant) = App::with_reseller().await;
    let read = recorded_read(&app, &tenant, None).await;
    let before = app.all_rows().await;
    let mut reads = 0;
    app.wire.script(move |call| {
        reads += usize::from(call.operation == "BatchGetItem");
        if call.operation == "BatchGetItem" && reads == ATTEMPTS { Effect::Answer(200, read.clone()) } else { Effect::Hang }
    });
    let subject = Subject { app: &app, tenant: &tenant, writing: Writing::Create, id: 0, shown: Value::Null };
    let (answer, passed) = in_no_time(&app, subject.write()).await;
    app.wire.mend();
    let answer = expect_unavailable(answer);
    assert!((Duration::from_secs(12)..Duration::from_millis(12_100)).contains(&passed), "{passed:?} {answer}");
    assert_eq!(app.all_rows().await, before);
}

#[tokio::test]
async fn given_retries_within_rounds_then_all_of_them_end_at_the_deadline_at_the_latest() {
    let (app, tenant) = App::with_reseller().await;
    let id = app.create(&tenant, "Acme").await;
    let table = app.store.table_name().to_owned();
    let nothing = partly(&recorded_read(&app, &tenant, Some(id)).await, &table, |_| false);
    let mut attempt = 0;
    app.wire.script(move |_| {
        attempt += 1;
        if attempt % ATTEMPTS == 0 { Effect::Answer(200, nothing.clone()) } else { refusal(400, "ThrottlingException") }
    });
    let (answer, passed) = in_no_time(&app, app.reseller_api("GET", format!("{id}/")).key(&tenant.key).send()).await;
    app.wire.mend();
    let answer = expect_unavailable(answer);
    assert!(attempts(&app, "BatchGetItem").len() <= ROUNDS * ATTEMPTS, "{answer}");
    assert!(passed <= Duration::from_millis(12_100), "{passed:?} {answer}");
}

/// Answers a request with a handler of the test, as a function does.
async fn respond_with(app: &App, handler: impl AsyncFn(&Table<Read>, &Request) -> Result<Response, reseller::Error>) -> Answer {
    let request: Request = serde_json::from_value(json!({"rawPath": "/", "headers": {}})).unwrap();
    Answer::new("a handler of the test".to_owned(), respond("a-handler", "test", &app.store, &request, &handler).await)
}

#[tokio::test]
async fn given_a_handler_that_panics_then_500_and_the_next_request_is_answered() {
    let (app, tenant) = App::with_reseller().await;
    let id = app.create(&tenant, "Acme").await;
    expect_internal(respond_with(&app, async |_: &Table<Read>, _: &Request| panic!("{SECRET}")).await);
    let late = async |_: &Table<Read>, _: &Request| {
        tokio::task::yield_now().await;
        panic!("a panic with a value: {:?}", Some(SECRET));
    };
    expect_internal(respond_with(&app, late).await);
    let odd = async |_: &Table<Read>, _: &Request| std::panic::resume_unwind(Box::new(17));
    expect_internal(respond_with(&app, odd).await);
    app.reseller_api("GET", format!("{id}/")).key(&tenant.key).send().await.expect(200);
}

#[tokio::test]
async fn given_a_handler_that_never_ends_then_503_at_the_deadline() {
    let app = App::start().await;
    let endless = async |_: &Table<Read>, _: &Request| std::future::pending().await;
    let (answer, passed) = in_no_time(&app, respond_with(&app, endless)).await;
    expect_unavailable(answer);
    assert!((Duration::from_secs(12)..Duration::from_millis(12_100)).contains(&passed), "{passed:?}");
}

/// What happens to one attempt of a transaction in a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    Conflict,
    Throttled,
    Broken,
    Lost,
}

#[derive(Clone, Debug)]
struct Step {
    /// The index of the customer, modulo the number of customers.
    whom: usize,
    writing: u8,
    name: String,
    trouble: Vec<Trouble>,
}

fn step() -> impl Strategy<Value = Step> {
    let trouble = prop::sample::select(vec![Trouble::Conflict, Trouble::Throttled, Trouble::Broken, Trouble::Lost]);
    (any::<prop::sample::Index>(), 0_u8..6, "[a-c]", prop::collection::vec(trouble, 0..=ATTEMPTS))
        .prop_map(|(whom, writing, name, trouble)| Step { whom: whom.index(1_000), writing, name, trouble })
}

/// What the API shows of each customer, and how often it has changed.
type Expected = BTreeMap<u64, (String, bool, u64)>;

/// Sends one request, with trouble on its transaction, and updates what is expected.
async fn play(app: &App, tenant: &Tenant, expected: &mut Expected, step: &Step) {
    let whom = expected.keys().nth(step.whom % expected.len().max(1)).copied();
    let is_new = whom.is_none() || step.writing == 0;
    let (method, path, body) = match (whom, step.writing) {
        (Some(id), 1) => ("DELETE", format!("{id}/"), Value::Null),
        (Some(id), 2..) => {
            let body = json!({"name": step.name, "email": "customer@example.com", "is_active": step.writing.is_multiple_of(2)});
            ("PUT", format!("{id}/"), body)
        }
        _ => ("POST", String::new(), json!({"name": step.name, "email": "customer@example.com"})),
    };
    let mut trouble = step.trouble.clone().into_iter();
    app.wire.script(move |call| match call.operation.as_str() {
        "TransactWriteItems" => match trouble.next() {
            None => Effect::Pass,
            Some(Trouble::Conflict) => cancelled(call, &[(0, "TransactionConflict")]),
            Some(Trouble::Throttled) => refusal(400, "ThrottlingException"),
            Some(Trouble::Broken) => Effect::Break,
            Some(Trouble::Lost) => Effect::LoseAnswer,
        },
        _ => Effect::Pass,
    });
    app.wire.take_calls();
    let answer = app.reseller_api(method, &path).key(&tenant.key).json(&body).send().await;
    app.wire.mend();
    let tried = attempts(app, "TransactWriteItems");

    let unchanged = method == "PUT" && {
        let (name, is_active, _) = &expected[&whom.unwrap()];
        body["name"] == name.as_str() && body["is_active"] == *is_active
    };
    if unchanged {
        answer.expect(201);
        assert!(tried.is_empty());
        return;
    }
    let fails = step.trouble.len() >= ATTEMPTS;
    if fails {
        expect_unavailable(answer.clone());
    }
    // A transaction whose answer was lost has been carried out.
    if fails && !step.trouble.contains(&Trouble::Lost) {
        return;
    }
    assert_eq!(tokens(&tried).len(), 1, "{answer}");
    if is_new {
        let id = tried[0].request["TransactItems"][0]["Put"]["Item"]["id"]["N"].as_str().unwrap().parse().unwrap();
        assert!(fails || answer.id() == id, "{answer}");
        assert!(expected.keys().all(|other| *other < id), "ids go up: {answer}");
        expected.insert(id, (step.name.clone(), true, 1));
    } else if method == "DELETE" {
        assert!(fails || answer.status == 204, "{answer}");
        expected.remove(&whom.unwrap());
    } else {
        assert!(fails || answer.status == 201, "{answer}");
        let record = expected.get_mut(&whom.unwrap()).unwrap();
        *record = (step.name.clone(), body["is_active"] == true, record.2 + 1);
    }
}

#[test]
fn given_any_story_of_writes_and_troubles_then_each_is_applied_as_often_as_it_should_be() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let configuration = ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(configuration, |(steps in prop::collection::vec(step(), 1..10))| {
        runtime.block_on(async {
            let (app, tenant) = App::with_reseller().await;
            let mut expected = Expected::new();
            for step in &steps {
                play(&app, &tenant, &mut expected, step).await;
            }
            let rows = app.audit(&tenant).await;
            let found: Expected = rows
                .iter()
                .map(|(id, row)| {
                    let name = words(row, "organization").unwrap().to_owned();
                    (*id, (name, *row["is_active"].as_bool().unwrap(), number(row, "revision")))
                })
                .collect();
            assert_eq!(found, expected);
            let active = expected.values().filter(|(_, is_active, _)| *is_active).count();
            assert_eq!(app.list(&tenant, "").await.json()["total_results"], expected.len());
            assert_eq!(app.list(&tenant, "filter=is_active=true").await.json()["total_results"], active);
        });
    });
}
