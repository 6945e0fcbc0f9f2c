//! Billing periods and what they cost. Both follow from the terms and are computed whenever somebody asks, never stored: a period
//! can't be missing, and a correction that comes late changes the cost of the period that it belongs to.

use super::date::Date;
use super::money::Amount;
use super::plan::{BillingCycle, DEFAULT_UNIT_SIZE, Terms};

/// A stretch of whole days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// Its first day.
    pub start: Date,
    /// Its last day, which belongs to it; `None` when it has no end.
    pub end: Option<Date>,
}

impl Period {
    /// Whether a day belongs to it.
    #[must_use]
    pub fn contains(self, day: Date) -> bool {
        self.start <= day && self.end.is_none_or(|end| day <= end)
    }
}

/// What a cycle is counted in.
enum Step {
    Days(u32),
    Months(u32),
}

impl BillingCycle {
    fn step(self) -> Step {
        match self {
            Self::Week => Step::Days(7),
            Self::Month => Step::Months(1),
            Self::Quarter => Step::Months(3),
            Self::HalfYear => Step::Months(6),
            Self::Year => Step::Months(12),
        }
    }
}

/// The day on which the period of this number begins, counted from 0; `None` when that is beyond [`Date::MAX`].
///
/// It is so many cycles after the anchor, on the last day of a month that is too short: after 31 January come 28 February and 31
/// March. From the period before, 28 March would follow.
fn beginning(anchor: Date, cycle: BillingCycle, number: u32) -> Option<Date> {
    match cycle.step() {
        Step::Days(days) => {
            let days = i64::from(number) * i64::from(days);
            (days <= anchor.days_until(Date::MAX)).then(|| anchor.plus_days(days))
        }
        Step::Months(months) => anchor.plus_months(u64::from(number) * u64::from(months)),
    }
}

/// The period of this number, counted from 0. The first one begins at the anchor, and each ends on the day before the next one
/// begins. Without a cycle there is one period without end, whatever the number.
///
/// The last period that begins in the year 9999 ends with it. Any after that is the single day [`Date::MAX`].
#[must_use]
pub fn period(anchor: Date, cycle: Option<BillingCycle>, number: u32) -> Period {
    let Some(cycle) = cycle else {
        return Period { start: anchor, end: None };
    };
    let next = number.checked_add(1).and_then(|next| beginning(anchor, cycle, next));
    Period { start: beginning(anchor, cycle, number).unwrap_or(Date::MAX), end: Some(next.map_or(Date::MAX, Date::previous_day)) }
}

/// The number of the period that contains a day; `None` for a day before the anchor. It takes the same time for any day.
#[must_use]
pub fn period_number_of(anchor: Date, cycle: Option<BillingCycle>, day: Date) -> Option<u32> {
    if day < anchor {
        return None;
    }
    let Some(cycle) = cycle else {
        return Some(0);
    };
    let (passed, step) = match cycle.step() {
        Step::Days(days) => (anchor.days_until(day), days),
        Step::Months(months) => (anchor.months_until(day), months),
    };
    let number = u32::try_from(passed / i64::from(step)).ok()?;
    // The months may have passed, while the day in the month has not come yet.
    let has_begun = beginning(anchor, cycle, number).is_some_and(|beginning| beginning <= day);
    if has_begun { Some(number) } else { number.checked_sub(1) }
}

/// A cost that is more than an [`Amount`] can be. With prices that plans can have, no cost of up to 10¹² units is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a cost that is too large for an amount of money")]
pub struct CostTooLarge;

/// What a period costs, in the currency of the terms, when so many units were used in it: the price, and the unit price for each
/// unit that is not included. A part of a unit size costs its part. The sum is rounded once, half to the even digit, to the
/// currency's digits. Fewer than no units, as corrections can leave them, cost what none cost.
///
/// - bundle: `price` + `unit_price` × (`units` − `included_units`) / `unit_size`, where units beyond the included ones were used
/// - payg: `unit_price` × `units` / `unit_size`
/// - perpetual: `price`, as there is but one period
///
/// # Errors
/// [`CostTooLarge`].
pub fn cost(terms: &Terms, units: i128) -> Result<Amount, CostTooLarge> {
    let included = i128::from(terms.included_units().unwrap_or(0));
    let charged = units.saturating_sub(included).max(0).unsigned_abs();
    let rate = terms.unit_price().unwrap_or(Amount::ZERO);
    let size = terms.unit_size().unwrap_or(DEFAULT_UNIT_SIZE);
    terms.price().plus_units(rate, charged, size, terms.currency()).ok_or(CostTooLarge)
}

#[cfg(test)]
mod tests {
    use super::super::money::Currency;
    use super::super::plan::{BillingChannel, PaymentModel, SentTerms, Sku};
    use super::super::validation;
    use super::*;
    use proptest::prelude::*;

    const CYCLES: [BillingCycle; 5] =
        [BillingCycle::Week, BillingCycle::Month, BillingCycle::Quarter, BillingCycle::HalfYear, BillingCycle::Year];

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn dates(anchor: &str, cycle: BillingCycle, number: u32) -> (String, String) {
        let period = period(date(anchor), Some(cycle), number);
        (period.start.to_string(), period.end.unwrap().to_string())
    }

    #[test]
    fn periods_are_counted_from_the_anchor_and_never_from_the_one_before() {
        use BillingCycle::{HalfYear, Month, Quarter, Week, Year};
        for (anchor, cycle, number, start, end) in [
            ("2026-01-31", Month, 0, "2026-01-31", "2026-02-27"),
            ("2026-01-31", Month, 1, "2026-02-28", "2026-03-30"),
            ("2026-01-31", Month, 2, "2026-03-31", "2026-04-29"),
            ("2026-01-31", Month, 25, "2028-02-29", "2028-03-30"),
            ("2026-01-30", Month, 1, "2026-02-28", "2026-03-29"),
            ("2027-11-29", Month, 3, "2028-02-29", "2028-03-28"),
            ("2026-12-28", Week, 0, "2026-12-28", "2027-01-03"),
            ("2026-12-28", Week, 1, "2027-01-04", "2027-01-10"),
            ("2026-11-30", Quarter, 1, "2027-02-28", "2027-05-29"),
            ("2026-11-30", Quarter, 2, "2027-05-30", "2027-08-29"),
            ("2026-08-31", HalfYear, 1, "2027-02-28", "2027-08-30"),
            ("2028-02-29", Year, 1, "2029-02-28", "2030-02-27"),
            ("2028-02-29", Year, 3, "2031-02-28", "2032-02-28"),
            ("2028-02-29", Year, 4, "2032-02-29", "2033-02-27"),
        ] {
            assert_eq!(dates(anchor, cycle, number), (start.to_owned(), end.to_owned()), "{anchor} {cycle:?} {number}");
        }
    }

    #[test]
    fn a_day_before_the_anchor_is_in_no_period() {
        let anchor = date("2026-01-31");
        for cycle in CYCLES.map(Some).into_iter().chain([None]) {
            assert_eq!(period_number_of(anchor, cycle, anchor.previous_day()), None);
            assert_eq!(period_number_of(anchor, cycle, Date::MIN), None);
            assert_eq!(period_number_of(anchor, cycle, anchor), Some(0));
        }
    }

    #[test]
    fn without_a_cycle_there_is_one_period_without_end() {
        let anchor = date("2026-01-31");
        let whole = Period { start: anchor, end: None };
        assert_eq!((period(anchor, None, 0), period(anchor, None, u32::MAX)), (whole, whole));
        assert_eq!(period_number_of(anchor, None, Date::MAX), Some(0));
        assert!(whole.contains(anchor) && whole.contains(Date::MAX) && !whole.contains(anchor.previous_day()));
    }

    #[test]
    fn time_ends_with_the_year_9999() {
        for cycle in CYCLES {
            let last = period_number_of(Date::MIN, Some(cycle), Date::MAX).unwrap();
            assert!(period(Date::MIN, Some(cycle), last).contains(Date::MAX), "{cycle:?}");
            for number in [last + 1, last + 2, u32::MAX - 1, u32::MAX] {
                let beyond = Period { start: Date::MAX, end: Some(Date::MAX) };
                assert_eq!(period(Date::MIN, Some(cycle), number), beyond, "{cycle:?} {number}");
            }
            assert_eq!(period_number_of(Date::MAX, Some(cycle), Date::MAX), Some(0));
            assert_eq!(period(Date::MAX, Some(cycle), 0), Period { start: Date::MAX, end: Some(Date::MAX) });
        }
    }

    fn amount(text: &str) -> Amount {
        Amount::parse(text, 12).unwrap()
    }

    fn unpriced(model: PaymentModel, currency: &str) -> SentTerms {
        SentTerms {
            sku: Some(Sku::parse("speech").unwrap()),
            description: validation::text("Speech", 255).unwrap(),
            billing_channel: Some(BillingChannel::Azure),
            payment_model: Some(model),
            currency: Some(Currency::parse(currency).unwrap()),
            ..SentTerms::default()
        }
    }

    fn bundle(price: &str, included_units: u64, unit_price: &str, unit_size: u64, currency: &str) -> Terms {
        let sent = SentTerms {
            billing_cycle: Some(BillingCycle::Month),
            price: Some(amount(price)),
            included_units: Some(included_units),
            unit_price: Some(amount(unit_price)),
            unit_size: Some(unit_size),
            ..unpriced(PaymentModel::Bundle, currency)
        };
        sent.into_terms().unwrap()
    }

    fn payg(unit_price: &str) -> Terms {
        let sent = SentTerms {
            billing_cycle: Some(BillingCycle::Month),
            unit_price: Some(amount(unit_price)),
            ..unpriced(PaymentModel::Payg, "EUR")
        };
        sent.into_terms().unwrap()
    }

    fn perpetual(price: &str) -> Terms {
        SentTerms { price: Some(amount(price)), ..unpriced(PaymentModel::Perpetual, "EUR") }.into_terms().unwrap()
    }

    fn shown(terms: &Terms, units: i128) -> String {
        cost(terms, units).unwrap().with_digits(terms.currency())
    }

    #[test]
    fn each_model_costs_what_it_promises() {
        let hundred_hours = bundle("99.00", 360_000, "1.20", 3_600, "EUR");
        for (terms, units, total) in [
            (&hundred_hours, 0, "99.00"),
            (&hundred_hours, -5, "99.00"),
            (&hundred_hours, 360_000, "99.00"),
            (&hundred_hours, 360_015, "99.00"),
            (&hundred_hours, 360_016, "99.01"),
            (&hundred_hours, 361_800, "99.60"),
            (&hundred_hours, i128::MIN, "99.00"),
            (&payg("1.20"), 0, "0.00"),
            (&payg("1.20"), -3_600, "0.00"),
            (&payg("1.20"), 5_400, "1.80"),
            (&payg("1.20"), 1_000_000_000_000_000, "333333333333.33"),
            (&perpetual("5000"), 0, "5000.00"),
            (&perpetual("5000"), i128::MAX, "5000.00"),
        ] {
            assert_eq!(shown(terms, units), total, "{terms:?} {units}");
        }
    }

    #[test]
    fn the_sum_is_rounded_and_not_its_parts() {
        assert_eq!(shown(&bundle("0.01", 0, "0.01", 2, "EUR"), 1), "0.02");
        assert_eq!(shown(&bundle("0.02", 0, "0.01", 2, "EUR"), 1), "0.02");
        assert_eq!(shown(&bundle("3", 0, "1", 2, "JPY"), 5), "6");
        assert_eq!(shown(&bundle("1.000", 0, "0.0005", 1, "BHD"), 1), "1.000");
        assert_eq!(shown(&bundle("1.001", 0, "0.0005", 1, "BHD"), 1), "1.002");
    }

    #[test]
    fn the_largest_prices_cost_what_they_must_or_nothing_is_said() {
        let dearest = bundle("999999999999.9999", u64::MIN, "999999999999.999999999999", 1, "CLF");
        assert_eq!(shown(&dearest, 1_000_000_000_000), "1000000000000999999999998.9999");
        assert_eq!(cost(&dearest, 1_000_000_000_000_000), Err(CostTooLarge));
        assert_eq!(cost(&dearest, i128::MAX), Err(CostTooLarge));
    }

    fn any_date() -> impl Strategy<Value = Date> {
        (0..=200 * 366i64).prop_map(|days| date("1950-01-01").plus_days(days))
    }

    /// Anchors at the ends of months, where periods are cut.
    fn late_in_the_month() -> impl Strategy<Value = Date> {
        (1950..2150u32, 1..=12u32, 28..=31u32)
            .prop_filter_map("no such day", |(year, month, day)| Date::parse(&format!("{year:04}-{month:02}-{day:02}")).ok())
    }

    fn leap_day() -> impl Strategy<Value = Date> {
        (488..530u32).prop_map(|leap| Date::parse(&format!("{}-02-29", leap * 4)).unwrap_or(date("2096-02-29")))
    }

    fn anchor() -> impl Strategy<Value = Date> {
        prop_oneof![any_date(), late_in_the_month(), leap_day()]
    }

    fn cycle() -> impl Strategy<Value = BillingCycle> {
        prop::sample::select(CYCLES.as_slice())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn periods_tile_a_century(anchor in anchor(), cycle in cycle()) {
            let horizon = anchor.plus_years(100);
            let mut expected = anchor;
            for number in 0.. {
                let Period { start, end } = period(anchor, Some(cycle), number);
                let end = end.unwrap();
                prop_assert_eq!(start, expected, "no gap and no overlap before period {}", number);
                prop_assert!(start <= end);
                for day in [start, end, start.plus_days(start.days_until(end) / 2)] {
                    prop_assert_eq!(period_number_of(anchor, Some(cycle), day), Some(number), "{}", day);
                }
                if start > horizon {
                    break;
                }
                expected = end.next_day();
            }
        }

        #[test]
        fn every_day_is_in_the_period_that_its_number_names(anchor in anchor(), cycle in cycle(), days in 0..3_000_000i64) {
            let day = anchor.plus_days(days);
            let number = period_number_of(anchor, Some(cycle), day).unwrap();
            prop_assert!(period(anchor, Some(cycle), number).contains(day));
        }

        #[test]
        fn periods_begin_on_the_day_of_the_anchor_or_on_the_last_of_a_shorter_month(anchor in anchor(), number in 0..1_200u32) {
            let day = |date: Date| date.to_string().split('-').next_back().unwrap().to_owned();
            let start = period(anchor, Some(BillingCycle::Month), number).start;
            prop_assert_eq!(anchor.months_until(start), i64::from(number));
            let is_last = start.next_day().month() != start.month();
            prop_assert!(day(start) == day(anchor) || (is_last && day(start) < day(anchor)));
        }
    }

    /// The cost by other means: everything as one fraction, in billionths of a thousandth, then rounded by looking at the rest.
    fn cost_as_fraction(price_minor: i128, rate_scaled: i128, charged: i128, size: i128, digits: u32) -> i128 {
        const SCALE: u32 = 12;
        let to_minor = 10_i128.pow(SCALE - digits);
        let numerator = price_minor * to_minor * size + rate_scaled * charged;
        let denominator = to_minor * size;
        let (floor, rest) = (numerator.div_euclid(denominator), numerator.rem_euclid(denominator));
        match (rest * 2).cmp(&denominator) {
            std::cmp::Ordering::Less => floor,
            std::cmp::Ordering::Greater => floor + 1,
            std::cmp::Ordering::Equal => floor + floor % 2,
        }
    }

    fn scaled(value: i128, digits: u32) -> String {
        let unit = 10_i128.pow(digits);
        if digits == 0 {
            return value.to_string();
        }
        format!("{}.{:0width$}", value / unit, value % unit, width = digits as usize)
    }

    fn digits_and_currency() -> impl Strategy<Value = (u32, &'static str)> {
        prop::sample::select([(0, "JPY"), (2, "EUR"), (3, "KWD"), (4, "UYW")].as_slice())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn a_cost_is_what_fractions_make_it(
            (digits, currency) in digits_and_currency(),
            price in 0..1_000_000_000_000i128,
            rate in prop_oneof![0..1_000_000_000_000_000_000i128, (0..1_000i128).prop_map(|coarse| coarse * 1_000_000_000)],
            included in prop_oneof![Just(0u64), 0..1_000_000_000u64],
            units in prop_oneof![-10..1_000i128, -1_000_000_000..1_000_000_000_000_000i128],
            size in prop_oneof![1..20u64, Just(3_600u64), 1..1_000_000_000u64],
        ) {
            let terms = bundle(&scaled(price, digits), included, &scaled(rate, 12), size, currency);
            let charged = (units - i128::from(included)).max(0);
            let expected = cost_as_fraction(price, rate, charged, size.into(), digits);
            prop_assert_eq!(shown(&terms, units), scaled(expected, digits));
        }

        #[test]
        fn what_lies_half_way_goes_to_the_even_digit(
            (digits, currency) in digits_and_currency(),
            price in 0..1_000_000i128,
            halves in 0..1_000_000i128,
            unit in 1..1_000i128,
        ) {
            // One unit costs an odd number of halves of the last digit, or of parts of it that make up halves.
            let rate = scaled((2 * halves + 1) * unit * 10_i128.pow(12 - digits), 12);
            let size = u64::try_from(2 * unit).unwrap();
            let terms = bundle(&scaled(price, digits), 0, &rate, size, currency);
            let below = price + halves;
            prop_assert_eq!(shown(&terms, 1), scaled(below + below % 2, digits));
        }
    }
}
