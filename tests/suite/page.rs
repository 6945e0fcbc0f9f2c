//! The page that shows the OpenAPI documents, and its files.

use crate::harness::App;
use crate::harness::documents::{documents, is_of_the_page};
use crate::harness::routes::{table, workspace};

#[tokio::test]
async fn everybody_reads_the_page_and_its_files_without_any_call_of_the_database() {
    let app = App::start().await;
    let routes: Vec<_> = table().into_iter().filter(|route| is_of_the_page(&route.function)).collect();
    assert_eq!(routes.len(), 8);
    for route in &routes {
        let is_compressed = route.path == "/docs/redoc.js";
        let answer = app.request("GET", &route.path).send().await.expect(if is_compressed { 406 } else { 200 });
        assert_eq!(answer.header("content-security-policy").is_some(), !is_compressed, "{answer}");
    }
    assert!(app.wire.take_calls().is_empty());
    // Nor does it open a connection when it starts.
    let binary = workspace().join("functions/documentation/src/bin/documentation-show.rs");
    assert!(std::fs::read_to_string(binary).unwrap().contains("ParallelCalls(0)"));
}

#[tokio::test]
async fn the_documents_are_those_that_the_code_writes() {
    let app = App::start().await;
    for (api, document) in documents() {
        let answer = app.request("GET", &format!("/docs/{api}.json")).send().await.expect(200);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert!(answer.body == document, "{api}");
    }
}

#[tokio::test]
async fn an_address_without_a_file_is_not_found() {
    let app = App::start().await;
    for path in ["/docs/", "/docs/page.html", "/docs/x/page.js", "/doc"] {
        app.request("GET", path).send().await.expect(404);
    }
    let event = serde_json::json!({"rawPath": "/docs/nothing"});
    assert_eq!(app.invoke("documentation-show", event).await.expect(404).body, "There is nothing at this address.\n");
}
