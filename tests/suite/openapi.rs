//! The OpenAPI documents: they are those that the code writes, and they have the routes of the route table.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};
use shared::domain::entity_tag::EntityTags;
use shared::domain::replay::IdempotencyKey;
use shared::domain::validation::{self, Invalid, Text};
use shared::lambda::openapi::schemas;

use crate::harness::documents::{documents, fault, faults_of_examples, function_of, is_undocumented};
use crate::harness::routes::{table, workspace};
use crate::harness::{Answer, App, ManagementClient};

#[test]
fn the_committed_documents_are_those_that_the_code_writes() {
    let folder = workspace().join("docs/openapi");
    for (api, written) in documents() {
        let path = folder.join(format!("{api}.json"));
        if std::env::var("UPDATE").is_ok_and(|update| update == "1") {
            std::fs::write(&path, &written).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        let place = committed.lines().zip(written.lines()).position(|(one, other)| one != other);
        let line = place.unwrap_or_else(|| committed.lines().count().min(written.lines().count()));
        let is_same = committed == written;
        assert!(
            is_same,
            "{} differs from line {} on; if that is meant, run UPDATE=1 cargo test --test suite -- openapi",
            path.display(),
            line + 1
        );
    }
    let committed: BTreeSet<String> =
        std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(committed, documents().map(|(api, _)| format!("{api}.json")).into());
}

/// The operations of a document: method, path and id.
fn operations(document: &Value) -> Vec<(String, String, String)> {
    let paths = document["paths"].as_object().unwrap().iter();
    let operations = paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().iter();
        methods.map(move |(method, operation)| {
            (method.to_uppercase(), path.clone(), function_of(operation["operationId"].as_str().unwrap()).to_owned())
        })
    });
    operations.collect()
}

#[test]
fn every_route_is_in_the_document_of_its_api_and_every_operation_is_a_route() {
    let mut documented = BTreeSet::new();
    for (api, document) in documents() {
        let document: Value = serde_json::from_str(&document).unwrap();
        for (method, path, function) in operations(&document) {
            let is_of_api = function.starts_with(&format!("{api}-"))
                || api == "reseller" && ["branding-", "customer-"].iter().any(|package| function.starts_with(package))
                || ["customer", "reseller"].contains(&api) && function.starts_with("user-");
            assert!(is_of_api, "{function} is in the document of {api}");
            // The reseller API is documented with its slashes, but for usage.
            if let Some(without) = path.strip_suffix('/') {
                documented.insert((method.clone(), without.to_owned(), function.clone()));
            } else if path.ends_with("/usage") {
                documented.insert((method.clone(), format!("{path}/"), function.clone()));
            }
            assert!(documented.insert((method, path, function)));
        }
    }
    let routes = table().into_iter().filter(|route| !is_undocumented(&route.function));
    let routed: BTreeSet<_> = routes.map(|route| (route.method, route.path, route.function)).collect();
    assert_eq!(documented, routed);
}

#[test]
fn every_link_of_a_document_leads_to_an_operation_that_has_its_parameters() {
    for (api, document) in documents() {
        let document: Value = serde_json::from_str(&document).unwrap();
        let all: Vec<&Value> =
            document["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values()).collect();
        let responses = all.iter().flat_map(|operation| operation["responses"].as_object().unwrap().values());
        let links: Vec<&Value> =
            responses.filter_map(|response| response["links"].as_object()).flat_map(|links| links.values()).collect();
        assert!(!links.is_empty() || api == "customer", "{api}");
        for link in links {
            let target = all.iter().find(|operation| operation["operationId"] == link["operationId"]);
            let parameters = target.unwrap_or_else(|| panic!("{api}: {link}"))["parameters"].as_array().unwrap();
            for name in link["parameters"].as_object().unwrap().keys() {
                assert!(parameters.iter().any(|parameter| parameter["name"] == name.as_str()), "{api}: {link}");
            }
        }
    }
}

#[test]
fn every_example_of_an_answer_is_such_an_answer() {
    let (faults, count) = faults_of_examples();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(count > 200, "{count}");
}

#[tokio::test]
async fn an_answer_that_is_not_as_documented_is_told() {
    let (app, tenant) = App::with_reseller().await;
    let answer = app.reseller_api("GET", "").key(&tenant.key).send().await.expect(200);
    let told = |change: &dyn Fn(&mut Answer)| {
        let mut changed = answer.clone();
        change(&mut changed);
        fault("reseller-list-customers", &changed)
    };
    assert_eq!(told(&|_| {}), None);
    assert_eq!(told(&|answer| answer.status = 418).unwrap(), "it has the status 418");
    assert_eq!(told(&|answer| answer.headers.push(("etag".into(), "1".into()))).unwrap(), "it has the header etag");
    assert_eq!(told(&|answer| answer.headers.push(("link".into(), "/".into()))).unwrap(), "link is /");
    assert_eq!(told(&|answer| answer.headers.retain(|(name, _)| name != "content-type")).unwrap(), "it has no media type");
    assert_eq!(told(&|answer| answer.headers.clear()).unwrap(), "it has no header vary");
    assert_eq!(told(&|answer| answer.headers[0].1 = "text/html".into()).unwrap(), "it is text/html");
    assert!(told(&|answer| answer.body = answer.body.replace("count", "number")).is_some());
    assert!(told(&|answer| answer.body = answer.body.replace(":0", ":\"0\"")).unwrap().contains("integer"));
    let refused = app.reseller_api("GET", "").send().await.expect(401);
    let other_code = |code: &str| Answer { body: refused.body.replace("MISSING_API_KEY", code), ..refused.clone() };
    assert_eq!(fault("reseller-list-customers", &other_code("KEY_REVOKED")), None);
    assert!(fault("reseller-list-customers", &other_code("NOT_FOUND")).is_some());
}

#[tokio::test]
async fn an_answer_in_xml_is_held_against_the_same_schema() {
    let client = ManagementClient::start().await;
    let id = client.created(&json!({})).await;
    let answer = client.request("GET", &format!("/{id}")).header("accept", "application/xml").send().await.expect(200);
    let told = |from: &str, to: &str| {
        fault("management-load-customer", &Answer { body: answer.body.replace(from, to), ..answer.clone() })
    };
    assert_eq!(told("", ""), None);
    for (from, to) in
        [("id=\"1\"", "id=\"one\""), ("createDate", "created"), ("customer", "Customer"), ("/>", "><x/></customer>")]
    {
        assert!(told(from, to).is_some(), "{from} {to}");
    }
}

/// A validator, its schema, and whether the schema takes an empty text.
type Validated = (fn(&str) -> Result<Option<Text>, Invalid>, Value, bool);

fn validated() -> [Validated; 8] {
    [
        (|sent| validation::text(sent, 9), json!(schemas::text(9).build()), false),
        (|sent| validation::text(sent, 9), json!(schemas::optional_text(9).build()), true),
        (|sent| validation::email(sent, 9), json!(schemas::email(9).build()), false),
        (|sent| validation::email(sent, 9), json!(schemas::optional_email(9).build()), true),
        (|sent| validation::host(sent, 9), json!(schemas::host(9).build()), false),
        (validation::international_phone, json!(schemas::optional_international_phone().build()), true),
        (|sent| validation::phone(sent, 9), json!(schemas::optional_phone(9).build()), true),
        (|sent| validation::code(sent, 3), json!(schemas::optional_code(3).build()), true),
    ]
}

proptest! {
    #[test]
    fn a_schema_of_a_text_takes_what_its_validator_takes(
        sent in prop_oneof![
            any::<String>(),
            "[\\s\u{0}\u{7f}-\u{a0}\u{fffe}a@.]{0,10}",
            "[a@.]{0,10}",
            "\\+[0-9]{1,4}([ .()-]{0,3}[0-9]{1,3}){0,6}[ ]?",
            "[+ .()0-9-]{0,10}",
            "[0-9A-Za-z]{0,4}",
        ]
    ) {
        let trimmed = sent.trim();
        for (validator, schema, takes_empty) in validated() {
            let schema_of_text = jsonschema::validator_for(&schema).unwrap();
            let takes = |sent: &str| validator(sent).is_ok_and(|text| text.is_some() || takes_empty);
            prop_assert_eq!(schema_of_text.is_valid(&json!(trimmed)), takes(trimmed), "{:?} {}", trimmed, schema);
            // The validators trim; the schemas do not.
            prop_assert!(takes(&sent) || !schema_of_text.is_valid(&json!(sent)), "{:?} {}", sent, schema);
        }
    }
}

proptest! {
    #[test]
    fn the_schemas_of_headers_take_nothing_that_is_refused(
        sent in prop_oneof![any::<String>(), "[ -~]{0,4}", "(W/)?\"[a-c,#]{0,2}\"([ \t]?,[ ]?(W/)?\"[a ]\"){0,2}", "\\*{0,2}"]
    ) {
        let takes = |schema: Value| jsonschema::validator_for(&schema).unwrap().is_valid(&json!(sent));
        prop_assert!(!takes(json!(schemas::entity_tags().build())) || EntityTags::parse(&sent).is_ok(), "{:?}", sent);
        let takes_key = takes(json!(schemas::idempotency_key().build()));
        prop_assert!(!takes_key || IdempotencyKey::parse(&sent).is_ok(), "{:?}", sent);
        prop_assert!(takes_key || sent != sent.trim() || IdempotencyKey::parse(&sent).is_err(), "{:?}", sent);
    }
}

#[test]
fn the_schema_of_a_country_takes_the_codes_that_exist() {
    let schema = jsonschema::validator_for(&json!(schemas::optional_country_code().build())).unwrap();
    for (code, is_taken) in [("NL", true), ("", true), ("XX", false), ("N", false)] {
        assert_eq!(schema.is_valid(&json!(code)), is_taken, "{code}");
        assert_eq!(validation::country_code(code, 2).is_ok(), is_taken, "{code}");
    }
}
