//! `POST /api/v01/customers/{id}/subscriptions/{subscription_id}`: changes when a subscription ends, and whether it is renewed.

use lambda_http::http::StatusCode;
use shared::domain::date::Date;
use shared::domain::subscription::{Subscription, SubscriptionId};
use shared::lambda::idempotency::keeping;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::{Coded, Table, Write};

use crate::Error;
use crate::answer::one;
use crate::request::{Address, called};
use crate::subscription::{SentChange, SubscriptionOn};
use crate::visit::Visit;

/// Answers 200 with the subscription as it is now, even if nothing changed.
///
/// # Errors
/// 400 when an id is no integer, the body can't be read or a field has the wrong form, 404 when there is no such customer or
/// subscription, 412 when the subscription is at another revision than `If-Match` says, 422 when a value contradicts it or a read-only
/// one is changed, 405, 406 and 415 for the action and the formats, 401 and 403 when the caller is refused, 403 for a card number.
pub async fn modify_subscription(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let mut visit = Visit::begin(table, request).await?;
    let id = visit.belonging(table, request, "subscription_id", Coded::Subscription).await?.and_then(SubscriptionId::new);
    let (caller, found) = visit.open(table.subscription_load(&visit.token, visit.customer, id).await?)?;
    let format = called(request, "modify", &Address::One)?;
    let expected = request.expected_revision()?;
    let sent = SentChange::parse(request)?;
    let mut found = found.ok_or(Error::NotFound("customer"))?;
    found.record = found.record.filter(|found| visit.names(found.code.as_ref(), found.id));
    let answer = |changed: &Subscription| {
        one(format, StatusCode::OK, &SubscriptionOn { subscription: changed.clone(), today: Date::today() })
    };
    let edit = |current: &Subscription| sent.applied(current);
    let changed = table.subscription_update(&caller, &expected, found, edit, &keeping(answer)).await?;
    Ok(answer(&changed.ok_or(Error::NotFound("subscription"))?))
}
