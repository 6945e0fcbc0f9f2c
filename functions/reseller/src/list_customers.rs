//! `GET /api/v3/reseller/customer/`: the customers of the reseller, sorted, filtered and by page.

use lambda_http::http::header::LINK;
use shared::lambda::request::Request;
use shared::lambda::response::{Response, with_header};
use shared::store::{Read, Table};

use crate::Error;
use crate::answer::many;
use crate::list_query::ListQuery;
use crate::request::{POLICY, token};

/// Answers 200 with a page of customers, and with a `Link` to the next page if there is one.
///
/// # Errors
/// 400 when a parameter is wrong, 401 and 403 when the caller is refused.
pub async fn list_customers(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let token = token(table, request, POLICY).await?;
    let query = ListQuery::parse(table, request, token.reseller()).await;
    let query = table.tell_caller(&token, POLICY, query).await?;
    let (caller, first) = table.customer_list_begin(&token, POLICY, query.listing.clone()).await?.open(POLICY)?;
    let listed = table.customer_list_finish(&caller, first).await?;
    let response = many(&listed.customers, listed.is_total.then_some(listed.total));
    Ok(match listed.next {
        Some(next) => with_header(response, LINK, &query.next_link(table, request, &next)?),
        None => response,
    })
}
