//! What people choose with on a page about usage: links to other days, views and splits of the same report, and the form for other days.

use reseller::usage_query::{OfferedView, Split};
use shared::domain::usage_report::{Calendar, Range};

use super::parse::{UsageQuery, chosen, views};
use super::ranges::{earlier, later, named, usual, with_whole_months};
use crate::form::Filled;

/// A link to the same page with something else chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) words: &'static str,
    pub(crate) address: String,
    pub(crate) is_current: bool,
}

/// What people choose with: what `usage_controls.html` shows.
pub(crate) struct Controls {
    /// Where the form for the days leads, and what it sends besides them.
    pub(crate) path: String,
    pub(crate) kept: Vec<(&'static str, String)>,
    pub(crate) filled: Filled,
    pub(crate) periods: Vec<Choice>,
    pub(crate) views: Vec<Choice>,
    pub(crate) splits: Vec<Choice>,
}

impl Controls {
    /// What people choose another report with.
    pub(crate) fn of<V: Copy + Into<Option<Calendar>>>(query: &UsageQuery<V>) -> Self {
        let kept = query.kept.iter().cloned().chain(chosen(query.shown, query.split));
        Self {
            path: query.path.clone(),
            kept: kept.filter(|(_, value)| !value.is_empty()).collect(),
            filled: query.filled.clone(),
            periods: periods(query),
            views: other_views(query),
            splits: splits(query),
        }
    }
}

/// The days that people ask for, and those before and behind the ones that are shown.
fn periods<V: Copy + Into<Option<Calendar>>>(query: &UsageQuery<V>) -> Vec<Choice> {
    let usual = usual(query.calendar, query.today);
    let by_day = (query.calendar == Some(Calendar::Day)).then_some(("Last 30 days", usual));
    let later = Some(("Later", later(query.range))).filter(|(_, later)| later.from <= query.today);
    let all = [("Earlier", earlier(query.range))].into_iter().chain(by_day).chain(named(query.today)).chain(later);
    let choice = |(words, range): (&'static str, Range)| {
        let said = (range != usual).then_some(range);
        Choice { words, address: query.address_of(query.shown, query.split, said), is_current: range == query.range }
    };
    all.map(choice).collect()
}

/// The views, each with the split if it has it too.
fn other_views<V: Copy + Into<Option<Calendar>>>(query: &UsageQuery<V>) -> Vec<Choice> {
    let choice = |view: OfferedView<V>| {
        let split = query.split.filter(|split| view.2.iter().any(|(_, offered)| offered == split));
        let address = query.address_of(view, split, query.said);
        Choice { words: words(view.0), address, is_current: view.0 == query.shown.0 }
    };
    views(query.offer).map(choice).collect()
}

/// By what units can be told apart; nothing for the invoice, which is by billing period. What this view does not offer leads to the first that
/// does, with whole months if it needs them.
fn splits<V: Copy + Into<Option<Calendar>>>(query: &UsageQuery<V>) -> Vec<Choice> {
    if query.calendar.is_none() {
        return Vec::new();
    }
    let without = query.address_of(query.shown, None, query.said);
    let mut choices = vec![Choice { words: "Nothing", address: without, is_current: query.split.is_none() }];
    let others = views(query.offer).filter(|view| view.1.into().is_some());
    for view in [query.shown].into_iter().chain(others) {
        for (name, split) in view.2 {
            if choices.iter().all(|choice| choice.words != words(name)) {
                let said = if *split == Split::Customer { query.said.map(with_whole_months) } else { query.said };
                let address = query.address_of(view, Some(*split), said);
                choices.push(Choice { words: words(name), address, is_current: query.split == Some(*split) });
            }
        }
    }
    choices
}

/// What people call a view or a split.
fn words(name: &'static str) -> &'static str {
    match name {
        "invoice" => "Invoice",
        "day" => "Day",
        "week" => "Week",
        "month" => "Month",
        "year" => "Year",
        "language" => "Language",
        "token" => "Token",
        "subscription" => "Subscription",
        "customer" => "Customer",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reseller::usage_query::{OF_A_CUSTOMER, OF_ALL_CUSTOMERS, Offer};
    use serde_json::json;

    fn query<V: Copy + Into<Option<Calendar>>>(sent: &str, offer: Offer<V>) -> UsageQuery<V> {
        let request = serde_json::from_value(json!({"rawQueryString": sent})).unwrap();
        UsageQuery::parse(&request, offer, "/x", Some(("tab", "1".to_owned())), "2026-11-29".parse().unwrap()).unwrap()
    }

    fn addresses(choices: Vec<Choice>) -> Vec<String> {
        choices.into_iter().map(|choice| format!("{} {}", choice.words, choice.address)).collect()
    }

    #[test]
    fn past_periods_are_one_click_away() {
        let shown = query("view=month&split_by=token&from=2026-02-01&to=2026-03-31", OF_A_CUSTOMER);
        let begin = "/x?tab=1&view=month&split_by=token";
        assert_eq!(
            addresses(periods(&shown)),
            [
                format!("Earlier {begin}&from=2025-12-01&to=2026-01-31"),
                format!("This month {begin}&from=2026-11-01&to=2026-11-30"),
                format!("Last month {begin}&from=2026-10-01&to=2026-10-31"),
                format!("Last 3 months {begin}&from=2026-09-01&to=2026-11-30"),
                format!("This year {begin}&from=2026-01-01&to=2026-12-31"),
                format!("Later {begin}&from=2026-04-01&to=2026-05-31"),
            ]
        );
        let days = periods(&query("from=2026-11-20&to=2026-11-29", OF_A_CUSTOMER));
        assert_eq!(days[0].address, "/x?tab=1&from=2026-11-10&to=2026-11-19");
        assert_eq!((days[1].words, days[1].address.as_str()), ("Last 30 days", "/x?tab=1"));
        assert!(days.iter().all(|choice| choice.words != "Later" && !choice.is_current));
        let month = periods(&query("from=2026-10-01&to=2026-10-31", OF_A_CUSTOMER));
        assert!(month.iter().all(|choice| choice.is_current == (choice.words == "Last month")));
    }

    #[test]
    fn another_view_keeps_what_it_has_too_and_another_split_what_it_can() {
        let shown = query("view=day&split_by=token&from=2026-11-02&to=2026-11-20", OF_A_CUSTOMER);
        let range = "&from=2026-11-02&to=2026-11-20";
        assert_eq!(
            addresses(other_views(&shown)),
            [
                format!("Day /x?tab=1&split_by=token{range}"),
                format!("Week /x?tab=1&view=week&split_by=token{range}"),
                format!("Month /x?tab=1&view=month&split_by=token{range}"),
                format!("Year /x?tab=1&view=year&split_by=token{range}"),
                format!("Invoice /x?tab=1&view=invoice{range}"),
            ]
        );
        let invoice = query("view=invoice", OF_A_CUSTOMER);
        assert!(splits(&invoice).is_empty());
        let all = query("from=2026-11-02&to=2026-12-20", OF_ALL_CUSTOMERS);
        assert_eq!(
            addresses(splits(&all)),
            [
                "Nothing /x?tab=1&from=2026-11-02&to=2026-12-20",
                "Language /x?tab=1&split_by=language&from=2026-11-02&to=2026-12-20",
                "Customer /x?tab=1&view=month&split_by=customer&from=2026-11-01&to=2026-12-31",
            ]
        );
    }
}
