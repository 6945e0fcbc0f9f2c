//! The tab "Usage" and the usage of all customers, as people see them.

use serde_json::{Value, json};
use shared::domain::customer::Profile;
use shared::domain::date::Date;
use shared::domain::user::Role;
use shared::domain::validation::text as text_of;

use crate::csv::rows;
use crate::harness::People;
use crate::harness::portal::Portal;
use crate::harness::{Answer, App, Call, Tenant};
use crate::portal_export::download;
use crate::usage::{Meter, noon, today};

/// A reseller with a customer that uses something, and the sessions of one person of each.
pub struct Desk {
    pub meter: Meter,
    pub reseller: String,
    pub resellee: String,
}

impl Desk {
    pub async fn open() -> Self {
        let meter = Meter::new().await;
        let portal = Portal::of(&meter.app).await;
        let reseller = portal.somebody(&meter.app, &meter.tenant, None, Role::Reseller, "ann@northwind.example").await.cookie;
        let customer = Some(meter.customer);
        let resellee = portal.somebody(&meter.app, &meter.tenant, customer, Role::Resellee, "bob@acme.example").await.cookie;
        Self { meter, reseller, resellee }
    }

    pub fn app(&self) -> &App {
        &self.meter.app
    }

    pub fn tenant(&self) -> &Tenant {
        &self.meter.tenant
    }

    /// Where the reseller sees this customer.
    pub fn path(&self) -> String {
        format!("/reseller/{}", self.meter.customer)
    }

    /// A page, as the reseller sees it.
    pub async fn see(&self, path: &str) -> Answer {
        self.app().look_at(&self.reseller, path).await
    }

    /// A page of the customer's, as its own people see it.
    pub async fn see_own(&self, path: &str) -> Answer {
        self.app().look_at(&self.resellee, path).await
    }

    /// The tab "Usage", as the reseller sees it.
    async fn usage(&self, query: &str) -> Answer {
        self.see(&format!("{}?tab=1{query}", self.path())).await
    }

    async fn used(&self, id: &str, days: i64, units: i64, language: Option<&str>) {
        let event = json!({"id": id, "units": units, "language": language, "occurred_at": noon(days)});
        assert_eq!(self.meter.post(&[event]).await.expect(201).result()[0]["status"], "recorded");
    }
}

/// The cells of the rows of the table on a page, without what marks them up.
#[track_caller]
pub fn table(page: &Answer) -> Vec<Vec<String>> {
    let (_, body) = page.body.split_once("<tbody>").unwrap_or_else(|| panic!("no table: {page}"));
    let body = body.split_once("</tbody>").unwrap().0;
    let rows = body.split("<tr").skip(1);
    rows.map(|row| row.split("<td").skip(1).map(|cell| text(&format!("<td{cell}"))).collect()).collect()
}

/// What is left of HTML without its tags.
pub fn text(html: &str) -> String {
    let parts = html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    parts.collect::<String>().replace('\u{a0}', " ").trim().to_owned()
}

/// The figure with this heading.
#[track_caller]
fn figure(page: &Answer, heading: &str) -> String {
    let begin = format!("<dt>{heading}</dt><dd>");
    let (_, rest) = page.body.split_once(&begin).unwrap_or_else(|| panic!("no {heading}: {page}"));
    rest.split("</dd>").next().unwrap().replace('\u{a0}', " ")
}

/// A day so many days from today.
fn day(days: i64) -> String {
    today().plus_days(days).to_string()
}

#[tokio::test]
async fn everybody_of_an_organization_sees_what_it_used() {
    let desk = Desk::open().await;
    desk.used("a", -1, 5_400, Some("nl")).await;
    desk.used("b", -2, 3_600, None).await;
    for name in ["One", "Two"] {
        let path = format!("{}/transcription/", desk.meter.customer);
        let new = json!({"name": name, "language": "nl"});
        desk.app().reseller_api("POST", path).key(&desk.tenant().key).json(&new).send().await.expect(201);
    }
    let viewed = format!("{}/view?tab=1", desk.path());
    for page in [desk.usage("").await, desk.see(&viewed).await, desk.see_own("/organization?tab=1").await] {
        let page = page.expect(200).shows("<svg class=\"plot\" role=\"img\" aria-label=\"Usage. ");
        assert_eq!(
            table(&page),
            [vec![day(-1), "1 h 30 min".into(), "5,400".into()], vec![day(-2), "1 h".into(), "3,600".into()]]
        );
        assert_eq!(figure(&page, "Hours processed"), "2 h 30 min");
        assert_eq!(figure(&page, "Transcriptions"), "2");
        assert_eq!(figure(&page, "Cost"), "None");
        page.shows("1–2 of 2").shows_no("style=").shows_no("onload");
    }
    // On other days nothing was used, and the page says what to do.
    let earlier = desk.usage("&from=2020-01-01&to=2020-12-31").await.expect(200);
    assert_eq!((figure(&earlier, "Hours processed"), figure(&earlier, "Transcriptions")), ("0 h".into(), "0".into()));
    earlier.shows("Nothing was used from 2020-01-01 to 2020-12-31.").shows("Choose other days").shows_no("<svg class=\"plot\"");
}

#[tokio::test]
async fn people_of_a_regular_organization_see_their_own_usage() {
    let people = People::of_platform().await;
    let (app, tenant, customer) = (&people.app, &people.tenant, people.customer);
    let events = json!({"events": [{"id": "a", "units": 60, "occurred_at": noon(-1)}]});
    app.reseller_api("POST", format!("{customer}/usage")).key(&tenant.key).json(&events).send().await.expect(201);
    let portal = Portal::of(app).await;
    for (role, email) in [(Role::Customer, "carl@regular.example"), (Role::Contributor, "cora@regular.example")] {
        let session = portal.somebody(app, tenant, Some(customer), role, email).await.cookie;
        let page = app.look_at(&session, "/organization?tab=1").await.expect(200);
        assert_eq!(figure(&page, "Hours processed"), "1 min");
        let csv = app.look_at(&session, "/organization/usage/export").await;
        assert_eq!(rows(&csv, &["From", "To", "Seconds", "Hours"]), [[day(-1), day(-1), "60".into(), "0.02".into()]]);
        for path in ["/reseller/usage", "/reseller/export", &format!("/reseller/{customer}?tab=1")] {
            app.look_at(&session, path).await.expect(404);
        }
    }
}

#[tokio::test]
async fn what_is_anothers_is_not_there() {
    let desk = Desk::open().await;
    let sibling = desk.app().create(desk.tenant(), "Sibling").await;
    let other = desk.app().reseller("Harbour Telecom").await;
    let theirs = desk.app().create(&other, "Theirs").await;
    for rest in
        ["?tab=1", "/view?tab=1", "/usage/export", "/view/usage/export", "?tab=4", "/transcriptions/export", "/usage/other"]
    {
        for id in [theirs.to_string(), "999999".to_owned(), "x".to_owned()] {
            desk.see(&format!("/reseller/{id}{rest}")).await.expect(404);
        }
        for id in [sibling, desk.meter.customer, theirs] {
            desk.see_own(&format!("/reseller/{id}{rest}")).await.expect(404);
        }
    }
    for path in ["/reseller/usage", "/reseller/usage?format=csv", "/reseller/export"] {
        desk.see_own(path).await.expect(404);
        desk.see(path).await.expect(200);
    }
    for path in ["/organization?tab=1", "/organization/usage/export", "/organization?tab=4"] {
        desk.see(path).await.expect(404);
        desk.app().look_at("", path).await.expect(303);
    }
}

#[tokio::test]
async fn every_view_and_split_shows_the_numbers_of_the_api() {
    let desk = Desk::open().await;
    desk.meter.sell("first", -100).await;
    for (number, days) in [-1, -2, -8, -35, -95].into_iter().enumerate() {
        for language in [None, Some("nl"), Some("de-de")] {
            desk.used(&format!("{number} {language:?}"), days, 1_000 * (number as i64 + 1), language).await;
        }
    }
    desk.meter.post_own(&[json!({"id": "own", "units": 7, "occurred_at": noon(-1)})]).await.expect(201);
    let range = format!("from={}&to={}", day(-200), day(0));
    for view in ["day", "week", "month", "year", "invoice"] {
        // The invoice of a page is always by billing period.
        let splits: &[&str] = if view == "invoice" { &["period"] } else { &["", "language", "token", "subscription"] };
        for split in splits {
            let query =
                format!("view={view}&{range}{}", if split.is_empty() { String::new() } else { format!("&split_by={split}") });
            let items = desk.meter.call("GET", &format!("?{query}&limit=1000")).send().await.expect(200).result();
            let items = items.as_array().unwrap().clone();
            assert!(!items.is_empty());
            let units = |item: &Value| item["units_used"].as_i64().unwrap();
            let page = desk.usage(&format!("&{query}")).await.expect(200);
            let shown = table(&page);
            let seconds = 1 + usize::from(view == "invoice" || !split.is_empty()) + 1;
            let read: Vec<i64> = shown.iter().map(|row| row[seconds].replace(',', "").parse().unwrap()).collect();
            assert_eq!(read, items.iter().map(units).collect::<Vec<_>>(), "{query}");
            let total: i64 = items.iter().map(units).sum();
            assert_eq!(total, read.iter().sum::<i64>());
            let csv = desk.see(&format!("{}/usage/export?{query}", desk.path())).await.expect(200);
            let lines: Vec<&str> = csv.body.lines().skip(1).collect();
            for (line, item) in lines.iter().zip(&items) {
                let end = item["usage_period_end"].as_str().unwrap_or_default();
                let begin = format!("{},{end},", item["usage_period_start"].as_str().unwrap());
                assert!(line.starts_with(&begin) && line.contains(&format!(",{},", units(item))), "{query}: {line} {item}");
                if view == "invoice" {
                    // What no subscription covers costs nothing in no currency.
                    let end = match (item["cost"].as_str(), item["currency"].as_str()) {
                        (Some(cost), Some(currency)) => format!(",{cost},{currency}"),
                        _ => ",,".to_owned(),
                    };
                    assert!(line.ends_with(&end), "{line} {item}");
                }
            }
            assert_eq!(lines.len(), items.len(), "{query}");
            assert_eq!(page.body.contains("class=\"legend\""), !split.is_empty() || view == "invoice", "{query}");
        }
    }
}

#[tokio::test]
async fn costs_are_those_of_the_billing_periods_that_begin_on_these_days() {
    let desk = Desk::open().await;
    let first = desk.meter.sell("first", -10).await;
    desk.used("a", -1, 1_000, None).await;
    desk.used("before", -20, 5, None).await;
    // 100 units are included; each 10 further ones cost 0.60.
    let page = desk.see_own("/organization?tab=1&view=invoice").await.expect(200);
    assert_eq!(figure(&page, "Cost"), "103.00 EUR");
    let shown = table(&page);
    assert_eq!(shown[0][1..], [format!("first ({first})"), "16 min 40 s".into(), "1,000".into(), "103.00".into(), "EUR".into()]);
    let without = desk.see_own("/organization?tab=1&view=invoice&split_by=period").await.expect(200);
    assert_eq!(table(&without), shown);
    assert_eq!(shown[1][1..], ["No subscription", "5 s", "5", "", ""]);
    // Whatever the view, and only where they begin.
    assert_eq!(figure(&desk.usage("").await, "Cost"), "103.00 EUR");
    let since = desk.usage(&format!("&from={}&to={}", day(-9), day(0))).await.expect(200);
    assert_eq!(figure(&since, "Cost"), "None");
    // A period that begins on the last of these days is billed with all that was used in it.
    let until = desk.usage(&format!("&from={}&to={}", day(-12), day(-10))).await.expect(200);
    assert_eq!(figure(&until, "Cost"), "103.00 EUR");
}

#[tokio::test]
async fn what_can_not_be_has_a_message_at_its_field_and_a_page_without_it() {
    let desk = Desk::open().await;
    desk.used("a", -1, 60, None).await;
    for (query, field, message) in [
        ("&view=hour", "view", "View must be one of invoice, day, week, month, year."),
        ("&split_by=customer", "split_by", "Split must be one of language, token, subscription in this view."),
        ("&from=yesterday&to=2026-01-01", "from", "From must be a date"),
        ("&from=2026-02-30", "from", "From must be a date"),
        ("&from=2026-02-02&to=2026-02-01", "to", "To must not be before the first day."),
        ("&from=2020-01-01&to=2026-02-01", "to", "To must be at most 1100 days after the first day."),
        ("&from=%22%3E%3Cscript%3E&to=2026-02-01", "from", "From must be a date"),
    ] {
        for page in [desk.usage(query).await, desk.see_own(&format!("/organization?tab=1{query}")).await] {
            let page = page.expect(400).shows(&format!("id=\"e-{field}\">{message}")).shows(&format!("href=\"#f-{field}\""));
            let page = page.shows(&format!("id=\"f-{field}\"")).shows_no("<script>");
            assert_eq!(figure(&page, "Hours processed"), "1 min", "{query}");
        }
    }
    // Nobody takes a file for what the address asks for.
    let export = desk.see(&format!("{}/usage/export?view=week&from=2026-02-30", desk.path())).await;
    let page = export.leads_to();
    assert_eq!(page, format!("{}?tab=1&view=week&from=2026-02-30", desk.path()));
    desk.see(&page).await.expect(400).shows("From must be a date");
    desk.see("/reseller/usage?format=csv&from=2026-02-30").await.expect(400).shows("From must be a date").shows("</html>");
    let odd = desk.usage("&from=%22%3E%3Cscript%3E&to=2026-02-01").await;
    odd.shows("value=\"&#34;&#62;&#60;script&#62;\"").shows("value=\"2026-02-01\"");
    desk.see("/reseller/usage?view=month&split_by=customer&from=2026-01-02&to=2026-01-31")
        .await
        .expect(400)
        .shows("first day of a month");
}

#[tokio::test]
async fn addresses_keep_what_was_chosen() {
    let desk = Desk::open().await;
    desk.used("a", -1, 60, Some("nl")).await;
    let query = format!("&view=week&split_by=language&from={}&to={}", day(-40), day(0));
    let page = desk.usage(&query).await.expect(200);
    let here = format!("{}?tab=1&#38;", desk.path());
    for part in [
        format!("action=\"{}\"", desk.path()),
        "<input type=\"hidden\" name=\"tab\" value=\"1\">".into(),
        "<input type=\"hidden\" name=\"view\" value=\"week\">".into(),
        "<input type=\"hidden\" name=\"split_by\" value=\"language\">".into(),
        format!("name=\"from\" value=\"{}\"", day(-40)),
        format!("{here}view=month&#38;split_by=language&#38;from={}&#38;to={}\"", day(-40), day(0)),
        format!("{here}view=week&#38;split_by=token&#38;from={}&#38;to={}\"", day(-40), day(0)),
        format!("{here}view=week&#38;from={}&#38;to={}\"", day(-40), day(0)),
        format!("{here}view=invoice&#38;from={}&#38;to={}\"", day(-40), day(0)),
        format!("{here}view=week&#38;split_by=language&#38;from={}&#38;to={}\"", day(-81), day(-41)),
        format!("{}/usage/export?view=week&#38;split_by=language&#38;from={}&#38;to={}\"", desk.path(), day(-40), day(0)),
    ] {
        assert!(page.body.contains(&part), "{part} is not in {page}");
    }
    assert_eq!(desk.usage(&query).await.body.len(), page.body.len());
}

#[tokio::test]
async fn a_long_table_has_pages_and_its_csv_is_whole() {
    let desk = Desk::open().await;
    for (place, language) in ["nl", "de", "fr", "en", "es", "it", "pt", "sv"].into_iter().enumerate() {
        let event = |days: i64| json!({"id": format!("{language} {days}"), "units": place + 1, "language": language, "occurred_at": noon(-days)});
        desk.meter.post(&(1..=26).map(event).collect::<Vec<_>>()).await.expect(201);
    }
    let query = "&split_by=language";
    let first = desk.usage(query).await.expect(200).shows("1–100 of 208").shows("2 others").shows_no("rel=\"prev\"");
    let second = desk.usage(&format!("{query}&offset=100")).await.expect(200).shows("101–200 of 208");
    let third = desk.usage(&format!("{query}&offset=200")).await.expect(200).shows("201–208 of 208").shows_no("rel=\"next\"");
    first.clone().shows(&format!("rel=\"next\" href=\"{}?tab=1&#38;split_by=language&#38;offset=100\"", desk.path()));
    second.clone().shows(&format!("rel=\"prev\" href=\"{}?tab=1&#38;split_by=language\"", desk.path()));
    let shown: Vec<Vec<String>> = [first, second, third].iter().flat_map(table).collect();
    let csv = desk.see(&format!("{}/usage/export?split_by=language", desk.path())).await.expect(200);
    let name = format!("attachment; filename=\"usage-{}-{}-{}.csv\"", desk.meter.customer, day(-29), day(0));
    assert_eq!(csv.header("content-disposition"), Some(name.as_str()));
    assert_eq!(csv.header("cache-control"), Some("no-store"));
    let written = rows(&csv, &["From", "To", "Language", "Seconds", "Hours"]);
    assert_eq!(written.len(), 208);
    assert_eq!(
        written.iter().map(|row| [&row[0], &row[2], &row[3]]).collect::<Vec<_>>(),
        shown.iter().map(|row| [&row[0], &row[1], &row[3]]).collect::<Vec<_>>()
    );
    // Beyond the end there is a way back.
    desk.usage(&format!("{query}&offset=9999")).await.expect(200).shows("rel=\"prev\"");
}

#[tokio::test]
async fn names_are_texts_whatever_stands_in_them() {
    let desk = Desk::open().await;
    let evil = "=1+1<script>\"'&\u{202e}";
    let path = format!("{}/token/", desk.meter.customer);
    let new = json!({"name": evil, "type": "batch"});
    let made = desk.app().reseller_api("POST", path).key(&desk.tenant().key).json(&new).send().await.expect(201).result();
    let events = json!({"events": [{"id": "a", "units": 60, "occurred_at": noon(-1)}]});
    desk.app().request("POST", "/api/v3/usage").key(made["key"].as_str().unwrap()).json(&events).send().await.expect(201);
    let page = desk.see_own("/organization?tab=1&split_by=token").await.expect(200);
    let escaped = "=1+1&#60;script&#62;&#34;&#39;&#38;\u{202e}";
    page.shows(&format!("<bdi>{escaped}</bdi>"))
        .shows(&format!("<title>{}, {escaped}: 1\u{a0}min</title>", day(-1)))
        .shows_no("<script>");
    let csv = desk.see_own("/organization/usage/export?split_by=token").await;
    assert_eq!(rows(&csv, &["From", "To", "Token", "Seconds", "Hours"])[0][2], format!("'{evil}"));
    // A token that was deleted keeps its name.
    let token = format!("{}/token/{}/", desk.meter.customer, made["id"].as_str().unwrap());
    desk.app().reseller_api("DELETE", token).key(&desk.tenant().key).send().await.expect(204);
    desk.see_own("/organization?tab=1&split_by=token").await.expect(200).shows(&format!("<bdi>{escaped}</bdi>"));
}

#[tokio::test]
async fn a_reseller_sees_the_usage_of_all_its_customers() {
    let desk = Desk::open().await;
    let second = desk.app().create(desk.tenant(), "<b>Second</b>").await;
    let gone = desk.app().create(desk.tenant(), "Gone").await;
    desk.used("a", -1, 3_600, Some("nl")).await;
    for (customer, units) in [(second, 7_200), (gone, 60)] {
        let events = json!({"events": [{"id": "a", "units": units, "occurred_at": noon(-1)}]});
        desk.app()
            .reseller_api("POST", format!("{customer}/usage"))
            .key(&desk.tenant().key)
            .json(&events)
            .send()
            .await
            .expect(201);
    }
    let other = desk.app().reseller("Harbour Telecom").await;
    let theirs = desk.app().create(&other, "Theirs").await;
    let events = json!({"events": [{"id": "a", "units": 1, "occurred_at": noon(-1)}]});
    desk.app().reseller_api("POST", format!("{theirs}/usage")).key(&other.key).json(&events).send().await.expect(201);
    desk.app().reseller_api("DELETE", gone).key(&desk.tenant().key).send().await.expect(204);

    let by_day = desk.see("/reseller/usage").await.expect(200).shows("aria-current=\"true\">Usage</a>");
    assert_eq!(table(&by_day), [[day(-1), "3 h 1 min".into(), "10,860".into()]]);
    assert_eq!(figure(&by_day, "Hours processed"), "3 h 1 min");
    let by_language = desk.see("/reseller/usage?split_by=language").await.expect(200);
    assert_eq!(
        table(&by_language).iter().map(|row| [&row[1], &row[3]]).collect::<Vec<_>>(),
        [["No language", "7,260"], ["nl", "3,600"]]
    );

    let query = "view=month&split_by=customer";
    let by_customer = desk.see(&format!("/reseller/usage?{query}")).await.expect(200);
    let shown: Vec<[String; 2]> = table(&by_customer).iter().map(|row| [row[1].clone(), row[3].clone()]).collect();
    let deleted = format!("Deleted organization {gone}");
    assert_eq!(
        shown,
        [["&#60;b&#62;Second&#60;/b&#62;", "7,200"], ["Acme", "3,600"], [&deleted, "60"]].map(|row| row.map(str::to_owned))
    );
    assert_eq!(figure(&by_customer, "Organizations with usage"), "3");
    let page = by_customer.shows(&format!("href=\"/reseller/{second}?tab=1\"")).shows_no(&format!("href=\"/reseller/{gone}"));
    page.shows("class=\"legend\"").shows_no("<b>Second");

    let csv = desk.see(&format!("/reseller/usage?{query}&format=csv")).await;
    let written = rows(&csv, &["From", "To", "Customer ID", "Customer", "Seconds", "Hours"]);
    let cells: Vec<[&str; 3]> = written.iter().map(|row| [row[2].as_str(), &row[3], &row[4]]).collect();
    let ids = [desk.meter.customer, second, gone].map(|id| id.to_string());
    assert_eq!(cells, [[&ids[0], "Acme", "3600"], [&ids[1], "<b>Second</b>", "7200"], [&ids[2], deleted.as_str(), "60"]]);
    assert!(csv.header("content-disposition").unwrap().starts_with("attachment; filename=\"usage-20"));
    let csv = desk.see("/reseller/usage?format=csv").await;
    assert_eq!(rows(&csv, &["From", "To", "Seconds", "Hours"]), [[day(-1), day(-1), "10860".into(), "3.02".into()]]);
    desk.see("/reseller/usage?from=2020-01-01&to=2020-01-31").await.expect(200).shows("Nothing was used");
}

#[tokio::test]
async fn by_customer_the_first_hundred_are_those_that_used_most() {
    let desk = Desk::open().await;
    let ids = desk.app().fill(desk.tenant(), desk.meter.customer, "Customer", 120).await;
    let month = today().month();
    desk.app().fill_usage(desk.tenant(), &month, ids.iter().enumerate().map(|(place, id)| (*id, 60 * (place as u64 + 1)))).await;
    let path = "/reseller/usage?view=month&split_by=customer";
    desk.app().wire.take_calls();
    let first = desk.see(path).await.expect(200).shows("1–100 of 120").shows("114 others");
    let calls = desk.app().wire.take_calls();
    calls.iter().for_each(Call::expect_consistent_and_metered);
    // Months are read four at a time, and the next one begins when one has ended: how many rounds that takes depends on the engine.
    assert_eq!(calls.len(), 14, "the session, twelve months, and the names");
    let second = desk.see(&format!("{path}&offset=100")).await.expect(200).shows("101–120 of 120");
    let shown: Vec<String> = [first, second].iter().flat_map(table).map(|row| row[1].clone()).collect();
    let expected: Vec<String> = (0..120).rev().map(|place| format!("Customer {place:06}")).collect();
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn usage_in_several_files_loses_and_repeats_nothing() {
    let desk = Desk::open().await;
    let name = text_of(&"\"".repeat(50_000), 50_000).unwrap();
    let model = desk.app().create_elsewhere(desk.tenant(), Profile { organization: name, ..Profile::empty() }).await;
    let ids = desk.app().fill_as_they_are(desk.tenant(), model, 40).await;
    desk.app().fill_usage(desk.tenant(), &today().month(), ids.iter().map(|id| (*id, 3_600))).await;
    let parts = download(&desk, "/reseller/usage?view=month&split_by=customer&format=csv").await;
    assert!(parts.len() > 1 && parts[0].header("content-disposition").unwrap().contains("-part-1"));
    let titles = ["From", "To", "Customer ID", "Customer", "Seconds", "Hours"];
    let written: Vec<u64> = parts.iter().flat_map(|part| rows(part, &titles)).map(|row| row[2].parse().unwrap()).collect();
    assert_eq!(written, ids);
}

#[tokio::test]
async fn pages_make_as_few_round_trips_as_they_can() {
    let desk = Desk::open().await;
    desk.meter.sell("first", -5).await;
    desk.used("a", -1, 60, None).await;
    desk.see(&desk.path()).await;
    let rounds = async |path: String| {
        desk.app().wire.take_calls();
        desk.see(&path).await.expect(200);
        desk.app().wire.take_rounds()
    };
    let tab = format!("{}?tab=1", desk.path());
    assert_eq!(rounds(tab.clone()).await, [3, 1]);
    assert_eq!(rounds(format!("{tab}&view=invoice")).await, [3, 1]);
    assert_eq!(rounds(format!("{tab}&split_by=token")).await, [3, 3]);
    assert_eq!(rounds(format!("{}/usage/export", desk.path())).await, [3, 1]);
    let this_month = format!("/reseller/usage?from={}-01&to={}", today().month(), Date::today());
    assert_eq!(rounds(this_month.clone()).await, [1, 1]);
    assert_eq!(rounds(format!("{this_month}&format=csv")).await, [1, 1]);
}
