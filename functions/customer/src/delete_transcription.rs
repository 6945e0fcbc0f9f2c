//! `DELETE /api/v3/reseller/customer/{id}/transcription/{transcription_id}/` and `DELETE /api/v3/transcription/{transcription_id}/`:
//! deletes the record of a transcription.

use lambda_http::http::StatusCode;
use reseller::Error;
use shared::lambda::idempotency::keeping;
use shared::lambda::request::Request;
use shared::lambda::response::{Response, empty};
use shared::store::{Policy, Table, Write};

use crate::door::Visit;
use crate::transcription::{refusal, transcription_in_path};

/// Answers 204 without a body. The usage of the transcription stays.
///
/// # Errors
/// 400 when an id is no integer, 404 when there is no such customer, or it has no such transcription any more, 412 when it is at another
/// revision than `If-Match` says, 401 and 403 when the caller is refused.
pub async fn delete_transcription(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let mut visit = Visit::begin(table, request, Policy::RECORD).await?;
    let id = visit.read("transcription_id", transcription_in_path(request));
    let (caller, found) = visit.open(table.transcription_load(&visit.token, visit.customer, id).await?)?;
    let expected = request.expected_revision()?;
    let found = found.ok_or(Error::NotFound("customer"))?;
    let answer = || empty(StatusCode::NO_CONTENT);
    let deleted = table.transcription_delete(&caller, &expected, found.content, &keeping(|()| answer())).await;
    deleted.map_err(refusal)?.ok_or(Error::NotFound("transcription"))?;
    Ok(answer())
}
