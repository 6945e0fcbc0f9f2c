//! `POST /api/v3/reseller/customer/{id}/transcription/` and `POST /api/v3/transcription/`: registers a transcription.

use lambda_http::http::StatusCode;
use reseller::Error;
use reseller::answer::one_object;
use shared::domain::transcription::Transcription;
use shared::lambda::idempotency::keeping;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::{Policy, Table, Write};

use crate::door::Visit;
use crate::transcription::{refusal, sent, view};

/// Answers 201 with the new transcription, which is queued.
///
/// # Errors
/// 400 when the id is no integer, the body is not JSON, a field is wrong, or the customer has used as many languages as it can; 404
/// when there is no such customer, 401 and 403 when the caller is refused.
pub async fn create_transcription(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let visit = Visit::begin(table, request, Policy::RECORD).await?;
    let (caller, found) = visit.open(table.transcription_load_maker(&visit.token, visit.customer).await?)?;
    let new = sent(request)?;
    let found = found.ok_or(Error::NotFound("customer"))?;
    let answer = |new: &Transcription| one_object(StatusCode::CREATED, &view(new), new.entity_tag());
    let created = table.transcription_create(&caller, found.content, new, &keeping(answer)).await;
    Ok(answer(&created.map_err(refusal)?.ok_or(Error::NotFound("customer"))?))
}
