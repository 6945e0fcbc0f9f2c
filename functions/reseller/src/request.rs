//! What all routes read from a request: the API key, and the customer that the path names.

use shared::credentials::{Claim, Kind, Refusal};
use shared::customer::{Customer, CustomerId, NotACustomerId};
use shared::faults::Faults;
use shared::http::Request;
use shared::table::{Access, Caller, Table};

use crate::Error;

/// The claim of the key in `x-zoom-s2t-key`.
pub(crate) fn claim(request: &Request) -> Result<Claim, Refusal> {
    // White space around a header's value is not part of it (RFC 9110, section 5.5).
    let key = request.header("x-zoom-s2t-key").map(|key| key.trim_matches([' ', '\t'])).unwrap_or_default();
    if key.is_empty() {
        return Err(Refusal::Missing);
    }
    Claim::parse(key).ok_or(Refusal::Invalid)
}

/// The verified caller, for calls that name no customer.
pub(crate) async fn caller<A: Access>(table: &Table<A>, request: &Request) -> Result<Caller<A>, Error> {
    let (caller, _) = table.load(&claim(request)?, None).await?.open(Kind::Reseller)?;
    Ok(caller)
}

/// The verified caller, and its customer with the id in the path; `None` when it has no such customer.
///
/// A malformed id is told only to a verified caller.
pub(crate) async fn caller_and_customer<A: Access>(
    table: &Table<A>,
    request: &Request,
) -> Result<(Caller<A>, Option<Customer>), Error> {
    let (id, malformed) = match CustomerId::parse(&request.path_parameter("id")) {
        Ok(id) => (Some(id), None),
        Err(NotACustomerId::TooLarge) => (None, None),
        Err(NotACustomerId::NotAnInteger) => (None, Some(Faults::one("id", "must be an integer"))),
    };
    let opened = table.load(&claim(request)?, id).await?.open(Kind::Reseller)?;
    malformed.map_or(Ok(opened), |faults| Err(faults.into()))
}
