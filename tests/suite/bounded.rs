//! Lists that had no end, or cost more than they show: each is bounded, however many other rows the reseller has.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use shared::domain::customer::Profile;

use crate::harness::records::stored;
use crate::harness::{Answer, App, Call, Tenant};

fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

fn units(calls: &[Call]) -> f64 {
    calls.iter().map(Call::capacity_units).sum()
}

/// How many rows the queries of these calls returned.
fn rows(calls: &[Call]) -> usize {
    calls.iter().filter_map(|call| call.response["Items"].as_array()).map(Vec::len).sum()
}

/// Puts the headers of deleted customers into the table, one for each id.
async fn deleted_customers(app: &App, tenant: &Tenant, ids: std::ops::Range<u64>) {
    let ids: Vec<u64> = ids.collect();
    for batch in ids.chunks(25) {
        app.put_rows(batch.iter().map(|id| {
            HashMap::from([
                ("PK".to_owned(), text(format!("HEADERS#{}", tenant.id))),
                ("SK".to_owned(), text(format!("CUSTOMER#{id:016}"))),
                ("deleted_at".to_owned(), text("2026-01-01T00:00:00.000Z")),
            ])
        }))
        .await;
    }
}

#[tokio::test]
async fn headers_of_deleted_customers_cost_a_list_of_licences_nothing() {
    let (app, tenant) = App::with_reseller().await;
    let token = app.licensing_token(&tenant, &["read", "write"]).await;
    let cost = async || {
        app.request("GET", "/api/licenses").token(&token).send().await;
        app.wire.take_calls();
        let answer = app.request("GET", "/api/licenses").token(&token).send().await;
        (answer.status, units(&app.wire.take_calls()))
    };
    let without = cost().await;
    assert_eq!(without.0, 204);
    deleted_customers(&app, &tenant, 1_000..4_000).await;
    assert_eq!(cost().await, without);

    // One licence, after all these headers.
    let customer = app.create(&tenant, "Acme").await;
    let form = format!("customer_id={customer}&product=p&host=h");
    app.request("POST", "/api/license").token(&token).form(&form).send().await.expect(201);
    app.wire.take_calls();
    let answer = app.request("GET", "/api/licenses").token(&token).send().await.expect(200);
    assert_eq!((answer.json().as_array().unwrap().len(), answer.next()), (1, None), "{answer}");
    let calls = app.wire.take_calls();
    assert_eq!((calls.len(), rows(&calls)), (3, 1), "{calls:?}");
}

#[tokio::test]
async fn a_licensing_list_reads_no_more_than_a_megabyte_beyond_what_it_shows() {
    let (app, tenant) = App::with_reseller().await;
    let token = app.licensing_token(&tenant, &["read"]).await;
    let long = "x".repeat(240);
    let model = app.create_with(&tenant, json!({"name": "Model", "email": "customer@example.com"})).await;
    app.fill(&tenant, model, &long, 6_000).await;
    let (mut path, mut pages, mut seen) = ("/api/customers".to_owned(), 0, BTreeSet::new());
    loop {
        app.wire.take_calls();
        let answer = app.request("GET", &path).token(&token).send().await.expect(200);
        let calls = app.wire.take_calls();
        let shown = answer.json();
        let shown: Vec<u64> = shown.as_array().unwrap().iter().map(|one| one["customer_id"].as_u64().unwrap()).collect();
        // A row is six times as large as what this list shows of it, and a call returns at most 1 MB of rows.
        let in_one_call = rows(&calls).div_ceil(calls.len());
        assert!(rows(&calls) <= shown.len() + 1_500, "{} rows for {}, {in_one_call} a call", rows(&calls), shown.len());
        assert!(answer.body.len() <= 1024 * 1024 + 2);
        assert!(shown.iter().all(|id| seen.insert(*id)), "each customer once");
        pages += 1;
        match answer.next() {
            Some(next) => path = next,
            None => break,
        }
    }
    assert_eq!((seen.len(), pages > 1), (6_001, true));
}

/// A reseller with a large first account and a small second one, and a service user of the second account.
async fn with_small_account(customers: u64) -> (App, Tenant, u64, String) {
    let (app, tenant) = App::with_reseller().await;
    let second = app.account(&tenant).await;
    let of_both = app.service_user(&tenant, &["read", "write"], None).await;
    let of_second = app.service_user(&tenant, &["read"], Some(&[second])).await;
    let put = async |body: Value| {
        app.request("PUT", "/api/v01/customers").user(&of_both).json(&body).send().await.expect(201).json()["id"]
            .as_u64()
            .unwrap()
    };
    put(json!({"accountId": second, "firstName": "Ann", "lastName": "Lee", "city": "Paris"})).await;
    let model = app.create(&tenant, "Model").await;
    app.fill(&tenant, model, "Crowd", customers).await;
    put(json!({"accountId": second, "firstName": "Bob", "lastName": "Lee", "city": "Rome"})).await;
    (app, tenant, second, of_second)
}

fn found(answer: &Answer) -> (usize, Option<&str>) {
    (answer.json().as_array().unwrap().len(), answer.header("x-total-count"))
}

#[tokio::test]
async fn a_service_user_of_a_small_account_has_only_its_customers_read() {
    let mut costs = Vec::new();
    for customers in [10, 3_000] {
        let (app, _, second, user) = with_small_account(customers).await;
        let mut of_size = Vec::new();
        for query in ["", "limit=1", "offset=1", "city=paris", "state=ny", &format!("accountId={second}"), "phone=%2B1234567"] {
            app.request("GET", "/api/v01/customers?limit=0").user(&user).send().await.expect(200);
            app.wire.take_calls();
            let answer = app.request("GET", &format!("/api/v01/customers?{query}")).user(&user).send().await.expect(200);
            let calls = app.wire.take_calls();
            // The cost of the first round: it reads a page of the reseller, before it is known what the caller may see.
            let of_first_page: f64 = calls.iter().filter(|call| call.round == 1).map(Call::capacity_units).sum();
            of_size.push((query.to_owned(), found(&answer).0, calls.len(), units(&calls) - of_first_page));
            assert!(of_first_page < 60.0, "{of_first_page}");
        }
        costs.push(of_size);
    }
    assert_eq!(costs[0][3].1, 1);
    let without_account =
        |costs: &[(String, usize, usize, f64)]| costs.iter().map(|cost| (cost.1, cost.2, cost.3.to_string())).collect::<Vec<_>>();
    assert_eq!(without_account(&costs[0]), without_account(&costs[1]));
}

#[tokio::test]
async fn an_account_with_many_customers_is_found_with_any_filter() {
    let (app, tenant) = App::with_reseller().await;
    let second = app.account(&tenant).await;
    let of_first = app.service_user(&tenant, &["read", "write"], Some(&[tenant.account_id])).await;
    let of_both = app.service_user(&tenant, &["read", "write"], None).await;
    let model = app.create(&tenant, "Model").await;
    app.fill(&tenant, model, "Crowd", 5_200).await;
    let body = json!({"accountId": second, "firstName": "Ann", "lastName": "Lee", "city": "Paris"});
    app.request("PUT", "/api/v01/customers").user(&of_both).json(&body).send().await.expect(201);
    let body = json!({"accountId": tenant.account_id, "firstName": "Bob", "lastName": "Lee", "city": "Paris"});
    let bob = app.request("PUT", "/api/v01/customers").user(&of_both).json(&body).send().await.expect(201).json();
    let find =
        async |query: &str| app.request("GET", &format!("/api/v01/customers?{query}")).user(&of_first).send().await.expect(200);
    for query in ["city=paris", &format!("city=paris&accountId={}", tenant.account_id), "lastName=lee"] {
        let answer = find(query).await;
        assert_eq!(answer.json().as_array().unwrap().iter().map(|one| &one["id"]).collect::<Vec<_>>(), [&bob["id"]], "{query}");
    }
    assert_eq!(found(&find("limit=1000&offset=5000").await), (202, Some("5202")));
    assert_eq!(found(&find("limit=3").await), (3, None), "not counted to the end");
}

#[tokio::test]
async fn an_account_limit_over_many_accounts_reads_no_more_customers_one_by_one_than_it_may() {
    let (app, tenant) = App::with_reseller().await;
    let others: Vec<u64> = {
        let mut accounts = Vec::new();
        for _ in 0..6 {
            accounts.push(app.account(&tenant).await);
        }
        accounts
    };
    let writer = app.service_user(&tenant, &["read", "write"], None).await;
    for account in &others {
        let body = json!({"accountId": account, "firstName": "Ann", "lastName": "Lee", "city": "Paris"});
        let model = app.request("PUT", "/api/v01/customers").user(&writer).json(&body).send().await.expect(201);
        app.fill_as_they_are(&tenant, model.json()["id"].as_u64().unwrap(), 1_000).await;
    }
    let user = app.service_user(&tenant, &["read"], Some(&others)).await;
    let find =
        async |query: &str| app.request("GET", &format!("/api/v01/customers?{query}")).user(&user).send().await.expect(200);
    find("limit=0").await;
    app.wire.take_calls();
    assert_eq!(found(&find("city=nowhere").await), (0, Some("0")));
    let calls = app.wire.take_calls();
    assert!(calls.len() < 20, "{} calls", calls.len());
    // In the order of the ids over all accounts.
    let page = find("limit=3&offset=2500").await.json();
    let ids: Vec<u64> = page.as_array().unwrap().iter().map(|one| one["id"].as_u64().unwrap()).collect();
    assert!(ids.len() == 3 && ids.is_sorted() && ids[2] - ids[0] == 2, "{ids:?}");
    assert_eq!(found(&find("limit=1000&offset=5900").await), (106, Some("6006")));
}

#[tokio::test]
async fn a_page_beyond_the_end_costs_nothing_but_the_counts() {
    let (app, tenant) = App::with_reseller().await;
    let model = app.create(&tenant, "Model").await;
    app.fill(&tenant, model, "Crowd", 1_000).await;
    for query in ["filter=is_active=true&sort=name", "filter=is_active=false&sort=email", "sort=phone"] {
        app.list(&tenant, "limit=1").await;
        app.wire.take_calls();
        let answer = app.list(&tenant, &format!("{query}&offset=1000000000")).await;
        assert_eq!((answer.ids(), answer.next()), (vec![], None), "{answer}");
        assert_eq!(rows(&app.wire.take_calls()), 16, "the rows of the counts: {query}");
    }
    // A filter that is repeated is one.
    let repeated = "filter=is_active=true&".repeat(200);
    let answer = app.list(&tenant, &format!("{repeated}sort=phone&limit=2&direction=desc&offset=3")).await;
    assert_eq!((answer.ids().len(), answer.json()["total_results"].as_u64()), (2, Some(1_001)), "{answer}");
}

#[tokio::test]
async fn a_link_of_a_cut_find_keeps_what_the_find_knows_and_nothing_else() {
    let (app, tenant) = App::with_reseller().await;
    let user = app.service_user(&tenant, &["read", "write"], None).await;
    // Longer than this API takes, as another one may have stored it.
    let profile = Profile { organization: stored(&"\"".repeat(1_200)), ..Profile::empty() };
    let long = app.create_elsewhere(&tenant, profile).await;
    app.fill_as_they_are(&tenant, long, 1_000).await;
    let path = "/api/v01/customers?limit=1000&a%26limit%3D1=x&b%0d%0ac=y&countryCode=";
    let answer = app.request("GET", path).user(&user).header("accept", "text/xml").send().await.expect(200);
    let next = answer.next().unwrap();
    let shown = roxmltree::Document::parse(&answer.body).unwrap().root_element().children().count();
    assert_eq!(next, format!("/api/v01/customers?limit=1000&countryCode=&offset={shown}"));
    app.request("GET", &next).user(&user).send().await.expect(200);
}

#[tokio::test]
async fn given_an_account_that_is_added_while_a_find_reads_then_its_customers_are_not_shown() {
    let (app, tenant) = App::with_reseller().await;
    let user = app.service_user(&tenant, &["read"], None).await;
    let of_all = async |app: &App| app.service_user(&tenant, &["read", "write"], None).await;
    app.create(&tenant, "Ours").await;
    app.wire.take_calls();
    // The reseller as it was before the second account: what a find reads if it comes a moment too early.
    app.request("GET", "/api/v01/customers").user(&user).send().await.expect(200);
    let early = app.wire.take_calls().into_iter().find(|call| call.operation == "BatchGetItem").unwrap().response;
    let second = app.account(&tenant).await;
    let body = json!({"accountId": second, "firstName": "Ann", "lastName": "Lee"});
    let writer = of_all(&app).await;
    app.request("PUT", "/api/v01/customers").user(&writer).json(&body).send().await.expect(201);

    for query in ["", "?limit=1000", "?lastName=lee", "?firstName=ann"] {
        app.wire.fail("BatchGetItem", 1, {
            let early = early.clone();
            move |_| crate::harness::Effect::Answer(200, early.clone())
        });
        let answer = app.request("GET", &format!("/api/v01/customers{query}")).user(&user).send().await.expect(200);
        app.wire.mend();
        assert!(!answer.body.contains("Ann"), "{answer}");
    }
}

#[tokio::test]
async fn a_name_that_thousands_share_takes_few_calls_whatever_else_is_asked_for() {
    let (app, tenant) = App::with_reseller().await;
    let user = app.service_user(&tenant, &["read", "write"], None).await;
    // Persons with this name; none of them has an organization.
    let person = json!({"accountId": tenant.account_id, "firstName": "Acme", "lastName": "Ltd"});
    let person = app.request("PUT", "/api/v01/customers").user(&user).json(&person).send().await.expect(201);
    let person = person.json()["id"].as_u64().unwrap();
    let ids = app.fill_as_they_are(&tenant, person, 2_000).await;
    assert_eq!(ids.len(), 2_000);
    app.wire.take_calls();
    let path = "/api/v01/customers?organizationName=acme+ltd&limit=1";
    let answer = app.request("GET", path).user(&user).send().await.expect(200);
    assert_eq!(found(&answer), (0, Some("0")));
    let calls = app.wire.take_calls();
    assert!(calls.len() <= 8, "{} calls", calls.len());

    app.wire.take_calls();
    let email = json!({"accountId": tenant.account_id, "firstName": "A", "lastName": "B", "email": "ann@example.com"});
    let model = app.request("PUT", "/api/v01/customers").user(&user).json(&email).send().await.expect(201);
    app.fill_as_they_are(&tenant, model.json()["id"].as_u64().unwrap(), 500).await;
    let token = app.licensing_token(&tenant, &["write"]).await;
    let form = "company=New&email=ann%40example.com";
    app.request("POST", "/api/customer").token(&token).form(form).send().await.expect(409);
    assert!(app.wire.take_calls().iter().filter(|call| call.operation == "Query").count() <= 1);
}

#[tokio::test]
async fn a_list_of_a_thousand_customers_full_of_quotes_fits_into_an_answer_and_says_where_to_go_on() {
    let (app, tenant) = App::with_reseller().await;
    let user = app.service_user(&tenant, &["read", "write"], None).await;
    let body = json!({
        "accountId": tenant.account_id, "firstName": "\"".repeat(125), "lastName": "\"".repeat(125),
        "organizationName": "\"".repeat(255), "street": "\"".repeat(128), "city": "\"".repeat(50), "zipCode": "\"".repeat(10),
        "code": "\"".repeat(60),
    });
    let model = app.request("PUT", "/api/v01/customers").user(&user).json(&body).send().await.expect(201);
    let id = model.json()["id"].as_u64().unwrap();
    app.create_with(&tenant, json!({"name": "\"".repeat(255), "email": format!("{}@example.com", "&".repeat(240))})).await;
    app.fill_as_they_are(&tenant, id, 1_200).await;
    for accept in ["application/xml", "application/json"] {
        let (mut path, mut met) = ("/api/v01/customers?limit=1000".to_owned(), 0);
        loop {
            let answer = app.request("GET", &path).user(&user).header("accept", accept).send().await.expect(200);
            let as_lambda_takes_it = serde_json::to_string(&answer.body).unwrap().len();
            assert!(as_lambda_takes_it < 6 * 1024 * 1024 - 32 * 1024, "{as_lambda_takes_it} bytes");
            let shown = match accept {
                "application/json" => answer.json().as_array().unwrap().len(),
                _ => roxmltree::Document::parse(&answer.body).unwrap().root_element().children().count(),
            };
            met += shown;
            assert_eq!(answer.next().is_some(), shown < 1_000 && met < 1_202 && as_lambda_takes_it > 5 * 1024 * 1024, "{shown}");
            path = match answer.next() {
                Some(next) => next,
                None if met < 1_202 => format!("/api/v01/customers?limit=1000&offset={met}"),
                None => break,
            };
        }
        assert_eq!(met, 1_202, "{accept}");
    }
}
