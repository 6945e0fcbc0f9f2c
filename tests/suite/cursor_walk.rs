//! Walking through a list page by page during writes: a customer that is there from beginning to end is met exactly once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::harness::{App, Tenant};

/// A reseller with 2,500 customers, in groups with the same e-mail address, phone number, status and times. Returns their ids.
async fn crowd(app: &App, tenant: &Tenant) -> BTreeSet<u64> {
    let groups = [
        ("Birch", "mid@example.com", Some("+31 012 345678"), true),
        ("Elm", "first@example.com", None, true),
        ("Ash", "mid@example.com", Some("+1 (555) 010-9999"), false),
        ("Fir", "last@example.com", Some("+31 012 345678"), true),
        ("Cedar", "early@example.com", None, false),
    ];
    let mut ids = BTreeSet::new();
    for (name, email, phone, is_active) in groups {
        let body = |name: String| json!({"name": name, "email": email, "phone": phone, "is_active": is_active});
        let model = app.create_with(tenant, body(name.to_owned())).await;
        ids.insert(model);
        for number in 0..4 {
            ids.insert(app.create_with(tenant, body(format!("{name} 00{number}"))).await);
        }
        ids.extend(app.fill(tenant, model, name, 495).await);
    }
    assert_eq!(ids.len(), 2_500);
    ids
}

/// The writers that change customers during a walk.
struct Others<'a> {
    app: &'a App,
    tenant: &'a Tenant,
    /// Whether a customer meets the filter of the walk.
    is_listed: &'a dyn Fn(&Value) -> bool,
    /// The field that they change. The walk is not sorted by it, so that a changed customer keeps its place.
    changed_field: &'static str,
    /// The customers that meet the filter and exist now.
    present: BTreeSet<u64>,
    created: Vec<u64>,
    deleted: BTreeSet<u64>,
    changed: BTreeSet<u64>,
}

impl Others<'_> {
    /// Deletes the customers at both ends of the page that was read last, one that was not met yet, and one that was created
    /// during the walk. Changes one that was met and one that was not. Creates one before all others, one after them and one
    /// among them.
    async fn write(&mut self, page: &[Value], ahead: &BTreeMap<u64, Value>, round: usize) {
        let nth_ahead = |fifths: usize| ahead.keys().nth(ahead.len() * fifths / 5 + round).copied();
        let created_before = self.created.len().checked_sub(2).map(|place| self.created[place]);
        let doomed = [page.last().map(id), page.first().map(id), nth_ahead(1), created_before];
        for id in doomed.into_iter().flatten() {
            if self.deleted.insert(id) {
                self.app.reseller_api("DELETE", format!("{id}/")).key(&self.tenant.key).send().await.expect(204);
                self.present.remove(&id);
            }
        }
        let met = page.get(page.len() / 2).cloned();
        for mut shown in nth_ahead(3).map(|id| ahead[&id].clone()).into_iter().chain(met) {
            let id = id(&shown);
            if !self.deleted.contains(&id) {
                shown[self.changed_field] = format!("+44 20 {:07}", 1_000_000 + round).into();
                self.app.reseller_api("PUT", format!("{id}/")).key(&self.tenant.key).json(&shown).send().await.expect(201);
                self.changed.insert(id);
            }
        }
        for (name, email, is_active) in
            [("A", "aa@example.com", false), ("Zz", "zz@example.com", true), ("Cedar 000100", "mid@example.com", true)]
        {
            let body = json!({"name": name, "email": email, "phone": "+31 012 345678", "is_active": is_active});
            let id = self.app.create_with(self.tenant, body.clone()).await;
            self.created.push(id);
            if (self.is_listed)(&body) {
                self.present.insert(id);
            }
        }
    }
}

fn id(shown: &Value) -> u64 {
    shown["id"].as_u64().unwrap()
}

/// The value that a customer is sorted by; absent values come first. All texts of these tests are ASCII.
fn place(shown: &Value, sort: &str) -> (String, u64) {
    let value = match &shown[sort] {
        Value::Null => String::new(),
        Value::String(text) => text.to_lowercase(),
        Value::Number(number) => format!("{:020}", number.as_u64().unwrap()),
        other => other.to_string(),
    };
    (value, id(shown))
}

/// Walks through the list of this query while others write, between pages and during them, and checks which customers it meets.
/// `is_listed` tells whether a customer meets the filter of the query.
async fn walk(app: &App, tenant: &Tenant, query: &str, is_listed: impl Fn(&Value) -> bool) {
    let parameter = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let (sort, is_descending) = (parameter("sort").unwrap(), parameter("direction") == Some("desc"));
    let mut ahead = BTreeMap::new();
    for page in app.list_all(tenant, "limit=1000").await {
        let listed = page.result().as_array().unwrap().iter().filter(|shown| is_listed(shown)).cloned().collect::<Vec<_>>();
        ahead.extend(listed.into_iter().map(|shown| (id(&shown), shown)));
    }
    let there_at_first: BTreeSet<u64> = ahead.keys().copied().collect();
    let mut others = Others {
        app,
        tenant,
        is_listed: &is_listed,
        changed_field: if sort == "phone" { "name" } else { "phone" },
        present: there_at_first.clone(),
        created: Vec::new(),
        deleted: BTreeSet::new(),
        changed: BTreeSet::new(),
    };

    let mut met: Vec<(String, u64)> = Vec::new();
    let mut answer = app.list(tenant, query).await;
    assert_eq!(answer.json()["total_results"], others.present.len(), "{answer}");
    for round in 0.. {
        let page = answer.result().as_array().unwrap().clone();
        for shown in &page {
            ahead.remove(&id(shown));
            met.push(place(shown, sort));
        }
        let Some(next) = answer.next() else { break };
        let next_page = async || app.request("GET", &next).key(&tenant.key).send().await.expect(200);
        if round % 2 == 0 {
            others.write(&page, &ahead, round).await;
            answer = next_page().await;
            // There were no writes while this page was read.
            assert_eq!(answer.json()["total_results"], others.present.len(), "{answer}");
        } else {
            ((), answer) = futures_util::join!(others.write(&page, &ahead, round), next_page());
        }
    }

    let Others { created, deleted, changed, .. } = others;
    assert!(deleted.len() >= 10 && created.len() >= 10 && changed.len() >= 5, "{query}: hardly anybody wrote");
    let is_in_order = |pair: &[(String, u64)]| if is_descending { pair[0] > pair[1] } else { pair[0] < pair[1] };
    assert_eq!(met.windows(2).find(|pair| !is_in_order(pair)), None, "{query}: met twice or out of order");
    let met: BTreeSet<u64> = met.into_iter().map(|(_, id)| id).collect();
    // A changed customer has moved if the list is sorted by the time of the last change.
    let has_moved = |id: &u64| sort == "last_modified" && changed.contains(id);
    let missed: Vec<&u64> = there_at_first.difference(&met).filter(|id| !deleted.contains(id) && !has_moved(id)).collect();
    assert!(missed.is_empty(), "{query}: there from beginning to end and never met: {missed:?}");
    let strangers: Vec<&u64> = met.difference(&there_at_first).filter(|id| !created.contains(id)).collect();
    assert!(strangers.is_empty(), "{query}: met and neither there at first nor created since: {strangers:?}");
}

async fn walk_all(queries: &[&str]) {
    let (app, tenant) = App::with_reseller().await;
    crowd(&app, &tenant).await;
    for query in queries {
        walk(&app, &tenant, query, |_| true).await;
    }
}

#[tokio::test]
async fn walks_by_id_meet_whoever_stays_exactly_once() {
    walk_all(&["sort=id&limit=100", "sort=id&direction=desc&limit=500"]).await;
}

#[tokio::test]
async fn walks_by_text_meet_whoever_stays_exactly_once() {
    let queries = [
        "sort=name&limit=200",
        "sort=name&direction=desc&limit=500",
        "sort=email&direction=desc&limit=250",
        "sort=phone&limit=500",
    ];
    walk_all(&queries).await;
}

#[tokio::test]
async fn walks_by_status_and_time_meet_whoever_stays_and_keeps_its_place_exactly_once() {
    let queries = [
        "sort=is_active&limit=250",
        "sort=registration_date&limit=500",
        "sort=last_modified&limit=250",
        "sort=last_modified&direction=desc&limit=500",
    ];
    walk_all(&queries).await;
}

#[tokio::test]
async fn walks_with_a_filter_meet_whoever_stays_and_meets_it_exactly_once() {
    let (app, tenant) = App::with_reseller().await;
    crowd(&app, &tenant).await;
    let is_active = |shown: &Value| shown["is_active"] == true;
    walk(&app, &tenant, "sort=name&filter=is_active=true&limit=150", is_active).await;
    walk(&app, &tenant, "sort=phone&direction=desc&filter=is_active=true&limit=300", is_active).await;
    let is_in_the_middle = |shown: &Value| shown["email"] == "mid@example.com";
    walk(&app, &tenant, "sort=registration_date&direction=desc&filter=email=MID@example.com&limit=200", is_in_the_middle).await;
}
