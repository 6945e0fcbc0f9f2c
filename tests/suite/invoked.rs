//! The commands of a developer: every event, sent by `cargo lambda invoke`.
//!
//! Ignored by default, because they need a running `cargo dev`; `.ci/served` shows how to run them.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::process::Command;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use shared::domain::timestamp::Timestamp;

use crate::harness::routes::workspace;
use crate::harness::running::{BASE, call, demo, functions_of, service_user, text};

/// Runs `cargo lambda invoke` as an operator does. Returns whether it succeeded, and what it printed.
fn invoke(function: &str, payload: &str) -> (bool, String) {
    let base_url = demo()["base_url"].clone();
    let port = text(&base_url).rsplit(':').next().unwrap();
    let has_ipv6 = std::net::TcpListener::bind("[::1]:0").is_ok();
    // The default address is `::1`, which `cargo dev` serves too if the machine has IPv6.
    let address: &[&str] = if has_ipv6 { &[] } else { &["--invoke-address", "127.0.0.1"] };
    let output = Command::new("cargo")
        .args(["lambda", "invoke", function, "--invoke-port", port, "--data-ascii", payload])
        .args(address)
        .current_dir(workspace())
        .output()
        .unwrap();
    (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
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
fn every_reseller_event_can_be_invoked() {
    let demo = demo();
    let key = text(&demo["resellers"][0]["reseller_key"]);
    // The key in the event files is not a real one.
    for function in ["branding", "customer", "reseller", "user"].into_iter().flat_map(functions_of) {
        let answer = invoke_for_json(&function, &event(&function));
        // Everybody reads a logo, if there is one.
        let status = if function == "branding-show-logo" { 404 } else { 401 };
        assert_eq!(answer["statusCode"], status, "{function} {answer}");
    }
    // With a real key, and with the id of the customer that the first event creates, the events are the life of a customer.
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
    let (status, dashboard) = send("reseller-get-dashboard", id);
    assert_eq!((status, dashboard["result"]["organizations"]["total"].is_u64()), (200, true), "{dashboard}");
    let (status, invited) = send("user-create-user", id);
    assert_eq!(status, 201, "{invited}");
    let (status, listed) = send("user-list-users", id);
    assert_eq!((status, &listed["result"][0]["id"]), (200, &invited["result"]["id"]), "{listed}");
    assert_eq!(send("reseller-delete-customer", id).0, 204);
    assert_eq!(send("reseller-get-customer", id).0, 404);
}

#[test]
#[ignore = "needs a running `cargo dev`"]
fn every_operators_event_can_be_invoked() {
    let invoked = RefCell::new(BTreeSet::new());
    let payload = |function: &str, changes: &[(&str, Value)]| {
        invoked.borrow_mut().insert(function.to_owned());
        let mut payload: Value = serde_json::from_str(&event(function)).unwrap();
        for (field, value) in changes {
            assert!(payload.get(field).is_some(), "the event of {function} has no {field}");
            payload[field] = value.clone();
        }
        payload.to_string()
    };
    let invoke_with = |function: &str, changes: &[(&str, Value)]| invoke_for_json(function, &payload(function, changes));

    let made = invoke_with("operator-provision-reseller", &[]);
    let id = ("reseller_id", made["reseller_id"].clone());
    let listed = invoke_with("operator-list-resellers", &[]);
    assert!(listed["resellers"].as_array().unwrap().iter().any(|one| one["reseller_id"] == id.1), "{listed}");
    // As they are, the other events are about the first reseller, which `cargo dev` makes.
    let invited = invoke_with("operator-invite-user", &[]);
    assert!(text(&invited["invitation_url"]).starts_with(&format!("{}/invitation/", text(&demo()["base_url"]))), "{invited}");
    let added = invoke_with("operator-add-account", &[]);
    assert!(added["account_ids"].as_array().unwrap().contains(&added["account_id"]), "{added}");
    let keys = invoke_with("operator-list-keys", &[]);
    let issued = invoke_with("operator-issue-key", &[]);
    assert_eq!(invoke_with("operator-list-keys", &[])["count"], keys["count"].as_u64().unwrap() + 1);
    let key = text(&issued["token"]);
    call("GET", BASE, Some(key), None).expect(200);

    let bounded = invoke_with("operator-issue-key", &[("requests_per_minute", json!(1))]);
    // The second request may be of the next minute, and the third is not.
    let statuses: Vec<u16> = (0..3).map(|_| call("GET", BASE, Some(text(&bounded["token"])), None).status).collect();
    assert!(statuses[0] == 200 && statuses.contains(&429), "{statuses:?}");
    let bounded = invoke_with("operator-limit-key", &[("key_id", bounded["key_id"].clone())]);
    assert_eq!((&bounded["units_per_minute"], &bounded["requests_per_minute"]), (&json!(30_000), &json!(100)));
    invoke_with("operator-revoke-key", &[("key_id", bounded["key_id"].clone())]);

    for function in ["operator-limit-key", "operator-revoke-key", "operator-rotate-key"] {
        let (is_well, printed) = invoke(function, &payload(function, &[]));
        assert!(!is_well && printed.contains("Reseller 1 has no key 0123456789ab."), "{printed}");
    }
    let rotated = invoke_with("operator-rotate-key", &[("key_id", issued["key_id"].clone())]);
    for key in [key, text(&rotated["token"])] {
        call("GET", BASE, Some(key), None).expect(200);
    }
    let revoked = invoke_with("operator-revoke-key", &[("key_id", issued["key_id"].clone())]);
    assert!(revoked["revoked_at"].is_string(), "{revoked}");
    call("GET", BASE, Some(key), None).expect_error(401, "KEY_REVOKED");
    invoke_with("operator-revoke-key", &[("key_id", rotated["key_id"].clone())]);

    // What ends more than one key is done to the new reseller.
    let key = text(&made["key"]["token"]);
    let suspended = invoke_with("operator-suspend-reseller", std::slice::from_ref(&id));
    assert!(suspended["suspended_at"].is_string(), "{suspended}");
    call("GET", BASE, Some(key), None).expect_error(403, "RESELLER_SUSPENDED");
    invoke_with("operator-resume-reseller", std::slice::from_ref(&id));
    call("GET", BASE, Some(key), None).expect(200);
    assert_eq!(invoke_with("operator-revoke-keys", std::slice::from_ref(&id))["count"], 1);
    call("GET", BASE, Some(key), None).expect_error(401, "KEY_REVOKED");

    let plan = invoke_with("operator-define-plan", &[("sku", json!("invoked"))]);
    let plans = invoke_with("operator-list-plans", &[]);
    assert!(plans["plans"].as_array().unwrap().contains(&plan), "{plans}");
    assert!(invoke_with("operator-retire-plan", &[("sku", plan["sku"].clone())])["retired_at"].is_string());
    assert!(invoke_with("operator-erase-deleted", &[])["erased"].is_u64());

    // The demo has none, and an earlier run of this test may have made it.
    let (is_well, printed) = invoke("operator-provision-reseller", r#"{"name": "Clientele", "platform": true}"#);
    assert!(is_well || printed.contains("is the platform's own, and there can be only one."), "{printed}");
    assert!(invoke_with("operator-provision-organization", &[])["id"].is_u64());

    let versions = invoke_with("operator-rotate-secret", &[]);
    let left = invoke_with("operator-drop-secret", &[("version", versions["version"].clone())]);
    assert_eq!(left["versions"].as_array().unwrap().len() + 1, versions["versions"].as_array().unwrap().len(), "{left}");
    assert!(invoke_with("operator-advance-counters", &[("by", json!(10))])["last_customer_id"].is_u64());
    // Each run has another address, because letters stay, and other tests have people invited meanwhile.
    let address = format!("operator-{}@example.com", Timestamp::now().milliseconds());
    let letters = || {
        let files = std::fs::read_dir(workspace().join(".clientele/mail")).unwrap().map(|file| file.unwrap().path());
        // What is not finished has another extension, and goes away.
        let letters = files.filter(|file| file.extension().is_some_and(|extension| extension == "eml"));
        letters.filter(|letter| std::fs::read_to_string(letter).unwrap().contains(&address)).count()
    };
    assert_eq!(invoke_with("operator-send-test-mail", &[("email", json!(address))])["posted"], true);
    // `cargo dev` looks for mails each second, and sends this one if the invocation does not.
    assert!(invoke_for_json("mail-send-due", &event("mail-send-due"))["sent"].is_u64());
    let deadline = Instant::now() + Duration::from_secs(10);
    while letters() == 0 && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(letters(), 1);
    assert_eq!(invoked.into_inner(), operator::functions().into_iter().collect());
}

#[test]
#[ignore = "needs a running `cargo dev`"]
fn every_licensing_event_can_be_invoked() {
    let demo = demo();
    let token = text(&demo["resellers"][1]["licensing_token"]);
    for function in functions_of("licensing") {
        let answer = invoke_for_json(&function, &event(&function));
        // The licence key in the query is the only credential of a check.
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

#[test]
#[ignore = "needs a running `cargo dev`"]
fn every_event_of_the_portal_can_be_invoked() {
    // Neither the session, nor the password, nor the file in the events is a real one.
    for function in functions_of("portal") {
        let answer = invoke_for_json(&function, &event(&function));
        let status = match function.as_str() {
            "portal-log-in" => 422,
            "portal-show-asset" => 404,
            // The form is that of a logout, which asks for no login.
            "portal-show-page" | "portal-submit-form" => 303,
            _ => 401,
        };
        assert_eq!(answer["statusCode"], status, "{function} {answer}");
    }
    let demo = demo();
    let key = text(&demo["resellers"][0]["reseller_key"]);
    let email = format!("invoked-{}@example.com", std::process::id());
    let body = json!({"email": email}).to_string();
    let url = call("POST", "/api/v3/reseller/user", Some(key), Some(&body)).expect(201).result()["invitation_url"].clone();
    let token = text(&url).rsplit('/').next().unwrap().to_owned();
    let with = |function: &str, changes: &[(&str, Value)]| {
        let mut event: Value = serde_json::from_str(&event(function)).unwrap();
        for (pointer, value) in changes {
            *event.pointer_mut(pointer).unwrap_or_else(|| panic!("the event of {function} has no {pointer}")) = value.clone();
        }
        invoke_for_json(function, &event.to_string())
    };
    let path = format!("/invitation/{token}");
    let sent = STANDARD.encode("password=Correct+horse+42");
    let begun = with(
        "portal-log-in",
        &[
            ("/routeKey", json!("POST /invitation/{token}")),
            ("/rawPath", json!(path)),
            ("/requestContext/http/path", json!(path)),
            ("/pathParameters", json!({"token": token})),
            ("/body", json!(sent)),
        ],
    );
    // Cookies stand beside the headers, as the gateway takes them.
    let cookies: Vec<&str> = begun["cookies"].as_array().unwrap().iter().map(text).collect();
    assert_eq!((begun["statusCode"].as_u64(), cookies.len()), (Some(303), 2), "{begun}");
    let session = cookies.iter().find(|cookie| cookie.starts_with("__Host-session=")).unwrap();
    let cookie = [("/cookies/0", json!(session.split(';').next().unwrap()))];
    let page = with("portal-show-page", &cookie);
    assert_eq!((&page["statusCode"], &page["isBase64Encoded"]), (&json!(200), &json!(true)), "{page}");
    assert_eq!(page["headers"]["content-encoding"], "gzip", "{page}");
    let left = with("portal-submit-form", &cookie);
    assert_eq!((&left["statusCode"], &left["headers"]["location"]), (&json!(303), &json!("/login")), "{left}");
    assert!(text(&left["cookies"][0]).starts_with("__Host-session=;"), "{left}");
    assert_eq!(with("portal-show-page", &cookie)["statusCode"], 303);
}
