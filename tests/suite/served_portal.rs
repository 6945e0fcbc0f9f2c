//! The pages of the running product, asked for by HTTP as a browser does, as `cargo dev` serves them and as they are deployed.
//!
//! These tests are ignored by default, because they need a running product; `CLIENTELE_DEMO` names its `demo.json`. `.ci/served`
//! and `.ci/deployed` show how to run them.

use std::collections::{BTreeMap, BTreeSet};

use crate::harness::Answer;
use crate::harness::pages::form;
use crate::harness::portal::PASSWORD;
use crate::harness::routes::table;
use crate::harness::running::{BASE, bytes, call, demo, request, text};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const OWN_PAGE: (&str, &str) = ("sec-fetch-site", "same-origin");

/// A browser with its cookies.
#[derive(Clone, Default)]
struct Browser(BTreeMap<String, String>);

impl Browser {
    fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, &[OWN_PAGE], None)
    }

    fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send("POST", path, &[OWN_PAGE, FORM], Some(&form(fields)))
    }

    fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&str>) -> Answer {
        let cookies = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let cookie = (!cookies.is_empty()).then_some(("cookie", cookies.as_str()));
        let headers: Vec<_> = headers.iter().copied().chain(cookie).collect();
        let answer = request(method, path, &headers, body.map(str::as_bytes));
        for (_, set) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (pair, attributes) = set.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            // Otherwise a browser drops a cookie with such a name.
            assert!(name.starts_with("__Host-") && attributes.contains("Path=/; Secure; HttpOnly; SameSite=Lax"), "{set}");
            match value {
                "" => drop(self.0.remove(name)),
                value => drop(self.0.insert(name.to_owned(), value.to_owned())),
            }
        }
        answer
    }
}

/// An answer of a page: its headers are there.
#[track_caller]
fn page(answer: Answer, status: u16) -> Answer {
    let answer = answer.expect(status);
    assert!(answer.header("content-security-policy").is_some_and(|policy| policy.starts_with("default-src 'none'")), "{answer}");
    for (name, value) in [("cache-control", "no-store"), ("strict-transport-security", "max-age=31536000")] {
        assert_eq!(answer.header(name), Some(value), "{answer}");
    }
    if status != 303 {
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"), "{answer}");
    }
    answer
}

#[test]
#[ignore = "needs a running product"]
fn every_route_of_the_portal_answers_to_nobody_and_to_another_sites_page() {
    let mut called = BTreeSet::new();
    for route in table().into_iter().filter(|route| route.function.starts_with("portal-")) {
        let path = route.sample_path();
        let answer = match route.method.as_str() {
            "GET" => Browser::default().get(&path),
            _ => {
                page(request(&route.method, &path, &[("sec-fetch-site", "cross-site"), FORM], Some(b"name=A")), 403);
                Browser::default().submit(&path, &[("name", "A & B"), ("email", "served@example.com"), ("password", PASSWORD)])
            }
        };
        match (route.function.as_str(), route.method.as_str()) {
            ("portal-show-page", _) => assert!(page(answer, 303).leads_to().starts_with("/login"), "{path}"),
            ("portal-log-in", "GET") => drop(page(answer, if route.path.contains("{token}") { 404 } else { 200 })),
            // The address is nobody's. What is sent to no reseller's page names none.
            ("portal-log-in", _) if route.path.starts_with("/login") => {
                drop(page(answer, 422).shows("the password or the reseller is wrong"))
            }
            ("portal-log-in", _) => drop(page(answer, if route.path.contains("{token}") { 404 } else { 200 })),
            ("portal-show-asset", _) => drop(page(answer, 404)),
            // Nobody has to log in to log out.
            ("portal-submit-form", _) if path == "/logout" => assert_eq!(page(answer, 303).leads_to(), "/login"),
            // What would be deleted is asked again.
            ("portal-submit-form", _) if path.ends_with("/delete") => drop(page(answer, 401).shows_no("name=A%20%26%20B")),
            // Any other form is kept until somebody has logged in.
            ("portal-submit-form", _) => drop(page(answer, 401).shows("name=A%20%26%20B")),
            _ => drop(page(answer, 401)),
        }
        called.insert(route.function);
    }
    assert!(called.len() >= 4, "{called:?}");
    // The gateway knows no other addresses.
    for path in ["/nope", "/login/a/b", "/assets/a/b"] {
        request("GET", path, &[], None).expect(404);
    }
}

/// Invites somebody by the API, who sets a password at the link and is logged in.
fn somebody(users: &str, email: &str) -> (Browser, String) {
    let demo = demo();
    let key = Some(text(&demo["resellers"][0]["reseller_key"]));
    let invited = call("POST", users, key, Some(&format!(r#"{{"email": "{email}"}}"#))).expect(201);
    let url = text(&invited.result()["invitation_url"]).to_owned();
    let link = &url[url.find("/invitation/").unwrap()..];
    let mut browser = Browser::default();
    let shown = page(browser.get(link), 200).shows(email);
    assert_eq!(shown.header("referrer-policy"), Some("no-referrer"), "{shown}");
    page(browser.submit(link, &[("password", "short")]), 422);
    let answer = page(browser.submit(link, &[("password", PASSWORD)]), 303);
    assert!(browser.0.contains_key("__Host-session") && browser.0.contains_key("__Host-reseller"), "{answer}");
    page(Browser::default().get(link), 404);
    (browser, answer.leads_to())
}

#[test]
#[ignore = "needs a running product"]
fn a_person_of_a_customer_gets_in_by_a_link_and_out_again() {
    let demo = demo();
    let key = Some(text(&demo["resellers"][0]["reseller_key"]));
    let body = r#"{"name": "Visited & <served>", "email": "customer@example.com"}"#;
    let customer = call("POST", BASE, key, Some(body)).expect(201).id();
    let email = format!("ben-{customer}@example.com");
    let (mut browser, start) = somebody(&format!("{BASE}/{customer}/user"), &email);
    assert_eq!(start, "/organization");
    page(browser.get("/organization?tab=2"), 200).shows("Visited &#38; &#60;served&#62;");
    page(browser.get(&format!("/reseller/{customer}")), 404);
    let form = page(browser.get("/organization/tokens/new"), 200);
    let fields = [("form_key", &*form.hidden("form_key")), ("name", "Büro ☎ & mehr"), ("type", "batch"), ("valid_years", "1")];
    let made = page(browser.submit("/organization/tokens/new", &fields), 200).shows("sk_customer_").shows("Büro ☎ &#38; mehr");
    assert_eq!(page(browser.submit("/organization/tokens/new", &fields), 200).body, made.body);

    let mut copy = browser.clone();
    let short_name = text(&demo["resellers"][0]["short_name"]);
    assert_eq!(page(browser.submit("/logout", &[]), 303).leads_to(), format!("/login/{short_name}"));
    assert!(!browser.0.contains_key("__Host-session") && browser.0.contains_key("__Host-reseller"));
    let sent_away = page(copy.get("/organization?tab=2"), 303).leads_to();
    // The browser remembers the reseller, and the login leads back.
    assert_eq!(sent_away, format!("/login/{short_name}?next=%2Forganization%3Ftab%3D2"));
    let login = page(browser.get(&sent_away), 200).shows("href=\"/login?next=%2Forganization%3Ftab%3D2\"");
    let next = login.hidden("next");
    page(browser.get("/login"), 200).shows(&format!("value=\"{short_name}\""));
    let fields = [("email", &*email), ("password", PASSWORD), ("next", &next)];
    assert_eq!(page(browser.submit(&format!("/login/{short_name}"), &fields), 303).leads_to(), "/organization?tab=2");
    page(browser.get(&next), 200).shows("Büro ☎ &#38; mehr");
    call("DELETE", &format!("{BASE}/{customer}"), key, None).expect(204);
    page(browser.get("/organization?tab=2"), 303);
}

#[test]
#[ignore = "needs a running product"]
fn a_person_of_a_reseller_makes_and_deletes_an_organization() {
    // Each run leaves somebody behind, who is the last one that can log in.
    let email = format!("ann-{}@example.com", std::process::id());
    let (mut browser, start) = somebody("/api/v3/reseller/user", &email);
    assert!(start.starts_with("/reseller"), "{start}");
    assert_eq!(page(browser.get("/"), 303).leads_to(), start);
    let form = page(browser.get("/reseller/new"), 200);
    let name = format!("שלום {}", std::process::id());
    let fields = [("form_key", &*form.hidden("form_key")), ("name", &name), ("email", "office@served.example")];
    let list = page(browser.submit("/reseller/new", &fields), 303).leads_to();
    assert_eq!(page(browser.submit("/reseller/new", &fields), 303).leads_to(), list, "the same form is the same organization");
    let id = list.split("new=").nth(1).unwrap().to_owned();
    page(browser.get(&list), 200).shows(&name);
    page(browser.get(&format!("/reseller?search={}", list.rsplit('=').next().unwrap())), 200).shows(&name);
    page(browser.get(&format!("/reseller/{id}?tab=2")), 200).shows(&name);
    page(browser.get(&format!("/reseller/delete?id={id}")), 200).shows(&name);
    for deleted in [1, 0] {
        let answer = page(browser.submit("/reseller/delete", &[("id", &id)]), 303);
        assert_eq!(answer.leads_to(), format!("/reseller?deleted={deleted}"));
    }
    page(browser.get(&format!("/reseller/{id}?tab=2")), 404);
    page(browser.submit("/logout", &[]), 303);
}

#[test]
#[ignore = "needs a running product"]
fn the_files_of_the_pages_come_compressed_and_can_be_kept() {
    let login = Browser::default().get("/login").expect(200).body;
    let files: Vec<&str> = login.split('"').filter(|part| part.starts_with("/assets/")).collect();
    assert_eq!(files.len(), 4);
    let mut sent = 0;
    for file in files {
        let plain = request("GET", file, &[], None).expect(200);
        assert_eq!(plain.header("cache-control"), Some("public, max-age=31536000, immutable"), "{plain}");
        assert_eq!(plain.header("x-content-type-options"), Some("nosniff"), "{plain}");
        let compressed = bytes(file, &[("accept-encoding", "gzip")]);
        assert_eq!(compressed.starts_with(&[0x1f, 0x8b]), plain.body.len() >= 1_024, "{file}");
        assert!(compressed.len() <= plain.body.len(), "{file}");
        sent += compressed.len();
    }
    // The page itself is compressed, too.
    let compressed = bytes("/login", &[("accept-encoding", "gzip")]);
    assert!(compressed.starts_with(&[0x1f, 0x8b]) && compressed.len() < login.len());
    assert!(sent + compressed.len() < 120_000, "{sent}");
}
