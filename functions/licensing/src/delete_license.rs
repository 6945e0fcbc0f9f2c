//! `DELETE /api/license/{id}`: revokes a licence for ever. It stays on record.

use lambda_http::http::StatusCode;
use shared::domain::licence::Licence;
use shared::lambda::idempotency::keeping;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::{Table, Write};

use crate::Error;
use crate::answer::one_licence;
use crate::request::caller_and_licence;

/// Answers 410 with the revoked licence, even if it was revoked before.
///
/// # Errors
/// 404 when there is no such licence, 412 when it is no longer as `If-Match` says, 401 and 403 when the caller is refused.
pub async fn delete_license(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let (caller, licence) = caller_and_licence(table, request).await?;
    let expected = request.expected_revision()?;
    let answer = |licence: &Licence| one_licence(StatusCode::GONE, licence);
    let licence = licence.ok_or(Error::NoLicence)?;
    let revoked = table.licence_revoke(&caller, &expected, licence, &keeping(answer)).await?;
    Ok(answer(&revoked))
}
