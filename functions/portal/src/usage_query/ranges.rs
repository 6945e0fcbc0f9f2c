//! The days that people ask for.

use shared::domain::date::Date;
use shared::domain::usage_report::{Calendar, Range};

/// How many days are shown by day if nothing is said.
const USUAL_DAYS: i64 = 30;

/// The days that are shown if nothing is said: the last thirty, or the last twelve periods; in the invoice, which has no calendar, the last
/// twelve months.
pub(super) fn usual(calendar: Option<Calendar>, today: Date) -> Range {
    match calendar {
        Some(Calendar::Day) => Range { from: today.plus_days(1 - USUAL_DAYS), to: today },
        Some(calendar) => calendar.last_twelve(today),
        None => Calendar::Month.last_twelve(today),
    }
}

/// The same days, and all others of their months.
pub(super) fn with_whole_months(range: Range) -> Range {
    Range { from: Calendar::Month.period_of(range.from).from, to: Calendar::Month.period_of(range.to).to }
}

/// The periods that people ask for most, by the day on which they ask.
pub(super) fn named(today: Date) -> [(&'static str, Range); 4] {
    let month = Calendar::Month.period_of(today);
    let before = month_before(month);
    [
        ("This month", month),
        ("Last month", before),
        ("Last 3 months", Range { from: month_before(before).from, to: month.to }),
        ("This year", Calendar::Year.period_of(today)),
    ]
}

/// As many days right before a range, or as many months if it has whole months.
pub(super) fn earlier(range: Range) -> Range {
    let Some(months) = whole_months(range) else {
        return Range { from: range.from.plus_days(-days(range)), to: range.from.previous_day() };
    };
    let last = Calendar::Month.period_of(range.from.previous_day());
    Range { from: (1..months).fold(last, |month, _| month_before(month)).from, to: last.to }
}

/// As many days right behind a range, or as many months if it has whole months.
pub(super) fn later(range: Range) -> Range {
    let Some(months) = whole_months(range) else {
        return Range { from: range.to.next_day(), to: range.to.plus_days(days(range)) };
    };
    let first = Calendar::Month.period_of(range.to.next_day());
    let last = (1..months).fold(first, |month, _| Calendar::Month.period_of(month.to.next_day()));
    Range { from: first.from, to: last.to }
}

fn days(range: Range) -> i64 {
    range.from.days_until(range.to) + 1
}

/// How many months a range has; `None` if it does not consist of whole ones.
fn whole_months(range: Range) -> Option<usize> {
    (range.whole_months() == Some(range)).then(|| range.months().len())
}

fn month_before(month: Range) -> Range {
    Calendar::Month.period_of(month.from.previous_day())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(from: &str, to: &str) -> Range {
        Range { from: from.parse().unwrap(), to: to.parse().unwrap() }
    }

    #[test]
    fn ranges_stand_side_by_side() {
        for (before, behind) in [
            (range("2026-11-10", "2026-11-19"), range("2026-11-20", "2026-11-29")),
            (range("2026-11-28", "2026-11-28"), range("2026-11-29", "2026-11-29")),
            (range("2026-02-01", "2026-02-28"), range("2026-03-01", "2026-03-31")),
            (range("2025-12-01", "2026-02-28"), range("2026-03-01", "2026-05-31")),
            (range("2025-01-01", "2025-12-31"), range("2026-01-01", "2026-12-31")),
        ] {
            assert_eq!((earlier(behind), later(before)), (before, behind));
        }
        assert_eq!(earlier(range("0001-01-01", "0001-01-31")).from, Date::MIN);
        assert_eq!(later(range("9999-12-01", "9999-12-31")).to, Date::MAX);
    }

    #[test]
    fn the_usual_periods_contain_the_present_day() {
        let today = "2027-01-15".parse().unwrap();
        let named = named(today).map(|(_, range)| range);
        assert_eq!(
            named,
            [
                range("2027-01-01", "2027-01-31"),
                range("2026-12-01", "2026-12-31"),
                range("2026-11-01", "2027-01-31"),
                range("2027-01-01", "2027-12-31"),
            ]
        );
        assert_eq!(usual(Some(Calendar::Day), today), range("2026-12-17", "2027-01-15"));
        assert_eq!(usual(None, today), range("2026-02-01", "2027-01-31"));
        assert_eq!(with_whole_months(range("2026-02-03", "2026-04-05")), range("2026-02-01", "2026-04-30"));
    }
}
