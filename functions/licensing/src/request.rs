//! What all routes read from a request: the token, and the customer that the path names.

use shared::credentials::{Claim, Kind, Refusal};
use shared::customer::{Customer, CustomerId};
use shared::http::Request;
use shared::table::{Access, Caller, Table};

use crate::Error;

/// The claim of the token in `Authorization: Basic <token>`. The token stands there bare: it is not the base64 of anything.
pub(crate) fn claim(request: &Request) -> Result<Claim, Refusal> {
    Claim::parse_licensing(request.basic_authorization()?).ok_or(Refusal::Invalid)
}

/// The verified caller, for calls that name no customer.
pub(crate) async fn caller<A: Access>(table: &Table<A>, request: &Request) -> Result<Caller<A>, Error> {
    let (caller, _) = table.load(&claim(request)?, None).await?.open(Kind::Licensing)?;
    Ok(caller)
}

/// The verified caller, and its customer with the id in the path; `None` when it has no such customer. This API documents no form
/// of ids, so that a malformed one names nobody.
pub(crate) async fn caller_and_customer<A: Access>(
    table: &Table<A>,
    request: &Request,
) -> Result<(Caller<A>, Option<Customer>), Error> {
    let id = CustomerId::parse(&request.path_parameter("id")).ok();
    Ok(table.load(&claim(request)?, id).await?.open(Kind::Licensing)?)
}
