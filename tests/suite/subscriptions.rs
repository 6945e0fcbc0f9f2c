//! Plans, and the subscriptions that are sold with their terms.

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::domain::date::Date;

use crate::harness::{Answer, App, RequestBuilder, Tenant, json_with};

/// One customer to whom plans are sold.
struct Shop {
    app: App,
    tenant: Tenant,
    customer: u64,
}

/// A bundle of 100 hours a month.
fn bundle() -> Value {
    json!({
        "sku": "voice-100", "description": "100 hours of speech a month", "payment_model": "bundle",
        "billing_channel": "Scriptix", "billing_cycle": "month", "price": "49.00", "included_units": 360_000,
        "unit_price": "0.60", "unit_size": 3600, "currency": "EUR",
    })
}

fn payg() -> Value {
    json!({
        "sku": "flex", "description": "Pay as you go", "payment_model": "payg", "billing_channel": "Azure",
        "billing_cycle": "quarter", "unit_price": "0.0125", "currency": "USD",
    })
}

fn perpetual() -> Value {
    json!({
        "sku": "Own.It", "description": "For ever", "payment_model": "perpetual", "billing_channel": "Scriptix",
        "price": "12000", "currency": "JPY",
    })
}

impl Shop {
    async fn new() -> Self {
        let (app, tenant) = App::with_reseller().await;
        for plan in [bundle(), payg(), perpetual()] {
            app.operate("operator-define-plan", plan).await.unwrap();
        }
        let customer = app.create(&tenant, "Acme").await;
        app.wire.take_calls();
        Self { app, tenant, customer }
    }

    fn call(&self, method: &str, rest: impl std::fmt::Display) -> RequestBuilder<'_> {
        self.app.reseller_api(method, format!("{}/subscription/{rest}", self.customer)).key(&self.tenant.key)
    }

    async fn post(&self, body: Value) -> Answer {
        self.call("POST", "").json(&body).send().await
    }

    async fn sold(&self, body: Value) -> Value {
        self.post(body).await.expect(201).result()
    }

    async fn put(&self, id: &Value, body: Value) -> Answer {
        self.call("PUT", id).json(&body).send().await
    }

    async fn listed(&self, query: &str) -> Vec<Value> {
        self.call("GET", query).send().await.expect(200).result().as_array().unwrap().clone()
    }

    async fn details(&self, body: Value) -> Value {
        self.post(body).await.expect(400).json()["details"].clone()
    }

    /// How many subscriptions of the reseller are active on a day, as the rows of days say.
    async fn active_on(&self, day: Date) -> i64 {
        let client = self.app.raw_client();
        let partition = aws_sdk_dynamodb::types::AttributeValue::S(format!("SUBSCRIPTIONS#{}", self.tenant.id));
        let rows = client
            .query()
            .table_name(self.app.store.table_name())
            .consistent_read(true)
            .key_condition_expression("PK = :partition AND SK BETWEEN :first AND :last")
            .expression_attribute_values(":partition", partition)
            .expression_attribute_values(":first", aws_sdk_dynamodb::types::AttributeValue::S("DAY#".into()))
            .expression_attribute_values(":last", aws_sdk_dynamodb::types::AttributeValue::S(format!("DAY#{day}")));
        let rows = rows.send().await.unwrap().items.unwrap_or_default();
        rows.iter().map(|row| row["begun"].as_n().unwrap().parse::<i64>().unwrap()).sum()
    }
}

fn today() -> Date {
    Date::today()
}

fn day(days_ahead: i64) -> Value {
    today().plus_days(days_ahead).to_string().into()
}

#[tokio::test]
async fn operators_define_plans_and_resellers_list_them() {
    let shop = Shop::new().await;
    let list =
        async |query: &str| shop.app.request("GET", &format!("/api/v3/reseller/plan/{query}")).key(&shop.tenant.key).send().await;
    let skus = async |query: &str| -> Vec<String> {
        let found = list(query).await.expect(200).result();
        found.as_array().unwrap().iter().map(|plan| plan["sku"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(skus("").await, ["flex", "Own.It", "voice-100"]);
    assert_eq!(skus("?direction=desc&limit=1&offset=1").await, ["Own.It"]);
    let shown = list("?search=VOICE").await.expect(200).result();
    assert_eq!(
        shown,
        json!([{
            "sku": "voice-100", "description": "100 hours of speech a month", "payment_model": "bundle",
            "billing_channel": "Scriptix", "billing_cycle": "month", "price": "49.00", "included_units": 360_000,
            "unit_price": "0.6", "unit_size": 3600, "currency": "EUR",
        }])
    );
    let shown = list("?search=flex").await.expect(200).result();
    assert_eq!(
        (&shown[0]["price"], &shown[0]["included_units"], &shown[0]["unit_size"]),
        (&json!("0.00"), &json!(null), &json!(3600))
    );
    let shown = list("?search=own").await.expect(200).result();
    assert_eq!(
        (&shown[0]["price"], &shown[0]["billing_cycle"], &shown[0]["unit_price"]),
        (&json!("12000"), &json!(null), &json!(null))
    );
    // Every word is somewhere in the sku or the description.
    assert_eq!(skus("?search=hours%20100%20VOI").await, ["voice-100"]);
    assert_eq!(skus("?search=hours%20flex").await, [""; 0]);
    assert_eq!(skus("?search=").await.len(), 3);
    let refused = list(&format!("?search={}&sort=price&filter=sku%3Dflex", "x".repeat(256))).await.expect(400);
    assert_eq!(
        refused.json()["details"],
        json!({"sort": "must be one of sku", "filter": "is not there for this list"}),
        "{refused}"
    );
    list(&format!("?search={}", "x".repeat(256))).await.expect_faults(&["search"]);
    list("?search=a&search=b").await.expect_faults(&["search"]);
    let first = list("?limit=1&search=a").await.expect(200);
    assert!(first.header("link").unwrap().contains("search=a"), "{first}");

    let retired = shop.app.operate("operator-retire-plan", json!({"sku": "FLEX"})).await.unwrap();
    assert_eq!((&retired["sku"], &retired["version"]), (&json!("flex"), &json!(2)));
    assert_eq!(shop.app.operate("operator-retire-plan", json!({"sku": "flex"})).await.unwrap(), retired);
    assert_eq!(skus("").await, ["Own.It", "voice-100"]);
    assert_eq!(shop.app.operate("operator-list-plans", json!({})).await.unwrap()["count"], 2);
    let revived = shop.app.operate("operator-define-plan", json_with(payg(), &json!({"sku": "Flex"}))).await.unwrap();
    assert_eq!((&revived["sku"], &revived["version"], &revived["retired_at"]), (&json!("Flex"), &json!(3), &json!(null)));
    assert_eq!(skus("").await, ["Flex", "Own.It", "voice-100"]);
    assert_eq!(shop.app.operate("operator-retire-plan", json!({"sku": "no"})).await.unwrap_err().0, "NOT_FOUND");
    // A customer's token lists no plans.
    let keys = shop.app.keys(&shop.tenant).await;
    shop.app.request("GET", "/api/v3/reseller/plan").key(&keys.customer).send().await.expect(403);
}

#[tokio::test]
async fn contradictions_in_a_plan_are_refused_by_name() {
    let app = App::start().await;
    let refused = async |plan: Value| match app.operate("operator-define-plan", plan.clone()).await {
        Err((code, message)) if code == "VALIDATION_ERROR" => message,
        other => panic!("{plan}: {other:?}"),
    };
    let named = async |plan: Value, fields: &[&str]| {
        let message = refused(plan.clone()).await;
        assert!(fields.iter().all(|field| message.contains(&format!("{field} "))), "{plan}: {message}");
    };
    let without = |plan: Value, field: &str| {
        let mut plan = plan;
        plan.as_object_mut().unwrap().remove(field);
        plan
    };
    for field in ["billing_cycle", "price", "included_units", "unit_price"] {
        named(without(bundle(), field), &[field]).await;
    }
    named(without(without(bundle(), "price"), "unit_price"), &["price", "unit_price"]).await;
    named(without(payg(), "unit_price"), &["unit_price"]).await;
    named(without(payg(), "billing_cycle"), &["billing_cycle"]).await;
    named(json_with(payg(), &json!({"price": "1"})), &["price"]).await;
    named(json_with(payg(), &json!({"included_units": 1})), &["included_units"]).await;
    named(without(perpetual(), "price"), &["price"]).await;
    named(json_with(perpetual(), &json!({"billing_cycle": "year"})), &["billing_cycle"]).await;
    named(json_with(perpetual(), &json!({"unit_price": "1", "included_units": 2})), &["unit_price", "included_units"]).await;
    for (field, value) in [
        ("sku", json!("")),
        ("sku", json!("a b")),
        ("sku", json!("x".repeat(61))),
        ("description", json!(" ")),
        ("currency", json!("EURO")),
        ("currency", json!("XXX")),
        ("currency", json!("eur")),
        ("price", json!("49.001")),
        ("price", json!("-1")),
        ("price", json!("1e2")),
        ("price", json!("1,5")),
        ("price", json!(".5")),
        ("price", json!("1234567890123")),
        ("price", json!(true)),
        ("price", json!(-3)),
        ("unit_price", json!("0.0000000000001")),
        ("unit_size", json!(0)),
    ] {
        named(json_with(bundle(), &json!({field: value})), &[field]).await;
    }
    // A yen has no digits behind the point.
    named(json_with(perpetual(), &json!({"price": "1.5"})), &["price"]).await;
    // Exponent form is refused as a number too, which only its text shows.
    for (number, is_taken) in [("49", true), ("49.5", true), ("4.9e1", false), ("49E0", false)] {
        let text = bundle().to_string().replace("\"49.00\"", number);
        let done = app.operate_with("operator-define-plan", &text).await;
        assert_eq!(done.is_ok(), is_taken, "{number}: {done:?}");
    }
    for (field, value) in [("payment_model", json!("gift")), ("billing_cycle", json!("day")), ("billing_channel", json!("Post"))]
    {
        assert!(refused(json_with(bundle(), &json!({field: value}))).await.contains(field));
    }
}

#[tokio::test]
async fn a_subscription_is_sold_with_the_terms_of_its_plan_and_keeps_them() {
    let shop = Shop::new().await;
    let answer = shop.post(json!({"sku": "VOICE-100"})).await.expect(201);
    let sold = answer.result();
    let expected = json!({
        "id": sold["id"], "sku": "voice-100", "description": "100 hours of speech a month", "status": "active",
        "subscription_start": day(0), "subscription_end": null, "billing_channel": "Scriptix", "payment_model": "bundle",
        "auto_renew": true, "billing_cycle": "month", "price": "49.00", "included_units": 360_000, "unit_price": "0.6",
        "unit_size": 3600, "currency": "EUR", "current_period_start": day(0),
        "current_period_end": sold["current_period_end"], "units_used": 0, "cost": "49.00",
    });
    assert_eq!(sold, expected);
    let read = shop.call("GET", &sold["id"]).send().await.expect(200);
    assert_eq!((&read.body, read.header("etag")), (&answer.body, answer.header("etag")));

    let dearer = json_with(bundle(), &json!({"price": "99.00", "description": "Dearer"}));
    shop.app.operate("operator-define-plan", dearer).await.unwrap();
    shop.app.operate("operator-retire-plan", json!({"sku": "flex"})).await.unwrap();
    assert_eq!(shop.listed("").await, std::slice::from_ref(&sold));
    assert_eq!(shop.sold(json!({"sku": "voice-100"})).await["price"], "99.00");
    assert_eq!(shop.details(json!({"sku": "flex"})).await, json!({"sku": "is not the sku of a plan that is sold"}));
    let perpetual = shop.sold(json!({"sku": "own.it"})).await;
    for (key, value) in [
        ("auto_renew", json!(false)),
        ("subscription_end", json!(null)),
        ("current_period_end", json!(null)),
        ("billing_cycle", json!(null)),
        ("price", json!("12000")),
    ] {
        assert_eq!(perpetual[key], value, "{key}");
    }
    let prices: Vec<Value> = shop.listed("?sort=price").await.iter().map(|sold| sold["price"].clone()).collect();
    assert_eq!(prices, ["49.00", "99.00", "12000"]);
    assert_eq!(shop.listed("?filter=sku%3DVOICE-100").await.len(), 2);
    assert_eq!(shop.listed("?filter=status%3Dactive&filter=sku%3Down.it").await, [perpetual]);
    for key in sold.as_object().unwrap().keys() {
        assert_eq!(shop.listed(&format!("?sort={key}&direction=desc")).await.len(), 3, "{key}");
    }
    shop.call("GET", "?filter=price%3D1").send().await.expect_faults(&["filter"]);
}

#[tokio::test]
async fn each_field_of_a_sale_has_its_own_message() {
    let shop = Shop::new().await;
    let (form, sku) = ("must be a day such as 2026-11-29", "is not the sku of a plan that is sold");
    assert_eq!(shop.details(json!({})).await, json!({"sku": "is required"}));
    assert_eq!(
        shop.details(json!({"sku": "a b", "subscription_start": "29.11.2026", "auto_renew": "yes"})).await,
        json!({"sku": sku, "subscription_start": form, "auto_renew": "must be true or false"})
    );
    for wrong in ["2026-02-29", "0000-01-01", "2026-1-1", "10000-01-01", "2026-13-01", "2026-11-29T00:00:00Z", "today", "", " "] {
        let refused = shop.details(json!({"sku": "flex", "subscription_start": wrong})).await;
        assert_eq!(refused, json!({"subscription_start": form}), "{wrong}");
    }
    let eleven_years = today().plus_days(11 * 366).to_string();
    for wrong in ["1999-12-31", "0001-01-01", "9999-12-31", &eleven_years] {
        let refused = shop.details(json!({"sku": "flex", "subscription_start": wrong})).await;
        assert!(refused["subscription_start"].is_string(), "{wrong}");
    }
    assert!(shop.details(json!({"sku": "own.it", "auto_renew": true})).await["auto_renew"].is_string());
    let both = shop.details(json!({"sku": "none", "subscription_start": "1999-12-31"})).await;
    assert!(both["sku"].is_string() && both["subscription_start"].is_string(), "{both}");
    assert_eq!(shop.details(json!({"sku": "none"})).await, json!({"sku": sku}));
    assert_eq!(shop.details(json!({"sku": 1})).await, json!({"sku": "must be a text"}));
    for fine in [json!("2000-01-01"), day(3650), json!(null)] {
        shop.sold(json!({"sku": "flex", "subscription_start": fine, "auto_renew": null})).await;
    }
}

#[tokio::test]
async fn renewal_and_end_change_as_a_customer_would_expect() {
    let shop = Shop::new().await;
    let sold = shop.sold(json!({"sku": "voice-100"})).await;
    let id = &sold["id"];
    let period_end = sold["current_period_end"].clone();
    let fixed = shop.put(id, json!({"auto_renew": false})).await.expect(201).result();
    assert_eq!(
        (&fixed["subscription_end"], &fixed["auto_renew"], &fixed["status"]),
        (&period_end, &json!(false), &json!("active"))
    );
    let unchanged = shop.put(id, json!({})).await.expect(201);
    assert_eq!(unchanged.result(), fixed);
    assert!(shop.put(id, json!({"subscription_end": null})).await.expect(400).json()["details"]["subscription_end"].is_string());
    let lifted = shop.put(id, json!({"auto_renew": true})).await.expect(201).result();
    assert_eq!(lifted, sold);
    shop.put(id, json!({"subscription_end": day(3)})).await.expect_faults(&["subscription_end"]);
    let sooner = shop.put(id, json!({"auto_renew": false, "subscription_end": day(3)})).await.expect(201).result();
    assert_eq!((&sooner["subscription_end"], &sooner["current_period_end"]), (&day(3), &day(3)));
    for (end, is_fine) in [(day(-1), false), (json!("x"), false), (day(0), true)] {
        let answer = shop.put(id, json!({"subscription_end": end})).await;
        assert_eq!(answer.status == 201, is_fine, "{end}: {answer}");
    }
    let later = shop.sold(json!({"sku": "flex", "subscription_start": day(30), "auto_renew": false})).await;
    assert_eq!((&later["status"], &later["current_period_start"]), (&json!("scheduled"), &day(30)));
    assert_eq!(later["subscription_end"], later["current_period_end"]);
    shop.put(&later["id"], json!({"subscription_end": day(10)})).await.expect_faults(&["subscription_end"]);
    let old = shop.sold(json!({"sku": "flex", "subscription_start": "2020-01-31", "auto_renew": false})).await;
    assert_eq!(old["status"], "active", "it ends with the period that contains today");
}

#[tokio::test]
async fn a_delete_ends_with_today_and_what_has_not_begun_disappears() {
    let shop = Shop::new().await;
    let running = shop.sold(json!({"sku": "voice-100"})).await;
    let scheduled = shop.sold(json!({"sku": "flex", "subscription_start": day(1)})).await;
    for sold in [&running, &scheduled] {
        assert_eq!(shop.call("DELETE", &sold["id"]).send().await.expect(204).body, "");
    }
    shop.call("GET", &scheduled["id"]).send().await.expect(404);
    shop.call("DELETE", &scheduled["id"]).send().await.expect(404);
    let ended = shop.call("GET", &running["id"]).send().await.expect(200).result();
    for (key, value) in [("status", json!("active")), ("subscription_end", day(0)), ("auto_renew", json!(false))] {
        assert_eq!(ended[key], value, "{key}");
    }
    // Once more changes nothing.
    let rows = shop.app.all_rows().await;
    shop.call("DELETE", &running["id"]).send().await.expect(204);
    assert_eq!(shop.app.all_rows().await, rows);
    let old = shop.sold(json!({"sku": "flex", "subscription_start": "2020-01-31"})).await;
    shop.put(&old["id"], json!({"auto_renew": false, "subscription_end": day(0)})).await.expect(201);
}

#[tokio::test]
async fn at_most_twenty_run_and_of_many_that_come_for_the_last_place_one_gets_it() {
    let shop = Shop::new().await;
    for _ in 0..19 {
        shop.sold(json!({"sku": "flex"})).await;
    }
    let answers = join_all((0..6).map(|_| shop.post(json!({"sku": "flex"})))).await;
    let with = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((with(201), with(400)), (1, 5));
    let full = json!({"id": "is a customer with 20 subscriptions that have not ended, which is the most: end one first"});
    assert_eq!(shop.details(json!({"sku": "flex"})).await, full);
    let both = shop.details(json!({"sku": "own.it", "auto_renew": true})).await;
    assert!(both["id"].is_string() && both["auto_renew"].is_string(), "{both}");
    let scheduled = shop.app.create(&shop.tenant, "Other").await;
    let path = format!("{scheduled}/subscription/");
    shop.app.reseller_api("POST", path).key(&shop.tenant.key).json(&json!({"sku": "flex"})).send().await.expect(201);
}

#[tokio::test]
async fn the_rows_of_days_know_how_many_are_active() {
    let shop = Shop::new().await;
    let sold = shop.sold(json!({"sku": "voice-100", "subscription_start": "2024-02-29"})).await;
    let scheduled = shop.sold(json!({"sku": "flex", "subscription_start": day(10), "auto_renew": false})).await;
    shop.sold(json!({"sku": "own.it"})).await;
    let before: Date = "2024-02-28".parse().unwrap();
    let counts = async || {
        let mut counts = Vec::new();
        for day in [before, before.plus_days(1), today(), today().plus_days(10), today().plus_days(400)] {
            counts.push(shop.active_on(day).await);
        }
        counts
    };
    assert_eq!(counts().await, [0, 1, 2, 3, 2]);
    shop.put(&sold["id"], json!({"auto_renew": false, "subscription_end": day(2)})).await.expect(201);
    assert_eq!(counts().await, [0, 1, 2, 2, 1]);
    shop.put(&sold["id"], json!({"auto_renew": true, "subscription_end": null})).await.expect(201);
    shop.call("DELETE", &scheduled["id"]).send().await.expect(204);
    assert_eq!(counts().await, [0, 1, 2, 2, 2]);
    shop.call("DELETE", &sold["id"]).send().await.expect(204);
    assert_eq!(counts().await, [0, 1, 2, 1, 1]);
    shop.sold(json!({"sku": "flex", "subscription_start": day(5)})).await;
    // The customer takes all of them along: today's end with today, and later ones never begin.
    shop.app.reseller_api("DELETE", shop.customer).key(&shop.tenant.key).send().await.expect(204);
    assert_eq!(counts().await, [0, 1, 0, 0, 0]);
    // So does one that is deleted through another API.
    let other = shop.app.create(&shop.tenant, "Other").await;
    let sale = shop.app.reseller_api("POST", format!("{other}/subscription/")).key(&shop.tenant.key);
    sale.json(&json!({"sku": "flex"})).send().await.expect(201);
    assert_eq!(counts().await, [0, 1, 1, 1, 1]);
    let token = shop.app.licensing_token(&shop.tenant, &["write"]).await;
    shop.app.request("DELETE", &format!("/api/customer/{other}")).token(&token).send().await.expect(410);
    assert_eq!(counts().await, [0, 1, 0, 0, 0]);
    shop.call("GET", "").send().await.expect(404);
    shop.post(json!({"sku": "flex"})).await.expect(404);
}

#[tokio::test]
async fn each_door_shows_subscriptions_and_only_the_resellers_changes_them() {
    let shop = Shop::new().await;
    let sold = shop.sold(json!({"sku": "voice-100"})).await;
    let token = shop.app.reseller_api("POST", format!("{}/token/", shop.customer)).key(&shop.tenant.key);
    let token = token.json(&json!({"name": "own", "type": "batch"})).send().await.expect(201).result();
    let own = token["key"].as_str().unwrap();
    let one = format!("/api/v3/subscription/{}/", sold["id"]);
    let at = |method: &str, path: &str, key: &str| shop.app.request(method, path).key(key).json(&json!({"sku": "flex"}));
    assert_eq!(at("GET", "/api/v3/subscription", own).send().await.expect(200).result(), json!([sold]));
    assert_eq!(at("GET", &one, own).send().await.expect(200).result(), sold);
    for (method, path) in [("POST", "/api/v3/subscription/"), ("PUT", one.as_str()), ("DELETE", one.as_str())] {
        for key in [own, &shop.tenant.key] {
            assert_eq!(at(method, path, key).send().await.expect(403).json()["error_code"], "FORBIDDEN", "{method} {path}");
        }
    }
    at("GET", &one, &shop.tenant.key).send().await.expect(403);
    let stranger = shop.app.reseller("Other").await;
    let sibling = shop.app.create(&shop.tenant, "Sibling").await;
    let theirs = format!("/api/v3/reseller/customer/{}/subscription/{}", shop.customer, sold["id"]);
    let siblings = format!("/api/v3/reseller/customer/{sibling}/subscription/{}", sold["id"]);
    for method in ["GET", "PUT", "DELETE"] {
        at(method, &theirs, &stranger.key).send().await.expect(404);
        at(method, &siblings, &shop.tenant.key).send().await.expect(404);
        at(method, &theirs.replace("subscription/", "subscription/x"), &shop.tenant.key).send().await.expect(400);
        at(method, &format!("{theirs}999999999999999999999"), &shop.tenant.key).send().await.expect(404);
    }
    let both = at("GET", "/api/v3/reseller/customer/x/subscription/y", &shop.tenant.key).send().await.expect(400);
    assert_eq!(both.json()["details"], json!({"id": "must be an integer", "subscription_id": "must be an integer"}));
    assert_eq!(shop.listed("").await, [sold]);
}

#[tokio::test]
async fn changes_are_safe_to_repeat_and_lose_no_other_change() {
    let shop = Shop::new().await;
    let send =
        async || shop.call("POST", "").json(&json!({"sku": "flex"})).header("idempotency-key", "a").send().await.expect(201);
    let (first, again) = (send().await, send().await);
    assert_eq!((&first.body, &first.headers), (&again.body, &again.headers));
    assert_eq!(shop.listed("").await.len(), 1);
    let id = first.result()["id"].clone();
    let tag = first.header("etag").unwrap().to_owned();
    let put = async |tag: &str, body: Value| shop.call("PUT", &id).header("if-match", tag).json(&body).send().await;
    let once = async || {
        let put = shop.call("PUT", &id).header("if-match", &tag).header("idempotency-key", "c");
        put.json(&json!({"auto_renew": false})).send().await.expect(201)
    };
    let changed = once().await;
    assert_eq!(once().await.body, changed.body);
    put(&tag, json!({"auto_renew": true})).await.expect(412);
    put(&tag, json!({"auto_renew": false})).await.expect(412);
    shop.call("DELETE", &id).header("if-match", &tag).send().await.expect(412);
    let delete = async || {
        let tag = changed.header("etag").unwrap();
        shop.call("DELETE", &id).header("if-match", tag).header("idempotency-key", "b").send().await.expect(204)
    };
    delete().await;
    delete().await;
    let activity = shop.app.request("GET", "/api/v3/reseller/activity/?limit=3").key(&shop.tenant.key).send().await.expect(200);
    let shown: Vec<Value> =
        activity.result().as_array().unwrap().iter().map(|entry| json!([entry["action"], entry["fields"]])).collect();
    assert_eq!(
        shown,
        [
            json!(["subscription.deleted", ["end"]]),
            json!(["subscription.updated", ["end", "auto_renew"]]),
            json!(["subscription.created", ["sku", "start", "end", "auto_renew"]]),
        ]
    );
}

#[tokio::test]
async fn a_sale_during_a_change_of_its_plan_has_the_old_terms_or_the_new_ones() {
    let shop = Shop::new().await;
    for price in 1..12 {
        let plan = json_with(bundle(), &json!({"price": price.to_string(), "description": format!("For {price}")}));
        let (defined, sold) =
            futures_util::join!(shop.app.operate("operator-define-plan", plan), shop.post(json!({"sku": "voice-100"})),);
        defined.unwrap();
        let sold = sold.expect(201).result();
        let price = sold["price"].as_str().unwrap().trim_end_matches(".00").to_owned();
        let is_first = price == "49" && sold["description"] == "100 hours of speech a month";
        assert!(is_first || sold["description"] == format!("For {price}"), "{sold}");
    }
}

#[tokio::test]
async fn every_call_about_subscriptions_takes_the_stated_round_trips() {
    let shop = Shop::new().await;
    shop.app.start_functions().await;
    shop.app.wire.take_calls();
    let sold = shop.sold(json!({"sku": "voice-100"})).await;
    assert_eq!(shop.app.wire.take_rounds(), [1, 1, 1]);
    // Behind the subscriptions, the usage of their current periods.
    shop.listed("").await;
    assert_eq!(shop.app.wire.take_rounds(), [2, 1]);
    shop.call("GET", &sold["id"]).send().await.expect(200);
    assert_eq!(shop.app.wire.take_rounds(), [1, 1]);
    shop.put(&sold["id"], json!({"auto_renew": false})).await.expect(201);
    assert_eq!(shop.app.wire.take_rounds(), [1, 1, 1]);
    shop.call("DELETE", &sold["id"]).send().await.expect(204);
    assert_eq!(shop.app.wire.take_rounds(), [1, 1]);
    shop.app.request("GET", "/api/v3/reseller/plan/").key(&shop.tenant.key).send().await.expect(200);
    assert_eq!(shop.app.wire.take_rounds(), [2]);
    shop.app.reseller_api("DELETE", shop.customer).key(&shop.tenant.key).send().await.expect(204);
    assert_eq!(shop.app.wire.take_rounds(), [1, 1, 1, 1]);
}
