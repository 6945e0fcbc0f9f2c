//! The dashboard of a reseller's own people, as a page.

use serde_json::json;
use shared::domain::dashboard::DashboardDays;
use shared::domain::date::Date;
use shared::domain::user::Role;

use crate::harness::Firm;
use crate::usage::{plan, today};

const PATH: &str = "/reseller/dashboard";

impl Firm {
    async fn used(&self, customer: u64, id: &str, day: Date, units: i64) {
        let event = json!({"id": id, "units": units, "occurred_at": format!("{day}T00:00:00Z")});
        let path = format!("/api/v3/reseller/customer/{customer}/usage");
        self.api("POST", &path, json!({"events": [event]})).await.expect(201);
    }
}

#[tokio::test]
async fn only_a_resellers_own_people_see_it() {
    let firm = Firm::new().await;
    firm.look(PATH).await.expect(200).shows("<h1>Dashboard</h1>").shows("aria-current=\"true\">Dashboard");
    firm.app.look_at(&firm.ben.cookie, PATH).await.expect(404);
    assert_eq!(firm.app.look_at("", PATH).await.leads_to(), "/login?next=%2Freseller%2Fdashboard");
    firm.submit(PATH, &[]).await.expect(404);
    for role in [Role::Customer, Role::Contributor] {
        let firm = Firm::of_platform(role).await;
        firm.app.look_at(&firm.ben.cookie, PATH).await.expect(404);
        firm.look(PATH).await.expect(200).shows_no("/profile/brand");
    }
}

#[tokio::test]
async fn a_reseller_without_anything_sees_what_to_do_first() {
    let firm = Firm::new().await;
    firm.look(PATH).await.expect(200).shows_no("What to do first");
    let empty = firm.app.reseller("Empty").await;
    let eve = firm.portal.somebody(&firm.app, &empty, None, Role::Reseller, "eve@empty.example").await;
    let page = firm.app.look_at(&eve.cookie, PATH).await.expect(200).shows("What to do first");
    let page = page.shows("href=\"/reseller/new\"").shows("href=\"/reseller/users/new\"").shows("href=\"/profile/brand\"");
    let page = page
        .shows("Nothing was used in the last 30 days")
        .shows("Nobody has used anything this month")
        .shows("As many as last month (0)");
    assert_eq!(page.body.matches("<dd class=\"figure\">0</dd>").count(), 4, "{page}");
}

#[tokio::test]
async fn it_shows_the_numbers_of_all_customers() {
    let firm = Firm::new().await;
    firm.app.operate("operator-define-plan", plan("voice")).await.unwrap();
    let odd = firm.app.create(&firm.tenant, "<script>\u{5d0}\"&").await;
    let gone = firm.app.create(&firm.tenant, "Gone").await;
    let path = format!("/api/v3/reseller/customer/{odd}/subscription/");
    firm.api("POST", &path, json!({"sku": "voice"})).await.expect(201);
    let inactive = json!({"name": "Acme", "email": "office@acme.example", "is_active": false});
    firm.api("PUT", &format!("/api/v3/reseller/customer/{}/", firm.customer), inactive).await.expect(201);
    let last_month = DashboardDays::of(today()).last_month.to;
    firm.used(odd, "a", today(), 60 * 12_345).await;
    firm.used(firm.customer, "b", today(), 90).await;
    firm.used(gone, "c", today(), 3_600).await;
    firm.used(odd, "d", last_month, 60 * 20_000).await;
    firm.api("DELETE", &format!("/api/v3/reseller/customer/{gone}/"), json!(null)).await.expect(204);

    firm.app.wire.take_calls();
    let page = firm.look(PATH).await.expect(200).shows_no("<script>\u{5d0}").shows_no("What to do first");
    // The session, the numbers, the names in them, and those in the activity; in the last minute of a month one more.
    let rounds = firm.app.wire.take_rounds();
    assert!((4..=5).contains(&rounds.len()), "{rounds:?}");
    let tile = |name: &str, figure: &str, note: &str| {
        page.clone().shows(&format!("<dt>{name}</dt><dd class=\"figure\">{figure}</dd><dd class=\"muted\">{note}</dd>"));
    };
    tile("Organizations", "2", "1 active");
    tile("Active subscriptions", "1", "of all organizations");
    tile("Users", "1", "of all organizations");
    tile("Minutes this month", "12,407", "7,593 less than last month (20,000)");
    let name = "&#60;script&#62;\u{5d0}&#34;&#38;";
    let row = |who: &str, minutes: &str| format!("<td class=\"name\">{who}</td><td class=\"number\">{minutes}</td>");
    let linked = |id: u64, name: &str| format!("<a href=\"/reseller/{id}\"><bdi>{name}</bdi></a>");
    let rows = [
        row(&linked(odd, name), "12,345"),
        row(&format!("<bdi>{gone} (deleted)</bdi>"), "60"),
        row(&linked(firm.customer, "Acme"), "2"),
    ];
    let places: Vec<usize> =
        rows.iter().map(|row| page.body.find(row).unwrap_or_else(|| panic!("{row} is not in {page}"))).collect();
    assert!(places.is_sorted());
    assert_eq!(page.body.matches("</time></td><td class=\"number\">").count(), 30, "a row for each day");
    let page = page.shows(&format!("<td><time>{}</time></td><td class=\"number\">12,407</td>", today()));
    // The newest change first.
    let recent = page.body.split_once("Recent activity").unwrap().1;
    let deleted = recent.find(&format!("deleted the organization <bdi>{gone}</bdi>")).unwrap();
    let changed = recent.find(&format!("changed the organization {}", linked(firm.customer, "Acme"))).unwrap();
    assert!(deleted < changed, "{page}");
    page.shows("href=\"/reseller/activity\">See all activity").shows(&format!("of {}", linked(odd, name)));
}

#[tokio::test]
async fn nothing_of_another_reseller_is_on_it() {
    let firm = Firm::new().await;
    let other = firm.app.reseller("Harbour Telecom").await;
    let theirs = firm.app.create(&other, "Theirs").await;
    let event = json!({"events": [{"id": "a", "units": 60_000}]});
    firm.app.reseller_api("POST", format!("{theirs}/usage")).key(&other.key).json(&event).send().await.expect(201);
    let page = firm.look(PATH).await.expect(200).shows_no("Theirs").shows_no("1,000").shows_no("Harbour");
    page.shows("<dt>Organizations</dt><dd class=\"figure\">1</dd>");
}
