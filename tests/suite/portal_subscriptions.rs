//! The pages of subscriptions: the tab, selling, ending, and switching the renewal.

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::domain::date::Date;
use shared::domain::user::Role;

use crate::harness::{Answer, Office, json_with};

/// An office to which plans are sold.
struct Shop(Office);

fn bundle() -> Value {
    json!({
        "sku": "voice-100", "description": "100 hours of speech", "payment_model": "bundle", "billing_channel": "Scriptix",
        "billing_cycle": "month", "price": "1049.00", "included_units": 360_000, "unit_price": "0.60", "currency": "EUR",
    })
}

fn payg() -> Value {
    json!({
        "sku": "flex", "description": "By the hour", "payment_model": "payg", "billing_channel": "Azure",
        "billing_cycle": "quarter", "unit_price": "0.75", "currency": "USD",
    })
}

fn perpetual() -> Value {
    json!({
        "sku": "Own.It", "description": "For ever", "payment_model": "perpetual", "billing_channel": "Scriptix",
        "price": "12000", "currency": "JPY",
    })
}

fn today() -> Date {
    Date::today()
}

fn day(days_ahead: i64) -> String {
    today().plus_days(days_ahead).to_string()
}

const RESELLER: Role = Role::Reseller;

impl Shop {
    async fn open() -> Self {
        Self::with_plans(Office::open().await).await
    }

    async fn with_plans(office: Office) -> Self {
        for plan in [bundle(), payg(), perpetual()] {
            office.app.operate("operator-define-plan", plan).await.unwrap();
        }
        Self(office)
    }

    /// The tab, as somebody of this role sees it.
    async fn tab(&self, role: Role) -> Answer {
        self.0.look(role, &format!("{}?tab=0", self.0.base(role))).await.expect(200)
    }

    async fn look(&self, rest: &str) -> Answer {
        self.0.look(RESELLER, &format!("/reseller/{}/subscriptions/{rest}", self.0.customer)).await
    }

    async fn send(&self, rest: &str, fields: &[(&str, &str)]) -> Answer {
        self.0.send(RESELLER, &format!("/reseller/{}/subscriptions/{rest}", self.0.customer), fields).await
    }

    /// Follows a redirect to the tab, which says this.
    async fn arrives(&self, answer: Answer, notice: &str) -> Answer {
        let address = answer.leads_to();
        assert!(address.starts_with(&format!("/reseller/{}?tab=0&", self.0.customer)), "{address}");
        self.0.look(RESELLER, &address).await.expect(200).shows(&format!("role=\"status\">{notice}"))
    }

    /// Sells a plan through the API.
    async fn sold(&self, body: Value) -> u64 {
        self.0.call("POST", "subscription/").json(&body).send().await.expect(201).id()
    }

    async fn on_record(&self, id: u64) -> Value {
        self.0.call("GET", &format!("subscription/{id}")).send().await.expect(200).result()
    }

    async fn all(&self) -> Vec<Value> {
        self.0.call("GET", "subscription/?limit=100").send().await.expect(200).result().as_array().unwrap().clone()
    }

    /// Changes a subscription through the API, as somebody else would.
    async fn change(&self, id: u64, body: Value) {
        self.0.call("PUT", &format!("subscription/{id}")).json(&body).send().await.expect(201);
    }

    /// The revision that the page of the end of a subscription is for.
    async fn seen(&self, id: u64) -> String {
        self.look(&format!("{id}/end")).await.expect(200).hidden("revision").replace("&#34;", "\"")
    }

    /// Moves the days of a subscription straight in the table, because nothing can be sold that has ended.
    async fn set_days(&self, id: u64, start: &str, end: &str) {
        let office = &self.0;
        let (partition, sort) =
            (format!("SUBSCRIPTIONS#{}", office.tenant.id), format!("SUBSCRIPTION#{:016}#{id:016}", office.customer));
        let mut row = office.app.row(&partition, &sort).await.unwrap();
        row.insert("start".to_owned(), AttributeValue::S(start.to_owned()));
        row.insert("end".to_owned(), AttributeValue::S(end.to_owned()));
        row.insert("auto_renew".to_owned(), AttributeValue::Bool(false));
        office.app.put_row(row).await;
    }
}

/// The row of a subscription in the tab.
fn row(page: &Answer, sku: &str) -> String {
    let marks: Vec<&str> = page.body.split("<tr").filter(|row| row.contains(&format!("<code>{sku}</code>"))).collect();
    assert_eq!(marks.len(), 1, "{sku} in {page}");
    marks[0].replace('\u{a0}', " ")
}

#[tokio::test]
async fn everybody_sees_what_was_sold_and_only_the_reseller_can_change_it() {
    for office in [Office::open().await, Office::of_platform().await] {
        let shop = Shop::with_plans(office).await;
        for role in shop.0.roles() {
            shop.tab(role).await.shows("There is no subscription yet.").shows_no("Add");
        }
        shop.tab(RESELLER).await.shows("There is no subscription yet.").shows("Add the first one");
        let id = shop.sold(json!({"sku": "voice-100"})).await;
        shop.sold(json!({"sku": "flex", "subscription_start": day(10), "auto_renew": false})).await;
        shop.sold(json!({"sku": "Own.It"})).await;
        let event = json!({"events": [{"id": "job-1", "units": 363_660, "subscription_id": id}]});
        shop.0.call("POST", "usage").json(&event).send().await.expect(201);
        let viewed = format!("/reseller/{}/view?tab=0", shop.0.customer);
        let mut pages = vec![shop.tab(RESELLER).await, shop.0.look(RESELLER, &viewed).await.expect(200)];
        for role in shop.0.roles() {
            pages.push(shop.tab(role).await);
        }
        for (place, page) in pages.into_iter().enumerate() {
            let period = &shop.on_record(id).await;
            let days = |field: &str| period[field].as_str().unwrap().to_owned();
            let voice = row(&page, "voice-100");
            for text in [
                "100 hours of speech",
                "Bundle, billed by Scriptix",
                "<span class=\"status good\">Active</span>",
                "<td>1,049.00 EUR each month<br>",
                "100 h included, then 0.60 EUR an hour",
                &format!("<time>{}</time> – <time>{}</time>", days("current_period_start"), days("current_period_end")),
                // 101 hours and one minute are 61 minutes above those that the price includes.
                "<td class=\"number\">101 h 1 min<br>1,049.61 EUR</td><td>On",
            ] {
                assert!(voice.contains(text), "{text} in {voice}");
            }
            let flex = row(&page, "flex");
            let status = "<span class=\"status waiting\">Scheduled</span>";
            assert!(
                flex.contains(status) && flex.contains("Pay as you go, billed by Azure") && flex.contains("<td>Off"),
                "{flex}"
            );
            assert!(flex.contains(&format!("<time>{}</time>", day(10))) && flex.contains("0.00 USD</td>"), "{flex}");
            let own = row(&page, "Own.It");
            assert!(
                own.contains(&format!("Since <time>{}</time>", today())) && own.contains("<td>12,000 JPY once</td>"),
                "{own}"
            );
            assert!(!own.contains("renewal"), "nothing to renew: {own}");
            let may = place == 0;
            assert_eq!(page.body.contains("Add subscription"), may, "{page}");
            assert_eq!(page.body.matches("/renewal\"").count(), if may { 2 } else { 0 }, "{page}");
            assert_eq!(page.body.matches("/end\"").count(), if may { 3 } else { 0 }, "{page}");
        }
        let rows = shop.0.app.all_rows_but_counters().await;
        for role in shop.0.roles() {
            for base in ["/organization".to_owned(), format!("/reseller/{}", shop.0.customer)] {
                for rest in ["new".to_owned(), format!("{id}/end"), format!("{id}/renewal")] {
                    let (path, fields) = (format!("{base}/subscriptions/{rest}"), [("sku", "flex"), ("auto_renew", "false")]);
                    shop.0.look(role, &path).await.expect(404);
                    shop.0.send(role, &path, &fields).await.expect(404);
                }
            }
        }
        assert_eq!(shop.0.app.all_rows_but_counters().await, rows);
        shop.0.audit().await;
    }
}

#[tokio::test]
async fn plans_are_found_by_what_they_are_called_and_by_what_is_paid_for() {
    let shop = Shop::open().await;
    let found = async |search: &str| -> Vec<String> {
        let page = shop.look(&format!("new?search={}", crate::harness::encoded(search))).await.expect(200);
        let plans = page.body.split("name=\"sku\" value=\"").skip(1);
        plans.map(|plan| plan.split('"').next().unwrap().to_owned()).collect()
    };
    assert_eq!(found("").await, ["flex", "Own.It", "voice-100"]);
    for (search, plans) in [
        ("VOICE", vec!["voice-100"]),
        ("hour", vec!["flex", "voice-100"]),
        ("by the", vec!["flex"]),
        ("perpetual", vec!["Own.It"]),
        ("payg", vec!["flex"]),
        ("pay as you go", vec!["flex"]),
        ("bundle 100", vec!["voice-100"]),
        ("bundle flex", vec![]),
        ("<script>", vec![]),
    ] {
        assert_eq!(found(search).await, plans, "{search}");
    }
    let page = shop.look("new?search=%3Cscript%3E%22").await.expect(200).shows("No plan matches");
    page.shows("value=\"&#60;script&#62;&#34;\"").shows_no("<script>").shows("Show all plans");
    let page = shop.look("new").await.expect(200).shows("Own.It</code> <bdi>For ever</bdi>");
    page.shows("Pay as you go: 0.75 USD an hour, paid each quarter; billed by Azure");

    for sku in ["flex", "Own.It", "voice-100"] {
        shop.0.app.operate("operator-retire-plan", json!({"sku": sku})).await.unwrap();
    }
    shop.look("new").await.expect(200).shows("No plan is sold at the moment").shows_no("<fieldset");
    for number in 0..101 {
        let plan = json_with(payg(), &json!({"sku": format!("plan-{number:03}"), "description": "<b>One\"</b>"}));
        shop.0.app.operate("operator-define-plan", plan).await.unwrap();
    }
    let page =
        shop.look("new").await.expect(200).shows("The first 100 of 101 plans are shown").shows_no("plan-100").shows_no("<b>");
    page.shows("<bdi>&#60;b&#62;One&#34;&#60;/b&#62;</bdi>");
    assert_eq!(found("100").await, ["plan-100"]);
}

#[tokio::test]
async fn a_plan_is_sold_once_however_often_the_form_is_sent() {
    let shop = Shop::open().await;
    let key = shop.look("new").await.expect(200).hidden("form_key");
    let fields = [("form_key", key.as_str()), ("sku", "flex"), ("subscription_start", ""), ("auto_renew", ""), ("search", "fl")];
    let first = shop.send("new", &fields).await.leads_to();
    assert_eq!(shop.send("new", &fields).await.leads_to(), first);
    let page = shop.0.look(RESELLER, &first).await.expect(200).shows("role=\"status\">The subscription was added.");
    assert!(row(&page, "flex").starts_with(" class=\"new\"") && row(&page, "flex").contains("New</span>"), "{page}");
    let sold = shop.all().await;
    assert_eq!(sold.len(), 1);
    assert_eq!((&sold[0]["subscription_start"], &sold[0]["auto_renew"]), (&json!(today()), &json!(true)));

    let key = shop.look("new").await.expect(200).hidden("form_key");
    let later = day(30);
    let fields =
        [("form_key", key.as_str()), ("sku", "VOICE-100"), ("subscription_start", later.as_str()), ("auto_renew", "false")];
    let all = join_all([(); 3].map(|()| shop.send("new", &fields))).await;
    for answer in all {
        assert!(matches!(answer.status, 303 | 503), "{answer}");
    }
    let sold = shop.all().await;
    assert_eq!(sold.len(), 2);
    assert_eq!((&sold[1]["subscription_start"], &sold[1]["auto_renew"]), (&json!(later), &json!(false)));
    shop.send("new", &[("sku", "Own.It"), ("auto_renew", "")]).await.expect(303);
    assert_eq!(shop.all().await[2]["auto_renew"], false);
    shop.0.audit().await;
}

#[tokio::test]
async fn what_is_wrong_in_a_sale_stands_beside_its_field_and_what_was_typed_stays() {
    let shop = Shop::open().await;
    let rows = shop.0.app.all_rows_but_counters().await;
    let page = shop.send("new", &[("subscription_start", "soon"), ("auto_renew", "false"), ("search", "e")]).await.expect(422);
    let page = page.shows("id=\"e-sku\">Plan is required.").shows("id=\"e-subscription_start\">Start must be a day such as");
    let page =
        page.shows("value=\"soon\"").shows("name=\"auto_renew\" value=\"false\" checked").shows("type=\"search\" value=\"e\"");
    page.shows("href=\"#f-sku\"").shows("href=\"#f-subscription_start\"");
    let far = today().plus_years(10).next_day().to_string();
    for start in ["1999-12-31", &far] {
        let page = shop.send("new", &[("sku", "flex"), ("subscription_start", start)]).await.expect(422);
        page.shows("Start must be from 2000-01-01 to 10 years ahead").shows("name=\"sku\" value=\"flex\" checked");
    }
    let both = [("sku", "Own.It"), ("subscription_start", "1999-12-31"), ("auto_renew", "true")];
    shop.send("new", &both).await.expect(422).shows("Start must be from").shows("Auto renew must be false, because a perpetual");
    let odd = [("sku", "flex"), ("auto_renew", "perhaps")];
    shop.send("new", &odd).await.expect(422).shows("Auto renew must be true or false");
    for sku in ["nothing", "a b", "<script>"] {
        let page = shop.send("new", &[("sku", sku)]).await.expect(422).shows("Plan is not the sku of a plan that is sold.");
        page.shows_no("<script>");
    }
    shop.0.app.operate("operator-retire-plan", json!({"sku": "flex"})).await.unwrap();
    shop.send("new", &[("sku", "flex")]).await.expect(422).shows("Plan is not the sku of a plan that is sold.");
    shop.0.app.operate("operator-define-plan", payg()).await.unwrap();
    assert_eq!(shop.all().await, [json!(null); 0]);
    assert_eq!(rows.len(), shop.0.app.all_rows_but_counters().await.len());

    for _ in 0..20 {
        shop.send("new", &[("sku", "flex")]).await.expect(303);
    }
    let page = shop.send("new", &[("sku", "flex")]).await.expect(422);
    page.shows("This organization is a customer with 20 subscriptions that have not ended").shows("<form id=\"f-id\"");
    assert_eq!(shop.all().await.len(), 20);
    shop.0.audit().await;
}

#[tokio::test]
async fn a_subscription_ends_with_today_or_on_a_later_day() {
    let shop = Shop::open().await;
    let one = shop.sold(json!({"sku": "flex"})).await;
    let other = shop.sold(json!({"sku": "voice-100", "subscription_start": day(-40)})).await;
    let page = shop.look(&format!("{one}/end")).await.expect(200).shows("End <code>flex</code>?");
    let page = page.shows(&format!("type=\"date\" value=\"{0}\" min=\"{0}\"", today()));
    let revision = page.hidden("revision").replace("&#34;", "\"");
    let now = today().to_string();
    let fields = [("revision", revision.as_str()), ("subscription_end", now.as_str())];
    for _ in 0..2 {
        shop.arrives(shop.send(&format!("{one}/end"), &fields).await, "The last day of the subscription was saved.").await;
    }
    let ended = shop.on_record(one).await;
    assert_eq!(
        (&ended["subscription_end"], &ended["auto_renew"], &ended["status"]),
        (&json!(now), &json!(false), &json!("active"))
    );

    let (path, later) = (format!("{other}/end"), day(400));
    let revision = shop.seen(other).await;
    let yesterday = day(-1);
    for (sent, told) in [
        (yesterday.as_str(), "End must not be before today."),
        ("2026-02-30", "End must be a day such as"),
        ("\"><script>", "End must be a day such as"),
    ] {
        let page = shop.send(&path, &[("revision", &revision), ("subscription_end", sent)]).await.expect(422);
        page.shows(&format!("id=\"e-subscription_end\">{told}")).shows("aria-invalid=\"true\"").shows_no("<script>");
    }
    assert_eq!(shop.on_record(other).await["auto_renew"], true);
    let fields = [("revision", revision.as_str()), ("subscription_end", later.as_str())];
    for _ in 0..2 {
        shop.arrives(shop.send(&path, &fields).await, "The last day of the subscription was saved.").await;
    }
    let changed = shop.on_record(other).await;
    assert_eq!((&changed["subscription_end"], &changed["auto_renew"]), (&json!(later), &json!(false)));
    shop.send(&path, &[("revision", "nonsense"), ("subscription_end", "")]).await.expect(400);
    shop.0.audit().await;
}

#[tokio::test]
async fn what_has_not_begun_disappears_or_gets_a_last_day() {
    let shop = Shop::open().await;
    let (start, before) = (day(10), day(5));
    let id = shop.sold(json!({"sku": "flex", "subscription_start": start})).await;
    let path = format!("{id}/end");
    let page = shop.look(&path).await.expect(200).shows("disappears at once").shows(&format!("Optional. {start} or later"));
    page.shows(&format!("type=\"date\" value=\"\" min=\"{start}\""));
    let revision = shop.seen(id).await;
    for early in [&before, &today().to_string()] {
        let page = shop.send(&path, &[("revision", &revision), ("subscription_end", early)]).await.expect(422);
        page.shows("End must not be before the subscription begins.");
    }
    shop.send(&path, &[("revision", &revision), ("subscription_end", &start)]).await.expect(303);
    assert_eq!(shop.on_record(id).await["subscription_end"], start);
    let revision = shop.seen(id).await;
    let fields = [("revision", revision.as_str()), ("subscription_end", "")];
    for _ in 0..2 {
        let page = shop.arrives(shop.send(&path, &fields).await, "The subscription was removed before it began.").await;
        page.shows("There is no subscription yet.");
    }
    shop.look(&path).await.expect(404);
    shop.send(&format!("{id}/renewal"), &[("auto_renew", "false")]).await.expect(404);
    shop.0.audit().await;
}

#[tokio::test]
async fn what_has_ended_only_stands_in_the_list() {
    let shop = Shop::open().await;
    let id = shop.sold(json!({"sku": "flex"})).await;
    shop.set_days(id, "2026-01-31", "2026-03-30").await;
    let page = shop
        .tab(RESELLER)
        .await
        .shows("<span class=\"status bad\">Ended</span>")
        .shows("<time>2026-01-31</time> – <time>2026-03-30</time>");
    page.shows_no("/end\"").shows_no("/renewal\"");
    let page = shop.look(&format!("{id}/end")).await.expect(200).shows("It has ended, and can’t be changed any more.");
    page.shows_no("name=\"subscription_end\"");
    let later = day(5);
    shop.send(&format!("{id}/end"), &[("subscription_end", &later)])
        .await
        .expect(422)
        .shows("because the subscription has ended");
    shop.arrives(shop.send(&format!("{id}/end"), &[("subscription_end", "")]).await, "The last day of").await;
    for renewal in ["true", "false"] {
        let page = shop.send(&format!("{id}/renewal"), &[("auto_renew", renewal)]).await.expect(422);
        page.shows("Auto renew can&#39;t be changed, because the subscription has ended");
    }
    assert_eq!(shop.on_record(id).await["subscription_end"], "2026-03-30");
}

#[tokio::test]
async fn renewal_is_switched_off_and_on_again() {
    let shop = Shop::open().await;
    let id = shop.sold(json!({"sku": "voice-100"})).await;
    let path = format!("{id}/renewal");
    let end = shop.on_record(id).await["current_period_end"].clone();
    let page = shop.tab(RESELLER).await.shows("aria-label=\"Turn off auto renew of voice-100\"");
    let (off, seen) = (page.hidden("auto_renew"), page.hidden("revision").replace("&#34;", "\""));
    assert_eq!(off, "false");
    for _ in 0..2 {
        let answer = shop.send(&path, &[("auto_renew", &off), ("revision", &seen)]).await;
        let page = shop.arrives(answer, "Auto renew is off: the subscription ends on the day").await;
        page.shows("aria-label=\"Turn on auto renew of voice-100\"").shows(&format!("<time>{}</time>", end.as_str().unwrap()));
    }
    assert_eq!(shop.on_record(id).await["subscription_end"], end);
    let seen = shop.seen(id).await;
    for _ in 0..2 {
        let answer = shop.send(&path, &[("auto_renew", "true"), ("revision", &seen)]).await;
        shop.arrives(answer, "Auto renew is on").await;
    }
    let on = shop.on_record(id).await;
    assert_eq!((&on["auto_renew"], &on["subscription_end"]), (&json!(true), &Value::Null));
    shop.send(&path, &[("auto_renew", "perhaps")]).await.expect(422).shows("Auto renew must be true or false");

    let perpetual = shop.sold(json!({"sku": "Own.It"})).await;
    let page = shop.send(&format!("{perpetual}/renewal"), &[("auto_renew", "true")]).await.expect(422);
    page.shows("Auto renew must be false, because a perpetual subscription has no period");
    shop.0.audit().await;
}

#[tokio::test]
async fn what_somebody_else_has_changed_is_shown_before_it_is_replaced() {
    let shop = Shop::open().await;
    let id = shop.sold(json!({"sku": "voice-100"})).await;
    let (theirs, mine) = (day(100), day(200));
    let seen = shop.seen(id).await;
    shop.change(id, json!({"auto_renew": false, "subscription_end": theirs})).await;

    let path = format!("{id}/end");
    for wanted in [mine.as_str(), "", &today().to_string()] {
        let page = shop.send(&path, &[("revision", &seen), ("subscription_end", wanted)]).await.expect(409);
        let page = page.shows("Somebody else has changed this subscription meanwhile").shows(&format!("<time>{theirs}</time>"));
        page.shows(&format!("name=\"subscription_end\" type=\"date\" value=\"{wanted}\""));
    }
    let answer = shop.send(&format!("{id}/renewal"), &[("revision", &seen), ("auto_renew", "true")]).await.expect(409);
    let answer = answer.shows(&format!("<time>{theirs}</time>")).shows("Turn on auto renew");
    assert_eq!(shop.on_record(id).await["subscription_end"], theirs);
    // It is as asked for already.
    shop.send(&format!("{id}/renewal"), &[("revision", &seen), ("auto_renew", "false")]).await.expect(303);
    shop.send(&path, &[("revision", &seen), ("subscription_end", &theirs)]).await.expect(303);
    assert_eq!(shop.on_record(id).await["subscription_end"], theirs);

    let latest = answer.hidden("revision").replace("&#34;", "\"");
    shop.send(&path, &[("revision", &latest), ("subscription_end", &mine)]).await.expect(303);
    assert_eq!(shop.on_record(id).await["subscription_end"], mine);
    let all = join_all(["false", "true", "true"].map(|renewal| {
        let (shop, latest) = (&shop, shop.0.call("GET", &format!("subscription/{id}")).send());
        async move {
            let seen = latest.await.header("etag").unwrap().to_owned();
            shop.send(&format!("{id}/renewal"), &[("revision", &seen), ("auto_renew", renewal)]).await.status
        }
    }));
    assert!(all.await.iter().all(|status| matches!(status, 303 | 409)));
    shop.0.audit().await;
}

#[tokio::test]
async fn nobody_reaches_the_subscriptions_of_others() {
    let shop = Shop::open().await;
    let office = &shop.0;
    let id = shop.sold(json!({"sku": "flex"})).await;
    let other = office.app.create(&office.tenant, "Other").await;
    let tenant = office.app.reseller("Next door").await;
    let away = office.portal.somebody(&office.app, &tenant, None, Role::Reseller, "next@door.example").await.cookie;
    let resellee =
        office.portal.somebody(&office.app, &office.tenant, Some(other), Role::Resellee, "eve@other.example").await.cookie;
    let rows = office.app.all_rows_but_counters().await;
    let own = &office.who(RESELLER).cookie;
    for (cookie, base) in [
        (&away, format!("/reseller/{}", office.customer)),
        (&resellee, format!("/reseller/{}", office.customer)),
        (&resellee, "/organization".to_owned()),
        (own, "/organization".to_owned()),
        (own, "/reseller/99999".to_owned()),
        (own, "/reseller/x".to_owned()),
        (own, format!("/reseller/{}/view", office.customer)),
    ] {
        for rest in ["new".to_owned(), format!("{id}/end"), format!("{id}/renewal"), format!("{id}/nothing"), id.to_string()] {
            let path = format!("{base}/subscriptions/{rest}");
            office.app.look_at(cookie, &path).await.expect(404);
            office.app.submit(cookie, &path, &[("sku", "flex"), ("auto_renew", "false")]).await.expect(404);
        }
    }
    let elsewhere = format!("/reseller/{other}/subscriptions/{id}");
    office.app.look_at(own, &format!("{elsewhere}/end")).await.expect(404);
    office.app.submit(own, &format!("{elsewhere}/renewal"), &[("auto_renew", "false")]).await.expect(404);
    // What is not there is as good as ended.
    office.app.submit(own, &format!("{elsewhere}/end"), &[("subscription_end", "")]).await.expect(303);
    for odd in ["x", "0", "99999999999999999999"] {
        shop.look(&format!("{odd}/end")).await.expect(404);
    }
    for path in ["", "/view"] {
        office.app.look_at(&away, &format!("/reseller/{}{path}?tab=0", office.customer)).await.expect(404);
    }
    assert_eq!(office.app.all_rows_but_counters().await, rows);
}

#[tokio::test]
async fn hostile_descriptions_come_out_as_text_and_many_subscriptions_have_pages() {
    let shop = Shop::open().await;
    let description = "<script>alert(1)</script>\"' שלום";
    shop.0.app.operate("operator-define-plan", json_with(payg(), &json!({"description": description}))).await.unwrap();
    for _ in 0..3 {
        for _ in 0..20 {
            let id = shop.sold(json!({"sku": "flex"})).await;
            shop.set_days(id, "2026-01-01", "2026-03-31").await;
        }
        // The header still knows them as running.
        let (partition, sort) = (format!("HEADERS#{}", shop.0.tenant.id), format!("CUSTOMER#{:016}", shop.0.customer));
        let mut header = shop.0.app.row(&partition, &sort).await.unwrap();
        header.insert("subscriptions".to_owned(), AttributeValue::L(Vec::new()));
        shop.0.app.put_row(header).await;
    }
    let id = shop.sold(json!({"sku": "voice-100"})).await;
    for role in [RESELLER, Role::Resellee] {
        let page = shop.tab(role).await.shows("1–50 of 61 subscriptions").shows_no("<script>alert");
        let page = page.shows("&#60;script&#62;alert(1)&#60;/script&#62;&#34;&#39; שלום");
        let first = page.body.split("<tbody>").nth(1).unwrap();
        assert!(first.find("voice-100").unwrap() < first.find("flex").unwrap(), "what runs comes first");
        let next = format!("{}?tab=0&#38;offset=50\"", shop.0.base(role));
        let page = page.shows(&format!("rel=\"next\" href=\"{next}")).shows_no("rel=\"prev\"");
        assert_eq!(page.body.matches("<tr").count(), 51);
        let page = shop.0.look(role, &next.replace("&#38;", "&").replace('"', "")).await.expect(200);
        let page = page.shows("51–61 of 61 subscriptions").shows_no("rel=\"next\"").shows_no("voice-100");
        assert_eq!(page.body.matches("<tr").count(), 12);
        let beyond = shop.0.look(role, &format!("{}?tab=0&offset=100", shop.0.base(role))).await.expect(200);
        beyond.shows("There are no more subscriptions.");
    }
    shop.look(&format!("{id}/end")).await.expect(200).shows_no("<script>alert");
}

#[tokio::test]
async fn pages_of_subscriptions_take_the_stated_round_trips() {
    let shop = Shop::open().await;
    let rounds = |answer: Answer, status: u16| {
        answer.expect(status);
        shop.0.app.wire.take_rounds()
    };
    shop.0.app.wire.take_calls();
    assert_eq!(rounds(shop.tab(RESELLER).await, 200), [2], "without a subscription there is no usage to read");
    assert_eq!(rounds(shop.look("new").await, 200), [2]);
    assert_eq!(rounds(shop.send("new", &[]).await, 422), [1, 2]);
    assert_eq!(rounds(shop.send("new", &[("sku", "flex")]).await, 303), [1, 1, 1]);
    let id = shop.all().await[0]["id"].as_u64().unwrap();
    shop.0.app.wire.take_calls();
    for role in [RESELLER, Role::Resellee] {
        assert_eq!(rounds(shop.tab(role).await, 200), [2, 1]);
    }
    assert_eq!(rounds(shop.look(&format!("{id}/end")).await, 200), [1]);
    assert_eq!(rounds(shop.send(&format!("{id}/renewal"), &[("auto_renew", "false")]).await, 303), [1, 1]);
    assert_eq!(rounds(shop.send(&format!("{id}/renewal"), &[("auto_renew", "false")]).await, 303), [1], "nothing to change");
    let later = day(50);
    assert_eq!(rounds(shop.send(&format!("{id}/end"), &[("subscription_end", &later)]).await, 303), [1, 1]);
    assert_eq!(rounds(shop.send(&format!("{id}/end"), &[("subscription_end", "")]).await, 303), [1, 1]);
    let stale = [("revision", "\"1-1\""), ("subscription_end", later.as_str())];
    assert_eq!(rounds(shop.send(&format!("{id}/end"), &stale).await, 409), [1, 1]);
}
