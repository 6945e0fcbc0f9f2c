//! A transcription of a customer on the wire.

use reseller::Error;
use reseller::body::Body;
use serde_json::{Value, json};
use shared::domain::date::Date;
use shared::domain::transcription::{
    Contradiction, LONGEST, MAXIMUM_ERROR, MAXIMUM_NAME, NewTranscription, NotATranscriptionId, Progress, Report, Status,
    Transcription, TranscriptionId,
};
use shared::domain::usage::{InvalidEvent, Language, NotALanguage};
use shared::domain::usage_report::NotARange;
use shared::domain::validation::{self, Invalid, Text};
use shared::lambda::csv::Column;
use shared::lambda::faults::Faults;
use shared::lambda::json::whole_number;
use shared::lambda::request::Request;
use shared::store::transcription::{ChangeError, TranscriptionFilter};

/// The columns of a list of transcriptions in CSV: the keys of [`view`].
pub(crate) const COLUMNS: [Column; 11] = [
    Column::of("id"),
    Column::of("name"),
    Column::of("language"),
    Column::of("type"),
    Column::of("token_name"),
    Column::of("status"),
    Column::of("duration_seconds"),
    Column::of("error"),
    Column::of("registration_date"),
    Column::of("last_modified"),
    Column::of("completed_at"),
];

/// A transcription as its reseller and its customer see it.
pub(crate) fn view(transcription: &Transcription) -> Value {
    let (duration_seconds, completed_at) = match &transcription.progress {
        Progress::Completed { duration_seconds, completed_at } => (Some(duration_seconds), Some(completed_at)),
        _ => (None, None),
    };
    let error = match &transcription.progress {
        Progress::Failed { error } => error.as_ref(),
        _ => None,
    };
    let token = transcription.token.as_ref();
    json!({
        "id": transcription.id,
        "name": transcription.name,
        "language": transcription.language,
        "type": token.map(|token| token.token_type),
        "token_name": token.map(|token| &token.name),
        "status": transcription.progress.status(),
        "duration_seconds": duration_seconds,
        "error": error,
        "registration_date": transcription.id.moment(),
        "last_modified": transcription.modified_at,
        "completed_at": completed_at,
    })
}

/// The transcription that a body registers.
pub(crate) fn sent(request: &Request) -> Result<NewTranscription, Error> {
    let body = Body::parse(request, &["name", "language"])?;
    let mut faults = Faults::default();
    let name = body.text("name").and_then(|sent| validation::text(sent, MAXIMUM_NAME)?.ok_or(Invalid::Required));
    match (faults.collect("name", name), faults.collect("language", language(&body))) {
        (Some(name), Some(language)) => Ok(NewTranscription { name, language }),
        _ => Err(faults.into()),
    }
}

fn language(body: &Body) -> Result<Language, String> {
    match body.text("language").map_err(|invalid| invalid.to_string())? {
        "" => Err(Invalid::Required.to_string()),
        sent => Language::parse(sent).map_err(|fault| fault.to_string()),
    }
}

/// The report in a body. What belongs to another status is refused: whoever sends it takes it for noted.
pub(crate) fn sent_report(request: &Request) -> Result<Report, Error> {
    let body = Body::parse(request, &["status", "duration_seconds", "error"])?;
    let mut faults = Faults::default();
    let status = faults.collect("status", status(&body));
    let duration_seconds = faults.collect("duration_seconds", duration_seconds(&body, status));
    let error = faults.collect("error", error(&body, status));
    match (status, duration_seconds, error) {
        (Some(status), Some(duration_seconds), Some(error)) => Ok(match status {
            Status::Queued => Report::Queued,
            Status::Processing => Report::Processing,
            Status::Completed => Report::Completed { duration_seconds },
            Status::Failed => Report::Failed { error },
        }),
        _ => Err(faults.into()),
    }
}

fn status(body: &Body) -> Result<Status, String> {
    match body.text("status").map_err(|invalid| invalid.to_string())? {
        "" => Err(Invalid::Required.to_string()),
        sent => Status::named(sent).ok_or_else(|| NOT_A_STATUS.to_owned()),
    }
}

/// Admits the transcriptions of the status that is sent.
///
/// # Errors
/// When it is none. The text completes a sentence that begins with the name of the field.
pub fn status_filter(sent: &str) -> Result<TranscriptionFilter, &'static str> {
    Status::named(sent).map(TranscriptionFilter::Status).ok_or(NOT_A_STATUS)
}

/// Admits the transcriptions of the language that is sent.
///
/// # Errors
/// When it is none.
pub fn language_filter(sent: &str) -> Result<TranscriptionFilter, NotALanguage> {
    Language::parse(sent).map(TranscriptionFilter::Language)
}

/// The days from one to another, of which `None` leaves its end open. If the second is before the first, it has a fault and counts as if it
/// was not sent.
pub fn days(from: Option<Date>, to: Option<Date>, faults: &mut Faults) -> [Option<Date>; 2] {
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        faults.add("to", NotARange::Reversed);
        return [from, None];
    }
    [from, to]
}

/// What is wrong with a text that is no status.
const NOT_A_STATUS: &str = "must be queued, processing, completed or failed";

/// The seconds of a completed transcription; 0 of another one, which has none.
fn duration_seconds(body: &Body, status: Option<Status>) -> Result<u64, String> {
    match (body.value("duration_seconds"), status) {
        (Some(_), Some(Status::Queued | Status::Processing | Status::Failed)) => Err("is for completed only".to_owned()),
        (Some(sent), _) => {
            let seconds =
                whole_number(sent).and_then(|seconds| u64::try_from(seconds).ok()).filter(|seconds| *seconds <= LONGEST);
            seconds.ok_or_else(|| format!("must be an integer from 0 to {LONGEST}: whole seconds"))
        }
        (None, Some(Status::Completed)) => Err("is required for completed".to_owned()),
        (None, _) => Ok(0),
    }
}

/// What went wrong with a failed transcription, if that was sent.
fn error(body: &Body, status: Option<Status>) -> Result<Option<Text>, String> {
    let error =
        body.text("error").and_then(|sent| validation::text(sent, MAXIMUM_ERROR)).map_err(|invalid| invalid.to_string())?;
    match status {
        Some(Status::Queued | Status::Processing | Status::Completed) if error.is_some() => Err("is for failed only".to_owned()),
        _ => Ok(error),
    }
}

/// The error of a change.
pub(crate) fn refusal(error: ChangeError) -> Error {
    let fault = match error {
        ChangeError::Store(error) => return error.into(),
        ChangeError::OtherRevision => return Error::OtherRevision,
        ChangeError::TooManyLanguages => Faults::one("language", InvalidEvent::TooManyLanguages),
        ChangeError::Contradiction(contradiction) => Faults::one(
            match contradiction {
                Contradiction::Backward | Contradiction::Final(_) => "status",
                Contradiction::OtherDuration => "duration_seconds",
                Contradiction::OtherError => "error",
            },
            contradiction,
        ),
    };
    fault.into()
}

/// The transcription that the path names; `None` if there can be no such one.
pub(crate) fn transcription_in_path(request: &Request) -> Result<Option<TranscriptionId>, &'static str> {
    match TranscriptionId::parse(&request.path_parameter("transcription_id")) {
        Ok(id) => Ok(Some(id)),
        Err(NotATranscriptionId::TooLarge) => Ok(None),
        Err(NotATranscriptionId::NotAnInteger) => Err("must be an integer"),
    }
}
