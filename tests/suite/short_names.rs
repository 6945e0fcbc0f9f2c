//! The short names of resellers, by which their people find their pages.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::App;

const PROVISION: &str = "operator-provision-reseller";

async fn provisioned(app: &App, short_name: Option<&str>) -> Result<Value, (String, String)> {
    app.operate(PROVISION, json!({"name": "Northwind Resale", "short_name": short_name})).await
}

/// The short names in the list of resellers.
async fn listed(app: &App) -> Vec<Value> {
    let listed = app.operate("operator-list-resellers", json!({})).await.unwrap();
    listed["resellers"].as_array().unwrap().iter().map(|one| one["short_name"].clone()).collect()
}

#[tokio::test]
async fn a_short_name_is_chosen_or_has_the_number_of_the_reseller_and_is_shown() {
    let app = App::start().await;
    for (sent, name) in [(None, "reseller-1"), (Some("Northwind"), "northwind"), (Some("2-b"), "2-b"), (None, "reseller-4")] {
        assert_eq!(provisioned(&app, sent).await.unwrap()["short_name"], name);
        let id = listed(&app).await.len();
        let row = app.row("SYSTEM", &format!("SHORTNAME#{name}")).await.unwrap();
        assert_eq!(row["reseller"].as_n().unwrap(), &id.to_string());
    }
    assert_eq!(listed(&app).await, ["reseller-1", "northwind", "2-b", "reseller-4"]);
    // It outlives every change.
    for function in ["operator-suspend-reseller", "operator-resume-reseller", "operator-add-account"] {
        app.operate(function, json!({"reseller_id": 2})).await.unwrap();
    }
    assert_eq!(app.operate("operator-suspend-reseller", json!({"reseller_id": 2})).await.unwrap()["short_name"], "northwind");
    assert_eq!(listed(&app).await[1], "northwind");
}

#[tokio::test]
async fn a_short_name_has_a_form_and_is_one_resellers_alone() {
    let app = App::start().await;
    provisioned(&app, Some("northwind")).await.unwrap();
    let rows = app.all_rows_but_counters().await;
    let form = "short_name must have 2 to 40 letters of a to z, digits and hyphens, with a letter or a digit at both ends.";
    for wrong in ["", "a", "-a", "a-", "a b", "a.b", "a/b", "é1", &"x".repeat(41), " ab "] {
        assert_eq!(provisioned(&app, Some(wrong)).await, Err(("VALIDATION_ERROR".to_owned(), form.to_owned())), "{wrong}");
    }
    let default = "short_name must not be reseller- and a number: resellers without a choice have those.";
    for wrong in ["reseller-7", "RESELLER-007"] {
        assert_eq!(provisioned(&app, Some(wrong)).await, Err(("VALIDATION_ERROR".to_owned(), default.to_owned())));
    }
    let taken = ("CONFLICT".to_owned(), "Another reseller has this short_name.".to_owned());
    for same in ["northwind", "NorthWind"] {
        assert_eq!(provisioned(&app, Some(same)).await, Err(taken.clone()));
    }
    let wrong = app.operate(PROVISION, json!({"name": "x", "short_name": 1})).await.unwrap_err();
    assert!(wrong.0 == "VALIDATION_ERROR" && wrong.1.contains("short_name"), "{wrong:?}");
    assert_eq!(app.all_rows_but_counters().await, rows);
    provisioned(&app, Some(&"x".repeat(40))).await.unwrap();

    let made = join_all((0..6).map(|_| provisioned(&app, Some("wanted")))).await;
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1);
    assert!(made.iter().filter_map(|made| made.as_ref().err()).all(|refused| *refused == taken));
}

#[tokio::test]
async fn a_reseller_of_before_there_were_short_names_goes_on_with_the_one_that_nobody_chose() {
    let (app, tenant) = App::with_reseller().await;
    for (partition, sort) in
        [(format!("RESELLER#{}", tenant.id), "RESELLER".to_owned()), ("SYSTEM".to_owned(), format!("RESELLER#{:08}", tenant.id))]
    {
        let text = aws_sdk_dynamodb::types::AttributeValue::S;
        let update = app.raw_client().update_item().table_name(app.store.table_name());
        let update = update.key("PK", text(partition)).key("SK", text(sort)).update_expression("REMOVE short_name");
        update.send().await.unwrap();
    }
    app.list(&tenant, "").await;
    assert_eq!(listed(&app).await, [format!("reseller-{}", tenant.id)]);
    app.account(&tenant).await;
    assert_eq!(listed(&app).await, [format!("reseller-{}", tenant.id)]);
}

#[tokio::test]
async fn a_choice_is_on_record() {
    let app = App::start().await;
    for (short_name, fields) in
        [(None, json!(["name", "account_ids"])), (Some("northwind"), json!(["name", "short_name", "account_ids"]))]
    {
        let made = provisioned(&app, short_name).await.unwrap();
        let key = made["key"]["token"].as_str().unwrap();
        let listed = app.request("GET", "/api/v3/reseller/activity/").key(key).send().await.expect(200).result();
        let first = listed.as_array().unwrap().iter().find(|entry| entry["action"] == "reseller.created").unwrap().clone();
        assert_eq!(first["fields"], fields);
    }
}
