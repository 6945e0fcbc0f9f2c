//! `GET /api/v01/customers/{id}/subscriptions/{subscription_id}`: one subscription of a customer.

use lambda_http::http::StatusCode;
use shared::domain::date::Date;
use shared::domain::subscription::SubscriptionId;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::{Coded, Read, Table};

use crate::Error;
use crate::answer::one;
use crate::request::{Address, called};
use crate::subscription::SubscriptionOn;
use crate::visit::Visit;

/// Answers 200 with the subscription, never 304: its billing dates change with the day, and its tag does not.
///
/// # Errors
/// 400 when an id is no integer, 404 when there is no such customer or subscription, 405 and 406 for the action and the format, 401
/// and 403 when the caller is refused.
pub async fn load_subscription(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let mut visit = Visit::begin(table, request).await?;
    let id = visit.belonging(table, request, "subscription_id", Coded::Subscription).await?.and_then(SubscriptionId::new);
    let (_, found) = visit.open(table.subscription_load(&visit.token, visit.customer, id).await?)?;
    let format = called(request, "load", &Address::One)?;
    let subscription = found.ok_or(Error::NotFound("customer"))?.record;
    let subscription = subscription.filter(|found| visit.names(found.code.as_ref(), found.id));
    let subscription = subscription.ok_or(Error::NotFound("subscription"))?;
    Ok(one(format, StatusCode::OK, &SubscriptionOn { subscription, today: Date::today() }))
}
