//! `application/x-www-form-urlencoded` text, as query strings and form bodies carry it, read strictly: where a lenient parser
//! guesses, this one refuses.

use percent_encoding::percent_decode;

use crate::domain::validation::is_usable;

/// A pair that can't be decoded. Its text completes a sentence about a body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the field {name} {problem}")]
pub struct MalformedPair {
    /// The beginning of its name, at most 40 characters. Characters that no value can have are replaced.
    pub name: String,
    /// What is wrong with it.
    pub problem: Malformed,
}

/// Why a text can't be decoded. Its text completes a sentence that begins with the name of the pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// A `%` without two hexadecimal digits behind it.
    #[error("has a percent sign without two hexadecimal digits behind it")]
    PercentEncoding,
    /// Bytes that are not UTF-8.
    #[error("must be UTF-8")]
    Utf8,
    /// A character that no value can have.
    #[error("must not contain control characters other than tab and line breaks")]
    UnusableCharacter,
}

/// The decoded pairs, in the order in which they were sent. A part without `=` is a name with an empty value; empty parts, as in
/// `a=1&&b=2`, are ignored.
///
/// # Errors
/// The first pair that can't be decoded.
pub fn parse(form: &[u8]) -> Result<Vec<(String, String)>, MalformedPair> {
    form.split(|&byte| byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = match pair.iter().position(|&byte| byte == b'=') {
                Some(equals) => {
                    let (name, value) = pair.split_at(equals);
                    (name, value.get(1..).unwrap_or_default())
                }
                None => (pair, &[][..]),
            };
            let malformed = |problem| MalformedPair { name: shown(name), problem };
            Ok((decode(name, b' ').map_err(malformed)?, decode(value, b' ').map_err(malformed)?))
        })
        .collect()
}

/// The part of a name that an error repeats. The name may be anything: a whole body of another format has no equals sign either.
fn shown(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name);
    name.chars().take(40).map(|character| if is_usable(character) { character } else { '\u{fffd}' }).collect()
}

/// Decodes a part of a path, in which `+` is a plus sign.
///
/// # Errors
/// See [`Malformed`].
pub fn decode_path(part: &str) -> Result<String, Malformed> {
    decode(part.as_bytes(), b'+')
}

fn decode(encoded: &[u8], plus: u8) -> Result<String, Malformed> {
    let mut rest = encoded;
    while let Some(percent) = rest.iter().position(|&byte| byte == b'%') {
        let digits = rest.get(percent + 1..percent + 3).unwrap_or_default();
        if digits.len() != 2 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(Malformed::PercentEncoding);
        }
        rest = rest.get(percent + 3..).unwrap_or_default();
    }
    let spaced: Vec<u8> = encoded.iter().map(|&byte| if byte == b'+' { plus } else { byte }).collect();
    let decoded = percent_decode(&spaced).decode_utf8().map_err(|_| Malformed::Utf8)?.into_owned();
    if decoded.chars().all(is_usable) { Ok(decoded) } else { Err(Malformed::UnusableCharacter) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pairs(form: &str) -> Vec<(String, String)> {
        parse(form.as_bytes()).unwrap()
    }

    #[test]
    fn pairs_keep_their_order_and_repeat() {
        let read = pairs("filter=is_active=true&limit=5&filter=name%3DAcme+Ltd&flag&&empty=");
        let expected = [("filter", "is_active=true"), ("limit", "5"), ("filter", "name=Acme Ltd"), ("flag", ""), ("empty", "")];
        assert_eq!(read, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn what_a_lenient_parser_would_guess_at_is_refused() {
        let parse = |form: &[u8]| parse(form).map_err(|error| error.problem);
        for form in ["a=%", "a=%4", "a=%zz", "%g1=b", "a=100%"] {
            assert_eq!(parse(form.as_bytes()), Err(Malformed::PercentEncoding), "{form}");
        }
        for form in ["a=%ff", "a=%c3%28", "a=%ed%a0%80"] {
            assert_eq!(parse(form.as_bytes()), Err(Malformed::Utf8), "{form}");
        }
        assert_eq!(parse(b"a=\xff"), Err(Malformed::Utf8));
        assert_eq!(parse(b"a=%00"), Err(Malformed::UnusableCharacter));
    }

    #[test]
    fn an_error_names_the_pair() {
        assert_eq!(parse(b"a=1&limit=%zz").unwrap_err().name, "limit");
        assert_eq!(parse(b"\x01\xff=%zz").unwrap_err().name, "\u{fffd}\u{fffd}");
        assert_eq!(parse(format!("{}%zz", "é".repeat(10_000)).as_bytes()).unwrap_err().name, "é".repeat(40));
    }

    #[test]
    fn a_plus_is_a_space_in_a_form_and_itself_in_a_path() {
        assert_eq!(pairs("a+b=%2B1+2"), [("a b".to_owned(), "+1 2".to_owned())]);
        assert_eq!(decode_path("%31+2").unwrap(), "1+2");
    }

    proptest! {
        #[test]
        fn no_bytes_at_all_make_it_panic(form in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&form);
        }
    }
}
