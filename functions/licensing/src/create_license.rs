//! `POST /api/license`: issues a licence to a customer.

use lambda_http::http::header::LOCATION;
use lambda_http::http::{HeaderValue, StatusCode};
use shared::credentials::Kind;
use shared::http::{Request, Response};
use shared::table::{Table, Write};

use crate::Error;
use crate::answer::one_licence;
use crate::body::Body;
use crate::request::{caller, claim};

/// Answers 201 with the new licence and its key, and its address in `Location`.
///
/// # Errors
/// 400 when a field is wrong, 404 when there is no such customer, 409 when a licence is active for the product and host, or when
/// the customer can have no more, 401 and 403 for the caller.
pub async fn create_license(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let claim = claim(request)?;
    let (customer, new) = match Body::parse(request).and_then(|body| body.licence()) {
        Ok(asked) => asked,
        // Only a verified caller learns what is wrong with the form.
        Err(error) => return caller(table, request).await.and(Err(error)),
    };
    let (caller, licensee) = table.load_licensee(&claim, customer).await?.open(Kind::Licensing)?;
    let issued = table.issue_licence(&caller, licensee.ok_or(Error::NotFound)?, &new).await?;
    let licence = issued.ok_or(Error::NotFound)?;
    let mut response = one_licence(StatusCode::CREATED, &licence);
    if let Ok(address) = HeaderValue::try_from(format!("/api/license/{}", licence.id)) {
        response.headers_mut().insert(LOCATION, address);
    }
    Ok(response)
}
