//! `POST /api/v01/customers/{id}/payment-options/{payment_option_id}`: changes the fields that are sent.

use lambda_http::http::StatusCode;
use shared::domain::payment_option::PaymentOptionId;
use shared::lambda::idempotency::keeping;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::payment_option::RankedPaymentOption;
use shared::store::{Coded, Table, Write};

use crate::Error;
use crate::answer::one;
use crate::payment_option::SentPaymentOption;
use crate::request::{Address, called};
use crate::visit::Visit;

/// Answers 200 with the payment option as it is now, even if nothing changed.
///
/// # Errors
/// 400 when an id is no integer, the body can't be read or a field has the wrong form, 404 when there is no such customer or payment
/// option, 412 when the payment option is at another revision than `If-Match` says, 422 when a required value would be removed, a
/// read-only one changed or the primary one be none, 405, 406 and 415 for the action and the formats, 401 and 403 when the caller is
/// refused, 403 for a card number.
pub async fn modify_payment_option(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let mut visit = Visit::begin(table, request).await?;
    let id = visit.belonging(table, request, "payment_option_id", Coded::PaymentOption).await?.and_then(PaymentOptionId::new);
    let (caller, found) = visit.open(table.payment_option_load(&visit.token, visit.customer, id).await?)?;
    let format = called(request, "modify", &Address::One)?;
    let expected = request.expected_revision()?;
    let sent = SentPaymentOption::parse(request)?;
    let mut found = found.ok_or(Error::NotFound("customer"))?;
    found.record = found.record.filter(|record| visit.names(record.code.as_ref(), record.id));
    let answer = |changed: &RankedPaymentOption| one(format, StatusCode::OK, changed);
    let edit = |current: &RankedPaymentOption| sent.modification(current);
    let changed = table.payment_option_update(&caller, &expected, found, edit, &keeping(answer)).await?;
    Ok(answer(&changed.ok_or(Error::NotFound("payment option"))?))
}
