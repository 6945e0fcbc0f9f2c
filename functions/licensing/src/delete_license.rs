//! `DELETE /api/license/{id}`: revokes a licence for ever. It stays on record.

use lambda_http::http::StatusCode;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::{Table, Write};

use crate::Error;
use crate::answer::one_licence;
use crate::request::caller_and_licence;

/// Answers 410 with the revoked licence, even if it was revoked before.
///
/// # Errors
/// 404 when there is no such licence, 401 and 403 when the caller is refused.
pub async fn delete_license(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let (caller, licence) = caller_and_licence(table, request).await?;
    let revoked = table.licence_revoke(&caller, licence.ok_or(Error::NoLicence)?).await?;
    Ok(one_licence(StatusCode::GONE, &revoked))
}
