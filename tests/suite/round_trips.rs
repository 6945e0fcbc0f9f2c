//! How often an operation calls the database: sequential round trips, and calls in each. Counted, not timed.

use serde_json::{Value, json};
use shared::domain::customer::{NewCustomer, Profile};

use crate::harness::records::{new_customer, stored};
use crate::harness::{App, Call, Keys, Tenant};

fn body() -> Value {
    json!({"name": "Acme", "email": "acme@example.com", "phone": "+31 012 345678"})
}

/// Sends a request and returns its status, with the number of calls in each of its round trips.
async fn spent(app: &App, method: &str, rest: &str, key: &str, body: Option<&Value>) -> (u16, Vec<usize>) {
    app.wire.take_calls();
    let mut request = app.reseller_api(method, rest).key(key);
    if let Some(body) = body {
        request = request.json(body);
    }
    let answer = request.send().await;
    (answer.status, app.wire.take_rounds())
}

/// A customer as another API creates it: it holds its address and its code, and has more fields than the reseller API shows.
fn holder(tenant: &Tenant, email: &str, code: &str) -> NewCustomer {
    let profile = Profile {
        organization: stored("Acme"),
        first_name: stored("Ann"),
        email: stored(email),
        street: stored("Main Street 1"),
        ..Profile::empty()
    };
    NewCustomer { holds_email: true, code: stored(code), ..new_customer(tenant, profile) }
}

#[tokio::test]
async fn a_success_makes_as_many_calls_as_the_design_says() {
    let (app, tenant) = App::with_reseller().await;
    let key = tenant.key.as_str();
    let spent = async |method: &str, rest: &str, body: Option<&Value>| spent(&app, method, rest, key, body).await;

    assert_eq!(spent("POST", "", Some(&body())).await, (201, vec![1, 1, 1]));
    assert_eq!(spent("GET", "1/", None).await, (200, vec![1]));
    assert_eq!(spent("GET", "", None).await, (200, vec![3]));
    let changed = json!({"name": "Acme Ltd", "email": "acme@example.com", "is_active": false});
    assert_eq!(spent("PUT", "1/", Some(&changed)).await, (201, vec![1, 1]));
    assert_eq!(spent("DELETE", "1/", None).await, (204, vec![1, 1]));
}

#[tokio::test]
async fn the_calls_are_the_ones_that_the_functions_may_make() {
    let (app, tenant) = App::with_reseller().await;
    let send = async |method: &str, rest: &str| {
        app.wire.take_calls();
        let request = app.reseller_api(method, rest).key(&tenant.key).json(&json!({"name": method, "email": "a@example.com"}));
        assert!(request.send().await.status < 300);
        app.wire.take_operations()
    };
    assert_eq!(send("POST", "").await, ["BatchGetItem", "TransactWriteItems", "UpdateItem"]);
    assert_eq!(send("GET", "1/").await, ["BatchGetItem"]);
    assert_eq!(send("GET", "").await, ["BatchGetItem", "Query", "Query"]);
    assert_eq!(send("PUT", "1/").await, ["BatchGetItem", "TransactWriteItems"]);
    assert_eq!(send("DELETE", "1/").await, ["BatchGetItem", "TransactWriteItems"]);
}

#[tokio::test]
async fn every_read_is_consistent_and_every_call_says_what_it_cost() {
    let (app, tenant) = App::with_reseller().await;
    for (method, rest) in [("POST", ""), ("GET", "1/"), ("GET", "?sort=name"), ("PUT", "1/"), ("DELETE", "1/")] {
        let request = app.reseller_api(method, rest).key(&tenant.key).json(&json!({"name": method, "email": "a@example.com"}));
        assert!(request.send().await.status < 300);
    }
    app.wire.take_calls().iter().for_each(Call::expect_consistent_and_metered);
}

#[tokio::test]
async fn an_update_that_changes_nothing_makes_one_call() {
    let (app, tenant) = App::with_reseller().await;
    app.create_with(&tenant, body()).await;
    assert_eq!(spent(&app, "PUT", "1/", &tenant.key, Some(&body())).await, (201, vec![1]));
}

#[tokio::test]
async fn a_list_is_one_round_of_calls_where_its_first_rows_are_bounded_and_else_two() {
    let (app, tenant) = App::with_reseller().await;
    for name in ["one", "two", "three"] {
        app.create(&tenant, name).await;
    }
    let in_one = [
        "limit=1",
        "limit=1000",
        "limit=2&offset=2",
        "offset=500",
        "sort=name&direction=desc",
        "sort=email",
        "sort=is_active",
        "sort=registration_date",
        "sort=last_modified",
        "filter=is_active=true",
    ];
    for query in in_one {
        assert_eq!(spent(&app, "GET", &format!("?{query}"), &tenant.key, None).await, (200, vec![3]), "{query}");
    }
    // Before the caller is verified, only bounded reads are made.
    for query in ["sort=phone", "filter=is_active=true&sort=name"] {
        assert_eq!(spent(&app, "GET", &format!("?{query}"), &tenant.key, None).await, (200, vec![2, 1]), "{query}");
    }
    for query in [
        "filter=id=2",
        "filter=id=99999999999999999999",
        "filter=name=two",
        "filter=email=customer@example.com&filter=name=one",
        "filter=phone=%2B1234567",
    ] {
        assert_eq!(spent(&app, "GET", &format!("?{query}"), &tenant.key, None).await, (200, vec![1, 1]), "{query}");
    }
    let next = app.list(&tenant, "limit=1&sort=name").await.next().unwrap();
    app.wire.take_calls();
    app.request("GET", &next).key(&tenant.key).send().await.expect(200);
    assert_eq!(app.wire.take_rounds(), [3], "a page behind a cursor");
}

#[tokio::test]
async fn who_is_turned_away_costs_one_round_trip_and_a_malformed_key_none() {
    let (app, tenant) = App::with_reseller().await;
    let Keys { read_only, write_only, customer, expired, revoked } = app.keys(&tenant).await;
    let id = app.create(&tenant, "Acme").await;
    let one = format!("{id}/");
    for (method, rest, body) in
        [("POST", "", Some(body())), ("PUT", one.as_str(), Some(body())), ("DELETE", &one, None), ("GET", &one, None)]
    {
        for (key, status) in [(&customer, 403), (&expired, 401), (&revoked, 401)] {
            assert_eq!(spent(&app, method, rest, key, body.as_ref()).await, (status, vec![1]), "{method} {rest}");
        }
        let lacking = if method == "GET" { &write_only } else { &read_only };
        assert_eq!(spent(&app, method, rest, lacking, body.as_ref()).await, (403, vec![1]), "{method} {rest}");
        assert_eq!(spent(&app, method, rest, "", body.as_ref()).await, (401, vec![]), "{method} {rest}");
    }
    for (key, status) in [(&write_only, 403), (&expired, 401), (&revoked, 401)] {
        assert_eq!(spent(&app, "GET", "", key, None).await, (status, vec![3]), "a list reads beside the credential");
    }
    assert_eq!(spent(&app, "GET", "", &customer, None).await, (403, vec![1]), "a token says that it is of the wrong kind");
}

#[tokio::test]
async fn a_refused_form_makes_one_call() {
    let (app, tenant) = App::with_reseller().await;
    app.create(&tenant, "Acme").await;
    for (method, rest, body) in [
        ("POST", "", json!({})),
        ("POST", "", json!([])),
        ("PUT", "1/", json!({"name": ""})),
        ("PUT", "one/", json!({"name": "Acme", "email": "a@example.com"})),
        ("PUT", "2/", json!({"name": ""})),
        ("GET", "one/", json!(null)),
        ("DELETE", "-1/", json!(null)),
        ("GET", "?limit=0", json!(null)),
        ("GET", "?cursor=invented", json!(null)),
    ] {
        assert_eq!(spent(&app, method, rest, &tenant.key, Some(&body)).await, (400, vec![1]), "{method} {rest} {body}");
    }
}

#[tokio::test]
async fn a_customer_that_is_not_there_costs_one_call() {
    let (app, tenant) = App::with_reseller().await;
    let other = app.reseller("Other").await;
    let foreign = app.create(&other, "Theirs").await;
    for id in [foreign, 4_711, 9_999_999_999_999_999, 10_000_000_000_000_000] {
        for (method, body) in [("GET", None), ("PUT", Some(body())), ("DELETE", None)] {
            let spent = spent(&app, method, &format!("{id}/"), &tenant.key, body.as_ref()).await;
            assert_eq!(spent, (404, vec![1]), "{method} {id}");
        }
    }
}

#[tokio::test]
async fn reservations_add_one_call_to_a_create_and_no_round() {
    let (app, tenant) = App::with_reseller().await;
    app.wire.take_calls();
    let id = app.create_record(&tenant, holder(&tenant, "ann@example.com", "A-1")).await.unwrap();
    assert_eq!(app.wire.take_rounds(), [1, 2, 1]);
    let one = format!("{id}/");
    let moved = json!({"name": "Acme", "email": "moved@example.com"});
    assert_eq!(spent(&app, "PUT", &one, &tenant.key, Some(&moved)).await, (201, vec![1, 1]));
    assert_eq!(spent(&app, "DELETE", &one, &tenant.key, None).await, (204, vec![1, 1]));
    app.audit(&tenant).await;
}

#[tokio::test]
async fn a_taken_address_costs_a_creator_no_transaction_and_a_change_one_more() {
    let (app, tenant) = App::with_reseller().await;
    app.create_record(&tenant, holder(&tenant, "ann@example.com", "A-1")).await.unwrap();
    let id = app.create_record(&tenant, holder(&tenant, "bob@example.com", "A-2")).await.unwrap();
    app.wire.take_calls();
    assert!(app.create_record(&tenant, holder(&tenant, "ann@example.com", "A-3")).await.is_err());
    assert_eq!(app.wire.take_rounds(), [1, 2]);
    let taken = json!({"name": "Acme", "email": "ann@example.com"});
    assert_eq!(spent(&app, "PUT", &format!("{id}/"), &tenant.key, Some(&taken)).await, (201, vec![1, 1, 1]));
}
