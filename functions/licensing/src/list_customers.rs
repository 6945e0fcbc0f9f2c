//! `GET /api/customers`: all customers of the account.

use lambda_http::http::header::LINK;
use lambda_http::http::{HeaderValue, StatusCode};
use shared::credentials::Kind;
use shared::cursor;
use shared::customer::Customer;
use shared::faults::Faults;
use shared::http::{Request, Response, empty, response};
use shared::reseller::ResellerId;
use shared::table::{Listing, Position, Read, Table};

use crate::Error;
use crate::answer::{JSON, view};
use crate::request::{caller, claim};

/// How many bytes of records one answer has at the most.
const MAXIMUM_BYTES: usize = 1024 * 1024;

/// Answers 200 with a bare array in the order of the ids, or 204 without a body when there are no customers. Above 1 MB it is cut
/// between two records, and a `Link` leads to the rest.
///
/// # Errors
/// 400 when a cursor is not one of this list, 401 and 403 for the caller.
pub async fn list_customers(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let claim = claim(request)?;
    let listing = match listing(request, claim.reseller()) {
        Ok(listing) => listing,
        // Only a verified caller learns what is wrong with the query.
        Err(error) => return caller(table, request).await.and(Err(error)),
    };
    let (caller, first) = table.begin_list(&claim, &listing).await?.open(Kind::Licensing)?;
    let listed = table.finish_list(&caller, &listing, first).await?;
    if listed.customers.is_empty() {
        return Ok(empty(StatusCode::NO_CONTENT));
    }
    let records = records(&listed.customers);
    let mut response = response(StatusCode::OK, JSON, format!("[{}]", records.join(",")));
    let has_more = records.len() < listed.customers.len() || listed.next.is_some();
    if let Some(last) = listed.customers.get(records.len().saturating_sub(1)).filter(|_| has_more) {
        let next = cursor::write(&Position::of(listing.sort, last), caller.reseller(), &listing);
        if let Ok(link) = HeaderValue::try_from(request.link_to_next([&("cursor".to_owned(), next)])) {
            response.headers_mut().insert(LINK, link);
        }
    }
    Ok(response)
}

/// As many records as fit into one answer, and one at the least.
fn records(customers: &[Customer]) -> Vec<String> {
    let mut bytes = 0;
    let records = customers.iter().map(|customer| view(customer).to_string());
    records
        .take_while(|record| {
            let is_first = bytes == 0;
            bytes += record.len() + 1;
            is_first || bytes <= MAXIMUM_BYTES
        })
        .collect()
}

/// All customers in the order of their ids, from where the cursor says.
fn listing(request: &Request, reseller: ResellerId) -> Result<Listing, Error> {
    let mut listing = Listing::by_id(u16::MAX);
    let (sent, faults) = request.query_pairs();
    let sent = faults.none_or(sent)?;
    if let Some((_, cursor)) = sent.iter().find(|(name, _)| name == "cursor") {
        listing.after = cursor::read(cursor, reseller, &listing);
        if listing.after.is_none() {
            let fault = "is not one of this list: take the address in the Link header of the page before as it is";
            return Err(Faults::one("cursor", fault).into());
        }
    }
    Ok(listing)
}
