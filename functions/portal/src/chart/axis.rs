//! The axis of a chart: few round numbers from nothing to at least the largest value.

use crate::duration::{HOUR, MINUTE};
use crate::format::number;

/// How many numbers stand above the zero at most.
const MOST: u128 = 4;

/// What the numbers of an axis count: each from this many units on, and so many units.
const SCALES: [(&str, u64); 5] = [
    ("Billion hours", 1_000_000_000 * HOUR),
    ("Million hours", 1_000_000 * HOUR),
    ("Hours", HOUR),
    ("Minutes", MINUTE),
    ("Seconds", 1),
];

/// An axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Axis {
    /// What its numbers count.
    pub(super) unit: &'static str,
    /// The units of one step.
    step: u128,
    /// How many steps it has.
    steps: u128,
}

impl Axis {
    /// The axis for values up to this one.
    pub(super) fn up_to(largest: u64) -> Self {
        let largest = u128::from(largest).max(1);
        let step = steps().find(|step| step * MOST >= largest).unwrap_or(largest);
        let unit = SCALES.iter().find(|(_, units)| step >= u128::from(*units)).map_or("Seconds", |(unit, _)| unit);
        Self { unit, step, steps: largest.div_ceil(step) }
    }

    /// How high a value is, as a part of the height in per cent.
    pub(super) fn height(&self, value: u64) -> String {
        percent(value.into(), self.step * self.steps)
    }

    /// How far below the top a value ends.
    pub(super) fn below_top(&self, value: u64) -> String {
        let top = self.step * self.steps;
        percent(top.saturating_sub(value.into()), top)
    }

    /// The numbers, and how far below the top each stands.
    pub(super) fn marks(&self) -> Vec<(String, String)> {
        let scale = SCALES.iter().find(|(unit, _)| *unit == self.unit).map_or(1, |(_, units)| u128::from(*units));
        let mark = |at: u128| {
            (number(i128::try_from(self.step * at / scale).unwrap_or(i128::MAX)), percent(self.steps - at, self.steps))
        };
        (0..=self.steps).map(mark).collect()
    }
}

/// The steps that people count in, the smallest first.
fn steps() -> impl Iterator<Item = u128> {
    let of_clock = [1, MINUTE].into_iter().flat_map(|unit| [1, 2, 5, 10, 15, 30].map(|count| count * unit));
    let of_hours = (0..18).flat_map(|zeros| [1, 2, 5].map(|count| count * 10_u128.pow(zeros) * u128::from(HOUR)));
    of_clock.map(u128::from).chain(of_hours)
}

/// A part of a whole, in per cent.
pub(super) fn percent(part: u128, whole: u128) -> String {
    let thousandths = part.saturating_mul(100_000) / whole.max(1);
    format!("{}.{:03}%", thousandths / 1_000, thousandths % 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(largest: u64) -> String {
        let axis = Axis::up_to(largest);
        let numbers: Vec<String> = axis.marks().into_iter().map(|(number, _)| number).collect();
        format!("{} {}", numbers.join(" "), axis.unit)
    }

    #[test]
    fn an_axis_has_few_round_numbers() {
        for (largest, expected) in [
            (0, "0 1 Seconds"),
            (1, "0 1 Seconds"),
            (7, "0 2 4 6 8 Seconds"),
            (60, "0 15 30 45 60 Seconds"),
            (61, "0 30 60 90 Seconds"),
            (3_600, "0 15 30 45 60 Minutes"),
            (7_200, "0 30 60 90 120 Minutes"),
            (7_201, "0 1 2 3 Hours"),
            (36_000, "0 5 10 Hours"),
            (40 * HOUR, "0 10 20 30 40 Hours"),
            (4_000_000 * HOUR, "0 1 2 3 4 Million hours"),
            (2_000_000 * HOUR, "0 500,000 1,000,000 1,500,000 2,000,000 Hours"),
            (u64::MAX, "0 2,000,000 4,000,000 6,000,000 Billion hours"),
        ] {
            assert_eq!(numbers(largest), expected, "{largest}");
        }
    }

    #[test]
    fn no_value_is_higher_than_its_axis() {
        for largest in (0..64).map(|bits| u64::MAX >> bits) {
            let axis = Axis::up_to(largest);
            assert!(axis.steps <= MOST && axis.step * axis.steps >= largest.into(), "{largest}: {axis:?}");
        }
        let axis = Axis::up_to(36_000);
        assert_eq!([0, 9_000, 36_000].map(|value| axis.height(value)), ["0.000%", "25.000%", "100.000%"]);
        assert_eq!(axis.marks().last().unwrap(), &("10".to_owned(), "0.000%".to_owned()));
    }
}
