//! `PUT /api/v01/customers/{id}/subscriptions`: sells a plan to a customer.

use lambda_http::http::StatusCode;
use shared::domain::date::Date;
use shared::domain::subscription::Subscription;
use shared::lambda::idempotency::keeping;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::{Table, Write};

use crate::Error;
use crate::answer::one;
use crate::request::{Address, called};
use crate::subscription::{SubscriptionOn, order};
use crate::visit::Visit;

/// Answers 201 with the new subscription.
///
/// # Errors
/// 400 when an id is no integer, the body can't be read or a field has the wrong form, 404 when there is no such customer, 422 when
/// there is no such plan, the code is taken or the customer has as many subscriptions as it can, 405, 406 and 415 for the action and
/// the formats, 401 and 403 when the caller is refused, 403 for a card number.
pub async fn create_subscription(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let visit = Visit::begin(table, request).await?;
    let asked = called(request, "create", &Address::All).and_then(|format| Ok((format, order(request)?)));
    let sku = asked.as_ref().ok().map(|(_, order)| &order.sku);
    let (caller, offer) = visit.open(table.subscription_offer(&visit.token, visit.customer, sku).await?)?;
    let (format, order) = asked?;
    let offer = offer.ok_or(Error::NotFound("customer"))?;
    let answer = |sold: &Subscription| {
        one(format, StatusCode::CREATED, &SubscriptionOn { subscription: sold.clone(), today: Date::today() })
    };
    let sold = table.subscription_create(&caller, &order, offer, &keeping(answer)).await?;
    Ok(answer(&sold.ok_or(Error::NotFound("customer"))?))
}
