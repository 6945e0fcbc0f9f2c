//! Subscriptions in the words of the Management API: the same rows as those of the reseller API.

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::domain::date::Date;

use crate::harness::{Answer, CUSTOMERS, ManagementClient, RequestBuilder, json_with};

/// A customer to whom a service user sells plans.
struct Buyer {
    client: ManagementClient,
    customer: u64,
}

impl Buyer {
    async fn new() -> Self {
        let client = ManagementClient::start().await;
        let plan = |sku: &str, more: Value| {
            json_with(json!({"sku": sku, "description": sku, "billing_channel": "Scriptix", "currency": "EUR"}), &more)
        };
        for plan in [
            plan(
                "voice",
                json!({"payment_model": "bundle", "billing_cycle": "month", "price": "49", "included_units": 60, "unit_price": "0.6"}),
            ),
            plan("flex", json!({"payment_model": "payg", "billing_cycle": "quarter", "unit_price": "0.0125", "currency": "BHD"})),
            plan("Own.It", json!({"payment_model": "perpetual", "price": "12000", "currency": "JPY"})),
            plan("week", json!({"payment_model": "payg", "billing_cycle": "week", "unit_price": "1"})),
            plan("half", json!({"payment_model": "payg", "billing_cycle": "half_year", "unit_price": "1"})),
            plan(
                "year",
                json!({"payment_model": "bundle", "billing_cycle": "year", "price": "500.50", "included_units": 60, "unit_price": "1"}),
            ),
        ] {
            client.app.operate("operator-define-plan", plan).await.unwrap();
        }
        let customer = client.created(&json!({"code": "A-1"})).await;
        client.app.wire.take_calls();
        Self { client, customer }
    }

    fn call(&self, method: &str, rest: impl std::fmt::Display) -> RequestBuilder<'_> {
        self.client.request(method, &format!("/{}/subscriptions{rest}", self.customer))
    }

    fn reseller(&self, method: &str, rest: impl std::fmt::Display) -> RequestBuilder<'_> {
        let path = format!("{}/subscription/{rest}", self.customer);
        self.client.app.reseller_api(method, path).key(&self.client.tenant.key)
    }

    async fn put(&self, body: Value) -> Answer {
        self.call("PUT", "").json(&body).send().await
    }

    async fn sold(&self, body: Value) -> Value {
        self.put(body).await.expect(201).json()
    }

    async fn post(&self, id: &Value, body: Value) -> Answer {
        self.call("POST", format!("/{id}")).json(&body).send().await
    }

    async fn found(&self, query: &str) -> Vec<u64> {
        let answer = self.call("GET", format!("?{query}")).send().await.expect(200);
        let found = answer.json().as_array().unwrap().iter().map(|one| one["id"].as_u64().unwrap()).collect();
        let total = answer.header("x-total-count").unwrap().parse::<usize>().unwrap();
        assert!(query.contains("limit") || query.contains("offset") || Vec::len(&found) == total, "{answer}");
        found
    }
}

fn day(days_ahead: i64) -> String {
    Date::today().plus_days(days_ahead).to_string()
}

#[tokio::test]
async fn a_subscription_is_created_loaded_modified_and_found() {
    let buyer = Buyer::new().await;
    let today = Date::today();
    let next = today.plus_months(1).unwrap();
    let created = buyer.put(json!({"sku": "voice", "code": "S-1"})).await.expect(201);
    let date = created.json()["createDate"].as_str().unwrap().to_owned();
    assert!(date.len() == 19 && date.as_bytes()[10] == b' ', "{created}");
    let expected = format!(
        "{{\"id\":1,\"code\":\"S-1\",\"sku\":\"voice\",\"startDate\":\"{today}\",\"autoRenew\":true,\"billingCycleType\":\"M\",\
         \"amount\":\"49.00\",\"currency\":\"EUR\",\"createDate\":\"{date}\",\"lastBillingDate\":\"{today}\",\
         \"nextBillingDate\":\"{next}\"}}"
    );
    assert_eq!(created.body, expected);
    assert_eq!(buyer.call("GET", "/1").send().await.expect(200).body, expected);
    assert_eq!(buyer.call("GET", "").send().await.expect(200).body, format!("[{expected}]"));
    let rows = buyer.client.app.all_rows().await;
    assert_eq!(buyer.post(&json!(1), created.json()).await.expect(200).body, expected, "what was shown can be sent back");
    assert_eq!(buyer.client.app.all_rows().await, rows, "what changes nothing writes nothing");

    let off = buyer.post(&json!(1), json!({"autoRenew": false})).await.expect(200).json();
    assert_eq!((&off["autoRenew"], &off["endDate"]), (&json!(false), &json!(next.previous_day().to_string())));
    assert_eq!(off.get("nextBillingDate"), None);
    let moved = buyer.post(&json!(1), json!({"endDate": day(100)})).await.expect(200).json();
    assert_eq!(moved["endDate"], day(100));
    let on = buyer.post(&json!(1), json!({"autoRenew": "true", "endDate": ""})).await.expect(200).json();
    assert_eq!((&on["autoRenew"], on.get("endDate")), (&json!(true), None));
    buyer.client.app.audit(&buyer.client.tenant).await;
}

#[tokio::test]
async fn both_apis_show_each_sale_and_change_at_once() {
    let buyer = Buyer::new().await;
    let id = buyer.sold(json!({"sku": "FLEX", "startDate": "2026-01-31"})).await["id"].clone();
    let in_reseller = buyer.reseller("GET", format!("{id}/")).send().await.expect(200).result();
    assert_eq!((&in_reseller["sku"], &in_reseller["subscription_start"]), (&json!("flex"), &json!("2026-01-31")));
    let other = buyer.reseller("POST", "").json(&json!({"sku": "Own.It"})).send().await.expect(201).id();
    let shown = buyer.call("GET", format!("/{other}")).send().await.expect(200).json();
    assert_eq!(
        (&shown["code"], &shown["amount"], &shown["autoRenew"]),
        (&json!(other.to_string()), &json!("12000"), &json!(false))
    );
    assert_eq!((shown.get("billingCycleType"), shown.get("nextBillingDate")), (None, None));
    buyer.reseller("PUT", format!("{id}/")).json(&json!({"auto_renew": false})).send().await.expect(201);
    assert_eq!(buyer.call("GET", format!("/{id}")).send().await.expect(200).json()["autoRenew"], false);
    buyer.post(&id, json!({"autoRenew": true})).await.expect(200);
    assert_eq!(buyer.reseller("GET", format!("{id}/")).send().await.expect(200).result()["auto_renew"], true);
    assert_eq!(buyer.found("").await, [id.as_u64().unwrap(), other]);
}

#[tokio::test]
async fn each_format_is_read_and_shown() {
    let buyer = Buyer::new().await;
    let xml =
        |method: &str, rest: &str, body: &str| buyer.call(method, rest.to_owned()).header("accept", "text/xml").xml(body).send();
    assert_eq!(xml("GET", "", "").await.expect(200).body, "<subscriptions/>");
    let start = day(3);
    let created = xml("PUT", "", &format!("<subscription sku='flex' startDate='{start}' autoRenew='true'/>")).await.expect(201);
    let date = created.body.split("createDate=").nth(1).unwrap().split('"').nth(1).unwrap().to_owned();
    let expected = format!(
        "<subscription id=\"1\" code=\"1\" sku=\"flex\" startDate=\"{start}\" autoRenew=\"true\" billingCycleType=\"Q\" \
         amount=\"0.000\" currency=\"BHD\" createDate=\"{date}\" nextBillingDate=\"{start}\"/>"
    );
    assert_eq!(created.body, expected, "it has not begun, and was not billed");
    assert_eq!(xml("GET", "", "").await.expect(200).body, format!("<subscriptions>{expected}</subscriptions>"));
    assert_eq!(xml("POST", "/1", &expected).await.expect(200).body, expected);
    let elements = "<Subscription><sku>voice</sku><code>S-2</code></Subscription>";
    assert!(xml("PUT", "", elements).await.expect(201).body.contains("code=\"S-2\""));
    buyer.call("PUT", "").json(&json!({"object": {"sku": "year"}})).send().await.expect(201);
    buyer.call("PUT", "").form("sku=week&autoRenew=false").send().await.expect(201);
    assert_eq!(buyer.call("POST", "/4").form("autoRenew=true").send().await.expect(200).json()["autoRenew"], true);
    buyer.call("PUT", "").xml("<paymentOption sku='voice'/>").send().await.expect_failure(400, "F02");
    buyer.call("PUT", "").header("content-type", "text/csv").body("sku").send().await.expect_failure(415, "U02");
}

#[tokio::test]
async fn what_can_not_be_is_refused_by_kind() {
    let buyer = Buyer::new().await;
    let id = buyer.sold(json!({"sku": "voice"})).await["id"].clone();
    let owned = buyer.sold(json!({"sku": "own.it"})).await["id"].clone();
    let rows = buyer.client.app.all_rows().await;
    for (field, value) in [
        ("sku", json!("a b")),
        ("sku", json!(1)),
        ("startDate", json!("2026-02-30")),
        ("startDate", json!("1999-12-31")),
        ("startDate", json!(20_260_101)),
        ("endDate", json!("soon")),
        ("endDate", json!(day(-1))),
        ("billingCycleType", json!("Z")),
        ("billingCycleType", json!("month")),
        ("autoRenew", json!("maybe")),
        ("code", json!("x".repeat(61))),
    ] {
        buyer.put(json_with(json!({"sku": "voice"}), &json!({field: value}))).await.expect_failure_of(400, "F01", field);
    }
    for (body, status, code, field) in [
        (json!({"sku": "voice", "endDate": day(5), "autoRenew": true}), 400, "F01", "endDate"),
        (json!({"sku": "voice", "endDate": day(5), "startDate": day(6)}), 400, "F01", "endDate"),
        (json!({}), 422, "V01", "sku"),
        (json!({"sku": ""}), 422, "V01", "sku"),
        (json!({"sku": "nothing"}), 422, "V08", "sku"),
        (json!({"sku": "own.it", "autoRenew": true}), 422, "V10", "autoRenew"),
        (json!({"sku": "voice", "code": "17"}), 422, "V03", "code"),
    ] {
        buyer.put(body).await.expect_failure_of(status, code, field);
    }
    for (body, status, code, field) in [
        (json!({"endDate": day(5)}), 400, "F01", "endDate"),
        (json!({"endDate": day(-1), "autoRenew": false}), 400, "F01", "endDate"),
        (json!({"endDate": null, "autoRenew": false}), 400, "F01", "endDate"),
        (json!({"endDate": "x"}), 400, "F01", "endDate"),
        (json!({"billingCycleType": "X"}), 400, "F01", "billingCycleType"),
        (json!({"autoRenew": null}), 422, "V01", "autoRenew"),
        (json!({"autoRenew": ""}), 422, "V01", "autoRenew"),
    ] {
        buyer.post(&id, body).await.expect_failure_of(status, code, field);
    }
    buyer.post(&json!(999), json!({"endDate": "x"})).await.expect_failure_of(400, "F01", "endDate");
    buyer.post(&owned, json!({"autoRenew": true})).await.expect_failure_of(422, "V10", "autoRenew");
    for (field, value) in [
        ("id", json!(9)),
        ("code", json!("S-9")),
        ("sku", json!("flex")),
        ("startDate", json!(day(1))),
        ("startDate", json!("")),
        ("billingCycleType", json!("Q")),
        ("amount", json!("49.01")),
        ("currency", json!("USD")),
        ("createDate", json!("2001-01-01 00:00:00")),
        ("lastBillingDate", json!(day(1))),
        ("nextBillingDate", json!("")),
    ] {
        buyer.post(&id, json!({field: value, "autoRenew": false})).await.expect_failure_of(422, "V04", field);
    }
    assert_eq!(buyer.client.app.all_rows().await, rows);
    for amount in [json!("49"), json!(49), json!(49.0), json!("49.000")] {
        buyer.post(&id, json!({"amount": amount})).await.expect(200);
    }
    // What follows from the plan or from the platform is ignored by a create.
    let more = json!({"sku": "voice", "id": 77, "amount": "1.00", "currency": "XXX", "createDate": "x", "billingCycleType": "W"});
    let sold = buyer.sold(more).await;
    assert_eq!((&sold["amount"], &sold["currency"], &sold["billingCycleType"]), (&json!("49.00"), &json!("EUR"), &json!("M")));
}

#[tokio::test]
async fn an_end_can_be_given_from_the_beginning() {
    let buyer = Buyer::new().await;
    for (sku, more) in [("voice", json!({})), ("voice", json!({"autoRenew": false})), ("own.it", json!({}))] {
        let sold = buyer.sold(json_with(json!({"sku": sku, "startDate": day(2), "endDate": day(90)}), &more)).await;
        assert_eq!((&sold["endDate"], &sold["autoRenew"]), (&json!(day(90)), &json!(false)));
    }
    buyer.client.app.audit(&buyer.client.tenant).await;
}

#[tokio::test]
async fn an_ended_subscription_can_be_sent_back_and_not_changed() {
    let buyer = Buyer::new().await;
    let sold = buyer.sold(json!({"sku": "week", "startDate": day(-3), "code": "gone"})).await;
    let id = sold["id"].as_u64().unwrap();
    let key = [
        ("PK", format!("SUBSCRIPTIONS#{}", buyer.client.tenant.id)),
        ("SK", format!("SUBSCRIPTION#{:016}#{id:016}", buyer.customer)),
    ];
    let text = |text: String| aws_sdk_dynamodb::types::AttributeValue::S(text);
    let row = buyer.client.app.row(&key[0].1, &key[1].1).await.unwrap();
    let over =
        [("end".to_owned(), text(day(-1))), ("auto_renew".to_owned(), aws_sdk_dynamodb::types::AttributeValue::Bool(false))];
    buyer.client.app.put_rows(std::iter::once(row.into_iter().chain(over).collect())).await;
    let shown = buyer.call("GET", format!("/{id}")).send().await.expect(200).json();
    assert_eq!((&shown["endDate"], &shown["lastBillingDate"]), (&json!(day(-1)), &json!(day(-3))));
    assert_eq!(shown.get("nextBillingDate"), None);
    assert_eq!(buyer.post(&sold["id"], shown.clone()).await.expect(200).json(), shown);
    buyer.post(&sold["id"], json!({"autoRenew": true})).await.expect_failure_of(422, "V10", "autoRenew");
    buyer.post(&sold["id"], json!({"endDate": day(9)})).await.expect_failure_of(422, "V10", "endDate");
    // Its code stays taken.
    buyer.put(json!({"sku": "week", "code": "Gone"})).await.expect_failure_of(422, "V03", "code");
    assert_eq!(buyer.call("GET", "/*GONE").send().await.expect(200).json()["id"], id);
}

#[tokio::test]
async fn codes_are_unique_within_the_customer_and_name_what_has_them() {
    let buyer = Buyer::new().await;
    let plain = buyer.sold(json!({"sku": "voice"})).await["id"].clone();
    let coded = buyer.sold(json!({"sku": "voice", "code": "Ref-Ä", "startDate": day(2)})).await["id"].clone();
    buyer.put(json!({"sku": "voice", "code": "REF-ä"})).await.expect_failure_of(422, "V03", "code");
    for (path, id) in [("/*ref-%C3%A4".to_owned(), &coded), (format!("/*{plain}"), &plain)] {
        assert_eq!(buyer.call("GET", &path).send().await.expect(200).json()["id"], *id);
        buyer.call("POST", &path).json(&json!({})).send().await.expect(200);
        let by_code = buyer.client.request("GET", &format!("/*a-1/subscriptions{path}")).send().await.expect(200);
        assert_eq!(by_code.json()["id"], *id);
    }
    for path in [format!("/*{coded}"), format!("/*0{plain}"), "/*other".to_owned(), "/99".to_owned()] {
        let answer = buyer.call("GET", &path).send().await.expect_failure(404, "V05");
        assert_eq!(answer.json()["failureMessage"], "There is no such subscription.", "{answer}");
        buyer.call("POST", &path).json(&json!({})).send().await.expect_failure(404, "V05");
    }
    buyer.call("GET", "/x").send().await.expect_failure_of(400, "F01", "subscription_id");
    buyer.client.request("GET", "/99/subscriptions").send().await.expect_failure(404, "V05");
    buyer.client.request("PUT", "/99/subscriptions").json(&json!({"sku": "voice"})).send().await.expect_failure(404, "V05");
    let all = buyer.client.request("GET", "/*A-1/subscriptions").send().await.expect(200);
    assert_eq!(all.json().as_array().unwrap().len(), 2, "{all}");
    buyer.client.request("PUT", "/*A-1/subscriptions").json(&json!({"sku": "week"})).send().await.expect(201);
    buyer.client.request("PUT", "/*nobody/subscriptions").json(&json!({"sku": "week"})).send().await.expect_failure(404, "V05");
    // Payment options and other customers have codes of their own.
    let option = json!({"type": "card", "token": "tok_X", "code": "Ref-Ä"});
    buyer.client.request("PUT", "/*A-1/payment-options").json(&option).send().await.expect(201);
    let other = buyer.client.created(&json!({})).await;
    let of_other = buyer.client.request("PUT", &format!("/{other}/subscriptions"));
    of_other.json(&json!({"sku": "voice", "code": "Ref-Ä"})).send().await.expect(201);
    // What has not begun disappears when it is ended, and its code with it.
    buyer.reseller("DELETE", format!("{coded}/")).send().await.expect(204);
    buyer.client.app.audit(&buyer.client.tenant).await;
    let again = join_all((0..6).map(|_| buyer.put(json!({"sku": "voice", "code": "ref-ä"})))).await;
    assert_eq!(again.iter().filter(|answer| answer.status == 201).count(), 1);
    assert!(again.iter().all(|answer| [201, 422].contains(&answer.status)));
    buyer.client.app.reseller_api("DELETE", buyer.customer).key(&buyer.client.tenant.key).send().await.expect(204);
    buyer.call("GET", "/*ref-%C3%A4").send().await.expect_failure(404, "V05");
    buyer.client.app.audit(&buyer.client.tenant).await;
}

#[tokio::test]
async fn a_find_filters_by_cycle_days_and_amount_in_the_order_of_ids() {
    let buyer = Buyer::new().await;
    let mut ids = Vec::new();
    for (sku, start) in [("voice", 0), ("flex", 5), ("own.it", -1), ("week", -8), ("half", 0), ("year", -1)] {
        ids.push(buyer.sold(json!({"sku": sku, "startDate": day(start)})).await["id"].as_u64().unwrap());
    }
    let [voice, flex, own, week, half, year] = ids.clone().try_into().unwrap();
    assert_eq!(buyer.found("").await, ids);
    for (cycle, id) in [("M", voice), ("Q", flex), ("W", week), ("S", half), ("A", year)] {
        assert_eq!(buyer.found(&format!("billingCycleType={cycle}")).await, [id], "{cycle}");
    }
    for (query, expected) in [
        (format!("createDateFrom={0}&createDateTo={0}", day(0)), ids.clone()),
        (format!("createDateFrom={}", day(1)), vec![]),
        (format!("createDateTo={}", day(-1)), vec![]),
        (format!("lastBillingDateFrom={}", day(0)), vec![voice, half]),
        (format!("lastBillingDateTo={}", day(-1)), vec![own, week, year]),
        (format!("lastBillingDateFrom={0}&lastBillingDateTo={0}", day(-1)), vec![own, week, year]),
        (format!("nextBillingDateTo={}", day(6)), vec![flex, week]),
        (format!("nextBillingDateFrom={0}&nextBillingDateTo={0}", day(5)), vec![flex]),
        (format!("nextBillingDateFrom={}", day(200)), vec![year]),
        ("amountFrom=49&amountTo=500.5".to_owned(), vec![voice, year]),
        ("amountFrom=49.01".to_owned(), vec![own, year]),
        ("amountTo=0".to_owned(), vec![flex, week, half]),
        ("amountTo=48.99&billingCycleType=Q&unknown=1&createDateTo=".to_owned(), vec![flex]),
        ("offset=1&limit=2".to_owned(), vec![flex, own]),
        ("offset=9".to_owned(), vec![]),
        ("limit=0".to_owned(), vec![]),
        ("billingCycleType=&amountFrom=".to_owned(), ids.clone()),
    ] {
        assert_eq!(buyer.found(&query).await, expected, "{query}");
    }
    for (name, value) in [
        ("billingCycleType", "X"),
        ("billingCycleType", "m"),
        ("createDateFrom", "2026-02-30"),
        ("createDateTo", "2026-1-1"),
        ("lastBillingDateFrom", "x"),
        ("lastBillingDateTo", "2026-01-01T00:00:00Z"),
        ("nextBillingDateFrom", "%202026-01-01"),
        ("nextBillingDateTo", "01-01-2026"),
        ("amountFrom", "1e3"),
        ("amountTo", "-1"),
        ("limit", "1001"),
        ("offset", "x"),
    ] {
        buyer.call("GET", format!("?{name}={value}")).send().await.expect_failure_of(400, "F01", name);
    }
    buyer.call("GET", "?amountFrom=1&amountFrom=1").send().await.expect_failure_of(400, "F01", "amountFrom");
}

#[tokio::test]
async fn twenty_that_have_not_ended_are_the_most() {
    let buyer = Buyer::new().await;
    for _ in 0..20 {
        buyer.sold(json!({"sku": "voice"})).await;
    }
    let rows = buyer.client.app.all_rows().await;
    let refused = buyer.put(json!({"sku": "voice"})).await.expect_failure(422, "V09");
    let message = "The customer has 20 subscriptions that have not ended, which is the most.";
    assert_eq!(refused.json()["failureMessage"], message, "{refused}");
    assert_eq!(buyer.client.app.all_rows().await, rows, "not even a number is taken");
}

#[tokio::test]
async fn numbers_of_cards_are_refused_wherever_they_stand() {
    let buyer = Buyer::new().await;
    let id = buyer.sold(json!({"sku": "voice"})).await["id"].clone();
    let rows = buyer.client.app.all_rows().await;
    for written in ["4111111111111111", "4111-1111-1111-1111", "4111\u{a0}1111\u{a0}1111\u{a0}1111"] {
        for field in ["code", "sku", "startDate", "amount"] {
            let body = json_with(json!({"sku": "voice"}), &json!({field: written}));
            buyer.put(body.clone()).await.expect_failure_of(403, "L04", field);
            buyer.post(&id, body).await.expect_failure_of(403, "L04", field);
        }
        buyer.put(json!({"sku": "voice", "note": written})).await.expect_failure(403, "L04");
        buyer.call("PUT", "").xml(&format!("<subscription sku='voice' x='{written}'/>")).send().await.expect_failure(403, "L04");
    }
    buyer.put(json!({"sku": "voice", "amount": 4_111_111_111_111_111_u64})).await.expect_failure_of(403, "L04", "amount");
    buyer.call("POST", "/1").form("x=4111+1111+1111+1111").send().await.expect_failure(403, "L04");
    assert_eq!(buyer.client.app.all_rows().await, rows);
}

#[tokio::test]
async fn users_see_only_the_customers_of_their_accounts_and_readers_do_not_write() {
    let buyer = Buyer::new().await;
    buyer.sold(json!({"sku": "voice", "code": "S"})).await;
    let app = &buyer.client.app;
    let account = app.account(&buyer.client.tenant).await;
    let limited = app.service_user(&buyer.client.tenant, &["read", "write"], Some(&[account])).await;
    let reader = app.service_user(&buyer.client.tenant, &["read"], None).await;
    let stranger = app.reseller("Harbour Telecom").await;
    let stranger = app.service_user(&stranger, &["read", "write"], None).await;
    let rows = app.all_rows().await;
    let all = format!("{CUSTOMERS}/{}/subscriptions", buyer.customer);
    let body = json!({"sku": "voice"});
    for user in [&limited, &stranger] {
        for (method, rest) in [("GET", ""), ("PUT", ""), ("GET", "/1"), ("POST", "/1"), ("GET", "/*S"), ("POST", "/*S")] {
            app.request(method, &format!("{all}{rest}")).user(user).json(&body).send().await.expect_failure(404, "V05");
        }
    }
    app.request("PUT", &all).user(&reader).json(&body).send().await.expect_failure(403, "L02");
    app.request("POST", &format!("{all}/1")).user(&reader).json(&json!({})).send().await.expect_failure(403, "L02");
    app.request("GET", &format!("{all}/*S")).user(&reader).send().await.expect(200);
    app.request("GET", &all).send().await.expect_failure(401, "L01");
    assert_eq!(app.all_rows().await, rows);
    for (method, rest, action) in [("GET", "", "create"), ("PUT", "", "find"), ("GET", "/1", "modify"), ("POST", "/1", "load")] {
        buyer.call(method, format!("{rest}?action={action}")).json(&body).send().await.expect_failure(405, "U01");
    }
}

#[tokio::test]
async fn changes_are_made_once_to_the_revision_that_is_expected() {
    let buyer = Buyer::new().await;
    let keyed = |body: Value| buyer.call("PUT", "").header("Idempotency-Key", "once").json(&body).send();
    let first = keyed(json!({"sku": "voice", "code": "S"})).await.expect(201);
    assert_eq!(keyed(json!({"sku": "voice", "code": "S"})).await.expect(201).body, first.body);
    keyed(json!({"sku": "flex"})).await.expect_failure(422, "V07");
    assert_eq!(buyer.found("").await, [1]);
    let tag = first.header("etag").unwrap();
    let change = |tag: &str| {
        let request = buyer.call("POST", "/*S").header("if-match", tag).header("Idempotency-Key", "twice");
        request.json(&json!({"autoRenew": false})).send()
    };
    let changed = change(tag).await.expect(200);
    assert_eq!(change(tag).await.expect(200).body, changed.body);
    let stale = buyer.call("POST", "/1").header("if-match", tag).json(&json!({"autoRenew": true})).send().await;
    assert_eq!(
        stale.expect_failure(412, "V06").json()["failureMessage"],
        "The subscription has changed since you read it. Read it again."
    );
    // Billing dates change with the day, so that nobody is told that nothing changed.
    let shown = buyer.call("GET", "/1").header("if-none-match", "*").send().await.expect(200);
    assert_eq!(shown.body, changed.body);
    let query = format!("/api/v3/reseller/activity/?customer={}&limit=2", buyer.customer);
    let entries = buyer.client.app.request("GET", &query).key(&buyer.client.tenant.key).send().await.expect(200).result();
    assert_eq!((&entries[0]["action"], &entries[0]["fields"]), (&json!("subscription.updated"), &json!(["end", "auto_renew"])));
    let sold = json!(["sku", "start", "end", "auto_renew", "code"]);
    assert_eq!((&entries[1]["action"], &entries[1]["fields"]), (&json!("subscription.created"), &sold));
    buyer.client.app.audit(&buyer.client.tenant).await;
}

#[tokio::test]
async fn a_read_takes_one_round_a_change_two_and_a_sale_three() {
    let buyer = Buyer::new().await;
    buyer.sold(json!({"sku": "voice", "code": "S"})).await;
    let rounds = async |request: RequestBuilder<'_>| {
        buyer.client.app.wire.take_calls();
        assert!(request.send().await.status < 300);
        buyer.client.app.wire.take_rounds()
    };
    assert_eq!(rounds(buyer.call("GET", "/1")).await, [1]);
    assert_eq!(rounds(buyer.call("GET", "")).await, [2]);
    assert_eq!(rounds(buyer.call("PUT", "").json(&json!({"sku": "voice", "code": "T"}))).await, [1, 1, 1]);
    assert_eq!(rounds(buyer.call("POST", "/1").json(&json!({"autoRenew": false}))).await, [1, 1]);
    assert_eq!(rounds(buyer.call("GET", "/*S")).await, [1, 1]);
}
