//! `PUT /api/v01/customers`: creates a customer.

use lambda_http::http::StatusCode;
use shared::domain::customer::Customer;
use shared::lambda::idempotency::keeping;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::{Table, Write};

use crate::Error;
use crate::answer::one;
use crate::body::Body;
use crate::request::{Address, called, caller};

/// Answers 201 with the new customer.
///
/// # Errors
/// 400 when the body can't be read or a field has the wrong form, 422 when a required field is missing, the account was not
/// granted or the code is taken, 405, 406 and 415 for the action and the formats, 401 and 403 when the caller is refused.
pub async fn create_customer(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let caller = caller(table, request).await?;
    let format = called(request, "create", &Address::All)?;
    let new = Body::parse(request)?.creation(&caller)?;
    let answer = |customer: &Customer| one(format, StatusCode::CREATED, customer);
    let customer = table.customer_create(&caller, new, &keeping(answer)).await?;
    Ok(answer(&customer))
}
