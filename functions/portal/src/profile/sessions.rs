//! The sessions of who is logged in.

use shared::domain::timestamp::Timestamp;
use shared::domain::token::KeyId;
use shared::lambda::response::Response;
use shared::store::session::ListedSession;
use shared::store::{Policy, Write};

use super::browser::in_words;
use super::part::done;
use crate::Error;
use crate::page::see_other;
use crate::visit::Visit;

/// A session in the list.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) browser: String,
    pub(super) since: Timestamp,
    pub(super) last_seen: Timestamp,
    pub(super) is_own: bool,
}

impl Row {
    pub(super) fn of(listed: &ListedSession) -> Self {
        let ListedSession { id, session, is_own } = listed;
        let browser = session.browser.as_ref().map_or_else(|| "Unknown browser".to_owned(), |said| in_words(said.as_str()));
        Self { id: id.as_str().to_owned(), browser, since: session.since, last_seen: session.last_seen, is_own: *is_own }
    }
}

/// Ends a session and leads to the profile (303). One that has ended already does not matter, so that the form can be sent twice.
pub(super) async fn end_one(visit: &Visit<'_, Write>, id: &str) -> Result<Response, Error> {
    let caller = visit.caller(Policy::ONESELF).await?;
    if let Some(id) = KeyId::parse(id) {
        visit.table.session_end_one(&caller, &id).await?;
    }
    Ok(see_other(&done("session")))
}

/// Ends all sessions but this one and leads to the profile (303).
pub(super) async fn end_others(visit: &Visit<'_, Write>) -> Result<Response, Error> {
    let caller = visit.caller(Policy::ONESELF).await?;
    visit.table.session_end_others(&caller).await?;
    Ok(see_other(&done("sessions")))
}
