//! `DELETE /api/v3/reseller/customer/{id}/subscription/{subscription_id}/`: ends a subscription.

use lambda_http::http::StatusCode;
use reseller::Error;
use shared::lambda::idempotency::keeping;
use shared::lambda::request::Request;
use shared::lambda::response::{Response, empty};
use shared::store::{Policy, Table, Write};

use crate::door::Visit;
use crate::subscription::{refusal, subscription_in_path};

/// Answers 204 without a body. The subscription ends with today, at its full price; one that has not begun disappears, and one that
/// has ended stays as it is.
///
/// # Errors
/// 400 when an id is no integer, 404 when there is no such customer or subscription, 412 when it is at another revision than `If-Match`
/// says, 401 and 403 when the caller is refused. At the customer's own door always 403.
pub async fn delete_subscription(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let mut visit = Visit::begin(table, request, Policy::RESELLER).await?;
    let id = visit.read("subscription_id", subscription_in_path(request));
    let (caller, found) = visit.open(table.subscription_load(&visit.token, visit.customer, id).await?)?;
    let expected = request.expected_revision()?;
    let found = found.ok_or(Error::NotFound("customer"))?;
    let answer = || empty(StatusCode::NO_CONTENT);
    let ended = table.subscription_end(&caller, &expected, found.content, &keeping(|()| answer())).await;
    ended.map_err(refusal)?.ok_or(Error::NotFound("subscription"))?;
    Ok(answer())
}
