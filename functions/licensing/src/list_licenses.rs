//! `GET /api/licenses`: all licences of the account, or those of one customer.

use shared::domain::customer::CustomerId;
use shared::domain::licence::{Licence, LicenceId};
use shared::domain::reseller::ResellerId;
use shared::lambda::cursor::CursorContext;
use shared::lambda::faults::Faults;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::licence::LicenceListing;
use shared::store::{Read, Table};

use crate::Error;
use crate::answer::{Records, licence_view};
use crate::request::{NOT_OF_THIS_LIST, POLICY, caller, once, query, token};

/// Answers 200 with a bare array in the order of the ids, revoked licences included, or 204 without a body when there are none.
/// An answer above 1 MB is cut between two records, and a `Link` leads to the rest.
///
/// # Errors
/// 400 when a parameter is repeated or a cursor does not belong to this list, 401 and 403 when the caller is refused.
pub async fn list_licenses(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let token = token(table, request).await?;
    let mut records = Records::default();
    let listing = listing(table, request, token.reseller()).await;
    let Some(listing) = table.tell_caller(&token, POLICY, listing).await? else {
        // No customer can have this number, so that it has no licences. Only a verified caller learns that.
        return caller(table, request).await.map(|_| records.answer(None));
    };
    let (caller, first) = table.licence_list_begin(&token, listing).await?.open(POLICY)?;
    let mut last = None;
    let take = |licence: &Licence| {
        let fits = records.add(&licence_view(licence));
        if fits {
            last = Some(licence.id);
        }
        fits
    };
    let is_cut = table.licence_list_each(&caller, first, take).await?;
    let next = match last.filter(|_| is_cut) {
        Some(last) => {
            let cursor = CursorContext::licences(token.reseller(), listing.customer).write(table, &last)?;
            let customer = listing.customer.map(|customer| ("customer_id".to_owned(), customer.to_string()));
            Some(request.link_to_next(customer.iter().chain([&("cursor".to_owned(), cursor)])))
        }
        None => None,
    };
    Ok(records.answer(next))
}

/// The list that the query asks for; `None` when no customer can have the number in it, because this API documents no form of
/// ids.
async fn listing(table: &Table<Read>, request: &Request, reseller: ResellerId) -> Result<Option<LicenceListing>, Error> {
    let sent = query(request)?;
    let mut faults = Faults::default();
    let customer = once(&sent, "customer_id", &mut faults).map(|sent| CustomerId::parse(sent).ok());
    let is_possible = customer.is_none_or(|customer| customer.is_some());
    let customer = customer.flatten();
    let after: Option<LicenceId> = match once(&sent, "cursor", &mut faults) {
        Some(sent) => {
            let place = CursorContext::licences(reseller, customer).read(table, sent).await?;
            faults.collect("cursor", place.ok_or(NOT_OF_THIS_LIST))
        }
        None => None,
    };
    Ok(faults.none_or(is_possible.then_some(LicenceListing { customer, after }))?)
}
