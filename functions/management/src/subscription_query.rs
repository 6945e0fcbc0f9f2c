//! The query string of a find among the subscriptions of a customer.

use shared::domain::date::Date;
use shared::domain::money::Amount;
use shared::domain::plan::BillingCycle;
use shared::lambda::faults::Faults;
use shared::lambda::request::Request;

use crate::Error;
use crate::subscription::{BILLING_CYCLE_TYPE, SubscriptionOn, cycle};
use crate::whole_list::Page;

/// The days that can be filtered by: the two names of a filter, and the day.
type DayFilter = ([&'static str; 2], fn(&SubscriptionOn) -> Option<Date>);

/// The filters by days: the first name is that of the least day that matches, the second that of the last one.
pub(crate) const DAYS: [DayFilter; 3] = [
    (["createDateFrom", "createDateTo"], |shown| Some(Date::of(shown.subscription.created_at))),
    (["lastBillingDateFrom", "lastBillingDateTo"], SubscriptionOn::last_billing_date),
    (["nextBillingDateFrom", "nextBillingDateTo"], SubscriptionOn::next_billing_date),
];

/// The filter by the amount, in whatever currency: the least one that matches, and the largest.
pub(crate) const AMOUNTS: [&str; 2] = ["amountFrom", "amountTo"];

/// The parameters of a find.
pub(crate) struct SubscriptionQuery {
    /// Which of the matches are asked for.
    pub(crate) page: Page,
    cycle: Option<BillingCycle>,
    days: [[Option<Date>; 2]; 3],
    amounts: [Option<Amount>; 2],
}

impl SubscriptionQuery {
    /// Reads the query string. An empty filter does not filter.
    pub(crate) fn parse(request: &Request) -> Result<Self, Error> {
        let (mut of_cycle, mut of_days, mut of_amounts) = (None, [[None; 2]; 3], [None; 2]);
        let page = Page::parse(request, |name, value, faults| {
            if name == BILLING_CYCLE_TYPE {
                return set(&mut of_cycle, name, value, faults, cycle);
            }
            let amounts = AMOUNTS.iter().zip(&mut of_amounts);
            if let Some((_, bound)) = amounts.into_iter().find(|(known, _)| **known == name) {
                return set(bound, name, value, faults, |sent| Amount::parse(sent, Amount::MOST_DIGITS_BEHIND));
            }
            let mut days = DAYS.iter().zip(&mut of_days).flat_map(|((names, _), bounds)| names.iter().zip(bounds));
            days.find(|(known, _)| **known == name).is_some_and(|(_, bound)| set(bound, name, value, faults, Date::parse))
        })?;
        Ok(Self { page, cycle: of_cycle, days: of_days, amounts: of_amounts })
    }

    /// Whether a subscription meets all filters. A day that it does not have lies between no others.
    pub(crate) fn matches(&self, shown: &SubscriptionOn) -> bool {
        let terms = &shown.subscription.terms;
        let mut days = DAYS.iter().zip(&self.days);
        self.cycle.is_none_or(|cycle| terms.billing_cycle() == Some(cycle))
            && days.all(|((_, day), bounds)| is_between(day(shown), bounds))
            && is_between(Some(terms.price()), &self.amounts)
    }
}

/// Sets a filter to the value that was sent, and tells that there is such a filter.
fn set<T, F: std::fmt::Display>(
    filter: &mut Option<T>,
    name: &str,
    sent: &str,
    faults: &mut Faults,
    parse: impl FnOnce(&str) -> Result<T, F>,
) -> bool {
    if !sent.is_empty() {
        *filter = faults.collect(name, parse(sent));
    }
    true
}

/// Whether a value lies between two bounds, which belong to it.
fn is_between<T: PartialOrd + Copy>(value: Option<T>, [from, to]: &[Option<T>; 2]) -> bool {
    match value {
        Some(value) => from.is_none_or(|from| from <= value) && to.is_none_or(|to| value <= to),
        None => from.is_none() && to.is_none(),
    }
}
