//! The day: what billing and reports count in. A day is one of UTC, and its text is `2026-11-29`.

use std::fmt;
use std::str::FromStr;

use jiff::{Span, civil};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::timestamp::Timestamp;

/// A day in UTC, of the years 1 to 9999. Its text has a fixed width, so that texts sort as days do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(civil::Date);

/// Why a text is not a day. Its own text completes a sentence that begins with the name of the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a date in the form YYYY-MM-DD")]
pub struct NotADate;

impl Date {
    /// The first day: 1 January of the year 1.
    pub const MIN: Self = Self(civil::Date::constant(1, 1, 1));

    /// The last day: 31 December 9999.
    pub const MAX: Self = Self(civil::Date::constant(9999, 12, 31));

    /// 1 January 2000. Nothing that is billed began earlier.
    pub const FIRST_BILLED: Self = Self(civil::Date::constant(2000, 1, 1));

    /// The day that contains a moment; [`Date::MIN`] for a moment before that.
    #[must_use]
    pub fn of(moment: Timestamp) -> Self {
        Self(moment.day()).max(Self::MIN)
    }

    /// The present day.
    #[must_use]
    pub fn today() -> Self {
        Self::of(Timestamp::now())
    }

    /// Reads a day: four digits for the year, two for the month and two for the day, with hyphens between them and nothing
    /// around.
    ///
    /// # Errors
    /// [`NotADate`] for any other text, and for days that the calendar does not have.
    pub fn parse(sent: &str) -> Result<Self, NotADate> {
        fn digits<T: FromStr>(part: Option<&str>, width: usize) -> Option<T> {
            part.filter(|part| part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()
        }
        let mut parts = sent.split('-');
        let (year, month, day) = (digits(parts.next(), 4), digits(parts.next(), 2), digits(parts.next(), 2));
        let (Some(year), Some(month), Some(day), None) = (year, month, day, parts.next()) else {
            return Err(NotADate);
        };
        civil::Date::new(year, month, day).ok().map(Self).filter(|&date| date >= Self::MIN).ok_or(NotADate)
    }

    /// The moment at which it begins. [`Date::MAX`] begins after the last representable moment, and has that one instead.
    #[must_use]
    pub fn start(self) -> Timestamp {
        Timestamp::midnight(self.0)
    }

    /// The day so many days later, or earlier where the number is negative; [`Date::MAX`] or [`Date::MIN`] when that would be
    /// beyond it.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        let later = Span::new().try_days(days).and_then(|span| self.0.checked_add(span)).ok();
        later.map_or(if days < 0 { Self::MIN } else { Self::MAX }, |later| Self(later).max(Self::MIN))
    }

    /// The day after it; itself for [`Date::MAX`].
    #[must_use]
    pub fn next_day(self) -> Self {
        self.plus_days(1)
    }

    /// The day before it; itself for [`Date::MIN`].
    #[must_use]
    pub fn previous_day(self) -> Self {
        self.plus_days(-1)
    }

    /// The day so many months later, or the last one of that month where the month is too short; `None` beyond [`Date::MAX`].
    #[must_use]
    pub fn plus_months(self, months: u64) -> Option<Self> {
        let span = Span::new().try_months(i64::try_from(months).ok()?).ok()?;
        self.0.checked_add(span).ok().map(Self)
    }

    /// The same day so many years later, on 28 February where there is no 29; [`Date::MAX`] when that would be beyond it.
    #[must_use]
    pub fn plus_years(self, years: u8) -> Self {
        self.plus_months(u64::from(years) * 12).unwrap_or(Self::MAX)
    }

    /// How many days later the other day is; negative when it is earlier.
    #[must_use]
    pub fn days_until(self, other: Self) -> i64 {
        self.0.duration_until(other.0).as_hours() / 24
    }

    /// How many months later the month of the other day is, whatever the days in them; negative when it is earlier.
    #[must_use]
    pub fn months_until(self, other: Self) -> i64 {
        let ordinal = |date: civil::Date| i64::from(date.year()) * 12 + i64::from(date.month());
        ordinal(other.0) - ordinal(self.0)
    }

    /// Its month: `2026-11`.
    #[must_use]
    pub fn month(self) -> String {
        self.to_string().chars().take("2026-11".len()).collect()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl FromStr for Date {
    type Err = NotADate;

    fn from_str(sent: &str) -> Result<Self, Self::Err> {
        Self::parse(sent)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_has_one_form() {
        for text in ["0001-01-01", "1999-12-31", "2024-02-29", "2026-11-29", "9999-12-31"] {
            assert_eq!(date(text).to_string(), text);
        }
        assert_eq!((date("0001-01-01"), date("9999-12-31")), (Date::MIN, Date::MAX));
    }

    #[test]
    fn other_forms_and_days_that_no_calendar_has_are_refused() {
        for text in [
            "",
            "2026",
            "2026-11",
            "2026-11-",
            "2026-11-29-",
            "2026-11-29-01",
            "-2026-11-29",
            "+2026-11-29",
            " 2026-11-29",
            "2026-11-29 ",
            "2026-11-29\n",
            "20261129",
            "2026/11/29",
            "2026-1-29",
            "2026-11-9",
            "26-11-29",
            "02026-11-29",
            "2026-+1-29",
            "2026-11-29T00:00:00Z",
            "2026-W48-7",
            "２０２６-11-29",
            "2026‐11‐29",
            "0000-01-01",
            "2026-00-01",
            "2026-13-01",
            "2026-11-00",
            "2026-11-31",
            "2025-02-29",
            "1900-02-29",
        ] {
            assert_eq!(Date::parse(text), Err(NotADate), "{text:?}");
        }
    }

    #[test]
    fn json_has_it_as_a_text_only() {
        assert_eq!(serde_json::to_string(&date("2026-11-29")).unwrap(), "\"2026-11-29\"");
        assert_eq!(serde_json::from_str::<Date>("\"2026-11-29\"").unwrap(), date("2026-11-29"));
        for other in ["20261129", "null", "[2026,11,29]", "\"2026-11-29T00:00:00Z\"", "\"2026-02-30\""] {
            assert!(serde_json::from_str::<Date>(other).is_err(), "{other}");
        }
    }

    #[test]
    fn a_day_begins_at_midnight_in_utc_and_ends_with_its_last_millisecond() {
        let moment = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(date("2026-11-29").start().to_string(), "2026-11-29T00:00:00.000Z");
        for (text, day) in [
            ("2026-11-29T00:00:00Z", "2026-11-29"),
            ("2026-11-29T23:59:59.999Z", "2026-11-29"),
            ("2026-11-29T23:30:00-01:00", "2026-11-30"),
            ("1969-12-31T23:59:59.999Z", "1969-12-31"),
            ("-000044-03-15T12:00:00Z", "0001-01-01"),
        ] {
            assert_eq!(Date::of(moment(text)), date(day), "{text}");
        }
    }

    #[test]
    fn the_last_day_begins_at_the_last_moment() {
        let end = Date::MAX.start();
        assert_eq!(end, end.plus(Duration::from_secs(1)));
        assert!(Date::MAX.previous_day().start() < end);
    }

    #[test]
    fn days_stop_at_both_ends() {
        assert_eq!(date("2024-02-28").next_day(), date("2024-02-29"));
        assert_eq!(date("2025-03-01").previous_day(), date("2025-02-28"));
        for days in [1, 3_652_059, i64::MAX] {
            assert_eq!(Date::MAX.plus_days(days), Date::MAX, "{days}");
            assert_eq!(Date::MIN.plus_days(-days), Date::MIN, "{days}");
        }
        assert_eq!(Date::MAX.plus_days(i64::MIN), Date::MIN);
        assert_eq!(Date::MIN.plus_days(3_652_058), Date::MAX);
        assert_eq!(Date::MIN.days_until(Date::MAX), 3_652_058);
    }

    #[test]
    fn months_and_years_are_cut_to_the_last_day() {
        let months = |months| date("2027-10-31").plus_months(months);
        assert_eq!(months(0), Some(date("2027-10-31")));
        assert_eq!(months(1), Some(date("2027-11-30")));
        assert_eq!(months(4), Some(date("2028-02-29")));
        assert_eq!(months(16), Some(date("2029-02-28")));
        for beyond in [12 * 8_000, u64::from(u32::MAX) * 12, u64::MAX] {
            assert_eq!(months(beyond), None, "{beyond}");
        }
        assert_eq!(date("2028-02-29").plus_years(1), date("2029-02-28"));
        assert_eq!(date("2026-11-29").plus_years(10), date("2036-11-29"));
        assert_eq!(date("9990-01-01").plus_years(10), Date::MAX);
        assert_eq!(date("2026-11-29").month(), "2026-11");
        assert_eq!(date("2026-11-30").months_until(date("2027-01-01")), 2);
        assert_eq!(date("2027-01-01").months_until(date("2026-11-30")), -2);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,12}|[0-9]{4}-[0-9]{2}-[0-9]{2}") {
            if let Ok(date) = Date::parse(&text) {
                prop_assert_eq!(date.to_string(), text);
            }
        }

        #[test]
        fn texts_sort_as_days_and_days_count_as_numbers(one in 0..=3_652_058i64, other in 0..=3_652_058i64) {
            let (earlier, later) = (Date::MIN.plus_days(one), Date::MIN.plus_days(other));
            prop_assert_eq!(earlier.cmp(&later), one.cmp(&other));
            prop_assert_eq!(earlier.to_string().cmp(&later.to_string()), one.cmp(&other));
            prop_assert_eq!(earlier.days_until(later), other - one);
            prop_assert_eq!(earlier.plus_days(other - one), later);
        }

        #[test]
        fn the_day_of_its_first_and_of_its_last_moment_is_the_day(days in 0..3_652_058i64) {
            let day = Date::MIN.plus_days(days);
            prop_assert_eq!(Date::of(day.start()), day);
            prop_assert_eq!(Date::of(day.start().plus(Duration::from_millis(86_399_999))), day);
        }
    }
}
