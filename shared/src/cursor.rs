//! The cursor of a list: where the next page begins, bound to the list that it was made for.
//!
//! Its text is `base64url(["1", <fingerprint>, <id>, <value>])`. The fingerprint covers reseller, sort, direction and filters,
//! so that nobody changes the list in the middle of a walk by mistake. It is no protection, and need not be: a forged position
//! only names a place among the caller's own customers.

use crate::credentials::sha256_hex;
use crate::customer::CustomerId;
use crate::reseller::ResellerId;
use crate::table::{Listing, Position};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

/// No cursor of ours is longer: a value has at most 900 bytes, which JSON can double.
const MAXIMUM_LENGTH: usize = 4096;

const VERSION: &str = "1";

/// The text of a position in this list.
#[must_use]
pub fn write(position: &Position, reseller: ResellerId, listing: &Listing) -> String {
    let content = json!([VERSION, fingerprint(reseller, listing), position.id(), position.value()]);
    URL_SAFE_NO_PAD.encode(content.to_string())
}

/// The position in this list that the text names; `None` when it names none, or one in another list.
#[must_use]
pub fn read(cursor: &str, reseller: ResellerId, listing: &Listing) -> Option<Position> {
    if cursor.len() > MAXIMUM_LENGTH {
        return None;
    }
    let content = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (version, bound_to, id, value): (String, String, u64, String) = serde_json::from_slice(&content).ok()?;
    (version == VERSION && bound_to == fingerprint(reseller, listing))
        .then(|| Some(Position::new(&value, CustomerId::new(id)?)))
        .flatten()
}

fn fingerprint(reseller: ResellerId, listing: &Listing) -> String {
    let mut filters: Vec<String> =
        listing.filters.iter().map(|filter| format!("{:?}={}", filter.field(), filter.comparables().join(","))).collect();
    filters.sort_unstable();
    filters.dedup();
    let list = json!([reseller, format!("{:?}", listing.sort), format!("{:?}", listing.direction), filters]);
    sha256_hex(&list.to_string()).chars().take(24).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{Direction, Field, Filter};
    use proptest::prelude::*;

    fn listing() -> Listing {
        Listing {
            sort: Field::Name,
            direction: Direction::Ascending,
            filters: vec![Filter::is_active(true), Filter::text(Field::Name, "Acme")],
            ..Listing::by_id(10)
        }
    }

    fn reseller(number: u64) -> ResellerId {
        ResellerId::new(number).unwrap()
    }

    #[test]
    fn a_cursor_is_of_one_list_only() {
        let position = Position::new("acme", CustomerId::new(5).unwrap());
        let cursor = write(&position, reseller(1), &listing());
        let read_in = |reseller, listing: Listing| read(&cursor, reseller, &listing);
        assert_eq!(read_in(reseller(1), listing()), Some(position));
        assert_eq!(read_in(reseller(2), listing()), None);
        assert_eq!(read_in(reseller(1), Listing { sort: Field::Email, ..listing() }), None);
        assert_eq!(read_in(reseller(1), Listing { direction: Direction::Descending, ..listing() }), None);
        assert_eq!(read_in(reseller(1), Listing { filters: vec![Filter::is_active(true)], ..listing() }), None);
    }

    #[test]
    fn the_page_size_and_the_order_of_filters_may_change() {
        let position = Position::new("acme", CustomerId::new(5).unwrap());
        let cursor = write(&position, reseller(1), &listing());
        let filters = listing().filters.into_iter().rev().collect();
        assert_eq!(read(&cursor, reseller(1), &Listing { filters, limit: 500, ..listing() }), Some(position));
    }

    proptest! {
        #[test]
        fn every_position_comes_back(value in any::<String>(), id in 0..=CustomerId::MAX) {
            let position = Position::new(&value, CustomerId::new(id).unwrap());
            let cursor = write(&position, reseller(3), &listing());
            prop_assert!(cursor.len() <= MAXIMUM_LENGTH || value.chars().any(char::is_control));
            if cursor.len() <= MAXIMUM_LENGTH {
                prop_assert_eq!(read(&cursor, reseller(3), &listing()), Some(position));
            }
        }

        #[test]
        fn no_text_is_taken_for_a_cursor(text in any::<String>()) {
            prop_assert_eq!(read(&text, reseller(1), &listing()), None);
        }
    }
}
