//! The attributes by which the local indexes of the table find a customer's row. Only customer rows have them.

use super::list::field::Field;
use super::list::position::Position;
use crate::domain::customer::Customer;
use crate::store::engine::row::Item;
use aws_sdk_dynamodb::types::AttributeValue;

/// The properties that the indexes are sorted by.
const INDEXED: [Field; 5] = [Field::Name, Field::Email, Field::IsActive, Field::CreatedAt, Field::ModifiedAt];

/// The attributes of this customer.
pub(super) fn attributes(customer: &Customer) -> Item {
    INDEXED
        .into_iter()
        .filter_map(|field| Some((field.index()?.to_owned(), AttributeValue::S(Position::of(field, customer).sort_key()))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::customer::{CustomerId, NewCustomer, Profile};
    use crate::domain::reseller::AccountId;
    use crate::domain::timestamp::Timestamp;
    use crate::domain::validation;
    use crate::store::engine::schema::Definition;

    fn named(name: &str) -> Customer {
        let new = NewCustomer {
            account_id: AccountId(1001),
            code: None,
            profile: Profile { organization: validation::text(name, 255).unwrap(), ..Profile::empty() },
            holds_email: false,
        };
        Customer::first(CustomerId::new(7).unwrap(), new, Timestamp::now())
    }

    #[test]
    fn every_index_of_the_table_has_its_attribute() {
        let mut attributes: Vec<String> = attributes(&named("Acme")).into_keys().collect();
        attributes.sort();
        let mut indexes = Definition::read().unwrap().indexes;
        indexes.sort_unstable();
        assert_eq!(attributes, indexes);
    }

    #[test]
    fn the_index_attributes_are_these() {
        let attributes = attributes(&named("Ａcme"));
        assert_eq!(attributes["by_name"], AttributeValue::S("acme\u{0}0000000000000007".into()));
        assert_eq!(attributes["by_email"], AttributeValue::S("\u{0}0000000000000007".into()));
        assert_eq!(attributes["by_status"], AttributeValue::S("1\u{0}0000000000000007".into()));
    }

    #[test]
    fn the_longest_values_fit_into_a_sort_key() {
        // U+FDFA becomes eighteen characters when it is normalized.
        for name in ["😀".repeat(255), "\u{fdfa}".repeat(255), "ß".repeat(255)] {
            for attribute in attributes(&named(&name)).values() {
                assert!(attribute.as_s().unwrap().len() <= 1024);
            }
        }
    }
}
