//! `POST /api/v3/reseller/customer/{id}/usage` and `POST /api/v3/usage`: records usage of a customer.

use reseller::Error;
use reseller::answer::outcomes;
use shared::domain::usage::SentEvent;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::{Policy, StoreError, Table, Write};

use crate::door::Visit;
use crate::usage::{Sent, sent, told};

/// Answers 201 with what became of each event, in their order. It is safe to repeat: an event counts once, for ever.
///
/// # Errors
/// 400 when the id is no integer, the body is not JSON or holds no list of 1 to 100 events, 404 when there is no such customer, 401 and
/// 403 when the caller is refused.
pub async fn record_usage(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let visit = Visit::begin_repeatable(table, request, Policy::RECORD).await?;
    let (caller, found) = visit.open(table.usage_load(&visit.token, visit.customer).await?)?;
    let sent = sent(request)?;
    let found = found.ok_or(Error::NotFound("customer"))?;
    let events: Vec<SentEvent> = sent.iter().filter_map(Sent::event).cloned().collect();
    let recorded = table.usage_record(&caller, found, &events).await?.ok_or(Error::NotFound("customer"))?;
    let told = told(&sent, recorded).ok_or_else(|| StoreError::Internal("an event has no outcome".to_owned()))?;
    Ok(outcomes(told))
}
