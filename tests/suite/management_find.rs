//! Find: the customers that match, their order, their number, and the cost.

use serde_json::{Value, json};

use crate::harness::{ManagementClient, encoded};

async fn find(client: &ManagementClient, query: &str) -> (Vec<u64>, Option<u64>) {
    let answer = client.request("GET", &format!("?{query}")).send().await.expect(200);
    let total = answer.header("x-total-count").map(|total| total.parse().unwrap());
    let found = answer.json();
    (found.as_array().unwrap().iter().map(|one| one["id"].as_u64().unwrap()).collect(), total)
}

#[tokio::test]
async fn nothing_is_an_empty_array() {
    let client = ManagementClient::start().await;
    for query in ["", "offset=5", "lastName=x"] {
        let answer = client.request("GET", &format!("?{query}")).send().await.expect(200);
        assert_eq!((answer.body.as_str(), answer.header("x-total-count")), ("[]", Some("0")), "{answer}");
    }
}

#[tokio::test]
async fn each_filter_compares_its_whole_field_without_case() {
    let client = ManagementClient::start().await;
    let one = json!({
        "firstName": "Zoë", "lastName": "O'Neil & Söhne", "organizationName": "Straße 100%", "email": "Zoe@Example.com",
        "phone": "+1 (2) 3", "street": "Ménilmontant 1", "city": "Paris", "state": "idf", "zipCode": "75 020", "countryCode": "fr",
    });
    let id = client.created(&one).await;
    let other = client.created(&json!({
        "firstName": "Zoë2", "lastName": "O'Neil", "organizationName": "Straße 100", "email": "zoe2@example.com", "phone": "+1 2 3",
        "street": "Ménilmontant", "city": "Paris 2", "state": "id", "zipCode": "75020", "countryCode": "DE",
    })).await;
    for (field, value) in one.as_object().unwrap() {
        let value = value.as_str().unwrap();
        for sent in [value.to_owned(), value.to_lowercase(), value.to_uppercase()] {
            assert_eq!(find(&client, &format!("{field}={}", encoded(&sent))).await, (vec![id], Some(1)), "{field}={sent}");
        }
        let part: String = value.chars().take(1).collect();
        assert_eq!(find(&client, &format!("{field}={}", encoded(&part))).await, (vec![], Some(0)), "{field} is compared whole");
        assert_eq!(find(&client, &format!("{field}=")).await, (vec![id, other], Some(2)), "an empty {field} does not filter");
    }
    assert_eq!(find(&client, &format!("accountId={}", client.tenant.account_id)).await, (vec![id, other], Some(2)));
    assert_eq!(find(&client, "accountId=").await.0, [id, other]);
    assert_eq!(find(&client, "accountId=1").await.0, [0; 0]);
    assert_eq!(find(&client, "city=+Paris").await.0, [0; 0], "parameters are not trimmed");
    // A customer must meet all filters.
    assert_eq!(find(&client, "city=paris&countryCode=FR&firstName=ZO%C3%8B").await.0, [id]);
    assert_eq!(find(&client, "city=paris&countryCode=DE").await.0, [0; 0]);
    assert_eq!(find(&client, "unknown=1&action=find&city=paris").await.0, [id]);
}

#[tokio::test]
async fn wrong_parameters_are_named() {
    let client = ManagementClient::start().await;
    let limits = [
        ("firstName", 125),
        ("lastName", 125),
        ("organizationName", 255),
        ("email", 100),
        ("phone", 15),
        ("street", 128),
        ("city", 50),
        ("state", 3),
        ("zipCode", 10),
        ("countryCode", 2),
    ];
    for (field, maximum) in limits {
        let longest = encoded(&"é".repeat(maximum));
        assert_eq!(find(&client, &format!("{field}={longest}")).await.0, [0; 0]);
        client.request("GET", &format!("?{field}={longest}x")).send().await.expect_failure_of(400, "F01", field);
        client.request("GET", &format!("?{field}=a&{field}=a")).send().await.expect_failure_of(400, "F01", field);
        client.request("GET", &format!("?{field}=%ff")).send().await.expect_failure_of(400, "F01", field);
        client.request("GET", &format!("?{field}=%00")).send().await.expect_failure_of(400, "F01", field);
    }
    for (query, field) in [
        ("accountId=x", "accountId"),
        ("accountId=-1", "accountId"),
        ("accountId=1.5", "accountId"),
        ("offset=-1", "offset"),
        ("offset=x", "offset"),
        ("offset=", "offset"),
        ("offset=+1", "offset"),
        ("limit=-1", "limit"),
        ("limit=1001", "limit"),
        ("limit=99999999999999999999", "limit"),
        ("limit=ten", "limit"),
        ("limit=", "limit"),
        ("limit=1&limit=1", "limit"),
        ("%=1", "%"),
    ] {
        client.request("GET", &format!("?{query}")).send().await.expect_failure_of(400, "F01", field);
    }
    let answer = client.request("GET", "?limit=x&offset=y&phone=1234567890123456").send().await;
    let message = answer.expect_failure_of(400, "F01", "limit").json()["failureMessage"].clone();
    let expected =
        "limit must be an integer from 0 to 1000; offset must be an integer from 0; phone must have at most 15 characters.";
    assert_eq!(message, expected);
}

#[tokio::test]
async fn pages_are_in_the_order_of_ids_and_stable() {
    let client = ManagementClient::start().await;
    // Each row has more than two kilobytes, so that DynamoDB gives them in several answers.
    let long = "😀".repeat(125);
    let body = json!({"city": "Paris", "organizationName": "Model", "street": long, "firstName": long, "lastName": long});
    let model = client.created(&body).await;
    let ids = [vec![model], client.app.fill(&client.tenant, model, "Filled", 1_204).await].concat();
    let total = Some(1_205);
    assert_eq!(find(&client, "").await, (ids[..100].to_vec(), total));
    assert_eq!(find(&client, "limit=1000").await, (ids[..1000].to_vec(), total));
    assert_eq!(find(&client, "limit=0").await, (vec![], total));
    assert_eq!(find(&client, "offset=1200").await, (ids[1200..].to_vec(), total));
    assert_eq!(find(&client, "offset=1205").await, (vec![], total));
    assert_eq!(find(&client, "offset=18446744073709551616").await, (vec![], total));
    let mut walked = Vec::new();
    while walked.len() < ids.len() {
        let (page, of) = find(&client, &format!("offset={}&limit=173", walked.len())).await;
        assert!(of == total && !page.is_empty());
        walked.extend(page);
    }
    assert_eq!(walked, ids);

    // With a filter, the total is known if all matches were read on the way.
    assert_eq!(find(&client, "city=paris").await, (ids[..100].to_vec(), None));
    assert_eq!(find(&client, "city=paris&offset=1105").await, (ids[1105..].to_vec(), total));
    assert_eq!(find(&client, "city=paris&offset=100&limit=100").await, (ids[100..200].to_vec(), None));
    assert_eq!(find(&client, "city=paris&offset=2000").await, (vec![], total));
    assert_eq!(find(&client, "city=paris&limit=0").await, (vec![], None));
    assert_eq!(find(&client, "city=paris&organizationName=model").await, (vec![model], Some(1)));
}

#[tokio::test]
async fn a_page_costs_what_it_shows_and_a_filter_with_an_index_its_matches() {
    let client = ManagementClient::start().await;
    let model = client.created(&json!({"city": "Paris", "organizationName": "Model", "email": "many@example.com"})).await;
    let needle = json!({"city": "Nice", "organizationName": "Needle", "email": "needle@example.com"});
    let spent = async |query: &str| {
        client.app.wire.take_calls();
        find(&client, query).await;
        client.app.wire.take_calls().iter().map(|call| call.capacity_units()).sum::<f64>()
    };
    let first = client.created(&needle).await;
    client.app.fill(&client.tenant, model, "Filled", 198).await;
    let of_200 = [spent("").await, spent("limit=10").await, spent("email=needle@example.com").await];
    client.app.fill(&client.tenant, model, "More", 3_000).await;
    let of_3200 = [spent("").await, spent("limit=10").await, spent("email=needle@example.com").await];
    assert_eq!(of_200, of_3200);
    assert_eq!(find(&client, "email=NEEDLE@example.com&city=nice").await, (vec![first], Some(1)));
    let by_index = spent("organizationName=needle").await;
    assert!(by_index <= 5.0, "{by_index}");
    let all = spent("city=nice").await;
    assert!(all > 20.0 * by_index, "{all} and {by_index}");
    let first_page = spent("city=paris&limit=5").await;
    assert!(first_page < all, "stops behind the page: {first_page} of {all}");
}

#[tokio::test]
async fn a_page_of_granted_accounts_is_full_although_others_customers_stand_between() {
    let client = ManagementClient::start().await;
    let second = client.app.account(&client.tenant).await;
    let of_both = client.app.service_user(&client.tenant, &["read", "write"], None).await;
    let of_second = client.app.service_user(&client.tenant, &["read"], Some(&[second])).await;
    let mut expected = Vec::new();
    for number in 0..3 {
        let model = client.created(&json!({"city": "Paris", "organizationName": format!("Block {number}")})).await;
        client.app.fill(&client.tenant, model, "Between", 150).await;
        let body = json!({"accountId": second, "firstName": "Ann", "lastName": "Lee", "city": "Paris"});
        let made = client.app.request("PUT", "/api/v01/customers").user(&of_both).json(&body).send().await.expect(201);
        expected.push(made.json()["id"].as_u64().unwrap());
    }
    let found = async |user: &str, query: &str| {
        let answer = client.app.request("GET", &format!("/api/v01/customers?{query}")).user(user).send().await.expect(200);
        let ids: Vec<u64> = answer.json().as_array().unwrap().iter().map(|one| one["id"].as_u64().unwrap()).collect();
        (ids, answer.header("x-total-count").map(str::to_owned))
    };
    let three = Some("3".to_owned());
    assert_eq!(found(&of_second, "").await, (expected.clone(), three.clone()));
    assert_eq!(found(&of_second, "limit=2").await, (expected[..2].to_vec(), three.clone()));
    assert_eq!(found(&of_second, "offset=1&limit=2").await, (expected[1..].to_vec(), three.clone()));
    assert_eq!(found(&of_second, "city=paris&offset=2").await, (expected[2..].to_vec(), three));
    assert_eq!(found(&of_both, "limit=1").await.1, Some("456".to_owned()));
    let not_theirs = format!("accountId={}", client.tenant.account_id);
    assert_eq!(found(&of_second, &not_theirs).await, (vec![], Some("0".to_owned())));
}

#[tokio::test]
async fn customers_of_other_apis_match_by_what_this_one_shows() {
    let client = ManagementClient::start().await;
    let token = client.app.licensing_token(&client.tenant, &["write"]).await;
    let of_reseller = client.app.create_with(&client.tenant, json!({"name": "Acme", "email": "a@example.com"})).await;
    let form = "firstname=Acme&email=b%40example.com";
    let of_licensing = client.app.request("POST", "/api/customer").token(&token).form(form).send().await.expect(201);
    let of_licensing = of_licensing.json()["customer_id"].as_u64().unwrap();
    // In the reseller API both have the name Acme, but only one has an organization.
    assert_eq!(find(&client, "organizationName=acme").await.0, [of_reseller]);
    assert_eq!(find(&client, "firstName=acme").await.0, [of_licensing]);
    assert_eq!(find(&client, "email=A@example.com").await.0, [of_reseller]);
    assert_eq!(find(&client, &format!("accountId={}", client.tenant.account_id)).await.0, [of_reseller, of_licensing]);
    let shown: Value = client.load(of_licensing).await.json();
    assert_eq!((&shown["code"], shown.get("organizationName")), (&json!(of_licensing.to_string()), None));
}
