//! `GET /branding/{reseller}/{file}`: the logo of a reseller, for everybody.

use lambda_http::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use lambda_http::http::{HeaderValue, StatusCode};
use reseller::Error;
use shared::domain::brand::LogoHash;
use shared::domain::reseller::ResellerId;
use shared::lambda::request::Request;
use shared::lambda::response::{Response, empty};
use shared::store::{Read, Table};

/// Answers 200 with the PNG. Its address names its bytes, so that it may be kept for ever.
///
/// # Errors
/// 404 when the reseller has no such logo, or no longer; 429 when the source address has used up its share.
pub async fn show_logo(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    const NO_LOGO: Error = Error::NotFound("logo");
    let reseller = reseller_in(&request.path_parameter("reseller")).ok_or(NO_LOGO)?;
    let hash = LogoHash::in_file_name(&request.path_parameter("file")).ok_or(NO_LOGO)?;
    let png = table.logo_read(reseller, &hash, request.source_address()).await?.ok_or(NO_LOGO)?;
    Ok(shown(png))
}

/// The reseller that a part of a path names in the form in which we write it.
fn reseller_in(sent: &str) -> Option<ResellerId> {
    let reseller = sent.parse().ok().and_then(ResellerId::new)?;
    (reseller.to_string() == sent).then_some(reseller)
}

pub(crate) fn shown(png: Vec<u8>) -> Response {
    let mut response = empty(StatusCode::OK);
    for (name, value) in [
        (CONTENT_TYPE, "image/png"),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        // Where a browser opens it by itself, it is an image and nothing else.
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    *response.body_mut() = png;
    response
}
