//! `GET /api/v3/reseller/customer/`: the customers of the reseller, sorted, filtered and by page.

use lambda_http::http::HeaderValue;
use lambda_http::http::header::LINK;
use shared::credentials::Kind;
use shared::http::{Request, Response};
use shared::table::{Read, Table};

use crate::Error;
use crate::answer::many;
use crate::list_query::ListQuery;
use crate::request::{caller, claim};

/// Answers 200 with a page of customers, and with a `Link` to the next one where there is more.
///
/// # Errors
/// 400 when a parameter is wrong, 401 and 403 for the caller.
pub async fn list_customers(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let claim = claim(request)?;
    let query = match ListQuery::parse(request, claim.reseller()) {
        Ok(query) => query,
        // Only a verified caller learns what is wrong with the query.
        Err(error) => return caller(table, request).await.and(Err(error)),
    };
    let (caller, first) = table.begin_list(&claim, &query.listing).await?.open(Kind::Reseller)?;
    let listed = table.finish_list(&caller, &query.listing, first).await?;
    let mut response = many(&listed.customers, listed.total);
    if let Some(link) = listed.next.and_then(|next| HeaderValue::try_from(query.next_link(request, &next)).ok()) {
        response.headers_mut().insert(LINK, link);
    }
    Ok(response)
}
