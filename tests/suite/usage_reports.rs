//! Reports of usage: by period of the calendar, by billing period, over all customers, by page and as CSV.

use serde_json::{Value, json};

use crate::harness::Answer;
use crate::usage::{Meter, event, noon, today};

/// Records units of a day that is so many days away. The noon of this day may be still to come.
async fn used(meter: &Meter, id: &str, days: i64, units: i64, language: Option<&str>) {
    let moment = if days == 0 { Value::Null } else { noon(days) };
    let event = json!({"id": id, "units": units, "language": language, "occurred_at": moment});
    assert_eq!(meter.post(&[event]).await.expect(201).result()[0]["status"], "recorded");
}

/// Records units on a day.
async fn used_on(meter: &Meter, day: &str, units: i64) {
    let event = json!({"id": format!("{day} {units}"), "units": units, "occurred_at": format!("{day}T23:59:59.999Z")});
    assert_eq!(meter.post(&[event]).await.expect(201).result()[0]["status"], "recorded");
}

async fn report(meter: &Meter, query: &str) -> Vec<Value> {
    let answer = meter.call("GET", query).send().await.expect(200);
    // The customer sees the same.
    let own = meter.own("GET", query).send().await.expect(200);
    assert_eq!(answer.body, own.body);
    answer.result().as_array().unwrap().clone()
}

/// The first and the last day and the units of each item.
fn periods(items: &[Value]) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("…").to_owned();
    let shown = items
        .iter()
        .map(|item| format!("{}–{} {}", text(&item["usage_period_start"]), text(&item["usage_period_end"]), item["units_used"]));
    shown.collect()
}

async fn refused(meter: &Meter, query: &str) -> Value {
    meter.own("GET", query).send().await.expect_error(400, "VALIDATION_ERROR");
    meter.call("GET", query).send().await.expect_error(400, "VALIDATION_ERROR").json()["details"].clone()
}

#[tokio::test]
async fn units_by_day_week_month_and_year_are_cut_to_the_range_and_the_newest_comes_first() {
    let meter = Meter::new().await;
    for (day, units) in [
        ("2024-12-29", 1),
        ("2024-12-30", 2),
        ("2024-12-31", 4),
        ("2025-01-01", 8),
        ("2025-01-05", 16),
        ("2025-01-06", 32),
        ("2025-02-28", 64),
    ] {
        used_on(&meter, day, units).await;
    }
    let range = "&from=2024-12-29&to=2025-02-27";
    assert_eq!(
        periods(&report(&meter, &format!("?view=day{range}")).await),
        [
            "2025-01-06–2025-01-06 32",
            "2025-01-05–2025-01-05 16",
            "2025-01-01–2025-01-01 8",
            "2024-12-31–2024-12-31 4",
            "2024-12-30–2024-12-30 2",
            "2024-12-29–2024-12-29 1",
        ]
    );
    assert_eq!(
        periods(&report(&meter, &format!("?view=week{range}")).await),
        ["2025-01-06–2025-01-12 32", "2024-12-30–2025-01-05 30", "2024-12-29–2024-12-29 1"]
    );
    assert_eq!(
        periods(&report(&meter, &format!("?view=month{range}")).await),
        ["2025-01-01–2025-01-31 56", "2024-12-29–2024-12-31 7"]
    );
    assert_eq!(
        periods(&report(&meter, &format!("?view=year{range}")).await),
        ["2025-01-01–2025-02-27 56", "2024-12-29–2024-12-31 7"]
    );
    // One day alone leaves the other side open.
    assert_eq!(periods(&report(&meter, "?view=year&from=2025-01-06").await), ["2025-01-06–2025-12-31 96"]);
    assert_eq!(periods(&report(&meter, "?view=year&to=2024-12-29").await), ["2024-01-01–2024-12-29 1"]);
    let shown = report(&meter, "?view=year&from=2025-01-01&to=2025-12-31").await;
    assert_eq!(shown, [json!({"usage_period_start": "2025-01-01", "usage_period_end": "2025-12-31", "units_used": 120})]);
}

#[tokio::test]
async fn without_a_range_the_last_twelve_periods_are_shown_and_those_without_usage_left_out() {
    let meter = Meter::new().await;
    used(&meter, "today", 0, 1, None).await;
    used(&meter, "11", -11, 2, None).await;
    used(&meter, "12", -12, 4, None).await;
    let days = periods(&report(&meter, "?view=day&limit=1000").await);
    let [now, eleven] = [0, -11].map(|days| today().plus_days(days));
    assert_eq!(days, [format!("{now}–{now} 1"), format!("{eleven}–{eleven} 2")]);
    let months = report(&meter, "?view=month&limit=1000").await;
    assert_eq!(months.iter().map(|item| item["units_used"].as_i64().unwrap()).sum::<i64>(), 7);
    let newest = &months[0];
    assert!(newest["usage_period_start"].as_str().unwrap().ends_with("-01"), "{newest}");
    assert_eq!(meter.units().await, 7);
    // A report without anything is empty.
    let other = meter.app.create(&meter.tenant, "Other").await;
    let path = format!("{other}/usage");
    for query in ["", "?view=day", "?view=week&split_by=token", "?split_by=period"] {
        let answer = meter.app.reseller_api("GET", format!("{path}{query}")).key(&meter.tenant.key).send().await.expect(200);
        assert_eq!(answer.json(), json!({"result": [], "count": 0, "total_results": 0}));
    }
}

#[tokio::test]
async fn items_are_told_apart_by_language_token_and_subscription() {
    let meter = Meter::new().await;
    let subscription = meter.sell("first", -20).await;
    used(&meter, "a", -30, 1, Some("nl")).await;
    used(&meter, "b", -1, 2, Some("NL")).await;
    used(&meter, "c", -1, 4, Some("de-de")).await;
    used(&meter, "d", -1, 8, None).await;
    let own = json!({"events": [{"id": "e", "units": 16, "language": "nl", "occurred_at": noon(-1)}]});
    meter.own("POST", "").json(&own).send().await.expect(201);
    let yesterday = today().plus_days(-1);
    let day = async |split: &str| {
        report(&meter, &format!("?view=day&split_by={split}&from={yesterday}&to={yesterday}"))
            .await
            .into_iter()
            .map(|mut item| {
                assert_eq!(item["usage_period_start"], yesterday.to_string().as_str());
                let fields = item.as_object_mut().unwrap();
                fields.retain(|name, _| !name.starts_with("usage_period"));
                item
            })
            .collect::<Vec<Value>>()
    };
    assert_eq!(
        day("language").await,
        [
            json!({"units_used": 8, "language": null}),
            json!({"units_used": 4, "language": "de-de"}),
            json!({"units_used": 18, "language": "nl"}),
        ]
    );
    assert_eq!(
        day("token").await,
        [json!({"units_used": 14, "token_name": null}), json!({"units_used": 16, "token_name": "Batch jobs"})]
    );
    assert_eq!(day("subscription").await, [json!({"units_used": 30, "subscription_id": subscription})]);
    let year = report(&meter, "?view=year&split_by=subscription&limit=1000").await;
    assert!(year.iter().any(|item| item["subscription_id"].is_null() && item["units_used"] == 1), "{year:?}");
    // A deleted token keeps its name, and another one of that name is another item.
    let tokens = format!("{}/token/", meter.customer);
    let listed = meter.app.reseller_api("GET", &tokens).key(&meter.tenant.key).send().await.expect(200).result();
    let id = listed[0]["id"].as_str().unwrap();
    meter.app.reseller_api("DELETE", format!("{tokens}{id}")).key(&meter.tenant.key).send().await.expect(204);
    let body = json!({"name": "Batch jobs", "type": "batch"});
    let made = meter.app.reseller_api("POST", &tokens).key(&meter.tenant.key).json(&body).send().await.expect(201).result();
    let again = json!({"events": [{"id": "f", "units": 32, "occurred_at": noon(-1)}]});
    let key = made["key"].as_str().unwrap();
    meter.app.request("POST", "/api/v3/usage").key(key).json(&again).send().await.expect(201);
    let query = format!("?view=day&split_by=token&from={yesterday}&to={yesterday}");
    let shown = meter.call("GET", &query).send().await.expect(200).result();
    let mut shares: Vec<_> = shown
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["token_name"].to_string(), item["units_used"].as_i64().unwrap()))
        .collect();
    shares.sort();
    assert_eq!(shares, [("\"Batch jobs\"".to_owned(), 16), ("\"Batch jobs\"".to_owned(), 32), ("null".to_owned(), 14)]);
}

#[tokio::test]
async fn an_invoice_has_what_each_subscription_costs() {
    let meter = Meter::new().await;
    let subscription = meter.sell("first", -70).await;
    used(&meter, "before", -71, 3, None).await;
    used(&meter, "first", -70, 120, None).await;
    used(&meter, "today", 0, 1_005, None).await;
    let first = today().plus_days(-70);
    let begins = |number: u64| first.plus_months(number).unwrap();
    let ends = |number: u64| begins(number + 1).previous_day();
    let by_period = report(&meter, "?split_by=period").await;
    let line = |number: u64, units: i64, cost: &str| {
        json!({
            "usage_period_start": begins(number).to_string(), "usage_period_end": ends(number).to_string(),
            "units_used": units, "cost": cost, "currency": "EUR", "subscription_id": subscription,
        })
    };
    // 100 units are included, and 10 more cost 0.60: 20 cost 1.20, and 905 cost 54.30.
    assert_eq!(by_period[..3], [line(2, 1_005, "103.30"), line(1, 0, "49.00"), line(0, 120, "50.20")]);
    let without = &by_period[3];
    assert_eq!(
        (&without["units_used"], &without["cost"], &without["currency"], &without["subscription_id"]),
        (&json!(3), &json!("0"), &json!(null), &json!(null))
    );
    assert_eq!(by_period.len(), 4);
    let whole = report(&meter, "").await;
    let mut all = line(0, 1_125, "202.50");
    all["usage_period_end"] = ends(2).to_string().into();
    assert_eq!(whole, [all, without.clone()]);
    assert_eq!(report(&meter, "?view=invoice").await, whole);
    // Whole periods that begin in the range, and the rest over the range.
    let query = format!("?from={}&to={}", today().plus_days(-71), begins(1));
    let shown = report(&meter, &format!("{query}&split_by=period")).await;
    assert_eq!(shown[..2], [line(1, 0, "49.00"), line(0, 120, "50.20")]);
    assert_eq!(periods(&shown[2..]), [format!("{}–{} 3", today().plus_days(-71), begins(1))]);
    let query = format!("?from={}&to={}", begins(0).next_day(), begins(1).previous_day());
    assert_eq!(report(&meter, &query).await, [json!(null); 0]);

    // The subscription itself tells its current period.
    let path = format!("{}/subscription/{subscription}", meter.customer);
    let shown = meter.app.reseller_api("GET", &path).key(&meter.tenant.key).send().await.expect(200).result();
    assert_eq!((&shown["units_used"], &shown["cost"]), (&json!(1_005), &json!("103.30")));
    let body = json!({"auto_renew": false});
    let changed = meter.app.reseller_api("PUT", &path).key(&meter.tenant.key).json(&body).send().await.expect(201).result();
    assert_eq!((&changed["units_used"], &changed["cost"]), (&json!(1_005), &json!("103.30")));
    meter.sell("second", -5).await;
    let list = |query: &str| format!("/api/v3/subscription/{query}");
    let listed = meter.app.request("GET", &list("?sort=cost&direction=desc")).key(&meter.token).send().await.expect(200).result();
    assert_eq!(
        (&listed[0]["cost"], &listed[1]["cost"], &listed[1]["units_used"]),
        (&json!("103.30"), &json!("49.00"), &json!(0))
    );
    let listed = meter.app.request("GET", &list("?sort=units_used")).key(&meter.token).send().await.expect(200).result();
    assert_eq!((&listed[0]["units_used"], &listed[1]["units_used"]), (&json!(0), &json!(1_005)));
    // A correction that comes late changes the period that it belongs to.
    meter.post(&[json!({"id": "fix", "units": -20, "corrects": "first"})]).await.expect(201);
    assert!(report(&meter, "?split_by=period").await.contains(&line(0, 100, "49.00")));
}

#[tokio::test]
async fn models_without_periods_or_prices_are_in_the_invoice_too() {
    let meter = Meter::new().await;
    for plan in [
        json!({
            "sku": "own", "description": "For ever", "payment_model": "perpetual", "billing_channel": "Azure", "price": "12000",
            "currency": "JPY",
        }),
        json!({
            "sku": "flex", "description": "As you go", "payment_model": "payg", "billing_channel": "Azure",
            "billing_cycle": "week", "unit_price": "0.0125", "unit_size": 7, "currency": "USD",
        }),
    ] {
        meter.app.operate("operator-define-plan", plan).await.unwrap();
    }
    let start = today().plus_days(-3);
    let mut ids = Vec::new();
    for sku in ["own", "flex"] {
        let body = json!({"sku": sku, "subscription_start": start.to_string()});
        let path = format!("{}/subscription/", meter.customer);
        ids.push(meter.app.reseller_api("POST", path).key(&meter.tenant.key).json(&body).send().await.expect(201).id());
        let event = json!({"id": sku, "units": 5, "subscription_id": ids.last(), "occurred_at": noon(-1)});
        meter.post(&[event]).await.expect(201);
    }
    let shown = report(&meter, "").await;
    let line = |id: u64, end: Value, cost: &str, currency: &str| {
        json!({
            "usage_period_start": start.to_string(), "usage_period_end": end, "units_used": 5, "cost": cost, "currency": currency,
            "subscription_id": id,
        })
    };
    // 5 units of 7 cost 0.00892857…
    let week = json!(start.plus_days(6).to_string());
    assert_eq!(shown, [line(ids[0], json!(null), "12000", "JPY"), line(ids[1], week, "0.01", "USD")]);
}

#[tokio::test]
async fn a_report_is_shown_by_page() {
    let meter = Meter::new().await;
    for number in 0..12 {
        used(&meter, &format!("job-{number}"), -number, number + 1, None).await;
    }
    let all = report(&meter, "?view=day&limit=1000").await;
    assert_eq!(all.len(), 12);
    assert_eq!(report(&meter, "?view=day").await, all[..10]);
    assert_eq!(report(&meter, "?view=day&limit=2&offset=11").await, all[11..]);
    assert_eq!(report(&meter, "?view=day&offset=99999999999999999999").await, [json!(null); 0]);
    let mut walked = Vec::new();
    let mut next = Some("?view=day&split_by=token&limit=5".to_owned());
    while let Some(path) = next {
        let answer = match path.strip_prefix("http") {
            None if path.starts_with('?') => meter.call("GET", &path).send().await,
            _ => meter.app.request("GET", &path).key(&meter.tenant.key).send().await,
        }
        .expect(200);
        assert_eq!(answer.json()["total_results"], 12);
        walked.extend(answer.result().as_array().unwrap().clone());
        next = Answer::next(&answer);
    }
    assert_eq!(
        walked.iter().map(|item| &item["units_used"]).collect::<Vec<_>>(),
        all.iter().map(|item| &item["units_used"]).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn every_faulty_parameter_is_told() {
    let meter = Meter::new().await;
    assert_eq!(
        refused(
            &meter,
            "?view=decade&split_by=x&from=2026-02-30&to=x&limit=0&offset=-1&sort=units&direction=asc&filter=a%3Db&cursor=c"
        )
        .await,
        json!({
            "sort": "is not there for this list", "direction": "is not there for this list", "filter": "is not there for this list",
            "view": "must be one of invoice, day, week, month, year", "split_by": "is not there for any view",
            "from": "must be a date in the form YYYY-MM-DD", "to": "must be a date in the form YYYY-MM-DD",
            "cursor": "is not there for this list: it has offset", "limit": "must be an integer from 1 to 1000",
            "offset": "must be an integer from 0",
        })
    );
    for (query, details) in [
        ("?view=x&split_by=token", json!({"view": "must be one of invoice, day, week, month, year"})),
        ("?split_by=language", json!({"split_by": "must be one of period in this view"})),
        ("?view=day&split_by=period", json!({"split_by": "must be one of language, token, subscription in this view"})),
        ("?view=day&split_by=customer", json!({"split_by": "must be one of language, token, subscription in this view"})),
        ("?view=day&split_by=", json!({"split_by": "must be one of language, token, subscription in this view"})),
        ("?from=2026-01-02&to=2026-01-01", json!({"to": "must not be before the first day"})),
        ("?from=2020-01-01&to=2023-01-06", json!({"to": "must be at most 1100 days after the first day"})),
        ("?from=0000-01-01", json!({"from": "must be a date in the form YYYY-MM-DD"})),
        ("?view=day&view=week", json!({"view": "may be given once only"})),
        ("?from=2026-01-01&from=2026-01-01", json!({"from": "may be given once only"})),
    ] {
        assert_eq!(refused(&meter, query).await, details, "{query}");
    }
    for query in [
        "?from=9999-12-31",
        "?to=0001-01-01",
        "?from=2020-01-01&to=2023-01-05&view=day",
        "?unknown=x",
        "?view=year&from=0001-01-01",
    ] {
        report(&meter, query).await;
    }
    // Only a verified caller learns what is wrong.
    meter.app.request("GET", "/api/v3/usage?view=x").key(&meter.tenant.key).send().await.expect_error(403, "FORBIDDEN");
    let path = format!("/api/v3/reseller/customer/{}/usage?view=x", meter.customer);
    meter.app.request("GET", &path).key("sk_reseller_0").send().await.expect_error(401, "INVALID_API_KEY");
}

#[tokio::test]
async fn a_reseller_sees_the_usage_of_all_its_customers_and_of_nobody_else() {
    let meter = Meter::new().await;
    let all = async |query: &str| -> Vec<Value> {
        let request = meter.app.request("GET", &format!("/api/v3/reseller/usage{query}")).key(&meter.tenant.key);
        request.send().await.expect(200).result().as_array().unwrap().clone()
    };
    let second = meter.app.create(&meter.tenant, "Zeta").await;
    let elsewhere = meter.app.reseller("Harbour Telecom").await;
    let theirs = meter.app.create(&elsewhere, "Theirs").await;
    for (tenant, customer, units) in [(&meter.tenant, second, 5), (&elsewhere, theirs, 1_000)] {
        let body = json!({"events": [{"id": "job", "units": units, "occurred_at": "2026-03-31T12:00:00Z"}]});
        let path = format!("{customer}/usage");
        meter.app.reseller_api("POST", path).key(&tenant.key).json(&body).send().await.expect(201);
    }
    let march = json!({"id": "march", "units": 2, "language": "nl", "occurred_at": "2026-03-31T12:00:00Z"});
    let april = json!({"id": "april", "units": 4, "language": "nl", "occurred_at": "2026-04-01T00:00:00Z"});
    meter.post(&[march, april, event("today", 8)]).await.expect(201);
    let range = "&from=2026-03-01&to=2026-04-30";
    assert_eq!(periods(&all(&format!("?view=day{range}")).await), ["2026-04-01–2026-04-01 4", "2026-03-31–2026-03-31 7"]);
    assert_eq!(periods(&all(&format!("?view=week{range}")).await), ["2026-03-30–2026-04-05 11"]);
    assert_eq!(periods(&all(&format!("?view=month{range}")).await), ["2026-04-01–2026-04-30 4", "2026-03-01–2026-03-31 7"]);
    let shown = all(&format!("?view=month&split_by=language{range}")).await;
    let languages: Vec<_> = shown.iter().map(|item| (&item["language"], &item["units_used"])).collect();
    assert_eq!(languages, [(&json!("nl"), &json!(4)), (&json!(null), &json!(5)), (&json!("nl"), &json!(2))]);
    // The default is the last days.
    assert_eq!(periods(&all("").await), [format!("{0}–{0} 8", today())]);
    let of = |from: &str, to: &str, units: i64, id: u64, name: Value| {
        json!({
            "usage_period_start": from, "usage_period_end": to, "units_used": units, "customer_id": id, "customer_name": name,
        })
    };
    let (acme, zeta) = (meter.customer, second);
    assert_eq!(
        all(&format!("?view=month&split_by=customer{range}")).await,
        [
            of("2026-04-01", "2026-04-30", 4, acme, json!("Acme")),
            of("2026-03-01", "2026-03-31", 2, acme, json!("Acme")),
            of("2026-03-01", "2026-03-31", 5, zeta, json!("Zeta")),
        ]
    );
    assert_eq!(
        all(&format!("?view=year&split_by=customer{range}")).await,
        [of("2026-03-01", "2026-04-30", 6, acme, json!("Acme")), of("2026-03-01", "2026-04-30", 5, zeta, json!("Zeta"))]
    );
    // What a deleted customer used stays.
    meter.app.reseller_api("DELETE", zeta).key(&meter.tenant.key).send().await.expect(204);
    meter.app.operate("operator-erase-deleted", json!({})).await.unwrap();
    let shown = all(&format!("?view=year&split_by=customer{range}")).await;
    assert_eq!(shown[1], of("2026-03-01", "2026-04-30", 5, zeta, json!(null)));
    assert_eq!(periods(&all(&format!("?view=day{range}")).await)[1], "2026-03-31–2026-03-31 7");
    meter.app.reseller_api("GET", format!("{zeta}/usage")).key(&meter.tenant.key).send().await.expect_error(404, "NOT_FOUND");
    meter.app.audit(&meter.tenant).await;
    meter.app.audit(&elsewhere).await;
}

#[tokio::test]
async fn a_view_by_customer_takes_whole_months() {
    let meter = Meter::new().await;
    let get = async |query: &str| {
        let request = meter.app.request("GET", &format!("/api/v3/reseller/usage{query}")).key(&meter.tenant.key);
        request.send().await
    };
    let edges = json!({
        "from": "must be the first day of a month in this view by customer",
        "to": "must be the last day of a month in this view by customer",
    });
    let refused = get("?view=month&split_by=customer&from=2026-03-02&to=2026-04-29").await.expect(400);
    assert_eq!(refused.json()["details"], edges);
    for query in ["from=2026-03-01", "to=2026-03-31", "from=2026-02-01&to=2026-02-28", ""] {
        get(&format!("?view=month&split_by=customer&{query}")).await.expect(200);
    }
    for view in ["day", "week"] {
        let refused = get(&format!("?view={view}&split_by=customer")).await.expect(400);
        assert_eq!(refused.json()["details"], json!({"split_by": "must be one of language in this view"}));
    }
    get("?view=invoice").await.expect_faults(&["view"]);
    meter.app.request("GET", "/api/v3/reseller/usage").key(&meter.token).send().await.expect_error(403, "FORBIDDEN");
}

#[tokio::test]
async fn csv_has_the_whole_report() {
    let meter = Meter::new().await;
    meter.sell("first", -400).await;
    for number in 0..12 {
        used(&meter, &format!("job-{number}"), -number, number + 1, (number % 2 == 0).then_some("-x")).await;
    }
    let yes = |text: &str| text.to_owned();
    let cell = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) if text.starts_with('-') => format!("'{text}"),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let paths = [
        yes("?view=day"),
        yes("?view=day&split_by=language"),
        yes("?view=month&split_by=token"),
        yes("?view=week&split_by=subscription"),
        yes(""),
        yes("?split_by=period"),
    ];
    let of_customer = paths.map(|query| format!("/api/v3/reseller/customer/{}/usage{query}", meter.customer));
    let of_all = ["", "?view=day&split_by=language", "?view=month&split_by=customer"]
        .map(|query| format!("/api/v3/reseller/usage{query}"));
    for path in of_customer.into_iter().chain(of_all) {
        let more = format!("{path}{}limit=1000", if path.contains('?') { '&' } else { '?' });
        let json = meter.app.request("GET", &more).key(&meter.tenant.key).send().await.expect(200).result();
        let items = json.as_array().unwrap();
        let keys: Vec<&str> = items[0].as_object().unwrap().keys().map(String::as_str).collect();
        let rows = items.iter().map(|item| item.as_object().unwrap().values().map(cell).collect::<Vec<_>>().join(","));
        let expected: Vec<String> = [keys.join(",")].into_iter().chain(rows).collect();
        for ignored in ["limit=1&offset=3", "limit=x"] {
            let path = format!("{path}{}{ignored}", if path.contains('?') { '&' } else { '?' });
            let answer =
                meter.app.request("GET", &path).key(&meter.tenant.key).header("accept", "text/csv").send().await.expect(200);
            assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8"));
            assert_eq!(answer.body, expected.join("\r\n") + "\r\n", "{path}");
            assert_eq!(Answer::next(&answer), None);
        }
    }
    let cursor = "?view=day&cursor=invented";
    meter.call("GET", cursor).header("accept", "text/csv").send().await.expect_faults(&["cursor"]);
}
