//! Reports of usage: units by period, and what subscriptions cost. They are computed from the sums of days whenever somebody asks.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::billing::{self, Period};
use super::customer::CustomerId;
use super::date::Date;
use super::money::{Amount, Currency};
use super::plan::BillingCycle;
use super::subscription::{Subscription, SubscriptionId};
use super::token::KeyId;
use super::usage::{Dimensions, Language};

/// How far apart the first and the last day of a range are at most, in days.
pub const MOST_DAYS: i64 = 1_100;

/// How many periods are shown without a range.
const LAST: u32 = 12;

/// The periods of the calendar that usage is added up over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calendar {
    /// Each day.
    Day,
    /// From Monday to Sunday, as ISO 8601 has weeks.
    Week,
    /// Each month.
    Month,
    /// Each year.
    Year,
}

impl Calendar {
    /// The cycle that its periods are counted in from [`Date::MIN`], which is a Monday and the first day of a year; `None` for days.
    fn cycle(self) -> Option<BillingCycle> {
        match self {
            Self::Day => None,
            Self::Week => Some(BillingCycle::Week),
            Self::Month => Some(BillingCycle::Month),
            Self::Year => Some(BillingCycle::Year),
        }
    }

    /// The period that contains a day.
    #[must_use]
    pub fn period_of(self, day: Date) -> Range {
        self.period_before(day, 0)
    }

    /// The period so many periods before the one that contains a day.
    fn period_before(self, day: Date, periods: u32) -> Range {
        let Some(cycle) = self.cycle() else {
            let day = day.plus_days(-i64::from(periods));
            return Range { from: day, to: day };
        };
        let number = billing::period_number_of(Date::MIN, Some(cycle), day).unwrap_or_default();
        let Period { start, end } = billing::period(Date::MIN, Some(cycle), number.saturating_sub(periods));
        Range { from: start, to: end.unwrap_or(Date::MAX) }
    }

    /// The last twelve periods, up to the one that contains this day.
    #[must_use]
    pub fn last_twelve(self, today: Date) -> Range {
        Range { from: self.period_before(today, LAST - 1).from, to: self.period_of(today).to }
    }
}

/// Days from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Range {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

/// Why there is no such range. Its text completes a sentence that begins with the name of its last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotARange {
    /// It ends before it begins.
    #[error("must not be before the first day")]
    Reversed,
    /// It is too long.
    #[error("must be at most {MOST_DAYS} days after the first day")]
    TooLong,
}

impl Range {
    /// The days from one to another. If one of them is open, the range has as many days as it can have; `None` if both are.
    ///
    /// # Errors
    /// [`NotARange`].
    pub fn new(from: Option<Date>, to: Option<Date>) -> Result<Option<Self>, NotARange> {
        let range = match (from, to) {
            (None, None) => return Ok(None),
            (Some(from), None) => Self { from, to: from.plus_days(MOST_DAYS) },
            (None, Some(to)) => Self { from: to.plus_days(-MOST_DAYS), to },
            (Some(from), Some(to)) => Self { from, to },
        };
        match range.from.days_until(range.to) {
            ..0 => Err(NotARange::Reversed),
            days if days > MOST_DAYS => Err(NotARange::TooLong),
            _ => Ok(Some(range)),
        }
    }

    /// Whether a day is one of its days.
    #[must_use]
    pub fn contains(self, day: Date) -> bool {
        (self.from..=self.to).contains(&day)
    }

    /// Its days that are days of the other range too; nothing if there are none.
    fn within(self, other: Self) -> Option<Self> {
        let both = Self { from: self.from.max(other.from), to: self.to.min(other.to) };
        (both.from <= both.to).then_some(both)
    }

    /// Those of its days that belong to months whose days are all in it; `None` if there is no such month.
    #[must_use]
    pub fn whole_months(self) -> Option<Self> {
        let (first, last) = (Calendar::Month.period_of(self.from), Calendar::Month.period_of(self.to));
        let from = if first.from == self.from { self.from } else { first.to.next_day() };
        let to = if last.to == self.to { self.to } else { last.from.previous_day() };
        (from <= to).then_some(Self { from, to })
    }

    /// The months of its days, such as `2026-11`, in their order.
    #[must_use]
    pub fn months(self) -> Vec<String> {
        let first = Calendar::Month.period_of(self.from).from;
        let months = (0..).map_while(|number| first.plus_months(number));
        months.take_while(|month| *month <= self.to).map(Date::month).collect()
    }

    /// The same days as few ranges that don't overlap, in their order.
    #[must_use]
    pub fn merged(ranges: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut sorted: Vec<Self> = ranges.into_iter().collect();
        sorted.sort_unstable();
        let mut merged: Vec<Self> = Vec::new();
        for range in sorted {
            match merged.last_mut() {
                Some(last) if range.from <= last.to.next_day() => last.to = last.to.max(range.to),
                _ => merged.push(range),
            }
        }
        merged
    }
}

/// By what the units of a period are told apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Share {
    /// By nothing.
    All,
    /// By the language; `None` is without one.
    Language(Option<Language>),
    /// By the customer's token; `None` is the reseller's key.
    Token(Option<KeyId>),
    /// By the subscription; `None` is without one.
    Subscription(Option<SubscriptionId>),
    /// By the customer.
    Customer(CustomerId),
}

/// The units of a period, or of a share of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodUsage {
    /// The days.
    pub days: Range,
    /// What was used.
    pub share: Share,
    /// How many units.
    pub units: i64,
}

/// The units of each period of the calendar that has any, cut to a range: the newest period first, and its shares in their order.
#[must_use]
pub fn by_period(calendar: Calendar, range: Range, sums: impl IntoIterator<Item = (Date, Share, i64)>) -> Vec<PeriodUsage> {
    let mut added: BTreeMap<(Reverse<Range>, Share), i64> = BTreeMap::new();
    for (day, share, units) in sums {
        let period = calendar.period_of(day).within(range).filter(|_| range.contains(day));
        if let Some(period) = period {
            *added.entry((Reverse(period), share)).or_default() += units;
        }
    }
    let used = added.into_iter().filter(|(_, units)| *units != 0);
    used.map(|((Reverse(days), share), units)| PeriodUsage { days, share, units }).collect()
}

/// What a subscription costs over one or several of its billing periods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The billing periods: from the first day of the first one to the last day of the last one.
    pub period: Period,
    /// The subscription; `None` for units that belong to none.
    pub subscription: Option<SubscriptionId>,
    /// How many units were used.
    pub units: i64,
    /// The cost, if it is not larger than an amount can be.
    pub cost: Option<Amount>,
    /// The currency; `None` without a subscription.
    pub currency: Option<Currency>,
}

/// Which billing periods are shown: those that begin in a range, or the last twelve of each subscription.
#[must_use]
pub fn billing_periods(subscription: &Subscription, range: Option<Range>, today: Date) -> Vec<Period> {
    let begun = |range: Range| subscription.periods_that_begin_in(range.from, range.to.min(today));
    match range {
        Some(range) => begun(range).collect(),
        None => begun(Range { from: subscription.start, to: today }).take(LAST as usize).collect(),
    }
}

/// The units of each subscription by day; `None` are those that belong to none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BySubscription(BTreeMap<(Option<SubscriptionId>, Date), i64>);

impl BySubscription {
    /// Adds up these sums.
    #[must_use]
    pub fn of<'a>(sums: impl IntoIterator<Item = &'a (Dimensions, i64)>) -> Self {
        let mut added = BTreeMap::new();
        for (dimensions, units) in sums {
            *added.entry((dimensions.subscription, dimensions.day)).or_default() += units;
        }
        Self(added)
    }

    /// How many units of a subscription were used in one of its periods.
    #[must_use]
    pub fn units(&self, subscription: SubscriptionId, period: Period) -> i64 {
        let (id, end) = (Some(subscription), period.end.unwrap_or(Date::MAX));
        self.0.range((id, period.start)..=(id, end)).map(|(_, units)| units).sum()
    }
}

/// On which days the units were used that an invoice shows.
#[must_use]
pub fn days_of_invoice(subscriptions: &[Subscription], range: Option<Range>, today: Date) -> Vec<Range> {
    let periods = subscriptions.iter().flat_map(|subscription| billing_periods(subscription, range, today));
    let of_periods = periods.map(|period| Range { from: period.start, to: period.end.unwrap_or(Date::MAX) });
    let without = range.unwrap_or_else(|| Calendar::Month.last_twelve(today));
    Range::merged(of_periods.chain([without]))
}

/// What the subscriptions of a customer cost: a line for each that has billing periods among those shown, or, if they are told apart,
/// for each of these periods; and a line for units that belong to no period of any subscription, over the range or the last twelve
/// months, if there are such units. The newest line comes first; lines of one day are in the order of their subscriptions.
///
/// Each period is rounded once; the cost of several is the sum of theirs.
#[must_use]
pub fn invoice(
    subscriptions: &[Subscription],
    sums: &BySubscription,
    range: Option<Range>,
    today: Date,
    is_by_period: bool,
) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for subscription in subscriptions {
        let periods = billing_periods(subscription, range, today);
        let of_periods = periods.into_iter().map(|period| line(subscription, period, sums.units(subscription.id, period)));
        if is_by_period {
            lines.extend(of_periods);
        } else {
            lines.extend(of_periods.reduce(joined));
        }
    }
    let Range { from, to } = range.unwrap_or_else(|| Calendar::Month.last_twelve(today));
    let belongs = |id: Option<SubscriptionId>, day| {
        let found = subscriptions.iter().find(|subscription| Some(subscription.id) == id);
        found.is_some_and(|subscription| subscription.covers(day))
    };
    let others = sums.0.iter().filter(|((id, day), _)| (from..=to).contains(day) && !belongs(*id, *day));
    let units: i64 = others.map(|(_, units)| units).sum();
    if units != 0 {
        let period = Period { start: from, end: Some(to) };
        lines.push(Line { period, subscription: None, units, cost: Some(Amount::ZERO), currency: None });
    }
    lines.sort_by_key(|line| (Reverse(line.period.start), line.subscription));
    lines
}

fn line(subscription: &Subscription, period: Period, units: i64) -> Line {
    let cost = billing::cost(&subscription.terms, units.into()).ok();
    Line { period, subscription: Some(subscription.id), units, cost, currency: Some(subscription.terms.currency()) }
}

/// The line of two periods, of which the second is the older one.
fn joined(newer: Line, older: Line) -> Line {
    let cost = newer.cost.zip(older.cost).and_then(|(one, other)| one.checked_add(other));
    let period = Period { start: older.period.start, end: newer.period.end };
    Line { period, units: newer.units + older.units, cost, ..newer }
}

#[cfg(test)]
mod tests {
    use super::super::money;
    use super::super::plan::{BillingChannel, PaymentModel, SentTerms, Sku};
    use super::super::subscription::NewSubscription;
    use super::super::timestamp::Timestamp;
    use super::super::validation;
    use super::*;
    use proptest::prelude::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn range(from: &str, to: &str) -> Range {
        Range { from: date(from), to: date(to) }
    }

    #[test]
    fn periods_of_the_calendar() {
        let monday_to_sunday = range("2026-11-23", "2026-11-29");
        for day in ["2026-11-23", "2026-11-29"] {
            assert_eq!(Calendar::Week.period_of(date(day)), monday_to_sunday);
        }
        // The first week of an ISO year begins in the year before.
        assert_eq!(Calendar::Week.period_of(date("2027-01-01")), range("2026-12-28", "2027-01-03"));
        assert_eq!(Calendar::Day.period_of(date("2028-02-29")), range("2028-02-29", "2028-02-29"));
        assert_eq!(Calendar::Month.period_of(date("2028-02-29")), range("2028-02-01", "2028-02-29"));
        assert_eq!(Calendar::Year.period_of(date("2028-02-29")), range("2028-01-01", "2028-12-31"));
        assert_eq!(Calendar::Year.period_of(Date::MAX), range("9999-01-01", "9999-12-31"));
    }

    #[test]
    fn the_last_twelve_periods_end_with_the_present_one() {
        let last = |calendar: Calendar| calendar.last_twelve(date("2026-11-29"));
        assert_eq!(last(Calendar::Day), range("2026-11-18", "2026-11-29"));
        assert_eq!(last(Calendar::Week), range("2026-09-07", "2026-11-29"));
        assert_eq!(last(Calendar::Month), range("2025-12-01", "2026-11-30"));
        assert_eq!(last(Calendar::Year), range("2015-01-01", "2026-12-31"));
    }

    #[test]
    fn ranges_are_bounded_and_one_side_can_be_open() {
        let of = |from: &str, to: &str| Range::new(from.parse().ok(), to.parse().ok());
        assert_eq!(of("", ""), Ok(None));
        assert_eq!(of("2026-11-29", "2026-11-29"), Ok(Some(range("2026-11-29", "2026-11-29"))));
        assert_eq!(of("2026-11-30", "2026-11-29"), Err(NotARange::Reversed));
        assert_eq!(of("2023-11-26", "2026-11-30"), Ok(Some(range("2023-11-26", "2026-11-30"))));
        assert_eq!(of("2023-11-25", "2026-11-30"), Err(NotARange::TooLong));
        assert_eq!(of("2023-11-26", ""), Ok(Some(range("2023-11-26", "2026-11-30"))));
        assert_eq!(of("", "2026-11-30"), Ok(Some(range("2023-11-26", "2026-11-30"))));
        assert_eq!(of("9999-12-31", ""), Ok(Some(range("9999-12-31", "9999-12-31"))));
        assert_eq!(of("", "0001-01-01"), Ok(Some(range("0001-01-01", "0001-01-01"))));
    }

    #[test]
    fn months_of_a_range() {
        assert_eq!(range("2026-11-30", "2027-01-01").months(), ["2026-11", "2026-12", "2027-01"]);
        assert_eq!(range("2026-11-30", "2026-11-30").months(), ["2026-11"]);
        assert_eq!(range("9999-11-30", "9999-12-31").months(), ["9999-11", "9999-12"]);
    }

    #[test]
    fn whole_months_of_a_range() {
        assert_eq!(range("2026-11-01", "2026-11-30").whole_months(), Some(range("2026-11-01", "2026-11-30")));
        assert_eq!(range("2026-10-31", "2026-12-30").whole_months(), Some(range("2026-11-01", "2026-11-30")));
        assert_eq!(range("2026-11-02", "2026-12-30").whole_months(), None);
    }

    #[test]
    fn ranges_that_touch_are_read_as_one() {
        let merged = Range::merged([
            range("2026-03-01", "2026-03-31"),
            range("2026-01-01", "2026-01-31"),
            range("2026-02-01", "2026-02-28"),
            range("2026-05-01", "2026-05-31"),
            range("2026-05-02", "2026-05-03"),
        ]);
        assert_eq!(merged, [range("2026-01-01", "2026-03-31"), range("2026-05-01", "2026-05-31")]);
    }

    fn subscription(id: u64, cycle: BillingCycle, start: &str, renews: bool) -> Subscription {
        let amount = |text: &str| money::Amount::parse(text, 12).ok();
        let terms = SentTerms {
            sku: Sku::parse("speech").ok(),
            description: validation::text("Speech", 255).unwrap(),
            billing_channel: Some(BillingChannel::Azure),
            payment_model: Some(PaymentModel::Bundle),
            billing_cycle: Some(cycle),
            price: amount("10.00"),
            included_units: Some(100),
            unit_price: amount("0.005"),
            unit_size: Some(1),
            currency: money::Currency::parse("EUR").ok(),
        };
        let new = NewSubscription {
            terms: terms.into_terms().unwrap(),
            start: Some(date(start)),
            end: None,
            auto_renew: Some(renews),
            code: None,
        };
        let now: Timestamp = "2026-11-29T12:00:00.000Z".parse().unwrap();
        Subscription::first(SubscriptionId::new(id).unwrap(), new, now).unwrap()
    }

    fn sum(day: Date, subscription: Option<u64>, units: i64) -> (Dimensions, i64) {
        let subscription = subscription.and_then(SubscriptionId::new);
        (Dimensions { day, language: None, token: None, subscription }, units)
    }

    /// A line as a text: days, subscription, units, cost.
    fn shown(line: &Line) -> String {
        let end = line.period.end.map_or("…".to_owned(), |end| end.to_string());
        let subscription = line.subscription.map_or("none".to_owned(), |id| id.to_string());
        let cost = line.cost.unwrap();
        let cost = line.currency.map_or_else(|| cost.plain(), |currency| cost.with_digits(currency));
        format!("{}–{end} {subscription} {} {cost}", line.period.start, line.units)
    }

    fn lines(sold: &[Subscription], sums: &[(Dimensions, i64)], range: Option<Range>, is_by_period: bool) -> Vec<String> {
        let lines = invoice(sold, &BySubscription::of(sums), range, date("2026-11-29"), is_by_period);
        lines.iter().map(shown).collect()
    }

    #[test]
    fn an_invoice_has_whole_periods_and_rounds_each_of_them_once() {
        let monthly = subscription(1, BillingCycle::Month, "2026-09-15", true);
        let sums = [
            sum(date("2026-09-15"), Some(1), 101),
            sum(date("2026-10-14"), Some(1), 2),
            sum(date("2026-10-15"), Some(1), 103),
            sum(date("2026-11-29"), Some(1), 101),
            sum(date("2026-11-29"), None, 7),
        ];
        let sold = [monthly];
        // 10 + 0.005 × 3 = 10.015, which is rounded to the even digit, and the same once more.
        let by_period =
            ["2026-11-15–2026-12-14 1 101 10.00", "2026-10-15–2026-11-14 1 103 10.02", "2026-09-15–2026-10-14 1 103 10.02"];
        let without = "2025-12-01–2026-11-30 none 7 0";
        assert_eq!(lines(&sold, &sums, None, true), [&by_period[..], &[without]].concat());
        assert_eq!(lines(&sold, &sums, None, false), ["2026-09-15–2026-12-14 1 307 30.04", without]);
        let cut = Some(range("2026-10-15", "2026-11-28"));
        assert_eq!(lines(&sold, &sums, cut, true), by_period[..2]);
        assert_eq!(lines(&sold, &sums, Some(range("2026-10-16", "2026-11-14")), false), [""; 0]);
        // Periods that have not begun are not shown.
        let far = Some(range("2026-11-01", "2027-11-01"));
        assert_eq!(lines(&sold, &[], far, true), ["2026-11-15–2026-12-14 1 0 10.00"]);
    }

    #[test]
    fn lines_of_one_day_go_by_subscription_and_without_a_range_there_are_twelve_periods() {
        let sold =
            [subscription(3, BillingCycle::Week, "2026-01-05", true), subscription(2, BillingCycle::Year, "2026-11-23", false)];
        let shown = lines(&sold, &[], None, true);
        assert_eq!(shown[..2], ["2026-11-23–2027-11-22 2 0 10.00", "2026-11-23–2026-11-29 3 0 10.00"]);
        assert_eq!((shown.len(), shown[12].as_str()), (13, "2026-09-07–2026-09-13 3 0 10.00"));
        let one_each = lines(&sold, &[], None, false);
        assert_eq!(one_each, ["2026-11-23–2027-11-22 2 0 10.00", "2026-09-07–2026-11-29 3 0 120.00"]);
    }

    #[test]
    fn units_that_no_period_covers_are_not_lost() {
        let mut ended = subscription(1, BillingCycle::Month, "2026-10-01", true);
        ended.end = Some(date("2026-11-10"));
        let sums =
            [sum(date("2026-11-11"), Some(1), 5), sum(date("2026-11-12"), Some(99), 6), sum(date("2026-11-10"), Some(1), 1)];
        let shown = lines(&[ended], &sums, None, true);
        assert_eq!(
            shown,
            ["2026-11-01–2026-11-10 1 1 10.00", "2026-10-01–2026-10-31 1 0 10.00", "2025-12-01–2026-11-30 none 11 0"]
        );
    }

    #[test]
    fn units_that_were_taken_away_are_no_usage() {
        let day = date("2026-11-29");
        let sums = [(day, Share::All, 5), (day, Share::All, -5)];
        assert_eq!(by_period(Calendar::Day, Range { from: day, to: day }, sums), []);
        assert_eq!(lines(&[], &[sum(day, None, 5), sum(day, None, -5)], None, false), [""; 0]);
    }

    fn calendar() -> impl Strategy<Value = Calendar> {
        prop::sample::select([Calendar::Day, Calendar::Week, Calendar::Month, Calendar::Year].as_slice())
    }

    proptest! {
        /// Whatever the calendar and the range are: the periods tile the days, and no unit is lost or counted twice.
        #[test]
        fn periods_have_all_units_of_the_range(
            calendar in calendar(), start in 0..800_i64, length in 0..400_i64,
            used in proptest::collection::vec((0..1_300_i64, 1..1_000_i64, 0..3_usize), 0..40),
        ) {
            let first = date("2024-01-01");
            let range = Range { from: first.plus_days(start), to: first.plus_days(start + length) };
            let languages = [None, Language::parse("de").ok(), Language::parse("fr-fr").ok()];
            let sums: Vec<_> = used.iter()
                .map(|(day, units, language)| (first.plus_days(*day), Share::Language(languages[*language].clone()), *units))
                .collect();
            let shown = by_period(calendar, range, sums.clone());
            let inside: i64 = sums.iter().filter(|(day, ..)| range.contains(*day)).map(|(.., units)| units).sum();
            prop_assert_eq!(shown.iter().map(|item| item.units).sum::<i64>(), inside);
            for pair in shown.windows(2) {
                let is_newer = pair[1].days.to < pair[0].days.from;
                prop_assert!(is_newer || (pair[0].days == pair[1].days && pair[0].share < pair[1].share));
            }
            for item in &shown {
                let own = sums.iter().filter(|(day, share, _)| item.days.contains(*day) && *share == item.share);
                prop_assert_eq!(own.map(|(.., units)| units).sum::<i64>(), item.units);
                prop_assert!(range.from <= item.days.from && item.days.to <= range.to);
            }
        }

        /// An invoice of all time has all units, whatever the subscriptions are.
        #[test]
        fn an_invoice_of_all_time_has_all_units(
            starts in proptest::collection::vec((0..300_i64, 0..5_usize, any::<bool>()), 0..4),
            used in proptest::collection::vec((0..330_i64, 0..5_u64, 1..1_000_i64), 0..40), is_by_period: bool,
        ) {
            const CYCLES: [BillingCycle; 5] =
                [BillingCycle::Week, BillingCycle::Month, BillingCycle::Quarter, BillingCycle::HalfYear, BillingCycle::Year];
            let first = date("2026-01-01");
            let sold: Vec<_> = (1..).zip(&starts)
                .map(|(id, (start, cycle, renews))| subscription(id, CYCLES[*cycle], &first.plus_days(*start).to_string(), *renews))
                .collect();
            let sums: Vec<_> = used.iter().map(|(day, id, units)| sum(first.plus_days(*day), Some(*id), *units)).collect();
            let range = Some(range("2026-01-01", "2026-12-31"));
            let lines = invoice(&sold, &BySubscription::of(&sums), range, date("2026-11-29"), is_by_period);
            prop_assert_eq!(lines.iter().map(|line| line.units).sum::<i64>(), sums.iter().map(|(_, units)| units).sum::<i64>());
        }
    }
}
