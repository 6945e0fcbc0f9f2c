//! JSON objects as clients send them, read strictly: all APIs refuse what one of them could not carry.

use serde_json::{Map, Value};

use crate::domain::validation::{Invalid, is_usable};

/// How many levels of objects and arrays a body may have, its root included.
pub const MAXIMUM_DEPTH: usize = 32;

/// Why a body can't be read. The text completes a sentence about the body and never repeats a value of it.
#[derive(Debug, thiserror::Error)]
pub enum MalformedJson {
    /// Not JSON, not UTF-8, or with a lone surrogate.
    #[error("it is not JSON, {0}")]
    Syntax(#[from] serde_json::Error),
    /// More than [`MAXIMUM_DEPTH`] levels.
    #[error("it is nested deeper than {MAXIMUM_DEPTH} levels")]
    TooDeep,
    /// JSON, but not an object.
    #[error("it must be a JSON object")]
    NotAnObject,
    /// A character outside of XML 1.0's `Char` production in a field that is ignored.
    #[error("a field that is ignored {}", Invalid::UnusableCharacter)]
    UnusableCharacter,
}

/// Reads the object in `bytes`. Of several fields with the same name the last one counts. The values of the fields in `known` are
/// left to their validators; everything else has only characters that every API can carry.
///
/// # Errors
/// See [`MalformedJson`].
pub fn object(bytes: &[u8], known: &[&str]) -> Result<Map<String, Value>, MalformedJson> {
    let root: Value = serde_json::from_slice(bytes)?;
    if depth(&root) > MAXIMUM_DEPTH {
        return Err(MalformedJson::TooDeep);
    }
    let Value::Object(fields) = root else {
        return Err(MalformedJson::NotAnObject);
    };
    usable(fields, known)
}

/// The same fields, after a check that those not in `known` have only characters that every API can carry.
///
/// # Errors
/// [`MalformedJson::UnusableCharacter`].
pub fn usable(fields: Map<String, Value>, known: &[&str]) -> Result<Map<String, Value>, MalformedJson> {
    let is_fit = |(field, value): (&String, &Value)| {
        known.contains(&field.as_str()) || field.chars().all(is_usable) && is_all_usable(value)
    };
    if fields.iter().all(is_fit) { Ok(fields) } else { Err(MalformedJson::UnusableCharacter) }
}

/// The text in a field, trimmed; empty for `null`, `None` when there is no such field.
///
/// # Errors
/// [`Invalid::NotAText`], [`Invalid::UnusableCharacter`].
pub fn text<'a>(fields: &'a Map<String, Value>, field: &str) -> Result<Option<&'a str>, Invalid> {
    match fields.get(field) {
        None => Ok(None),
        Some(Value::Null) => Ok(Some("")),
        // Checked before trimming, which would remove some of them: a vertical tab is white space.
        Some(Value::String(text)) if !text.chars().all(is_usable) => Err(Invalid::UnusableCharacter),
        Some(Value::String(text)) => Ok(Some(text.trim())),
        Some(_) => Err(Invalid::NotAText),
    }
}

/// The whole number that a value is, also if it is written with a point or an exponent, as `1.0`: such a number is an integer of JSON
/// Schema. `None` for any other value, and for numbers beyond 2^53 with a point or an exponent, which may have been others.
#[must_use]
pub fn whole_number(value: &Value) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let exact = |number: &f64| number.fract() == 0.0 && (-EXACT..=EXACT).contains(number);
    // In this range the conversion is exact.
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
    let whole = |number: f64| number as i64;
    value.as_i64().or_else(|| value.as_f64().filter(exact).map(whole))
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

/// Whether a value has only characters that every API can carry, at any depth.
#[must_use]
pub fn is_all_usable(value: &Value) -> bool {
    match value {
        Value::String(text) => text.chars().all(is_usable),
        Value::Array(items) => items.iter().all(is_all_usable),
        Value::Object(fields) => fields.iter().all(|(field, value)| field.chars().all(is_usable) && is_all_usable(value)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Map<String, Value>, String> {
        object(text.as_bytes(), &["name"]).map_err(|error| error.to_string())
    }

    #[test]
    fn only_objects_of_at_most_32_levels_are_read() {
        let nested = |levels: usize| format!("{{\"x\": {}{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1));
        assert!(read(&nested(32)).is_ok());
        assert_eq!(read(&nested(33)), Err("it is nested deeper than 32 levels".to_owned()));
        for text in ["[]", "1", "null", "\"x\""] {
            assert_eq!(read(text), Err("it must be a JSON object".to_owned()));
        }
        assert!(read("{\"name\": \"\\ud800\"}").is_err() && read("").is_err() && read(&"[".repeat(200_000)).is_err());
    }

    #[test]
    fn texts_are_trimmed_and_nothing_else_is_taken_for_one() {
        let fields = object(br#"{"a": " x ", "b": null, "c": 1, "name": "x\u000b"}"#, &["name"]).unwrap();
        assert_eq!(text(&fields, "a"), Ok(Some("x")));
        assert_eq!(text(&fields, "b"), Ok(Some("")));
        assert_eq!(text(&fields, "none"), Ok(None));
        assert_eq!(text(&fields, "c"), Err(Invalid::NotAText));
        assert_eq!(text(&fields, "name"), Err(Invalid::UnusableCharacter));
    }

    #[test]
    fn whole_numbers_in_any_notation() {
        let read = |text: &str| whole_number(&serde_json::from_str(text).unwrap());
        for (text, number) in [
            ("0", Some(0)),
            ("-0.0", Some(0)),
            ("1562.0", Some(1_562)),
            ("1e3", Some(1_000)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("9223372036854775808", None),
            ("9007199254740992.0", Some(1 << 53)),
            ("1e16", None),
            ("1.5", None),
            ("1e300", None),
            ("\"1\"", None),
            ("null", None),
            ("true", None),
        ] {
            assert_eq!(read(text), number, "{text}");
        }
    }

    #[test]
    fn characters_that_no_api_could_carry_are_left_to_known_fields_alone() {
        assert!(read("{\"name\": \"\\u0000\"}").is_ok());
        for text in ["{\"x\": \"\\u0000\"}", "{\"x\": [{\"y\": \"\\u000b\"}]}", "{\"\\u0001\": 1}"] {
            assert_eq!(
                read(text),
                Err("a field that is ignored must not contain control characters other than tab and line breaks".to_owned())
            );
        }
    }
}
