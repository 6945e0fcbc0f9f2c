//! The tab "Transcriptions": what became of each. Programs register them, report about them and delete them; people look.

mod detail;
mod export;
mod list_query;
mod shown;

use askama::Template;
use shared::domain::transcription::Status;
use shared::lambda::response::Response;
use shared::store::{Policy, Read, Write};

use super::place::Place;
use super::shell::{Content, Tab};
use crate::Error;
use crate::form::{Filled, Form};
use crate::format::counted;
use crate::visit::Visit;
use list_query::ListQuery;
use shown::Shown;

/// The tab.
#[derive(Template)]
#[template(path = "transcriptions.html")]
struct TranscriptionsTab {
    base: String,
    tab: usize,
    filled: Filled,
    rows: Vec<Row>,
    /// How many there are, in words.
    extent: String,
    is_narrowed: bool,
    /// The address of the first page; `None` on it.
    first: Option<String>,
    next: Option<String>,
    /// The address of all of them as CSV.
    csv: String,
}

/// A row of the list.
struct Row {
    /// The address of the page about it.
    address: String,
    shown: Shown,
    /// When it was registered and completed, to the minute.
    created: String,
    completed: String,
}

/// Reads the tab.
pub(super) async fn list(visit: &Visit<'_, Read>, place: &Place) -> Result<Content, Error> {
    let table = visit.table;
    let mut query = ListQuery::parse(visit.request)?;
    let found = table.transcription_days(&visit.token, place.id, query.listing.days).await?;
    let (caller, found) = visit.open(found, place.policy(Policy::READ)).await?;
    let found = found.ok_or(Error::NotFound)?;
    let context = query.context(caller.reseller(), place.id);
    query.listing.after = context.read(table, &query.cursor).await?;
    let listed = table.transcription_list(&caller, &found, &query.listing).await?;
    let next = listed.next.map(|next| context.write(table, &next)).transpose()?;
    let row = |shown: Shown| Row {
        address: query.detail(place, shown.id),
        created: minute(&shown.created),
        completed: minute(&shown.completed),
        shown,
    };
    let rows: Vec<Row> = listed.transcriptions.iter().map(|one| row(Shown::of(one))).collect();
    let is_first = query.listing.after.is_none();
    let template = TranscriptionsTab {
        base: place.base.clone(),
        tab: Tab::Transcriptions.number(),
        extent: match (listed.total, &next) {
            (Some(total), _) => counted(total, "transcription", "transcriptions"),
            (None, None) if is_first => counted(rows.len() as u64, "transcription", "transcriptions"),
            (None, _) => format!("{} on this page", counted(rows.len() as u64, "transcription", "transcriptions")),
        },
        is_narrowed: query.is_narrowed(),
        first: (!is_first).then(|| query.list(place, "")),
        next: next.map(|next| query.list(place, &next)),
        csv: query.export(place),
        rows,
        filled: query.filled,
    };
    Ok(Content::new(caller, found.customer, &template)?.asked_with(&template.filled))
}

/// A moment without its seconds: `2026-11-29 12:34`.
fn minute(moment: &str) -> String {
    moment.chars().take(16).collect()
}

/// Answers 200 with the page about one of them, or with all that match as CSV.
pub(super) async fn show(visit: &Visit<'_, Read>, place: &Place, item: &str, deed: Option<&str>) -> Result<Response, Error> {
    match (item, deed) {
        ("export", None) => export::show(visit, place).await,
        (id, None) => detail::show(visit, place, id).await,
        _ => Err(Error::NotFound),
    }
}

/// There is no form.
pub(super) async fn submit(_: &Visit<'_, Write>, _: Form, _: &Place, _: &str, _: Option<&str>) -> Result<Response, Error> {
    Err(Error::NotFound)
}
