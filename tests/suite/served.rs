//! The real thing: the product as `cargo dev` serves it, called by HTTP and by `cargo lambda invoke`.
//!
//! These tests are ignored unless asked for, because they need it to run; `CLIENTELE_DEMO` names its `demo.json`. `.ci/run` shows
//! how.

use std::collections::BTreeSet;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::harness::Answer;
use crate::harness::routes::{find, table, workspace};

const BASE: &str = "/api/v3/reseller/customer";

/// What `cargo dev` says about itself.
fn demo() -> Value {
    let path = std::env::var("CLIENTELE_DEMO").expect("CLIENTELE_DEMO names the demo.json of a running `cargo dev`");
    serde_json::from_slice(&std::fs::read(workspace().join(path)).unwrap()).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Calls the reseller API.
fn call(method: &str, path: &str, key: Option<&str>, body: Option<&str>) -> Answer {
    let key = key.map(|key| ("x-zoom-s2t-key", key.to_owned()));
    send(method, path, key, body.map(|body| ("application/json", body)))
}

/// Calls the licensing API of the first reseller.
fn call_licensing(method: &str, path: &str, form: Option<&str>) -> Answer {
    let authorization = format!("Basic {}", text(&demo()["resellers"][0]["licensing_token"]));
    let form = form.map(|form| ("application/x-www-form-urlencoded", form));
    send(method, path, Some(("authorization", authorization)), form)
}

/// The name and password of the first reseller's service user.
fn service_user() -> String {
    let reseller = &demo()["resellers"][0];
    format!("{}:{}", text(&reseller["management_user"]), text(&reseller["management_password"]))
}

/// Calls the Management API of the first reseller.
fn call_management(method: &str, path: &str, body: Option<(&str, &str)>) -> Answer {
    send(method, path, Some(("authorization", format!("Basic {}", STANDARD.encode(service_user())))), body)
}

fn send(method: &str, path: &str, credential: Option<(&str, String)>, body: Option<(&str, &str)>) -> Answer {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
    let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", text(&demo()["base_url"])));
    if let Some((header, credential)) = credential {
        request = request.header(header, credential);
    }
    let response = match body {
        Some((media_type, body)) => agent.run(request.header("content-type", media_type).body(body.to_owned()).unwrap()),
        None => agent.run(request.body(()).unwrap()),
    };
    let mut response = response.unwrap();
    Answer {
        request: format!("{method} {path}\n{}", body.unwrap_or_default().1),
        status: response.status().as_u16(),
        headers: response.headers().iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect(),
        body: response.body_mut().read_to_string().unwrap(),
    }
}

/// Runs `cargo lambda invoke` as an operator would: whether it went well, and what it printed.
fn invoke(function: &str, payload: &str) -> (bool, String) {
    let base_url = demo()["base_url"].clone();
    let port = text(&base_url).rsplit(':').next().unwrap();
    let has_ipv6 = std::net::TcpListener::bind("[::1]:0").is_ok();
    // Its default is `::1`, which `cargo dev` serves too, where the machine has it.
    let address: &[&str] = if has_ipv6 { &[] } else { &["--invoke-address", "127.0.0.1"] };
    let output = Command::new("cargo")
        .args(["lambda", "invoke", function, "--invoke-port", port, "--data-ascii", payload])
        .args(address)
        .current_dir(workspace())
        .output()
        .unwrap();
    (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

/// The routed functions of an API.
fn functions_of(api: &str) -> BTreeSet<String> {
    table().into_iter().map(|route| route.function).filter(|function| function.starts_with(api)).collect()
}

fn event(function: &str) -> String {
    std::fs::read_to_string(workspace().join(format!("events/{function}.json"))).unwrap()
}

fn invoke_for_json(function: &str, payload: &str) -> Value {
    let (is_well, printed) = invoke(function, payload);
    assert!(is_well, "{function} {payload}\n{printed}");
    serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}\n{function} {payload}\n{printed}"))
}

#[test]
#[ignore = "needs a running `cargo dev`"]
fn every_route_answers_in_both_slash_forms() {
    let demo = demo();
    let key = text(&demo["resellers"][0]["reseller_key"]);
    let body = r#"{"name": "Customer Name", "email": "customer@example.com", "phone": "+31 012 345678"}"#;
    let mut called = 0;
    for slash in ["/", ""] {
        let created = call("POST", &format!("{BASE}{slash}"), Some(key), Some(body)).expect(201);
        let one = format!("{BASE}/{}{slash}", created.id());
        assert_eq!(call("GET", &one, Some(key), None).expect(200).body, created.body);
        let listed = call("GET", &format!("{BASE}{slash}?filter=id={}&limit=1", created.id()), Some(key), None).expect(200);
        assert_eq!(listed.ids(), [created.id()], "{listed}");
        assert_eq!(call("PUT", &one, Some(key), Some(body)).expect(201).body, created.body);
        assert_eq!(call("DELETE", &one, Some(key), None).expect(204).body, "");
        call("GET", &one, Some(key), None).expect_error(404, "NOT_FOUND");
        called += 5;
    }
    let routes = table().iter().filter(|route| route.function.starts_with("reseller-")).count();
    assert_eq!(called, routes, "a route of the reseller API is not called here");
}

#[test]
#[ignore = "needs a running `cargo dev`"]
fn the_demo_keys_are_in_the_states_that_they_are_named_after() {
    for reseller in demo()["resellers"].as_array().unwrap() {
        let list = |key: &str| call("GET", &format!("{BASE}/"), Some(text(&reseller[key])), None);
        let create = |key: &str| call("POST", &format!("{BASE}/"), Some(text(&reseller[key])), Some("{}"));
        list("reseller_key").expect(200);
        create("reseller_key").expect_error(400, "VALIDATION_ERROR");
        list("read_only_key").expect(200);
        create("read_only_key").expect_error(403, "FORBIDDEN");
        list("customer_key").expect_error(403, "FORBIDDEN");
        list("expired_key").expect_error(401, "INVALID_API_KEY");
        list("revoked_key").expect_error(401, "KEY_REVOKED");
    }
    call("GET", &format!("{BASE}/"), None, None).expect_error(401, "MISSING_API_KEY");
}

#[test]
#[ignore = "needs a running `cargo dev`"]
fn a_path_with_encoded_digits_and_hostile_requests_are_answered_as_everywhere() {
    let demo = demo();
    let key = Some(text(&demo["resellers"][0]["reseller_key"]));
    let id = call("POST", &format!("{BASE}/"), key, Some(r#"{"name": "A", "email": "a@example.com"}"#)).expect(201).id();
    let encoded: String = id.to_string().bytes().map(|digit| format!("%{digit:02x}")).collect();
    assert_eq!(call("GET", &format!("{BASE}/{encoded}/"), key, None).expect(200).id(), id);
    call("GET", &format!("{BASE}/%zz/"), key, None).expect(400);
    call("GET", &format!("{BASE}/abc/"), key, None).expect_faults(&["id"]);
    call("GET", &format!("{BASE}/?limit=%zz"), key, None).expect_faults(&["limit"]);
    call("POST", &format!("{BASE}/"), key, Some(&"[".repeat(100_000))).expect_error(400, "MALFORMED_JSON");
    let large = format!(r#"{{"name": "{}"}}"#, "x".repeat(256 * 1024));
    call("POST", &format!("{BASE}/"), key, Some(&large)).expect_error(400, "VALIDATION_ERROR");
    call("DELETE", &format!("{BASE}/{id}/"), key, None).expect(204);
}

#[test]
#[ignore = "needs a running `cargo dev`"]
fn a_cursor_is_followed_by_its_link_as_it_is() {
    let demo = demo();
    let key = Some(text(&demo["resellers"][1]["reseller_key"]));
    let made: Vec<u64> = ["Ä & B", "ä=c", "Zoë"]
        .iter()
        .map(|name| json!({"name": name, "email": "walk@example.com"}).to_string())
        .map(|body| call("POST", &format!("{BASE}/"), key, Some(&body)).expect(201).id())
        .collect();
    let mut next = Some(format!("{BASE}/?limit=1&sort=name&direction=desc&filter=email=walk%40example.com"));
    let mut met = Vec::new();
    while let Some(path) = next {
        let page = call("GET", &path, key, None).expect(200);
        met.extend(page.ids());
        next = page.next();
    }
    assert_eq!(met, [made[1], made[0], made[2]]);
    for id in made {
        call("DELETE", &format!("{BASE}/{id}"), key, None).expect(204);
    }
}

#[test]
#[ignore = "needs a running `cargo dev`"]
fn every_reseller_event_can_be_invoked() {
    let demo = demo();
    let key = text(&demo["resellers"][0]["reseller_key"]);
    // As they are, their key is nobody's.
    for function in functions_of("reseller") {
        let answer = invoke_for_json(&function, &event(&function));
        assert_eq!(answer["statusCode"], 401, "{function} {answer}");
    }
    // With a key, and with the id of the customer that the first one creates, they are a life.
    let send = |function: &str, id: u64| {
        let event = event(function).replace("sk_reseller_put-your-own-key-here", key).replace("/1/", &format!("/{id}/"));
        let event = event.replace(r#""id": "1""#, &format!(r#""id": "{id}""#));
        let answer = invoke_for_json(function, &event);
        let body = answer["body"].as_str().unwrap_or_default();
        (answer["statusCode"].as_u64().unwrap(), serde_json::from_str::<Value>(body).unwrap_or_default())
    };
    let (status, created) = send("reseller-create-customer", 0);
    assert_eq!(status, 201, "{created}");
    let id = created["result"]["id"].as_u64().unwrap();
    assert_eq!(send("reseller-get-customer", id), (200, created.clone()));
    assert_eq!(send("reseller-update-customer", id), (201, created));
    let (status, listed) = send("reseller-list-customers", id);
    assert_eq!((status, listed["result"].is_array()), (200, true), "{listed}");
    assert_eq!(send("reseller-delete-customer", id).0, 204);
    assert_eq!(send("reseller-get-customer", id).0, 404);
}

#[test]
#[ignore = "needs a running `cargo dev`"]
fn every_operators_event_can_be_invoked() {
    let made = invoke_for_json("operator-provision-reseller", &event("operator-provision-reseller"));
    let id = made["reseller_id"].as_u64().unwrap();
    let listed = invoke_for_json("operator-list-resellers", &event("operator-list-resellers"));
    let is_listed = listed["resellers"].as_array().unwrap().iter().any(|one| one["reseller_id"] == id);
    assert!(is_listed, "{listed}");
    // The other events are about the first reseller, which `cargo dev` makes.
    let added = invoke_for_json("operator-add-account", &event("operator-add-account"));
    assert!(added["account_ids"].as_array().unwrap().contains(&added["account_id"]), "{added}");
    let keys = invoke_for_json("operator-list-keys", &event("operator-list-keys"));
    let issued = invoke_for_json("operator-issue-key", &event("operator-issue-key"));
    assert_eq!(invoke_for_json("operator-list-keys", &event("operator-list-keys"))["count"], keys["count"].as_u64().unwrap() + 1);
    let key = text(&issued["token"]);
    call("GET", &format!("{BASE}/"), Some(key), None).expect(200);

    let (is_well, printed) = invoke("operator-revoke-key", &event("operator-revoke-key"));
    assert!(!is_well && printed.contains("Reseller 1 has no key 0123456789ab."), "{printed}");
    let revocation = event("operator-revoke-key").replace("0123456789ab", text(&issued["key_id"]));
    let revoked = invoke_for_json("operator-revoke-key", &revocation);
    assert!(revoked["revoked_at"].is_string(), "{revoked}");
    call("GET", &format!("{BASE}/"), Some(key), None).expect_error(401, "KEY_REVOKED");
}

#[test]
#[ignore = "needs a running `cargo dev`"]
fn every_route_of_the_licensing_api_answers() {
    let created = call_licensing("POST", "/api/customer", Some("company=Served&email=served%40example.com")).expect(201);
    let one = created.header("location").unwrap().to_owned();
    assert_eq!(call_licensing("GET", &one, None).expect(302).body, created.body);
    assert!(call_licensing("GET", "/api/customers", None).expect(200).body.contains(&created.body));
    call_licensing("PUT", &one, Some("company=Served")).expect(304);
    let changed = call_licensing("PUT", &one, Some("lastname=%C3%9Cber")).expect(200);
    assert_eq!(changed.json()["lastname"], "Über", "{changed}");
    call_licensing("POST", "/api/customer", Some("company=B&email=SERVED%40example.com")).expect_licensing_error(409, "CONFLICT");
    assert_eq!(call_licensing("DELETE", &one, None).expect(410).body, changed.body);
    call_licensing("GET", &one, None).expect_licensing_error(404, "NOT_FOUND");
}

#[test]
#[ignore = "needs a running `cargo dev`"]
fn every_route_about_licences_answers() {
    let customer = call_licensing("POST", "/api/customer", Some("company=Licensed&email=licensed%40example.com")).expect(201);
    let id = customer.json()["customer_id"].as_u64().unwrap();
    let form = format!("customer_id={id}&product=Served&host=Licensed.example.com");
    let issued = call_licensing("POST", "/api/license", Some(&form)).expect(201);
    call_licensing("POST", "/api/license", Some(&form)).expect_licensing_error(409, "CONFLICT");
    let one = issued.header("location").unwrap().to_owned();
    assert_eq!(call_licensing("GET", &one, None).expect(302).body, issued.body);
    let list = format!("/api/licenses?customer_id={id}");
    assert_eq!(call_licensing("GET", &list, None).expect(200).body, format!("[{}]", issued.body));
    assert!(call_licensing("GET", "/api/licenses", None).expect(200).body.contains(&issued.body));
    // Without a token, and not taken for the licence with the id `check`.
    let check =
        |host: &str| send("GET", &format!("/api/license/check?key={}&host={host}", text(&issued.json()["key"])), None, None);
    assert_eq!(check("licensed.example.com").expect(200).json()["valid"], true);
    assert_eq!(check("other.example.com").expect(403).body, r#"{"valid":false,"reason":"host"}"#);

    let form = format!("customer_id={id}&product=Served&host=second.example.com");
    let second = call_licensing("POST", "/api/license", Some(&form)).expect(201).header("location").unwrap().to_owned();
    let revoked = call_licensing("DELETE", &second, None).expect(410);
    assert_eq!(revoked.json()["status"], "revoked", "{revoked}");
    call_licensing("DELETE", &format!("/api/customer/{id}"), None).expect(410);
    assert_eq!(check("licensed.example.com").expect(403).body, r#"{"valid":false,"reason":"revoked"}"#);
    let listed = call_licensing("GET", &list, None).expect(200);
    assert_eq!(listed.json()[0]["status"], "revoked", "{listed}");
    assert_eq!(listed.json()[1], revoked.json(), "{listed}");
    call_licensing("GET", "/api/license/1", None).expect_licensing_error(404, "NOT_FOUND");
}

#[test]
#[ignore = "needs a running `cargo dev`"]
fn every_licensing_event_can_be_invoked() {
    let demo = demo();
    let token = text(&demo["resellers"][1]["licensing_token"]);
    for function in functions_of("licensing") {
        let answer = invoke_for_json(&function, &event(&function));
        // The key that a check is about is its only credential.
        let status = if function == "licensing-check-license" { 403 } else { 401 };
        assert_eq!(answer["statusCode"], status, "{function} {answer}");
    }
    let send = |function: &str, id: u64| {
        let event =
            event(function).replace("put-your-own-token-here", token).replace("/api/customer/1", &format!("/api/customer/{id}"));
        let answer = invoke_for_json(function, &event.replace(r#""id": "1""#, &format!(r#""id": "{id}""#)));
        (answer["statusCode"].as_u64().unwrap(), answer["body"].as_str().unwrap_or_default().to_owned())
    };
    // The demo customer of this reseller has the address of the document's example.
    assert_eq!(send("licensing-create-customer", 0).0, 409);
    let (status, listed) = send("licensing-list-customers", 0);
    assert_eq!(status, 200, "{listed}");
    let id = serde_json::from_str::<Value>(&listed).unwrap()[0]["customer_id"].as_u64().unwrap();
    assert_eq!(send("licensing-get-customer", id).0, 302);
    assert_eq!(send("licensing-update-customer", id).0, 200);
    assert_eq!(send("licensing-update-customer", id).0, 304);
}

#[test]
#[ignore = "needs a running `cargo dev`"]
fn every_event_about_licences_can_be_invoked() {
    let demo = demo();
    let token = text(&demo["resellers"][0]["licensing_token"]);
    let send = |function: &str, id: u64, key: &str| {
        let event = event(function).replace("put-your-own-token-here", token).replace("put-your-own-key-here", key);
        let answer = invoke_for_json(function, &event.replace("1000001", &id.to_string()));
        let body = answer["body"].as_str().unwrap_or_default();
        (answer["statusCode"].as_u64().unwrap(), serde_json::from_str::<Value>(body).unwrap_or_default())
    };
    let (status, issued) = send("licensing-create-license", 0, "");
    assert_eq!((status, &issued["customer_id"]), (201, &json!(1)), "{issued}");
    let (id, key) = (issued["license_id"].as_u64().unwrap(), text(&issued["key"]));
    assert_eq!(send("licensing-get-license", id, key), (302, issued.clone()));
    let (status, listed) = send("licensing-list-licenses", id, key);
    assert_eq!((status, listed.as_array().unwrap().contains(&issued)), (200, true), "{listed}");
    assert_eq!(send("licensing-check-license", id, key).0, 200);
    assert_eq!(send("licensing-delete-license", id, key).0, 410);
    assert_eq!(send("licensing-check-license", id, key), (403, json!({"valid": false, "reason": "revoked"})));
}

#[test]
#[ignore = "needs a running `cargo dev`"]
fn every_route_of_the_management_api_answers() {
    const CUSTOMERS: &str = "/api/v01/customers";
    let demo = demo();
    let mut called = BTreeSet::new();
    let mut manage = |method: &str, path: &str, body: Option<(&str, &str)>| {
        called.insert(find(&table(), method, path.split('?').next().unwrap()).unwrap().function);
        call_management(method, path, body)
    };
    let account = &demo["resellers"][0]["account_id"];
    let body = json!({"accountId": account, "firstName": "Ann", "lastName": "Served", "code": "served/1"}).to_string();
    let created = manage("PUT", CUSTOMERS, Some(("application/json", &body))).expect(201);
    let id = created.json()["id"].as_u64().unwrap();
    let one = format!("{CUSTOMERS}/{id}");
    assert_eq!(manage("GET", &one, None).expect(200).body, created.body);
    assert_eq!(manage("GET", &format!("{CUSTOMERS}/*served%2F1"), None).expect(200).body, created.body);
    let found = manage("GET", &format!("{CUSTOMERS}?lastName=SERVED&limit=1000"), None).expect(200);
    assert_eq!((found.body.as_str(), found.header("x-total-count")), (format!("[{}]", created.body).as_str(), Some("1")));
    let changed = manage("POST", &one, Some(("application/xml", "<customer city='&#9;Den\tHaag&#x20;'/>"))).expect(200);
    assert_eq!(changed.json()["city"], "Den Haag", "{changed}");
    manage("POST", &one, Some(("text/plain", "city=Delft"))).expect(415);
    assert_eq!(called, functions_of("management"), "a route of the Management API is not called here");

    let refused = send("GET", &one, None, None).expect(401);
    assert_eq!(refused.header("www-authenticate"), Some("Basic realm=\"Management API\""), "{refused}");
    let key = text(&demo["resellers"][0]["reseller_key"]);
    call_management("GET", &one, None).expect(200);
    call("DELETE", &format!("{BASE}/{id}"), Some(key), None).expect(204);
    call_management("GET", &one, None).expect(404);
}

#[test]
#[ignore = "needs a running `cargo dev`"]
fn every_management_event_can_be_invoked() {
    let demo = demo();
    for function in functions_of("management") {
        let answer = invoke_for_json(&function, &event(&function));
        assert_eq!(answer["statusCode"], 401, "{function} {answer}");
    }
    let send = |function: &str, id: &str| {
        let event = event(function).replace("put-your-own-user-and-password-here", &STANDARD.encode(service_user()));
        let event = event.replace("/api/v01/customers/1", &format!("/api/v01/customers/{id}"));
        let answer = invoke_for_json(function, &event.replace(r#""id": "1""#, &format!(r#""id": "{id}""#)));
        (answer["statusCode"].as_u64().unwrap(), answer["body"].as_str().unwrap_or_default().to_owned())
    };
    let (status, created) = send("management-create-customer", "");
    assert_eq!(status, 201, "{created}");
    let id = created.split('"').nth(1).unwrap();
    let (status, loaded) = send("management-load-customer", id);
    assert_eq!((status, loaded.contains("\"lastName\":\"Customer\"")), (200, true), "{loaded}");
    let (status, found) = send("management-find-customers", id);
    assert_eq!((status, found.contains(&loaded)), (200, true), "{found}");
    let (status, modified) = send("management-modify-customer", id);
    assert_eq!((status, modified.contains("+31 20 1234567")), (200, true), "{modified}");
    call("DELETE", &format!("{BASE}/{id}/"), Some(text(&demo["resellers"][0]["reseller_key"])), None).expect(204);
}

/// The examples of the README: each command that stands in a `sh` block, and the answer that stands in the next one.
fn readme_examples() -> Vec<(String, String)> {
    let readme = std::fs::read_to_string(workspace().join("README.md")).unwrap();
    let blocks: Vec<(&str, &str)> =
        readme.split("```").skip(1).step_by(2).map(|block| block.split_once('\n').unwrap_or((block, ""))).collect();
    blocks
        .windows(2)
        .filter(|pair| pair[0].0 == "sh")
        .map(|pair| (pair[0].1.trim().to_owned(), pair[1].1.trim().to_owned()))
        .collect()
}

#[test]
#[ignore = "needs a running `cargo dev`"]
fn the_examples_of_the_readme_answer_what_it_says() {
    let demo = demo();
    let examples = readme_examples();
    assert!(examples.len() >= 6, "{examples:?}");
    let mut id: Option<u64> = None;
    for (command, expected) in examples {
        let of_this_run = command.replace("http://127.0.0.1:9000", text(&demo["base_url"]));
        // The README creates the customer 3, the first one in a fresh database.
        let of_this_run = match id {
            Some(id) => {
                of_this_run.replace("customer/3", &format!("customer/{id}")).replace("customers/3", &format!("customers/{id}"))
            }
            None => of_this_run,
        };
        let output = Command::new("bash")
            .args(["-c", &of_this_run])
            .env("KEY", text(&demo["resellers"][0]["reseller_key"]))
            .env("TOKEN", text(&demo["resellers"][0]["licensing_token"]))
            .env("SERVICE_USER", service_user())
            .output()
            .unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        if id.is_none() {
            id = serde_json::from_str::<Value>(&printed).unwrap_or_default()["result"]["id"].as_u64();
        }
        assert_eq!(without_numbers(printed.trim()), without_numbers(&expected), "{of_this_run}");
        // A status at the end must be right to the digit.
        let status = |text: &str| text.trim().rsplit(' ').next().filter(|word| word.len() == 3).map(str::to_owned);
        assert_eq!(status(&printed), status(&expected), "{of_this_run}");
    }
}

/// The text with every number as `0`: ids and times are of the moment.
fn without_numbers(text: &str) -> String {
    let mut masked = String::new();
    for character in text.chars() {
        match character {
            '0'..='9' if masked.ends_with('0') => {}
            '0'..='9' => masked.push('0'),
            other => masked.push(other),
        }
    }
    masked
}
