//! `GET /api/v01/customers/{id}/payment-options/{payment_option_id}`: one payment option of a customer.

use lambda_http::http::StatusCode;
use shared::domain::payment_option::PaymentOptionId;
use shared::lambda::request::Request;
use shared::lambda::response::{Response, unless_client_has_it};
use shared::store::payment_option::RankedPaymentOption;
use shared::store::{Coded, Read, Table};

use crate::Error;
use crate::answer::one;
use crate::request::{Address, called};
use crate::visit::Visit;

/// Answers 200 with the payment option, or 304 without a body when `If-None-Match` says that the client has it.
///
/// # Errors
/// 400 when an id is no integer, 404 when there is no such customer or payment option, 405 and 406 for the action and the format, 401
/// and 403 when the caller is refused.
pub async fn load_payment_option(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let mut visit = Visit::begin(table, request).await?;
    let id = visit.belonging(table, request, "payment_option_id", Coded::PaymentOption).await?.and_then(PaymentOptionId::new);
    let (_, found) = visit.open(table.payment_option_load(&visit.token, visit.customer, id).await?)?;
    let format = called(request, "load", &Address::One)?;
    let option = found.ok_or(Error::NotFound("customer"))?.ranked();
    let option = option.filter(|RankedPaymentOption { record, .. }| visit.names(record.code.as_ref(), record.id));
    Ok(unless_client_has_it(request, one(format, StatusCode::OK, &option.ok_or(Error::NotFound("payment option"))?)))
}
