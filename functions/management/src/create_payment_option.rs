//! `PUT /api/v01/customers/{id}/payment-options`: adds a payment option to a customer.

use lambda_http::http::StatusCode;
use shared::lambda::idempotency::keeping;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::payment_option::RankedPaymentOption;
use shared::store::{Table, Write};

use crate::Error;
use crate::answer::one;
use crate::payment_option::SentPaymentOption;
use crate::request::{Address, called};
use crate::visit::Visit;

/// Answers 201 with the new payment option.
///
/// # Errors
/// 400 when the id is no integer, the body can't be read or a field has the wrong form, 404 when there is no such customer, 422 when
/// a required field is missing, the code is taken or the customer has as many payment options as it can, 405, 406 and 415 for the
/// action and the formats, 401 and 403 when the caller is refused, 403 for a card number.
pub async fn create_payment_option(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let visit = Visit::begin(table, request).await?;
    let (caller, found) = visit.open(table.payment_option_load(&visit.token, visit.customer, None).await?)?;
    let format = called(request, "create", &Address::All)?;
    let new = SentPaymentOption::parse(request)?.creation()?;
    let found = found.ok_or(Error::NotFound("customer"))?;
    let answer = |created: &RankedPaymentOption| one(format, StatusCode::CREATED, created);
    let created = table.payment_option_create(&caller, new, found, &keeping(answer)).await?;
    Ok(answer(&created.ok_or(Error::NotFound("customer"))?))
}
