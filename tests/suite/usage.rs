//! Recording usage: an event counts once, for ever, and the sums are those of the distinct events.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};
use proptest::prelude::*;
use proptest::test_runner::{TestCaseResult, TestRunner};
use serde_json::{Value, json};
use shared::domain::date::Date;
use shared::domain::timestamp::Timestamp;
use tokio::time::Instant;

use crate::harness::{Answer, App, Effect, RequestBuilder, Tenant};

/// A reseller with a customer that uses something.
pub struct Meter {
    pub app: App,
    pub tenant: Tenant,
    pub customer: u64,
    /// A token of the customer.
    pub token: String,
}

pub fn plan(sku: &str) -> Value {
    json!({
        "sku": sku, "description": "100 hours of speech a month", "payment_model": "bundle", "billing_channel": "Scriptix",
        "billing_cycle": "month", "price": "49.00", "included_units": 100, "unit_price": "0.60", "unit_size": 10, "currency": "EUR",
    })
}

pub fn today() -> Date {
    Date::today()
}

/// The noon of a day so many days from today, which is over only if the day is.
pub fn noon(days: i64) -> Value {
    format!("{}T12:00:00Z", today().plus_days(days)).into()
}

impl Meter {
    pub async fn new() -> Self {
        let (app, tenant) = App::with_reseller().await;
        let customer = app.create(&tenant, "Acme").await;
        let path = format!("{customer}/token/");
        let body = json!({"name": "Batch jobs", "type": "batch"});
        let made = app.reseller_api("POST", path).key(&tenant.key).json(&body).send().await.expect(201).result();
        let token = made["key"].as_str().unwrap().to_owned();
        app.wire.take_calls();
        Self { app, tenant, customer, token }
    }

    pub fn call(&self, method: &str, rest: &str) -> RequestBuilder<'_> {
        self.app.reseller_api(method, format!("{}/usage{rest}", self.customer)).key(&self.tenant.key)
    }

    pub fn own(&self, method: &str, rest: &str) -> RequestBuilder<'_> {
        self.app.request(method, &format!("/api/v3/usage{rest}")).key(&self.token)
    }

    pub async fn post(&self, events: &[Value]) -> Answer {
        self.call("POST", "").json(&json!({"events": events})).send().await
    }

    pub async fn post_own(&self, events: &[Value]) -> Answer {
        self.own("POST", "").json(&json!({"events": events})).send().await
    }

    /// What became of each event.
    async fn told(&self, events: &[Value]) -> Vec<String> {
        statuses(&self.post(events).await)
    }

    /// All units that a report of the customer has.
    pub async fn units(&self) -> i64 {
        let result = self.call("GET", "?view=year&limit=1000").send().await.expect(200).result();
        result.as_array().unwrap().iter().map(|item| item["units_used"].as_i64().unwrap()).sum()
    }

    pub async fn sell(&self, sku: &str, start: i64) -> u64 {
        self.app.operate("operator-define-plan", plan(sku)).await.unwrap();
        let body = json!({"sku": sku, "subscription_start": today().plus_days(start).to_string()});
        let path = format!("{}/subscription/", self.customer);
        self.app.reseller_api("POST", path).key(&self.tenant.key).json(&body).send().await.expect(201).id()
    }

    /// The units of each subscription in a report of all days.
    async fn by_subscription(&self) -> Vec<(Value, i64)> {
        let answer = self.call("GET", "?view=year&split_by=subscription&limit=1000").send().await.expect(200);
        let items = answer.result().as_array().unwrap().clone();
        items.iter().map(|item| (item["subscription_id"].clone(), item["units_used"].as_i64().unwrap())).collect()
    }
}

pub fn event(id: &str, units: i64) -> Value {
    json!({"id": id, "units": units})
}

#[track_caller]
fn statuses(answer: &Answer) -> Vec<String> {
    let results = answer.clone().expect(201).result();
    results.as_array().unwrap().iter().map(|outcome| outcome["status"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn events_are_recorded_at_both_doors_and_answered_in_their_order() {
    let meter = Meter::new().await;
    let answer = meter.post(&[event("job-1", 3_600), json!({"id": "job-2", "units": 60, "language": "FR-fr"})]).await.expect(201);
    assert_eq!(
        answer.json(),
        json!({
            "result": [{"id": "job-1", "status": "recorded"}, {"id": "job-2", "status": "recorded"}],
            "count": 2, "total_results": 2,
        })
    );
    assert_eq!(statuses(&meter.post_own(&[event("job-3", 1), event("job-1", 3_600)]).await), ["recorded", "duplicate"]);
    // Both forms of both addresses.
    let body = json!({"events": [event("job-4", 1)]});
    assert_eq!(statuses(&meter.call("POST", "/").json(&body).send().await), ["recorded"]);
    assert_eq!(statuses(&meter.own("POST", "/").json(&body).send().await), ["duplicate"]);
    assert_eq!(meter.units().await, 3_662);
    let by_token = meter.call("GET", "?view=year&split_by=token").send().await.expect(200).result();
    let shares: Vec<_> = by_token.as_array().unwrap().iter().map(|item| (&item["token_name"], &item["units_used"])).collect();
    assert_eq!(shares, [(&json!(null), &json!(3_661)), (&json!("Batch jobs"), &json!(1))]);
    meter.app.audit(&meter.tenant).await;
}

#[tokio::test]
async fn an_id_counts_once_for_ever_and_only_the_same_event_is_a_duplicate() {
    let meter = Meter::new().await;
    let first = json!({"id": "a", "units": 5, "language": "de-DE", "occurred_at": "2026-01-02T03:04:05Z"});
    assert_eq!(meter.told(std::slice::from_ref(&first)).await, ["recorded"]);
    for (field, value, status) in [
        ("language", json!("DE-de"), "duplicate"),
        ("occurred_at", json!("2026-01-02T04:04:05.000+01:00"), "duplicate"),
        ("corrects", json!(null), "duplicate"),
        ("subscription_id", json!(null), "duplicate"),
        ("unknown", json!([1]), "duplicate"),
        ("id", json!(" a "), "duplicate"),
        ("units", json!(6), "conflict"),
        ("language", json!("fr"), "conflict"),
        ("language", json!(null), "conflict"),
        ("occurred_at", json!("2026-01-02T03:04:06Z"), "conflict"),
        ("occurred_at", json!(null), "conflict"),
    ] {
        let mut again = first.clone();
        again[field] = value;
        assert_eq!(meter.told(std::slice::from_ref(&again)).await, [status], "{again}");
        assert_eq!(statuses(&meter.post_own(&[again]).await), [status]);
    }
    // Ids differ by case, and each customer has its own.
    assert_eq!(meter.told(&[json!({"id": "A", "units": 5})]).await, ["recorded"]);
    let other = meter.app.create(&meter.tenant, "Other").await;
    let elsewhere = meter.app.reseller_api("POST", format!("{other}/usage")).key(&meter.tenant.key);
    assert_eq!(statuses(&elsewhere.json(&json!({"events": [first]})).send().await), ["recorded"]);
    // Without a moment of its own an event is the same whenever it comes again.
    assert_eq!(meter.told(&[event("now", 1)]).await, ["recorded"]);
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert_eq!(meter.told(&[event("now", 1)]).await, ["duplicate"]);
    assert_eq!(meter.units().await, 11);
    meter.app.audit(&meter.tenant).await;
}

#[tokio::test]
async fn an_id_that_is_repeated_in_a_batch_is_as_if_the_events_came_one_after_the_other() {
    let meter = Meter::new().await;
    let batch = [event("a", 1), event("a", 1), event("a", 2), event("b", 0), event("b", 3), event("b", 3)];
    assert_eq!(meter.told(&batch).await, ["recorded", "duplicate", "conflict", "invalid", "recorded", "duplicate"]);
    let again = [event("a", 2), event("a", 1), event("c", 1), event("c", 2)];
    assert_eq!(meter.told(&again).await, ["conflict", "duplicate", "recorded", "conflict"]);
    assert_eq!(meter.units().await, 5);
    meter.app.audit(&meter.tenant).await;
}

#[tokio::test]
async fn a_bad_event_tells_each_field_and_spoils_no_good_one() {
    let meter = Meter::new().await;
    let late = Timestamp::now().plus(Duration::from_secs(330));
    let invalid = [
        (json!({}), json!({"id": "is required", "units": "is required"})),
        (
            json!({"id": 5, "units": "5", "language": 5, "subscription_id": "x", "occurred_at": 5, "corrects": 5}),
            json!({
                "corrects": "must be a text", "id": "must be a text",
                "units": "must be an integer from 1 to 1000000000, or down to -1000000000 in a correction, and not 0",
                "language": "must be a text", "subscription_id": "must be an integer",
                "occurred_at": "must be a time such as 2025-01-25T10:31:46.960Z",
            }),
        ),
        (
            json!({"id": "", "units": -1}),
            json!({"id": "is required", "units": "must not be negative, unless the event corrects another one"}),
        ),
        (json!({"id": "x".repeat(101), "units": 1}), json!({"id": "must have at most 100 characters"})),
        (
            json!({"id": "a\u{0}", "units": 1}),
            json!({"id": "must not contain control characters other than tab and line breaks"}),
        ),
        (
            json!({"id": "transcription-7", "units": 1}),
            json!({"id": "must not begin with transcription-, as the ids of events of transcriptions do"}),
        ),
        (
            json!({"id": "a", "units": 1, "language": "fr_fr"}),
            json!({"language": "must be a language such as fr-fr: at most 35 letters, digits and hyphens"}),
        ),
        (
            json!({"id": "a", "units": 1, "occurred_at": late}),
            json!({"occurred_at": "must be from 2000-01-01 to five minutes ahead"}),
        ),
        (
            json!({"id": "a", "units": 1, "subscription_id": 7}),
            json!({"subscription_id": "must be a subscription of the customer that is active on the day of the event"}),
        ),
        (
            json!({"id": "a", "units": 1, "corrects": "nothing"}),
            json!({"corrects": "must be the id of an event of the customer that was recorded before"}),
        ),
        (
            json!({"id": "a", "units": 1, "unknown": {"x": ["\u{1}"]}}),
            json!({
                "event": "can't be read: a field that is ignored must not contain control characters other than tab and line breaks",
            }),
        ),
        (json!("a"), json!({"event": "must be an object"})),
        (json!([]), json!({"event": "must be an object"})),
    ];
    let range = "must be an integer from 1 to 1000000000, or down to -1000000000 in a correction, and not 0";
    let units =
        [json!(0), json!(0.0), json!(1.5), json!(1e10), json!(1_000_000_001), json!(u64::MAX), json!(-1e300), json!(true)];
    let units = units.map(|units| (json!({"id": "a", "units": units}), json!({"units": range})));
    let occurred = ["1999-12-31T23:59:59.999Z", "9999-12-30T00:00:00Z", "0000-01-01T00:00:00Z", "-000001-01-01T00:00:00Z"];
    let occurred = occurred.map(|moment| {
        (
            json!({"id": "a", "units": 1, "occurred_at": moment}),
            json!({"occurred_at": "must be from 2000-01-01 to five minutes ahead"}),
        )
    });
    let malformed = ["2026-02-30T00:00:00Z", "2026-02-03", "2026-02-03T04:05:06", "yesterday"].map(|moment| {
        let fault = "must be a time such as 2025-01-25T10:31:46.960Z";
        (json!({"id": "a", "units": 1, "occurred_at": moment}), json!({"occurred_at": fault}))
    });
    let invalid: Vec<(Value, Value)> = invalid.into_iter().chain(units).chain(occurred).chain(malformed).collect();
    let batch: Vec<Value> = invalid.iter().map(|(event, _)| event.clone()).chain([event("good", 7)]).collect();
    let told = meter.post(&batch).await.expect(201).result();
    for ((event, details), outcome) in invalid.iter().zip(told.as_array().unwrap()) {
        assert_eq!((&outcome["status"], &outcome["details"]), (&json!("invalid"), details), "{event}");
    }
    let ids: Vec<&Value> = told.as_array().unwrap().iter().map(|outcome| &outcome["id"]).collect();
    assert_eq!(ids[..6], [&json!(null), &json!(null), &json!(null), &json!(null), &json!(null), &json!("transcription-7")]);
    assert_eq!(told.as_array().unwrap().last().unwrap(), &json!({"id": "good", "status": "recorded"}));
    let rows = meter.app.all_rows_but_counters().await;
    assert_eq!(rows.iter().filter(|row| row.contains("EVENTS#")).count(), 1);
    meter.app.audit(&meter.tenant).await;
}

#[tokio::test]
async fn a_body_without_a_list_of_events_records_nothing() {
    let meter = Meter::new().await;
    let many: Vec<Value> = (0..101).map(|number| event(&format!("job-{number}"), 1)).collect();
    for (body, fault) in [
        (json!({}), "is required"),
        (json!({"events": null}), "is required"),
        (json!({"events": []}), "must be a list of 1 to 100 events"),
        (json!({"events": many}), "must be a list of 1 to 100 events"),
        (json!({"events": {"id": "a", "units": 1}}), "must be a list of 1 to 100 events"),
        (json!({"events": "a"}), "must be a list of 1 to 100 events"),
    ] {
        let refused = meter.call("POST", "").json(&body).send().await.expect_error(400, "VALIDATION_ERROR");
        assert_eq!(refused.json()["details"], json!({"events": fault}));
        meter.own("POST", "").json(&body).send().await.expect_faults(&["events"]);
    }
    meter.call("POST", "").body(b"{\"events\": [").send().await.expect_error(400, "MALFORMED_JSON");
    let huge = json!({"events": [{"id": "a", "units": 1, "unknown": "x".repeat(300_000)}]});
    meter.call("POST", "").json(&huge).send().await.expect_error(400, "VALIDATION_ERROR");
    assert_eq!(meter.units().await, 0);
}

#[tokio::test]
async fn units_belong_to_the_subscription_that_covers_them() {
    let meter = Meter::new().await;
    let first = meter.sell("first", -40).await;
    let on = |id: &str, days: i64| json!({"id": id, "units": 1, "occurred_at": noon(days)});
    let to = |id: &str, days: i64, subscription: u64| json!({"id": id, "units": 10, "occurred_at": noon(days), "subscription_id": subscription});
    // Exactly one is active.
    assert_eq!(meter.told(&[on("a", -1), on("b", -40), on("c", -41)]).await, ["recorded"; 3]);
    assert_eq!(meter.by_subscription().await.iter().map(|(_, units)| units).sum::<i64>(), 3);
    let second = meter.sell("second", -10).await;
    // Two are active: to none, unless one is named.
    assert_eq!(meter.told(&[on("d", -1), to("e", -1, second), to("f", -1, first)]).await, ["recorded"; 3]);
    assert_eq!(meter.told(&[to("g", -11, second), to("h", -41, first), to("i", -1, 4_711)]).await, ["invalid"; 3]);
    assert_eq!(meter.told(&[to("j", -1, u64::MAX)]).await, ["invalid"]);
    let mut shares: HashMap<String, i64> = HashMap::new();
    for (subscription, units) in meter.by_subscription().await {
        *shares.entry(subscription.to_string()).or_default() += units;
    }
    assert_eq!(shares, HashMap::from([(first.to_string(), 12), (second.to_string(), 10), ("null".to_owned(), 2)]));
    // Another customer's subscription is none of this one.
    let other = meter.app.create(&meter.tenant, "Other").await;
    let elsewhere = meter.app.reseller_api("POST", format!("{other}/usage")).key(&meter.tenant.key);
    assert_eq!(statuses(&elsewhere.json(&json!({"events": [to("a", -1, first)]})).send().await), ["invalid"]);
    // What was recorded stays a duplicate after its subscription has ended.
    let path = format!("{}/subscription/{second}", meter.customer);
    meter.app.reseller_api("DELETE", path).key(&meter.tenant.key).send().await.expect(204);
    assert_eq!(meter.told(&[to("e", -1, second)]).await, ["duplicate"]);
    meter.app.audit(&meter.tenant).await;
}

#[tokio::test]
async fn a_correction_takes_no_more_than_there_is_and_stays_where_its_original_is() {
    let meter = Meter::new().await;
    let subscription = meter.sell("first", -400).await;
    let original =
        json!({"id": "job", "units": 100, "language": "nl", "occurred_at": noon(-300), "subscription_id": subscription});
    assert_eq!(statuses(&meter.post_own(&[original]).await), ["recorded"]);
    let correct = |id: &str, units: i64| json!({"id": id, "units": units, "corrects": "job"});
    let mut elsewhere = correct("c-1", -30);
    elsewhere["language"] = json!("en");
    elsewhere["occurred_at"] = noon(-1);
    assert_eq!(meter.told(&[elsewhere.clone(), correct("c-2", -71)]).await, ["recorded", "invalid"]);
    assert_eq!(meter.told(&[elsewhere, correct("c-3", -70), correct("c-4", -1)]).await, ["duplicate", "recorded", "invalid"]);
    let told = meter.post(&[correct("c-4", -1)]).await.expect(201).result();
    assert_eq!(told[0]["details"], json!({"units": "must not take more from the event than it has, with all its corrections"}));
    assert_eq!(meter.told(&[correct("c-5", 40), correct("c-6", -15)]).await, ["recorded", "recorded"]);
    let of_correction = json!({"id": "c-7", "units": 1, "corrects": "c-5"});
    let told = meter.post(&[of_correction]).await.expect(201).result();
    assert_eq!(told[0]["details"], json!({"corrects": "must not be the id of a correction, which can't be corrected"}));
    // A token of the customer corrects nothing, not even what it recorded itself.
    let told = meter.post_own(&[correct("c-8", -1)]).await.expect(201).result();
    assert_eq!(told[0]["details"], json!({"corrects": "is for the reseller alone"}));
    // An original of the same batch, before and behind its correction.
    let both = |first: &str, second: &str| [event(first, 5), json!({"id": second, "units": -5, "corrects": first})];
    let [one, other] = both("late", "too-early");
    assert_eq!(meter.told(&both("new", "fix")).await, ["recorded", "recorded"]);
    assert_eq!(meter.told(&[other, one]).await, ["invalid", "recorded"]);
    let shown = meter.call("GET", &format!("?view=day&split_by=language&from={}", today().plus_days(-301))).send().await;
    let shown = shown.expect(200).result();
    let day = today().plus_days(-300).to_string();
    let old = shown.as_array().unwrap().iter().find(|item| item["usage_period_start"] == day.as_str()).unwrap();
    assert_eq!((&old["units_used"], &old["language"]), (&json!(25), &json!("nl")));
    assert_eq!(meter.units().await, 30);
    meter.app.audit(&meter.tenant).await;
}

#[tokio::test]
async fn an_organization_has_at_most_fifty_languages() {
    let meter = Meter::new().await;
    let of = |number: usize| json!({"id": format!("job-{number}"), "units": 1, "language": format!("Lang-{number}")});
    let batch: Vec<Value> = (0..52).map(of).chain([event("without", 1)]).collect();
    let told = meter.told(&batch).await;
    assert_eq!(told[..50], vec!["recorded"; 50]);
    assert_eq!(told[50..], ["invalid", "invalid", "recorded"]);
    let again = json!({"id": "again", "units": 1, "language": "lang-49"});
    assert_eq!(meter.told(&[again, of(51)]).await, ["recorded", "invalid"]);
    meter.app.audit(&meter.tenant).await;
    // Two that fill the last places at once.
    let racing = Meter::new().await;
    let all: Vec<Value> = (0..70).map(of).collect();
    let (one, other) = tokio::join!(racing.post(&all[..40]), racing.post(&all[30..]));
    let recorded = [one, other].iter().flat_map(statuses).filter(|status| status == "recorded").count();
    assert_eq!(recorded, 50);
    racing.app.audit(&racing.tenant).await;
}

#[tokio::test]
async fn who_may_record() {
    let meter = Meter::new().await;
    let keys = meter.app.keys(&meter.tenant).await;
    let body = json!({"events": [event("job", 1)]});
    let path = format!("{}/usage", meter.customer);
    let refused = async |path: String, key: &str, status: u16, code: &str| {
        let request = meter.app.request("POST", &path).key(key).json(&body);
        request.send().await.expect_error(status, code);
    };
    let base = "/api/v3/reseller/customer/";
    refused(format!("{base}{path}"), &meter.token, 403, "FORBIDDEN").await;
    refused("/api/v3/usage".to_owned(), &meter.tenant.key, 403, "FORBIDDEN").await;
    refused(format!("{base}{path}"), &keys.read_only, 403, "FORBIDDEN").await;
    refused(format!("{base}{path}"), &keys.revoked, 401, "KEY_REVOKED").await;
    refused(format!("{base}4711/usage"), &meter.tenant.key, 404, "NOT_FOUND").await;
    refused(format!("{base}x/usage"), &meter.tenant.key, 400, "VALIDATION_ERROR").await;
    let other = meter.app.reseller("Harbour Telecom").await;
    refused(format!("{base}{path}"), &other.key, 404, "NOT_FOUND").await;
    // An inactive organization is refused itself; its reseller still records.
    let inactive = json!({"name": "Acme", "email": "customer@example.com", "is_active": false});
    meter.app.reseller_api("PUT", meter.customer).key(&meter.tenant.key).json(&inactive).send().await.expect(201);
    refused("/api/v3/usage".to_owned(), &meter.token, 403, "ORGANIZATION_INACTIVE").await;
    assert_eq!(meter.told(&[event("job", 1)]).await, ["recorded"]);
    // A deleted one is gone.
    meter.app.reseller_api("DELETE", meter.customer).key(&meter.tenant.key).send().await.expect(204);
    refused(format!("{base}{path}"), &meter.tenant.key, 404, "NOT_FOUND").await;
    refused("/api/v3/usage".to_owned(), &meter.token, 401, "INVALID_API_KEY").await;
    meter.app.audit(&meter.tenant).await;
}

#[tokio::test]
async fn an_idempotency_key_is_not_looked_at() {
    let meter = Meter::new().await;
    let send = async |id: &str, key: &str| {
        let body = json!({"events": [event(id, 1)]});
        statuses(&meter.call("POST", "").header("Idempotency-Key", key).json(&body).send().await)
    };
    assert_eq!(send("a", "key").await, ["recorded"]);
    assert_eq!(send("b", "key").await, ["recorded"]);
    assert_eq!(send("b", "key").await, ["duplicate"]);
    assert_eq!(send("c", &"x".repeat(300)).await, ["recorded"]);
    assert!(!meter.app.all_rows().await.iter().any(|row| row.contains("REPLAYS#")));
}

#[tokio::test]
async fn a_batch_takes_as_few_transactions_as_there_can_be() {
    let meter = Meter::new().await;
    let batch = |name: &str, of: &dyn Fn(i64) -> Value| -> Vec<Value> {
        (0..100).map(|number| json!({"id": format!("{name}-{number}"), "units": 1, "occurred_at": of(number)})).collect()
    };
    let rounds = async |events: &[Value]| {
        meter.app.wire.take_calls();
        assert!(statuses(&meter.post(events).await).iter().all(|status| status == "recorded"));
        meter.app.wire.take_rounds()
    };
    assert_eq!(rounds(&[event("one", 1)]).await, [2, 1]);
    // A hundred events and three sums are 103 writes.
    assert_eq!(rounds(&batch("day", &|_| noon(-1))).await, [2, 1, 1]);
    assert_eq!(
        rounds(
            &batch("day", &|_| noon(-1))[..97]
                .iter()
                .enumerate()
                .map(|(number, _)| event(&format!("fit-{number}"), 1))
                .collect::<Vec<_>>()
        )
        .await,
        [2, 1]
    );
    // Two sums for each day, and one for each month: at most 5 months.
    assert_eq!(rounds(&batch("days", &|number| noon(-number - 1))).await.len(), 5);
    // What was recorded costs a look at what is there.
    let again = batch("day", &|_| noon(-1));
    meter.app.wire.take_calls();
    assert!(statuses(&meter.post(&again).await).iter().all(|status| status == "duplicate"));
    let spent = meter.app.wire.take_calls();
    assert!(spent.len() <= 8, "{} calls", spent.len());
    for call in &spent {
        call.expect_consistent_and_metered();
        let writes = call.request["TransactItems"].as_array().map_or(0, Vec::len);
        assert!(writes <= 100, "{writes}");
    }
    meter.app.audit(&meter.tenant).await;
}

#[tokio::test]
async fn whoever_records_the_same_events_at_once_records_them_once() {
    let meter = Meter::new().await;
    let all: Vec<Value> = (0..60)
        .map(|number| json!({"id": format!("job-{number}"), "units": 1, "language": format!("l{}", number % 3)}))
        .collect();
    let calls = (0..12).map(|call| {
        let events: Vec<Value> = all.iter().cycle().skip(call * 5).take(40).cloned().collect();
        let meter = &meter;
        async move { statuses(&if call % 2 == 0 { meter.post(&events).await } else { meter.post_own(&events).await }) }
    });
    let told: Vec<String> = join_all(calls).await.into_iter().flatten().collect();
    assert_eq!(told.iter().filter(|status| *status == "recorded").count(), 60);
    assert!(told.iter().all(|status| status == "recorded" || status == "duplicate"));
    assert_eq!(meter.units().await, 60);
    // Corrections that together take more than there is.
    meter.told(&[event("job", 10)]).await;
    let fix = |number: usize| json!({"id": format!("fix-{number}"), "units": -3, "corrects": "job"});
    let fixes: Vec<Vec<Value>> = (0..6).map(|number| vec![fix(number)]).collect();
    let told = join_all(fixes.iter().map(|events| meter.post(events))).await;
    assert_eq!(told.iter().flat_map(statuses).filter(|status| status == "recorded").count(), 3);
    assert_eq!(meter.units().await, 61);
    meter.app.audit(&meter.tenant).await;
}

#[tokio::test]
async fn lost_answers_and_broken_batches_can_be_sent_again() {
    let batch: Vec<Value> = (0..100).map(|number| event(&format!("job-{number}"), 1)).collect();
    for fault in ["lost", "broken", "refused"] {
        let meter = Meter::new().await;
        let mut seen = 0;
        meter.app.wire.script(move |call| {
            seen += usize::from(call.operation == "TransactWriteItems");
            // The first transaction goes through, and whatever follows it does not.
            match (call.operation.as_str(), seen, fault) {
                ("TransactWriteItems", 2.., "lost") => Effect::LoseAnswer,
                ("TransactWriteItems", 2.., "broken") => Effect::Break,
                ("TransactWriteItems", 2.., _) => Effect::Answer(400, json!({"__type": "ThrottlingException"})),
                _ => Effect::Pass,
            }
        });
        meter.post(&batch).await.expect_error(503, "SERVICE_UNAVAILABLE");
        meter.app.wire.mend();
        let told = statuses(&meter.post(&batch).await);
        assert!(told.iter().all(|status| status == "recorded" || status == "duplicate"), "{fault}");
        assert_eq!(meter.units().await, 100, "{fault}");
        meter.app.audit(&meter.tenant).await;
    }
}

/// Cancels transactions that want a row which another one is changing, as DynamoDB does and no local engine: each holds its rows for
/// this long.
pub fn contended(app: &App, held: Duration) -> Arc<Mutex<(usize, usize)>> {
    let counts = Arc::new(Mutex::new((0, 0)));
    let counted = Arc::clone(&counts);
    let mut until: HashMap<String, Instant> = HashMap::new();
    app.wire.script(move |call| {
        let Some(items) = call.request["TransactItems"].as_array() else {
            return Effect::Pass;
        };
        let key = |item: &Value| {
            let write = item.as_object().unwrap().values().next().unwrap();
            let key = if write["Key"].is_null() { &write["Item"] } else { &write["Key"] };
            format!("{} {}", key["PK"], key["SK"])
        };
        let keys: Vec<String> = items.iter().map(key).collect();
        let now = Instant::now();
        let is_held = |key: &String| until.get(key).is_some_and(|until| *until > now);
        let mut counts = counted.lock().unwrap();
        counts.0 += 1;
        if keys.iter().any(is_held) {
            counts.1 += 1;
            let reason = |key: &String| json!({"Code": if is_held(key) { "TransactionConflict" } else { "None" }});
            let reasons: Vec<Value> = keys.iter().map(reason).collect();
            return Effect::Answer(400, json!({"__type": "TransactionCanceledException", "CancellationReasons": reasons}));
        }
        until.extend(keys.into_iter().map(|key| (key, now + held)));
        Effect::Pass
    });
    counts
}

#[tokio::test]
async fn under_contention_nothing_is_lost_and_what_is_refused_is_temporary() {
    let meter = Meter::new().await;
    let counts = contended(&meter.app, Duration::from_millis(10));
    let call = async |number: usize| {
        let body = [event(&format!("job-{number}"), 1)];
        let answer = if number.is_multiple_of(2) { meter.post(&body).await } else { meter.post_own(&body).await };
        assert!(answer.status == 201 || answer.status == 503, "{answer}");
        answer.status
    };
    let statuses: Vec<u16> = stream::iter(0..200).map(call).buffer_unordered(16).collect().await;
    let (transactions, cancelled) = *counts.lock().unwrap();
    assert!(cancelled > 0 && transactions > 200, "{cancelled} of {transactions}");
    meter.app.wire.mend();
    let recorded = i64::try_from(statuses.iter().filter(|status| **status == 201).count()).unwrap();
    assert!(recorded > 150, "{recorded} of 200 under {cancelled} of {transactions}");
    assert_eq!(meter.units().await, recorded);
    meter.app.audit(&meter.tenant).await;
}

/// A batch of random events: number of the id, units, days back, language, subscription, and the id that it corrects.
type Batch = Vec<(u8, i64, i64, Option<u8>, Option<usize>, Option<u8>)>;

fn batches() -> impl Strategy<Value = Vec<Batch>> {
    let event = (
        0..24_u8,
        -9..20_i64,
        0..70_i64,
        proptest::option::of(0..3_u8),
        proptest::option::weighted(0.3, 0..2_usize),
        proptest::option::weighted(0.2, 0..24_u8),
    );
    proptest::collection::vec(proptest::collection::vec(event, 1..12), 2..10)
}

/// Sends batches several at a time, some twice, and with answers that are lost. Whatever happens, each id that was recorded once counts
/// once, and every report has the same units.
async fn live(meter: &Meter, subscriptions: &[u64], batches: &[Batch]) -> TestCaseResult {
    let mut attempts = 0;
    meter.app.wire.script(move |call| {
        attempts += usize::from(call.operation == "TransactWriteItems");
        if call.operation == "TransactWriteItems" && attempts % 5 == 0 { Effect::LoseAnswer } else { Effect::Pass }
    });
    let send = async |batch: &Batch| {
        let events: Vec<Value> = batch
            .iter()
            .map(|(id, units, days, language, subscription, corrects)| {
                json!({
                    "id": format!("job-{id}"), "units": units, "occurred_at": noon(-days - 1),
                    "language": language.map(|language| format!("l-{language}")),
                    "subscription_id": subscription.map(|place| subscriptions[place]),
                    "corrects": corrects.map(|id| format!("job-{id}")),
                })
            })
            .collect();
        for _ in 0..2 {
            let answer = meter.post(&events).await;
            assert!(answer.status == 201 || answer.status == 503, "{answer}");
            if answer.status == 201 {
                assert_eq!(answer.result().as_array().unwrap().len(), events.len());
            }
        }
    };
    stream::iter(batches).for_each_concurrent(3, send).await;
    meter.app.wire.mend();
    meter.app.audit(&meter.tenant).await;
    let mut seen = Vec::new();
    for view in ["day", "week", "month", "year"] {
        for split in ["", "&split_by=language", "&split_by=token", "&split_by=subscription"] {
            let from = today().plus_days(-400);
            let answer = meter.call("GET", &format!("?view={view}{split}&from={from}&limit=1000")).send().await.expect(200);
            let items = answer.result().as_array().unwrap().clone();
            seen.push(items.iter().map(|item| item["units_used"].as_i64().unwrap()).sum::<i64>());
        }
    }
    let all =
        meter.app.request("GET", "/api/v3/reseller/usage?view=year").key(&meter.tenant.key).send().await.expect(200).result();
    seen.push(all.as_array().unwrap().iter().map(|item| item["units_used"].as_i64().unwrap()).sum());
    let invoice = meter.call("GET", &format!("?split_by=period&from={}&limit=1000", today().plus_days(-1_000))).send().await;
    let invoice = invoice.expect(200).result();
    seen.push(invoice.as_array().unwrap().iter().map(|item| item["units_used"].as_i64().unwrap()).sum());
    prop_assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "{seen:?}");
    Ok(())
}

#[test]
fn whatever_is_repeated_lost_or_sent_at_once_the_sums_are_those_of_the_distinct_events() {
    let sequences = std::env::var("CLIENTELE_LAW_SEQUENCES").map_or(2_000, |wanted| wanted.parse::<u32>().unwrap()) / 100;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let configuration =
        ProptestConfig { cases: sequences, failure_persistence: None, max_shrink_iters: 0, ..ProptestConfig::default() };
    let lived = |batches: Vec<Batch>| {
        runtime.block_on(async {
            let meter = Meter::new().await;
            let subscriptions = [meter.sell("first", -60).await, meter.sell("second", -30).await];
            live(&meter, &subscriptions, &batches).await
        })
    };
    TestRunner::new(configuration).run(&batches(), lived).unwrap();
}
