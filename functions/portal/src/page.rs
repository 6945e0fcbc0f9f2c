//! Answers with pages, and the headers that all of them have.

use std::io::Write;

use askama::Template;
use flate2::Compression;
use flate2::write::GzEncoder;
use lambda_http::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, HeaderName, LOCATION, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    VARY, X_CONTENT_TYPE_OPTIONS,
};
use lambda_http::http::{HeaderValue, StatusCode};
use shared::lambda::idempotency::keeping;
use shared::lambda::media::accepts_gzip;
use shared::lambda::request::Request;
use shared::lambda::response::{Response, empty, response, with_header};
use shared::store::StoreError;

/// What a page may load and where its forms may lead: to this origin, and nothing that stands in the page itself.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// Headers of every answer to people, redirects included.
const HEADERS: [(HeaderName, &str); 6] = [
    (CACHE_CONTROL, "no-store"),
    (CONTENT_SECURITY_POLICY, POLICY),
    (REFERRER_POLICY, "same-origin"),
    (STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// Below this many bytes gzip saves nothing that matters.
const WORTH_COMPRESSING: usize = 1_024;

/// An answer with the page that this template makes.
///
/// # Errors
/// [`StoreError::Internal`] when the template fails.
pub(crate) fn page(status: StatusCode, template: &impl Template) -> Result<Response, StoreError> {
    let html = template.render().map_err(|error| StoreError::Internal(format!("a page can't be made: {error}")))?;
    Ok(headed(response(status, "text/html; charset=utf-8", html)))
}

/// Makes what is kept of the page that `answer` makes, so that the same form shows the same page.
pub(crate) fn kept<T>(answer: impl Fn(&T) -> Result<Response, StoreError>) -> impl Fn(&T) -> Vec<u8> {
    move |shown| answer(shown).map(|page| keeping(|()| page.clone())(&())).unwrap_or_default()
}

/// Leads the browser to another page (303), which it asks for with `GET`.
pub(crate) fn see_other(address: &str) -> Response {
    headed(with_header(empty(StatusCode::SEE_OTHER), LOCATION, address))
}

/// The same answer, with the headers that all answers to people have.
pub(crate) fn headed(mut response: Response) -> Response {
    response.headers_mut().extend(HEADERS.map(|(name, value)| (name, HeaderValue::from_static(value))));
    response
}

/// The same page, compressed if the browser takes that.
pub(crate) fn compressed(request: &Request, mut response: Response) -> Response {
    if response.body().len() < WORTH_COMPRESSING || !accepts_gzip(request) {
        return response;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    if let Ok(bytes) = encoder.write_all(response.body()).and_then(|()| encoder.finish()) {
        *response.body_mut() = bytes;
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        response.headers_mut().insert(VARY, HeaderValue::from_static("accept-encoding"));
    }
    response
}
