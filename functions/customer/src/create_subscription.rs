//! `POST /api/v3/reseller/customer/{id}/subscription/`: sells a plan to a customer.

use lambda_http::http::StatusCode;
use reseller::Error;
use reseller::answer::one_object;
use shared::domain::date::Date;
use shared::domain::subscription::Subscription;
use shared::domain::usage_report::BySubscription;
use shared::lambda::idempotency::keeping;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::{Policy, Table, Write};

use crate::door::Visit;
use crate::subscription::{refusal, sent, view};

/// Answers 201 with the new subscription.
///
/// # Errors
/// 400 when the id is no integer, the body is not JSON, a field is wrong or there is no such plan, or the customer has as many
/// subscriptions as it can; 404 when there is no such customer, 401 and 403 when the caller is refused. At the customer's own door
/// always 403.
pub async fn create_subscription(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let visit = Visit::begin(table, request, Policy::RESELLER).await?;
    let order = sent(request);
    let sku = order.as_ref().ok().map(|order| &order.sku);
    let (caller, found) = visit.open(table.subscription_offer(&visit.token, visit.customer, sku).await?)?;
    let order = order?;
    let found = found.ok_or(Error::NotFound("customer"))?;
    // Nothing was used of what is only now sold.
    let unused = BySubscription::default();
    let answer = |sold: &Subscription| one_object(StatusCode::CREATED, &view(sold, &unused, Date::today()), sold.entity_tag());
    let sold = table.subscription_create(&caller, &order, found.content, &keeping(answer)).await;
    Ok(answer(&sold.map_err(refusal)?.ok_or(Error::NotFound("customer"))?))
}
