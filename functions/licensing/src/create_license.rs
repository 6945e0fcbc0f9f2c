//! `POST /api/license`: issues a licence to a customer.

use lambda_http::http::StatusCode;
use lambda_http::http::header::LOCATION;
use shared::domain::licence::Licence;
use shared::lambda::idempotency::keeping;
use shared::lambda::request::Request;
use shared::lambda::response::{Response, with_header};
use shared::store::{Table, Write};

use crate::Error;
use crate::answer::one_licence;
use crate::body::Body;
use crate::request::{POLICY, token};

/// Answers 201 with the new licence and its key, and its address in `Location`.
///
/// # Errors
/// 400 when a field is wrong, 404 when there is no such customer, 409 when a licence is active for the product and host, or when
/// the customer can have no more licences, 401 and 403 when the caller is refused.
pub async fn create_license(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let token = token(table, request).await?;
    let asked = Body::parse(request).and_then(|body| body.licence());
    let (customer, new) = table.tell_caller(&token, POLICY, asked).await?;
    let (caller, licensee) = table.licensee_load(&token, customer).await?.open(POLICY)?;
    let answer = |licence: &Licence| {
        with_header(one_licence(StatusCode::CREATED, licence), LOCATION, &format!("/api/license/{}", licence.id))
    };
    let licensee = licensee.ok_or(Error::NotFound)?;
    let issued = table.licence_issue(&caller, licensee, &new, &keeping(answer)).await?;
    Ok(answer(&issued.ok_or(Error::NotFound)?))
}
