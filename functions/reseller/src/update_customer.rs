//! `PUT /api/v3/reseller/customer/{id}/`: replaces name, email and phone, and the status if it is sent.

use lambda_http::http::StatusCode;
use shared::domain::customer::Customer;
use shared::lambda::idempotency::keeping;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::customer::{AddressRule, Updated};
use shared::store::{Table, Write};

use crate::Error;
use crate::answer::one;
use crate::profile::SentProfile;
use crate::request::caller_and_customer;

/// Answers 201 (not 200) with the customer as it is now, even if nothing changed.
///
/// # Errors
/// 400 when the id is no integer, the body is not JSON or a field is wrong, 404 when there is no such customer, 412 when it
/// is at another revision than `If-Match` says, 401 and 403 when the caller is refused.
pub async fn update_customer(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let (caller, customer) = caller_and_customer(table, request).await?;
    let expected = request.expected_revision()?;
    let sent = SentProfile::parse(request)?;
    let Some(customer) = customer else {
        // The form is checked before the data: a wrong body is 400 whether or not the customer exists.
        sent.profile(None)?;
        return Err(Error::NotFound("customer"));
    };
    let answer = |updated: &Updated| one(StatusCode::CREATED, updated.customer());
    let edit = |current: &Customer| sent.profile(Some(current)).map_err(Error::from);
    let updated = table.customer_update(&caller, AddressRule::HeldWhereFree, &expected, customer, edit, &keeping(answer)).await?;
    Ok(answer(&updated.ok_or(Error::NotFound("customer"))?))
}
