//! The transcriptions as CSV, with what narrows the list.

use serde_json::{Value, json};
use shared::domain::date::Date;
use shared::domain::transcription::TranscriptionId;
use shared::lambda::csv::Column;
use shared::lambda::response::Response;
use shared::store::transcription::TranscriptionListing;
use shared::store::{Policy, Read};
use tokio::time::Instant;

use super::list_query::{ListQuery, export_path};
use super::shown::Shown;
use crate::Error;
use crate::download::{About, Bounds, FILE, Files};
use crate::organization::place::Place;
use crate::organization::shell::Tab;
use crate::page::see_other;
use crate::query::Query;
use crate::visit::Visit;

/// How many are read at a time.
const AT_A_TIME: usize = 1_000;

/// The columns.
const COLUMNS: [Column; 12] = [
    Column::of("ID"),
    Column::of("Name"),
    Column::of("Status"),
    Column::of("Language"),
    Column::of("Duration"),
    Column::of("Seconds"),
    Column::of("Created"),
    Column::of("Completed"),
    Column::of("Last modified"),
    Column::of("Token"),
    Column::of("Type"),
    Column::of("Error"),
];

fn object(shown: &Shown) -> Value {
    json!({
        "ID": shown.id,
        "Name": shown.name,
        "Status": shown.word(),
        "Language": shown.language,
        "Duration": shown.duration,
        "Seconds": shown.seconds,
        "Created": shown.created,
        "Completed": shown.completed,
        "Last modified": shown.modified,
        "Token": shown.token,
        "Type": shown.token_type,
        "Error": shown.error,
    })
}

/// Answers 200 with the transcriptions as CSV, the newest first. An address that asks for what is not there leads to the list, which says
/// what is wrong.
pub(super) async fn show(visit: &Visit<'_, Read>, place: &Place) -> Result<Response, Error> {
    let table = visit.table;
    let query = ListQuery::parse(visit.request)?;
    let found = table.transcription_days(&visit.token, place.id, query.listing.days).await?;
    let (caller, found) = visit.open(found, place.policy(Policy::READ)).await?;
    let found = found.ok_or(Error::NotFound)?;
    let list = place.tab(Tab::Transcriptions.number());
    if query.filled.is_wrong() {
        return Ok(see_other(&format!("{list}&{}", visit.request.query())));
    }
    let context = query.context(caller.reseller(), place.id);
    let bounds: Option<Bounds<TranscriptionId>> = context.read(table, Query::of(visit.request).value(FILE)).await?;
    let (mut after, until, before) = bounds.unwrap_or_default();
    let about = About {
        section: place.section(),
        title: "Transcriptions as CSV".to_owned(),
        things: "transcriptions",
        name: format!("transcriptions-{}-{}", found.customer.id, Date::today()),
        address: (export_path(place), query.kept()),
        back: (query.list(place, ""), format!("Transcriptions of {}", found.customer.profile.name())),
        part: About::part(visit.request),
    };
    let mut files = Files::new(&COLUMNS, after, before);
    let is_all = loop {
        let listing = TranscriptionListing { after, limit: AT_A_TIME, ..query.listing.clone() };
        let read = table.transcription_list(&caller, &found, &listing).await?;
        let mut wanted = read.transcriptions.iter().take_while(|one| until.is_none_or(|until| one.id >= until));
        if !wanted.all(|one| files.take(&object(&Shown::of(one)), one.id)) {
            break false;
        }
        let Some(next) = read.next.filter(|next| until.is_none_or(|until| *next > until)) else {
            break true;
        };
        files.pass(next);
        if Instant::now() >= files.until() {
            break false;
        }
        after = Some(next);
    };
    files.answer(&caller, about, is_all, until, |bounds| context.write(table, bounds))
}
