//! `GET /reseller/activity`: who did what.

pub(crate) mod line;
mod words;

use askama::Template;
use lambda_http::http::StatusCode;
use shared::domain::activity::EntryId;
use shared::domain::customer::CustomerId;
use shared::lambda::cursor::CursorContext;
use shared::lambda::faults::Faults;
use shared::lambda::response::Response;
use shared::store::activity::ActivityListing;
use shared::store::{Policy, Read};

use crate::Error;
use crate::address::with_query;
use crate::frame::{Frame, Section};
use crate::page::page;
use crate::query::Query;
use crate::visit::Visit;
use line::Line;

/// How many entries a page has at most.
const ROWS: usize = 50;

/// The page.
#[derive(Template)]
#[template(path = "activity.html")]
struct ActivityPage {
    frame: Frame,
    lines: Vec<Line>,
    /// What stands in the field of the filter.
    typed: String,
    /// The name of the organization that all of this concerns; `None` without a filter.
    only: Option<String>,
    /// What is wrong with the address of the page.
    faults: Faults,
    /// Whether the page is not the newest one.
    is_older: bool,
    /// The address of the newest entries of the same filter.
    newest: String,
    /// The address of the next page; `None` when there is none.
    older: Option<String>,
}

/// Answers 200 with a page of the entries, 400 if its address asks for what is not there.
pub(crate) async fn show(visit: &Visit<'_, Read>) -> Result<Response, Error> {
    let (table, reseller) = (visit.table, visit.token.reseller());
    let (query, mut faults) = Query::with_faults(visit.request);
    let typed = query.value("organization").trim();
    let customer = match typed {
        "" => None,
        number => faults.collect("organization", CustomerId::parse(number).map_err(|_| "must be the ID of an organization")),
    };
    let organization = customer.map(|id| id.to_string()).unwrap_or_default();
    let context = CursorContext::activity(reseller, customer);
    let before: Option<EntryId> = match query.value("cursor").trim() {
        "" => None,
        cursor => context.read(table, cursor).await?,
    };
    let caller = visit.caller(Policy::RESELLER).await?;
    let is_older = before.is_some();
    let listed = table.activity_list(&caller, &ActivityListing { customer, before, limit: ROWS }).await?;
    let names = table.activity_names(&caller, &listed.entries).await?;
    let older = listed.next.map(|next| context.write(table, &next)).transpose()?;
    let template = ActivityPage {
        frame: Frame::new(&caller, Section::Activity, "Activity"),
        lines: listed.entries.iter().map(|entry| Line::of(entry, &names)).collect(),
        typed: typed.to_owned(),
        only: customer.map(|id| names.customers.get(&id).cloned().unwrap_or_else(|| id.to_string())),
        is_older,
        newest: address(&organization, ""),
        older: older.map(|cursor| address(&organization, &cursor)),
        faults,
    };
    let is_right = template.faults.clone().none_or(()).is_ok();
    Ok(page(if is_right { StatusCode::OK } else { StatusCode::BAD_REQUEST }, &template)?)
}

fn address(organization: &str, cursor: &str) -> String {
    with_query(Section::Activity.path(), [("organization", organization), ("cursor", cursor)])
}
