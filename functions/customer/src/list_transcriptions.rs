//! `GET /api/v3/reseller/customer/{id}/transcription/` and `GET /api/v3/transcription/`: the transcriptions of a customer, by page or
//! as CSV.

use lambda_http::http::header::LINK;
use reseller::Error;
use reseller::answer::page;
use reseller::list_query::{DEFAULT_LIMIT, MAXIMUM_LIMIT, NOT_OF_THIS_LIST, direction, limit};
use shared::domain::date::Date;
use shared::domain::transcription::TranscriptionId;
use shared::domain::validation::Invalid;
use shared::lambda::csv::{self, Csv};
use shared::lambda::cursor::CursorContext;
use shared::lambda::request::Request;
use shared::lambda::response::{Response, with_header, with_varying_format};
use shared::store::customer::list::Direction;
use shared::store::transcription::{TranscriptionFilter, TranscriptionListing};
use shared::store::{Policy, Read, Table};

use crate::door::Visit;
use crate::transcription::{COLUMNS, days, language_filter, status_filter, view};

/// The parameters that may be given once.
const ONCE: [&str; 7] = ["limit", "offset", "sort", "direction", "cursor", "from", "to"];

/// The parameters that a `Link` keeps.
const KEPT: [&str; 6] = ["limit", "sort", "direction", "filter", "from", "to"];

/// Answers 200 with a page of transcriptions, or with as many as one answer takes in CSV, and with a `Link` to the next ones if there
/// may be any. `total_results` is exact with no filter but on days, and `null` otherwise.
///
/// # Errors
/// 400 when the id is no integer or a parameter is wrong, 404 when there is no such customer, 401 and 403 when the caller is refused.
pub async fn list_transcriptions(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let mut csv = Csv::new(&COLUMNS);
    let is_csv = csv::is_wanted(request);
    let visit = Visit::begin(table, request, Policy::READ).await?;
    let (listing, kept) = visit.tell(table, asked(table, request, &visit, is_csv).await).await?;
    let (caller, found) = visit.open(table.transcription_days(&visit.token, visit.customer, listing.days).await?)?;
    let found = found.ok_or(Error::NotFound("customer"))?;
    let context = context(&visit, &listing);
    let link = |next: TranscriptionId| -> Result<String, Error> {
        let cursor = ("cursor".to_owned(), context.write(table, &next)?);
        Ok(request.link_to_next(kept.iter().chain([&cursor])))
    };
    if is_csv {
        let read = async |after| {
            let page = table.transcription_list(&caller, &found, &TranscriptionListing { after, ..listing.clone() }).await?;
            Ok::<_, Error>((page.transcriptions, page.next))
        };
        let next = csv.fill(listing.after, read, view, |shown| shown.id).await?;
        return Ok(csv.answer(next.map(link).transpose()?));
    }
    let listed = table.transcription_list(&caller, &found, &listing).await?;
    let response = with_varying_format(page(listed.transcriptions.iter().map(view).collect(), listed.total));
    Ok(match listed.next {
        Some(next) => with_header(response, LINK, &link(next)?),
        None => response,
    })
}

/// The transcriptions that the query asks for, and its parameters that the next page has too.
async fn asked(
    table: &Table<Read>,
    request: &Request,
    visit: &Visit,
    is_csv: bool,
) -> Result<(TranscriptionListing, Vec<(String, String)>), Error> {
    let (mut sent, mut faults) = request.query_pairs();
    sent.retain(|(name, _)| !is_csv || !matches!(name.as_str(), "limit" | "offset"));
    let limit_of_all = if is_csv { MAXIMUM_LIMIT } else { DEFAULT_LIMIT };
    let mut listing = TranscriptionListing {
        filters: Vec::new(),
        days: [None, None],
        direction: Direction::Descending,
        after: None,
        limit: limit_of_all.into(),
    };
    let (mut from, mut to, mut cursor) = (None, None, None);
    for (place, (name, value)) in sent.iter().enumerate() {
        if sent.iter().take(place).any(|(earlier, _)| earlier == name) && ONCE.contains(&name.as_str()) {
            faults.add(name, Invalid::Repeated);
        }
        match name.as_str() {
            "limit" => listing.limit = faults.collect(name, limit(value)).unwrap_or(DEFAULT_LIMIT).into(),
            "sort" if value != "id" => faults.add(name, "must be id"),
            "direction" => listing.direction = faults.collect(name, direction(value)).unwrap_or(listing.direction),
            "offset" => faults.add(name, "is not there for this list: follow the Link header"),
            "filter" => listing.filters.extend(faults.collect(name, filter(value))),
            "from" => from = faults.collect(name, Date::parse(value)),
            "to" => to = faults.collect(name, Date::parse(value)),
            "cursor" => cursor = Some(value),
            _ => {}
        }
    }
    listing.days = days(from, to, &mut faults);
    if let Some(cursor) = cursor {
        let place: Option<TranscriptionId> = context(visit, &listing).read(table, cursor).await?;
        listing.after = faults.collect("cursor", place.ok_or(NOT_OF_THIS_LIST));
    }
    sent.retain(|(name, _)| KEPT.contains(&name.as_str()));
    Ok(faults.none_or((listing, sent))?)
}

fn context(visit: &Visit, listing: &TranscriptionListing) -> CursorContext {
    CursorContext::transcriptions(visit.token.reseller(), visit.customer, listing)
}

fn filter(sent: &str) -> Result<TranscriptionFilter, String> {
    let form = "must be key=value, where key is one of status, language, token_name";
    let (key, value) = sent.split_once('=').ok_or(form)?;
    match key {
        "status" => status_filter(value).map_err(|fault| format!("for status {fault}")),
        "language" => language_filter(value).map_err(|fault| format!("for language {fault}")),
        "token_name" if value.is_empty() => Err("must have a value behind the equals sign".to_owned()),
        "token_name" => Ok(TranscriptionFilter::token_name(value)),
        _ => Err(form.to_owned()),
    }
}
