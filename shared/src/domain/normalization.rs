//! The form in which texts are compared, sorted and reserved: NFKC, then full case folding, then NFKC again, because folding can
//! leave a text unnormalized (the Unicode Standard, section 5.18 and definition D146).

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;

/// The comparable form of a text. Two texts are equal without regard to case exactly when their comparable forms are equal.
///
/// It may be longer than the text: one character can become eighteen (U+FDFA).
#[must_use]
pub fn normalize(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.nfkc().default_case_fold().nfkc().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn case_width_and_composition_do_not_matter() {
        for (one, other) in
            [("ACME", "acme"), ("Straße", "STRASSE"), ("Ａｃｍｅ", "acme"), ("Caf\u{e9}", "CAFE\u{301}"), ("ΣΊΣΥΦΟΣ", "σίσυφος")]
        {
            assert_eq!(normalize(one), normalize(other), "{one} and {other}");
        }
    }

    #[test]
    fn different_letters_stay_different() {
        assert_ne!(normalize("Cafe"), normalize("Café"));
    }

    proptest! {
        #[test]
        fn the_short_way_for_ascii_gives_what_the_long_way_gives(text in "[ -~]{0,40}") {
            let long: String = text.nfkc().default_case_fold().nfkc().collect();
            prop_assert_eq!(normalize(&text), long);
        }
    }
}
