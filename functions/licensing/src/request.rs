//! What all routes read from a request: the token, the record that the path names, and the fields and parameters.

use shared::domain::credential::Kind;
use shared::domain::customer::{Customer, CustomerId};
use shared::domain::licence::{Licence, LicenceId};
use shared::domain::token::{IssuedToken, PresentedToken};
use shared::domain::validation::Invalid;
use shared::lambda::faults::Faults;
use shared::lambda::idempotency::token_of;
use shared::lambda::request::Request;
use shared::store::{Access, Caller, Policy, Table};

use crate::Error;

/// The fault of a cursor that was given for another list, or never given.
pub(crate) const NOT_OF_THIS_LIST: &str =
    "is not one of this list: take the address in the Link header of the page before as it is";

/// The callers that this API takes.
pub(crate) const POLICY: Policy = Policy::of_kinds(&[Kind::Licensing]);

/// The issued token in `Authorization: Basic <token>`. The header contains the token itself, not base64 of anything.
pub(crate) async fn token<A: Access>(table: &Table<A>, request: &Request) -> Result<IssuedToken, Error> {
    token_of(table, POLICY, request, PresentedToken::licensing(request.basic_authorization()?)).await
}

/// The verified caller, for calls that name no customer.
pub(crate) async fn caller<A: Access>(table: &Table<A>, request: &Request) -> Result<Caller<A>, Error> {
    Ok(table.authenticate(&token(table, request).await?, POLICY).await?)
}

/// The verified caller, and its customer with the id in the path; `None` when it has no such customer. A malformed id is that of
/// no customer, because this API documents no form of ids.
pub(crate) async fn caller_and_customer<A: Access>(
    table: &Table<A>,
    request: &Request,
) -> Result<(Caller<A>, Option<Customer>), Error> {
    let id = CustomerId::parse(&request.path_parameter("id")).ok();
    Ok(table.customer_load(&token(table, request).await?, id).await?.open(POLICY)?)
}

/// The verified caller, and its licence with the id in the path; `None` when it has no such licence.
pub(crate) async fn caller_and_licence<A: Access>(
    table: &Table<A>,
    request: &Request,
) -> Result<(Caller<A>, Option<Licence>), Error> {
    let id = LicenceId::parse(&request.path_parameter("id"));
    Ok(table.licence_load(&token(table, request).await?, id).await?.open(POLICY)?)
}

/// The parameters of the query.
pub(crate) fn query(request: &Request) -> Result<Vec<(String, String)>, Faults> {
    let (sent, faults) = request.query_pairs();
    faults.none_or(sent)
}

/// The value of a field or parameter that may be given once only. `None` when it was not given; also when it was given more than
/// once, which is then a fault.
pub(crate) fn once<'a>(sent: &'a [(String, String)], field: &str, faults: &mut Faults) -> Option<&'a str> {
    let mut values = sent.iter().filter(|(name, _)| name == field).map(|(_, value)| value.as_str());
    let first = values.next()?;
    if values.next().is_some() {
        faults.add(field, Invalid::Repeated);
        return None;
    }
    Some(first)
}
