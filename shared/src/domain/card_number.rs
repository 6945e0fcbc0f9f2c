//! Card numbers in texts, however they are written: what this platform must never store or log.
//!
//! Whoever keeps card numbers falls under the rules of PCI DSS. Processors of payments give references instead.

use super::normalization::normalize;

/// The fewest digits of a card number (ISO/IEC 7812 has 8 at least, and no card in use has fewer than 12).
const FEWEST: usize = 12;

/// The most digits of a card number (ISO/IEC 7812).
const MOST: usize = 19;

/// Whether a text contains a card number: 12 to 19 digits that pass the check of Luhn, written without a gap or in groups. Between
/// groups there may be any number of spaces of any width, hyphens, dots, slashes and characters that nobody sees. Digits of any
/// width and script count.
///
/// Digits without a gap are one group. A group can't be cut, so that more than 19 digits without a gap are no card number. Several
/// groups are one if they follow each other, whatever groups stand before and behind them.
///
/// One in ten of such groups of digits passes the check by chance.
#[must_use]
pub fn contains_card_number(text: &str) -> bool {
    // Makes all digits and spaces that differ only in their form the common ones.
    let text = normalize(text);
    let mut groups: Vec<Vec<u32>> = Vec::new();
    let mut is_in_group = false;
    for character in text.chars() {
        match digit(character) {
            Some(digit) => {
                match groups.last_mut() {
                    Some(group) if is_in_group => group.push(digit),
                    _ => groups.push(vec![digit]),
                }
                is_in_group = true;
            }
            None if is_separator(character) => is_in_group = false,
            None => {
                if take_card_number(&mut groups) {
                    return true;
                }
                is_in_group = false;
            }
        }
    }
    take_card_number(&mut groups)
}

/// The zeros of Unicode's decimal digits (general category Nd, version 16): nine more digits follow each of them. Those that
/// [`normalize`] makes ASCII digits are not among them.
const ZEROS: [u32; 68] = [
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0, 0xf20, 0x1040,
    0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0,
    0xa9f0, 0xaa50, 0xabf0, 0x104a0, 0x10d30, 0x10d40, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650,
    0x116c0, 0x116d0, 0x116da, 0x11730, 0x118e0, 0x11950, 0x11bf0, 0x11c50, 0x11d50, 0x11da0, 0x11f50, 0x16130, 0x16a60, 0x16ac0,
    0x16b50, 0x16d70, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e5f1, 0x1e950,
];

/// The decimal digit that a character is, in any script.
fn digit(character: char) -> Option<u32> {
    let code = u32::from(character);
    ZEROS.iter().rev().find(|zero| **zero <= code).map(|zero| code - zero).filter(|digit| *digit < 10)
}

/// Takes all groups. Whether some of them, which follow each other, are a card number.
fn take_card_number(groups: &mut Vec<Vec<u32>>) -> bool {
    let groups = std::mem::take(groups);
    (0..groups.len()).any(|first| {
        let mut digits = Vec::new();
        for group in groups.iter().skip(first) {
            digits.extend(group);
            if digits.len() > MOST {
                return false;
            }
            if is_card_number(&digits) {
                return true;
            }
        }
        false
    })
}

/// Whether the digits are as many as a card number has, and pass the check of Luhn (ISO/IEC 7812-1, annex B).
fn is_card_number(digits: &[u32]) -> bool {
    let doubled = |digit: u32| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let of_place = |(place, &digit): (usize, &u32)| if place % 2 == 1 { doubled(digit) } else { digit };
    let sum: u32 = digits.iter().rev().enumerate().map(of_place).sum();
    (FEWEST..=MOST).contains(&digits.len()) && sum.is_multiple_of(10)
}

/// Whether the character can stand between two groups of a number.
fn is_separator(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '-' | '.' | '/' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_of_cards_are_found() {
        for text in [
            "4111111111111111",
            "4111 1111 1111 1111",
            "4111-1111-1111-1111",
            "4111.1111/1111 - 1111",
            "4111\u{a0}\u{a0}1111\u{202f}1111\u{2007}1111",
            "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
            "４１１１ １１１１ １１１１ １１１１",
            "41\u{ad}11\u{200b}1111\u{2060}11111111",
            "card4111111111111111!",
            "4111 1111 1111 1111 12/27 123",
            "12/27 4111 1111 1111 1111",
            "2026-11-29, 378282246310005",
            "6304000000000000000",
            "501800000009",
            "0000 0000 0000 0000",
            "٤١١١١١١١١١١١١١١١",
            "४१११-११११-११११-११११",
            "𑃴𑃱𑃱𑃱𑃱𑃱𑃱𑃱𑃱𑃱𑃱𑃱𑃱𑃱𑃱𑃱",
        ] {
            assert!(contains_card_number(text), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_none() {
        for text in [
            "",
            "4111111111111112",
            "41111111111",
            "41111111111111111111",
            "000041111111111111111",
            "4111x1111x1111x1111",
            "4111,1111,1111,1111",
            "2026-11-29 2026-11-30",
            "tok_1MqLiJLkdIwHu7ixUEgbFdYF",
            "+31 20 1234567",
        ] {
            assert!(!contains_card_number(text), "{text}");
        }
    }

    prop_compose! {
        /// Digits that pass the check, as many as a card number has.
        fn card_number()(digits in prop::collection::vec(0..10_u32, FEWEST - 1..MOST)) -> String {
            let with = |last: u32| [digits.as_slice(), &[last]].concat();
            let last = (0..10).find(|last| is_card_number(&with(*last))).unwrap_or(5);
            with(last).iter().map(u32::to_string).collect()
        }
    }

    fn separators() -> impl Strategy<Value = String> {
        prop_oneof![2 => "", 3 => "[ \\-./\u{a0}\u{2007}\u{202f}\t\u{2011}\u{200b}]{1,4}"]
    }

    proptest! {
        #[test]
        fn every_disguise_of_a_card_number_is_found(
            number in card_number(),
            between in prop::collection::vec(separators(), MOST),
            zero in prop::sample::select([&ZEROS[..], &[0xff10]].concat()),
            before in "([a-z:,]{0,5}|[0-9]{1,9} )",
            behind in "([a-z:,]{0,5}| [0-9]{1,9})",
        ) {
            let digit = |digit: char| char::from_u32(digit as u32 - 0x30 + zero).unwrap();
            let mut text = before;
            for (character, gap) in number.chars().zip(&between) {
                text.push(digit(character));
                text.push_str(gap);
            }
            // A gap at the end would join the number with nothing more than a space does.
            text.push_str(&behind);
            prop_assert!(contains_card_number(&text), "{text:?}");
        }

        #[test]
        fn more_digits_without_a_gap_are_none(digits in "[0-9]{20,60}", around in "[a-z ]{0,3}") {
            let text = format!("{around}{digits}{around}");
            prop_assert!(!contains_card_number(&text), "{text:?}");
        }

        #[test]
        fn one_wrong_digit_makes_it_none(number in card_number(), place in 0..FEWEST, by in 1..10_u32) {
            let changed: String = number
                .chars()
                .enumerate()
                .map(|(at, digit)| if at == place { ((digit.to_digit(10).unwrap() + by) % 10).to_string() } else { digit.into() })
                .collect();
            prop_assert!(!contains_card_number(&changed), "{changed}");
        }

        #[test]
        fn letters_around_a_text_do_not_matter(text in "([0-9]{1,16}[ a-z-]?){1,5}|\\PC{0,30}") {
            prop_assert_eq!(contains_card_number(&text), contains_card_number(&format!("x{text}x")));
        }
    }
}
