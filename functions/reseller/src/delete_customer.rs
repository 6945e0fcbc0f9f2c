//! `DELETE /api/v3/reseller/customer/{id}/`: removes a customer for ever.

use lambda_http::http::StatusCode;
use shared::lambda::idempotency::keeping;
use shared::lambda::request::Request;
use shared::lambda::response::{Response, empty};
use shared::store::{Table, Write};

use crate::Error;
use crate::request::caller_and_customer;

/// Answers 204 without a body.
///
/// # Errors
/// 400 when the id is no integer, 404 when the customer does not exist or no longer exists, 412 when it is at another revision
/// than `If-Match` says, 401 and 403 when the caller is refused.
pub async fn delete_customer(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let (caller, customer) = caller_and_customer(table, request).await?;
    let expected = request.expected_revision()?;
    let customer = customer.ok_or(Error::NotFound("customer"))?;
    let answer = || empty(StatusCode::NO_CONTENT);
    table.customer_delete(&caller, &expected, customer, &keeping(|_| answer())).await?.ok_or(Error::NotFound("customer"))?;
    Ok(answer())
}
