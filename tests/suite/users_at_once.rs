//! Users when much happens at once, or goes wrong: races, limits, faults below the SDK, and the delete of their customer.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::{Answer, Call, Effect, People};

const LAST: &str = "must leave the reseller an active user, and this is the last one";
const FULL: &str = "is an organization with 1000 users, which is the most: delete one first";
const TAKEN: &str = "is the address of another user";

fn statuses(answers: &[Answer]) -> Vec<u16> {
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    statuses
}

/// A transaction that is cancelled because others write to the row in this place.
fn conflict(call: &Call, at: usize) -> Effect {
    let items = call.request["TransactItems"].as_array().map_or(0, Vec::len);
    let code = |place: usize| json!({"Code": if place == at { "TransactionConflict" } else { "None" }});
    let reasons: Vec<Value> = (0..items).map(code).collect();
    Effect::Answer(400, json!({"__type": "TransactionCanceledException", "CancellationReasons": reasons}))
}

#[tokio::test]
async fn of_many_that_want_one_address_one_gets_it() {
    let people = People::new().await;
    let sibling = people.app.create(&people.tenant, "Sibling").await;
    let groups = [people.customers(), people.of(sibling), people.own()];
    let body = json!({"email": "ann@acme.example"});
    let answers = join_all((0..9).map(|turn| groups[turn % 3].post(body.clone()))).await;
    assert_eq!(statuses(&answers), [201, 400, 400, 400, 400, 400, 400, 400, 400]);
    for refused in answers.iter().filter(|answer| answer.status == 400) {
        assert_eq!(refused.json()["details"], json!({"email": TAKEN}));
    }
    people.audit().await;
}

#[tokio::test]
async fn an_organization_has_at_most_a_thousand_users() {
    let people = People::new().await;
    for group in [people.customers(), people.own()] {
        let model = group.invited(&format!("{}@acme.example", people.app.all_rows().await.len())).await["id"].clone();
        group.fill(&model, 998).await;
        people.audit().await;
        let racers = (0..5).map(|racer| group.post(json!({"email": format!("{racer}-{model}@acme.example")})));
        let answers = join_all(racers).await;
        assert_eq!(statuses(&answers), [201, 201, 400, 400, 400], "two of them find room");
        let listed = group.list("?limit=1000").await;
        assert_eq!((&listed.json()["count"], &listed.json()["total_results"]), (&json!(1_000), &json!(1_000)));
        let rows = people.app.all_rows_but_counters().await;
        let refused = group.post(json!({"email": "more@acme.example"})).await.expect(400);
        assert_eq!(refused.json()["details"], json!({"id": FULL}));
        let twice = group.post(json!({"email": listed.result()[7]["email"]})).await.expect(400);
        assert_eq!(twice.json()["details"], json!({"email": TAKEN, "id": FULL}));
        assert_eq!(people.app.all_rows_but_counters().await, rows);
        // Those who are there can be changed and go, and then there is room.
        group.put(&model, json!({"is_active": false})).await.expect(201);
        group.delete(&model).await.expect(204);
        group.invited("more@acme.example").await;
        people.audit().await;
        let more = listed.result()[999]["id"].clone();
        group.delete(&more).await.expect(204);
        group.delete(&group.list("?filter=email=more@acme.example").await.result()[0]["id"]).await.expect(204);
    }
    // A deleted customer with so many leaves nothing behind.
    people.delete_customer(people.customer).await;
    people.audit().await;
    assert_eq!(people.erase().await, json!({"erased": 1, "has_more": false}));
    let of_customer = format!("USER#{:016}", people.customer);
    assert!(!people.app.all_rows().await.iter().any(|row| row.contains(&of_customer)));
    people.audit().await;
}

#[tokio::test]
async fn of_two_that_delete_or_deactivate_the_last_two_active_people_one_does() {
    for turn in 0..6 {
        let people = People::new().await;
        let own = people.own();
        let mut ids = Vec::new();
        for name in ["ann", "bob"] {
            let id = own.invited(&format!("{name}@northwind.example")).await["id"].clone();
            own.give_password(&id).await;
            ids.push(id);
        }
        let end = async |id: &Value, deletes: bool| {
            if deletes { own.delete(id).await } else { own.put(id, json!({"is_active": false})).await }
        };
        let deletes = [turn % 2 == 0, turn % 3 == 0];
        let answers = join_all([end(&ids[0], deletes[0]), end(&ids[1], deletes[1])]).await;
        let refused: Vec<usize> = (0..2).filter(|place| answers[*place].status == 400).collect();
        let [refused] = refused[..] else { panic!("{answers:?}") };
        let field = if deletes[refused] { "user_id" } else { "is_active" };
        assert_eq!(answers[refused].json()["details"], json!({field: LAST}));
        assert_eq!(own.list("?filter=status=active").await.json()["total_results"], 1);
        people.audit().await;
    }
}

#[tokio::test]
async fn changes_at_once_are_all_made_and_links_at_once_leave_the_last_one() {
    let people = People::new().await;
    let group = people.customers();
    let id = group.invited("ann@acme.example").await["id"].clone();
    let changes = join_all((0..6).map(|turn| group.put(&id, json!({"first_name": format!("Ann {turn}")})))).await;
    assert!(changes.iter().all(|answer| answer.status == 201));
    let links = join_all((0..6).map(|_| group.link(&id))).await;
    assert!(links.iter().all(|answer| answer.status == 201));
    let (partition, sort) = group.place(&id);
    let row = people.app.row(&partition, &sort).await.unwrap();
    assert_eq!(row["revision"].as_n().unwrap(), "13");
    let on_record = row["link"].as_m().unwrap()["hash"].as_s().unwrap().clone();
    let hashes = links.iter().map(|answer| {
        let result = answer.result();
        let url = result["invitation_url"].as_str().unwrap().to_owned();
        shared::domain::hash::sha256_hex(url.rsplit('/').next().unwrap())
    });
    assert_eq!(hashes.filter(|hash| *hash == on_record).count(), 1);
    let deletes = join_all((0..6).map(|_| group.delete(&id))).await;
    assert_eq!(statuses(&deletes), [204, 404, 404, 404, 404, 404]);
    people.audit().await;
}

#[tokio::test]
async fn a_customers_delete_takes_its_users_from_every_count_at_once() {
    let people = People::new().await;
    // In another shard, and in the same one.
    let mut others = Vec::new();
    for name in 0..17 {
        others.push(people.app.create(&people.tenant, &format!("Other {name}")).await);
    }
    for (place, customer) in others.iter().enumerate().filter(|(place, _)| [0, 15].contains(place)) {
        people.of(*customer).invited(&format!("{place}@other.example")).await;
    }
    let group = people.customers();
    let id = group.invited("ann@acme.example").await["id"].clone();
    group.invited("bob@acme.example").await;
    people.audit().await;
    let token = people.token().await;
    people.delete_customer(people.customer).await;
    people.audit().await;
    for answer in [
        group.call("GET", "").send().await,
        group.get(&id).await,
        group.put(&id, json!({})).await,
        group.link(&id).await,
        group.delete(&id).await,
        group.post(json!({"email": "new@acme.example"})).await,
    ] {
        assert_eq!(answer.expect_error(404, "NOT_FOUND").json()["message"], "There is no customer with this id.");
    }
    people.app.request("GET", "/api/v3/user/").key(&token).send().await.expect_error(401, "INVALID_API_KEY");
    people.audit().await;
}

#[tokio::test]
async fn users_that_come_and_go_while_their_customer_is_deleted_are_counted_right() {
    for _ in 0..4 {
        let people = People::new().await;
        let group = people.customers();
        let ids = [group.invited("a@acme.example").await["id"].clone(), group.invited("b@acme.example").await["id"].clone()];
        let come = async |name: usize| group.post(json!({"email": format!("{name}@acme.example")})).await.status;
        let go = async |id: &Value| group.delete(id).await.status;
        let delete = people.app.reseller_api("DELETE", people.customer).key(&people.tenant.key).send();
        let (first, second, third, gone, other, deleted) =
            futures_util::join!(come(1), come(2), come(3), go(&ids[0]), go(&ids[1]), delete);
        assert_eq!(deleted.status, 204);
        for status in [first, second, third] {
            assert!([201, 404].contains(&status), "{status}");
        }
        for status in [gone, other] {
            assert!([204, 404].contains(&status), "{status}");
        }
        people.audit().await;
        people.erase().await;
        people.audit().await;
        assert!(!people.app.all_rows().await.iter().any(|row| row.contains("@acme.example") && row.contains("USERS#")));
    }
}

#[tokio::test]
async fn an_address_of_a_deleted_customer_is_free_at_once_and_stays_its_takers() {
    let people = People::new().await;
    let group = people.customers();
    let sibling = people.app.create(&people.tenant, "Sibling").await;
    for name in ["ann", "bob", "cleo"] {
        group.invited(&format!("{name}@acme.example")).await;
    }
    people.delete_customer(people.customer).await;
    let taker = people.own().invited("ANN@acme.example").await["id"].clone();
    // Of two that take it over at once, one gets it.
    let sibling = people.of(sibling);
    let body = json!({"email": "bob@acme.example"});
    let own = people.own();
    let answers =
        join_all((0..6).map(|turn| if turn % 2 == 0 { sibling.post(body.clone()) } else { own.post(body.clone()) })).await;
    assert_eq!(statuses(&answers), [201, 400, 400, 400, 400, 400]);
    people.audit().await;
    assert_eq!(people.erase().await, json!({"erased": 1, "has_more": false}));
    people.audit().await;
    let rows = people.app.all_rows().await;
    assert_eq!(rows.iter().filter(|row| row.contains("PERSON#")).count(), 2, "cleo's is gone");
    assert_eq!(rows.iter().filter(|row| row.contains("USERS#") && row.contains("@acme.example")).count(), 2);
    let refused = sibling.post(json!({"email": "ann@acme.example"})).await.expect(400);
    assert_eq!(refused.json()["details"], json!({"email": TAKEN}));
    own.delete(&taker).await.expect(204);
    sibling.invited("ann@acme.example").await;
    sibling.invited("cleo@acme.example").await;
    people.audit().await;
}

#[tokio::test]
async fn erasing_goes_on_where_it_was_and_is_safe_at_once() {
    let people = People::new().await;
    let group = people.customers();
    let model = group.invited("ann@acme.example").await["id"].clone();
    group.fill(&model, 120).await;
    people.delete_customer(people.customer).await;
    people.own().invited("ann@acme.example").await;
    let mut left = 2;
    people.app.wire.script(move |call| {
        left -= usize::from(call.operation == "TransactWriteItems" && left > 0);
        if left == 0 && call.operation == "TransactWriteItems" {
            Effect::Answer(400, json!({"__type": "ThrottlingException"}))
        } else {
            Effect::Pass
        }
    });
    assert_eq!(people.app.operate("operator-erase-deleted", json!({})).await.unwrap_err().0, "SERVICE_UNAVAILABLE");
    people.app.wire.mend();
    let erased = join_all((0..2).map(|_| people.erase())).await;
    assert!(erased.iter().all(|erased| erased["has_more"] == false), "{erased:?}");
    let rows = people.app.all_rows().await;
    assert_eq!(rows.iter().filter(|row| row.contains("USERS#") && row.contains("USER#")).count(), 1, "the taker");
    assert_eq!(rows.iter().filter(|row| row.contains("PERSON#")).count(), 1);
    people.audit().await;
}

#[tokio::test]
async fn a_lost_answer_and_a_conflict_change_nothing_about_what_is_made() {
    let people = People::new().await;
    let group = people.customers();
    people.app.start_functions().await;
    let writes = |name: &str| {
        let group = people.customers();
        let name = name.to_owned();
        async move {
            let made = group.post(json!({"email": format!("{name}@acme.example")})).await.expect(201).result();
            group.put(&made["id"], json!({"first_name": name})).await.expect(201);
            group.link(&made["id"]).await.expect(201);
            made["id"].clone()
        }
    };
    people.app.wire.fail("TransactWriteItems", 1, |_| Effect::LoseAnswer);
    let first = writes("lost").await;
    for place in 0..4 {
        people.app.wire.fail("TransactWriteItems", 2, move |call| conflict(call, place));
        writes(&format!("conflict-{place}")).await;
    }
    people.app.wire.fail("TransactWriteItems", 1, |_| Effect::LoseAnswer);
    group.delete(&first).await.expect(204);
    people.app.wire.mend();
    assert_eq!(group.list("").await.json()["total_results"], 4);
    people.audit().await;
    let created = people.activity(1_000).await.into_iter().filter(|entry| entry[0] == "user.created").count();
    assert_eq!(created, 5);
}

#[tokio::test]
async fn an_answer_that_is_lost_for_ever_can_be_asked_for_again() {
    let people = People::new().await;
    let group = people.own();
    people.app.start_functions().await;
    let send = || {
        let body = json!({"email": "ann@northwind.example"});
        group.call("POST", "").json(&body).header("idempotency-key", "once").send()
    };
    let mut is_made = false;
    people.app.wire.script(move |call| {
        is_made |= call.operation == "TransactWriteItems";
        if is_made { Effect::LoseAnswer } else { Effect::Pass }
    });
    send().await.expect_error(503, "SERVICE_UNAVAILABLE");
    people.app.wire.mend();
    let rows = people.app.all_rows().await;
    let made = send().await.expect(201).result();
    assert_eq!(people.app.all_rows().await, rows, "it was made the first time");
    let token = made["invitation_url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let hash = shared::domain::hash::sha256_hex(&token);
    assert!(rows.iter().any(|row| row.contains("USERS#") && row.contains(&hash)), "with the link that is told now");
    people.audit().await;
}

#[tokio::test]
async fn a_store_that_refuses_leaves_nothing_half_done() {
    let people = People::new().await;
    let group = people.customers();
    people.app.start_functions().await;
    let id = group.invited("ann@acme.example").await["id"].clone();
    let rows = people.app.all_rows_but_counters().await;
    people.app.wire.script(|call| match call.operation.as_str() {
        "TransactWriteItems" => Effect::Answer(400, json!({"__type": "ThrottlingException"})),
        _ => Effect::Pass,
    });
    for answer in [
        group.post(json!({"email": "bob@acme.example"})).await,
        group.put(&id, json!({"first_name": "Ann"})).await,
        group.link(&id).await,
        group.delete(&id).await,
    ] {
        answer.expect_error(503, "SERVICE_UNAVAILABLE");
    }
    people.app.wire.mend();
    assert_eq!(people.app.all_rows_but_counters().await, rows);
    people.audit().await;
}
