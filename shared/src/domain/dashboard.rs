//! What a reseller's dashboard shows of the sums of usage: two months, the last days, and who used most.

use std::cmp::Reverse;

use super::customer::CustomerId;
use super::date::Date;
use super::usage_report::{Calendar, Range};

/// How many days are shown one by one, today included.
pub const LAST_DAYS: i64 = 30;

/// How many customers are shown of those who used most.
pub const TOP_CUSTOMERS: usize = 5;

/// The days that a dashboard is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DashboardDays {
    /// All days of the present month.
    pub this_month: Range,
    /// All days of the month before it.
    pub last_month: Range,
    /// The last days, up to today.
    pub last_days: Range,
}

/// The units of the days of a dashboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DashboardUsage {
    /// Of the present month.
    pub this_month: i64,
    /// Of the month before it.
    pub last_month: i64,
    /// Of each of the last days, today first; 0 where there are none.
    pub by_day: Vec<(Date, i64)>,
}

impl DashboardDays {
    /// Those of a dashboard that is shown on this day.
    #[must_use]
    pub fn of(today: Date) -> Self {
        let this_month = Calendar::Month.period_of(today);
        let last_month = Calendar::Month.period_of(this_month.from.previous_day());
        Self { this_month, last_month, last_days: Range { from: today.plus_days(1 - LAST_DAYS), to: today } }
    }

    /// All of them. They belong to two months, but on 1 March of a year with 365 days: then the last days begin on 31 January, and that
    /// is the only day of January.
    #[must_use]
    pub fn all(self) -> Range {
        Range { from: self.last_month.from.min(self.last_days.from), to: self.this_month.to }
    }

    /// The units of these days, from sums of days.
    #[must_use]
    pub fn usage(self, sums: &[(Date, i64)]) -> DashboardUsage {
        let within = |days: Range| sums.iter().filter(|(day, _)| days.contains(*day)).map(|(_, units)| units).sum();
        let days = (0..LAST_DAYS).map(|earlier| self.last_days.to.plus_days(-earlier));
        DashboardUsage {
            this_month: within(self.this_month),
            last_month: within(self.last_month),
            by_day: days.map(|day| (day, within(Range { from: day, to: day }))).collect(),
        }
    }
}

/// Those of these customers who used most, the first one most; of those with as many units the lower id comes first. Who used nothing
/// is not among them.
#[must_use]
pub fn top_customers(sums: impl IntoIterator<Item = (CustomerId, i64)>) -> Vec<(CustomerId, i64)> {
    let mut used: Vec<_> = sums.into_iter().filter(|(_, units)| *units > 0).collect();
    used.sort_unstable_by_key(|(customer, units)| (Reverse(*units), *customer));
    used.truncate(TOP_CUSTOMERS);
    used
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn range(from: &str, to: &str) -> Range {
        Range { from: date(from), to: date(to) }
    }

    #[test]
    fn thirty_days_end_today_and_two_months_are_whole() {
        let days = DashboardDays::of(date("2026-11-29"));
        assert_eq!(days.this_month, range("2026-11-01", "2026-11-30"));
        assert_eq!(days.last_month, range("2026-10-01", "2026-10-31"));
        assert_eq!(days.last_days, range("2026-10-31", "2026-11-29"));
        assert_eq!(days.all(), range("2026-10-01", "2026-11-30"));
        let days = DashboardDays::of(date("2027-01-01"));
        assert_eq!((days.last_month, days.last_days.from), (range("2026-12-01", "2026-12-31"), date("2026-12-03")));
    }

    #[test]
    fn only_on_1_march_of_a_common_year_a_third_month_is_needed_and_of_it_one_day() {
        for (today, first) in [("2027-02-28", "2027-01-01"), ("2027-03-01", "2027-01-31"), ("2027-03-02", "2027-02-01")] {
            assert_eq!(DashboardDays::of(date(today)).all().from, date(first), "{today}");
        }
        assert_eq!(DashboardDays::of(date("2027-03-01")).all().months(), ["2027-01", "2027-02", "2027-03"]);
        assert_eq!(DashboardDays::of(date("2028-03-01")).all().months(), ["2028-02", "2028-03"]);
        // 400 years, after which the calendar repeats itself.
        let is_third = |today: &Date| DashboardDays::of(*today).all().months().len() > 2;
        let days = (0..146_097).map(|day| date("2000-01-01").plus_days(day)).filter(is_third);
        let found: Vec<String> = days.map(|day| day.to_string()).collect();
        assert_eq!(found.len(), 400 - 97);
        assert!(found.iter().all(|day| day.ends_with("-03-01")), "{found:?}");
    }

    #[test]
    fn the_five_who_used_most_come_first_and_equals_go_by_id() {
        let of = |sums: &[(u64, i64)]| -> Vec<(u64, i64)> {
            let sums = sums.iter().map(|(id, units)| (CustomerId::new(*id).unwrap(), *units));
            top_customers(sums).into_iter().map(|(id, units)| (id.number(), units)).collect()
        };
        assert_eq!(
            of(&[(9, 5), (3, 7), (2, 5), (8, 0), (7, -1), (6, 1), (5, 5), (4, 5)]),
            [(3, 7), (2, 5), (4, 5), (5, 5), (9, 5)]
        );
        assert_eq!(of(&[(8, 0), (7, -1)]), []);
        assert_eq!(of(&[]), []);
    }

    proptest! {
        #[test]
        fn every_unit_is_where_it_belongs(
            today in 0..1_500_i64, used in proptest::collection::vec((-100..40_i64, -5..1_000_i64), 0..60),
        ) {
            let today = date("2024-01-01").plus_days(today);
            let mut sums: BTreeMap<Date, i64> = BTreeMap::new();
            for (day, units) in used {
                *sums.entry(today.plus_days(day)).or_default() += units;
            }
            let shown = DashboardDays::of(today).usage(&sums.iter().map(|(day, units)| (*day, *units)).collect::<Vec<_>>());
            let of_month = |month: String| sums.iter().filter(|(day, _)| day.month() == month).map(|(_, units)| units).sum::<i64>();
            prop_assert_eq!(shown.this_month, of_month(today.month()));
            let last_month = date(&format!("{}-01", today.month())).previous_day().month();
            prop_assert_eq!(shown.last_month, of_month(last_month));
            let expected: Vec<_> = (0..30)
                .map(|earlier| today.plus_days(-earlier))
                .map(|day| (day, sums.get(&day).copied().unwrap_or_default()))
                .collect();
            prop_assert_eq!(shown.by_day, expected);
            let needed = DashboardDays::of(today).all();
            prop_assert!(needed.contains(today.plus_days(-29)) && needed.contains(today));
        }
    }
}
