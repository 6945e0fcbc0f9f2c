//! The tab "Usage": what an organization used, and what it costs.

mod report;

use askama::Template;
use reseller::usage_query::OF_A_CUSTOMER;
use shared::domain::date::Date;
use shared::domain::usage_report::Calendar;
use shared::lambda::cursor::CursorContext;
use shared::lambda::response::Response;
use shared::store::{Read, Write};

use super::place::Place;
use super::shell::{Content, Tab};
use crate::Error;
use crate::address::with_query;
use crate::chart::Chart;
use crate::download::{About, Bounds, FILE, Files};
use crate::duration::spoken;
use crate::form::Form;
use crate::format::number;
use crate::page::see_other;
use crate::query::Query;
use crate::usage_query::{Controls, UsageQuery};
use crate::usage_table::{RowPlace, UsageTable, is_between};
use crate::visit::Visit;
use report::Report;

/// The tab.
#[derive(Template)]
#[template(path = "usage.html")]
struct UsageTab {
    controls: Controls,
    used: String,
    transcriptions: String,
    costs: Vec<String>,
    from: String,
    to: String,
    /// Nothing when nothing was used.
    chart: Option<Chart>,
    table: UsageTable,
}

/// Reads the tab.
pub(super) async fn list(visit: &Visit<'_, Read>, place: &Place) -> Result<Content, Error> {
    let query = parse(visit, place)?;
    let Report { caller, customer, told, rows, transcriptions, costs, chart } = report::read(visit, place, &query).await?;
    let parameters = query.parameters();
    let template = UsageTab {
        controls: Controls::of(&query),
        used: spoken(rows.iter().map(|row| row.units).sum()),
        transcriptions: number(transcriptions),
        costs,
        from: query.range.from.to_string(),
        to: query.range.to.to_string(),
        chart: (!rows.is_empty()).then_some(chart),
        table: UsageTable {
            told,
            pages: query.pages(rows.len()),
            csv: with_query(&export_path(place), parameters),
            rows: query.rows(&rows).to_vec(),
        },
    };
    Ok(Content::new(caller, customer, &template)?.asked_with(&query.filled))
}

fn parse(visit: &Visit<'_, Read>, place: &Place) -> Result<UsageQuery<Option<Calendar>>, Error> {
    let kept = Some(("tab", Tab::Usage.number().to_string()));
    Ok(UsageQuery::parse(visit.request, OF_A_CUSTOMER, &place.base, kept, Date::today())?)
}

fn export_path(place: &Place) -> String {
    format!("{}/usage/export", place.base)
}

/// Answers 200 with the rows of the tab as CSV. An address that asks for what is not there leads to the tab, which says what is wrong.
pub(super) async fn show(visit: &Visit<'_, Read>, place: &Place, item: &str, deed: Option<&str>) -> Result<Response, Error> {
    if (item, deed) != ("export", None) {
        return Err(Error::NotFound);
    }
    let query = parse(visit, place)?;
    let Report { caller, customer, told, rows, .. } = report::read(visit, place, &query).await?;
    if query.filled.is_wrong() {
        return Ok(see_other(&format!("{}&{}", place.tab(Tab::Usage.number()), visit.request.query())));
    }
    let parameters = query.parameters();
    let named: Vec<Option<&str>> = parameters.iter().map(|(_, value)| Some(value.as_str())).collect();
    let context = CursorContext::usage(caller.reseller(), Some(customer.id), &named);
    let bounds: Option<Bounds<RowPlace>> = context.read(visit.table, Query::of(visit.request).value(FILE)).await?;
    let (after, until, before) = bounds.unwrap_or_default();
    let about = About {
        section: place.section(),
        title: "Usage as CSV".to_owned(),
        things: "rows",
        name: format!("usage-{}-{}-{}", customer.id, query.range.from, query.range.to),
        address: (export_path(place), parameters.clone()),
        back: (query.address(), format!("Usage of {}", customer.profile.name())),
        part: About::part(visit.request),
    };
    let mut files = Files::new(told.columns(), after.clone(), before);
    let mut wanted = rows.iter().filter(|row| is_between(&row.place(), after.as_ref(), until.as_ref()));
    let is_all = wanted.all(|row| files.take(&row.object(), row.place()));
    files.answer(&caller, about, is_all, until, |bounds| context.write(visit.table, bounds))
}

/// There is no form.
pub(super) async fn submit(_: &Visit<'_, Write>, _: Form, _: &Place, _: &str, _: Option<&str>) -> Result<Response, Error> {
    Err(Error::NotFound)
}
