//! A place in a sorted list, and its form in the attribute of an index: `<value>\0<16-digit id>`.

use super::field::Field;
use crate::domain::customer::{Customer, CustomerId};
use crate::store::keys;

/// How many bytes of a value an index is sorted by; DynamoDB allows 1,024 for a sort key, of which the id takes 17.
const SORTED_BYTES: usize = 900;

/// Separates the value and the id in an index attribute. No value contains it, and nothing sorts before it.
pub(super) const SEPARATOR: char = '\0';

/// A place in a list: directly after the customer with this value and this id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    value: String,
    id: CustomerId,
}

impl Position {
    /// The place after this value, cut to what an index holds, and this id.
    #[must_use]
    pub fn new(value: &str, id: CustomerId) -> Self {
        Self { value: cut(value).to_owned(), id }
    }

    /// The place after this customer, in a list that is sorted by `field`.
    #[must_use]
    pub fn of(field: Field, customer: &Customer) -> Self {
        Self::new(&field.comparable(customer), customer.id)
    }

    /// The value that the list is sorted by.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The id.
    #[must_use]
    pub fn id(&self) -> CustomerId {
        self.id
    }

    pub(in crate::store::customer) fn sort_key(&self) -> String {
        format!("{}{SEPARATOR}{}", self.value, keys::padded(self.id))
    }
}

/// The beginning of the value: at most [`SORTED_BYTES`] of whole characters.
pub(super) fn cut(value: &str) -> &str {
    value.get(..value.floor_char_boundary(SORTED_BYTES)).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::normalization::normalize;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_cut_value_is_a_beginning_of_whole_characters(value in any::<String>(), times in 1_usize..80) {
            let long = value.repeat(times);
            let short = cut(&long);
            prop_assert!(long.starts_with(short) && short.len() <= SORTED_BYTES);
            prop_assert!(long.len() <= SORTED_BYTES && short == long || short.len() + 4 > SORTED_BYTES);
        }

        #[test]
        fn sort_keys_order_as_values_and_then_ids_do(
            one in "\\PC{0,20}", other in "\\PC{0,20}", first in 0..=CustomerId::MAX, second in 0..=CustomerId::MAX,
        ) {
            let place = |value: &str, id| Position::new(&normalize(value), CustomerId::new(id).unwrap());
            let (one, other) = (place(&one, first), place(&other, second));
            prop_assert_eq!(one.cmp(&other), one.sort_key().cmp(&other.sort_key()));
        }
    }
}
