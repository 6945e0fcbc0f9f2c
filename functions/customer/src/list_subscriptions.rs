//! `GET /api/v3/reseller/customer/{id}/subscription/` and `GET /api/v3/subscription/`: the subscriptions of a customer.

use reseller::Error;
use reseller::whole_list::WholeListQuery;
use shared::domain::date::Date;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::{Policy, Read, Table};

use crate::door::Visit;
use crate::subscription::{KEYS, used_in, view};

/// Answers 200 with a page of the customer's subscriptions, and with a `Link` to the next page if there is one.
///
/// # Errors
/// 400 when the id is no integer or a parameter is wrong, 404 when there is no such customer, 401 and 403 when the caller is refused.
pub async fn list_subscriptions(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let visit = Visit::begin(table, request, Policy::READ).await?;
    let query = visit.tell(table, WholeListQuery::parse(request, KEYS)).await?;
    let (caller, listed) = visit.open(table.subscription_list(&visit.token, visit.customer).await?)?;
    let listed = listed.ok_or(Error::NotFound("customer"))?;
    let today = Date::today();
    let periods = listed.content.iter().map(|subscription| subscription.current_period(today));
    let used = used_in(table, &caller, &listed.customer, periods).await?;
    Ok(query.answer(request, listed.content.iter().map(|subscription| view(subscription, &used, today)).collect()))
}
