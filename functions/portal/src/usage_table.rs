//! The rows of a report of usage, in a table and in CSV.

use serde_json::{Value, json};
use shared::domain::date::Date;
use shared::domain::usage_report::Share;
use shared::lambda::csv::Column;

use crate::duration::{HOUR, spoken};
use crate::format::{amount, number};
use crate::usage_query::Pages;

/// A place among the rows of a report, which are sorted by the newest day and then by what was used.
pub(crate) type RowPlace = (Date, Share);

/// Whether a place is behind the first of two others and not behind the second. `None` is open.
pub(crate) fn is_between(place: &RowPlace, after: Option<&RowPlace>, until: Option<&RowPlace>) -> bool {
    let is_behind = |(day, share): &RowPlace| place.0 < *day || place.0 == *day && place.1 > *share;
    after.is_none_or(is_behind) && !until.is_some_and(is_behind)
}

/// A row.
#[derive(Clone, Debug)]
pub(crate) struct UsageRow {
    /// The first and the last day; a billing period that never ends has no last one.
    pub(crate) days: (Date, Option<Date>),
    /// What was used.
    pub(crate) share: Share,
    /// What that is called; empty where nothing is told apart.
    pub(crate) name: String,
    /// The address of a page about it.
    pub(crate) link: Option<String>,
    /// How many units.
    pub(crate) units: i64,
    /// What they cost: the amount, and its currency. Both are empty where there are none.
    pub(crate) cost: (String, String),
}

impl UsageRow {
    /// Its place among the rows of a report.
    pub(crate) fn place(&self) -> RowPlace {
        (self.days.0, self.share.clone())
    }

    /// The days in words.
    pub(crate) fn period(&self) -> String {
        match self.days {
            (from, Some(to)) if from == to => from.to_string(),
            (from, Some(to)) => format!("{from} – {to}"),
            (from, None) => format!("From {from} on"),
        }
    }

    /// How much was used, in words.
    pub(crate) fn used(&self) -> String {
        spoken(self.units)
    }

    /// The same in units.
    pub(crate) fn seconds(&self) -> String {
        number(self.units)
    }

    /// What it costs, with separators.
    pub(crate) fn cost(&self) -> String {
        amount(&self.cost.0)
    }

    /// The object of its row in CSV.
    pub(crate) fn object(&self) -> Value {
        let customer = match self.share {
            Share::Customer(id) => Some(id),
            _ => None,
        };
        let (cost, currency) = &self.cost;
        json!({
            "From": self.days.0,
            "To": self.days.1,
            "Language": self.name,
            "Token": self.name,
            "Subscription": self.name,
            "Customer ID": customer,
            "Customer": self.name,
            "Seconds": self.units,
            "Hours": hours(self.units),
            "Cost": cost,
            "Currency": currency,
        })
    }
}

/// Hours with two decimals.
fn hours(units: i64) -> String {
    let hour = i128::from(HOUR);
    let hundredths = (i128::from(units) * 100 + hour / 2).div_euclid(hour);
    format!("{}.{:02}", hundredths / 100, (hundredths % 100).abs())
}

/// What a report tells apart, and so which columns it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Nothing,
    Languages,
    Tokens,
    Subscriptions,
    /// Subscriptions, with what they cost.
    Costs,
    Customers,
}

const FROM: Column = Column::of("From");
const TO: Column = Column::of("To");
const SECONDS: Column = Column::of("Seconds");
const HOURS: Column = Column::of_numbers("Hours");
const SUBSCRIPTION: Column = Column::of("Subscription");

impl Told {
    /// The heading of the column with the names; empty without such a column.
    pub(crate) fn heading(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Languages => "Language",
            Self::Tokens => "Token",
            Self::Subscriptions | Self::Costs => "Subscription",
            Self::Customers => "Customer",
        }
    }

    /// The columns in CSV.
    pub(crate) fn columns(self) -> &'static [Column] {
        const BY_LANGUAGE: [Column; 5] = [FROM, TO, Column::of("Language"), SECONDS, HOURS];
        const BY_TOKEN: [Column; 5] = [FROM, TO, Column::of("Token"), SECONDS, HOURS];
        const BY_SUBSCRIPTION: [Column; 5] = [FROM, TO, SUBSCRIPTION, SECONDS, HOURS];
        const BY_CUSTOMER: [Column; 6] = [FROM, TO, Column::of("Customer ID"), Column::of("Customer"), SECONDS, HOURS];
        const COSTS: [Column; 7] = [FROM, TO, SUBSCRIPTION, SECONDS, HOURS, Column::of("Cost"), Column::of("Currency")];
        match self {
            Self::Nothing => &[FROM, TO, SECONDS, HOURS],
            Self::Languages => &BY_LANGUAGE,
            Self::Tokens => &BY_TOKEN,
            Self::Subscriptions => &BY_SUBSCRIPTION,
            Self::Costs => &COSTS,
            Self::Customers => &BY_CUSTOMER,
        }
    }

    /// Whether there are columns with costs.
    pub(crate) fn has_costs(self) -> bool {
        self == Self::Costs
    }
}

/// A page of the table: what `usage_table.html` shows.
pub(crate) struct UsageTable {
    pub(crate) told: Told,
    pub(crate) rows: Vec<UsageRow>,
    pub(crate) pages: Pages,
    /// The address of all rows in CSV.
    pub(crate) csv: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_have_two_decimals() {
        for (units, text) in
            [(0, "0.00"), (17, "0.00"), (18, "0.01"), (45_000, "12.50"), (3_599, "1.00"), (i64::MAX, "2562047788015215.50")]
        {
            assert_eq!(hours(units), text);
        }
    }

    #[test]
    fn places_are_in_the_order_of_reports() {
        let place = |day: &str, language: Option<&str>| {
            let language = language.map(|language| shared::domain::usage::Language::parse(language).unwrap());
            (day.parse().unwrap(), Share::Language(language))
        };
        let places = [place("2026-11-29", None), place("2026-11-29", Some("nl")), place("2026-11-28", None)];
        let between = |after: Option<&RowPlace>, until: Option<&RowPlace>| -> Vec<usize> {
            (0..3).filter(|number| is_between(&places[*number], after, until)).collect()
        };
        let [first, second, _] = places.each_ref();
        assert_eq!(between(None, None), [0, 1, 2]);
        assert_eq!(between(Some(first), None), [1, 2]);
        assert_eq!(between(None, Some(second)), [0, 1]);
        assert_eq!(between(Some(first), Some(second)), [1]);
        // The bounds need not be there any more.
        assert_eq!(between(Some(&place("2026-11-29", Some("de"))), Some(&place("2026-11-28", Some("de")))), [1, 2]);
    }
}
