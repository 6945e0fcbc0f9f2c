//! `GET /api/customers`: all customers of the account.

use shared::domain::reseller::ResellerId;
use shared::lambda::cursor::{CursorContext, place_of, position_at};
use shared::lambda::faults::Faults;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::customer::list::{Listing, Total};
use shared::store::{Read, Table};

use crate::Error;
use crate::answer::{Records, view};
use crate::request::{NOT_OF_THIS_LIST, POLICY, once, query, token};

/// How many customers are read together with the credential. The others follow, 1 MB of rows at a time, until the answer is full.
const FIRST_ROWS: u16 = 100;

/// Answers 200 with a bare array in the order of the ids, or 204 without a body when there are no customers. An answer above 1 MB
/// is cut between two records, and a `Link` leads to the rest.
///
/// # Errors
/// 400 when a cursor is repeated or does not belong to this list, 401 and 403 when the caller is refused.
pub async fn list_customers(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let token = token(table, request).await?;
    let listing = listing(table, request, token.reseller()).await;
    let listing = table.tell_caller(&token, POLICY, listing).await?;
    let context = context(token.reseller(), &listing);
    let (caller, first) = table.customer_list_begin(&token, POLICY, listing).await?.open(POLICY)?;
    let mut records = Records::default();
    let walked = table.customer_list_each(&caller, first, None, |customer| records.add(&view(customer))).await?;
    let next = match walked.last.filter(|_| !walked.is_all) {
        Some(last) => Some(request.link_to_next([&("cursor".to_owned(), context.write(table, &place_of(&last))?)])),
        None => None,
    };
    Ok(records.answer(next))
}

/// All customers in the order of their ids, from the place that the cursor names.
async fn listing(table: &Table<Read>, request: &Request, reseller: ResellerId) -> Result<Listing, Error> {
    let sent = query(request)?;
    let mut faults = Faults::default();
    let mut listing = Listing { total: Total::Unwanted, ..Listing::by_id(FIRST_ROWS) };
    if let Some(cursor) = once(&sent, "cursor", &mut faults) {
        let place = context(reseller, &listing).read(table, cursor).await?;
        listing.after = faults.collect("cursor", place.and_then(position_at).ok_or(NOT_OF_THIS_LIST));
    }
    Ok(faults.none_or(listing)?)
}

fn context(reseller: ResellerId, listing: &Listing) -> CursorContext {
    CursorContext::customers("licensing", reseller, listing)
}
