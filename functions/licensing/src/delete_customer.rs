//! `DELETE /api/customer/{id}`: removes a customer for ever, and releases its e-mail address.

use lambda_http::http::StatusCode;
use shared::domain::customer::Customer;
use shared::lambda::idempotency::keeping;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::customer::WriteError;
use shared::store::{StoreError, Table, Write};

use crate::Error;
use crate::answer::one;
use crate::request::caller_and_customer;

/// Answers 410, the documented success, with the customer as it was.
///
/// # Errors
/// 404 when the customer does not exist or no longer exists, 409 when concurrent changes outlast the retries, 412 when the customer
/// is at another revision than `If-Match` says, 401 and 403 when the caller is refused.
pub async fn delete_customer(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let (caller, customer) = caller_and_customer(table, request).await?;
    let expected = request.expected_revision()?;
    let answer = |customer: &Customer| one(StatusCode::GONE, customer);
    let customer = customer.ok_or(Error::NotFound)?;
    let deleted = table.customer_delete(&caller, &expected, customer, &keeping(answer)).await.map_err(|error| match error {
        WriteError::Store(StoreError::Contended(_)) => Error::NotDeleted(error.to_string()),
        other => other.into(),
    })?;
    Ok(answer(&deleted.ok_or(Error::NotFound)?))
}
