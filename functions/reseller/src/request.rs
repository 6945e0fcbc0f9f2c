//! What all routes read from a request: the API key, and the customer that the path names.

use shared::domain::credential::{Kind, Refusal};
use shared::domain::customer::{Customer, CustomerId, NotACustomerId};
use shared::domain::token::{IssuedToken, PresentedToken};
use shared::lambda::faults::Faults;
use shared::lambda::idempotency::{self, token_of};
use shared::lambda::request::Request;
use shared::store::{Access, Caller, Policy, Table};

use crate::Error;

/// The callers that a reseller's call takes.
pub const POLICY: Policy = Policy::RESELLER.at(Kind::Reseller);

/// The issued token in `x-zoom-s2t-key`, for a call with this policy.
///
/// # Errors
/// [`Error::Refused`], a fault of `Idempotency-Key`, and the failures of the store.
pub async fn token<A: Access>(table: &Table<A>, request: &Request, policy: Policy) -> Result<IssuedToken, Error> {
    token_of(table, policy, request, presented(request)?).await
}

/// The same for a call that takes bodies of this many bytes.
///
/// # Errors
/// The same.
pub async fn token_with_body_of<A: Access>(
    table: &Table<A>,
    request: &Request,
    policy: Policy,
    most: usize,
) -> Result<IssuedToken, Error> {
    idempotency::token_with_body_of(table, policy, request, presented(request)?, most).await
}

/// The same for a call that is safe to repeat by itself, and looks at no `Idempotency-Key`.
///
/// # Errors
/// [`Error::Refused`], and the failures of the store.
pub async fn token_of_repeatable<A: Access>(table: &Table<A>, request: &Request) -> Result<IssuedToken, Error> {
    Ok(table.token_check(presented(request)?).await?)
}

fn presented(request: &Request) -> Result<Option<PresentedToken>, Error> {
    // White space around a header's value is not part of it (RFC 9110, section 5.5).
    let key = request.header("x-zoom-s2t-key").map(|key| key.trim_matches([' ', '\t'])).unwrap_or_default();
    if key.is_empty() { Err(Refusal::Missing.into()) } else { Ok(PresentedToken::api_key(key)) }
}

/// The customer that the parameter `id` of the path names, if there can be one; and the fault of a parameter that is no integer,
/// which only a verified caller learns.
#[must_use]
pub fn customer_in_path(request: &Request) -> (Option<CustomerId>, Option<Faults>) {
    match CustomerId::parse(&request.path_parameter("id")) {
        Ok(id) => (Some(id), None),
        Err(NotACustomerId::TooLarge) => (None, None),
        Err(NotACustomerId::NotAnInteger) => (None, Some(Faults::one("id", "must be an integer"))),
    }
}

/// The verified caller, for calls that name no customer.
pub(crate) async fn caller<A: Access>(table: &Table<A>, request: &Request) -> Result<Caller<A>, Error> {
    Ok(table.authenticate(&token(table, request, POLICY).await?, POLICY).await?)
}

/// The verified caller, and its customer with the id in the path; `None` when it has no such customer.
///
/// Only a verified caller learns that the id is malformed.
pub(crate) async fn caller_and_customer<A: Access>(
    table: &Table<A>,
    request: &Request,
) -> Result<(Caller<A>, Option<Customer>), Error> {
    let (id, malformed) = customer_in_path(request);
    let opened = table.customer_load(&token(table, request, POLICY).await?, id).await?.open(POLICY)?;
    malformed.map_or(Ok(opened), |faults| Err(faults.into()))
}
