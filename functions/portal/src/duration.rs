//! How long audio is, on pages. One unit of usage is one second.

use crate::format::number;

/// The units of a minute.
pub(crate) const MINUTE: u64 = 60;

/// The units of an hour.
pub(crate) const HOUR: u64 = 60 * MINUTE;

/// Units as people say them: `1,234 h 5 min`, `7 min 30 s`, `12 s`. Above an hour the seconds are left out.
pub(crate) fn spoken(units: i64) -> String {
    let (sign, units) = (if units < 0 { "\u{2212}" } else { "" }, units.unsigned_abs());
    let (hours, minutes, seconds) = (units / HOUR, units % HOUR / MINUTE, units % MINUTE);
    let parts = match (hours, minutes) {
        (0, 0) => [(0, "h"), (0, "min"), (seconds, "s")],
        (0, _) => [(0, "h"), (minutes, "min"), (seconds, "s")],
        _ => [(hours, "h"), (minutes, "min"), (0, "s")],
    };
    let parts: Vec<String> =
        parts.iter().filter(|(part, _)| *part > 0).map(|(part, unit)| format!("{}\u{a0}{unit}", number(*part))).collect();
    if parts.is_empty() { "0\u{a0}h".to_owned() } else { format!("{sign}{}", parts.join("\u{a0}")) }
}

/// Units as clocks show them: `1:02:03`.
pub(crate) fn clock(units: u64) -> String {
    format!("{}:{:02}:{:02}", number(units / HOUR), units % HOUR / MINUTE, units % MINUTE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_said_in_the_two_units_that_matter() {
        for (units, text) in [
            (0, "0 h"),
            (59, "59 s"),
            (60, "1 min"),
            (450, "7 min 30 s"),
            (3_600, "1 h"),
            (3_661, "1 h 1 min"),
            (4_442_700, "1,234 h 5 min"),
            (-450, "\u{2212}7 min 30 s"),
            (i64::MIN, "\u{2212}2,562,047,788,015,215 h 30 min"),
        ] {
            assert_eq!(spoken(units).replace('\u{a0}', " "), text);
        }
    }

    #[test]
    fn clocks_show_hours_minutes_and_seconds() {
        for (units, text) in [(0, "0:00:00"), (59, "0:00:59"), (3_723, "1:02:03"), (10_000_000, "2,777:46:40")] {
            assert_eq!(clock(units), text);
        }
    }
}
