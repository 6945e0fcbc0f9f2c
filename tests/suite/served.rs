//! The running product, called by HTTP, as `cargo dev` serves it and as it is deployed.
//!
//! These tests are ignored by default, because they need a running product; `CLIENTELE_DEMO` names its `demo.json`. `.ci/served`
//! and `.ci/deployed` show how to run them.

use std::collections::BTreeSet;

use serde_json::json;

use crate::harness::pages::form;
use crate::harness::routes::{find, table};
use crate::harness::running::{BASE, bytes, call, call_licensing, call_management, demo, functions_of, put_bytes, send, text};

#[test]
#[ignore = "needs a running product"]
fn every_route_answers_in_both_slash_forms() {
    let demo = demo();
    let key = text(&demo["resellers"][0]["reseller_key"]);
    let body = r#"{"name": "Customer Name", "email": "customer@example.com", "phone": "+31 012 345678"}"#;
    let mut called = 0;
    // The emulated gateway knows no paths that end in a slash; a test of the template covers them.
    let forms: &[&str] = if demo["slashes"] == false { &[""] } else { &["", "/"] };
    for slash in forms {
        call("GET", &format!("/api/v3/reseller/activity{slash}"), Some(key), None).expect(200);
        call("GET", &format!("/api/v3/reseller/dashboard{slash}"), Some(key), None).expect(200);
        called += 2;
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
    // Another test sells plans and records usage.
    let is_elsewhere = |function: &str| ["reseller-list-plans", "reseller-list-usage"].contains(&function);
    let is_of_resellers = |function: &str| function.starts_with("reseller-") && !is_elsewhere(function);
    let is_called = |path: &str| forms.contains(&"/") || !path.ends_with('/');
    let routes = table().iter().filter(|route| is_of_resellers(&route.function) && is_called(&route.path)).count();
    assert_eq!(called, routes, "a route of the reseller API is not called here");
}

#[test]
#[ignore = "needs a running product"]
fn every_route_about_what_belongs_to_a_customer_answers_at_both_doors() {
    let demo = demo();
    let key = Some(text(&demo["resellers"][0]["reseller_key"]));
    let forms: &[&str] = if demo["slashes"] == false { &[""] } else { &["", "/"] };
    let mut called = BTreeSet::new();
    let mut send = |method: &str, path: &str, key: Option<&str>, body: Option<&str>| {
        called.insert(find(&table(), method, path).unwrap().route_key);
        call(method, path, key, body)
    };
    for slash in forms {
        let body = r#"{"name": "Customer Name", "email": "customer@example.com"}"#;
        let customer = call("POST", &format!("{BASE}{slash}"), key, Some(body)).expect(201).id();
        let tokens = format!("{BASE}/{customer}/token");
        let body = r#"{"name": "served", "type": "realtime"}"#;
        let made = send("POST", &format!("{tokens}{slash}"), key, Some(body)).expect(201).result();
        let own = Some(text(&made["key"]));
        assert_eq!(send("GET", &format!("/api/v3/customer{slash}"), own, None).expect(200).id(), customer);
        let one = format!("{}{slash}", text(&made["id"]));
        for name in ["token", "tokens"] {
            let listed = send("GET", &format!("/api/v3/{name}{slash}"), own, None).expect(200);
            assert_eq!(listed.body, send("GET", &format!("{tokens}{slash}"), key, None).expect(200).body);
            send("POST", &format!("/api/v3/{name}{slash}"), own, Some(body)).expect_error(403, "FORBIDDEN");
            send("DELETE", &format!("/api/v3/{name}/{one}"), own, None).expect_error(403, "FORBIDDEN");
        }
        let sold = format!("{BASE}/{customer}/subscription");
        let plan = send("GET", &format!("/api/v3/reseller/plan{slash}"), key, None).expect(200).result()[0]["sku"].clone();
        let body = format!(r#"{{"sku": {plan}}}"#);
        let subscription = send("POST", &format!("{sold}{slash}"), key, Some(&body)).expect(201);
        let place = format!("{}{slash}", subscription.id());
        for (all, key) in [(sold.as_str(), key), ("/api/v3/subscription", own)] {
            assert_eq!(send("GET", &format!("{all}{slash}"), key, None).expect(200).ids(), [subscription.id()]);
            assert_eq!(send("GET", &format!("{all}/{place}"), key, None).expect(200).body, subscription.body);
        }
        send("POST", &format!("/api/v3/subscription{slash}"), own, Some(&body)).expect_error(403, "FORBIDDEN");
        send("PUT", &format!("/api/v3/subscription/{place}"), own, Some("{}")).expect_error(403, "FORBIDDEN");
        send("DELETE", &format!("/api/v3/subscription/{place}"), own, None).expect_error(403, "FORBIDDEN");
        let events = r#"{"events": [{"id": "served-1", "units": 60, "language": "nl"}]}"#;
        let used = format!("{BASE}/{customer}/usage");
        for (path, key, status) in [("/api/v3/usage", own, "recorded"), (used.as_str(), key, "duplicate")] {
            let told = send("POST", &format!("{path}{slash}"), key, Some(events)).expect(201).result();
            assert_eq!(told[0]["status"], status);
        }
        let report = send("GET", &format!("{used}{slash}"), key, None).expect(200);
        assert_eq!(
            (&report.result()[0]["units_used"], &report.result()[0]["subscription_id"]),
            (&60.into(), &subscription.id().into())
        );
        assert_eq!(send("GET", &format!("/api/v3/usage{slash}"), own, None).expect(200).body, report.body);
        let of_all = send("GET", &format!("/api/v3/reseller/usage{slash}"), key, None).expect(200);
        assert!(of_all.result()[0]["units_used"].as_i64().is_some_and(|units| units >= 60), "{of_all}");
        let body = r#"{"name": "served", "language": "nl"}"#;
        let transcribed = format!("{BASE}/{customer}/transcription");
        let doors = [(transcribed.as_str(), key), ("/api/v3/transcription", own)];
        for (all, key) in doors {
            let id = send("POST", &format!("{all}{slash}"), key, Some(body)).expect(201).id();
            for (all, key) in doors {
                let one = format!("{all}/{id}{slash}");
                let done = send("PUT", &one, key, Some(r#"{"status": "completed", "duration_seconds": 30}"#)).expect(201);
                assert_eq!(send("GET", &one, key, None).expect(200).body, done.body);
                assert_eq!(send("GET", &format!("{all}{slash}"), key, None).expect(200).ids(), [id]);
            }
            send("DELETE", &format!("{all}/{id}{slash}"), key, None).expect(204);
        }
        for (all, key) in doors {
            send("DELETE", &format!("{all}/1{slash}"), key, None).expect_error(404, "NOT_FOUND");
        }
        for all in [format!("{BASE}/{customer}/user"), "/api/v3/reseller/user".to_owned()] {
            let body = format!(r#"{{"email": "served-{customer}-{}@example.com"}}"#, all.len());
            let invited = send("POST", &format!("{all}{slash}"), key, Some(&body)).expect(201);
            assert!(text(&invited.result()["invitation_url"]).contains("/invitation/"), "{invited}");
            let id = invited.id();
            let one = format!("{all}/{id}{slash}");
            assert_eq!(send("GET", &one, key, None).expect(200).id(), id);
            assert!(send("GET", &format!("{all}{slash}"), key, None).expect(200).ids().contains(&id));
            send("PUT", &one, key, Some(r#"{"first_name": "Ann"}"#)).expect(201);
            send("POST", &format!("{all}/{id}/invitation{slash}"), key, None).expect(201);
            if all.starts_with(BASE) {
                let one = format!("/api/v3/user/{id}{slash}");
                assert_eq!(send("GET", &one, own, None).expect(200).id(), id);
                assert_eq!(send("GET", &format!("/api/v3/user{slash}"), own, None).expect(200).ids(), [id]);
                send("POST", &format!("/api/v3/user{slash}"), own, Some(&body)).expect_error(403, "FORBIDDEN");
                send("PUT", &one, own, Some("{}")).expect_error(403, "FORBIDDEN");
                send("DELETE", &one, own, None).expect_error(403, "FORBIDDEN");
                send("POST", &format!("/api/v3/user/{id}/invitation{slash}"), own, None).expect_error(403, "FORBIDDEN");
            }
            send("DELETE", &one, key, None).expect(204);
        }
        send("PUT", &format!("{sold}/{place}"), key, Some(r#"{"auto_renew": false}"#)).expect(201);
        send("DELETE", &format!("{sold}/{place}"), key, None).expect(204);
        send("DELETE", &format!("{tokens}/{one}"), key, None).expect(204);
        send("GET", &format!("/api/v3/customer{slash}"), own, None).expect_error(401, "KEY_REVOKED");
        call("DELETE", &format!("{BASE}/{customer}{slash}"), key, None).expect(204);
    }
    let routes = table().into_iter().filter(|route| {
        ["customer-", "user-"].iter().any(|package| route.function.starts_with(package))
            || ["reseller-list-plans", "reseller-list-usage"].contains(&route.function.as_str())
    });
    let routes = routes.filter(|route| forms.contains(&"/") || !route.path.ends_with('/'));
    let expected: BTreeSet<String> = routes.map(|route| format!("{} {}", route.method, route.path)).collect();
    assert_eq!(called, expected);
}

#[test]
#[ignore = "needs a running product"]
fn a_logo_is_sent_as_bytes_and_read_as_bytes() {
    let demo = demo();
    let key = text(&demo["resellers"][0]["reseller_key"]);
    let forms: &[&str] = if demo["slashes"] == false { &[""] } else { &["", "/"] };
    let drawing = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 4 1'><rect width='4' height='1' fill='#1a73e8'/></svg>";
    for slash in forms {
        let (brand, logo) = (format!("/api/v3/reseller/branding{slash}"), format!("/api/v3/reseller/branding/logo{slash}"));
        call("PUT", &brand, Some(key), Some(r##"{"color": "#1A73E8"}"##)).expect(201);
        let image = |media_type: &str, body: &[u8]| put_bytes(&logo, key, media_type, body);
        let put = image("image/svg+xml", drawing.as_bytes()).expect(201);
        let url = text(&put.result()["logo_url"]).to_owned();
        let png = bytes(&url, &[]);
        assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"), "{} bytes", png.len());
        // The bytes of the PNG, which are no text, arrive as they are: it is the same image.
        assert_eq!(image("image/png", &png).expect(201).body, put.body);
        assert_eq!(call("GET", &brand, Some(key), None).expect(200).body, put.body);
        call("DELETE", &logo, Some(key), None).expect(204);
        send("GET", &url, None, None).expect_error(404, "NOT_FOUND");
    }
}

#[test]
#[ignore = "needs a running product"]
fn requests_to_no_route_are_not_found() {
    for (method, path) in [("GET", "/nope".to_owned()), ("PATCH", BASE.to_owned()), ("GET", format!("{BASE}/1/x"))] {
        call(method, &path, None, None).expect(404);
    }
}

#[test]
#[ignore = "needs a running product"]
fn the_demo_keys_are_in_the_states_that_they_are_named_after() {
    for reseller in demo()["resellers"].as_array().unwrap() {
        let list = |key: &str| call("GET", BASE, Some(text(&reseller[key])), None);
        let create = |key: &str| call("POST", BASE, Some(text(&reseller[key])), Some("{}"));
        list("reseller_key").expect(200);
        create("reseller_key").expect_error(400, "VALIDATION_ERROR");
        list("read_only_key").expect(200);
        create("read_only_key").expect_error(403, "FORBIDDEN");
        list("customer_key").expect_error(403, "FORBIDDEN");
        list("expired_key").expect_error(401, "INVALID_API_KEY");
        list("revoked_key").expect_error(401, "KEY_REVOKED");
    }
    call("GET", BASE, None, None).expect_error(401, "MISSING_API_KEY");
}

#[test]
#[ignore = "needs a running product"]
fn the_demo_people_log_in_at_the_portal_of_their_reseller() {
    let mut roles = Vec::new();
    for reseller in demo()["resellers"].as_array().unwrap() {
        let login = format!("/login/{}", text(&reseller["short_name"]));
        send("GET", &login, None, None).expect(200);
        for person in reseller["portal_users"].as_array().unwrap() {
            let log_in = |password| {
                let body = form(&[("email", text(&person["email"])), ("password", password)]);
                let sent = Some(("application/x-www-form-urlencoded", body.as_str()));
                send("POST", &login, Some(("sec-fetch-site", "same-origin".to_owned())), sent)
            };
            log_in("Another horse 7").expect(422);
            let begun = log_in(text(&person["password"])).expect(303);
            let session = begun.cookie("__Host-session").unwrap();
            let look = |path: &str| send("GET", path, Some(("cookie", format!("__Host-session={session}"))), None);
            let (role, start) = (text(&person["role"]), begun.leads_to());
            assert_eq!(look("/").leads_to(), start);
            let is_of_reseller = role == "RESELLER";
            assert_eq!(start.starts_with("/reseller"), is_of_reseller, "{role}: {start}");
            look("/reseller").expect(if is_of_reseller { 200 } else { 404 });
            look("/organization?tab=2").expect(if is_of_reseller { 404 } else { 200 });
            roles.push(role.to_owned());
        }
    }
    assert_eq!(roles, ["RESELLER", "RESELLEE"].repeat(2));
}

#[test]
#[ignore = "needs a running product"]
fn a_path_with_encoded_digits_and_hostile_requests_are_answered_as_everywhere() {
    let demo = demo();
    let key = Some(text(&demo["resellers"][0]["reseller_key"]));
    let id = call("POST", BASE, key, Some(r#"{"name": "A", "email": "a@example.com"}"#)).expect(201).id();
    let encoded: String = id.to_string().bytes().map(|digit| format!("%{digit:02x}")).collect();
    assert_eq!(call("GET", &format!("{BASE}/{encoded}"), key, None).expect(200).id(), id);
    call("GET", &format!("{BASE}/%zz"), key, None).expect(400);
    call("GET", &format!("{BASE}/abc"), key, None).expect_faults(&["id"]);
    call("GET", &format!("{BASE}?limit=%zz"), key, None).expect_faults(&["limit"]);
    call("POST", BASE, key, Some(&"[".repeat(100_000))).expect_error(400, "MALFORMED_JSON");
    let large = format!(r#"{{"name": "{}"}}"#, "x".repeat(256 * 1024));
    call("POST", BASE, key, Some(&large)).expect_error(400, "VALIDATION_ERROR");
    call("DELETE", &format!("{BASE}/{id}"), key, None).expect(204);
}

#[test]
#[ignore = "needs a running product"]
fn a_cursor_is_followed_by_its_link_as_it_is() {
    let demo = demo();
    let key = Some(text(&demo["resellers"][1]["reseller_key"]));
    let made: Vec<u64> = ["Ä & B", "ä=c", "Zoë"]
        .iter()
        .map(|name| json!({"name": name, "email": "walk@example.com"}).to_string())
        .map(|body| call("POST", BASE, key, Some(&body)).expect(201).id())
        .collect();
    let mut next = Some(format!("{BASE}?limit=1&sort=name&direction=desc&filter=email=walk%40example.com"));
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
#[ignore = "needs a running product"]
fn every_route_of_the_licensing_api_answers() {
    let mut called = customers_of_the_licensing_api();
    called.extend(licences());
    assert_eq!(called, functions_of("licensing"), "a route of the licensing API is not called here");
}

/// The function that answers this call.
fn function_of(method: &str, path: &str) -> String {
    find(&table(), method, path.split('?').next().unwrap()).unwrap().function
}

/// Calls every route about customers, and returns the functions that answered.
fn customers_of_the_licensing_api() -> BTreeSet<String> {
    let mut called = BTreeSet::new();
    let mut licensing = |method: &str, path: &str, form: Option<&str>| {
        called.insert(function_of(method, path));
        call_licensing(method, path, form)
    };
    let created = licensing("POST", "/api/customer", Some("company=Served&email=served%40example.com")).expect(201);
    let one = created.header("location").unwrap().to_owned();
    assert_eq!(licensing("GET", &one, None).expect(302).body, created.body);
    assert!(licensing("GET", "/api/customers", None).expect(200).body.contains(&created.body));
    licensing("PUT", &one, Some("company=Served")).expect(304);
    let changed = licensing("PUT", &one, Some("lastname=%C3%9Cber")).expect(200);
    assert_eq!(changed.json()["lastname"], "Über", "{changed}");
    licensing("POST", "/api/customer", Some("company=B&email=SERVED%40example.com")).expect_licensing_error(409, "CONFLICT");
    assert_eq!(licensing("DELETE", &one, None).expect(410).body, changed.body);
    licensing("GET", &one, None).expect_licensing_error(404, "NOT_FOUND");
    called
}

/// Calls every route about licences, and returns the functions that answered.
fn licences() -> BTreeSet<String> {
    let mut called = BTreeSet::new();
    let mut licensing = |method: &str, path: &str, form: Option<&str>| {
        called.insert(function_of(method, path));
        call_licensing(method, path, form)
    };
    let customer = licensing("POST", "/api/customer", Some("company=Licensed&email=licensed%40example.com")).expect(201);
    let id = customer.json()["customer_id"].as_u64().unwrap();
    let form = format!("customer_id={id}&product=Served&host=Licensed.example.com");
    let issued = licensing("POST", "/api/license", Some(&form)).expect(201);
    licensing("POST", "/api/license", Some(&form)).expect_licensing_error(409, "CONFLICT");
    let one = issued.header("location").unwrap().to_owned();
    assert_eq!(licensing("GET", &one, None).expect(302).body, issued.body);
    let list = format!("/api/licenses?customer_id={id}");
    assert_eq!(licensing("GET", &list, None).expect(200).body, format!("[{}]", issued.body));
    assert!(licensing("GET", "/api/licenses", None).expect(200).body.contains(&issued.body));
    // Without a token, and not mistaken for the licence with the id `check`.
    let check =
        |host: &str| send("GET", &format!("/api/license/check?key={}&host={host}", text(&issued.json()["key"])), None, None);
    assert_eq!(check("licensed.example.com").expect(200).json()["valid"], true);
    assert_eq!(check("other.example.com").expect(403).body, r#"{"valid":false,"reason":"host"}"#);

    let form = format!("customer_id={id}&product=Served&host=second.example.com");
    let second = licensing("POST", "/api/license", Some(&form)).expect(201).header("location").unwrap().to_owned();
    let revoked = licensing("DELETE", &second, None).expect(410);
    assert_eq!(revoked.json()["status"], "revoked", "{revoked}");
    licensing("DELETE", &format!("/api/customer/{id}"), None).expect(410);
    assert_eq!(check("licensed.example.com").expect(403).body, r#"{"valid":false,"reason":"revoked"}"#);
    let listed = licensing("GET", &list, None).expect(200);
    assert_eq!(listed.json()[0]["status"], "revoked", "{listed}");
    assert_eq!(listed.json()[1], revoked.json(), "{listed}");
    licensing("GET", "/api/license/1", None).expect_licensing_error(404, "NOT_FOUND");
    called.insert(function_of("GET", "/api/license/check"));
    called
}

#[test]
#[ignore = "needs a running product"]
fn every_route_of_the_management_api_answers() {
    const CUSTOMERS: &str = "/api/v01/customers";
    let demo = demo();
    let mut called = BTreeSet::new();
    let mut manage = |method: &str, path: &str, body: Option<(&str, &str)>| {
        called.insert(function_of(method, path));
        call_management(method, path, body)
    };
    let account = &demo["resellers"][0]["account_id"];
    let body = json!({"accountId": account, "firstName": "Ann", "lastName": "Served", "code": "served*1 ü"}).to_string();
    let created = manage("PUT", CUSTOMERS, Some(("application/json", &body))).expect(201);
    let id = created.json()["id"].as_u64().unwrap();
    let one = format!("{CUSTOMERS}/{id}");
    assert_eq!(manage("GET", &one, None).expect(200).body, created.body);
    assert_eq!(manage("GET", &format!("{CUSTOMERS}/*served*1%20%C3%BC"), None).expect(200).body, created.body);
    let found = manage("GET", &format!("{CUSTOMERS}?lastName=SERVED&limit=1000"), None).expect(200);
    assert_eq!((found.body.as_str(), found.header("x-total-count")), (format!("[{}]", created.body).as_str(), Some("1")));
    let changed = manage("POST", &one, Some(("application/xml", "<customer city='&#9;Den\tHaag&#x20;'/>"))).expect(200);
    assert_eq!(changed.json()["city"], "Den Haag", "{changed}");
    manage("POST", &one, Some(("text/plain", "city=Delft"))).expect(415);
    let card = Some(("application/x-www-form-urlencoded", "type=card&token=tok_served&code=served*2"));
    let option = manage("PUT", &format!("{one}/payment-options"), card).expect(201);
    assert_eq!(manage("GET", &format!("{one}/payment-options"), None).expect(200).body, format!("[{}]", option.body));
    let by_code = format!("{CUSTOMERS}/*served*1%20%C3%BC/payment-options/*served*2");
    assert_eq!(manage("GET", &by_code, None).expect(200).body, option.body);
    let changes = Some(("application/xml", "<paymentOption brand='Visa'/>"));
    assert_eq!(manage("POST", &by_code, changes).expect(200).json()["brand"], "Visa");
    manage("POST", &by_code, Some(("application/json", r#"{"brand": 4111111111111111}"#))).expect(403);
    let order = Some(("application/json", r#"{"sku": "voice-100", "code": "served*3"}"#));
    let sold = manage("PUT", &format!("{one}/subscriptions"), order).expect(201);
    assert_eq!(manage("GET", &format!("{one}/subscriptions?amountFrom=1"), None).expect(200).body, format!("[{}]", sold.body));
    let by_code = format!("{one}/subscriptions/*served*3");
    assert_eq!(manage("GET", &by_code, None).expect(200).body, sold.body);
    assert_eq!(
        manage("POST", &by_code, Some(("application/json", r#"{"autoRenew": false}"#))).expect(200).json()["autoRenew"],
        false
    );
    assert_eq!(called, functions_of("management"), "a route of the Management API is not called here");

    let refused = send("GET", &one, None, None).expect(401);
    assert_eq!(refused.header("www-authenticate"), Some("Basic realm=\"Management API\""), "{refused}");
    let key = text(&demo["resellers"][0]["reseller_key"]);
    call_management("GET", &one, None).expect(200);
    call("DELETE", &format!("{BASE}/{id}"), Some(key), None).expect(204);
    call_management("GET", &one, None).expect(404);
}

#[test]
#[ignore = "needs a running product"]
fn the_page_of_the_documents_and_its_files_are_there() {
    let get = |path: &str| send("GET", path, None, None);
    let page = get("/docs").expect(200);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"), "{page}");
    for api in ["licensing", "management", "reseller"] {
        assert_eq!(get(&format!("/docs/{api}.json")).expect(200).json()["openapi"], "3.1.0");
    }
    for file in ["page.css", "page.js"] {
        get(&format!("/docs/{file}")).expect(200);
    }
    // Without `Accept-Encoding`.
    get("/docs/redoc.js?2.5.4").expect(406);
    let script = bytes("/docs/redoc.js?2.5.4", &[("accept-encoding", "gzip")]);
    assert!(script.starts_with(&[0x1f, 0x8b]) && script.len() > 100_000, "{} bytes", script.len());
}
