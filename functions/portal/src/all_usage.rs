//! `GET /reseller/usage`: the usage of all customers, as a page and as CSV.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use askama::Template;
use lambda_http::http::StatusCode;
use reseller::usage_query::{OF_ALL_CUSTOMERS, Split};
use shared::domain::customer::CustomerId;
use shared::domain::date::Date;
use shared::domain::usage_report::{Calendar, PeriodUsage, Share, by_period};
use shared::lambda::cursor::CursorContext;
use shared::lambda::response::Response;
use shared::store::{Caller, Policy, Read, StoreError};

use crate::Error;
use crate::address::with_query;
use crate::chart::{Chart, MOST_SERIES};
use crate::download::{About, Bounds, FILE, Files};
use crate::duration::spoken;
use crate::format::number;
use crate::frame::{Frame, Section};
use crate::page::page;
use crate::query::Query;
use crate::usage_chart;
use crate::usage_query::{Controls, UsageQuery};
use crate::usage_table::{RowPlace, Told, UsageRow, UsageTable, is_between};
use crate::visit::Visit;

const PATH: &str = "/reseller/usage";

/// The parameter that asks for CSV, and its value.
const FORMAT: (&str, &str) = ("format", "csv");

/// Of how many rows the names of customers are read at a time.
const AT_A_TIME: usize = 1_000;

/// The page.
#[derive(Template)]
#[template(path = "all_usage.html")]
struct AllUsagePage {
    frame: Frame,
    controls: Controls,
    used: String,
    /// How many customers used something, where they are told apart.
    customers: Option<String>,
    from: String,
    to: String,
    /// Nothing when nothing was used.
    chart: Option<Chart>,
    table: UsageTable,
}

/// Answers 200 with the page or with its rows as CSV, 400 if its address asks for what is not there.
pub(crate) async fn show(visit: &Visit<'_, Read>) -> Result<Response, Error> {
    let caller = visit.caller(Policy::RESELLER).await?;
    let query = UsageQuery::parse(visit.request, OF_ALL_CUSTOMERS, PATH, None, Date::today())?;
    let used = read(visit, &caller, &query).await?;
    if Query::of(visit.request).value(FORMAT.0) == FORMAT.1 && !query.filled.is_wrong() {
        return export(visit, &caller, &query, &used).await;
    }
    let told = told(&query);
    let largest = largest_first(&used);
    let shown = if told == Told::Customers { by_units(&used) } else { used.clone() };
    let shown = query.rows(&shown);
    let named = shown.iter().map(|used| &used.share).chain(largest.iter().take(MOST_SERIES));
    let mut names = Names::default();
    names.read(visit, &caller, named).await?;
    let chart = usage_chart::chart(title(told), query.view(), query.range, query.today, &used, |share| names.of(share));
    let template = AllUsagePage {
        frame: Frame::new(&caller, Section::Usage, "Usage"),
        controls: Controls::of(&query),
        used: spoken(used.iter().map(|used| used.units).sum()),
        customers: (told == Told::Customers).then(|| number(largest.len() as u64)),
        from: query.range.from.to_string(),
        to: query.range.to.to_string(),
        chart: (!used.is_empty()).then_some(chart),
        table: UsageTable {
            told,
            rows: shown.iter().map(|used| names.row(used)).collect(),
            pages: query.pages(used.len()),
            csv: with_query(PATH, parameters(&query)),
        },
    };
    let is_wrong = query.filled.is_wrong();
    Ok(page(if is_wrong { StatusCode::BAD_REQUEST } else { StatusCode::OK }, &template)?)
}

/// What was used, the newest period first.
async fn read(visit: &Visit<'_, Read>, caller: &Caller<Read>, query: &UsageQuery<Calendar>) -> Result<Vec<PeriodUsage>, Error> {
    let (table, range) = (visit.table, query.range);
    if query.split == Some(Split::Customer) {
        let sums = table.usage_sums_by_customer(caller, range).await?;
        let shares = sums.into_iter().map(|(month, customer, units)| (month, Share::Customer(customer), units));
        return Ok(by_period(query.view(), range, shares));
    }
    let is_by_language = query.split == Some(Split::Language);
    let share = |language| if is_by_language { Share::Language(language) } else { Share::All };
    let sums = table.usage_sums_by_day(caller, range).await?;
    Ok(by_period(query.view(), range, sums.into_iter().map(|((day, language), units)| (day, share(language), units))))
}

fn told(query: &UsageQuery<Calendar>) -> Told {
    match query.split {
        Some(Split::Customer) => Told::Customers,
        Some(Split::Language) => Told::Languages,
        _ => Told::Nothing,
    }
}

fn title(told: Told) -> &'static str {
    match told {
        Told::Customers => "Usage by customer",
        Told::Languages => "Usage by language",
        _ => "Usage of all customers",
    }
}

/// What was used, that with most units first.
fn largest_first(used: &[PeriodUsage]) -> Vec<Share> {
    let mut sums: BTreeMap<&Share, i64> = BTreeMap::new();
    for used in used {
        *sums.entry(&used.share).or_default() += used.units;
    }
    let mut sorted: Vec<_> = sums.into_iter().collect();
    sorted.sort_by_key(|(_, units)| Reverse(*units));
    sorted.into_iter().map(|(share, _)| share.clone()).collect()
}

/// The same, in each period that with most units first.
fn by_units(used: &[PeriodUsage]) -> Vec<PeriodUsage> {
    let mut sorted = used.to_vec();
    sorted.sort_by_key(|used| (Reverse(used.days), Reverse(used.units)));
    sorted
}

/// The names of customers, as far as they were read; `None` is one that does not exist any more.
#[derive(Default)]
struct Names(HashMap<CustomerId, Option<String>>);

impl Names {
    /// Reads the names that are not known yet.
    async fn read<'a>(
        &mut self,
        visit: &Visit<'_, Read>,
        caller: &Caller<Read>,
        shares: impl IntoIterator<Item = &'a Share>,
    ) -> Result<(), StoreError> {
        let customers = shares.into_iter().filter_map(|share| match share {
            Share::Customer(id) => Some(*id),
            _ => None,
        });
        let new: BTreeSet<CustomerId> = customers.filter(|id| !self.0.contains_key(id)).collect();
        self.0.extend(new.iter().map(|id| (*id, None)));
        if !new.is_empty() {
            let read = visit.table.customer_names(caller, new).await?;
            self.0.extend(read.into_iter().map(|(id, name)| (id, Some(name))));
        }
        Ok(())
    }

    fn of(&self, share: &Share) -> String {
        match share {
            Share::Customer(id) => self.0.get(id).cloned().flatten().unwrap_or_else(|| format!("Deleted organization {id}")),
            Share::Language(None) => "No language".to_owned(),
            Share::Language(Some(language)) => language.to_string(),
            _ => String::new(),
        }
    }

    fn row(&self, used: &PeriodUsage) -> UsageRow {
        UsageRow {
            days: (used.days.from, Some(used.days.to)),
            share: used.share.clone(),
            name: self.of(&used.share),
            link: match used.share {
                Share::Customer(id) if self.0.get(&id).is_some_and(Option::is_some) => Some(format!("/reseller/{id}?tab=1")),
                _ => None,
            },
            units: used.units,
            cost: Default::default(),
        }
    }
}

fn parameters(query: &UsageQuery<Calendar>) -> Vec<(&'static str, String)> {
    query.parameters().into_iter().chain([(FORMAT.0, FORMAT.1.to_owned())]).collect()
}

/// Answers 200 with all rows as CSV.
async fn export(
    visit: &Visit<'_, Read>,
    caller: &Caller<Read>,
    query: &UsageQuery<Calendar>,
    used: &[PeriodUsage],
) -> Result<Response, Error> {
    let parameters = parameters(query);
    let named: Vec<Option<&str>> = parameters.iter().map(|(_, value)| Some(value.as_str())).collect();
    let context = CursorContext::usage(caller.reseller(), None, &named);
    let bounds: Option<Bounds<RowPlace>> = context.read(visit.table, Query::of(visit.request).value(FILE)).await?;
    let (after, until, before) = bounds.unwrap_or_default();
    let about = About {
        section: Section::Usage,
        title: "Usage as CSV".to_owned(),
        things: "rows",
        name: format!("usage-{}-{}", query.range.from, query.range.to),
        address: (PATH.to_owned(), parameters.clone()),
        back: (query.address(), "Usage".to_owned()),
        part: About::part(visit.request),
    };
    let mut files = Files::new(told(query).columns(), after.clone(), before);
    let mut names = Names::default();
    let is_wanted = |used: &&PeriodUsage| is_between(&(used.days.from, used.share.clone()), after.as_ref(), until.as_ref());
    let wanted: Vec<&PeriodUsage> = used.iter().filter(is_wanted).collect();
    let mut is_all = true;
    for part in wanted.chunks(AT_A_TIME) {
        if !is_all {
            break;
        }
        names.read(visit, caller, part.iter().map(|used| &used.share)).await?;
        is_all = part.iter().map(|used| names.row(used)).all(|row| files.take(&row.object(), row.place()));
    }
    files.answer(caller, about, is_all, until, |bounds| context.write(visit.table, bounds))
}
