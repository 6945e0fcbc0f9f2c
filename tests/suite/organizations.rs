//! The platform's own reseller.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::{App, Tenant};

fn platform(name: &str) -> Value {
    json!({"name": name, "platform": true})
}

/// A product with a reseller of its own, between two others.
async fn with_platform() -> (App, Tenant) {
    let app = App::start().await;
    app.reseller("Northwind Resale").await;
    let made = app.operate("operator-provision-reseller", platform("Clientele")).await.unwrap();
    app.reseller("Harbour Telecom").await;
    let key = made["key"]["token"].as_str().unwrap().to_owned();
    let own = Tenant { id: made["reseller_id"].as_u64().unwrap(), account_id: made["account_id"].as_u64().unwrap(), key };
    (app, own)
}

async fn platforms(app: &App) -> Vec<Value> {
    let listed = app.operate("operator-list-resellers", json!({})).await.unwrap();
    listed["resellers"].as_array().unwrap().iter().map(|one| one["platform"].clone()).collect()
}

/// Makes the rows of a reseller what they were before resellers had the flag.
async fn forget_flag(app: &App, tenant: &Tenant) {
    for (partition, sort) in
        [(format!("RESELLER#{}", tenant.id), "RESELLER".to_owned()), ("SYSTEM".to_owned(), format!("RESELLER#{:08}", tenant.id))]
    {
        let update = app.raw_client().update_item().table_name(app.store.table_name());
        let update = update.key("PK", aws_sdk_dynamodb::types::AttributeValue::S(partition.clone()));
        let update = update.key("SK", aws_sdk_dynamodb::types::AttributeValue::S(sort.clone()));
        update.update_expression("REMOVE platform").send().await.unwrap();
        assert!(!app.row(&partition, &sort).await.unwrap().contains_key("platform"));
    }
}

#[tokio::test]
async fn one_reseller_is_the_platforms_own_and_a_second_one_is_told_which() {
    let (app, own) = with_platform().await;
    assert_eq!(platforms(&app).await, [false, true, false]);
    let rows = app.all_rows_but_counters().await;
    let refused = app.operate("operator-provision-reseller", platform("Another")).await.unwrap_err();
    let message = format!("Reseller {} is the platform's own, and there can be only one.", own.id);
    assert_eq!(refused, ("CONFLICT".to_owned(), message));
    assert_eq!(app.all_rows_but_counters().await, rows);
    let other = app.operate("operator-provision-reseller", json!({"name": "Another", "platform": false})).await.unwrap();
    assert_eq!(other["platform"], false);
}

#[tokio::test]
async fn of_many_that_are_to_be_the_platforms_own_at_once_one_is_and_nothing_is_left_of_the_others() {
    let alone = App::start().await;
    alone.operate("operator-provision-reseller", platform("Clientele")).await.unwrap();
    let app = App::start().await;
    let names = ["A", "B", "C", "D", "E", "F"];
    let made = join_all(names.map(|name| app.operate("operator-provision-reseller", platform(name)))).await;
    let (won, lost): (Vec<_>, Vec<_>) = made.into_iter().partition(Result::is_ok);
    let [Ok(won)] = won.as_slice() else { panic!("{won:?}") };
    assert_eq!(won["platform"], true);
    let is_named = format!("Reseller {} is the platform's own", won["reseller_id"]);
    for lost in lost {
        let (code, message) = lost.unwrap_err();
        assert!(code == "CONFLICT" && message.starts_with(&is_named), "{code}: {message}");
    }
    assert_eq!(platforms(&app).await, [true]);
    assert_eq!(app.all_rows_but_counters().await.len(), alone.all_rows_but_counters().await.len());
    app.reseller_api("GET", "").key(won["key"]["token"].as_str().unwrap()).send().await.expect_list(&[], 0);
}

#[tokio::test]
async fn the_activity_of_the_platforms_own_reseller_begins_with_what_it_is() {
    let (app, own) = with_platform().await;
    let listed = app.request("GET", "/api/v3/reseller/activity/").key(&own.key).send().await.expect(200).result();
    let first = listed.as_array().unwrap().iter().find(|entry| entry["action"] == "reseller.created").unwrap().clone();
    assert_eq!(first["fields"], json!(["name", "account_ids", "platform"]));
}

#[tokio::test]
async fn the_flag_outlives_every_change_of_the_reseller() {
    let (app, own) = with_platform().await;
    app.account(&own).await;
    let one = json!({"reseller_id": own.id});
    for function in ["operator-suspend-reseller", "operator-resume-reseller"] {
        assert_eq!(app.operate(function, one.clone()).await.unwrap()["platform"], true);
    }
    assert_eq!(platforms(&app).await, [false, true, false]);
    assert!(app.row(&format!("RESELLER#{}", own.id), "RESELLER").await.unwrap()["platform"].as_bool().unwrap());
}

#[tokio::test]
async fn rows_that_were_written_before_there_was_a_platforms_own_reseller_are_read_as_of_another() {
    let (app, tenant) = App::with_reseller().await;
    app.create(&tenant, "Acme").await;
    forget_flag(&app, &tenant).await;
    assert_eq!(platforms(&app).await, [false]);
    app.list(&tenant, "").await.expect_list(&[1], 1);
    let suspended = app.operate("operator-suspend-reseller", json!({"reseller_id": tenant.id})).await.unwrap();
    assert_eq!((&suspended["platform"], suspended["suspended_at"].is_string()), (&json!(false), true));
}
