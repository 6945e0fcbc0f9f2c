//! What all actions read from a request: the service user, the action, and the customer that the path names.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use shared::domain::credential::{Kind, Refusal};
use shared::domain::customer::{Customer, CustomerId, NotACustomerId};
use shared::domain::normalization::normalize;
use shared::domain::token::{IssuedToken, PresentedToken};
use shared::lambda::faults::Faults;
use shared::lambda::idempotency::token_of;
use shared::lambda::request::Request;
use shared::store::{Access, Caller, Policy, Table};

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
            Address::Customers => "GET, PUT",
            Address::Customer => "GET, POST",
        }));
    }
    Format::accepted(request).ok_or(Error::NotAcceptable)
}

/// The verified caller, and its customer that the path names by its id, or by `*` and its code; `None` when the caller has no
/// such customer, or the customer is in an account that the caller was not granted.
///
/// One call; another one for a code that is not an id. Only a verified caller learns that an id is malformed.
pub(crate) async fn caller_and_customer<A: Access>(
    table: &Table<A>,
    request: &Request,
) -> Result<(Caller<A>, Option<Customer>), Error> {
    let token = token(table, request).await?;
    let named = request.path_parameter("id");
    match named.strip_prefix('*') {
        Some(code) => by_code(table, &token, code).await,
        None => by_id(table, &token, &named).await,
    }
}

async fn by_id<A: Access>(table: &Table<A>, token: &IssuedToken, id: &str) -> Result<(Caller<A>, Option<Customer>), Error> {
    let (id, malformed) = match CustomerId::parse(id) {
        Ok(id) => (Some(id), None),
        Err(NotACustomerId::TooLarge) => (None, None),
        Err(NotACustomerId::NotAnInteger) => (None, Some(Faults::one("id", "must be an integer, or * and a code"))),
    };
    let opened = table.customer_load(token, id).await?.open(POLICY)?;
    malformed.map_or(Ok(opened), |faults| Err(faults.into()))
}

async fn by_code<A: Access>(table: &Table<A>, token: &IssuedToken, code: &str) -> Result<(Caller<A>, Option<Customer>), Error> {
    if let Some(id) = known_by_default(code) {
        let (caller, customer) = table.customer_load(token, Some(id)).await?.open(POLICY)?;
        return Ok((caller, customer.filter(|customer| customer.code.is_none())));
    }
    let (caller, holder) = table.customer_load_holder(token, code).await?.open(POLICY)?;
    let customer = match holder {
        Some(id) => table.customer_get(&caller, id).await?,
        None => None,
    };
    // Between the two calls another customer may have got the code.
    let has_code = |customer: &Customer| customer.code.as_ref().is_some_and(|own| normalize(own.as_str()) == normalize(code));
    Ok((caller, customer.filter(has_code)))
}
