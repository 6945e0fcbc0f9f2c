//! The one form of time: UTC, whole milliseconds, `2025-01-25T10:31:46.960Z`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::civil;
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, Unit};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment in UTC with millisecond precision. Its text has a fixed width, so that texts sort as moments do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// The present moment, truncated to the millisecond.
    #[must_use]
    pub fn now() -> Self {
        Self::cut(jiff::Timestamp::now())
    }

    /// The whole seconds since 1970.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0.as_second()
    }

    /// The whole milliseconds since 1970.
    #[must_use]
    pub fn milliseconds(self) -> i64 {
        self.0.as_millisecond()
    }

    /// The moment this many milliseconds after the beginning of 1970; `None` when it can't be represented.
    #[must_use]
    pub fn from_milliseconds(milliseconds: i64) -> Option<Self> {
        jiff::Timestamp::from_millisecond(milliseconds).ok().map(Self)
    }

    /// The month of this moment: `2025-01`.
    #[must_use]
    pub fn month(self) -> String {
        self.to_string().chars().take("2025-01".len()).collect()
    }

    /// The minute of this moment, for people: `2025-01-25 10:31 UTC`.
    #[must_use]
    pub fn minute(self) -> String {
        format!("{} UTC", self.0.strftime("%Y-%m-%d %H:%M"))
    }

    /// The day of this moment in UTC.
    pub(super) fn day(self) -> civil::Date {
        Offset::UTC.to_datetime(self.0).date()
    }

    /// The moment at which a day begins in UTC. For 31 December 9999, which begins after the last representable moment, it is
    /// that moment.
    pub(super) fn midnight(day: civil::Date) -> Self {
        let moment = Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok();
        moment.map_or_else(|| Self::cut(jiff::Timestamp::MAX), Self)
    }

    /// This moment moved forward; the last representable moment when that would be beyond the year 9999.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self::cut(self.0.checked_add(duration).unwrap_or(jiff::Timestamp::MAX))
    }

    /// This moment moved back; the first representable moment when that would be before the year -9999.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self::cut(self.0.checked_sub(duration).unwrap_or(jiff::Timestamp::MIN))
    }

    /// The same moment of this many years later, on 28 February where there is no 29; the last representable moment when that would
    /// be beyond the year 9999.
    #[must_use]
    pub fn plus_years(self, years: u8) -> Self {
        let later = self.0.to_zoned(TimeZone::UTC).checked_add(Span::new().years(i64::from(years)));
        Self(later.map_or(jiff::Timestamp::MAX, |later| later.timestamp()))
    }

    /// The moment of the next change of something that was last changed at `self`: now, but always later than `self`, even if the
    /// clock of this machine is behind that of the machine that wrote before.
    #[must_use]
    pub fn next_change(self) -> Self {
        Self::now().max(self.plus(Duration::from_millis(1)))
    }

    fn cut(moment: jiff::Timestamp) -> Self {
        let floor = jiff::TimestampRound::new().smallest(Unit::Millisecond).mode(jiff::RoundMode::Floor);
        Self(moment.round(floor).unwrap_or(moment))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:.3}", self.0)
    }
}

impl FromStr for Timestamp {
    type Err = jiff::Error;

    /// Reads a date and time with an offset, such as `2025-01-25T10:31:46.960Z`, and truncates it to the millisecond. Takes RFC
    /// 3339 and the other common forms of ISO 8601.
    ///
    /// # Errors
    /// When the text has another form, no offset, or names a moment that can't be represented.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self::cut)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_three_decimals_and_a_z() {
        for text in ["2025-01-25T10:31:46.960Z", "2025-01-25T10:31:46.000Z", "1999-12-31T23:59:59.999Z"] {
            assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn finer_digits_are_cut_and_offsets_resolved() {
        let read: Timestamp = "2025-01-25T11:31:46.9609999+01:00".parse().unwrap();
        assert_eq!(read.to_string(), "2025-01-25T10:31:46.960Z");
    }

    #[test]
    fn years_later_it_is_the_same_day_if_there_is_one() {
        let later = |moment: &str, years| moment.parse::<Timestamp>().unwrap().plus_years(years).to_string();
        assert_eq!(later("2025-01-25T10:31:46.960Z", 5), "2030-01-25T10:31:46.960Z");
        assert_eq!(later("2028-02-29T23:59:59.999Z", 1), "2029-02-28T23:59:59.999Z");
        assert_eq!(later("2023-02-28T00:00:00.000Z", 1), "2024-02-28T00:00:00.000Z");
        assert!(later("9999-06-01T00:00:00.000Z", 1).starts_with("9999-12-30"));
    }

    #[test]
    fn a_text_without_an_offset_is_no_moment() {
        assert!("2025-01-25T10:31:46".parse::<Timestamp>().is_err());
    }

    #[test]
    fn a_change_is_later_than_the_one_before_even_when_the_clock_went_back() {
        let ahead = Timestamp::now().plus(Duration::from_secs(3_600));
        assert_eq!(ahead.next_change(), ahead.plus(Duration::from_millis(1)));
        let behind = Timestamp::now().minus(Duration::from_secs(3_600));
        assert!(behind.next_change() >= Timestamp::now().minus(Duration::from_secs(60)));
    }
}
