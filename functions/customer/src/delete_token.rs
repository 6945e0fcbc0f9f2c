//! `DELETE /api/v3/reseller/customer/{id}/token/{token_id}/`: ends a token of a customer for ever.

use lambda_http::http::StatusCode;
use reseller::Error;
use shared::domain::token::KeyId;
use shared::lambda::idempotency::keeping;
use shared::lambda::request::Request;
use shared::lambda::response::{Response, empty};
use shared::store::customer_token::DeleteTokenError;
use shared::store::{Policy, Table, Write};

use crate::door::Visit;

/// Answers 204 without a body. A request with the token that begins after that is refused.
///
/// # Errors
/// 400 when an id is malformed, 404 when there is no such customer, or it has no such token any more, 412 when `If-Match` names
/// something else, 401 and 403 when the caller is refused. At the customer's own door always 403.
pub async fn delete_token(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let mut visit = Visit::begin(table, request, Policy::TOKENS).await?;
    let id = KeyId::parse(&request.path_parameter("token_id")).ok_or("must be twelve hexadecimal digits in lower case");
    let id = visit.read("token_id", id.map(Some));
    let (caller, found) = visit.open(table.customer_token_load(&visit.token, visit.customer, id.as_ref()).await?)?;
    let expected = request.expected_revision()?;
    let found = found.ok_or(Error::NotFound("customer"))?;
    let token = found.content.ok_or(Error::NotFound("token"))?;
    let answer = || empty(StatusCode::NO_CONTENT);
    let deleted = table.customer_token_delete(&caller, found.customer.id, &expected, &token, &keeping(|()| answer())).await;
    deleted
        .map_err(|error| match error {
            DeleteTokenError::Store(error) => error.into(),
            DeleteTokenError::OtherRevision => Error::OtherRevision,
        })?
        .ok_or(Error::NotFound("token"))?;
    Ok(answer())
}
