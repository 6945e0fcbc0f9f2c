//! A word that is searched for in customers.

use super::field::Field;
use crate::domain::customer::Customer;
use crate::domain::normalization::normalize;
use crate::domain::validation::Invalid;

/// A text that a customer's name, e-mail address, phone number or id contains, compared without regard to case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search(String);

impl Search {
    /// How many characters it has at most: as many as the longest name.
    pub const MAXIMUM: usize = 255;

    /// The search for this text, white space at its ends included; `None` for an empty one, which everything contains.
    ///
    /// # Errors
    /// [`Invalid::TooLong`].
    pub fn parse(sent: &str) -> Result<Option<Self>, Invalid> {
        if sent.chars().count() > Self::MAXIMUM {
            return Err(Invalid::TooLong(Self::MAXIMUM));
        }
        Ok((!sent.is_empty()).then(|| Self(normalize(sent))))
    }

    /// The text in its comparable form.
    #[must_use]
    pub fn comparable(&self) -> &str {
        &self.0
    }

    pub(super) fn finds(&self, customer: &Customer) -> bool {
        let contains = |field: Field| field.comparable(customer).contains(&self.0);
        customer.id.to_string().contains(&self.0) || [Field::Name, Field::Email, Field::Phone].into_iter().any(contains)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_has_1_to_255_characters() {
        assert_eq!(Search::parse(""), Ok(None));
        assert_eq!(Search::parse(" ").unwrap().unwrap().comparable(), " ");
        assert_eq!(Search::parse(&"É".repeat(255)).unwrap().unwrap().comparable(), "é".repeat(255));
        assert_eq!(Search::parse(&"é".repeat(256)), Err(Invalid::TooLong(255)));
    }
}
