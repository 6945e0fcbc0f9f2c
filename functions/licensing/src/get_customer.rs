//! `GET /api/customer/{id}`: one customer.

use lambda_http::http::StatusCode;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::{Read, Table};

use crate::Error;
use crate::answer::one;
use crate::request::caller_and_customer;

/// Answers 302, the documented success, with the customer, and without a `Location` that a client would follow.
///
/// # Errors
/// 404 when there is no such customer, 401 and 403 when the caller is refused.
pub async fn get_customer(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let (_, customer) = caller_and_customer(table, request).await?;
    Ok(one(StatusCode::FOUND, &customer.ok_or(Error::NotFound)?))
}
