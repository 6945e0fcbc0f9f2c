//! `GET /api/v01/customers`: the customers that meet all filters, in the order of their ids.

use lambda_http::http::HeaderValue;
use shared::credentials::Kind;
use shared::http::{Request, Response};
use shared::table::{Read, Table};

use crate::answer::many;
use crate::request::{Address, called, caller, claim};
use crate::{Error, find_query};

/// Answers 200 with the customers, of the accounts that the caller was granted. `X-Total-Count` says how many match, where that is
/// known without reading further.
///
/// # Errors
/// 400 when a parameter is wrong, 405 and 406 for the action and the format, 401 and 403 for the caller.
pub async fn find_customers(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let claim = claim(request)?;
    let asked = called(request, "find", &Address::Customers).and_then(|format| Ok((format, find_query::parse(request)?)));
    let (format, listing) = match asked {
        Ok(asked) => asked,
        // Only a verified caller learns what is wrong with the query.
        Err(error) => return caller(table, request).await.and(Err(error)),
    };
    let (caller, first) = table.begin_list(&claim, &listing).await?.open(Kind::ServiceUser)?;
    let listed = table.finish_list(&caller, &listing, first).await?;
    let mut response = many(format, &listed.customers);
    if listed.is_total {
        response.headers_mut().insert("x-total-count", HeaderValue::from(listed.total));
    }
    Ok(response)
}
