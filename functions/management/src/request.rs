//! What all actions read from a request: the service user, and the action.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use shared::domain::credential::{Kind, Refusal};
use shared::domain::token::{IssuedToken, PresentedToken};
use shared::lambda::idempotency::token_of;
use shared::lambda::request::Request;
use shared::store::{Access, Caller, Policy, Table};

use crate::Error;
use crate::media::Format;

/// An address of this API. Each of its methods does one action.
pub(crate) enum Address {
    /// Of all objects of a kind, such as `/api/v01/customers`.
    All,
    /// Of one object, such as `/api/v01/customers/{id}`.
    One,
}

/// The callers that this API takes.
pub(crate) const POLICY: Policy = Policy::of_kinds(&[Kind::ServiceUser]);

/// The issued token: user and password in `Authorization: Basic` (RFC 7617).
pub(crate) async fn token<A: Access>(table: &Table<A>, request: &Request) -> Result<IssuedToken, Error> {
    let sent = STANDARD.decode(request.basic_authorization()?).map_err(|_| Refusal::Invalid)?;
    let user_and_password = String::from_utf8(sent).map_err(|_| Refusal::Invalid)?;
    token_of(table, POLICY, request, PresentedToken::service_user(&user_and_password)).await
}

/// The verified caller, for calls that name no customer.
pub(crate) async fn caller<A: Access>(table: &Table<A>, request: &Request) -> Result<Caller<A>, Error> {
    Ok(table.authenticate(&token(table, request).await?, POLICY).await?)
}

/// The format of the answer, after a check that the request asks for the action of its method.
pub(crate) fn called(request: &Request, action: &str, address: &Address) -> Result<Format, Error> {
    let (pairs, faults) = request.query_pairs();
    faults.none_or(())?;
    if pairs.iter().any(|(name, value)| name == "action" && value != action) {
        return Err(Error::OtherAction(match address {
            Address::All => "GET, PUT",
            Address::One => "GET, POST",
        }));
    }
    Format::accepted(request).ok_or(Error::NotAcceptable)
}
