//! `GET /api/v01/customers`: the customers that meet all filters, in the order of their ids.

use lambda_http::http::HeaderName;
use lambda_http::http::header::LINK;
use shared::lambda::request::Request;
use shared::lambda::response::{Response, with_header};
use shared::store::{Read, Table};

use crate::answer::many;
use crate::request::{Address, POLICY, called, token};
use crate::{Error, find_query};

/// Answers 200 with the customers of the accounts that the caller was granted. `X-Total-Count` says how many match, if that is
/// known without reading further.
///
/// # Errors
/// 400 when a parameter is wrong, 405 and 406 for the action and the format, 401 and 403 when the caller is refused.
pub async fn find_customers(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let token = token(table, request).await?;
    let asked = called(request, "find", &Address::All).and_then(|format| Ok((format, find_query::parse(request)?)));
    let (format, query) = table.tell_caller(&token, POLICY, asked).await?;
    let (caller, first) = table.customer_list_begin(&token, POLICY, query.listing.clone()).await?.open(POLICY)?;
    let listed = table.customer_list_finish(&caller, first).await?;
    let (mut response, shown) = many(format, &listed.customers);
    if shown < listed.customers.len() {
        response = with_header(response, LINK, &query.link_behind(request, shown));
    }
    if listed.is_total {
        response = with_header(response, HeaderName::from_static("x-total-count"), &listed.total.to_string());
    }
    Ok(response)
}
