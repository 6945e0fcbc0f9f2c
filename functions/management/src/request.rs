//! What all actions read from a request: the service user, the action, and the customer that the path names.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use shared::credentials::{Claim, Kind, Refusal};
use shared::customer::{Customer, CustomerId, NotACustomerId};
use shared::faults::Faults;
use shared::http::Request;
use shared::normalization::normalize;
use shared::table::{Access, Caller, Table};

use crate::Error;
use crate::body::known_by_default;
use crate::media::Format;

/// An address of this API. Each of its methods does one action.
pub(crate) enum Address {
    /// `/api/v01/customers`
    Customers,
    /// `/api/v01/customers/{id}`
    Customer,
}

/// The claim of the user and password in `Authorization: Basic` (RFC 7617).
pub(crate) fn claim(request: &Request) -> Result<Claim, Refusal> {
    let sent = STANDARD.decode(request.basic_authorization()?).map_err(|_| Refusal::Invalid)?;
    let user_and_password = String::from_utf8(sent).map_err(|_| Refusal::Invalid)?;
    Claim::parse_service_user(&user_and_password).ok_or(Refusal::Invalid)
}

/// The verified caller, for calls that name no customer.
pub(crate) async fn caller<A: Access>(table: &Table<A>, request: &Request) -> Result<Caller<A>, Error> {
    let (caller, _) = table.load(&claim(request)?, None).await?.open(Kind::ServiceUser)?;
    Ok(caller)
}

/// The format of the answer, for a request that asks for no other action than the one of its method.
pub(crate) fn called(request: &Request, action: &str, address: &Address) -> Result<Format, Error> {
    let (pairs, faults) = request.query_pairs();
    faults.none_or(())?;
    if pairs.iter().any(|(name, value)| name == "action" && value != action) {
        return Err(Error::OtherAction(match address {
            Address::Customers => "GET, PUT",
            Address::Customer => "GET, POST",
        }));
    }
    Format::accepted(request)
}

/// The verified caller, and its customer that the path names by its id, or by `*` and its code; `None` when the caller has no such
/// customer, also where it is in an account that the caller was not granted.
///
/// One call; another one for a code that is not an id. A malformed name is told only to a verified caller.
pub(crate) async fn caller_and_customer<A: Access>(
    table: &Table<A>,
    request: &Request,
) -> Result<(Caller<A>, Option<Customer>), Error> {
    let claim = claim(request)?;
    let named = request.path_parameter("id");
    let (caller, customer) = match named.strip_prefix('*') {
        Some(code) => by_code(table, &claim, code).await?,
        None => by_id(table, &claim, &named).await?,
    };
    let customer = customer.filter(|customer| caller.accounts().contains(&customer.account_id));
    Ok((caller, customer))
}

async fn by_id<A: Access>(table: &Table<A>, claim: &Claim, id: &str) -> Result<(Caller<A>, Option<Customer>), Error> {
    let (id, malformed) = match CustomerId::parse(id) {
        Ok(id) => (Some(id), None),
        Err(NotACustomerId::TooLarge) => (None, None),
        Err(NotACustomerId::NotAnInteger) => (None, Some(Faults::one("id", "must be an integer, or * and a code"))),
    };
    let opened = table.load(claim, id).await?.open(Kind::ServiceUser)?;
    malformed.map_or(Ok(opened), |faults| Err(faults.into()))
}

async fn by_code<A: Access>(table: &Table<A>, claim: &Claim, code: &str) -> Result<(Caller<A>, Option<Customer>), Error> {
    if let Some(id) = known_by_default(code) {
        let (caller, customer) = table.load(claim, Some(id)).await?.open(Kind::ServiceUser)?;
        return Ok((caller, customer.filter(|customer| customer.code.is_none())));
    }
    let (caller, holder) = table.load_holder(claim, code).await?.open(Kind::ServiceUser)?;
    let customer = match holder {
        Some(id) => table.customer(&caller, id).await?,
        None => None,
    };
    // Between the two calls the code may have changed hands.
    let has_code = |customer: &Customer| customer.code.as_ref().is_some_and(|own| normalize(own.as_str()) == normalize(code));
    Ok((caller, customer.filter(has_code)))
}
