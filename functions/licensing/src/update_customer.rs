//! `PUT /api/customer/{id}`: changes the fields that are sent.

use lambda_http::http::StatusCode;
use shared::domain::customer::Customer;
use shared::lambda::idempotency::keeping;
use shared::lambda::request::Request;
use shared::lambda::response::{Response, empty, with_entity_tag};
use shared::store::customer::{AddressRule, Updated};
use shared::store::{Table, Write};

use crate::Error;
use crate::answer::one;
use crate::body::Body;
use crate::request::caller_and_customer;

/// Answers 200 with the changed customer, or 304 without a body when the submitted values change nothing.
///
/// # Errors
/// 400 when a field is wrong, 404 when there is no such customer, 409 when another customer has the e-mail address, 412 when the
/// customer is at another revision than `If-Match` says, 401 and 403 when the caller is refused.
pub async fn update_customer(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let (caller, customer) = caller_and_customer(table, request).await?;
    let expected = request.expected_revision()?;
    let body = Body::parse(request)?;
    let Some(customer) = customer else {
        // The form is checked before the data: a wrong body is 400 whether or not the customer exists.
        body.check()?;
        return Err(Error::NotFound);
    };
    let answer = |updated: &Updated| match updated {
        Updated::Changed(customer) => one(StatusCode::OK, customer),
        Updated::Unchanged(customer) => with_entity_tag(empty(StatusCode::NOT_MODIFIED), &customer.entity_tag().json()),
    };
    let edit = |current: &Customer| body.profile(Some(current));
    let updated = table.customer_update(&caller, AddressRule::HeldAlways, &expected, customer, edit, &keeping(answer)).await?;
    Ok(answer(&updated.ok_or(Error::NotFound)?))
}
