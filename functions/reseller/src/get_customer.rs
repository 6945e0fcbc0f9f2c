//! `GET /api/v3/reseller/customer/{id}/`: one customer.

use lambda_http::http::StatusCode;
use shared::lambda::request::Request;
use shared::lambda::response::{Response, unless_client_has_it};
use shared::store::{Read, Table};

use crate::Error;
use crate::answer::one;
use crate::request::caller_and_customer;

/// Answers 200 with the customer, or 304 without a body when `If-None-Match` says that the client has it.
///
/// # Errors
/// 400 when the id is no integer, 404 when there is no such customer, 401 and 403 when the caller is refused.
pub async fn get_customer(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let (_, customer) = caller_and_customer(table, request).await?;
    let customer = customer.ok_or(Error::NotFound("customer"))?;
    Ok(unless_client_has_it(request, one(StatusCode::OK, &customer)))
}
