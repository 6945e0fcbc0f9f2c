//! `GET /api/v01/customers/{id}/subscriptions`: the subscriptions of a customer that meet all filters, in the order of their ids.

use shared::domain::date::Date;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::{Read, Table};

use crate::Error;
use crate::request::{Address, POLICY, called};
use crate::subscription::SubscriptionOn;
use crate::subscription_query::SubscriptionQuery;
use crate::visit::Visit;

/// Answers 200 with the subscriptions, ended ones too. `X-Total-Count` says how many match.
///
/// # Errors
/// 400 when the id is no integer or a parameter is wrong, 404 when there is no such customer, 405 and 406 for the action and the
/// format, 401 and 403 when the caller is refused.
pub async fn find_subscriptions(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let visit = Visit::begin(table, request).await?;
    let asked = called(request, "find", &Address::All).and_then(|format| Ok((format, SubscriptionQuery::parse(request)?)));
    let (format, query) = table.tell_caller(&visit.token, POLICY, asked).await?;
    let (_, listed) = visit.open(table.subscription_list(&visit.token, visit.customer).await?)?;
    let today = Date::today();
    let listed = listed.ok_or(Error::NotFound("customer"))?.into_iter();
    let listed = listed.map(|subscription| SubscriptionOn { subscription, today });
    Ok(query.page.answer(format, listed.filter(|shown| query.matches(shown))))
}
