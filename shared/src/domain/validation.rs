//! One validator per kind of value, for every API. A validator takes what was sent, and returns the value to store or why it
//! can't be stored.
//!
//! Limits that differ between APIs (how long a name may be) are arguments. What makes a value valid is decided here.

use std::fmt;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

/// A text as it is stored: trimmed, not empty, made only of characters that JSON and XML 1.0 can both carry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(String);

impl Text {
    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Why a value was refused. Its text completes a sentence that begins with the name of the field, and never repeats the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// A required value is missing, `null`, empty or blank.
    #[error("is required")]
    Required,
    /// Longer than this many Unicode scalar values.
    #[error("must have at most {0} characters")]
    TooLong(usize),
    /// Holds a character outside of XML 1.0's `Char` production.
    #[error("must not contain control characters other than tab and line breaks")]
    UnusableCharacter,
    /// Not an e-mail address.
    #[error("must be an e-mail address such as customer@example.com")]
    NotAnEmail,
    /// Not an international phone number.
    #[error(
        "must be an international phone number such as +31 012 345678: a plus sign, then 7 to 15 digits, with spaces, dots, \
         hyphens or parentheses between them, at most 32 characters in all"
    )]
    NotAnInternationalPhone,
    /// Not a phone number.
    #[error("must be a phone number: at least one digit, and else only spaces, plus signs, hyphens, dots or parentheses")]
    NotAPhone,
    /// Not a code of ASCII letters and digits.
    #[error("must be a code of letters and digits")]
    NotACode,
    /// Not an officially assigned ISO 3166-1 alpha-2 code.
    #[error("must be an ISO 3166-1 alpha-2 code such as NL")]
    NotACountry,
    /// Not the name or the address of a host.
    #[error("must be the name or the address of a host, without white space")]
    NotAHost,
    /// Given more than once.
    #[error("may be given once only")]
    Repeated,
    /// A JSON value of another type than text.
    #[error("must be a text")]
    NotAText,
    /// A JSON value of another type than a boolean.
    #[error("must be true or false")]
    NotABoolean,
}

/// Whether XML 1.0 can carry the character (its production `Char`, <https://www.w3.org/TR/xml/#charsets>): one API must not store
/// a value that another API can't show.
#[must_use]
pub fn is_usable(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// Any text of at most `maximum` Unicode scalar values after trimming; `None` when nothing is left.
///
/// # Errors
/// [`Invalid::UnusableCharacter`], [`Invalid::TooLong`].
pub fn text(sent: &str, maximum: usize) -> Result<Option<Text>, Invalid> {
    if !sent.chars().all(is_usable) {
        return Err(Invalid::UnusableCharacter);
    }
    let trimmed = sent.trim();
    if trimmed.chars().count() > maximum {
        return Err(Invalid::TooLong(maximum));
    }
    Ok((!trimmed.is_empty()).then(|| Text(trimmed.to_owned())))
}

/// The value to store when `sent`, trimmed, replaces `current`. A value that equals `current` is taken without a check, so that a
/// client can send back what an API shows, whichever API wrote it first.
///
/// # Errors
/// Those of `parse`.
pub fn edit(
    current: Option<&Text>,
    sent: &str,
    parse: impl FnOnce(&str) -> Result<Option<Text>, Invalid>,
) -> Result<Option<Text>, Invalid> {
    if sent == current.map(Text::as_str).unwrap_or_default() { Ok(current.cloned()) } else { parse(sent) }
}

/// Reads a number of ASCII digits; one that does not fit becomes the largest number. `None` for any other text.
#[must_use]
pub fn whole_number(sent: &str) -> Option<u64> {
    (!sent.is_empty() && sent.bytes().all(|byte| byte.is_ascii_digit())).then(|| sent.parse().unwrap_or(u64::MAX))
}

/// An e-mail address of at most `maximum` Unicode scalar values: one `@` with something before it, a domain with a dot and
/// without empty labels, no white space and no control characters. International domains and local parts are allowed.
///
/// # Errors
/// Those of [`text`], and [`Invalid::NotAnEmail`].
pub fn email(sent: &str, maximum: usize) -> Result<Option<Text>, Invalid> {
    let Some(address) = text(sent, maximum)? else {
        return Ok(None);
    };
    let has_form = address.as_str().split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.contains('@') && domain.contains('.') && !domain.split('.').any(str::is_empty)
    });
    if has_form && !has_gap(&address) { Ok(Some(address)) } else { Err(Invalid::NotAnEmail) }
}

/// The name or the address of a host, of at most `maximum` Unicode scalar values: anything without white space and control
/// characters. Whether it can be resolved is not checked.
///
/// # Errors
/// Those of [`text`], and [`Invalid::NotAHost`].
pub fn host(sent: &str, maximum: usize) -> Result<Option<Text>, Invalid> {
    let host = text(sent, maximum)?;
    if host.as_ref().is_some_and(has_gap) { Err(Invalid::NotAHost) } else { Ok(host) }
}

fn has_gap(text: &Text) -> bool {
    text.as_str().chars().any(|character| character.is_whitespace() || character.is_control())
}

/// How many digits an international phone number has.
pub const INTERNATIONAL_PHONE_DIGITS: RangeInclusive<usize> = 7..=15;

/// The most characters of an international phone number.
pub const MAXIMUM_INTERNATIONAL_PHONE: usize = 32;

/// An international phone number: `+`, then 7 to 15 digits with spaces, dots, hyphens or parentheses between them, at most 32
/// characters in all. It is stored as it was sent, inner spaces included.
///
/// # Errors
/// [`Invalid::UnusableCharacter`], [`Invalid::NotAnInternationalPhone`].
pub fn international_phone(sent: &str) -> Result<Option<Text>, Invalid> {
    let refused = Invalid::NotAnInternationalPhone;
    let Some(phone) = text(sent, MAXIMUM_INTERNATIONAL_PHONE).map_err(|invalid| match invalid {
        Invalid::TooLong(_) => refused,
        other => other,
    })?
    else {
        return Ok(None);
    };
    let number = phone.as_str().strip_prefix('+').ok_or(refused)?;
    let is_digit = |character: char| character.is_ascii_digit();
    let digits = number.chars().filter(|&character| is_digit(character)).count();
    let well_formed = number.starts_with(is_digit)
        && number.ends_with(is_digit)
        && INTERNATIONAL_PHONE_DIGITS.contains(&digits)
        && number.chars().all(|character| is_digit(character) || matches!(character, ' ' | '.' | '-' | '(' | ')'));
    if well_formed { Ok(Some(phone)) } else { Err(refused) }
}

/// A phone number of any form, of at most `maximum` Unicode scalar values: at least one digit, and otherwise only spaces and `+ -
/// . ( )`.
///
/// # Errors
/// Those of [`text`], and [`Invalid::NotAPhone`].
pub fn phone(sent: &str, maximum: usize) -> Result<Option<Text>, Invalid> {
    let is_part = |character: char| character.is_ascii_digit() || matches!(character, ' ' | '+' | '-' | '.' | '(' | ')');
    let is_phone = |text: &str| text.chars().all(is_part) && text.bytes().any(|byte| byte.is_ascii_digit());
    match text(sent, maximum)? {
        Some(phone) if !is_phone(phone.as_str()) => Err(Invalid::NotAPhone),
        phone => Ok(phone),
    }
}

/// A code of at most `maximum` ASCII letters and digits, such as that of a state; stored in upper case.
///
/// # Errors
/// Those of [`text`], and [`Invalid::NotACode`].
pub fn code(sent: &str, maximum: usize) -> Result<Option<Text>, Invalid> {
    match text(sent, maximum)? {
        Some(code) if !code.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric()) => Err(Invalid::NotACode),
        code => Ok(code.map(|code| Text(code.0.to_ascii_uppercase()))),
    }
}

/// The officially assigned ISO 3166-1 alpha-2 codes, of November 2026.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC \
     CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD \
     GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH \
     KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW \
     MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC \
     SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY \
     UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// The codes that [`country_code`] takes, in upper case.
pub fn country_codes() -> impl Iterator<Item = &'static str> {
    COUNTRIES.split(' ')
}

/// The code of a country, in any case; stored in upper case.
///
/// # Errors
/// Those of [`text`], and [`Invalid::NotACountry`].
pub fn country_code(sent: &str, maximum: usize) -> Result<Option<Text>, Invalid> {
    let code = code(sent, maximum).map_err(|invalid| match invalid {
        Invalid::NotACode => Invalid::NotACountry,
        other => other,
    })?;
    let is_country = code.as_ref().is_none_or(|code| country_codes().any(|country| country == code.as_str()));
    if is_country { Ok(code) } else { Err(Invalid::NotACountry) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(value: Result<Option<Text>, Invalid>) -> Result<Option<String>, Invalid> {
        value.map(|text| text.map(|text| text.to_string()))
    }

    #[test]
    fn text_is_trimmed_and_otherwise_kept() {
        assert_eq!(shown(text(" \u{a0}A  b\tc\u{3000}\n", 9)), Ok(Some("A  b\tc".into())));
        assert_eq!(shown(text(" \t ", 9)), Ok(None));
    }

    #[test]
    fn length_counts_characters_and_not_bytes() {
        assert!(text(&"😀".repeat(255), 255).is_ok());
        assert_eq!(text(&"a".repeat(256), 255), Err(Invalid::TooLong(255)));
        assert!(text(&format!("  {}  ", "a".repeat(255)), 255).is_ok());
    }

    #[test]
    fn characters_that_xml_cannot_carry_are_refused() {
        for character in ['\0', '\u{1}', '\u{8}', '\u{b}', '\u{c}', '\u{1f}', '\u{fffe}', '\u{ffff}'] {
            assert_eq!(text(&format!("a{character}b"), 9), Err(Invalid::UnusableCharacter), "{character:?}");
        }
        for character in ['\t', '\n', '\r', ' ', '\u{7f}', '\u{d7ff}', '\u{e000}', '\u{fffd}', '\u{10000}', '\u{10ffff}'] {
            assert!(text(&format!("a{character}b"), 9).is_ok(), "{character:?}");
        }
    }

    #[test]
    fn addresses() {
        for good in ["customer@example.com", "a@b.c", "o'neil+x@sub.example.co.uk", "ユーザー@例え.テスト"] {
            assert_eq!(shown(email(good, 254)), Ok(Some(good.into())));
        }
        for bad in [
            "customer",
            "@example.com",
            "customer@",
            "customer@example",
            "a@b@c.d",
            "a b@c.d",
            "a@b .c",
            "a@.b",
            "a@b.",
            "a@b..c",
            "a@b\u{a0}.c",
            "a\t@b.c",
            "a\u{85}@b.c",
            "a\u{7f}@b.c",
        ] {
            assert_eq!(email(bad, 254), Err(Invalid::NotAnEmail), "{bad:?}");
        }
        assert_eq!(email(&format!("{}@b.c", "a".repeat(251)), 254), Err(Invalid::TooLong(254)));
        assert!(email(&format!("{}@b.c", "a".repeat(250)), 254).is_ok());
    }

    #[test]
    fn what_is_there_already_is_taken_unchecked() {
        let current = text("no address", 99).unwrap();
        let as_email = |sent: &str| email(sent, 5);
        assert_eq!(edit(current.as_ref(), "no address", as_email), Ok(current.clone()));
        assert_eq!(edit(None, "", as_email), Ok(None));
        assert_eq!(edit(current.as_ref(), "", as_email), Ok(None));
        assert_eq!(shown(edit(current.as_ref(), "a@b.c", as_email)), Ok(Some("a@b.c".into())));
        assert_eq!(edit(current.as_ref(), "No address", as_email), Err(Invalid::TooLong(5)));
    }

    #[test]
    fn whole_numbers() {
        assert_eq!(whole_number("007"), Some(7));
        assert_eq!(whole_number(&"9".repeat(40)), Some(u64::MAX));
        for other in ["", "-1", "+1", "1.0", " 1", "１", "1e3"] {
            assert_eq!(whole_number(other), None, "{other}");
        }
    }

    #[test]
    fn hosts() {
        for good in ["server.example.com", "SERVER", "192.0.2.1", "[2001:db8::1]:8443", "例え.テスト", "*.example.com"] {
            assert_eq!(shown(host(&format!(" {good}\t"), 253)), Ok(Some(good.into())));
        }
        for bad in ["a b", "a\tb", "a\nb", "a\u{a0}b", "a\u{3000}b", "a\u{85}b", "a\u{7f}b"] {
            assert_eq!(host(bad, 253), Err(Invalid::NotAHost), "{bad:?}");
        }
        assert_eq!(shown(host(" \t ", 253)), Ok(None));
        assert_eq!(host("a\0b", 253), Err(Invalid::UnusableCharacter));
        assert_eq!(host(&"a".repeat(254), 253), Err(Invalid::TooLong(253)));
        assert!(host(&"é".repeat(253), 253).is_ok());
    }

    #[test]
    fn phone_numbers() {
        for good in ["+31 012 345678", "+1234567", "+123456789012345", "+31 (0)20-123.45.67", "+1          2          3    4567"]
        {
            assert_eq!(shown(international_phone(good)), Ok(Some(good.into())), "{good}");
        }
        for bad in [
            "31 012 345678",
            "+123456",
            "+1234567890123456",
            "+31 012 34567a",
            "++31012345678",
            "+(31)012345678",
            "+31012345678-",
            "+31\t012345678",
            "+３１０１２３４５６７８",
            "+",
            "+1          2          3     4567",
        ] {
            assert_eq!(international_phone(bad), Err(Invalid::NotAnInternationalPhone), "{bad}");
        }
        assert_eq!(shown(international_phone("  ")), Ok(None));
        assert_eq!(international_phone("+1234567\0"), Err(Invalid::UnusableCharacter));
    }

    #[test]
    fn phone_numbers_of_any_form() {
        for good in ["020 123.45-67", "+31(0)20", "1", "(0)", "123456789012345"] {
            assert_eq!(shown(phone(good, 15)), Ok(Some(good.into())), "{good}");
        }
        for bad in ["+", "( )", "12x", "1\t2", "１２", "ext 5"] {
            assert_eq!(phone(bad, 15), Err(Invalid::NotAPhone), "{bad}");
        }
        assert_eq!(phone("1234567890123456", 15), Err(Invalid::TooLong(15)));
        assert_eq!(shown(phone(" ", 15)), Ok(None));
    }

    #[test]
    fn codes_are_stored_in_upper_case() {
        assert_eq!(shown(code(" nsw ", 3)), Ok(Some("NSW".into())));
        assert_eq!(shown(code("9a", 3)), Ok(Some("9A".into())));
        assert_eq!(code("N-W", 3), Err(Invalid::NotACode));
        assert_eq!(code("é", 3), Err(Invalid::NotACode));
        assert_eq!(code("NSWX", 3), Err(Invalid::TooLong(3)));
        assert_eq!(shown(code("", 3)), Ok(None));
    }

    #[test]
    fn countries() {
        assert_eq!(country_codes().count(), 249);
        assert!(country_codes().is_sorted() && country_codes().all(|code| code.len() == 2));
        for (sent, stored) in [("NL", "NL"), ("nl", "NL"), (" zW ", "ZW"), ("ad", "AD")] {
            assert_eq!(shown(country_code(sent, 2)), Ok(Some(stored.into())), "{sent}");
        }
        for bad in ["XX", "UK", "N", "L ", "é"] {
            assert_eq!(country_code(bad, 2), Err(Invalid::NotACountry), "{bad}");
        }
        assert_eq!(country_code("NLD", 2), Err(Invalid::TooLong(2)));
    }

    proptest! {
        #[test]
        fn validating_twice_changes_nothing(sent in any::<String>()) {
            if let Ok(Some(once)) = text(&sent, 255) {
                prop_assert_eq!(text(once.as_str(), 255).unwrap().unwrap(), once);
            }
        }

        #[test]
        fn what_has_the_form_of_an_address_is_one(local in "[a-z0-9.+_-]{1,20}", domain in "[a-z0-9-]{1,20}(\\.[a-z]{1,10}){1,3}") {
            let address = format!("{local}@{domain}");
            prop_assert_eq!(shown(email(&address, 254)), Ok(Some(address)));
        }

        #[test]
        fn an_accepted_phone_number_has_7_to_15_digits(sent in "\\+[0-9 ().-]{0,40}") {
            if let Ok(Some(phone)) = international_phone(&sent) {
                let digits = phone.as_str().chars().filter(char::is_ascii_digit).count();
                prop_assert!((7..=15).contains(&digits) && phone.as_str().chars().count() <= 32);
            }
        }
    }
}
