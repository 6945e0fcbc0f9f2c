//! `POST /api/customer`: creates a customer, which then holds its e-mail address exclusively.

use lambda_http::http::StatusCode;
use lambda_http::http::header::LOCATION;
use shared::domain::customer::{Customer, NewCustomer};
use shared::lambda::idempotency::keeping;
use shared::lambda::request::Request;
use shared::lambda::response::{Response, with_header};
use shared::store::{Table, Write};

use crate::Error;
use crate::answer::one;
use crate::body::Body;
use crate::request::caller;

/// Answers 201 with the new customer, and its address in `Location`.
///
/// # Errors
/// 400 when a field is wrong, 409 when another customer has the e-mail address, 401 and 403 when the caller is refused.
pub async fn create_customer(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let caller = caller(table, request).await?;
    let profile = Body::parse(request)?.profile(None)?;
    let new = NewCustomer { account_id: caller.first_account()?, code: None, profile, holds_email: true };
    let answer = |customer: &Customer| {
        with_header(one(StatusCode::CREATED, customer), LOCATION, &format!("/api/customer/{}", customer.id))
    };
    let customer = table.customer_create(&caller, new, &keeping(answer)).await?;
    Ok(answer(&customer))
}
