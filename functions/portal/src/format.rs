//! How values are written on pages.

use shared::domain::timestamp::Timestamp;

/// A whole number with separators: `1,234,567`.
pub(crate) fn number(value: impl Into<i128>) -> String {
    let value: i128 = value.into();
    let digits = value.unsigned_abs().to_string();
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    format!("{}{}", if value < 0 { "\u{2212}" } else { "" }, groups.join(","))
}

/// An amount in plain notation, with separators: `1,234.50`.
pub(crate) fn amount(plain: &str) -> String {
    let (whole, part) = plain.split_at(plain.find('.').unwrap_or(plain.len()));
    let whole = whole.parse::<i128>().map_or_else(|_| whole.to_owned(), number);
    format!("{whole}{part}")
}

/// The day of a moment: `2026-11-29`.
pub(crate) fn day(moment: Timestamp) -> String {
    moment.to_string().chars().take(10).collect()
}

/// `1 organization` or `3 organizations`.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_separators() {
        for (value, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567"), (-1_000, "\u{2212}1,000")] {
            assert_eq!(number(value), text);
        }
        assert_eq!(counted(1, "organization", "organizations"), "1 organization");
        assert_eq!(counted(1_000, "organization", "organizations"), "1,000 organizations");
    }

    #[test]
    fn a_day_is_in_iso_form() {
        assert_eq!(day("2026-11-29T23:59:59.999Z".parse().unwrap()), "2026-11-29");
    }

    #[test]
    fn amounts_have_separators() {
        for (plain, text) in [("", ""), ("0", "0"), ("1234567.50", "1,234,567.50"), ("1234", "1,234"), ("0.005", "0.005")] {
            assert_eq!(amount(plain), text);
        }
    }
}
