//! The dashboard: the numbers of a reseller's own customers, and what they are read from.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use proptest::prelude::*;
use proptest::test_runner::{TestCaseResult, TestRunner};
use serde_json::{Value, json};
use shared::domain::credential::Kind;
use shared::domain::date::Date;
use shared::domain::token::PresentedToken;
use shared::store::dashboard::Dashboard;
use shared::store::{Policy, Read, Table};

use crate::harness::{Answer, App, Call, Effect, Keys, RequestBuilder, Tenant};
use crate::usage::{plan, today};

const DASHBOARD: &str = "/api/v3/reseller/dashboard/";

fn get<'a>(app: &'a App, key: &str) -> RequestBuilder<'a> {
    app.request("GET", DASHBOARD).key(key)
}

async fn shown(app: &App, tenant: &Tenant) -> Value {
    get(app, &tenant.key).send().await.expect(200).result()
}

/// The dashboard as the store has it on another day.
async fn on(app: &App, tenant: &Tenant, day: Date) -> Dashboard {
    app.store.start(1).await;
    let table = Table::<Read>::new(app.store.clone());
    let token = table.token_check(PresentedToken::api_key(&tenant.key)).await.unwrap();
    let caller = table.authenticate(&token, Policy::of_kinds(&[Kind::Reseller])).await.unwrap();
    app.wire.take_calls();
    table.dashboard_get(&caller, day).await.unwrap()
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// Records units of a customer at the beginning of a day. The id is that of the event.
async fn used(app: &App, tenant: &Tenant, customer: u64, id: &str, day: Date, units: i64) {
    let event = json!({"id": id, "units": units, "language": "nl", "occurred_at": format!("{day}T00:00:00Z")});
    record(app, tenant, customer, event).await;
}

async fn record(app: &App, tenant: &Tenant, customer: u64, event: Value) {
    let request = app.reseller_api("POST", format!("{customer}/usage")).key(&tenant.key).json(&json!({"events": [event]}));
    assert_eq!(request.send().await.expect(201).result()[0]["status"], "recorded");
}

/// Sells a subscription, and returns it.
async fn sold(app: &App, tenant: &Tenant, customer: u64, start: Date, auto_renew: bool) -> Value {
    let body = json!({"sku": "voice", "subscription_start": start, "auto_renew": auto_renew});
    let path = format!("{customer}/subscription/");
    app.reseller_api("POST", path).key(&tenant.key).json(&body).send().await.expect(201).result()
}

/// Writes how many users the customers have that are counted in a row, as creating users does.
async fn count_users(app: &App, tenant: &Tenant, shard: u64, users: u64) {
    let row = HashMap::from([
        ("PK".to_owned(), AttributeValue::S(format!("COUNTS#{}", tenant.id))),
        ("SK".to_owned(), AttributeValue::S(format!("USERS#{shard}"))),
        ("users".to_owned(), AttributeValue::N(users.to_string())),
    ]);
    app.put_rows([row].into_iter()).await;
}

/// The units of each of the last days that has any.
fn days(dashboard: &Value) -> Vec<(String, i64)> {
    let by_day = dashboard["usage_by_day"].as_array().unwrap();
    let of = |day: &Value| (day["day"].as_str().unwrap().to_owned(), day["units"].as_i64().unwrap());
    by_day.iter().map(of).filter(|(_, units)| *units != 0).collect()
}

/// A reseller with something of everything.
async fn busy() -> (App, Tenant) {
    let (app, tenant) = App::with_reseller().await;
    app.operate("operator-define-plan", plan("voice")).await.unwrap();
    for name in ["First", "Second", "Third"] {
        let customer = app.create(&tenant, name).await;
        sold(&app, &tenant, customer, today(), true).await;
        used(&app, &tenant, customer, "job", today(), 60).await;
    }
    count_users(&app, &tenant, 1, 5).await;
    app.wire.take_calls();
    (app, tenant)
}

#[tokio::test]
async fn a_reseller_with_nothing_has_zeros_and_empty_lists_in_the_same_shape() {
    let (app, tenant) = App::with_reseller().await;
    let answer = get(&app, &tenant.key).send().await.expect(200);
    let body = answer.json();
    assert_eq!(body.as_object().unwrap().keys().collect::<Vec<_>>(), ["result", "count", "total_results"]);
    assert_eq!((&body["count"], &body["total_results"]), (&json!(1), &json!(1)));
    assert_eq!((answer.header("content-type"), answer.header("etag")), (Some("application/json"), None));
    let mut result = answer.result();
    let keys: Vec<&String> = result.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "organizations",
            "active_subscriptions",
            "users",
            "units_this_month",
            "units_last_month",
            "usage_by_day",
            "top_customers",
            "recent_activity",
        ]
    );
    // Its provisioning is the only thing that was done.
    let activity = result["recent_activity"].take();
    assert!(activity.as_array().unwrap().iter().all(|entry| entry["actor"]["kind"] == "operator"), "{activity}");
    let empty: Vec<Value> = (0..30).map(|earlier| json!({"day": today().plus_days(-earlier), "units": 0})).collect();
    assert_eq!(
        result,
        json!({
            "organizations": {"total": 0, "active": 0}, "active_subscriptions": 0, "users": 0, "units_this_month": 0,
            "units_last_month": 0, "usage_by_day": empty, "top_customers": [], "recent_activity": null,
        })
    );
}

#[tokio::test]
async fn both_forms_of_the_address_and_whatever_else_is_sent_are_answered_alike_and_nothing_is_written() {
    let (app, tenant) = busy().await;
    let rows = app.all_rows().await;
    let expected = get(&app, &tenant.key).send().await.expect(200);
    for rest in [
        "",
        "/",
        "/?limit=0&offset=x&sort=y&direction=z",
        "/?limit=1&limit=2",
        "/?customer=1&reseller=2&from=2020-01-01&to=never",
        "/?cursor=AAAA&filter=a&search=%00",
        "/?%",
        "/?%FF=%C3%28&=&&&;",
        "/?view=year&split_by=customer",
        "?day=2023-03-01",
    ] {
        let path = format!("/api/v3/reseller/dashboard{rest}");
        let answer = app.request("GET", &path).key(&tenant.key).send().await;
        assert_eq!(answer.shown(), expected.shown(), "{rest}");
    }
    let long = format!("{DASHBOARD}?{}", "x=1&".repeat(2_000));
    assert_eq!(app.request("GET", &long).key(&tenant.key).send().await.shown(), expected.shown());
    // It is no list, which CSV could show.
    for (header, value) in [
        ("accept", "text/csv"),
        ("accept", "text/html"),
        ("if-none-match", "*"),
        ("idempotency-key", "once"),
        ("range", "bytes=0-1"),
    ] {
        let answer = get(&app, &tenant.key).header(header, value).send().await;
        assert_eq!(answer.shown(), expected.shown(), "{header}: {value}");
    }
    assert_eq!(get(&app, &tenant.key).body("{").send().await.shown(), expected.shown());
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        app.request(method, DASHBOARD).key(&tenant.key).send().await.expect(404);
    }
    get(&app, &tenant.key).send().await.expect(200);
    app.request("GET", &format!("{DASHBOARD}1/")).key(&tenant.key).send().await.expect(404);
    assert_eq!(app.all_rows().await, rows);
}

#[tokio::test]
async fn only_a_key_of_the_reseller_that_may_read_is_answered() {
    let (app, tenant) = busy().await;
    let Keys { read_only, write_only, customer, expired, revoked } = app.keys(&tenant).await;
    get(&app, &read_only).send().await.expect(200);
    app.request("GET", DASHBOARD).send().await.expect_error(401, "MISSING_API_KEY");
    for (key, status, code) in [
        (write_only.as_str(), 403, "FORBIDDEN"),
        (&customer, 403, "FORBIDDEN"),
        (&expired, 401, "INVALID_API_KEY"),
        (&revoked, 401, "KEY_REVOKED"),
        ("sk_reseller_0", 401, "INVALID_API_KEY"),
    ] {
        app.wire.take_calls();
        get(&app, key).send().await.expect_error(status, code);
        // Nothing is read for a caller who is refused.
        assert!(app.wire.take_operations().iter().all(|operation| operation == "BatchGetItem"), "{code}");
    }
    app.operate("operator-suspend-reseller", json!({"reseller_id": tenant.id})).await.unwrap();
    get(&app, &read_only).send().await.expect_error(403, "RESELLER_SUSPENDED");
}

#[tokio::test]
async fn organizations_are_counted_at_once() {
    let (app, tenant) = App::with_reseller().await;
    let mut ids = Vec::new();
    for name in ["A", "B", "C"] {
        ids.push(app.create(&tenant, name).await);
    }
    let organizations = async || shown(&app, &tenant).await["organizations"].clone();
    assert_eq!(organizations().await, json!({"total": 3, "active": 3}));
    let inactive = json!({"name": "A", "email": "a@example.com", "is_active": false});
    app.reseller_api("PUT", ids[0]).key(&tenant.key).json(&inactive).send().await.expect(201);
    assert_eq!(organizations().await, json!({"total": 3, "active": 2}));
    app.reseller_api("DELETE", ids[1]).key(&tenant.key).send().await.expect(204);
    assert_eq!(organizations().await, json!({"total": 2, "active": 1}));
}

#[tokio::test]
async fn subscriptions_count_while_they_are_active() {
    let (app, tenant) = App::with_reseller().await;
    app.operate("operator-define-plan", plan("voice")).await.unwrap();
    let (one, other) = (app.create(&tenant, "One").await, app.create(&tenant, "Other").await);
    let active = async || shown(&app, &tenant).await["active_subscriptions"].clone();
    let path = |of: &Value| format!("{one}/subscription/{}", of["id"]);
    let renewing = sold(&app, &tenant, one, today().plus_days(-100), true).await;
    let ending = sold(&app, &tenant, one, today(), false).await;
    let scheduled = sold(&app, &tenant, one, today().plus_days(1), true).await;
    assert_eq!(active().await, 2);
    sold(&app, &tenant, other, date("2000-01-01"), true).await;
    assert_eq!(active().await, 3);
    let on = async |day: Date| on(&app, &tenant, day).await.active_subscriptions;
    assert_eq!(on(today().plus_days(1)).await, 4);
    let end: Date = date(ending["subscription_end"].as_str().unwrap());
    assert_eq!((on(end).await, on(end.next_day()).await), (4, 3));
    assert_eq!((on(date("2000-01-01")).await, on(date("1999-12-31")).await), (1, 0));
    // One that is ended is active until midnight, and one that has not begun never is.
    app.reseller_api("DELETE", path(&renewing)).key(&tenant.key).send().await.expect(204);
    app.reseller_api("DELETE", path(&scheduled)).key(&tenant.key).send().await.expect(204);
    assert_eq!((active().await, on(today().next_day()).await), (json!(3), 2));
    // Those of an inactive customer go on, and those of a deleted one end at once.
    let inactive = json!({"name": "One", "email": "a@example.com", "is_active": false});
    app.reseller_api("PUT", one).key(&tenant.key).json(&inactive).send().await.expect(201);
    assert_eq!(active().await, 3);
    app.reseller_api("DELETE", one).key(&tenant.key).send().await.expect(204);
    assert_eq!(active().await, 1);
}

#[tokio::test]
async fn users_of_organizations_are_counted_in_all_rows_that_count_them() {
    let (app, tenant) = App::with_reseller().await;
    app.create(&tenant, "Acme").await;
    for shard in 0..16 {
        count_users(&app, &tenant, shard, 1 << shard).await;
    }
    let dashboard = shown(&app, &tenant).await;
    assert_eq!(dashboard["users"], 65_535);
    assert_eq!(dashboard["organizations"], json!({"total": 1, "active": 1}));
    app.list(&tenant, "").await.expect_list(&[1], 1);
}

#[tokio::test]
async fn units_are_those_of_two_months_and_of_thirty_days_with_the_newest_first() {
    let (app, tenant) = App::with_reseller().await;
    let ids = [app.create(&tenant, "One").await, app.create(&tenant, "Two").await];
    for (number, days) in [0, -1, -29, -30, -45, -75].into_iter().enumerate() {
        used(&app, &tenant, ids[number % 2], &format!("job {days}"), today().plus_days(days), 1 << number).await;
    }
    // Another language is another sum of the same day.
    let more = json!({"id": "more", "units": 100, "language": "de", "occurred_at": format!("{}T00:00:00Z", today())});
    record(&app, &tenant, ids[1], more).await;
    let dashboard = shown(&app, &tenant).await;
    let all: Vec<&Value> = dashboard["usage_by_day"].as_array().unwrap().iter().collect();
    assert_eq!(all.len(), 30);
    assert!(
        all.windows(2)
            .all(|pair| date(pair[0]["day"].as_str().unwrap()).previous_day() == date(pair[1]["day"].as_str().unwrap()))
    );
    assert_eq!(all[0].as_object().unwrap().keys().collect::<Vec<_>>(), ["day", "units"]);
    let day = |days: i64| today().plus_days(days).to_string();
    assert_eq!(days(&dashboard), [(day(0), 101), (day(-1), 2), (day(-29), 4)]);
    let report = app.request("GET", "/api/v3/reseller/usage?view=month").key(&tenant.key).send().await.expect(200).result();
    let of_month = |month: &str| -> i64 {
        let items = report.as_array().unwrap().iter();
        items
            .filter(|item| item["usage_period_start"].as_str().unwrap().starts_with(month))
            .map(|item| item["units_used"].as_i64().unwrap())
            .sum()
    };
    let this_month = today().month();
    let last_month = date(&format!("{this_month}-01")).previous_day().month();
    assert_eq!(dashboard["units_this_month"], of_month(&this_month));
    assert_eq!(dashboard["units_last_month"], of_month(&last_month));
    app.audit(&tenant).await;
}

#[tokio::test]
async fn on_1_march_thirty_days_reach_back_to_january_and_on_no_other_day_a_third_month_is_read() {
    let (app, tenant) = App::with_reseller().await;
    let id = app.create(&tenant, "Acme").await;
    for (day, units) in [
        ("2023-01-30", 1),
        ("2023-01-31", 2),
        ("2023-02-01", 4),
        ("2023-02-28", 8),
        ("2023-03-01", 16),
        ("2023-03-31", 32),
        ("2023-04-01", 64),
    ] {
        used(&app, &tenant, id, day, date(day), units).await;
    }
    let seen = async |day: &str| {
        let usage = on(&app, &tenant, date(day)).await.usage;
        let days: Vec<_> =
            usage.by_day.iter().filter(|(_, units)| *units != 0).map(|(day, units)| (day.to_string(), *units)).collect();
        let days: Vec<String> = days.into_iter().map(|(day, units)| format!("{day} {units}")).collect();
        let sums = app.wire.take_calls().into_iter().map(|call| sums_read(&call)).filter(|read| !read.is_empty());
        (usage.this_month, usage.last_month, days, sums.count())
    };
    // An event may be dated some minutes ahead: on the last day of a month it is of the next one, on any other of this month.
    let (this, last, days, queries) = seen("2023-03-01").await;
    assert_eq!((this, last, queries), (48, 12, 3));
    assert_eq!(days, ["2023-03-01 16", "2023-02-28 8", "2023-02-01 4", "2023-01-31 2"]);
    let (this, last, days, queries) = seen("2023-03-02").await;
    assert_eq!((this, last, queries), (48, 12, 2));
    assert_eq!(days, ["2023-03-01 16", "2023-02-28 8", "2023-02-01 4"]);
    let (this, last, days, queries) = seen("2023-02-28").await;
    assert_eq!((this, last, queries), (12, 3, 2));
    assert_eq!(days, ["2023-02-28 8", "2023-02-01 4", "2023-01-31 2", "2023-01-30 1"]);
    let (this, last, days, queries) = seen("2024-03-01").await;
    assert_eq!((this, last, queries, days), (0, 0, 2, Vec::new()));
}

#[tokio::test]
async fn the_five_who_used_most_this_month_come_first_and_equals_go_by_id() {
    let (app, tenant) = App::with_reseller().await;
    let mut ids = Vec::new();
    for name in ["A", "B", "C", "D", "E", "F", "G", "H"] {
        ids.push(app.create(&tenant, name).await);
    }
    let first = date(&format!("{}-01", today().month()));
    for (place, units) in [5, 7, 5, 5, 9, 5, 1, 3].into_iter().enumerate() {
        used(&app, &tenant, ids[place], "job", first, units).await;
    }
    // What was used before this month does not count, and what was corrected away is nothing.
    used(&app, &tenant, ids[6], "earlier", first.previous_day(), 1_000).await;
    record(&app, &tenant, ids[7], json!({"id": "fix", "units": -3, "corrects": "job"})).await;
    let top = async || shown(&app, &tenant).await["top_customers"].clone();
    let of = |place: usize, name: Value, units: i64| json!({"id": ids[place], "name": name, "units": units});
    let names = ["A", "B", "C", "D", "E", "F", "G", "H"].map(|name| json!(name));
    let whole = |places: &[(usize, i64)]| {
        json!(places.iter().map(|(place, units)| of(*place, names[*place].clone(), *units)).collect::<Vec<_>>())
    };
    assert_eq!(top().await, whole(&[(4, 9), (1, 7), (0, 5), (2, 5), (3, 5)]));
    // A deleted customer stays, without a name.
    app.reseller_api("DELETE", ids[1]).key(&tenant.key).send().await.expect(204);
    app.operate("operator-erase-deleted", json!({})).await.unwrap();
    let mut expected = whole(&[(4, 9), (1, 7), (0, 5), (2, 5), (3, 5)]);
    expected[1]["name"] = json!(null);
    assert_eq!(top().await, expected);
    // More corrections make room, and who used nothing is not there at all.
    for (place, units) in [(4, -9), (0, -5), (2, -4)] {
        record(&app, &tenant, ids[place], json!({"id": "fix", "units": units, "corrects": "job"})).await;
    }
    expected = json!([expected[1], of(3, json!("D"), 5), of(5, json!("F"), 5), of(2, json!("C"), 1), of(6, json!("G"), 1)]);
    assert_eq!(top().await, expected);
    let month: i64 = expected.as_array().unwrap().iter().map(|top| top["units"].as_i64().unwrap()).sum();
    assert_eq!(shown(&app, &tenant).await["units_this_month"], month);
    app.audit(&tenant).await;
}

#[tokio::test]
async fn the_recent_activity_is_the_first_page_of_the_activity() {
    let (app, tenant) = App::with_reseller().await;
    let listed = async || {
        let request = app.request("GET", "/api/v3/reseller/activity/").key(&tenant.key);
        request.send().await.expect(200).result()
    };
    assert_eq!(shown(&app, &tenant).await["recent_activity"], listed().await);
    for number in 0..12 {
        let id = app.create(&tenant, &format!("Customer {number}")).await;
        app.reseller_api("DELETE", id).key(&tenant.key).send().await.expect(204);
    }
    let recent = shown(&app, &tenant).await["recent_activity"].clone();
    assert_eq!(recent.as_array().unwrap().len(), 10);
    assert_eq!(recent, listed().await);
    assert_eq!((&recent[0]["action"], &recent[0]["actor"]["label"]), (&json!("customer.deleted"), &json!("first key")));
}

#[tokio::test]
async fn what_other_resellers_have_never_counts() {
    let (app, busy) = busy().await;
    let other = app.reseller("Harbour Telecom").await;
    let alone = App::start().await;
    alone.reseller("Northwind Resale").await;
    let expected = alone.reseller("Harbour Telecom").await;
    let without_activity = |mut dashboard: Value| {
        let activity = dashboard["recent_activity"].take();
        let actions: Vec<Value> = activity.as_array().unwrap().iter().map(|entry| entry["action"].clone()).collect();
        (dashboard, actions)
    };
    // Entries of the same millisecond stand in any order.
    let sorted = |(dashboard, mut actions): (Value, Vec<Value>)| {
        actions.sort_by_key(Value::to_string);
        (dashboard, actions)
    };
    let nothing = sorted(without_activity(shown(&alone, &expected).await));
    assert_eq!(sorted(without_activity(shown(&app, &other).await)), nothing);
    // A customer's id is unique, and so its partition is; a reseller's number may be the beginning of another's.
    for neighbour in [format!("{}0", other.id), format!("{}#2026-01", other.id)] {
        let row = |partition: String, sort: String, name: &str| {
            HashMap::from([
                ("PK".to_owned(), AttributeValue::S(partition)),
                ("SK".to_owned(), AttributeValue::S(sort)),
                (name.to_owned(), AttributeValue::N("7".to_owned())),
            ])
        };
        let rows = [
            row(format!("COUNTS#{neighbour}"), "USERS#0".to_owned(), "users"),
            row(format!("SUBSCRIPTIONS#{neighbour}"), format!("DAY#{}", today()), "begun"),
            row(format!("USAGE#{neighbour}#{}", today().month()), format!("DAY#{}##0", today()), "units"),
            row(format!("USAGE#{neighbour}#{}", today().month()), format!("CUSTOMER#{:016}#0", 1), "units"),
        ];
        app.put_rows(rows.into_iter()).await;
    }
    assert_eq!(sorted(without_activity(shown(&app, &other).await)), nothing);
    let full = shown(&app, &busy).await;
    assert_eq!(
        (&full["organizations"]["total"], &full["active_subscriptions"], &full["users"]),
        (&json!(3), &json!(3), &json!(5))
    );
    assert_eq!((&full["units_this_month"], full["top_customers"].as_array().unwrap().len()), (&json!(180), 3));
}

#[tokio::test]
async fn the_platforms_own_reseller_has_one_too() {
    let app = App::start().await;
    let made = app.operate("operator-provision-reseller", json!({"name": "Clientele", "platform": true})).await.unwrap();
    let own = Tenant {
        id: made["reseller_id"].as_u64().unwrap(),
        account_id: made["account_id"].as_u64().unwrap(),
        key: made["key"]["token"].as_str().unwrap().to_owned(),
    };
    let payload = json!({"name": "Acme", "email": "office@acme.example"});
    let id = app.operate("operator-provision-organization", payload).await.unwrap()["id"].as_u64().unwrap();
    used(&app, &own, id, "job", today(), 60).await;
    let dashboard = shown(&app, &own).await;
    assert_eq!(dashboard["organizations"], json!({"total": 1, "active": 1}));
    assert_eq!(dashboard["top_customers"], json!([{"id": id, "name": "Acme", "units": 60}]));
    assert_eq!(dashboard["recent_activity"][0]["action"], "customer.created");
}

/// What a query reads: the kind of its partition, and its sort keys.
fn read_by(call: &Call) -> String {
    let values = &call.request["ExpressionAttributeValues"];
    let value = |name: &str| values[name]["S"].as_str().unwrap_or("…").to_owned();
    let partition = value(":partition");
    let kind = partition.split('#').next().unwrap();
    let sort = match call.request["KeyConditionExpression"].as_str().unwrap() {
        condition if condition.contains("begins_with") => value(":prefix"),
        condition if condition.contains("BETWEEN") => format!("{} to {}", value(":first"), value(":last")),
        _ => format!("{} rows", call.request["Limit"]),
    };
    format!("{kind} {sort}")
}

/// Which sums of days a call reads; empty for other calls.
fn sums_read(call: &Call) -> String {
    let is_query = call.operation == "Query";
    Some(call).filter(|_| is_query).map(read_by).filter(|read| read.starts_with("USAGE DAY")).unwrap_or_default()
}

#[tokio::test]
async fn it_reads_a_handful_of_rows_and_those_that_the_contract_allows_all_at_the_same_time() {
    let (app, tenant) = busy().await;
    get(&app, &tenant.key).send().await.expect(200);
    let calls = app.wire.take_calls();
    calls.iter().for_each(Call::expect_consistent_and_metered);
    let of_round = |wanted: &dyn Fn(usize) -> bool| calls.iter().filter(|call| wanted(call.round)).collect::<Vec<_>>();
    assert_eq!(of_round(&|round| round == 1).len(), 1);
    let mut second: Vec<String> = of_round(&|round| round == 2).into_iter().map(read_by).collect();
    second.sort();
    let month = |day: Date| date(&format!("{}-01", day.month()));
    let this_month = month(today());
    let last_month = month(this_month.previous_day());
    let first = last_month.min(today().plus_days(-29));
    let last = this_month.plus_months(1).unwrap().previous_day();
    let days = format!("USAGE DAY#{first}# to DAY#{last}$");
    let mut expected = vec![
        "ACTIVITY 11 rows".to_owned(),
        "COUNTS CUSTOMERS#".to_owned(),
        "COUNTS USERS#".to_owned(),
        format!("SUBSCRIPTIONS DAY# to DAY#{}", today()),
        "USAGE CUSTOMER#".to_owned(),
    ];
    expected.extend(std::iter::repeat_n(days, if first < last_month { 3 } else { 2 }));
    assert_eq!(second, expected);
    // The labels of keys and the names of customers wait for what they belong to.
    let rest = of_round(&|round| round > 2);
    let mut rest: Vec<&str> = rest.into_iter().map(looked_up).collect();
    rest.sort_unstable();
    assert_eq!(rest, ["labels", "names"]);
}

#[tokio::test]
async fn what_it_reads_does_not_grow_with_customers_events_subscriptions_of_a_day_and_changes() {
    let (app, tenant) = busy().await;
    let units = async || {
        app.wire.take_calls();
        get(&app, &tenant.key).send().await.expect(200);
        app.wire.take_calls().iter().map(Call::capacity_units).sum::<f64>()
    };
    let before = units().await;
    let model = app.create(&tenant, "Model").await;
    let more = app.fill(&tenant, model, "More", 200).await;
    for number in 0..60 {
        // Events add to the sums of the same customer, day and language.
        used(&app, &tenant, 1, &format!("more {number}"), today(), 1).await;
    }
    for customer in &more[..30] {
        sold(&app, &tenant, *customer, today(), true).await;
    }
    let after = units().await;
    // The sum of a day is spread over sixteen rows of some 70 bytes, and that of a customer over four; entries differ in size.
    assert!(after <= before + 3.0, "{before} and {after}");
    let dashboard = shown(&app, &tenant).await;
    assert_eq!(
        (&dashboard["organizations"]["total"], &dashboard["active_subscriptions"], &dashboard["units_this_month"]),
        (&json!(204), &json!(33), &json!(240))
    );
}

#[tokio::test]
async fn a_read_that_fails_for_a_while_is_tried_again_and_one_that_keeps_failing_is_told() {
    let (app, tenant) = busy().await;
    let expected = get(&app, &tenant.key).send().await.expect(200).body;
    let read = |call: &Call| if call.operation == "Query" { read_by(call) } else { looked_up(call).to_owned() };
    let refusal = |code: &str| {
        let code = format!("com.amazonaws.dynamodb.v20120810#{code}");
        Effect::Answer(400, json!({"__type": code, "message": "RESELLER#1 of the table"}))
    };
    let whole = [
        "the caller",
        "labels",
        "names",
        "ACTIVITY",
        "COUNTS CUSTOMERS#",
        "COUNTS USERS#",
        "SUBSCRIPTIONS",
        "USAGE CUSTOMER#",
        "USAGE DAY#",
    ];
    for what in whole {
        for (code, times) in [("ThrottlingException", 1), ("ThrottlingException", usize::MAX), ("AccessDeniedException", 1)] {
            let mut left = times;
            app.wire.script(move |call| {
                if read(call).starts_with(what) && left > 0 {
                    left -= 1;
                    return refusal(code);
                }
                Effect::Pass
            });
            app.wire.take_calls();
            let answer = get(&app, &tenant.key).send().await;
            app.wire.mend();
            assert!(app.wire.take_calls().iter().any(|call| read(call).starts_with(what)), "{what} is not read");
            match (code, times) {
                ("ThrottlingException", 1) => assert_eq!(answer.expect(200).body, expected, "{what}"),
                ("ThrottlingException", _) => told(answer, 503, "SERVICE_UNAVAILABLE"),
                _ => told(answer, 500, "INTERNAL_ERROR"),
            }
        }
    }
    assert_eq!(get(&app, &tenant.key).send().await.expect(200).body, expected);
}

/// What a batch of keys is read for.
fn looked_up(call: &Call) -> &'static str {
    let tables = call.request["RequestItems"].as_object().unwrap();
    let keys: Vec<&Value> = tables.values().flat_map(|table| table["Keys"].as_array().unwrap()).collect();
    let is_of = |kind: &str| keys.iter().all(|key| key["SK"]["S"].as_str().unwrap().starts_with(kind));
    match (is_of("KEY#"), is_of("CUSTOMER#")) {
        (true, _) => "labels",
        (_, true) => "names",
        _ => "the caller",
    }
}

#[track_caller]
fn told(answer: Answer, status: u16, code: &str) {
    let answer = answer.expect_error(status, code);
    assert!(!answer.body.contains("RESELLER#1"), "{answer}");
}

/// Something that happens to one of a few customers, which exists or not.
#[derive(Clone, Debug)]
enum Step {
    Create { is_active: bool },
    Toggle { customer: usize },
    Delete { customer: usize },
    Use { customer: usize, days: i64, units: i64, language: Option<u8> },
    Correct { event: usize, part: i64 },
    Sell { customer: usize, days: i64, auto_renew: bool },
    End { subscription: usize },
    CountUsers { shard: u64, users: u64 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let customer = || 0..6_usize;
    let step = prop_oneof![
        3 => any::<bool>().prop_map(|is_active| Step::Create { is_active }),
        1 => customer().prop_map(|customer| Step::Toggle { customer }),
        1 => customer().prop_map(|customer| Step::Delete { customer }),
        8 => (customer(), 0..95_i64, 1..5_i64, proptest::option::of(0..2_u8))
            .prop_map(|(customer, days, units, language)| Step::Use { customer, days, units, language }),
        2 => (0..40_usize, 1..5_i64).prop_map(|(event, part)| Step::Correct { event, part }),
        3 => (customer(), -60..40_i64, any::<bool>()).prop_map(|(customer, days, auto_renew)| Step::Sell { customer, days, auto_renew }),
        1 => (0..8_usize).prop_map(|subscription| Step::End { subscription }),
        1 => (0..16_u64, 0..9_u64).prop_map(|(shard, users)| Step::CountUsers { shard, users }),
    ];
    proptest::collection::vec(step, 10..60)
}

/// The first and the last day of a subscription, if it has one.
type Course = (Date, Option<Date>);

/// What a reseller has, plainly.
#[derive(Debug, Default)]
struct Model {
    /// Id, name, and whether it is active; `None` once it is deleted.
    customers: Vec<(u64, String, Option<bool>)>,
    /// Customer, day, units, and what is left of them.
    events: Vec<(usize, Date, i64, i64)>,
    /// Customer, id, and the first and the last day; `None` for one that never was.
    subscriptions: Vec<(usize, u64, Option<Course>)>,
    users: BTreeMap<u64, u64>,
}

impl Model {
    fn active_on(&self, day: Date) -> usize {
        let is_there = |customer: &usize| self.customers[*customer].2.is_some();
        let runs = |(start, end): &(Date, Option<Date>)| *start <= day && end.is_none_or(|end| day <= end);
        self.subscriptions.iter().filter(|(customer, _, course)| is_there(customer) && course.as_ref().is_some_and(runs)).count()
    }

    fn dashboard(&self) -> Value {
        let units = |which: &dyn Fn(Date) -> bool| -> i64 {
            self.events.iter().filter(|(_, day, ..)| which(*day)).map(|event| event.3).sum()
        };
        let this_month = today().month();
        let last_month = date(&format!("{this_month}-01")).previous_day().month();
        let by_day =
            (0..30).map(|earlier| today().plus_days(-earlier)).map(|day| json!({"day": day, "units": units(&|of| of == day)}));
        let mut top: Vec<(i64, u64, Value)> = Vec::new();
        for (place, (id, name, is_active)) in self.customers.iter().enumerate() {
            let own = self.events.iter().filter(|(customer, day, ..)| *customer == place && day.month() == this_month);
            let name = is_active.map_or(Value::Null, |_| name.as_str().into());
            top.push((own.map(|event| event.3).sum(), *id, name));
        }
        top.retain(|(units, ..)| *units > 0);
        top.sort_by_key(|(units, id, _)| (-units, *id));
        let top: Vec<Value> =
            top.into_iter().take(5).map(|(units, id, name)| json!({"id": id, "name": name, "units": units})).collect();
        json!({
            "organizations": {
                "total": self.customers.iter().filter(|(.., is_active)| is_active.is_some()).count(),
                "active": self.customers.iter().filter(|(.., is_active)| *is_active == Some(true)).count(),
            },
            "active_subscriptions": self.active_on(today()),
            "users": self.users.values().sum::<u64>(),
            "units_this_month": units(&|day| day.month() == this_month),
            "units_last_month": units(&|day| day.month() == last_month),
            "usage_by_day": by_day.collect::<Vec<_>>(),
            "top_customers": top,
        })
    }

    /// Takes a step, in the product and here.
    async fn take(&mut self, app: &App, tenant: &Tenant, step: &Step) {
        let exists =
            |model: &Self, customer: usize| model.customers.get(customer).is_some_and(|(.., is_active)| is_active.is_some());
        match *step {
            Step::Create { is_active } => {
                let name = format!("Customer {}", self.customers.len());
                let body = json!({"name": name, "email": "a@example.com", "is_active": is_active});
                self.customers.push((app.create_with(tenant, body).await, name, Some(is_active)));
            }
            Step::Toggle { customer } if exists(self, customer) => {
                let (id, name, is_active) = &mut self.customers[customer];
                *is_active = is_active.map(|is_active| !is_active);
                let body = json!({"name": name, "email": "a@example.com", "is_active": is_active});
                app.reseller_api("PUT", *id).key(&tenant.key).json(&body).send().await.expect(201);
            }
            Step::Delete { customer } if exists(self, customer) => {
                app.reseller_api("DELETE", self.customers[customer].0).key(&tenant.key).send().await.expect(204);
                self.customers[customer].2 = None;
            }
            Step::Use { customer, days, units, language } if exists(self, customer) => {
                let day = today().plus_days(-days);
                let event = json!({
                    "id": format!("job {}", self.events.len()), "units": units, "occurred_at": format!("{day}T00:00:00Z"),
                    "language": language.map(|language| format!("l-{language}")),
                });
                record(app, tenant, self.customers[customer].0, event).await;
                self.events.push((customer, day, units, units));
            }
            Step::Correct { event, part } if event < self.events.len() => {
                let (customer, _, units, left) = self.events[event];
                let less = part.min(left);
                if less > 0 && units > 0 && exists(self, customer) {
                    let correction = json!({
                        "id": format!("fix {event} {left}"), "units": -less, "corrects": format!("job {event}"),
                    });
                    record(app, tenant, self.customers[customer].0, correction).await;
                    self.events[event].3 -= less;
                }
            }
            Step::Sell { customer, days, auto_renew } if exists(self, customer) => {
                let start = today().plus_days(days);
                let made = sold(app, tenant, self.customers[customer].0, start, auto_renew).await;
                let end = made["subscription_end"].as_str().map(date);
                self.subscriptions.push((customer, made["id"].as_u64().unwrap(), Some((start, end))));
            }
            Step::End { subscription } if subscription < self.subscriptions.len() => {
                let (customer, id, course) = self.subscriptions[subscription];
                if let Some((start, end)) = course.filter(|_| exists(self, customer)) {
                    let path = format!("{}/subscription/{id}", self.customers[customer].0);
                    app.reseller_api("DELETE", path).key(&tenant.key).send().await.expect(204);
                    let ends = Some(end.map_or(today(), |end| end.min(today())));
                    self.subscriptions[subscription].2 = (start <= today()).then_some((start, ends));
                }
            }
            Step::CountUsers { shard, users } => {
                count_users(app, tenant, shard, users).await;
                self.users.insert(shard, users);
            }
            _ => {}
        }
    }
}

async fn live(steps: &[Step]) -> TestCaseResult {
    let (app, tenant) = App::with_reseller().await;
    app.operate("operator-define-plan", plan("voice")).await.unwrap();
    let mut model = Model::default();
    for (number, step) in steps.iter().enumerate() {
        model.take(&app, &tenant, step).await;
        if number % 8 == 7 || number + 1 == steps.len() {
            let mut found = shown(&app, &tenant).await;
            found.as_object_mut().unwrap().remove("recent_activity");
            prop_assert_eq!(found, model.dashboard());
        }
    }
    for days in [1, 20, 70] {
        let day = today().plus_days(days);
        let found = on(&app, &tenant, day).await;
        prop_assert_eq!(usize::try_from(found.active_subscriptions).unwrap(), model.active_on(day));
    }
    Ok(())
}

#[test]
fn whatever_happens_it_shows_what_plain_counting_finds() {
    let sequences = std::env::var("CLIENTELE_LAW_SEQUENCES").map_or(2_000, |wanted| wanted.parse::<u32>().unwrap()) / 100;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let configuration =
        ProptestConfig { cases: sequences, failure_persistence: None, max_shrink_iters: 40, ..ProptestConfig::default() };
    TestRunner::new(configuration).run(&steps(), |steps| runtime.block_on(live(&steps))).unwrap();
}
