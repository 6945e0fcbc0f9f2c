//! The query string of a report of usage, and how the report is shown.

use lambda_http::http::header::LINK;
use serde_json::{Map, Value, json};
use shared::domain::customer::CustomerId;
use shared::domain::date::Date;
use shared::domain::reseller::ResellerId;
use shared::domain::usage::Dimensions;
use shared::domain::usage_report::{Calendar, PeriodUsage, Range, Share};
use shared::domain::validation::Invalid;
use shared::lambda::csv::{self, Column, Csv};
use shared::lambda::cursor::CursorContext;
use shared::lambda::faults::Faults;
use shared::lambda::request::Request;
use shared::lambda::response::{Response, with_header, with_varying_format};
use shared::store::{Read, Table};
use tokio::time::Instant;

use crate::Error;
use crate::answer::page;
use crate::list_query::{DEFAULT_LIMIT, NOT_OF_THIS_LIST, limit, offset};

/// By what a report tells its items apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// By language.
    Language,
    /// By the customer's token.
    Token,
    /// By subscription.
    Subscription,
    /// By billing period.
    Period,
    /// By customer. Units are kept by month for each customer, so that it takes whole months.
    Customer,
}

/// A view by its name, and by what its items can be told apart.
pub type OfferedView<V> = (&'static str, V, &'static [(&'static str, Split)]);

/// The views of a list.
#[derive(Clone, Copy, Debug)]
pub struct Offer<V: 'static> {
    /// The default.
    pub first: OfferedView<V>,
    /// The others.
    pub others: &'static [OfferedView<V>],
}

/// What the report over all customers offers.
pub const OF_ALL_CUSTOMERS: Offer<Calendar> = Offer {
    first: ("day", Calendar::Day, &[LANGUAGE]),
    others: &[
        ("week", Calendar::Week, &[LANGUAGE]),
        ("month", Calendar::Month, &[LANGUAGE, ("customer", Split::Customer)]),
        ("year", Calendar::Year, &[LANGUAGE, ("customer", Split::Customer)]),
    ],
};

const LANGUAGE: (&str, Split) = ("language", Split::Language);

/// What the report of one customer offers. `None` is the invoice: what subscriptions cost in their billing periods.
pub const OF_A_CUSTOMER: Offer<Option<Calendar>> = Offer {
    first: ("invoice", None, &[("period", Split::Period)]),
    others: &[
        ("day", Some(Calendar::Day), OF_UNITS),
        ("week", Some(Calendar::Week), OF_UNITS),
        ("month", Some(Calendar::Month), OF_UNITS),
        ("year", Some(Calendar::Year), OF_UNITS),
    ],
};

const OF_UNITS: &[(&str, Split)] = &[LANGUAGE, ("token", Split::Token), ("subscription", Split::Subscription)];

/// The share of a period that units of one customer belong to, in a report that tells its items apart by this.
#[must_use]
pub fn share(split: Option<Split>, dimensions: Dimensions) -> Share {
    match split {
        Some(Split::Language) => Share::Language(dimensions.language),
        Some(Split::Token) => Share::Token(dimensions.token),
        Some(Split::Subscription) => Share::Subscription(dimensions.subscription),
        Some(Split::Period | Split::Customer) | None => Share::All,
    }
}

/// What a report is to show.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<V> {
    /// What it shows.
    pub view: V,
    /// By what it tells its items apart.
    pub split: Option<Split>,
    /// The days; `None` for the last ones.
    pub range: Option<Range>,
}

impl<V: Copy> Wanted<V> {
    /// Reads the parameters `view`, `split_by`, `from` and `to`. `given` is the value of a parameter. What is wrong has a fault and counts
    /// as if it was not given.
    pub fn read<'a>(given: impl Fn(&str) -> Option<&'a str>, offer: Offer<V>, faults: &mut Faults) -> Self {
        let views = || [offer.first].into_iter().chain(offer.others.iter().copied());
        let listed = |names: Vec<&str>| names.join(", ");
        let wanted = given("view").map(|sent| {
            let found = views().find(|(name, ..)| *name == sent);
            found.ok_or_else(|| format!("must be one of {}", listed(views().map(|(name, ..)| name).collect())))
        });
        let view = wanted.and_then(|wanted| faults.collect("view", wanted));
        let (_, view, splits) = view.unwrap_or(offer.first);
        let wanted = given("split_by").map(|sent| {
            let found = |splits: &[(&str, Split)]| splits.iter().find(|(name, _)| *name == sent).map(|(_, split)| *split);
            // With a view that does not exist it can be a split of any other.
            let found = if faults.has("view") { views().find_map(|(.., splits)| found(splits)) } else { found(splits) };
            let names = || listed(splits.iter().map(|(name, _)| *name).collect());
            found.ok_or_else(|| match faults.has("view") {
                true => "is not there for any view".to_owned(),
                false => format!("must be one of {} in this view", names()),
            })
        });
        let split = wanted.and_then(|wanted| faults.collect("split_by", wanted));
        let range = range(given("from"), given("to"), split, faults);
        Self { view, split, range }
    }
}

/// What a query string asks of a report.
#[derive(Clone, Debug)]
pub struct UsageQuery<V> {
    /// What it is to show.
    pub wanted: Wanted<V>,
    limit: usize,
    offset: u64,
    /// Whether it is shown as CSV, and until when items are read for it.
    csv_until: Option<Instant>,
    context: CursorContext,
    sent: Vec<(String, String)>,
}

/// The parameters that may be given once.
const KNOWN: [&str; 7] = ["view", "split_by", "from", "to", "limit", "offset", "cursor"];

impl<V: Copy> UsageQuery<V> {
    /// Reads the query string of the usage of one customer, or of all customers of a reseller. Parameters that such a report does not
    /// know are ignored.
    ///
    /// # Errors
    /// [`Error::Invalid`], and the failure of the store if the copy of the secret must be read for a cursor.
    pub async fn parse(
        table: &Table<Read>,
        request: &Request,
        offer: Offer<V>,
        reseller: ResellerId,
        customer: Option<CustomerId>,
    ) -> Result<Self, Error> {
        let (sent, mut faults) = request.query_pairs();
        for (place, (name, _)) in sent.iter().enumerate() {
            if KNOWN.contains(&name.as_str()) && sent.iter().take(place).any(|(earlier, _)| earlier == name) {
                faults.add(name, Invalid::Repeated);
            }
            if matches!(name.as_str(), "sort" | "direction" | "filter") {
                faults.add(name, "is not there for this list");
            }
        }
        let given = |wanted: &str| sent.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        let wanted = Wanted::read(given, offer, &mut faults);
        let is_csv = csv::is_wanted(request);
        let csv_until = is_csv.then(csv::end_of_time);
        let mut query = Self {
            wanted,
            limit: DEFAULT_LIMIT.into(),
            offset: 0,
            csv_until,
            context: CursorContext::usage(reseller, customer, &[given("view"), given("split_by"), given("from"), given("to")]),
            sent: Vec::new(),
        };
        match given("cursor") {
            Some(cursor) if is_csv => {
                let place: Option<u64> = query.context.read(table, cursor).await?;
                query.offset = faults.collect("cursor", place.ok_or(NOT_OF_THIS_LIST)).unwrap_or_default();
            }
            Some(_) => faults.add("cursor", "is not there for this list: it has offset"),
            None => {}
        }
        if !is_csv {
            query.limit = given("limit").and_then(|sent| faults.collect("limit", limit(sent))).unwrap_or(DEFAULT_LIMIT).into();
            query.offset = given("offset").and_then(|sent| faults.collect("offset", offset(sent))).unwrap_or_default();
        }
        Ok(faults.none_or(Self { sent, ..query })?)
    }

    /// Those of the items that are to be shown: a page, or what is left of them in CSV.
    #[must_use]
    pub fn shown<'a, T>(&self, items: &'a [T]) -> &'a [T] {
        let rest = items.get(usize::try_from(self.offset).unwrap_or(usize::MAX)..).unwrap_or_default();
        if self.csv_until.is_some() { rest } else { rest.get(..self.limit).unwrap_or(rest) }
    }

    /// Whether there is no more time to read items for CSV.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.csv_until.is_some_and(|until| until <= Instant::now())
    }

    /// Answers 200 with the items that are to be shown, of `total`, and with a `Link` to what follows them. In CSV it may be fewer.
    ///
    /// # Errors
    /// When there is no secret for a cursor.
    pub fn answer(
        &self,
        table: &Table<Read>,
        request: &Request,
        columns: &'static [Column],
        total: usize,
        shown: Vec<Value>,
    ) -> Result<Response, Error> {
        let kept = self.sent.iter().filter(|(name, _)| matches!(name.as_str(), "view" | "split_by" | "from" | "to"));
        let link = |more: &[(&str, String)]| {
            let more: Vec<_> = more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
            request.link_to_next(&kept.clone().cloned().chain(more).collect::<Vec<_>>())
        };
        if self.csv_until.is_some() {
            let mut csv = Csv::new(columns);
            let written = shown.iter().take_while(|item| csv.push(item)).count();
            let end = self.offset.saturating_add(written as u64);
            let next = (end < total as u64).then(|| self.context.write(table, &end));
            return Ok(csv.answer(next.transpose()?.map(|cursor| link(&[("cursor", cursor)]))));
        }
        let end = self.offset.saturating_add(self.limit as u64);
        let response = with_varying_format(page(shown, Some(total as u64)));
        if end >= total as u64 {
            return Ok(response);
        }
        Ok(with_header(response, LINK, &link(&[("limit", self.limit.to_string()), ("offset", end.to_string())])))
    }
}

/// The days that a query asks for; `None` for the last ones.
fn range(from: Option<&str>, to: Option<&str>, split: Option<Split>, faults: &mut Faults) -> Option<Range> {
    let mut day = |name: &str, sent: Option<&str>| sent.and_then(|sent| faults.collect(name, sent.parse::<Date>()));
    let (first, last) = (day("from", from), day("to", to));
    if faults.has("from") || faults.has("to") {
        return None;
    }
    let range = faults.collect("to", Range::new(first, last)).flatten()?;
    if split != Some(Split::Customer) {
        return Some(range);
    }
    let month = |day: Date| Calendar::Month.period_of(day);
    if first.is_some_and(|first| month(first).from != first) {
        faults.add("from", "must be the first day of a month in this view by customer");
    }
    if last.is_some_and(|last| month(last).to != last) {
        faults.add("to", "must be the last day of a month in this view by customer");
    }
    range.whole_months()
}

/// The columns of units by period in CSV: the keys of [`period`].
pub const COLUMNS: [Column; 3] = [Column::of("usage_period_start"), Column::of("usage_period_end"), Column::of("units_used")];

/// The units of a period as this API shows them, with what tells it apart from other items of the period.
#[must_use]
pub fn period(used: &PeriodUsage, own: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let shown = [
        ("usage_period_start", json!(used.days.from)),
        ("usage_period_end", json!(used.days.to)),
        ("units_used", json!(used.units)),
    ];
    let shown: Map<String, Value> = shown.into_iter().chain(own).map(|(key, value)| (key.to_owned(), value)).collect();
    shown.into()
}
