//! `GET /api/v3/customer/`: the customer whose token it is.

use lambda_http::http::StatusCode;
use reseller::Error;
use reseller::answer::one;
use shared::lambda::request::Request;
use shared::lambda::response::{Response, unless_client_has_it};
use shared::store::{Policy, Read, Table};

use crate::door::Visit;

/// Answers 200 with the caller's own record, or 304 without a body when `If-None-Match` says that the client has it.
///
/// # Errors
/// 401 and 403 when the caller is refused.
pub async fn get_customer(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let visit = Visit::begin(table, request, Policy::READ).await?;
    let (_, customer) = visit.open(table.customer_load(&visit.token, visit.customer).await?)?;
    let customer = customer.ok_or(Error::NotFound("customer"))?;
    Ok(unless_client_has_it(request, one(StatusCode::OK, &customer)))
}
