//! `operator-invite-user`: the first person of a reseller, and the people of organizations.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::{ORIGIN, People, json_with};

const INVITE: &str = "operator-invite-user";

async fn invited(people: &People, payload: Value) -> Result<Value, (String, String)> {
    people.app.operate(INVITE, json_with(json!({"reseller_id": people.tenant.id}), &payload)).await
}

#[track_caller]
fn expect_error(done: Result<Value, (String, String)>, code: &str, message: &str) {
    assert_eq!(done, Err((code.to_owned(), message.to_owned())));
}

#[tokio::test]
async fn an_operator_invites_the_first_person_of_a_reseller_and_again_with_a_new_link() {
    let people = People::new().await;
    let payload = json!({"email": "ann@northwind.example", "first_name": "Ann", "last_name": "Rivers"});
    let first = invited(&people, payload.clone()).await.unwrap();
    let is_link = |url: &Value| url.as_str().unwrap().starts_with(&format!("{ORIGIN}/invitation/"));
    assert!(is_link(&first["invitation_url"]) && first["invitation_expires"].is_string());
    let (role, status, last_name) = (json!("RESELLER"), json!("invited"), json!("Rivers"));
    assert_eq!([&first["role"], &first["status"], &first["last_name"]], [&role, &status, &last_name]);
    let shown = people.own().get(&first["id"]).await.expect(200).result();
    assert_eq!(json_with(first.clone(), &shown), first, "the reseller sees the same");
    people.audit().await;

    // Another link, and nothing else: the older one ends.
    let renamed = json!({"email": "ANN@northwind.example", "first_name": "Anna"});
    let again = invited(&people, renamed).await.unwrap();
    assert_eq!((&again["id"], &again["first_name"]), (&first["id"], &json!("Ann")));
    assert_ne!(again["invitation_url"], first["invitation_url"]);
    assert_eq!(people.own().list("").await.json()["total_results"], 1);
    let entries = people.activity(2).await;
    assert_eq!(entries[0], json!(["user.invited", null, first["id"], []]));
    assert_eq!(entries[1], json!(["user.created", null, first["id"], ["email", "first_name", "last_name", "role", "is_active"]]));
    let activity = people.app.request("GET", "/api/v3/reseller/activity/?limit=1").key(&people.tenant.key);
    let actor = activity.send().await.expect(200).result()[0]["actor"].clone();
    assert_eq!(actor, json!({"kind": "operator", "id": null, "label": null}));

    people.own().put(&first["id"], json!({"is_active": false})).await.expect(201);
    let inactive = "The user with this address is inactive, and gets no link: the reseller activates it first.";
    expect_error(invited(&people, payload).await, "CONFLICT", inactive);
    people.audit().await;
}

#[tokio::test]
async fn an_operator_invites_people_of_customers_with_the_roles_that_they_can_have() {
    let (resold, platform) = (People::new().await, People::of_platform().await);
    for (people, default, other) in [(&resold, "RESELLEE", None), (&platform, "CUSTOMER", Some("CONTRIBUTOR"))] {
        let payload = |name: &str| json!({"email": format!("{name}@acme.example"), "customer_id": people.customer});
        let user = invited(people, payload("ann")).await.unwrap();
        assert_eq!(user["role"], default);
        assert_eq!(people.customers().get(&user["id"]).await.expect(200).result()["email"], "ann@acme.example");
        if let Some(other) = other {
            let user = invited(people, json_with(payload("bob"), &json!({"role": other}))).await.unwrap();
            assert_eq!(user["role"], other);
        }
        let roles = other.map_or_else(|| default.to_owned(), |other| format!("{default} or {other}"));
        let told = format!("role must be {roles} in this organization.");
        expect_error(invited(people, json_with(payload("cleo"), &json!({"role": "RESELLER"}))).await, "VALIDATION_ERROR", &told);
        // The address of somebody of another organization is nobody else's.
        let taken = invited(people, json!({"email": "ann@acme.example"})).await;
        expect_error(taken, "CONFLICT", "email is the address of another user.");
        people.audit().await;
    }
}

#[tokio::test]
async fn a_wrong_payload_is_told_with_every_field_and_writes_nothing() {
    let people = People::new().await;
    let stranger = people.app.reseller("Other").await;
    let theirs = people.app.create(&stranger, "Theirs").await;
    let rows = people.app.all_rows().await;
    let wrong = |sent: Value| people.app.operate(INVITE, sent);
    expect_error(wrong(json!({})).await, "VALIDATION_ERROR", "reseller_id is required.");
    expect_error(wrong(json!({"reseller_id": null})).await, "VALIDATION_ERROR", "reseller_id is required.");
    for odd in [json!("1"), json!(1.5), json!(-1), json!([])] {
        let integer = "reseller_id must be an integer.";
        expect_error(wrong(json!({"reseller_id": odd, "email": "a@b.example"})).await, "VALIDATION_ERROR", integer);
        let integer = "customer_id must be an integer.";
        expect_error(invited(&people, json!({"customer_id": odd, "email": "a@b.example"})).await, "VALIDATION_ERROR", integer);
    }
    expect_error(wrong(json!([1])).await, "VALIDATION_ERROR", "The payload must be a JSON object.");
    expect_error(invited(&people, json!({})).await, "VALIDATION_ERROR", "email is required.");
    let all = json!({"email": "no", "first_name": "x".repeat(126), "role": "CUSTOMER", "is_active": true, "x": 1});
    let (code, message) = invited(&people, all).await.unwrap_err();
    assert_eq!(code, "VALIDATION_ERROR");
    for part in [
        "email must be an e-mail address",
        "first_name must have at most 125 characters",
        "role must be RESELLER in this organization",
        "is_active is unknown, expected one of email, first_name, last_name, role",
        "x is unknown",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
    let email = json!({"email": "a@b.example"});
    for nobody in [99, 0, 16_777_216] {
        let told = format!("There is no reseller {nobody}. operator-list-resellers lists them all.");
        expect_error(wrong(json_with(email.clone(), &json!({"reseller_id": nobody}))).await, "NOT_FOUND", &told);
    }
    for customer in [theirs, 999_999, 0, 10_000_000_000_000_000] {
        let told = format!("Reseller {} has no customer {customer}.", people.tenant.id);
        expect_error(invited(&people, json_with(email.clone(), &json!({"customer_id": customer}))).await, "NOT_FOUND", &told);
    }
    assert_eq!(people.app.all_rows().await, rows);
    people.delete_customer(people.customer).await;
    let told = format!("Reseller {} has no customer {}.", people.tenant.id, people.customer);
    expect_error(invited(&people, json_with(email, &json!({"customer_id": people.customer}))).await, "NOT_FOUND", &told);
}

#[tokio::test]
async fn an_organization_that_is_full_is_told_and_somebody_of_it_still_gets_a_link() {
    let people = People::new().await;
    let group = people.customers();
    let model = group.invited("ann@acme.example").await["id"].clone();
    group.fill(&model, 1_000).await;
    let payload = |email: &str| json!({"email": email, "customer_id": people.customer});
    let full = "id is an organization with 1000 users, which is the most: delete one first.";
    expect_error(invited(&people, payload("more@acme.example")).await, "CONFLICT", full);
    assert_eq!(invited(&people, payload("ann@acme.example")).await.unwrap()["id"], model);
}

#[tokio::test]
async fn invitations_at_once_make_one_person() {
    let people = People::new().await;
    let payload = json!({"email": "ann@northwind.example"});
    let made = join_all((0..6).map(|_| invited(&people, payload.clone()))).await;
    for refused in made.iter().filter_map(|made| made.as_ref().err()) {
        assert_eq!(refused.0, "CONFLICT", "a repetition succeeds: {refused:?}");
    }
    assert!(made.iter().any(Result::is_ok));
    assert_eq!(people.own().list("").await.json()["total_results"], 1);
    assert!(invited(&people, payload).await.is_ok());
    people.audit().await;
}
