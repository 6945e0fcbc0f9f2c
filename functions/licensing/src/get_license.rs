//! `GET /api/license/{id}`: one licence.

use lambda_http::http::StatusCode;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::{Read, Table};

use crate::Error;
use crate::answer::one_licence;
use crate::request::caller_and_licence;

/// Answers 302 with the licence and, as for a customer, without a `Location`.
///
/// # Errors
/// 404 when there is no such licence, 401 and 403 when the caller is refused.
pub async fn get_license(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let (_, licence) = caller_and_licence(table, request).await?;
    Ok(one_licence(StatusCode::FOUND, &licence.ok_or(Error::NoLicence)?))
}
