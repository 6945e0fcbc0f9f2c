//! `GET /api/v3/reseller/branding/`: the brand of the reseller.

use lambda_http::http::StatusCode;
use reseller::Error;
use reseller::request::{POLICY, token};
use shared::lambda::request::Request;
use shared::lambda::response::{Response, unless_client_has_it};
use shared::store::{Read, Table};

use crate::branding::{one, opened};

/// Answers 200 with the brand, or 304 without a body when `If-None-Match` says that the client has it.
///
/// # Errors
/// 401 and 403 when the caller is refused.
pub async fn get_branding(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let token = token(table, request, POLICY).await?;
    let (caller, brand) = opened(table.brand_load(&token).await?)?;
    Ok(unless_client_has_it(request, one(StatusCode::OK, caller.reseller(), &brand)))
}
