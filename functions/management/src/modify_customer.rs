//! `POST /api/v01/customers/{id}`: changes the fields that are sent.

use lambda_http::http::StatusCode;
use shared::domain::customer::Customer;
use shared::lambda::idempotency::keeping;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::customer::{AddressRule, Updated};
use shared::store::{Table, Write};

use crate::Error;
use crate::answer::one;
use crate::body::Body;
use crate::request::{Address, called};
use crate::visit::Visit;

/// Answers 200 with the customer as it is now, even if nothing changed.
///
/// # Errors
/// 400 when the id is no integer, the body can't be read or a field has the wrong form, 404 when there is no such customer, 412
/// when the customer is at another revision than `If-Match` says, 422 when a required value would be removed or a read-only one
/// changed, 405, 406 and 415 for the action and the formats, 401 and 403 when the caller is refused.
pub async fn modify_customer(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let (caller, customer) = Visit::begin(table, request).await?.customer(table).await?;
    let format = called(request, "modify", &Address::One)?;
    let expected = request.expected_revision()?;
    let body = Body::parse(request)?;
    let Some(customer) = customer else {
        // The form is checked before the data: a wrong body is 400 whether or not the customer exists.
        body.check()?;
        return Err(Error::NotFound("customer"));
    };
    let answer = |updated: &Updated| one(format, StatusCode::OK, updated.customer());
    let edit = |current: &Customer| body.modification(current);
    let updated = table.customer_update(&caller, AddressRule::HeldWhereFree, &expected, customer, edit, &keeping(answer)).await?;
    Ok(answer(&updated.ok_or(Error::NotFound("customer"))?))
}
