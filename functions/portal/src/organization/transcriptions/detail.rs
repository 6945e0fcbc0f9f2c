//! The page about one transcription, with everything that is on record.

use askama::Template;
use lambda_http::http::StatusCode;
use shared::domain::transcription::TranscriptionId;
use shared::lambda::response::Response;
use shared::store::{Policy, Read};

use super::list_query::ListQuery;
use super::shown::Shown;
use crate::Error;
use crate::frame::Frame;
use crate::organization::place::Place;
use crate::page::page;
use crate::visit::Visit;

/// The page.
#[derive(Template)]
#[template(path = "transcription.html")]
struct TranscriptionPage {
    frame: Frame,
    /// The address of the list, with what narrowed it.
    back: String,
    organization: String,
    shown: Shown,
}

/// Answers 200 with the page.
pub(super) async fn show(visit: &Visit<'_, Read>, place: &Place, id: &str) -> Result<Response, Error> {
    let id = TranscriptionId::parse(id).ok();
    let loaded = visit.table.transcription_load(&visit.token, place.id, id).await?;
    let (caller, found) = visit.open(loaded, place.policy(Policy::READ)).await?;
    let found = found.ok_or(Error::NotFound)?;
    let transcription = found.content.record.ok_or(Error::NotFound)?;
    let query = ListQuery::parse(visit.request)?;
    let template = TranscriptionPage {
        frame: Frame::new(&caller, place.section(), format!("Transcription {}", transcription.name)),
        back: query.list(place, &query.cursor),
        organization: found.customer.profile.name(),
        shown: Shown::of(&transcription),
    };
    Ok(page(StatusCode::OK, &template)?)
}
