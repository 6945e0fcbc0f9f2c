//! `GET /api/v3/reseller/customer/{id}/usage` and `GET /api/v3/usage`: what a customer used, and what it costs.

use reseller::Error;
use reseller::usage_query::{OF_A_CUSTOMER, Split, UsageQuery, Wanted, period, share};
use serde_json::{Value, json};
use shared::domain::billing::Period;
use shared::domain::date::Date;
use shared::domain::usage_report::{BySubscription, Line, Share, by_period, days_of_invoice, invoice};
use shared::lambda::csv::Column;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::{Policy, Read, Table};

use crate::door::Visit;

/// The columns of an invoice in CSV: the keys of [`line`].
pub(crate) const INVOICE: [Column; 6] = [
    Column::of("usage_period_start"),
    Column::of("usage_period_end"),
    Column::of("units_used"),
    Column::of("cost"),
    Column::of("currency"),
    Column::of("subscription_id"),
];

/// Answers 200 with a page of the report, or with as much as one answer takes in CSV, and with a `Link` to what follows.
///
/// # Errors
/// 400 when the id is no integer or a parameter is wrong, 404 when there is no such customer, 401 and 403 when the caller is refused.
pub async fn list_usage(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let visit = Visit::begin(table, request, Policy::READ).await?;
    let parsed = UsageQuery::parse(table, request, OF_A_CUSTOMER, visit.token.reseller(), visit.customer).await;
    let query = visit.tell(table, parsed).await?;
    let today = Date::today();
    let Wanted { view, split, range } = query.wanted;
    let Some(calendar) = view else {
        let (caller, sold) = visit.open(table.subscription_list(&visit.token, visit.customer).await?)?;
        let sold = sold.ok_or(Error::NotFound("customer"))?;
        let days = days_of_invoice(&sold.content, range, today);
        let sums = BySubscription::of(&table.usage_sums(&caller, &sold.customer, &days).await?);
        let lines = invoice(&sold.content, &sums, range, today, split == Some(Split::Period));
        let shown = query.shown(&lines).iter().map(line).collect();
        return query.answer(table, request, &INVOICE, lines.len(), shown);
    };
    let (caller, customer) = visit.open(table.customer_load(&visit.token, visit.customer).await?)?;
    let customer = customer.ok_or(Error::NotFound("customer"))?;
    let range = range.unwrap_or_else(|| calendar.last_twelve(today));
    let sums = table.usage_sums(&caller, &customer, &[range]).await?;
    let shares = sums.into_iter().map(|(dimensions, units)| (dimensions.day, share(split, dimensions), units));
    let used = by_period(calendar, range, shares);
    let names = match split {
        Some(Split::Token) => table.customer_token_names(&caller, &customer).await?,
        _ => Default::default(),
    };
    let shown = query.shown(&used).iter().map(|used| {
        let own = match &used.share {
            Share::Language(language) => Some(("language", json!(language))),
            Share::Token(token) => Some(("token_name", json!(token.as_ref().and_then(|token| names.get(token))))),
            Share::Subscription(subscription) => Some(("subscription_id", json!(subscription))),
            Share::All | Share::Customer(_) => None,
        };
        period(used, own)
    });
    let shown = shown.collect();
    query.answer(table, request, columns(split), used.len(), shown)
}

/// The columns of units by period in CSV.
fn columns(split: Option<Split>) -> &'static [Column] {
    const fn with(key: &'static str) -> [Column; 4] {
        let [start, end, units] = reseller::usage_query::COLUMNS;
        [start, end, units, Column::of(key)]
    }
    const BY_LANGUAGE: [Column; 4] = with("language");
    const BY_TOKEN: [Column; 4] = with("token_name");
    const BY_SUBSCRIPTION: [Column; 4] = with("subscription_id");
    match split {
        Some(Split::Language) => &BY_LANGUAGE,
        Some(Split::Token) => &BY_TOKEN,
        Some(Split::Subscription) => &BY_SUBSCRIPTION,
        _ => &reseller::usage_query::COLUMNS,
    }
}

/// A line of an invoice as this API shows it.
pub(crate) fn line(line: &Line) -> Value {
    let Period { start, end } = line.period;
    json!({
        "usage_period_start": start,
        "usage_period_end": end,
        "units_used": line.units,
        "cost": line.cost.map(|cost| line.currency.map_or_else(|| cost.plain(), |currency| cost.with_digits(currency))),
        "currency": line.currency,
        "subscription_id": line.subscription,
    })
}
