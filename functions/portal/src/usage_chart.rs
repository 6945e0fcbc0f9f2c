//! The chart of a report of usage.

use std::collections::BTreeMap;

use shared::domain::date::Date;
use shared::domain::usage_report::{Calendar, PeriodUsage, Range, Share};

use crate::chart::{Bar, Chart, MOST_APART, Series, bars, stacked};
use crate::duration::spoken;

/// The chart of what was used in each period of a range. `name` is what a share is called.
pub(crate) fn chart(
    title: &str,
    calendar: Calendar,
    range: Range,
    today: Date,
    used: &[PeriodUsage],
    name: impl Fn(&Share) -> String,
) -> Chart {
    let last = used.iter().map(|used| used.days.to).max().unwrap_or(today).max(today).min(range.to);
    let range = Range { to: last, ..range };
    let has_parts = used.iter().any(|used| used.share != Share::All);
    let shown = if has_parts { readable(calendar, range) } else { calendar };
    let (whole, shares) = measured(shown, range, used);
    let title = match shown {
        same if same == calendar => title.to_owned(),
        Calendar::Week => format!("{title}, by week"),
        _ => format!("{title}, by month"),
    };
    if !has_parts {
        return bars(&title, &whole);
    }
    let series = shares.into_iter().map(|(share, values)| Series { name: name(share), values }).collect();
    stacked(&title, &whole, series)
}

/// The calendar of bars with parts, which can't be told apart where bars are thin: of many days, weeks or months are shown.
fn readable(calendar: Calendar, range: Range) -> Calendar {
    let is_readable = |calendar: &Calendar| periods(*calendar, range).len() <= MOST_APART;
    match calendar {
        Calendar::Day => [Calendar::Day, Calendar::Week].into_iter().find(is_readable).unwrap_or(Calendar::Month),
        calendar => calendar,
    }
}

/// The bars of the periods of a range, also of those in which nothing was used, and what each share has in each of them.
fn measured(calendar: Calendar, range: Range, used: &[PeriodUsage]) -> (Vec<Bar>, BTreeMap<&Share, Vec<u64>>) {
    let periods = periods(calendar, range);
    let places: BTreeMap<Date, usize> = periods.iter().enumerate().map(|(place, period)| (period.from, place)).collect();
    let mut totals = vec![0_u64; periods.len()];
    let mut shares: BTreeMap<&Share, Vec<u64>> = BTreeMap::new();
    for PeriodUsage { days, share, units } in used {
        let Some(place) = places.get(&calendar.period_of(days.from).from.max(range.from)) else { continue };
        let units = u64::try_from(*units).unwrap_or_default();
        let values = shares.entry(share).or_insert_with(|| vec![0; periods.len()]);
        for sum in [totals.get_mut(*place), values.get_mut(*place)].into_iter().flatten() {
            *sum = sum.saturating_add(units);
        }
    }
    let bar = |(period, value): (&Range, u64)| Bar {
        label: label(calendar, period.from),
        value,
        shown: spoken(i64::try_from(value).unwrap_or(i64::MAX)),
    };
    (periods.iter().zip(totals).map(bar).collect(), shares)
}

/// The periods of a range, cut to it.
fn periods(calendar: Calendar, range: Range) -> Vec<Range> {
    let mut periods = Vec::new();
    let mut day = range.from;
    while day <= range.to {
        let period = calendar.period_of(day);
        periods.push(Range { from: day, to: period.to.min(range.to) });
        if period.to >= range.to {
            break;
        }
        day = period.to.next_day();
    }
    periods
}

/// A period, as short as can be.
fn label(calendar: Calendar, day: Date) -> String {
    match calendar {
        Calendar::Day | Calendar::Week => day.to_string(),
        Calendar::Month => day.month(),
        Calendar::Year => day.to_string().chars().take(4).collect(),
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;
    use shared::domain::usage::Language;
    use shared::domain::usage_report::by_period;

    use super::*;

    fn range(from: &str, to: &str) -> Range {
        Range { from: from.parse().unwrap(), to: to.parse().unwrap() }
    }

    fn used(calendar: Calendar, range: Range, days: &[(&str, &str)]) -> Vec<PeriodUsage> {
        let share = |language: &str| match language {
            "" => Share::All,
            language => Share::Language(Language::parse(language).ok()),
        };
        by_period(calendar, range, days.iter().map(|(day, language)| (day.parse().unwrap(), share(language), 1)))
    }

    #[test]
    fn there_is_a_bar_for_each_period_of_the_range() {
        let asked = range("2026-10-15", "2026-12-20");
        let used =
            used(Calendar::Month, asked, &[("2026-10-14", ""), ("2026-10-15", ""), ("2026-12-01", ""), ("2026-12-20", "")]);
        let (bars, shares) = measured(Calendar::Month, asked, &used);
        let shown: Vec<_> = bars.iter().map(|bar| (bar.label.as_str(), bar.value)).collect();
        assert_eq!(shown, [("2026-10", 1), ("2026-11", 0), ("2026-12", 2)]);
        assert_eq!(shares.into_values().collect::<Vec<_>>(), [[1, 0, 2]]);
    }

    #[test]
    fn what_is_to_come_has_no_bar() {
        let asked = range("2026-11-01", "2026-11-30");
        let used = used(Calendar::Day, asked, &[("2026-11-02", "")]);
        let html =
            chart("Usage", Calendar::Day, asked, "2026-11-03".parse().unwrap(), &used, |_| String::new()).render().unwrap();
        assert!(html.contains("2026-11-01 to 2026-11-03. Most: 1\u{a0}s on 2026-11-02."), "{html}");
    }

    #[test]
    fn parts_of_many_days_are_those_of_weeks_or_months() {
        for (from, expected) in
            [("2026-08-02", ""), ("2026-08-01", ", by week"), ("2024-09-01", ", by week"), ("2024-07-01", ", by month")]
        {
            let asked = range(from, "2026-11-29");
            let used = used(Calendar::Day, asked, &[("2026-11-01", "nl"), ("2026-11-02", "nl"), ("2026-11-08", "de")]);
            let today = "2026-11-29".parse().unwrap();
            let html = chart("Usage", Calendar::Day, asked, today, &used, |share| format!("{share:?}")).render().unwrap();
            assert!(html.contains(&format!("<strong>Usage{expected}</strong>")), "{from}: {html}");
        }
        let asked = range("2026-07-01", "2026-11-29");
        let days =
            used(Calendar::Day, asked, &[("2026-07-02", "nl"), ("2026-11-01", "nl"), ("2026-11-02", "nl"), ("2026-11-08", "nl")]);
        let (bars, _) = measured(Calendar::Week, asked, &days);
        let shown: Vec<_> = bars.iter().filter(|bar| bar.value > 0).map(|bar| (bar.label.as_str(), bar.value)).collect();
        assert_eq!(shown, [("2026-07-01", 1), ("2026-10-26", 1), ("2026-11-02", 2)]);
    }
}
