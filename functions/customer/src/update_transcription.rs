//! `PUT /api/v3/reseller/customer/{id}/transcription/{transcription_id}/` and `PUT /api/v3/transcription/{transcription_id}/`: reports
//! what became of a transcription.

use lambda_http::http::StatusCode;
use reseller::Error;
use reseller::answer::one_object;
use shared::domain::transcription::Transcription;
use shared::lambda::idempotency::keeping;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::{Policy, Table, Write};

use crate::door::Visit;
use crate::transcription::{refusal, sent_report, transcription_in_path, view};

/// Answers 201 (not 200) with the transcription as it is now, even if nothing changed. The seconds of a completed one are recorded as
/// usage.
///
/// # Errors
/// 400 when an id is no integer, the body is not JSON, a field is wrong, or the report contradicts an earlier one; 404 when there is no
/// such customer or transcription, 412 when it is at another revision than `If-Match` says, 401 and 403 when the caller is refused.
pub async fn update_transcription(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let mut visit = Visit::begin(table, request, Policy::RECORD).await?;
    let id = visit.read("transcription_id", transcription_in_path(request));
    let (caller, found) = visit.open(table.transcription_load(&visit.token, visit.customer, id).await?)?;
    let expected = request.expected_revision()?;
    let report = sent_report(request)?;
    let found = found.ok_or(Error::NotFound("customer"))?;
    let answer = |changed: &Transcription| one_object(StatusCode::CREATED, &view(changed), changed.entity_tag());
    let changed = table.transcription_update(&caller, &expected, found.content, &report, &keeping(answer)).await;
    Ok(answer(&changed.map_err(refusal)?.ok_or(Error::NotFound("transcription"))?))
}
