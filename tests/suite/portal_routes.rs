//! What holds for every route of the portal, whatever its pages are about: who is let in, that another reseller's are not there, that nothing
//! hostile does any harm, and what is answered when the table is away.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shared::domain::user::Role;
use shared::lambda::request::MAXIMUM_BODY;

use crate::harness::pages::form;
use crate::harness::portal::{PASSWORD, Portal};
use crate::harness::routes::{Route, find, table};
use crate::harness::{Answer, App, Effect, Tenant};

/// What stands in the place of a parameter. The first is one that there is, at many of the addresses.
fn values(parameter: &str, id: u64) -> Vec<String> {
    let id = id.to_string();
    let values: &[&str] = match parameter {
        "id" => &[&id],
        "reseller" => &["reseller-1"],
        "kind" => &["tokens", "subscriptions", "usage", "users", "transcriptions", "password", "sessions", "brand", "logo", "x"],
        "item" => &["new", "1", "0123456789ab"],
        "deed" => &["delete", "edit", "x"],
        "token" | "file" => &["x"],
        other => panic!("no address has a value for {other}"),
    };
    values.iter().map(|value| (*value).to_owned()).collect()
}

/// The paths of a route, with everything in the places of its parameters that there can be.
fn paths(route: &Route, id: u64) -> Vec<String> {
    let mut paths = vec![String::new()];
    for segment in route.path.split('/').skip(1) {
        let values = match segment.strip_prefix('{').and_then(|segment| segment.strip_suffix('}')) {
            Some(parameter) => values(parameter, id),
            None => vec![segment.to_owned()],
        };
        paths = paths.iter().flat_map(|path| values.iter().map(move |value| format!("{path}/{value}"))).collect();
    }
    paths
}

/// The routes of the pages that need a session.
fn in_session() -> Vec<Route> {
    let functions = ["portal-show-page", "portal-submit-form", "portal-replace-logo"];
    table().into_iter().filter(|route| functions.contains(&route.function.as_str())).collect()
}

/// Fields of all forms.
const FIELDS: [(&str, &str); 12] = [
    ("name", "Mine now"),
    ("email", "mine@example.com"),
    ("is_active", "false"),
    ("type", "batch"),
    ("valid_years", "1"),
    ("sku", "voice"),
    ("role", "RESELLEE"),
    ("first_name", "Mine"),
    ("color", "#ff0000"),
    ("current", "Wrong horse 42"),
    ("password", "Mine now 42 horse"),
    ("id", "999999"),
];

/// Two resellers, with a customer and people each.
pub struct Street {
    pub app: App,
    pub tenant: Tenant,
    pub customer: u64,
    /// The session of somebody of the reseller.
    pub reseller: String,
    /// The session of somebody of its customer.
    pub resellee: String,
    /// A customer of the other reseller.
    theirs: u64,
    /// The session of somebody of the other reseller.
    other: String,
}

impl Street {
    pub async fn new() -> Self {
        let (app, tenant) = App::with_reseller().await;
        let customer = app.create(&tenant, "Acme").await;
        let next = app.reseller("Harbour Telecom").await;
        let theirs = app.create(&next, "Theirs").await;
        let portal = Portal::of(&app).await;
        let reseller = portal.somebody(&app, &tenant, None, Role::Reseller, "ann@northwind.example").await.cookie;
        let resellee = portal.somebody(&app, &tenant, Some(customer), Role::Resellee, "ben@acme.example").await.cookie;
        let other = portal.somebody(&app, &next, None, Role::Reseller, "eve@harbour.example").await.cookie;
        app.start_functions().await;
        Self { app, tenant, customer, reseller, resellee, theirs, other }
    }

    /// What is answered to a browser in this session; a form has all fields that any form has.
    async fn visit(&self, session: &str, method: &str, path: &str) -> Answer {
        let request = self.app.page(method, path, session);
        if method == "POST" { request.form(&form(&FIELDS)).send().await } else { request.send().await }
    }

    /// All rows but those that say what was used up.
    async fn rows(&self) -> Vec<String> {
        self.app.all_rows().await.into_iter().filter(|row| !row.contains("SPENT#")).collect()
    }
}

/// An answer of this portal's own pages, as a person gets it: a page, a redirect or a file to be kept, with all headers that keep it safe.
#[track_caller]
fn expect_page(answer: &Answer) {
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{answer}");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer}");
    if answer.header("content-type").is_some_and(|media_type| media_type.starts_with("text/csv")) {
        assert!(answer.header("content-disposition").is_some_and(|kept| kept.starts_with("attachment")), "{answer}");
        return;
    }
    let policy = answer.header("content-security-policy").unwrap_or_else(|| panic!("no policy: {answer}"));
    assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{answer}");
    assert_eq!(answer.header("strict-transport-security"), Some("max-age=31536000"), "{answer}");
    assert!(answer.status == 303 || answer.body.starts_with("<!doctype html>"), "{answer}");
}

#[tokio::test]
async fn without_a_session_every_page_leads_to_the_login_and_every_form_is_kept_there_at_no_cost() {
    let street = Street::new().await;
    let version = street.reseller.replace(char::is_lowercase, "x");
    for route in in_session() {
        for path in paths(&route, street.customer) {
            for session in ["", "x", version.as_str()] {
                let answer = street.visit(session, &route.method, &path).await;
                expect_page(&answer);
                assert_eq!(answer.cookie("__Host-session").as_deref(), Some(""), "{answer}");
                // Nobody has to log in to log out.
                if route.method == "GET" || path == "/logout" {
                    assert!(answer.leads_to().starts_with("/login"), "{path}");
                } else {
                    // What would be deleted is asked again.
                    let next = if path.ends_with("/delete") { format!("{path}?id=999999") } else { path.clone() };
                    assert_eq!((answer.hidden("next"), answer.status), (next, 401), "{answer}");
                }
            }
        }
    }
    assert_eq!(street.app.wire.take_calls().len(), 0);
}

#[tokio::test]
async fn no_form_is_taken_from_another_sites_page_at_no_cost() {
    let street = Street::new().await;
    let forms = table().into_iter().filter(|route| route.function.starts_with("portal-") && route.method == "POST");
    for route in forms {
        for path in paths(&route, street.customer) {
            for (header, value) in
                [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.example"), ("x", "")]
            {
                let request = street.app.request("POST", &path).header("cookie", &format!("__Host-session={}", street.reseller));
                let answer = request.header(header, value).form(&form(&FIELDS)).send().await.expect(403);
                expect_page(&answer);
                assert_eq!(answer.cookie("__Host-session"), None, "{answer}");
            }
        }
    }
    assert_eq!(street.app.wire.take_calls().len(), 0);
}

/// What a person sees of an answer, without what is random or names what was asked for.
fn seen(answer: &Answer, id: u64) -> (u16, Vec<(String, String)>, String) {
    let mut body = answer.body.replace(&format!("/{id}"), "/…").replace(&format!(">{id}<"), ">…<");
    if body.contains("name=\"form_key\"") {
        body = body.replace(&answer.hidden("form_key"), "…");
    }
    let headers = answer.headers.iter().map(|(name, value)| (name.clone(), value.replace(&id.to_string(), "…")));
    (answer.status, headers.collect(), body)
}

#[tokio::test]
async fn an_organization_of_another_reseller_is_one_that_never_existed() {
    const NEVER: u64 = 999_999;
    let street = Street::new().await;
    let rows = street.rows().await;
    let of_one = |route: &Route| route.path.contains("{id}");
    let mut found = 0;
    for route in in_session().iter().filter(|route| of_one(route)) {
        for (of_theirs, of_never) in paths(route, street.theirs).iter().zip(paths(route, NEVER)) {
            let observe = async |path: &str, id: u64| {
                street.app.wire.take_calls();
                let answer = street.visit(&street.reseller, &route.method, path).await;
                expect_page(&answer);
                (seen(&answer, id), street.app.wire.take_operations())
            };
            let observed = observe(of_theirs, street.theirs).await;
            assert_eq!(observed, observe(&of_never, NEVER).await, "{} {of_theirs}", route.method);
            assert_eq!(observed.0.0, 404, "{} {of_theirs}", route.method);
            found += usize::from(!observed.1.is_empty());
        }
    }
    assert!(street.rows().await == rows, "something was written");
    // Those were addresses of pages: at them, organizations are looked for.
    assert!(found >= 5, "{found}");
    street.visit(&street.other, "GET", &format!("/reseller/{}?tab=2", street.theirs)).await.expect(200).shows("Theirs");
}

#[tokio::test]
async fn people_of_a_customer_see_no_page_of_their_reseller_and_a_resellers_no_organization_of_their_own() {
    let street = Street::new().await;
    let rows = street.rows().await;
    for route in in_session() {
        let session = match route.path.split('/').nth(1) {
            Some("reseller") => &street.resellee,
            Some("organization") => &street.reseller,
            _ => continue,
        };
        for path in paths(&route, street.customer) {
            expect_page(&street.visit(session, &route.method, &path).await.expect(404));
        }
    }
    assert!(street.rows().await == rows, "something was written");
}

#[tokio::test]
async fn what_is_hostile_is_refused_with_a_page_and_changes_nothing() {
    let street = Street::new().await;
    let rows = street.rows().await;
    let large = "a".repeat(MAXIMUM_BODY + 1);
    let bodies = ["%zz=1", "name=%ff", "a=%", &"&".repeat(10_000), "name=\0", "{\"name\": 1}", "form_key=x&name=", &large];
    let queries = ["tab=%zz", "tab=99999999999999999999", "cursor=x", "search=%00", "from=x&to=%F0%9F%98%80", "a=b=c&&&="];
    let cookies = ["__Host-session=0; __Host-session=x", "a;;=; __Host-session=ü\u{1}", "__Host-session", "=", ""];
    // Whatever is sent with it, a logout is one.
    let is_meant = |route: &Route| route.function.starts_with("portal-") && route.path != "/logout";
    for route in table().iter().filter(|route| is_meant(route)) {
        let path = paths(route, street.customer).swap_remove(0);
        let ask = |path: &str| street.app.page(&route.method, path, &street.reseller);
        let mut answers = Vec::new();
        if route.method == "POST" {
            for body in bodies {
                answers.push(ask(&path).form(body).send().await);
            }
            for bytes in [&b"\xff\xfe=\xc3\x28"[..], b"name=\xf0\x9f"] {
                answers.push(ask(&path).header("content-type", "application/x-www-form-urlencoded").body(bytes).send().await);
            }
        } else {
            for query in queries {
                answers.push(ask(&format!("{path}?{query}")).send().await);
            }
        }
        for cookie in cookies {
            let request = street.app.request(&route.method, &path).header("cookie", cookie).header("sec-fetch-site", "none");
            answers.push(request.send().await);
        }
        // An event that our gateway does not make.
        let event = json!({
            "rawPath": path,
            "headers": {"sec-fetch-site": "none"},
            "cookies": [format!("__Host-session={}", street.reseller)],
            "requestContext": {"http": {"method": route.method}},
            "pathParameters": find(&table(), &route.method, &path).unwrap().parameters,
            "body": "not base64!",
            "isBase64Encoded": true,
        });
        answers.push(street.app.invoke(&route.function, event).await);
        for answer in answers {
            assert!(answer.status < 500, "{answer}");
            expect_page(&answer);
        }
    }
    // Tries of passwords are on record.
    let now: Vec<String> = street.rows().await.into_iter().filter(|row| !row.contains("TRIES#")).collect();
    assert!(now == rows, "something was written");
}

/// What is answered while the table answers everything with this.
async fn troubled(street: &Street, method: &str, path: &str, status: u16, error: &str) -> Answer {
    let said = json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{error}"), "message": "RESELLER#1 of the table"});
    street.app.wire.script(move |_| Effect::Answer(status, said.clone()));
    let request =
        street.app.page(method, path, &street.reseller).form(&form(&[("email", "a@b.example"), ("password", PASSWORD)]));
    let answer = request.send().await;
    street.app.wire.mend();
    answer
}

#[tokio::test]
async fn a_table_that_is_away_or_refuses_is_a_page_that_says_what_to_do() {
    let street = Street::new().await;
    let mut called = BTreeMap::new();
    for (method, path) in
        [("GET", "/reseller"), ("POST", "/reseller/new"), ("POST", "/login/reseller-1"), ("GET", "/login/reseller-1")]
    {
        called.insert(find(&table(), method, path).unwrap().function, ());
        let away = troubled(&street, method, path, 400, "ThrottlingException").await.expect(503);
        assert_eq!(away.header("retry-after"), Some("1"), "{away}");
        let refused = troubled(&street, method, path, 400, "AccessDeniedException").await.expect(500);
        assert_eq!(refused.header("retry-after"), None, "{refused}");
        for answer in [away.shows("Wait a moment"), refused.shows("Contact support")] {
            expect_page(&answer);
            // The session goes on.
            assert_eq!(answer.cookie("__Host-session"), None, "{answer}");
            answer.shows_no("RESELLER#1");
        }
        street.app.restart();
        street.app.start_functions().await;
    }
    assert_eq!(called.len(), 3, "{called:?}");
    street.visit(&street.reseller, "GET", "/reseller").await.expect(200);
}

#[tokio::test]
async fn files_are_read_without_any_call_of_the_database() {
    let street = Street::new().await;
    let page = street.visit(&street.reseller, "GET", "/reseller").await.expect(200).body;
    street.app.wire.take_calls();
    let mut media_types: Vec<String> = Vec::new();
    for file in page.split('"').filter(|part| part.starts_with("/assets/")) {
        let plain = street.app.request("GET", file).send().await.expect(200);
        assert_eq!((plain.header("x-content-type-options"), plain.header("set-cookie")), (Some("nosniff"), None), "{plain}");
        media_types.push(plain.header("content-type").unwrap().to_owned());
        let compressed = street.app.request("GET", file).header("accept-encoding", "br, gzip").send().await.expect(200);
        let is_worth_it = plain.body.len() >= 1_024;
        let expected = is_worth_it.then_some("gzip");
        assert_eq!(compressed.header("content-encoding"), expected, "{file}");
        assert_eq!(compressed.header("vary"), is_worth_it.then_some("accept-encoding"), "{file}");
        assert!(!is_worth_it || compressed.bytes().starts_with(&[0x1f, 0x8b]), "{file}");
    }
    media_types.sort();
    let css = "text/css; charset=utf-8";
    assert_eq!(media_types, ["image/svg+xml", css, css, "text/javascript; charset=utf-8"]);
    expect_page(&street.app.request("GET", "/assets/style-0000000000000000.css").send().await.expect(404));
    assert_eq!(street.app.wire.take_calls().len(), 0);
    let binary = crate::harness::routes::workspace().join("functions/portal/src/bin/portal-show-asset.rs");
    assert!(std::fs::read_to_string(binary).unwrap().contains("ParallelCalls(0)"));
}

#[tokio::test]
async fn a_line_of_the_log_names_the_session_and_whose_it_is() {
    let street = Street::new().await;
    let spans = async |session: &str, method: &str, path: &str| {
        let status = street.visit(session, method, path).await.status;
        let lines = street.app.last_log();
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert_eq!(lines[0]["status"], status, "{lines:?}");
        lines[0]["span"].clone()
    };
    let own = spans(&street.resellee, "GET", "/organization?tab=2").await;
    assert_eq!((&own["function"], &own["customer"]), (&json!("portal-show-page"), &json!(street.customer)), "{own}");
    let list = spans(&street.reseller, "GET", "/reseller").await;
    assert_eq!((&list["reseller"], &list["customer"]), (&json!(street.tenant.id), &Value::Null), "{list}");
    assert!(list["key"].as_str().is_some_and(|key| key.len() == 12 && key != own["key"]), "{list}");
    let form = spans(&street.reseller, "POST", "/logout").await;
    assert_eq!((&form["function"], &form["key"]), (&json!("portal-submit-form"), &list["key"]), "{form}");
    let nobody = spans("", "GET", "/login/reseller-1").await;
    assert_eq!((&nobody["function"], &nobody["key"]), (&json!("portal-log-in"), &Value::Null), "{nobody}");
}
