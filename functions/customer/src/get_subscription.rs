//! `GET /api/v3/reseller/customer/{id}/subscription/{subscription_id}/` and `GET /api/v3/subscription/{subscription_id}/`: one
//! subscription.

use lambda_http::http::StatusCode;
use reseller::Error;
use reseller::answer::one_object;
use shared::domain::date::Date;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::{Policy, Read, Table};

use crate::door::Visit;
use crate::subscription::{subscription_in_path, used_in, view};

/// Answers 200 with the subscription.
///
/// # Errors
/// 400 when an id is no integer, 404 when there is no such customer or subscription, 401 and 403 when the caller is refused.
pub async fn get_subscription(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let mut visit = Visit::begin(table, request, Policy::READ).await?;
    let id = visit.read("subscription_id", subscription_in_path(request));
    let (caller, found) = visit.open(table.subscription_load(&visit.token, visit.customer, id).await?)?;
    let found = found.ok_or(Error::NotFound("customer"))?;
    let subscription = found.content.record.ok_or(Error::NotFound("subscription"))?;
    let today = Date::today();
    let used = used_in(table, &caller, &found.customer, [subscription.current_period(today)]).await?;
    Ok(one_object(StatusCode::OK, &view(&subscription, &used, today), subscription.entity_tag()))
}
