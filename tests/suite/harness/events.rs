//! Requests as events of API Gateway's HTTP API, payload format version 2.0.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use shared::lambda::request::Request;

use super::routes::Matched;

/// The text as a value in a query: every byte is percent-encoded except letters and digits.
pub fn encoded(text: &str) -> String {
    let encode = |byte: u8| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(encode).collect()
}

/// The parts of a request that a client sends.
#[derive(Clone, Debug)]
pub struct Event {
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: Option<Vec<u8>>,
    /// The source address, as the gateway sees it.
    pub source: String,
}

impl Event {
    /// The request as the function gets it. A body that is not JSON or text is base64, as the gateway sends it.
    pub fn request(&self, matched: &Matched) -> Request {
        // The gateway takes cookies out of the headers.
        let is_cookie = |name: &str| name.eq_ignore_ascii_case("cookie");
        let cookies: Vec<&str> =
            self.headers.iter().filter(|(name, _)| is_cookie(name)).flat_map(|(_, value)| value.split("; ")).collect();
        let headers: Map<String, Value> = self
            .headers
            .iter()
            .filter(|(name, _)| !is_cookie(name))
            .map(|(name, value)| (name.to_lowercase(), value.clone().into()))
            .collect();
        let is_text = headers
            .get("content-type")
            .and_then(Value::as_str)
            .is_some_and(|media_type| media_type.starts_with("text/") || media_type.contains("json"));
        let text = self.body.as_ref().map(|body| match std::str::from_utf8(body) {
            Ok(text) if is_text => (text.to_owned(), false),
            _ => (STANDARD.encode(body), true),
        });
        let event = json!({
            "version": "2.0",
            "routeKey": matched.route_key,
            "rawPath": self.path,
            "rawQueryString": self.query,
            "headers": headers,
            "cookies": cookies,
            "pathParameters": matched.parameters,
            "requestContext": {"http": {"method": self.method, "path": self.path, "sourceIp": self.source}, "requestId": "test"},
            "body": text.as_ref().map(|(text, _)| text),
            "isBase64Encoded": text.as_ref().is_some_and(|(_, is_base64)| *is_base64),
        });
        serde_json::from_value(event).unwrap()
    }
}

impl std::fmt::Display for Event {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(formatter, "{} {}?{}", self.method, self.path, self.query)?;
        for (name, value) in &self.headers {
            writeln!(formatter, "{name}: {value}")?;
        }
        let body = String::from_utf8_lossy(self.body.as_deref().unwrap_or_default());
        formatter.write_str(&body.chars().take(2_000).collect::<String>())
    }
}
