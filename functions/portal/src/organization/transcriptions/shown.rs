//! A transcription as people see it.

use shared::domain::timestamp::Timestamp;
use shared::domain::transcription::{Progress, Status, Transcription};

use super::super::tokens::type_name;
use crate::duration::clock;

/// A transcription. What it does not have is empty.
pub(super) struct Shown {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) status: Status,
    pub(super) language: String,
    /// How long the audio is, in units and as a clock shows it.
    pub(super) seconds: Option<u64>,
    pub(super) duration: String,
    /// What went wrong.
    pub(super) error: String,
    /// The token that registered it.
    pub(super) token: String,
    pub(super) token_type: &'static str,
    pub(super) created: String,
    pub(super) modified: String,
    pub(super) completed: String,
}

impl Shown {
    pub(super) fn of(transcription: &Transcription) -> Self {
        let (seconds, completed, error) = match &transcription.progress {
            Progress::Completed { duration_seconds, completed_at } => {
                (Some(*duration_seconds), moment(*completed_at), String::new())
            }
            Progress::Failed { error } => (None, String::new(), error.as_ref().map(ToString::to_string).unwrap_or_default()),
            Progress::Queued | Progress::Processing => (None, String::new(), String::new()),
        };
        let token = transcription.token.as_ref();
        Self {
            id: transcription.id.number(),
            name: transcription.name.to_string(),
            status: transcription.progress.status(),
            language: transcription.language.to_string(),
            seconds,
            duration: seconds.map(clock).unwrap_or_default(),
            error,
            token: token.map(|token| token.name.to_string()).unwrap_or_default(),
            token_type: token.map(|token| type_name(token.token_type)).unwrap_or_default(),
            created: moment(transcription.id.moment()),
            modified: moment(transcription.modified_at),
            completed,
        }
    }

    /// The word for its status.
    pub(super) fn word(&self) -> &'static str {
        word(self.status)
    }

    /// The shape of its status.
    pub(super) fn shape(&self) -> &'static str {
        match self.status {
            Status::Queued => "waiting",
            Status::Processing => "running",
            Status::Completed => "good",
            Status::Failed => "bad",
        }
    }
}

/// The word for a status.
pub(super) fn word(status: Status) -> &'static str {
    match status {
        Status::Queued => "Queued",
        Status::Processing => "Processing",
        Status::Completed => "Completed",
        Status::Failed => "Failed",
    }
}

/// A moment to the second: `2026-11-29 12:34:56`.
fn moment(moment: Timestamp) -> String {
    moment.to_string().replace('T', " ").chars().take(19).collect()
}
