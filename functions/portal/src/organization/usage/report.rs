//! Reads what an organization used, as the tab and its CSV show it.

use std::collections::BTreeMap;

use reseller::usage_query::{Split, share};
use shared::domain::customer::Customer;
use shared::domain::date::Date;
use shared::domain::money::{Amount, Currency};
use shared::domain::subscription::{Subscription, SubscriptionId};
use shared::domain::token::KeyId;
use shared::domain::usage::Dimensions;
use shared::domain::usage_report::{BySubscription, Calendar, Line, PeriodUsage, Share, by_period, days_of_invoice, invoice};
use shared::domain::validation::Text;
use shared::store::usage::BesideUsage;
use shared::store::{Caller, Policy, Read};

use crate::Error;
use crate::chart::{Bar, Chart, Series, stacked};
use crate::duration::spoken;
use crate::format::amount;
use crate::organization::place::Place;
use crate::usage_chart;
use crate::usage_query::UsageQuery;
use crate::usage_table::{Told, UsageRow};
use crate::visit::Visit;

/// What an organization used.
pub(super) struct Report {
    pub(super) caller: Caller<Read>,
    pub(super) customer: Customer,
    pub(super) told: Told,
    pub(super) rows: Vec<UsageRow>,
    /// How many transcriptions were registered on these days.
    pub(super) transcriptions: u64,
    /// What the billing periods cost that begin on these days, in each currency.
    pub(super) costs: Vec<String>,
    pub(super) chart: Chart,
}

/// What people call that which is told apart.
struct Names {
    subscriptions: BTreeMap<SubscriptionId, String>,
    tokens: BTreeMap<KeyId, Text>,
}

impl Names {
    fn of(&self, share: &Share) -> String {
        match share {
            Share::All | Share::Customer(_) => String::new(),
            Share::Language(language) => language.as_ref().map_or("No language".to_owned(), ToString::to_string),
            Share::Token(None) => "No token: the reseller".to_owned(),
            Share::Token(Some(id)) => self.tokens.get(id).map_or_else(|| id.as_str().to_owned(), ToString::to_string),
            Share::Subscription(None) => "No subscription".to_owned(),
            Share::Subscription(Some(id)) => self.subscriptions.get(id).cloned().unwrap_or_else(|| id.to_string()),
        }
    }
}

/// Reads the report. Two rounds: what the organization has, then what it used.
pub(super) async fn read(visit: &Visit<'_, Read>, place: &Place, query: &UsageQuery<Option<Calendar>>) -> Result<Report, Error> {
    let (table, range, today) = (visit.table, query.range, query.today);
    let beside = table.usage_beside(&visit.token, place.id, range).await?;
    let (caller, found) = visit.open(beside, place.policy(Policy::READ)).await?;
    let found = found.ok_or(Error::NotFound)?;
    let (customer, BesideUsage { subscriptions, transcriptions }) = (found.customer, found.content);
    let days = days_of_invoice(&subscriptions, Some(range), today);
    let tokens = async {
        match query.split {
            Some(Split::Token) => table.customer_token_names(&caller, &customer).await,
            _ => Ok(BTreeMap::new()),
        }
    };
    let (sums, tokens) = tokio::try_join!(table.usage_sums(&caller, &customer, &days), tokens)?;
    let names = Names { subscriptions: subscriptions.iter().map(named).collect(), tokens };
    let by_subscription = BySubscription::of(&sums);
    let lines = invoice(&subscriptions, &by_subscription, Some(range), today, true);
    let costs = costs(&lines);
    let (told, rows, chart) = match query.calendar {
        None => billed(&lines, &names),
        Some(calendar) => counted(calendar, query, sums, &names),
    };
    Ok(Report { caller, customer, told, rows, transcriptions: transcriptions.total(), costs, chart })
}

fn named(subscription: &Subscription) -> (SubscriptionId, String) {
    (subscription.id, format!("{} ({})", subscription.terms.sku(), subscription.id))
}

/// The units of each period of the calendar.
fn counted(
    calendar: Calendar,
    query: &UsageQuery<Option<Calendar>>,
    sums: Vec<(Dimensions, i64)>,
    names: &Names,
) -> (Told, Vec<UsageRow>, Chart) {
    let shares = sums.into_iter().map(|(dimensions, units)| (dimensions.day, share(query.split, dimensions), units));
    let used = by_period(calendar, query.range, shares);
    let (told, title) = match query.split {
        Some(Split::Language) => (Told::Languages, "Usage by language"),
        Some(Split::Token) => (Told::Tokens, "Usage by token"),
        Some(Split::Subscription) => (Told::Subscriptions, "Usage by subscription"),
        _ => (Told::Nothing, "Usage"),
    };
    let chart = usage_chart::chart(title, calendar, query.range, query.today, &used, |share| names.of(share));
    let row = |used: PeriodUsage| UsageRow {
        days: (used.days.from, Some(used.days.to)),
        name: names.of(&used.share),
        share: used.share,
        link: None,
        units: used.units,
        cost: Default::default(),
    };
    (told, used.into_iter().map(row).collect(), chart)
}

/// What the billing periods of subscriptions cost. Units without a subscription cost nothing.
fn billed(lines: &[Line], names: &Names) -> (Told, Vec<UsageRow>, Chart) {
    let row = |line: &Line| {
        let share = Share::Subscription(line.subscription);
        UsageRow {
            days: (line.period.start, line.period.end),
            name: names.of(&share),
            share,
            link: None,
            units: line.units,
            cost: match (line.cost, line.currency) {
                (Some(cost), Some(currency)) => (cost.with_digits(currency), currency.to_string()),
                (_, currency) => (String::new(), currency.map(|currency| currency.to_string()).unwrap_or_default()),
            },
        }
    };
    let rows: Vec<UsageRow> = lines.iter().map(row).collect();
    let chart = by_billing_period(&rows);
    (Told::Costs, rows, chart)
}

/// A bar for each day on which billing periods begin, in parts for the subscriptions.
fn by_billing_period(rows: &[UsageRow]) -> Chart {
    let mut days: BTreeMap<Date, u64> = BTreeMap::new();
    for row in rows {
        let sum = days.entry(row.days.0).or_default();
        *sum = sum.saturating_add(units(row));
    }
    let mut series: BTreeMap<&Share, Series> = BTreeMap::new();
    for row in rows {
        let one = series.entry(&row.share).or_insert_with(|| Series { name: row.name.clone(), values: vec![0; days.len()] });
        if let Some(value) = days.keys().position(|day| *day == row.days.0).and_then(|place| one.values.get_mut(place)) {
            *value = value.saturating_add(units(row));
        }
    }
    let bar = |(day, value): (&Date, &u64)| Bar {
        label: day.to_string(),
        value: *value,
        shown: spoken(i64::try_from(*value).unwrap_or(i64::MAX)),
    };
    let bars: Vec<Bar> = days.iter().map(bar).collect();
    stacked("Usage by billing period, from the day on which it begins", &bars, series.into_values().collect())
}

fn units(row: &UsageRow) -> u64 {
    u64::try_from(row.units).unwrap_or_default()
}

/// The sum of the lines in each currency. Currencies are never added up.
fn costs(lines: &[Line]) -> Vec<String> {
    let mut sums: Vec<(Currency, Option<Amount>)> = Vec::new();
    for line in lines {
        let Some(currency) = line.currency else { continue };
        match sums.iter_mut().find(|(summed, _)| *summed == currency) {
            Some((_, sum)) => *sum = sum.zip(line.cost).and_then(|(one, other)| one.checked_add(other)),
            None => sums.push((currency, line.cost)),
        }
    }
    sums.sort_by_key(|(currency, _)| currency.code());
    let shown = |(currency, sum): (Currency, Option<Amount>)| {
        sum.map_or_else(
            || format!("More {currency} than can be shown"),
            |sum| format!("{}\u{a0}{currency}", amount(&sum.with_digits(currency))),
        )
    };
    sums.into_iter().map(shown).collect()
}
