//! A product that runs, called by HTTP: as `cargo dev` serves it, or as it is deployed. `CLIENTELE_DEMO` names its `demo.json`.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::Answer;
use super::documents::{expect_documented_over_http, is_undocumented};
use super::routes::{find, table, workspace};

pub const BASE: &str = "/api/v3/reseller/customer";

/// What it says about itself.
pub fn demo() -> Value {
    let path = std::env::var("CLIENTELE_DEMO").expect("CLIENTELE_DEMO names the demo.json of what is running");
    serde_json::from_slice(&std::fs::read(workspace().join(path)).unwrap()).unwrap()
}

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Calls the reseller API.
pub fn call(method: &str, path: &str, key: Option<&str>, body: Option<&str>) -> Answer {
    let key = key.map(|key| ("x-zoom-s2t-key", key.to_owned()));
    send(method, path, key, body.map(|body| ("application/json", body)))
}

/// Calls the licensing API of the first reseller.
pub fn call_licensing(method: &str, path: &str, form: Option<&str>) -> Answer {
    let authorization = format!("Basic {}", text(&demo()["resellers"][0]["licensing_token"]));
    let form = form.map(|form| ("application/x-www-form-urlencoded", form));
    send(method, path, Some(("authorization", authorization)), form)
}

/// The name and password of the first reseller's service user.
pub fn service_user() -> String {
    let reseller = &demo()["resellers"][0];
    format!("{}:{}", text(&reseller["management_user"]), text(&reseller["management_password"]))
}

/// Calls the Management API of the first reseller.
pub fn call_management(method: &str, path: &str, body: Option<(&str, &str)>) -> Answer {
    send(method, path, Some(("authorization", format!("Basic {}", STANDARD.encode(service_user())))), body)
}

pub fn send(method: &str, path: &str, credential: Option<(&str, String)>, body: Option<(&str, &str)>) -> Answer {
    send_bytes(method, path, credential, body.map(|(media_type, body)| (media_type, body.as_bytes())))
}

fn send_bytes(method: &str, path: &str, credential: Option<(&str, String)>, body: Option<(&str, &[u8])>) -> Answer {
    let credential = credential.as_ref().map(|(header, credential)| (*header, credential.as_str()));
    let media_type = body.map(|(media_type, _)| ("content-type", media_type));
    let headers: Vec<_> = credential.into_iter().chain(media_type).collect();
    request(method, path, &headers, body.map(|(_, body)| body))
}

/// Sends a request with these headers.
pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Answer {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
    let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", text(&demo()["base_url"])));
    // An emulated gateway serves every API at one address, and tells them apart by the host.
    if let Some(host) = demo()["host"].as_str() {
        request = request.header("host", host);
    }
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let response = match body {
        Some(body) => agent.run(request.body(body.to_owned()).unwrap()),
        None => agent.run(request.body(()).unwrap()),
    };
    let mut response = response.unwrap();
    let answer = Answer {
        request: format!("{method} {path}\n{}", String::from_utf8_lossy(body.unwrap_or_default())),
        status: response.status().as_u16(),
        headers: response.headers().iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect(),
        body: response.body_mut().read_to_string().unwrap(),
    };
    if let Some(matched) = find(&table(), method, path.split('?').next().unwrap())
        && !is_undocumented(&matched.function)
    {
        expect_documented_over_http(&matched.function, &answer);
    }
    answer
}

/// Puts these bytes, in this media type, to the reseller API.
pub fn put_bytes(path: &str, key: &str, media_type: &str, body: &[u8]) -> Answer {
    let credential = Some(("x-zoom-s2t-key", key.to_owned()));
    send_bytes("PUT", path, credential, Some((media_type, body)))
}

/// The body of the answer to a GET with these headers, which must be 200, as it comes.
pub fn bytes(path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let mut request = ureq::get(format!("{}{path}", text(&demo()["base_url"])));
    if let Some(host) = demo()["host"].as_str() {
        request = request.header("host", host);
    }
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.call().unwrap().body_mut().read_to_vec().unwrap()
}

/// The routed functions of an API.
pub fn functions_of(api: &str) -> BTreeSet<String> {
    table().into_iter().map(|route| route.function).filter(|function| function.starts_with(api)).collect()
}
