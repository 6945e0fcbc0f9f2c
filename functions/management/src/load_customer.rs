//! `GET /api/v01/customers/{id}`: one customer, by its id or by `*` and its code.

use lambda_http::http::StatusCode;
use shared::lambda::request::Request;
use shared::lambda::response::{Response, unless_client_has_it};
use shared::store::{Read, Table};

use crate::Error;
use crate::answer::one;
use crate::request::{Address, called};
use crate::visit::Visit;

/// Answers 200 with the customer, or 304 without a body when `If-None-Match` says that the client has it.
///
/// # Errors
/// 400 when the id is no integer, 404 when there is no such customer, 405 and 406 for the action and the format, 401 and 403 when
/// the caller is refused.
pub async fn load_customer(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let (_, customer) = Visit::begin(table, request).await?.customer(table).await?;
    let format = called(request, "load", &Address::One)?;
    Ok(unless_client_has_it(request, one(format, StatusCode::OK, &customer.ok_or(Error::NotFound("customer"))?)))
}
