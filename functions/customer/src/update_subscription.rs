//! `PUT /api/v3/reseller/customer/{id}/subscription/{subscription_id}/`: changes when a subscription ends, and whether it renews.

use lambda_http::http::StatusCode;
use reseller::Error;
use reseller::answer::one_object;
use shared::domain::billing::Period;
use shared::domain::date::Date;
use shared::domain::subscription::Subscription;
use shared::lambda::idempotency::keeping;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::{Policy, Table, Write};

use crate::door::Visit;
use crate::subscription::{SentChange, refusal, subscription_in_path, used_in, view};

/// Answers 201 (not 200) with the subscription as it is now, even if nothing changed.
///
/// # Errors
/// 400 when an id is no integer, the body is not JSON, a field is wrong or the subscription has ended; 404 when there is no such customer
/// or subscription, 412 when it is at another revision than `If-Match` says, 401 and 403 when the caller is refused. At the customer's
/// own door always 403.
pub async fn update_subscription(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let mut visit = Visit::begin(table, request, Policy::RESELLER).await?;
    let id = visit.read("subscription_id", subscription_in_path(request));
    let (caller, found) = visit.open(table.subscription_load(&visit.token, visit.customer, id).await?)?;
    let expected = request.expected_revision()?;
    let sent = SentChange::parse(request)?;
    let found = found.ok_or(Error::NotFound("customer"))?;
    let today = Date::today();
    // The change may move the end of the period.
    let period = found.content.record.as_ref().map(|current| Period { end: None, ..current.current_period(today) });
    let used = used_in(table, &caller, &found.customer, period).await?;
    let answer = |changed: &Subscription| one_object(StatusCode::CREATED, &view(changed, &used, today), changed.entity_tag());
    let edit = |current: &Subscription| sent.applied(current);
    let changed = table.subscription_update(&caller, &expected, found.content, edit, &keeping(answer)).await;
    Ok(answer(&changed.map_err(refusal)?.ok_or(Error::NotFound("subscription"))?))
}
