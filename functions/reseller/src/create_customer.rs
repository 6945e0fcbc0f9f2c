//! `POST /api/v3/reseller/customer/`: creates a customer.

use lambda_http::http::StatusCode;
use shared::domain::customer::{Customer, NewCustomer};
use shared::lambda::idempotency::keeping;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::{Table, Write};

use crate::Error;
use crate::answer::one;
use crate::profile::SentProfile;
use crate::request::caller;

/// Answers 201 with the new customer.
///
/// # Errors
/// 400 when the body is not JSON or a field is wrong, 401 and 403 when the caller is refused.
pub async fn create_customer(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let caller = caller(table, request).await?;
    let profile = SentProfile::parse(request)?.profile(None)?;
    let new = NewCustomer { account_id: caller.first_account()?, code: None, profile, holds_email: false };
    let answer = |customer: &Customer| one(StatusCode::CREATED, customer);
    let customer = table.customer_create(&caller, new, &keeping(answer)).await?;
    Ok(answer(&customer))
}
