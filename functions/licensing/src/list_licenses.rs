//! `GET /api/licenses`: all licences of the account, or those of one customer.

use shared::credentials::Kind;
use shared::customer::CustomerId;
use shared::faults::Faults;
use shared::http::{Request, Response};
use shared::licence::LicenceId;
use shared::table::{LicenceListing, Read, Table};

use crate::Error;
use crate::answer::{Records, licence_view};
use crate::request::{NOT_OF_THIS_LIST, caller, claim, once, query};

/// Answers 200 with a bare array in the order of the ids, revoked licences included, or 204 without a body when there are none.
/// Above 1 MB it is cut between two records, and a `Link` leads to the rest.
///
/// # Errors
/// 400 when a parameter is repeated or a cursor is not one of this list, 401 and 403 for the caller.
pub async fn list_licenses(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let claim = claim(request)?;
    let mut records = Records::default();
    let listing = match listing(request) {
        Ok(Some(listing)) => listing,
        // Only a verified caller learns that it asks for nobody, or what is wrong with the query.
        Ok(None) => return caller(table, request).await.map(|_| records.answer(None)),
        Err(error) => return caller(table, request).await.and(Err(error)),
    };
    let (caller, first) = table.begin_licences(&claim, &listing).await?.open(Kind::Licensing)?;
    let mut last = None;
    let take = |licence: &_| {
        let fits = records.add(&licence_view(licence));
        if fits {
            last = Some(licence.id);
        }
        fits
    };
    let is_cut = table.finish_licences(&caller, &listing, first, take).await?;
    let next = last.filter(|_| is_cut).map(|last: LicenceId| {
        let customer = listing.customer.map(|customer| ("customer_id".to_owned(), customer.to_string()));
        request.link_to_next(customer.iter().chain([&("cursor".to_owned(), last.to_string())]))
    });
    Ok(records.answer(next))
}

/// What the query asks for; `None` when no customer can have the number in it, because this API documents no form of ids.
fn listing(request: &Request) -> Result<Option<LicenceListing>, Error> {
    let sent = query(request)?;
    let mut faults = Faults::default();
    let customer = once(&sent, "customer_id", &mut faults).map(|sent| CustomerId::parse(sent).ok());
    let after = once(&sent, "cursor", &mut faults).and_then(|sent| {
        let id = LicenceId::parse(sent).filter(|id| customer.is_none_or(|customer| customer == Some(id.customer())));
        faults.collect("cursor", id.ok_or(NOT_OF_THIS_LIST))
    });
    let is_possible = customer.is_none_or(|customer| customer.is_some());
    let listing = LicenceListing { customer: customer.flatten(), after };
    Ok(faults.none_or(is_possible.then_some(listing))?)
}
