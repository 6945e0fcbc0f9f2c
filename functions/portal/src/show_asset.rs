//! `GET /assets/{file}`: the files of the pages. Nothing of the table is read.

use lambda_http::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use lambda_http::http::{HeaderValue, StatusCode};
use shared::lambda::request::Request;
use shared::lambda::response::{Response, empty};
use shared::store::{Read, Table};

use crate::Error;
use crate::assets::find;
use crate::page::compressed;

/// Answers 200 with the file that has this name.
///
/// # Errors
/// 404 when there is none.
pub async fn show_asset(_: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let asset = find(&request.path_parameter("file")).ok_or(Error::NotFound)?;
    let mut response = empty(StatusCode::OK);
    let headers = [
        (CONTENT_TYPE, asset.media_type),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    response.headers_mut().extend(headers.map(|(name, value)| (name, HeaderValue::from_static(value))));
    *response.body_mut() = asset.content;
    Ok(compressed(request, response))
}
