//! The cost of a list at the database: calls and read units, as the engine counts them. Engines round differently, so costs are
//! compared with each other and not with numbers.

use serde_json::json;
use shared::domain::credential::Subject;

use crate::harness::{Answer, App, Call, Tenant};

/// A reseller with two kinds of customers, whose rows have the same size.
struct Crowd {
    app: App,
    tenant: Tenant,
    active: u64,
    inactive: u64,
    /// Three customers with the same name and address, which no other customer has.
    needles: Vec<u64>,
}

impl Crowd {
    /// 100 customers, half of them active.
    async fn of_100() -> Self {
        let (app, tenant) = App::with_reseller().await;
        let body = |name: &str, email: &str, is_active: bool| json!({"name": name, "email": email, "is_active": is_active});
        let active = app.create_with(&tenant, body("Model 000000", "active@example.com", true)).await;
        let inactive = app.create_with(&tenant, body("Model 000001", "asleep@example.com", false)).await;
        let mut needles = Vec::new();
        for _ in 0..3 {
            needles.push(app.create_with(&tenant, body("Needle 00000", "needle@example.com", true)).await);
        }
        app.fill(&tenant, active, "Early", 46).await;
        app.fill(&tenant, inactive, "Later", 49).await;
        Self { app, tenant, active, inactive, needles }
    }

    /// Adds 9,900 customers before, between and after those that are there.
    async fn grow_to_10_000(&self) {
        self.app.fill(&self.tenant, self.active, "Crowd", 4_950).await;
        self.app.fill(&self.tenant, self.inactive, "Extra", 2_475).await;
        self.app.fill(&self.tenant, self.inactive, "Zebra", 2_475).await;
    }

    /// The answer at this path, and the calls that the request made.
    async fn get(&self, path: &str) -> (Answer, Vec<Call>) {
        self.app.wire.take_calls();
        let answer = self.app.request("GET", path).key(&self.tenant.key).send().await.expect(200);
        (answer, self.app.wire.take_calls())
    }

    /// The read units of the first page of this list and of the second one, which is read by cursor. Each page takes exactly
    /// three calls, or two if the matches tell the total and the counts do not, and shows this total.
    async fn units(&self, query: &str, total: usize) -> [f64; 2] {
        let mut path = format!("/api/v3/reseller/customer/?{query}");
        let mut units = [0.0; 2];
        for of_page in &mut units {
            let (answer, calls) = self.get(&path).await;
            assert_eq!(answer.json()["total_results"], total, "{answer}");
            let mut operations: Vec<&str> = calls.iter().map(|call| call.operation.as_str()).collect();
            operations.sort_unstable();
            let is_counted = query.split('&').all(|pair| !pair.starts_with("filter=") || pair.starts_with("filter=is_active="));
            let expected: &[&str] = if is_counted { &["BatchGetItem", "Query", "Query"] } else { &["BatchGetItem", "Query"] };
            assert_eq!(operations, expected, "{answer}");
            *of_page = calls.iter().map(Call::capacity_units).sum();
            path = answer.next().unwrap_or_else(|| panic!("no second page\n{answer}"));
        }
        units
    }

    /// The read units of the total of this list, for which there is a call of its own.
    async fn units_of_total(&self, query: &str, total: usize) -> f64 {
        let (answer, calls) = self.get(&format!("/api/v3/reseller/customer/?{query}")).await;
        assert_eq!(answer.json()["total_results"], total, "{answer}");
        let of_total: Vec<&Call> = calls.iter().filter(|call| call.request.to_string().contains("\"COUNTS#")).collect();
        assert_eq!(of_total.len(), 1, "{calls:?}");
        of_total[0].capacity_units()
    }
}

const INDEXED: [&str; 6] = ["id", "name", "email", "is_active", "registration_date", "last_modified"];

#[tokio::test]
async fn a_list_of_ten_costs_the_same_with_100_customers_and_with_10000() {
    let crowd = Crowd::of_100().await;
    // Lists whose pages cost the same however many customers there are, each with its total before and after.
    let mut lists: Vec<(String, [usize; 2])> = vec![("".into(), [100, 10_000]), ("sort=id&limit=10".into(), [100, 10_000])];
    for sort in INDEXED {
        for direction in ["asc", "desc"] {
            lists.push((format!("sort={sort}&direction={direction}"), [100, 10_000]));
            // An offset costs in proportion to its size.
            lists.push((format!("sort={sort}&direction={direction}&offset=60"), [100, 10_000]));
        }
    }
    // In these orders, all customers of one status stand together.
    for order in ["sort=id", "sort=id&direction=desc", "sort=is_active", "sort=is_active&direction=desc"] {
        lists.push((format!("{order}&filter=is_active=true"), [50, 5_000]));
        lists.push((format!("{order}&filter=is_active=false"), [50, 5_000]));
    }
    // These filters cost in proportion to their matches, in every order.
    for sort in INDEXED.into_iter().chain(["phone"]) {
        for filter in ["name=needle+00000", "email=NEEDLE@example.com", "name=needle+00000&filter=is_active=true"] {
            lists.push((format!("sort={sort}&direction=desc&limit=1&filter={filter}"), [3, 3]));
        }
    }
    // In the other orders, customers of the other status must be skipped, which costs; the total does not. (In these directions
    // there are few of them, which saves time.)
    let passing: Vec<String> = INDEXED
        .iter()
        .flat_map(|sort| {
            ["direction=asc&filter=is_active=true", "direction=desc&filter=is_active=false"].map(|rest| (sort, rest))
        })
        .map(|(sort, rest)| format!("sort={sort}&{rest}"))
        .collect();
    let single = [format!("filter=id={}", crowd.needles[1]), "filter=name=model+000001".into()];

    let mut costs = [Vec::new(), Vec::new()];
    for (size, costs) in costs.iter_mut().enumerate() {
        if size == 1 {
            crowd.grow_to_10_000().await;
        }
        for (query, totals) in &lists {
            costs.push((query, crowd.units(query, totals[size]).await));
        }
        for query in &passing {
            costs.push((query, [crowd.units_of_total(query, [50, 5_000][size]).await; 2]));
        }
        for query in &single {
            let (answer, calls) = crowd.get(&format!("/api/v3/reseller/customer/?{query}")).await;
            assert_eq!((answer.ids().len(), calls.len()), (1, 2), "{answer}");
            costs.push((query, [calls.iter().map(Call::capacity_units).sum(); 2]));
        }
    }
    let [with_100, with_10_000] = costs;
    assert_eq!(with_100, with_10_000);
}

#[tokio::test]
async fn a_key_that_opens_nothing_has_at_most_101_rows_read_whatever_it_asks_for() {
    let (app, tenant) = App::with_reseller().await;
    let model = app.create(&tenant, "Model").await;
    app.fill(&tenant, model, "Crowd", 1_000).await;
    let unrecorded = app.token_without_record(tenant.id, Subject::Reseller).await;
    for (query, most_rows) in [
        ("", 11),
        ("limit=1000", 101),
        ("offset=1000000", 101),
        ("sort=name&direction=desc&limit=500", 101),
        ("filter=is_active=true&limit=1000", 101),
        ("sort=phone", 0),
        ("filter=name=crowd+000001", 0),
        ("filter=email=customer@example.com", 0),
        ("filter=phone=%2B1234567", 0),
        ("filter=is_active=true&sort=name", 0),
    ] {
        app.wire.take_calls();
        let refused = app.reseller_api("GET", format!("?{query}")).key(unrecorded.reveal()).send().await;
        refused.expect_error(401, "INVALID_API_KEY");
        let calls = app.wire.take_calls();
        let rows = calls.iter().filter(|call| !call.request.to_string().contains("\"COUNTS#"));
        let read: usize = rows.filter_map(|call| call.response["Items"].as_array()).map(Vec::len).sum();
        assert_eq!(read, most_rows, "{query} {calls:?}");
    }
}

#[tokio::test]
async fn few_matches_are_read_by_themselves_whatever_they_are_sorted_by() {
    let (app, tenant) = App::with_reseller().await;
    let model = app.create(&tenant, "Model").await;
    let lonely = app.create_with(&tenant, json!({"name": "Lonely", "email": "l@example.com", "is_active": false})).await;
    app.fill(&tenant, model, "Crowd", 2_000).await;
    for sort in ["name", "email", "registration_date", "phone", "last_modified"] {
        app.wire.take_calls();
        let answer = app.list(&tenant, &format!("filter=is_active=false&sort={sort}")).await;
        assert_eq!((answer.ids(), answer.json()["total_results"].as_u64()), (vec![lonely], Some(1)), "{answer}");
        let calls = app.wire.take_calls();
        let units: f64 = calls.iter().map(Call::capacity_units).sum();
        assert!(calls.len() == 3 && units < 10.0, "{units} units {calls:?}");
    }
}
