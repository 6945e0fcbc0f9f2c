//! Requests as API Gateway's HTTP API hands them over (payload format version 2.0).
//!
//! `lambda_http` has types for this, but its conversion panics on a body that is declared as base64 and is not, and on an address
//! that `http::Uri` refuses; it also fails on a header value with characters beyond ASCII. A client could cause each of these,
//! and get a bare 500. So the event is read here, and every part of it is checked where it is used.

use std::collections::HashMap;
use std::net::IpAddr;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::faults::Faults;
use super::form;
use crate::domain::credential::Refusal;
use crate::domain::entity_tag::{EntityTags, ExpectedRevision};

/// All characters but those that need no encoding in a query (RFC 3986, section 2.3).
const ENCODED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The header with the secret of the content network in front of the gateway.
const FRONT_SECRET: &str = "x-front-secret";

/// The header in which that network says who called it.
const SOURCE_ADDRESS: &str = "x-source-address";

/// The header in which it says under which host name.
const PUBLIC_HOST: &str = "x-public-host";

/// How many bytes a body may have.
pub const MAXIMUM_BODY: usize = 256 * 1024;

/// A request. Deserializes from a version 2.0 event.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    raw_path: Option<String>,
    raw_query_string: Option<String>,
    headers: Option<HashMap<String, String>>,
    cookies: Option<Vec<String>>,
    request_context: Option<RequestContext>,
    path_parameters: Option<HashMap<String, String>>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
    #[serde(skip)]
    is_past_front: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext {
    request_id: Option<String>,
    http: Option<HttpContext>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct HttpContext {
    method: Option<String>,
    source_ip: Option<String>,
}

/// Why a body can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// More bytes than the call takes, which are [`MAXIMUM_BODY`] unless it says otherwise.
    #[error("the body must have at most 262144 bytes")]
    TooLarge,
    /// Declared as base64 and not base64.
    #[error("the body could not be decoded")]
    Undecodable,
}

impl Request {
    /// The value of a header, whatever the case of its name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().flatten().find(|(sent, _)| sent.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// A parameter of the path. The gateway decodes it and a local gateway may not, so a percent sign in it is decoded here. A
    /// value that can't be decoded stays as it is.
    #[must_use]
    pub fn path_parameter(&self, name: &str) -> String {
        let sent = self.sent_path_parameter(name);
        form::decode_path(sent).unwrap_or_else(|_| sent.to_owned())
    }

    /// The request as the content network in front of the gateway means it. The network adds the secret that it shares with the
    /// functions, and who called it under which host name. A request that went past the network has no secret, and is for no
    /// route.
    #[must_use]
    pub fn behind_front(mut self, secret: &str) -> Self {
        let sent = self.header(FRONT_SECRET).unwrap_or_default().as_bytes();
        self.is_past_front = verify_slices_are_equal(sent, secret.as_bytes()).is_err();
        let source = self.header(SOURCE_ADDRESS).map(str::to_owned);
        let host = self.header(PUBLIC_HOST).map(str::to_owned);
        let headers = self.headers.get_or_insert_default();
        headers.retain(|name, _| !name.eq_ignore_ascii_case("host"));
        headers.extend(host.map(|host| ("host".to_owned(), host)));
        if let Some(http) = self.request_context.as_mut().and_then(|context| context.http.as_mut()) {
            http.source_ip = source;
        }
        self
    }

    /// Whether the request is for no route after all. Its path continues after the route's trailing slash: the gateway sends such
    /// paths to the function of the route, because only a greedy route can end in a slash there. Or it went past the content
    /// network that stands in front of the gateway.
    #[must_use]
    pub fn is_beyond_route(&self) -> bool {
        self.is_past_front || !self.sent_path_parameter("proxy").is_empty()
    }

    fn sent_path_parameter(&self, name: &str) -> &str {
        self.path_parameters.as_ref().and_then(|sent| sent.get(name)).map(String::as_str).unwrap_or_default()
    }

    /// The method, in capitals.
    #[must_use]
    pub fn method(&self) -> &str {
        self.http().and_then(|http| http.method.as_deref()).unwrap_or_default()
    }

    /// The source address of the request, as the gateway saw it, whatever a header says; behind a content network, as that saw it.
    /// `None` for an event without one.
    #[must_use]
    pub fn source_address(&self) -> Option<IpAddr> {
        self.http()?.source_ip.as_deref()?.parse().ok()
    }

    fn http(&self) -> Option<&HttpContext> {
        self.request_context.as_ref()?.http.as_ref()
    }

    /// The gateway's id of the request; empty for an event without one.
    #[must_use]
    pub fn gateway_request_id(&self) -> &str {
        self.request_context.as_ref().and_then(|context| context.request_id.as_deref()).unwrap_or_default()
    }

    /// The value of a cookie; if several have this name, of the first.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let pairs = self.cookies.iter().flatten().flat_map(|cookies| cookies.split(';'));
        pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(sent, _)| *sent == name).map(|(_, value)| value)
    }

    /// The path as the gateway gives it.
    #[must_use]
    pub fn path(&self) -> &str {
        self.raw_path.as_deref().unwrap_or_default()
    }

    /// The query string, undecoded, without its question mark.
    #[must_use]
    pub fn query(&self) -> &str {
        self.raw_query_string.as_deref().unwrap_or_default()
    }

    /// The decoded parameters of the query string, and the faults of those that can't be decoded: one fault must not hide the
    /// others.
    #[must_use]
    pub fn query_pairs(&self) -> (Vec<(String, String)>, Faults) {
        let mut decoded = Vec::new();
        let mut faults = Faults::default();
        for pair in self.query().split('&') {
            match form::parse(pair.as_bytes()) {
                Ok(pairs) => decoded.extend(pairs),
                Err(error) => faults.add(if error.name.is_empty() { "query" } else { &error.name }, error.problem),
            }
        }
        (decoded, faults)
    }

    /// The part of the header `Authorization` after the scheme `Basic`, which may be in any case (RFC 7617, section 2).
    ///
    /// # Errors
    /// [`Refusal::Missing`] without the header, [`Refusal::Invalid`] with another scheme.
    pub fn basic_authorization(&self) -> Result<&str, Refusal> {
        let sent = self.header("authorization").unwrap_or_default().trim_matches([' ', '\t']);
        if sent.is_empty() {
            return Err(Refusal::Missing);
        }
        let (scheme, credentials) = sent.split_once(' ').ok_or(Refusal::Invalid)?;
        scheme.eq_ignore_ascii_case("basic").then(|| credentials.trim_start_matches(' ')).ok_or(Refusal::Invalid)
    }

    /// The value of a `Link` header (RFC 8288) to the next page: this address with these parameters.
    #[must_use]
    pub fn link_to_next<'a>(&self, parameters: impl IntoIterator<Item = &'a (String, String)>) -> String {
        let pairs = parameters
            .into_iter()
            .map(|(name, value)| format!("{}={}", utf8_percent_encode(name, &ENCODED), utf8_percent_encode(value, &ENCODED)));
        let query: Vec<String> = pairs.collect();
        format!("<{}{}?{}>; rel=\"next\"", self.origin().unwrap_or_default(), self.path(), query.join("&"))
    }

    /// The scheme and host under which the client reached us. Without them a link is relative, which clients resolve just as
    /// well.
    fn origin(&self) -> Option<String> {
        let host = self.header("host")?;
        let is_host = |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | ':' | '[' | ']');
        let scheme = self.header("x-forwarded-proto").filter(|scheme| *scheme == "https").unwrap_or("http");
        (!host.is_empty() && host.chars().all(is_host)).then(|| format!("{scheme}://{host}"))
    }

    /// The revisions on which the request depends: the header `If-Match`.
    ///
    /// # Errors
    /// A fault of the header when it can't be read: to ignore it would overwrite what the client wants to keep.
    pub fn expected_revision(&self) -> Result<ExpectedRevision, Faults> {
        let sent = self.header("if-match").map(EntityTags::parse).transpose();
        sent.map(ExpectedRevision::new).map_err(|fault| Faults::one("If-Match", fault))
    }

    /// Whether the client has what this tag names: the header `If-None-Match`. One that can't be read names nothing.
    pub(super) fn has(&self, tag: &str) -> bool {
        self.header("if-none-match").and_then(|sent| EntityTags::parse(sent).ok()).is_some_and(|tags| tags.has(tag))
    }

    /// The bytes of the body, of which there may be [`MAXIMUM_BODY`]; empty when there is no body.
    ///
    /// # Errors
    /// See [`BodyError`].
    pub fn body(&self) -> Result<Vec<u8>, BodyError> {
        self.body_of(MAXIMUM_BODY)
    }

    /// The bytes of the body, for a call that takes this many; empty when there is no body.
    ///
    /// # Errors
    /// See [`BodyError`].
    pub fn body_of(&self, most: usize) -> Result<Vec<u8>, BodyError> {
        let body = self.body.as_deref().unwrap_or_default();
        let bytes = if self.is_base64_encoded {
            if body.len() / 4 * 3 > most + 3 {
                return Err(BodyError::TooLarge);
            }
            STANDARD.decode(body).map_err(|_| BodyError::Undecodable)?
        } else {
            body.as_bytes().to_vec()
        };
        if bytes.len() > most { Err(BodyError::TooLarge) } else { Ok(bytes) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn request(event: Value) -> Request {
        serde_json::from_value(event).unwrap()
    }

    #[test]
    fn headers_are_found_in_any_case() {
        let request = request(json!({"headers": {"x-Zoom-S2T-key": "k", "user-agent": "ünïcödé\u{1}"}}));
        assert_eq!(request.header("X-ZOOM-s2t-KEY"), Some("k"));
        assert_eq!(request.header("x-other"), None);
    }

    #[test]
    fn a_request_knows_who_asks_how() {
        let context = json!({"requestId": "id=", "http": {"method": "PUT", "sourceIp": "2001:db8::1"}});
        let asked = request(json!({"requestContext": context, "cookies": ["a=1", "b=x=y; c=3", "a=2"]}));
        assert_eq!((asked.method(), asked.gateway_request_id()), ("PUT", "id="));
        assert_eq!(asked.source_address(), Some("2001:db8::1".parse().unwrap()));
        let cookies = ["a", "b", "c", "d"].map(|name| asked.cookie(name));
        assert_eq!(cookies, [Some("1"), Some("x=y"), Some("3"), None]);
        let empty = request(json!({}));
        assert_eq!((empty.method(), empty.gateway_request_id(), empty.source_address(), empty.cookie("a")), ("", "", None, None));
    }

    #[test]
    fn a_request_that_went_past_the_content_network_is_for_no_route() {
        let sent = |headers: Value| {
            let http = json!({"method": "GET", "sourceIp": "192.0.2.1"});
            request(json!({"headers": headers, "requestContext": {"http": http}})).behind_front("secret")
        };
        let through = sent(json!({
            "Host": "gateway.example.com",
            "X-Front-Secret": "secret",
            "x-source-address": "2001:db8::1",
            "x-public-host": "api.example.com",
        }));
        assert!(!through.is_beyond_route());
        assert_eq!(through.source_address(), Some("2001:db8::1".parse().unwrap()));
        assert_eq!(through.link_to_next([]), "<http://api.example.com?>; rel=\"next\"");
        for headers in
            [json!({}), json!({"x-front-secret": ""}), json!({"x-front-secret": "secret2"}), json!({"x-front-secret": "s"})]
        {
            assert!(sent(headers).is_beyond_route());
        }
    }

    #[test]
    fn credentials_stand_behind_the_scheme_in_any_case() {
        let sent = |value: &str| request(json!({"headers": {"authorization": value}})).basic_authorization().map(str::to_owned);
        for value in ["Basic abc", "basic abc", "BASIC   abc", " Basic abc\t"] {
            assert_eq!(sent(value), Ok("abc".to_owned()), "{value:?}");
        }
        assert_eq!(sent(" "), Err(Refusal::Missing));
        assert_eq!(request(json!({})).basic_authorization(), Err(Refusal::Missing));
        for value in ["Basic", "Basi abc", "Bearer abc", "Basicabc", "Basic\tabc"] {
            assert_eq!(sent(value), Err(Refusal::Invalid), "{value:?}");
        }
    }

    #[test]
    fn a_pair_of_the_query_that_is_malformed_does_not_hide_the_others() {
        let (pairs, faults) = request(json!({"rawQueryString": "a=1&b=%zz&%=x&c=2"})).query_pairs();
        assert_eq!(pairs, [("a".to_owned(), "1".to_owned()), ("c".to_owned(), "2".to_owned())]);
        assert_eq!(faults.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["b", "%"]);
    }

    #[test]
    fn a_body_is_read_by_bytes() {
        let body = |text: &str, encoded| request(json!({"body": text, "isBase64Encoded": encoded})).body();
        assert_eq!(body("naïve", false), Ok("naïve".as_bytes().to_vec()));
        assert_eq!(body("bmHDr3Zl", true), Ok("naïve".as_bytes().to_vec()));
        assert_eq!(body("/w==", true), Ok(vec![0xff]));
        assert_eq!(body("not base64!", true), Err(BodyError::Undecodable));
        assert_eq!(request(json!({})).body(), Ok(Vec::new()));
        assert_eq!(request(json!({"body": null})).body(), Ok(Vec::new()));
    }

    #[test]
    fn the_limit_of_a_body_is_the_same_in_both_forms() {
        for (bytes, accepted) in
            [(MAXIMUM_BODY - 1, true), (MAXIMUM_BODY, true), (MAXIMUM_BODY + 1, false), (MAXIMUM_BODY * 2, false)]
        {
            let plain = "a".repeat(bytes);
            let encoded = STANDARD.encode(&plain);
            for event in [json!({"body": plain}), json!({"body": encoded, "isBase64Encoded": true})] {
                let body = request(event).body();
                assert_eq!(body.is_ok(), accepted, "{bytes} bytes");
                assert!(accepted || body == Err(BodyError::TooLarge));
            }
        }
    }

    #[test]
    fn path_parameters_are_decoded_where_the_gateway_left_them_encoded() {
        let request = request(json!({"pathParameters": {"id": "%31%32", "bad": "%zz", "plus": "+1"}}));
        assert_eq!(request.path_parameter("id"), "12");
        assert_eq!(request.path_parameter("bad"), "%zz");
        assert_eq!(request.path_parameter("plus"), "+1");
        assert_eq!(request.path_parameter("none"), "");
    }
}
