//! `GET /api/v3/reseller/usage`: what all customers used.

use std::collections::{BTreeSet, HashMap};

use serde_json::json;
use shared::domain::customer::CustomerId;
use shared::domain::date::Date;
use shared::domain::usage_report::{Share, by_period};
use shared::lambda::csv::Column;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::{Read, Table};

use crate::Error;
use crate::request::{POLICY, token};
use crate::usage_query::{COLUMNS, OF_ALL_CUSTOMERS, Split, UsageQuery, Wanted, period};

/// The columns by language in CSV.
const BY_LANGUAGE: [Column; 4] = [COLUMNS[0], COLUMNS[1], COLUMNS[2], Column::of("language")];

/// The columns by customer in CSV.
pub(crate) const BY_CUSTOMER: [Column; 5] =
    [COLUMNS[0], COLUMNS[1], COLUMNS[2], Column::of("customer_id"), Column::of("customer_name")];

/// Of how many items the names are read at a time.
const AT_A_TIME: usize = 1_000;

/// Answers 200 with a page of the report, or with as much as one answer takes in CSV, and with a `Link` to what follows.
///
/// # Errors
/// 400 when a parameter is wrong, 401 and 403 when the caller is refused.
pub async fn list_usage(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let token = token(table, request, POLICY).await?;
    let parsed = UsageQuery::parse(table, request, OF_ALL_CUSTOMERS, token.reseller(), None).await;
    let query = table.tell_caller(&token, POLICY, parsed).await?;
    let caller = table.authenticate(&token, POLICY).await?;
    let Wanted { view, split, range } = query.wanted;
    let range = range.unwrap_or_else(|| view.last_twelve(Date::today()));
    if split == Some(Split::Customer) {
        let sums = table.usage_sums_by_customer(&caller, range).await?;
        let shares = sums.into_iter().map(|(month, customer, units)| (month, Share::Customer(customer), units));
        let used = by_period(view, range, shares);
        let customer = |share: &Share| match share {
            Share::Customer(customer) => Some(*customer),
            _ => None,
        };
        let (mut shown, mut names) = (Vec::new(), HashMap::new());
        for part in query.shown(&used).chunks(AT_A_TIME) {
            if !shown.is_empty() && query.is_over() {
                break;
            }
            let ids = part.iter().filter_map(|used| customer(&used.share)).filter(|id| !names.contains_key(id));
            let ids: BTreeSet<CustomerId> = ids.collect();
            names.extend(ids.iter().map(|id| (*id, None)));
            names.extend(table.customer_names(&caller, ids).await?.into_iter().map(|(id, name)| (id, Some(name))));
            shown.extend(part.iter().map(|used| {
                let id = customer(&used.share);
                period(used, [("customer_id", json!(id)), ("customer_name", json!(id.and_then(|id| names.get(&id)?.as_deref())))])
            }));
        }
        return query.answer(table, request, &BY_CUSTOMER, used.len(), shown);
    }
    let is_by_language = split == Some(Split::Language);
    let sums = table.usage_sums_by_day(&caller, range).await?;
    let share = |language| if is_by_language { Share::Language(language) } else { Share::All };
    let used = by_period(view, range, sums.into_iter().map(|((day, language), units)| (day, share(language), units)));
    let shown = query.shown(&used).iter().map(|used| match &used.share {
        Share::Language(language) => period(used, [("language", json!(language))]),
        _ => period(used, []),
    });
    let shown = shown.collect();
    query.answer(table, request, if is_by_language { &BY_LANGUAGE } else { &COLUMNS }, used.len(), shown)
}
