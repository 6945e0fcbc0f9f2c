//! Looking for card numbers in a body, whatever its format: in every value, also of fields that are ignored, but in no id.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use shared::domain::card_number::contains_card_number;

/// The field whose values are not looked at: it can't be written, and may be a long number.
const ID: &str = "id";

/// The name of the member whose value has a card number; `None` when there is no card number, or the body is not JSON. Members
/// that another one of the same name replaces are looked at too.
pub(crate) fn in_json(body: &[u8]) -> Option<String> {
    serde_json::from_slice::<Card>(body).ok()?.0
}

/// The name of the first of these values that has a card number.
pub(crate) fn in_texts<'a>(values: impl IntoIterator<Item = (&'a str, impl AsRef<str>)>) -> Option<String> {
    let found = values.into_iter().find(|(name, value)| *name != ID && contains_card_number(value.as_ref()));
    found.map(|(name, _)| name.to_owned())
}

/// The name of the member of a JSON value that has a card number: the innermost one, empty in no member.
struct Card(Option<String>);

impl<'de> Deserialize<'de> for Card {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Values)
    }
}

struct Values;

impl Values {
    fn in_text(text: &str) -> Card {
        Card(contains_card_number(text).then(String::new))
    }
}

impl<'de> Visitor<'de> for Values {
    type Value = Card;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Card, E> {
        Ok(Card(None))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Card, E> {
        Ok(Card(None))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Card, E> {
        Ok(Self::in_text(&number.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Card, E> {
        Ok(Self::in_text(&number.to_string()))
    }

    // Written without an exponent: 4.2e15 is the number of a card too.
    fn visit_f64<E>(self, number: f64) -> Result<Card, E> {
        Ok(Self::in_text(&number.to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Card, E> {
        Ok(Self::in_text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Card, A::Error> {
        let mut found = None;
        while let Some(Card(card)) = values.next_element()? {
            found = found.or(card);
        }
        Ok(Card(found))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Card, A::Error> {
        let mut found = None;
        while let Some((name, Card(card))) = members.next_entry::<String, Card>()? {
            let card = card.filter(|_| name != ID).map(|inner| if inner.is_empty() { name } else { inner });
            found = found.or(card);
        }
        Ok(Card(found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_of_json_is_looked_at_but_ids() {
        for (body, name) in [
            (r#"{"brand": "4111 1111 1111 1111"}"#, "brand"),
            (r#"{"brand": "4111\u00a01111\u20071111-1111"}"#, "brand"),
            (r#"{"brand": 4111111111111111}"#, "brand"),
            (r#"{"brand": -4111111111111111}"#, "brand"),
            (r#"{"brand": 4111111111111111.0}"#, "brand"),
            (r#"{"brand": 4.111111111111111e15}"#, "brand"),
            (r#"{"object": {"token": "4111111111111111"}}"#, "token"),
            (r#"{"x": [1, {"y": {"z": ["4111111111111111"]}}]}"#, "z"),
            (r#"{"brand": "4111111111111111", "brand": "Visa"}"#, "brand"),
            (r#"{"a": "x", "brand": "4111111111111111", "c": "4111111111111111"}"#, "brand"),
        ] {
            assert_eq!(in_json(body.as_bytes()).as_deref(), Some(name), "{body}");
        }
        for body in [
            r#"{"id": 4111111111111111, "object": {"id": "4111111111111111"}}"#,
            r#"{"lastFour": ["4111", "1111", "1111", "1111"], "brand": null, "isPrimary": true}"#,
            r#"{"amount": 41111111111111111111, "code": 1e300}"#,
            r#"{"brand": "4111111111111111""#,
        ] {
            assert_eq!(in_json(body.as_bytes()), None, "{body}");
        }
    }
}
