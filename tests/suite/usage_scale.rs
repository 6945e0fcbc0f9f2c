//! Usage at scale: a million events and a hundred thousand transcriptions of one customer, ten thousand customers with usage in one
//! month, on a report and on the dashboard, and as many events a second as the sums can take.
//!
//! Ignored unless asked for, because it takes minutes: `cargo test --profile light --test suite -- --ignored --nocapture usage_scale`.
//! It prints what it counts and measures.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::stream::{self, StreamExt};
use serde_json::{Value, json};
use shared::domain::transcription::TranscriptionId;
use shared::domain::usage_report::Calendar;

use crate::harness::{Answer, App, Tenant};
use crate::usage::{Meter, contended, event, noon, today};

/// Sends a request, prints what it took, and returns the answer.
async fn measured(app: &App, tenant: &Tenant, what: &str, path: &str, accept: &str) -> Answer {
    app.wire.take_calls();
    let begun = Instant::now();
    let answer = app.request("GET", path).key(&tenant.key).header("accept", accept).send().await.expect(200);
    let (took, calls) = (begun.elapsed(), app.wire.take_calls());
    let units: f64 = calls.iter().map(|call| call.capacity_units()).sum();
    println!("{what}: {took:?}, {} calls, {units} read units, {} bytes", calls.len(), answer.body.len());
    answer
}

#[tokio::test]
#[ignore = "records a million events for minutes"]
async fn reports_read_sums_and_not_a_million_events() {
    const MANY: usize = 1_000_000;
    const LANGUAGES: [&str; 5] = ["nl-nl", "en-gb", "fr-fr", "de-de", "es-es"];
    let meter = Meter::new().await;
    let subscription = meter.sell("first", -364).await;
    let begun = Instant::now();
    let record = async |number: usize| {
        let one = |place: usize| {
            let day = i64::try_from(number % 364).unwrap() + 1;
            json!({
                "id": format!("job-{number}-{place}"), "units": 1, "language": LANGUAGES[place % 5], "occurred_at": noon(-day),
                "subscription_id": subscription,
            })
        };
        let events: Vec<Value> = (0..100).map(one).collect();
        let answer = meter.post(&events).await.expect(201).result();
        assert!(answer.as_array().unwrap().iter().all(|told| told["status"] == "recorded"));
        meter.app.wire.take_calls();
    };
    stream::iter(0..MANY / 100).for_each_concurrent(4, record).await;
    println!("{MANY} events were recorded in {:?}", begun.elapsed());
    let base = format!("/api/v3/reseller/customer/{}/usage", meter.customer);
    let from = today().plus_days(-364);
    for (what, query) in [
        ("an invoice", "?split_by=period".to_owned()),
        ("a year by day", format!("?view=day&from={from}&limit=1000")),
        ("a year by month and language", format!("?view=month&split_by=language&from={from}&limit=1000")),
        ("the last twelve days", "?view=day".to_owned()),
    ] {
        measured(&meter.app, &meter.tenant, what, &format!("{base}{query}"), "application/json").await;
    }
    let path = format!("/api/v3/reseller/usage?view=day&from={from}&limit=1000");
    let all = measured(&meter.app, &meter.tenant, "a year of all customers by day", &path, "application/json").await;
    let units: i64 = all.result().as_array().unwrap().iter().map(|item| item["units_used"].as_i64().unwrap()).sum();
    assert_eq!(units, i64::try_from(MANY).unwrap());
    let again = event("job-0-0", 1);
    assert_eq!(meter.post(&[again]).await.expect(201).result()[0]["status"], "conflict");
}

#[tokio::test]
#[ignore = "fills the table for a minute"]
async fn a_report_by_customer_has_ten_thousand_customers() {
    const MANY: u64 = 10_000;
    let meter = Meter::new().await;
    let ids = meter.app.fill(&meter.tenant, meter.customer, "Customer", MANY).await;
    let months: Vec<String> = (0..12).map(|month| today().plus_days(-30 * month).month()).collect();
    for month in &months {
        meter.app.fill_usage(&meter.tenant, month, ids.iter().map(|id| (*id, 3_600))).await;
    }
    let items = MANY * months.iter().collect::<BTreeSet<_>>().len() as u64;
    let path = "/api/v3/reseller/usage?view=month&split_by=customer";
    let month = format!("{}-01", today().month());
    let now = format!("{path}&from={month}&to={}", Calendar::Month.period_of(today()).to);
    let page = measured(&meter.app, &meter.tenant, "a page of ten of a month", &now, "application/json").await;
    assert_eq!(page.json()["total_results"], MANY);
    measured(&meter.app, &meter.tenant, "a page of a thousand of a month", &format!("{now}&limit=1000"), "application/json")
        .await;
    measured(&meter.app, &meter.tenant, "a month in CSV", &now, "text/csv").await;
    let page = measured(&meter.app, &meter.tenant, "a page of ten of twelve months", path, "application/json").await;
    assert_eq!(page.json()["total_results"], items);
    let (mut rows, mut next) = (Vec::new(), Some(path.to_owned()));
    while let Some(path) = next {
        let part = measured(&meter.app, &meter.tenant, "a part of twelve months in CSV", &path, "text/csv").await;
        rows.extend(part.body.lines().skip(1).map(str::to_owned));
        next = Answer::next(&part);
    }
    assert_eq!(rows.len() as u64, items);
    assert_eq!(rows.iter().collect::<BTreeSet<_>>().len() as u64, items, "no row is repeated");
}

#[tokio::test]
#[ignore = "fills the table for a minute"]
async fn a_dashboard_has_ten_thousand_customers_with_usage_this_month() {
    const MANY: u64 = 10_000;
    const LANGUAGES: [&str; 5] = ["nl-nl", "en-gb", "fr-fr", "de-de", "es-es"];
    let meter = Meter::new().await;
    let ids = meter.app.fill(&meter.tenant, meter.customer, "Customer", MANY).await;
    let row = |partition: String, sort: String, (name, number): (&str, u64)| {
        HashMap::from([
            ("PK".to_owned(), AttributeValue::S(partition)),
            ("SK".to_owned(), AttributeValue::S(sort)),
            (name.to_owned(), AttributeValue::N(number.to_string())),
        ])
    };
    let of_month = |month: String| format!("USAGE#{}#{month}", meter.tenant.id);
    let mut rows = Vec::new();
    // As many rows as there can be: each sum has all its parts.
    for (id, shard) in ids.iter().flat_map(|id| (0..4).map(move |shard| (id, shard))) {
        rows.push(row(of_month(today().month()), format!("CUSTOMER#{id:016}#{shard}"), ("units", 900 + id % 100)));
    }
    for day in (0..60).map(|earlier| today().plus_days(-earlier)) {
        for (language, shard) in LANGUAGES.iter().flat_map(|language| (0..16).map(move |shard| (language, shard))) {
            rows.push(row(of_month(day.month()), format!("DAY#{day}#{language}#{shard}"), ("units", 3_600)));
        }
    }
    // Subscriptions began or ended on every day of ten years.
    for day in (0..3_650).map(|earlier| today().plus_days(-earlier)) {
        rows.push(row(format!("SUBSCRIPTIONS#{}", meter.tenant.id), format!("DAY#{day}"), ("begun", 1)));
    }
    for batch in rows.chunks(25) {
        meter.app.put_rows(batch.iter().cloned()).await;
    }
    for what in ["a dashboard", "a dashboard again"] {
        let path = "/api/v3/reseller/dashboard/";
        let dashboard = measured(&meter.app, &meter.tenant, what, path, "application/json").await.result();
        assert_eq!(dashboard["top_customers"].as_array().unwrap().len(), 5);
        assert_eq!((&dashboard["organizations"]["total"], &dashboard["active_subscriptions"]), (&json!(MANY + 1), &json!(3_650)));
        let days = dashboard["usage_by_day"].as_array().unwrap().iter();
        assert!(days.clone().all(|day| day["units"] == 5 * 16 * 3_600) && days.count() == 30);
    }
}

#[tokio::test]
#[ignore = "fills the table for a minute"]
async fn a_page_of_a_hundred_thousand_transcriptions_costs_its_page() {
    const MANY: u64 = 100_000;
    let meter = Meter::new().await;
    let base = format!("/api/v3/reseller/customer/{}/transcription/", meter.customer);
    let body = json!({"name": "Board meeting", "language": "nl-nl"});
    let made = meter.app.request("POST", &base).key(&meter.tenant.key).json(&body).send().await.expect(201).id();
    let of_customer = format!("TRANSCRIPTIONS#{}#{}", meter.tenant.id, meter.customer);
    let id = |number: u64| TranscriptionId::parse(&number.to_string()).unwrap();
    let model = meter.app.row(&format!("{of_customer}#{}", id(made).day().month()), &format!("{made:016}")).await.unwrap();
    // From 1 January 2026 on, one every four minutes.
    let ids: Vec<u64> = (0..MANY).map(|place| place * 240_000 * 4_096 + place % 4_096).collect();
    let text = |text: String| AttributeValue::S(text);
    let mut days: HashMap<(String, u64), u64> = HashMap::new();
    for batch in ids.chunks(25) {
        let rows = batch.iter().map(|&number| {
            *days.entry((id(number).day().to_string(), number % 4)).or_default() += 1;
            let mut row: HashMap<String, AttributeValue> = model.clone().into_iter().collect();
            row.insert("PK".to_owned(), text(format!("{of_customer}#{}", id(number).day().month())));
            row.insert("SK".to_owned(), text(format!("{number:016}")));
            row.insert("id".to_owned(), AttributeValue::N(number.to_string()));
            row
        });
        meter.app.put_rows(rows.collect::<Vec<_>>().into_iter()).await;
    }
    let days: Vec<_> = days.into_iter().collect();
    for batch in days.chunks(25) {
        let rows = batch.iter().map(|((day, shard), count)| {
            HashMap::from([
                ("PK".to_owned(), text(of_customer.clone())),
                ("SK".to_owned(), text(format!("DAY#{day}#{shard}"))),
                ("transcriptions".to_owned(), AttributeValue::N(count.to_string())),
            ])
        });
        meter.app.put_rows(rows).await;
    }
    for (what, query) in [
        ("the newest ten of all", ""),
        ("the newest thousand", "?limit=1000"),
        ("the oldest ten", "?direction=asc"),
        ("ten of one month", "?from=2026-03-01&to=2026-03-31"),
        ("a filter that most pass", "?filter=status=queued"),
        ("a filter that none pass", "?filter=status=failed"),
    ] {
        let page = measured(&meter.app, &meter.tenant, what, &format!("{base}{query}"), "application/json").await;
        println!("  {} of {}", page.json()["count"], page.json()["total_results"]);
    }
    let csv = measured(&meter.app, &meter.tenant, "a part in CSV", &base, "text/csv").await;
    println!("  {} rows", csv.body.lines().count() - 1);
    assert!(Answer::next(&csv).is_some());
}

/// Records one event at a time, so many a second for ten seconds, while each transaction holds its rows for ten milliseconds.
async fn at_a_rate(meter: &Meter, customers: &[u64], a_second: u32) {
    let counts = contended(&meter.app, Duration::from_millis(10));
    let total = a_second * 10;
    let begun = tokio::time::Instant::now();
    let send = async |number: u32| {
        tokio::time::sleep_until(begun + Duration::from_secs(1) * number / a_second).await;
        let customer = customers[number as usize % customers.len()];
        let body = json!({"events": [event(&format!("job-{number}"), 1)]});
        let request = meter.app.reseller_api("POST", format!("{customer}/usage")).key(&meter.tenant.key).json(&body);
        let answer = request.send().await;
        assert!(answer.status == 201 || answer.status == 503, "{answer}");
        answer.status == 503
    };
    let refused: Vec<bool> = stream::iter(0..total).map(send).buffer_unordered(1_000).collect().await;
    let took = begun.elapsed();
    meter.app.wire.mend();
    let refused = refused.into_iter().filter(|refused| *refused).count();
    let (transactions, cancelled) = *counts.lock().unwrap();
    println!(
        "{total} events of {} customers, {a_second} a second, in {took:?}: {transactions} transactions, {cancelled} cancelled, \
         {refused} refused",
        customers.len()
    );
    meter.app.audit(&meter.tenant).await;
    let all = meter.app.request("GET", "/api/v3/reseller/usage").key(&meter.tenant.key).send().await.expect(200).result();
    let units: i64 = all.as_array().unwrap().iter().map(|item| item["units_used"].as_i64().unwrap()).sum();
    assert_eq!(units, i64::from(total) - i64::try_from(refused).unwrap());
}

#[tokio::test]
#[ignore = "takes ten seconds"]
async fn one_customer_records_200_events_a_second() {
    let meter = Meter::new().await;
    at_a_rate(&meter, &[meter.customer], 200).await;
}

#[tokio::test]
#[ignore = "takes ten seconds"]
async fn a_reseller_records_500_events_a_second() {
    let meter = Meter::new().await;
    let mut customers = vec![meter.customer];
    for number in 0..19 {
        customers.push(meter.app.create(&meter.tenant, &format!("Customer {number}")).await);
    }
    at_a_rate(&meter, &customers, 500).await;
}
