//! Answers, and the form in which API Gateway's HTTP API takes them (payload format version 2.0).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_http::http::header::{CONTENT_TYPE, ETAG, RETRY_AFTER, SET_COOKIE, VARY};
use lambda_http::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::request::Request;
use crate::domain::quota::{Minute, Quota, QuotaExceeded};

/// An answer. Its body is bytes, in whatever format its API has, and it may contain several `Set-Cookie` headers.
pub type Response = lambda_http::http::Response<Vec<u8>>;

/// The quota of the caller, and what is left of it (draft-ietf-httpapi-ratelimit-headers).
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// How many bytes an answer may have in the JSON text in which Lambda takes it (an AWS limit: 6 MB), less what the status and the
/// headers may need.
pub const MAXIMUM_ANSWER: usize = 6 * 1024 * 1024 - 64 * 1024;

/// An answer with this media type and text.
#[must_use]
pub fn response(status: StatusCode, content_type: &'static str, body: String) -> Response {
    let mut response = empty(status);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    *response.body_mut() = body.into_bytes();
    response
}

/// An answer without a body.
#[must_use]
pub fn empty(status: StatusCode) -> Response {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}

/// The same answer, with this header; without it if the value can't be one.
#[must_use]
pub fn with_header(mut response: Response, name: HeaderName, value: &str) -> Response {
    if let Ok(value) = HeaderValue::try_from(value) {
        response.headers_mut().insert(name, value);
    }
    response
}

/// The same answer, with the tag of the object that it shows.
#[must_use]
pub fn with_entity_tag(response: Response, tag: &str) -> Response {
    with_header(response, ETAG, tag)
}

/// The same answer, with a header that tells caches that its format depends on `Accept`.
#[must_use]
pub fn with_varying_format(response: Response) -> Response {
    with_header(response, VARY, "accept")
}

/// The same answer, or 304 without a body when the request says that the client has what its tag names.
#[must_use]
pub fn unless_client_has_it(request: &Request, response: Response) -> Response {
    match response.headers().get(ETAG).and_then(|tag| tag.to_str().ok()) {
        Some(tag) if request.has(tag) => with_entity_tag(empty(StatusCode::NOT_MODIFIED), tag),
        _ => response,
    }
}

/// The same answer, with a header that tells the caller to try again after this many seconds.
#[must_use]
pub fn with_retry_after(response: Response, seconds: i64) -> Response {
    with_header(response, RETRY_AFTER, &seconds.to_string())
}

/// The same answer, with headers that tell the caller which quota it has used up, and when it gets it again.
#[must_use]
pub fn with_quota(response: Response, exceeded: &QuotaExceeded) -> Response {
    let (name, limit, seconds) = (exceeded.quota.name(), exceeded.limit, exceeded.retry_after());
    // Requests are the unit of a policy that names none.
    let unit = if exceeded.quota == Quota::Requests { "" } else { ";qu=\"units\"" };
    let policy = format!("\"{name}\";q={limit}{unit};w={}", Minute::SECONDS);
    let response = with_header(response, RATE_LIMIT_POLICY, &policy);
    let response = with_header(response, RATE_LIMIT, &format!("\"{name}\";r=0;t={seconds}"));
    with_retry_after(response, seconds)
}

/// How many bytes a text takes in the JSON text in which Lambda takes an answer.
#[must_use]
pub fn escaped_length(text: &str) -> usize {
    let of = |byte: u8| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 2,
        0..0x20 => 6,
        _ => 1,
    };
    text.bytes().map(of).sum()
}

/// The answer in the gateway's form: text as it is, other bytes as base64, cookies beside the headers.
pub(super) fn into_gateway_format(response: Response) -> ApiGatewayV2httpResponse {
    let (head, body) = response.into_parts();
    let mut headers = head.headers;
    let cookies = headers.get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok().map(str::to_owned)).collect();
    headers.remove(SET_COOKIE);
    let mut answer = ApiGatewayV2httpResponse::default();
    answer.status_code = i64::from(head.status.as_u16());
    answer.cookies = cookies;
    let (body, is_base64) = match String::from_utf8(body) {
        Ok(text) if is_text(&headers) => (text, false),
        Ok(text) => (STANDARD.encode(text), true),
        Err(bytes) => (STANDARD.encode(bytes.as_bytes()), true),
    };
    answer.headers = headers;
    answer.body = Some(body.into());
    answer.is_base64_encoded = is_base64;
    answer
}

/// Whether the body is text, by its media type. An answer without a media type has no body.
fn is_text(headers: &HeaderMap) -> bool {
    let Some(media_type) = headers.get(CONTENT_TYPE).and_then(|media_type| media_type.to_str().ok()) else {
        return true;
    };
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    essence.starts_with("text/") || ["json", "xml", "javascript"].iter().any(|format| essence.ends_with(format))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::timestamp::Timestamp;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn handed_over(response: Response) -> Value {
        serde_json::to_value(into_gateway_format(response)).unwrap()
    }

    #[test]
    fn text_is_handed_over_as_it_is_and_other_bytes_as_base64() {
        let text = handed_over(response(StatusCode::CREATED, "application/json", "{\"é\":1}".to_owned()));
        assert_eq!(
            (&text["statusCode"], &text["body"], &text["isBase64Encoded"]),
            (&json!(201), &json!("{\"é\":1}"), &json!(false))
        );
        for (media_type, bytes) in [("image/png", &b"\x89PNG"[..]), ("image/png", b"ascii"), ("text/plain", b"\xff")] {
            let mut image = response(StatusCode::OK, media_type, String::new());
            *image.body_mut() = bytes.to_vec();
            let image = handed_over(image);
            assert_eq!((&image["body"], &image["isBase64Encoded"]), (&json!(STANDARD.encode(bytes)), &json!(true)));
        }
        assert_eq!(handed_over(empty(StatusCode::NO_CONTENT))["body"], "");
    }

    #[test]
    fn a_caller_reads_which_quota_it_has_used_up_and_when_it_gets_it_again() {
        let of = |quota, limit| {
            let exceeded = QuotaExceeded { quota, limit, minute: Minute::of(Timestamp::now()) };
            let answer = with_quota(empty(StatusCode::TOO_MANY_REQUESTS), &exceeded);
            let [policy, left, seconds] =
                ["ratelimit-policy", "ratelimit", "retry-after"].map(|name| answer.headers()[name].to_str().unwrap().to_owned());
            let seconds: i64 = seconds.parse().unwrap();
            assert!((1..=60).contains(&seconds));
            assert_eq!(left, format!("\"{}\";r=0;t={seconds}", quota.name()));
            policy
        };
        assert_eq!(of(Quota::Key, 60_000), "\"key\";q=60000;qu=\"units\";w=60");
        assert_eq!(of(Quota::Requests, 100), "\"requests\";q=100;w=60");
    }

    #[test]
    fn several_cookies_stand_beside_the_headers() {
        let mut answer = empty(StatusCode::SEE_OTHER);
        for cookie in ["a=1; Secure", "b=2; HttpOnly"] {
            answer.headers_mut().append(SET_COOKIE, HeaderValue::from_static(cookie));
        }
        let answer = handed_over(answer);
        assert_eq!(answer["cookies"], json!(["a=1; Secure", "b=2; HttpOnly"]));
        assert_eq!(answer["headers"], json!({}));
    }

    proptest! {
        #[test]
        fn the_escaped_length_is_what_json_makes_of_a_text(text in any::<String>()) {
            prop_assert_eq!(escaped_length(&text) + 2, serde_json::to_string(&text).unwrap().len());
        }
    }
}
