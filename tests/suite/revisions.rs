//! Revisions of an object as clients see them: `ETag`, `If-Match` and `If-None-Match`.

use futures_util::future::join_all;
use serde_json::json;

use crate::harness::{Answer, ApiCall, CUSTOMERS, Clients, Effect};

/// How often writers of one revision meet, and how many customers they change at the same time: the loser waits a moment.
const RACES: usize = 1000;
const CUSTOMERS_RACED: usize = 10;

/// The calls that change or delete a customer, with the status of their success. Each change has another effect than the others.
fn changes(id: u64) -> Vec<(ApiCall, u16)> {
    vec![
        (ApiCall::json("PUT", format!("/api/v3/reseller/customer/{id}/"), &json!({"name": "A", "email": "a@example.com"})), 201),
        (ApiCall::form("PUT", format!("/api/customer/{id}"), "company=B"), 200),
        (ApiCall::json("POST", format!("{CUSTOMERS}/{id}"), &json!({"organizationName": "C"})), 200),
        (ApiCall::json("POST", format!("{CUSTOMERS}/*{id}"), &json!({"organizationName": "D"})), 200),
        (ApiCall::new("DELETE", format!("/api/customer/{id}")), 410),
    ]
}

/// The error of a call whose `If-Match` does not hold, in the form of its API.
#[track_caller]
fn expect_stale(answer: Answer) -> Answer {
    answer.expect_refusal(412, "PRECONDITION_FAILED", "V06")
}

#[tokio::test]
async fn every_answer_with_one_object_has_the_tag_of_its_revision() {
    let clients = Clients::start().await;
    let tagged = async |call: ApiCall, headers: &[(&str, &str)], status: u16| {
        let answer = clients.send(call, headers).await.expect(status);
        answer.header("etag").unwrap_or_else(|| panic!("no tag: {answer}")).to_owned()
    };
    let form = "company=Acme&email=a%40example.com";
    assert_eq!(tagged(ApiCall::form("POST", "/api/customer", form), &[], 201).await, "\"1-1\"");
    assert_eq!(tagged(ApiCall::new("GET", "/api/customer/1"), &[], 302).await, "\"1-1\"");
    assert_eq!(tagged(ApiCall::form("PUT", "/api/customer/1", "company=Acme"), &[], 304).await, "\"1-1\"");
    assert_eq!(tagged(ApiCall::form("PUT", "/api/customer/1", "company=B"), &[], 200).await, "\"1-2\"");
    let body = json!({"name": "C", "email": "a@example.com"});
    assert_eq!(tagged(ApiCall::json("PUT", "/api/v3/reseller/customer/1/", &body), &[], 201).await, "\"1-3\"");
    assert_eq!(tagged(ApiCall::json("PUT", "/api/v3/reseller/customer/1", &body), &[], 201).await, "\"1-3\"");
    assert_eq!(tagged(ApiCall::new("GET", "/api/v3/reseller/customer/1/"), &[], 200).await, "\"1-3\"");
    let one = format!("{CUSTOMERS}/1");
    let change = ApiCall::json("POST", &one, &json!({"city": "Delft"}));
    assert_eq!(tagged(change.clone(), &[], 200).await, "\"1-4\"");
    for (accept, tag) in [("application/json", "\"1-4\""), ("application/xml", "\"1-4-xml\""), ("text/xml", "\"1-4-xml\"")] {
        assert_eq!(tagged(ApiCall::new("GET", &one), &[("accept", accept)], 200).await, tag);
        assert_eq!(tagged(change.clone(), &[("accept", accept)], 200).await, tag);
    }
    let body = json!({"accountId": clients.tenant.account_id, "firstName": "Ann", "lastName": "Lee"});
    assert_eq!(tagged(ApiCall::json("PUT", CUSTOMERS, &body), &[("accept", "text/xml")], 201).await, "\"2-1-xml\"");
    let body = json!({"name": "D", "email": "d@example.com"});
    assert_eq!(tagged(ApiCall::json("POST", "/api/v3/reseller/customer/", &body), &[], 201).await, "\"3-1\"");

    let form = "customer_id=3&product=Script&host=h.example.com";
    assert_eq!(tagged(ApiCall::form("POST", "/api/license", form), &[], 201).await, "\"3000001-1\"");
    assert_eq!(tagged(ApiCall::new("GET", "/api/license/3000001"), &[], 302).await, "\"3000001-1\"");
    assert_eq!(tagged(ApiCall::new("DELETE", "/api/license/3000001"), &[], 410).await, "\"3000001-2\"");
    assert_eq!(tagged(ApiCall::new("DELETE", "/api/customer/1"), &[], 410).await, "\"1-4\"");

    let without = [
        (ApiCall::new("GET", "/api/v3/reseller/customer/"), 200),
        (ApiCall::new("GET", "/api/customers"), 200),
        (ApiCall::new("GET", "/api/licenses"), 200),
        (ApiCall::new("GET", CUSTOMERS), 200),
        (ApiCall::new("GET", "/api/v3/reseller/customer/1/"), 404),
        (ApiCall::new("DELETE", "/api/v3/reseller/customer/3/"), 204),
    ];
    for (call, status) in without {
        let answer = clients.send(call, &[]).await.expect(status);
        assert_eq!(answer.header("etag"), None, "{answer}");
    }
}

#[tokio::test]
async fn a_licence_that_ends_with_its_customer_has_another_tag() {
    let clients = Clients::start().await;
    let customer = clients.create().await;
    let licence = clients.issue(customer).await;
    let one = ApiCall::new("GET", format!("/api/license/{licence}"));
    let before = clients.send(one.clone(), &[]).await.expect(302).header("etag").map(str::to_owned);
    clients.send(ApiCall::new("DELETE", format!("/api/customer/{customer}")), &[]).await.expect(410);
    let after = clients.send(one, &[]).await.expect(302).header("etag").map(str::to_owned);
    assert!(before.is_some() && after.is_some() && before != after, "{before:?} {after:?}");
}

#[tokio::test]
async fn a_change_of_another_revision_is_refused_and_writes_nothing() {
    let clients = Clients::start().await;
    let id = clients.create().await;
    let first = clients.tag(id).await;
    for (call, status) in changes(id) {
        let current = clients.tag(id).await;
        let revision: u64 = current.trim_matches('"').rsplit('-').next().unwrap().parse().unwrap();
        let rows = clients.app.all_rows().await;
        let next = format!("\"{id}-{}\"", revision + 1);
        for stale in [&next, &format!("W/{current}"), "\"\"", &format!("\"0-1\", {next}"), &format!("{next}, W/{current}")] {
            expect_stale(clients.send(call.clone(), &[("if-match", stale)]).await);
        }
        assert_eq!(clients.app.all_rows().await, rows);
        let any = [current.clone(), format!("\"{id}-{revision}-xml\""), format!("\"x\" , {current}"), "*".to_owned()];
        let expected = &any[usize::try_from(revision).unwrap() % any.len()];
        clients.send(call, &[("If-Match", expected)]).await.expect(status);
    }
    assert_eq!(clients.send(changes(id)[0].0.clone(), &[("if-match", &first)]).await.status, 404, "a customer that is gone");

    let id = clients.create().await;
    let delete = ApiCall::new("DELETE", format!("/api/v3/reseller/customer/{id}/"));
    expect_stale(clients.send(delete.clone(), &[("if-match", &first)]).await);
    let current = clients.tag(id).await;
    clients.send(delete, &[("if-match", &current)]).await.expect(204);
}

#[tokio::test]
async fn a_licence_is_revoked_only_as_the_client_expects_it() {
    let clients = Clients::start().await;
    let customer = clients.create().await;
    let licence = clients.issue(customer).await;
    let revoke = ApiCall::new("DELETE", format!("/api/license/{licence}"));
    let (active, revoked) = (format!("\"{licence}-1\""), format!("\"{licence}-2\""));
    let rows = clients.app.all_rows().await;
    expect_stale(clients.send(revoke.clone(), &[("if-match", &revoked)]).await);
    assert_eq!(clients.app.all_rows().await, rows);
    clients.send(revoke.clone(), &[("if-match", &active)]).await.expect(410);
    expect_stale(clients.send(revoke.clone(), &[("if-match", &active)]).await);
    clients.send(revoke, &[("if-match", &revoked)]).await.expect(410);
}

#[tokio::test]
async fn a_stale_tag_is_found_by_the_read_where_nothing_would_change() {
    let clients = Clients::start().await;
    let id = clients.create().await;
    for (call, _) in changes(id).into_iter().take(3) {
        let stale = clients.tag(id).await;
        clients.send(call.clone(), &[("if-match", &stale)]).await;
        clients.app.wire.take_calls();
        expect_stale(clients.send(call.clone(), &[("if-match", &stale)]).await);
        assert_eq!(clients.app.wire.take_operations(), ["BatchGetItem"]);
        let current = clients.tag(id).await;
        let unchanged = clients.send(call, &[("if-match", &current)]).await;
        assert_eq!(unchanged.header("etag"), Some(current.as_str()), "{unchanged}");
    }
}

#[tokio::test]
async fn a_change_between_read_and_write_is_found_in_the_transaction() {
    let clients = Clients::start().await;
    for place in 0..5 {
        let id = clients.create().await;
        let (call, _) = changes(id).swap_remove(place);
        let expected = clients.tag(id).await;
        clients.app.wire.take_calls();
        clients.send(ApiCall::new("GET", &call.path), &[]).await;
        let stale = clients.app.wire.take_calls().pop().unwrap().response;
        let other =
            ApiCall::json("PUT", format!("/api/v3/reseller/customer/{id}/"), &json!({"name": "Z", "email": "z@example.com"}));
        clients.send(other, &[]).await.expect(201);
        let rows = clients.app.all_rows().await;
        clients.app.wire.take_calls();
        clients.app.wire.fail("BatchGetItem", 1, move |_| Effect::Answer(200, stale.clone()));
        expect_stale(clients.send(call, &[("if-match", &expected)]).await);
        clients.app.wire.mend();
        assert_eq!(clients.app.wire.take_operations(), ["BatchGetItem", "BatchGetItem", "TransactWriteItems"]);
        assert_eq!(clients.app.all_rows().await, rows);
    }
}

#[tokio::test]
async fn of_parallel_writers_of_one_revision_exactly_one_wins() {
    let clients = &Clients::start().await;
    let races = (0..CUSTOMERS_RACED).map(async |_| {
        let id = clients.create().await;
        let mut tag = clients.tag(id).await;
        for race in 0..RACES / CUSTOMERS_RACED {
            let mut calls = vec![
                ApiCall::json(
                    "PUT",
                    format!("/api/v3/reseller/customer/{id}"),
                    &json!({"name": format!("A{race}"), "email": "a@example.com"}),
                ),
                ApiCall::form("PUT", format!("/api/customer/{id}"), &format!("company=B{race}")),
                ApiCall::json("POST", format!("{CUSTOMERS}/{id}"), &json!({"organizationName": format!("C{race}")})),
            ];
            calls.remove(race % 3);
            let headers = [("if-match", tag.as_str())];
            let answers = join_all(calls.into_iter().map(|call| clients.send(call, &headers))).await;
            let (mut won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status < 300);
            assert_eq!((won.len(), lost.len()), (1, 1), "{won:?} {lost:?}");
            lost.into_iter().for_each(|answer| drop(expect_stale(answer)));
            tag = won.remove(0).header("etag").unwrap().to_owned();
        }
        assert_eq!(tag, format!("\"{id}-{}\"", RACES / CUSTOMERS_RACED + 1));
        assert_eq!(tag, clients.tag(id).await);
    });
    join_all(races).await;
}

#[tokio::test]
async fn an_if_match_that_can_not_be_read_is_refused_and_only_a_verified_caller_learns_it() {
    let clients = Clients::start().await;
    let id = clients.create().await;
    let licence = clients.issue(id).await;
    let rows = clients.app.all_rows().await;
    let calls: Vec<ApiCall> = changes(id).into_iter().map(|(call, _)| call).collect();
    let others = [
        ApiCall::new("DELETE", format!("/api/v3/reseller/customer/{id}/")),
        ApiCall::new("DELETE", format!("/api/license/{licence}")),
    ];
    for call in calls.into_iter().chain(others) {
        for sent in ["", "1-1", "\"1-1", "*, \"1-1\"", "\"1-1\" \"1-2\"", "w/\"1-1\""] {
            let answer = clients.send(call.clone(), &[("if-match", sent)]).await;
            answer.expect_fault_of_header("If-Match");
        }
        clients.app.request(call.method, &call.path).header("if-match", "1-1").send().await.expect(401);
    }
    assert_eq!(clients.app.all_rows().await, rows);
}

#[tokio::test]
async fn the_form_is_checked_before_the_revision() {
    let clients = Clients::start().await;
    let id = clients.create().await;
    let path = format!("/api/v3/reseller/customer/{id}/");
    let stale = [("if-match", "\"0-0\"")];
    clients.send(ApiCall::json("PUT", &path, &json!({"name": "A", "email": "none"})), &stale).await.expect_faults(&["email"]);
    expect_stale(clients.send(ApiCall::json("PUT", &path, &json!({"name": "A", "email": "a@example.com"})), &stale).await);
}

#[tokio::test]
async fn who_has_the_customer_is_told_so_without_a_body() {
    let clients = Clients::start().await;
    let id = clients.create().await;
    for (path, accept, tag) in [
        (format!("/api/v3/reseller/customer/{id}/"), "*/*", format!("\"{id}-1\"")),
        (format!("{CUSTOMERS}/{id}"), "application/json", format!("\"{id}-1\"")),
        (format!("{CUSTOMERS}/*{id}"), "application/xml", format!("\"{id}-1-xml\"")),
    ] {
        let get = async |known: &str| {
            let headers = [("accept", accept), ("if-none-match", known)];
            clients.send(ApiCall::new("GET", &path), &headers).await
        };
        for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
            let answer = get(&known).await.expect(304);
            assert_eq!((answer.header("etag"), answer.body.as_str()), (Some(tag.as_str()), ""), "{answer}");
            assert_eq!(answer.header("content-type"), None, "{answer}");
        }
        // Another format has another tag, and what can't be read names nothing.
        for unknown in [format!("\"{id}-2\""), tag.replace("-1", "-1-xml-1"), tag.trim_matches('"').to_owned(), String::new()] {
            get(&unknown).await.expect(200);
        }
    }
    let xml = [("accept", "text/xml"), ("if-none-match", "\"1-1\"")];
    clients.send(ApiCall::new("GET", format!("{CUSTOMERS}/{id}")), &xml).await.expect(200);
    let gone = [("if-none-match", "*")];
    clients.send(ApiCall::new("GET", "/api/v3/reseller/customer/99/"), &gone).await.expect_error(404, "NOT_FOUND");
    // In the licensing API 302 is the success, and 304 means that a change changed nothing.
    clients.send(ApiCall::new("GET", format!("/api/customer/{id}")), &[("if-none-match", "*")]).await.expect(302);
}
