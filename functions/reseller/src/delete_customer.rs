//! `DELETE /api/v3/reseller/customer/{id}/`: removes a customer for ever.

use lambda_http::http::StatusCode;
use shared::lambda::request::Request;
use shared::lambda::response::{Response, empty};
use shared::store::{Table, Write};

use crate::Error;
use crate::request::caller_and_customer;

/// Answers 204 without a body.
///
/// # Errors
/// 400 when the id is no integer, 404 when the customer does not exist or no longer exists, 401 and 403 when the caller is
/// refused.
pub async fn delete_customer(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let (caller, customer) = caller_and_customer(table, request).await?;
    let customer = customer.ok_or(Error::NotFound)?;
    table.customer_delete(&caller, customer).await?.ok_or(Error::NotFound)?;
    Ok(empty(StatusCode::NO_CONTENT))
}
