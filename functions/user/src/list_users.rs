//! `GET /api/v3/reseller/customer/{id}/user/`, `GET /api/v3/reseller/user/` and `GET /api/v3/user/`: the users of an organization.

use customer::door::Visit;
use reseller::Error;
use reseller::whole_list::WholeListQuery;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::{Policy, Read, Table};

use crate::wire::{KEYS, view};

/// Answers 200 with a page of the organization's users, and with a `Link` to the next page if there is one.
///
/// # Errors
/// 400 when the id is no integer or a parameter is wrong, 404 when there is no such customer, 401 and 403 when the caller is refused.
pub async fn list_users(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let visit = Visit::begin(table, request, Policy::READ).await?;
    let query = visit.tell(table, WholeListQuery::parse(request, KEYS)).await?;
    let (_, listed) = visit.open(table.user_list(&visit.token, visit.organization()).await?)?;
    let listed = listed.ok_or(Error::NotFound("customer"))?;
    Ok(query.answer(request, listed.content.iter().map(view).collect()))
}
