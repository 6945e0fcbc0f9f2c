//! Many requests at once: none is applied in part or twice, and the counts equal what is there.
//!
//! All requests of a test run on one task, so that they meet at the database, which answers them in no particular order.

use std::collections::BTreeSet;

use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use crate::harness::records::{number, words};
use crate::harness::{Answer, App, Tenant};

async fn put(app: &App, tenant: &Tenant, id: u64, body: Value) -> Answer {
    app.reseller_api("PUT", format!("{id}/")).key(&tenant.key).json(&body).send().await
}

async fn delete(app: &App, tenant: &Tenant, id: u64) -> Answer {
    app.reseller_api("DELETE", format!("{id}/")).key(&tenant.key).send().await
}

async fn get(app: &App, tenant: &Tenant, id: u64) -> Answer {
    app.reseller_api("GET", format!("{id}/")).key(&tenant.key).send().await
}

async fn total(app: &App, tenant: &Tenant, query: &str) -> u64 {
    app.list(tenant, query).await.json()["total_results"].as_u64().unwrap()
}

/// The values of one writer, which no other writer has.
fn body_of(writer: usize) -> Value {
    json!({
        "name": format!("Writer {writer}"),
        "email": format!("writer-{writer}@example.com"),
        "phone": format!("+31 000 {writer:06}"),
        "is_active": writer.is_multiple_of(2),
    })
}

/// The writer whose values this customer has, after a check that all its values are of the same writer.
#[track_caller]
fn writer_of(answer: &Answer) -> usize {
    let shown = answer.result();
    let writer = shown["name"].as_str().unwrap().strip_prefix("Writer ").unwrap_or_else(|| panic!("{answer}")).parse().unwrap();
    for (field, value) in body_of(writer).as_object().unwrap() {
        assert_eq!(&shown[field], value, "{field} is of another writer {answer}");
    }
    writer
}

#[tokio::test]
async fn given_200_creates_at_once_then_200_ids_and_a_total_of_200() {
    let (app, tenant) = App::with_reseller().await;
    let ids = join_all((0..200).map(|writer| app.create_with(&tenant, body_of(writer)))).await;
    let distinct: BTreeSet<u64> = ids.iter().copied().collect();
    assert_eq!(distinct.len(), 200);
    let listed = app.list(&tenant, "limit=1000").await;
    assert_eq!(listed.ids(), distinct.into_iter().collect::<Vec<_>>());
    assert_eq!(listed.json()["total_results"], 200);
    assert_eq!(total(&app, &tenant, "filter=is_active=true").await, 100);
    app.audit(&tenant).await;
}

#[tokio::test]
async fn given_creates_of_several_resellers_at_once_then_no_id_is_given_twice() {
    let app = App::start().await;
    let tenants = join_all(["One", "Two", "Three"].map(|name| app.reseller(name))).await;
    let creates = (0..90).map(|writer| {
        let tenant = &tenants[writer % tenants.len()];
        app.create_with(tenant, body_of(writer))
    });
    let ids: BTreeSet<u64> = join_all(creates).await.into_iter().collect();
    assert_eq!(ids.len(), 90);
    for tenant in &tenants {
        assert_eq!(total(&app, tenant, "").await, 30);
        app.audit(tenant).await;
    }
}

#[tokio::test]
async fn given_parallel_updates_of_one_customer_then_each_that_is_answered_was_applied_whole_and_once() {
    let (app, tenant) = App::with_reseller().await;
    let id = app.create(&tenant, "Acme").await;
    let before = get(&app, &tenant, id).await.result();
    let answers = join_all((0..20).map(|writer| put(&app, &tenant, id, body_of(writer)))).await;

    let mut written = BTreeSet::new();
    let mut moments = BTreeSet::new();
    for (writer, answer) in answers.into_iter().enumerate() {
        if answer.status == 503 {
            answer.expect_error(503, "SERVICE_UNAVAILABLE");
            continue;
        }
        let answer = answer.expect(201);
        assert_eq!(writer_of(&answer), writer, "the answer shows what this writer wrote: {answer}");
        assert_eq!(answer.result()["registration_date"], before["registration_date"], "{answer}");
        written.insert(writer);
        moments.insert(answer.result()["last_modified"].as_str().unwrap().to_owned());
    }
    assert!(!written.is_empty());
    assert_eq!(moments.len(), written.len(), "each change is later than the one before");
    let now = get(&app, &tenant, id).await;
    assert!(written.contains(&writer_of(&now)), "{now}");
    assert_eq!(now.result()["last_modified"], *moments.last().unwrap(), "{now}");
    let rows = app.audit(&tenant).await;
    assert_eq!(number(&rows[&id], "revision"), 1 + written.len() as u64, "losers wrote nothing");
}

#[tokio::test]
async fn given_a_reader_beside_writers_then_it_never_sees_half_a_change() {
    let (app, tenant) = App::with_reseller().await;
    let id = app.create_with(&tenant, body_of(0)).await;
    let writers = join_all((1..9).map(|writer| put(&app, &tenant, id, body_of(writer))));
    let readers = join_all((0..40).map(|place| {
        let (app, tenant) = (&app, &tenant);
        async move {
            writer_of(&get(app, tenant, id).await.expect(200));
            if place % 4 == 0 {
                let listed = app.list(tenant, "sort=name").await;
                assert_eq!(listed.ids(), [id], "{listed}");
            }
        }
    }));
    join(writers, readers).await;
    app.audit(&tenant).await;
}

#[tokio::test]
async fn given_a_status_change_beside_updates_that_do_not_send_it_then_it_is_never_undone() {
    let (app, tenant) = App::with_reseller().await;
    for _ in 0..5 {
        let id = app.create(&tenant, "Acme").await;
        let rename = |writer: u8| json!({"name": format!("Name {writer}"), "email": "customer@example.com"});
        let updates = join_all((0..4).map(|writer| put(&app, &tenant, id, rename(writer))));
        let deactivate = json!({"name": "Acme", "email": "customer@example.com", "is_active": false});
        let (updated, deactivated) = join(updates, put(&app, &tenant, id, deactivate)).await;
        assert!(updated.iter().all(|answer| answer.status == 201), "{updated:?}");
        deactivated.expect(201);
        assert_eq!(get(&app, &tenant, id).await.result()["is_active"], false);
    }
    assert_eq!(total(&app, &tenant, "filter=is_active=true").await, 0);
    app.audit(&tenant).await;
}

#[tokio::test]
async fn given_parallel_deletes_of_one_customer_then_exactly_one_is_answered_204() {
    let (app, tenant) = App::with_reseller().await;
    app.create(&tenant, "Neighbour").await;
    for _ in 0..5 {
        let id = app.create(&tenant, "Acme").await;
        let mut statuses: Vec<u16> =
            join_all((0..10).map(|_| delete(&app, &tenant, id))).await.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 404, 404, 404, 404, 404, 404, 404, 404, 404]);
        get(&app, &tenant, id).await.expect_error(404, "NOT_FOUND");
        assert_eq!(total(&app, &tenant, "").await, 1);
    }
    app.audit(&tenant).await;
}

#[tokio::test]
async fn given_updates_against_a_delete_then_the_customer_is_gone_and_stays_gone() {
    let (app, tenant) = App::with_reseller().await;
    for _ in 0..10 {
        let id = app.create(&tenant, "Acme").await;
        let updates = join_all((0..6).map(|writer| put(&app, &tenant, id, body_of(writer))));
        let (updated, deleted) = join(updates, delete(&app, &tenant, id)).await;
        deleted.expect(204);
        for (writer, answer) in updated.into_iter().enumerate() {
            if answer.status == 404 {
                answer.expect_error(404, "NOT_FOUND");
            } else {
                assert_eq!(writer_of(&answer.expect(201)), writer);
            }
        }
        get(&app, &tenant, id).await.expect_error(404, "NOT_FOUND");
        assert!(app.audit(&tenant).await.is_empty(), "no update brings it back");
    }
    assert_eq!(total(&app, &tenant, "").await, 0);
}

#[tokio::test]
async fn given_create_delete_create_then_no_id_is_ever_used_again() {
    let (app, tenant) = App::with_reseller().await;
    let mut given = Vec::new();
    for _ in 0..10 {
        let id = app.create(&tenant, "Acme").await;
        given.push(id);
        delete(&app, &tenant, id).await.expect(204);
    }
    let chains = (0..20).map(|_| async {
        let first = app.create(&tenant, "Acme").await;
        delete(&app, &tenant, first).await.expect(204);
        [first, app.create(&tenant, "Acme").await]
    });
    given.extend(join_all(chains).await.into_iter().flatten());
    let distinct: BTreeSet<u64> = given.iter().copied().collect();
    assert_eq!(distinct.len(), given.len(), "{given:?}");
    assert_eq!(total(&app, &tenant, "").await, 20);
    app.audit(&tenant).await;
}

#[tokio::test]
async fn given_parallel_status_flips_then_the_number_of_active_customers_is_exact() {
    let (app, tenant) = App::with_reseller().await;
    let mut ids = Vec::new();
    for writer in 0..8 {
        ids.push(app.create_with(&tenant, body_of(writer)).await);
    }
    let flips = (0..6).flat_map(|round| ids.iter().map(move |&id| (round, id)));
    let flips = flips.map(|(round, id)| {
        let body = json!({"name": "Acme", "email": "customer@example.com", "is_active": (round + id) % 2 == 0});
        put(&app, &tenant, id, body)
    });
    for answer in join_all(flips).await {
        assert!(matches!(answer.status, 201 | 503), "{answer}");
    }
    let rows = app.audit(&tenant).await;
    let active = rows.values().filter(|row| *row["is_active"].as_bool().unwrap()).count();
    let listed = app.list(&tenant, "filter=is_active=true&limit=1000").await;
    assert_eq!((listed.ids().len(), &listed.json()["total_results"]), (active, &json!(active)), "{listed}");
    let inactive = app.list(&tenant, "filter=is_active=false").await;
    assert_eq!(inactive.json()["total_results"], rows.len() - active, "{inactive}");
}

#[tokio::test]
async fn given_a_storm_of_creates_changes_and_deletes_then_counts_and_indexes_do_not_drift() {
    let (app, tenant) = App::with_reseller().await;
    let bystander = app.reseller("Bystander").await;
    let theirs = app.create(&bystander, "Theirs").await;
    let lives = (0..60).map(|writer| {
        let (app, tenant) = (&app, &tenant);
        async move {
            let id = app.create_with(tenant, body_of(writer)).await;
            if writer % 2 == 0 {
                put(app, tenant, id, body_of(writer + 1_001)).await.expect(201);
            }
            if writer % 3 == 0 {
                let (one, other) = join(put(app, tenant, id, body_of(writer + 2_000)), delete(app, tenant, id)).await;
                assert!(matches!(one.status, 201 | 404), "{one}");
                other.expect(204);
            }
            (writer % 3 != 0).then_some(id)
        }
    });
    let lists = (0..20).map(|_| async {
        let listed = app.list(&tenant, "limit=1000&sort=name").await;
        let ids: BTreeSet<u64> = listed.ids().into_iter().collect();
        assert_eq!(ids.len(), listed.ids().len(), "nobody is listed twice: {listed}");
    });
    let (left, _) = join(join_all(lives), join_all(lists)).await;
    let left: BTreeSet<u64> = left.into_iter().flatten().collect();
    let rows = app.audit(&tenant).await;
    assert_eq!(rows.keys().copied().collect::<BTreeSet<u64>>(), left);
    for sort in ["id", "name", "email", "phone", "is_active", "registration_date", "last_modified"] {
        let listed = app.list(&tenant, &format!("limit=1000&sort={sort}")).await;
        assert_eq!(listed.ids().into_iter().collect::<BTreeSet<u64>>(), left, "{sort}");
        assert_eq!(listed.json()["total_results"], left.len(), "{sort}");
    }
    let active = rows.values().filter(|row| *row["is_active"].as_bool().unwrap()).count() as u64;
    assert_eq!(total(&app, &tenant, "filter=is_active=true").await, active);
    assert_eq!(app.list(&bystander, "").await.ids(), [theirs]);
    assert_eq!(words(&app.audit(&bystander).await[&theirs], "organization"), Some("Theirs"));
}
