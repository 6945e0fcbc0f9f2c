//! The calls of the source document (Reseller API v3, "Customer Management"), which must be answered as it says, byte for byte.

use serde_json::json;

use crate::harness::{Answer, App, Tenant, json_with};

/// The body of the document's create and update.
const BODY: &str = "{\n\"name\": \"Customer Name\",\n\"email\": \"customer@example.com\",\n\"phone\": \"+31 012 345678\"\n}";

/// The document's answer for customer 1, with these times.
fn documented(registered: &str, modified: &str) -> String {
    format!(
        "{{\"result\":{{\"id\":1,\"name\":\"Customer Name\",\"email\":\"customer@example.com\",\"phone\":\"+31 012 345678\",\
         \"is_active\":true,\"registration_date\":\"{registered}\",\"last_modified\":\"{modified}\"}},\"count\":1,\"total_results\":1}}"
    )
}

fn times(answer: &Answer) -> (String, String) {
    let result = answer.result();
    let time = |key: &str| result[key].as_str().unwrap().to_owned();
    (time("registration_date"), time("last_modified"))
}

async fn post(app: &App, tenant: &Tenant) -> Answer {
    app.reseller_api("POST", "").key(&tenant.key).header("Content-Type", "application/json").body(BODY).send().await
}

#[tokio::test]
async fn create_answers_201_with_the_documented_bytes() {
    let (app, tenant) = App::with_reseller().await;
    let answer = post(&app, &tenant).await.expect(201);
    let (registered, modified) = times(&answer);
    assert_eq!(registered, modified, "{answer}");
    assert_eq!(answer.body, documented(&registered, &modified));
    assert_eq!(answer.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn a_time_has_three_decimals_and_a_z() {
    let (app, tenant) = App::with_reseller().await;
    let (registered, _) = times(&post(&app, &tenant).await);
    let form: String = registered.chars().map(|character| if character.is_ascii_digit() { '0' } else { character }).collect();
    assert_eq!(form, "0000-00-00T00:00:00.000Z");
}

#[tokio::test]
async fn get_answers_200_with_the_same_structure() {
    let (app, tenant) = App::with_reseller().await;
    let created = post(&app, &tenant).await;
    let got = app.reseller_api("GET", "1/").key(&tenant.key).send().await.expect(200);
    assert_eq!(got.body, created.body);
}

#[tokio::test]
async fn update_answers_201_and_moves_only_last_modified() {
    let (app, tenant) = App::with_reseller().await;
    let other = json!({"name": "Before", "email": "before@example.com", "phone": null});
    let (registered, before) = times(&app.reseller_api("POST", "").key(&tenant.key).json(&other).send().await.expect(201));
    let update = app.reseller_api("PUT", "1/").key(&tenant.key).header("Content-Type", "application/json").body(BODY);
    let answer = update.send().await.expect(201);
    let (_, modified) = times(&answer);
    assert!(modified > before, "{answer}");
    assert_eq!(answer.body, documented(&registered, &modified));
}

#[tokio::test]
async fn an_update_that_changes_nothing_answers_201_and_leaves_last_modified_alone() {
    let (app, tenant) = App::with_reseller().await;
    let created = post(&app, &tenant).await;
    let rows = app.all_rows().await;
    let update = app.reseller_api("PUT", "1/").key(&tenant.key).header("Content-Type", "application/json").body(BODY);
    assert_eq!(update.send().await.expect(201).body, created.body);
    assert_eq!(app.all_rows().await, rows);
}

#[tokio::test]
async fn delete_answers_204_without_a_body_and_the_id_is_gone_for_ever() {
    let (app, tenant) = App::with_reseller().await;
    post(&app, &tenant).await.expect(201);
    let answer = app.reseller_api("DELETE", "1/").key(&tenant.key).send().await.expect(204);
    assert_eq!((answer.body.as_str(), answer.header("content-type")), ("", None));
    for method in ["GET", "DELETE"] {
        app.reseller_api(method, "1/").key(&tenant.key).send().await.expect_error(404, "NOT_FOUND");
    }
    app.reseller_api("PUT", "1/").key(&tenant.key).body(BODY).send().await.expect_error(404, "NOT_FOUND");
    assert_eq!(post(&app, &tenant).await.expect(201).id(), 2);
}

#[tokio::test]
async fn both_forms_of_every_path_answer_the_same() {
    let (app, tenant) = App::with_reseller().await;
    let base = "/api/v3/reseller/customer";
    let mut answers = Vec::new();
    for slash in ["/", ""] {
        let send = async |method, path: String, body: Option<&str>| {
            let request = app.request(method, &path).key(&tenant.key);
            match body {
                Some(body) => request.body(body).send().await,
                None => request.send().await,
            }
        };
        let id = send("POST", format!("{base}{slash}"), Some(BODY)).await.expect(201).id();
        let one = format!("{base}/{id}{slash}");
        let all = [
            send("GET", one.clone(), None).await.expect(200),
            send("GET", format!("{base}{slash}"), None).await.expect(200),
            send("PUT", one.clone(), Some(BODY)).await.expect(201),
            send("DELETE", one.clone(), None).await.expect(204),
            send("GET", one, None).await.expect(404),
        ];
        // The id, the tag and the times must differ.
        let without_digits = |text: &str| text.replace(|character: char| character.is_ascii_digit(), "0");
        answers.push(all.map(|answer| {
            let headers: Vec<_> = answer.headers.iter().map(|(name, value)| (name.clone(), without_digits(value))).collect();
            (answer.status, headers, without_digits(&answer.body))
        }));
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn a_list_is_an_array_in_the_same_envelope() {
    let (app, tenant) = App::with_reseller().await;
    let empty = app.list(&tenant, "").await;
    assert_eq!(empty.body, r#"{"result":[],"count":0,"total_results":0}"#);
    let (registered, modified) = times(&post(&app, &tenant).await);
    let one = documented(&registered, &modified);
    let listed = app.list(&tenant, "").await;
    assert_eq!(listed.body, one.replacen('{', "[{", 2).replacen("[{", "{", 1).replacen("},\"count\"", "}],\"count\"", 1));
}

#[tokio::test]
async fn an_absent_phone_is_null_and_put_clears_it() {
    let (app, tenant) = App::with_reseller().await;
    for absent in [json!({}), json!({"phone": null}), json!({"phone": ""}), json!({"phone": "  "})] {
        let id = post(&app, &tenant).await.expect(201).id();
        let body = json_with(json!({"name": "Customer Name", "email": "customer@example.com"}), &absent);
        let answer = app.reseller_api("PUT", id).key(&tenant.key).json(&body).send().await.expect(201);
        assert!(answer.result()["phone"].is_null(), "{answer}");
        let created = app.reseller_api("POST", "").key(&tenant.key).json(&body).send().await.expect(201);
        assert!(created.result()["phone"].is_null(), "{created}");
    }
}

#[tokio::test]
async fn is_active_is_true_by_default_and_kept_where_put_does_not_say() {
    let (app, tenant) = App::with_reseller().await;
    let body = |is_active: serde_json::Value| json!({"name": "A", "email": "a@example.com", "is_active": is_active});
    let id = app.create_with(&tenant, body(json!(false))).await;
    let put = async |body| {
        app.reseller_api("PUT", id).key(&tenant.key).json(&body).send().await.expect(201).result()["is_active"].clone()
    };
    assert_eq!(put(json!({"name": "B", "email": "a@example.com"})).await, false);
    assert_eq!(put(body(json!(null))).await, false);
    assert_eq!(put(body(json!(true))).await, true);
    assert_eq!(put(json!({"name": "C", "email": "a@example.com"})).await, true);
}

#[tokio::test]
async fn text_is_trimmed_and_otherwise_comes_back_as_it_was_sent() {
    let (app, tenant) = App::with_reseller().await;
    let body = json!({"name": "  Ünï  <cödé> & \"Söhne\" 😀\t", "email": " a@example.com ", "phone": "  +31 (0)12  345-678 "});
    let id = app.create_with(&tenant, body).await;
    let got = app.reseller_api("GET", id).key(&tenant.key).send().await.expect(200).result();
    assert_eq!(got["name"], "Ünï  <cödé> & \"Söhne\" 😀");
    assert_eq!(got["email"], "a@example.com");
    assert_eq!(got["phone"], "+31 (0)12  345-678");
}

#[tokio::test]
async fn names_and_addresses_need_not_be_unique() {
    let (app, tenant) = App::with_reseller().await;
    let ids: Vec<u64> = vec![app.create(&tenant, "Twin").await, app.create(&tenant, "Twin").await];
    assert_eq!(app.list(&tenant, "filter=name=twin").await.ids(), ids);
}

#[tokio::test]
async fn unknown_and_read_only_fields_are_ignored() {
    let (app, tenant) = App::with_reseller().await;
    let body = json!({
        "name": "A", "email": "a@example.com", "id": 99, "registration_date": "1999-01-01T00:00:00.000Z", "last_modified": 5,
        "nickname": {"any": ["thing"]},
    });
    let id = app.create_with(&tenant, body.clone()).await;
    assert_eq!(id, 1);
    let before = app.reseller_api("GET", id).key(&tenant.key).send().await.body;
    assert_eq!(app.reseller_api("PUT", id).key(&tenant.key).json(&body).send().await.expect(201).body, before);
}
