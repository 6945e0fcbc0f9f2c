//! Values that only one customer can hold, and the laws that keep three APIs from damaging each other's records.
//!
//! The reseller API itself never reserves an address or a code. Other APIs do, so the records here are created as those APIs
//! create them, and the reseller API must keep them correct.

use futures_util::future::{join, join_all};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use shared::domain::customer::{NewCustomer, Profile};
use shared::domain::validation::is_usable;
use shared::store::Reserved;
use shared::store::customer::WriteError;

use crate::harness::records::{Row, new_customer, number, stored, words};
use crate::harness::{Answer, App, Tenant};

/// A customer that holds its address and, if there is one, its code.
fn holder(tenant: &Tenant, email: &str, code: &str) -> NewCustomer {
    let profile = Profile { organization: stored("Acme"), email: stored(email), ..Profile::empty() };
    NewCustomer { holds_email: true, code: stored(code), ..new_customer(tenant, profile) }
}

async fn hold(app: &App, tenant: &Tenant, email: &str) -> u64 {
    app.create_record(tenant, holder(tenant, email, "")).await.unwrap()
}

/// Gives a customer this address through the reseller API.
async fn move_to(app: &App, tenant: &Tenant, id: u64, email: &str) -> Answer {
    let body = json!({"name": "Acme", "email": email});
    let answer = app.reseller_api("PUT", format!("{id}/")).key(&tenant.key).json(&body).send().await.expect(201);
    assert_eq!(answer.result()["email"], email.trim(), "{answer}");
    answer
}

async fn delete(app: &App, tenant: &Tenant, id: u64) {
    app.reseller_api("DELETE", format!("{id}/")).key(&tenant.key).send().await.expect(204);
}

#[track_caller]
fn assert_taken<T: std::fmt::Debug>(created: Result<T, WriteError>, what: Reserved) {
    assert!(matches!(created, Err(WriteError::Taken(taken)) if taken == what), "{created:?}");
}

#[tokio::test]
async fn given_an_address_that_is_held_when_another_customer_wants_it_then_it_is_taken_and_nothing_is_written() {
    let (app, tenant) = App::with_reseller().await;
    let first = app.create_record(&tenant, holder(&tenant, "ann@example.com", "A-1")).await.unwrap();
    let before = app.all_rows_but_counters().await;
    for same in ["ann@example.com", "ANN@Example.COM", "ａｎｎ@example.com"] {
        assert_taken(app.create_record(&tenant, holder(&tenant, same, "A-2")).await, Reserved::Email);
    }
    assert_eq!(app.all_rows_but_counters().await, before);
    assert_eq!(app.holder_of_email(&tenant, "ann@example.com").await, Some(first));
    assert_eq!(app.holder_of_code(&tenant, "A-2").await, None);
}

#[tokio::test]
async fn given_a_code_that_is_held_when_another_customer_wants_it_then_it_is_taken_and_nothing_is_written() {
    let (app, tenant) = App::with_reseller().await;
    let first = app.create_record(&tenant, holder(&tenant, "ann@example.com", "A-1")).await.unwrap();
    let before = app.all_rows_but_counters().await;
    assert_taken(app.create_record(&tenant, holder(&tenant, "bob@example.com", "A-1")).await, Reserved::Code);
    assert_eq!(app.all_rows_but_counters().await, before);
    assert_eq!(app.holder_of_code(&tenant, "A-1").await, Some(first));
    assert_eq!(app.holder_of_email(&tenant, "bob@example.com").await, None);
}

#[tokio::test]
async fn given_fifty_reservations_of_one_address_at_once_then_exactly_one_holds_it() {
    let (app, tenant) = App::with_reseller().await;
    let (table, caller) = app.writer(&tenant).await;
    let creates = (0..50).map(|_| table.customer_create(&caller, holder(&tenant, "ann@example.com", ""), &|_| Vec::new()));
    let (won, lost): (Vec<_>, Vec<_>) = join_all(creates).await.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, 49));
    lost.into_iter().for_each(|lost| assert_taken(lost, Reserved::Email));
    let rows = app.audit(&tenant).await;
    assert_eq!(rows.into_keys().collect::<Vec<_>>(), [won[0].as_ref().unwrap().id.number()]);
}

#[tokio::test]
async fn given_fifty_reservations_of_one_code_at_once_then_exactly_one_holds_it() {
    let (app, tenant) = App::with_reseller().await;
    let (table, caller) = app.writer(&tenant).await;
    let creates = (0..50).map(|place| {
        table.customer_create(&caller, holder(&tenant, &format!("customer-{place}@example.com"), "A-1"), &|_| Vec::new())
    });
    let (won, lost): (Vec<_>, Vec<_>) = join_all(creates).await.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, 49));
    lost.into_iter().for_each(|lost| assert_taken(lost, Reserved::Code));
    assert_eq!(app.audit(&tenant).await.len(), 1);
}

#[tokio::test]
async fn given_the_reseller_api_then_it_reserves_nothing_and_no_reservation_is_in_its_way() {
    let (app, tenant) = App::with_reseller().await;
    let holder = hold(&app, &tenant, "ann@example.com").await;
    for _ in 0..2 {
        app.create_with(&tenant, json!({"name": "Acme", "email": "ann@example.com"})).await;
        let id = app.create_with(&tenant, json!({"name": "Acme", "email": "free@example.com"})).await;
        move_to(&app, &tenant, id, "moved@example.com").await;
        move_to(&app, &tenant, id, "ann@example.com").await;
    }
    assert_eq!(app.holder_of_email(&tenant, "ann@example.com").await, Some(holder));
    for free in ["free@example.com", "moved@example.com"] {
        assert_eq!(app.holder_of_email(&tenant, free).await, None);
    }
    app.audit(&tenant).await;
}

#[tokio::test]
async fn given_a_holder_when_its_address_changes_then_the_old_one_is_free_and_the_new_one_held() {
    let (app, tenant) = App::with_reseller().await;
    let id = hold(&app, &tenant, "ann@example.com").await;
    move_to(&app, &tenant, id, "moved@example.com").await;
    assert_eq!(app.holder_of_email(&tenant, "ann@example.com").await, None);
    assert_eq!(app.holder_of_email(&tenant, "moved@example.com").await, Some(id));
    assert_taken(app.create_record(&tenant, holder(&tenant, "moved@example.com", "")).await, Reserved::Email);
    hold(&app, &tenant, "ann@example.com").await;
    app.audit(&tenant).await;
}

#[tokio::test]
async fn given_a_holder_when_only_the_case_of_its_address_changes_then_it_keeps_it() {
    let (app, tenant) = App::with_reseller().await;
    let id = hold(&app, &tenant, "ann@example.com").await;
    for same in ["Ann@Example.com", "ANN@EXAMPLE.COM", "ann@example.com"] {
        move_to(&app, &tenant, id, same).await;
        assert_eq!(app.holder_of_email(&tenant, "ann@example.com").await, Some(id));
        assert_taken(app.create_record(&tenant, holder(&tenant, same, "")).await, Reserved::Email);
    }
    assert_eq!(number(&app.audit(&tenant).await[&id], "revision"), 4);
}

#[tokio::test]
async fn given_a_holder_when_it_moves_to_an_address_that_another_holds_then_it_gets_it_without_holding_it() {
    let (app, tenant) = App::with_reseller().await;
    let ann = hold(&app, &tenant, "ann@example.com").await;
    let bob = hold(&app, &tenant, "bob@example.com").await;
    move_to(&app, &tenant, bob, "Ann@example.com").await;
    assert_eq!(app.holder_of_email(&tenant, "ann@example.com").await, Some(ann));
    assert_eq!(app.holder_of_email(&tenant, "bob@example.com").await, None, "let go all the same");

    delete(&app, &tenant, bob).await;
    assert_eq!(app.holder_of_email(&tenant, "ann@example.com").await, Some(ann), "who holds nothing frees nothing");
    delete(&app, &tenant, ann).await;
    assert_eq!(app.holder_of_email(&tenant, "ann@example.com").await, None);
    app.audit(&tenant).await;
}

#[tokio::test]
async fn given_a_customer_that_lost_its_reservation_when_it_moves_on_then_it_reserves_nothing() {
    let (app, tenant) = App::with_reseller().await;
    hold(&app, &tenant, "ann@example.com").await;
    let bob = hold(&app, &tenant, "bob@example.com").await;
    move_to(&app, &tenant, bob, "ann@example.com").await;
    move_to(&app, &tenant, bob, "free@example.com").await;
    assert_eq!(app.holder_of_email(&tenant, "free@example.com").await, None);
    app.audit(&tenant).await;
}

#[tokio::test]
async fn given_a_holder_when_something_else_changes_then_it_holds_what_it_held() {
    let (app, tenant) = App::with_reseller().await;
    let id = app.create_record(&tenant, holder(&tenant, "ann@example.com", "A-1")).await.unwrap();
    for body in [
        json!({"name": "Acme Ltd", "email": "ann@example.com"}),
        json!({"name": "Acme Ltd", "email": "ann@example.com", "phone": "+1234567", "is_active": false}),
    ] {
        app.reseller_api("PUT", format!("{id}/")).key(&tenant.key).json(&body).send().await.expect(201);
        assert_eq!(app.holder_of_email(&tenant, "ann@example.com").await, Some(id));
        assert_eq!(app.holder_of_code(&tenant, "A-1").await, Some(id));
    }
    app.audit(&tenant).await;
}

#[tokio::test]
async fn given_a_holder_when_it_is_deleted_then_its_address_and_its_code_are_free() {
    let (app, tenant) = App::with_reseller().await;
    let mut before = None;
    for _ in 0..3 {
        let id = app.create_record(&tenant, holder(&tenant, "ann@example.com", "A-1")).await.unwrap();
        assert!(before.is_none_or(|before| before < id), "the id is a new one");
        before = Some(id);
        delete(&app, &tenant, id).await;
        assert_eq!(app.holder_of_email(&tenant, "ann@example.com").await, None);
        assert_eq!(app.holder_of_code(&tenant, "A-1").await, None);
    }
    assert!(app.audit(&tenant).await.is_empty());
}

#[tokio::test]
async fn given_two_resellers_then_each_holds_the_same_address_and_code_for_itself() {
    let (app, tenant) = App::with_reseller().await;
    let other = app.reseller("Other").await;
    let mine = app.create_record(&tenant, holder(&tenant, "ann@example.com", "A-1")).await.unwrap();
    let theirs = app.create_record(&other, holder(&other, "ann@example.com", "A-1")).await.unwrap();
    delete(&app, &tenant, mine).await;
    assert_eq!(app.holder_of_email(&other, "ann@example.com").await, Some(theirs));
    assert_eq!(app.holder_of_code(&other, "A-1").await, Some(theirs));
    assert_eq!(app.holder_of_email(&tenant, "ann@example.com").await, None);
    app.audit(&tenant).await;
    app.audit(&other).await;
}

#[tokio::test]
async fn given_many_holders_that_move_to_one_free_address_then_all_get_it_and_one_holds_it() {
    let (app, tenant) = App::with_reseller().await;
    let mut ids = Vec::new();
    for place in 0..10 {
        ids.push(hold(&app, &tenant, &format!("customer-{place}@example.com")).await);
    }
    join_all(ids.iter().map(|&id| move_to(&app, &tenant, id, "shared@example.com"))).await;
    let rows = app.audit(&tenant).await;
    let holders: Vec<u64> = rows.iter().filter(|(_, row)| *row["holds_email"].as_bool().unwrap()).map(|(id, _)| *id).collect();
    assert_eq!(holders.len(), 1, "{holders:?}");
    assert!(rows.values().all(|row| words(row, "email") == Some("shared@example.com")));
}

#[tokio::test]
async fn given_an_address_that_changes_hands_under_load_then_nobody_shares_it() {
    let (app, tenant) = App::with_reseller().await;
    for _ in 0..10 {
        let leaving = hold(&app, &tenant, "ann@example.com").await;
        let moving = hold(&app, &tenant, "bob@example.com").await;
        let (table, caller) = app.writer(&tenant).await;
        let creates =
            join_all((0..4).map(|_| table.customer_create(&caller, holder(&tenant, "ann@example.com", ""), &|_| Vec::new())));
        let others = join(delete(&app, &tenant, leaving), move_to(&app, &tenant, moving, "ann@example.com"));
        let (creates, _) = join(creates, others).await;
        assert!(creates.iter().filter(|create| create.is_ok()).count() <= 1, "{creates:?}");
        let rows = app.audit(&tenant).await;
        for id in rows.into_keys() {
            delete(&app, &tenant, id).await;
        }
    }
    assert!(app.audit(&tenant).await.is_empty());
}

/// Any text that an API may have stored, short or longer than every limit.
fn any_text() -> impl Strategy<Value = String> {
    let usable = any::<char>().prop_filter("usable", |character| is_usable(*character));
    let short = prop::collection::vec(usable, 1..12).prop_map(String::from_iter);
    prop_oneof![4 => short, 2 => "[A-Za-z]{1,9}( [a-z]{1,9})?", 1 => "[a-z]{256,300}"]
}

fn any_email() -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        Just(None),
        "[a-z]{1,9}@[a-z]{1,9}\\.[a-z]{2,3}".prop_map(Some),
        "[A-Z]{1,9}@[A-Z]{1,9}\\.[A-Z]{2,3}".prop_map(Some),
        "[a-z]{255,300}@[a-z]{1,9}\\.[a-z]{2,3}".prop_map(Some),
        any_text().prop_map(Some),
    ]
}

fn any_phone() -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        Just(None),
        "\\+[1-9][0-9]{6,14}".prop_map(Some),
        "0[0-9 ().-]{3,13}".prop_map(Some),
        "\\+[0-9]{20,40}".prop_map(Some),
        any_text().prop_map(Some),
    ]
}

/// Records as other APIs create them: each of the three names may be missing, but not all of them.
fn any_record() -> impl Strategy<Value = (Profile, bool, Option<String>)> {
    let maybe = || prop::option::of(any_text());
    let names = (maybe(), maybe(), maybe());
    let rest = (any_email(), any_phone(), maybe(), maybe(), any::<bool>(), any::<bool>(), maybe());
    (names, rest)
        .prop_map(|((organization, first, last), (email, phone, street, city, is_active, holds_email, code))| {
            let kept = |value: Option<String>| value.and_then(|value| stored(&value));
            let profile = Profile {
                organization: kept(organization),
                first_name: kept(first),
                last_name: kept(last),
                email: kept(email),
                phone: kept(phone),
                street: kept(street),
                city: kept(city),
                state: stored("NY"),
                zip_code: stored("12345"),
                country_code: stored("US"),
                is_active,
            };
            let holds_email = holds_email && profile.email.is_some();
            (profile, holds_email, code)
        })
        .prop_filter("a record has a name", |(profile, ..)| !profile.name().is_empty())
}

/// Runs `law` for many records of other APIs, each of them alone in its reseller.
fn for_all_records<T: std::fmt::Debug>(
    input: impl Strategy<Value = T>,
    law: impl AsyncFn(&App, &Tenant, u64, &Map<String, Value>, T),
) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let app = runtime.block_on(App::start());
    let configuration = ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(configuration, |((profile, holds_email, code) in any_record(), input in input)| {
        runtime.block_on(async {
            let tenant = app.reseller("Northwind Resale").await;
            let code = code.and_then(|code| stored(&code));
            let new = NewCustomer { holds_email, code, ..new_customer(&tenant, profile) };
            let id = app.create_record(&tenant, new).await.unwrap();
            let shown = app.reseller_api("GET", format!("{id}/")).key(&tenant.key).send().await.expect(200).result();
            law(&app, &tenant, id, shown.as_object().unwrap(), input).await;
            app.audit(&tenant).await;
        });
    });
}

async fn row_of(app: &App, tenant: &Tenant, id: u64) -> Row {
    app.customer_row(tenant, id).await.unwrap()
}

/// The members of `shown` with these keys.
fn only(shown: &Map<String, Value>, keys: &[&str]) -> Value {
    keys.iter().map(|key| ((*key).to_owned(), shown[*key].clone())).collect::<Map<_, _>>().into()
}

async fn put(app: &App, tenant: &Tenant, id: u64, body: &Value) -> Answer {
    app.wire.take_calls();
    app.reseller_api("PUT", format!("{id}/")).key(&tenant.key).json(body).send().await
}

#[test]
fn law_a_writing_back_what_is_shown_changes_nothing() {
    for_all_records(Just(()), async |app, tenant, id, shown, ()| {
        let before = row_of(app, tenant, id).await;
        let four = only(shown, &["name", "email", "phone", "is_active"]);
        let without_nulls = four.as_object().unwrap().iter().filter(|(_, value)| !value.is_null());
        let empty_for_null = four.as_object().unwrap().iter().map(|(key, value)| {
            let value = if value.is_null() { json!("") } else { value.clone() };
            (key.clone(), value)
        });
        let padded = four.as_object().unwrap().iter().map(|(key, value)| {
            let value = value.as_str().map_or_else(|| value.clone(), |text| json!(format!(" \t{text}\n ")));
            (key.clone(), value)
        });
        for body in [
            json!(shown),
            only(shown, &["name", "email", "phone"]),
            without_nulls.map(|(key, value)| (key.clone(), value.clone())).collect::<Map<_, _>>().into(),
            empty_for_null.collect::<Map<_, _>>().into(),
            padded.collect::<Map<_, _>>().into(),
            four.clone(),
        ] {
            let answer = put(app, tenant, id, &body).await.expect(201);
            assert_eq!(answer.result(), json!(shown), "{answer}");
            assert_eq!(app.wire.take_operations(), ["BatchGetItem"], "{answer}");
            assert!(row_of(app, tenant, id).await == before, "{answer}");
        }
    });
}

#[test]
fn law_b_a_change_touches_nothing_that_this_api_does_not_see() {
    let changes = prop::sample::select(vec![
        ("name", json!("Another Name"), "organization", "by_name"),
        ("email", json!("another@example.com"), "email", "by_email"),
        ("phone", json!("+99 999 999 999"), "phone", ""),
    ]);
    for_all_records(changes, async |app, tenant, id, shown, (field, value, attribute, index)| {
        let before = row_of(app, tenant, id).await;
        let mut body = only(shown, &["name", "email", "phone"]);
        body[field] = value.clone();
        let answer = put(app, tenant, id, &body).await.expect(201);

        let mut expected = shown.clone();
        expected[field] = value.clone();
        expected["last_modified"] = answer.result()["last_modified"].clone();
        assert_eq!(answer.result(), Value::Object(expected), "{answer}");
        assert!(answer.result()["last_modified"].as_str() > shown["last_modified"].as_str(), "{answer}");

        let after = row_of(app, tenant, id).await;
        assert_eq!(words(&after, attribute), value.as_str(), "{answer}");
        assert_eq!(number(&after, "revision"), 2, "{answer}");
        assert!(before.keys().eq(after.keys()), "{answer}");
        // The new address is free, so that the customer holds it if it held the old one.
        let mut changed: Vec<&String> = before.keys().filter(|name| before[*name] != after[*name]).collect();
        changed.retain(|name| ![attribute, index, "revision", "modified_at", "by_modified"].contains(&name.as_str()));
        assert!(changed.is_empty(), "{changed:?} changed too: {answer}");
    });
}

#[test]
fn law_c_another_name_is_an_organization_and_leaves_the_parts_alone() {
    for_all_records("[A-Z][a-z]{1,20}", async |app, tenant, id, shown, name| {
        let before = row_of(app, tenant, id).await;
        let mut body = only(shown, &["name", "email", "phone"]);
        body["name"] = json!(name);
        let answer = put(app, tenant, id, &body).await.expect(201);
        assert_eq!(answer.result()["name"], name.as_str(), "{answer}");
        let after = row_of(app, tenant, id).await;
        for part in ["first_name", "last_name"] {
            assert_eq!(after[part], before[part], "{answer}");
        }
        let is_new = shown["name"] != name.as_str();
        assert_eq!(words(&after, "organization"), if is_new { Some(name.as_str()) } else { words(&before, "organization") });
    });
}

#[test]
fn law_d_a_required_value_can_not_be_removed_and_an_absent_one_may_stay_absent() {
    let nothing = prop::sample::select(vec![None, Some(json!(null)), Some(json!("")), Some(json!(" \n"))]);
    for_all_records(nothing, async |app, tenant, id, shown, nothing| {
        let before = row_of(app, tenant, id).await;
        for field in ["name", "email"] {
            let mut body = only(shown, &["name", "email", "phone"]);
            match &nothing {
                Some(nothing) => body[field] = nothing.clone(),
                None => drop(body.as_object_mut().unwrap().remove(field)),
            }
            let answer = put(app, tenant, id, &body).await;
            if shown[field].is_null() {
                assert_eq!(answer.clone().expect(201).result(), json!(shown), "{answer}");
            } else {
                answer.expect_faults(&[field]);
            }
            assert!(row_of(app, tenant, id).await == before, "{body}");
        }
    });
}

#[tokio::test]
async fn given_a_record_without_an_address_when_its_name_changes_then_it_still_needs_none_and_may_get_one() {
    let (app, tenant) = App::with_reseller().await;
    let profile = Profile { first_name: stored("Ann"), last_name: stored("Lee"), ..Profile::empty() };
    let id = app.create_record(&tenant, new_customer(&tenant, profile)).await.unwrap();
    let answer = put(&app, &tenant, id, &json!({"name": "Acme", "phone": "+1234567"})).await.expect(201);
    assert_eq!(answer.result()["email"], Value::Null, "{answer}");
    put(&app, &tenant, id, &json!({"name": "Acme", "email": "no address"})).await.expect_faults(&["email"]);
    let answer = put(&app, &tenant, id, &json!({"name": "Acme", "email": "ann@example.com"})).await.expect(201);
    assert_eq!(answer.result()["email"], "ann@example.com", "{answer}");
    put(&app, &tenant, id, &json!({"name": "Acme"})).await.expect_faults(&["email"]);
}

#[tokio::test]
async fn given_a_phone_of_another_form_then_it_is_kept_when_sent_back_and_cleared_when_not_and_not_taken_from_others() {
    let (app, tenant) = App::with_reseller().await;
    let other_form = "020 123 45 67";
    let profile =
        Profile { organization: stored("Acme"), email: stored("a@example.com"), phone: stored(other_form), ..Profile::empty() };
    let id = app.create_record(&tenant, new_customer(&tenant, profile)).await.unwrap();
    let body = |phone: Option<&str>| json!({"name": "Acme Ltd", "email": "a@example.com", "phone": phone});
    let answer = put(&app, &tenant, id, &body(Some(other_form))).await.expect(201);
    assert_eq!(answer.result()["phone"], other_form, "{answer}");
    put(&app, &tenant, id, &body(Some("020 123 45 68"))).await.expect_faults(&["phone"]);
    let answer = put(&app, &tenant, id, &body(None)).await.expect(201);
    assert_eq!(answer.result()["phone"], Value::Null, "{answer}");
    put(&app, &tenant, id, &body(Some(other_form))).await.expect_faults(&["phone"]);
    app.reseller_api("POST", "").key(&tenant.key).json(&body(Some(other_form))).send().await.expect_faults(&["phone"]);
}
