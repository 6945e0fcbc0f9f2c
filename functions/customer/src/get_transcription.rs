//! `GET /api/v3/reseller/customer/{id}/transcription/{transcription_id}/` and `GET /api/v3/transcription/{transcription_id}/`: one
//! transcription.

use lambda_http::http::StatusCode;
use reseller::Error;
use reseller::answer::one_object;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::{Policy, Read, Table};

use crate::door::Visit;
use crate::transcription::{transcription_in_path, view};

/// Answers 200 with the transcription.
///
/// # Errors
/// 400 when an id is no integer, 404 when there is no such customer or transcription, 401 and 403 when the caller is refused.
pub async fn get_transcription(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let mut visit = Visit::begin(table, request, Policy::READ).await?;
    let id = visit.read("transcription_id", transcription_in_path(request));
    let (_, found) = visit.open(table.transcription_load(&visit.token, visit.customer, id).await?)?;
    let found = found.ok_or(Error::NotFound("customer"))?;
    let transcription = found.content.record.ok_or(Error::NotFound("transcription"))?;
    Ok(one_object(StatusCode::OK, &view(&transcription), transcription.entity_tag()))
}
