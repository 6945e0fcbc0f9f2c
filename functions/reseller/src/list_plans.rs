//! `GET /api/v3/reseller/plan/`: the plans that can be sold to customers.

use shared::domain::validation::Invalid;
use shared::lambda::faults::Faults;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::{Read, Table};

use crate::Error;
use crate::plan_view::view;
use crate::request::{POLICY, token};
use crate::whole_list::{Keys, WholeListQuery};

/// What the list can be asked for, besides `search`.
pub(crate) const KEYS: Keys = Keys { sort: &["sku"], filter: &[], amounts: &[] };

/// The most characters of a search.
pub(crate) const MAXIMUM_SEARCH: usize = 255;

/// Answers 200 with a page of the plans, and with a `Link` to the next page if there is one.
///
/// # Errors
/// 400 when a parameter is wrong, 401 and 403 when the caller is refused.
pub async fn list_plans(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let token = token(table, request, POLICY).await?;
    let asked = WholeListQuery::parse(request, KEYS).and_then(|query| Ok((query, search(request)?)));
    let (query, search) = table.tell_caller(&token, POLICY, asked).await?;
    let (_, plans) = table.plan_list_with(&token).await?.open(POLICY)?;
    let found = plans.0.iter().filter(|plan| plan.terms.matches(&search)).map(|plan| view(&plan.terms)).collect();
    Ok(query.keeping("search").answer(request, found))
}

/// The parameter `search`; empty without it.
fn search(request: &Request) -> Result<String, Faults> {
    let (sent, mut faults) = request.query_pairs();
    let mut searches = sent.into_iter().filter(|(name, _)| name == "search");
    let search = searches.next().map(|(_, search)| search).unwrap_or_default();
    if searches.next().is_some() {
        faults.add("search", Invalid::Repeated);
    }
    if search.chars().count() > MAXIMUM_SEARCH {
        faults.add("search", Invalid::TooLong(MAXIMUM_SEARCH));
    }
    faults.none_or(search)
}
