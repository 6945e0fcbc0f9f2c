//! `GET /api/customers`: all customers of the account.

use shared::credentials::Kind;
use shared::cursor;
use shared::faults::Faults;
use shared::http::{Request, Response};
use shared::reseller::ResellerId;
use shared::table::{Listing, Position, Read, Table};

use crate::Error;
use crate::answer::{Records, view};
use crate::request::{NOT_OF_THIS_LIST, caller, claim, query};

/// How many customers are read at the most: more than fit into one answer, where a record has at least 71 bytes.
const MAXIMUM_ROWS: u16 = 15_000;

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
    let mut records = Records::default();
    let shown = listed.customers.iter().take_while(|customer| records.add(&view(customer))).count();
    let has_more = shown < listed.customers.len() || listed.next.is_some();
    let last = listed.customers.get(shown.saturating_sub(1)).filter(|_| has_more);
    Ok(records.answer(last.map(|last| {
        let next = cursor::write(&Position::of(listing.sort, last), caller.reseller(), &listing);
        request.link_to_next([&("cursor".to_owned(), next)])
    })))
}

/// All customers in the order of their ids, from where the cursor says.
fn listing(request: &Request, reseller: ResellerId) -> Result<Listing, Error> {
    let mut listing = Listing::by_id(MAXIMUM_ROWS);
    if let Some((_, cursor)) = query(request)?.iter().find(|(name, _)| name == "cursor") {
        listing.after = cursor::read(cursor, reseller, &listing);
        if listing.after.is_none() {
            return Err(Faults::one("cursor", NOT_OF_THIS_LIST).into());
        }
    }
    Ok(listing)
}
