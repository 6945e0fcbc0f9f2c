//! Conditions that customers meet or not.

use super::field::{Field, status};
use crate::domain::customer::{Customer, CustomerId};
use crate::domain::normalization::normalize;
use crate::domain::reseller::AccountId;
use crate::store::keys;

/// A condition that a customer meets or does not meet: this property equals one of these values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    field: Field,
    /// One value; a filter on accounts can have several.
    comparables: Vec<String>,
}

impl Filter {
    /// A filter for the customer with this id.
    #[must_use]
    pub fn id(id: CustomerId) -> Self {
        Self { field: Field::Id, comparables: vec![keys::padded(id)] }
    }

    /// A filter for customers that are active, or for those that are not.
    #[must_use]
    pub fn is_active(is_active: bool) -> Self {
        Self { field: Field::IsActive, comparables: vec![status(is_active).to_owned()] }
    }

    /// A filter for customers of these accounts.
    #[must_use]
    pub fn accounts(accounts: &[AccountId]) -> Self {
        Self { field: Field::Account, comparables: accounts.iter().map(|account| account.0.to_string()).collect() }
    }

    /// A filter for customers whose property has this value, compared as a whole and without regard to case; a time in its
    /// canonical form.
    #[must_use]
    pub fn text(field: Field, value: &str) -> Self {
        let comparable = match field {
            Field::CreatedAt | Field::ModifiedAt => value.to_owned(),
            _ => normalize(value),
        };
        Self { field, comparables: vec![comparable] }
    }

    /// A filter that no customer meets, for a value that no customer can have.
    #[must_use]
    pub fn none() -> Self {
        Self { field: Field::Id, comparables: vec!["none".to_owned()] }
    }

    /// The accounts, if it is a filter on accounts.
    pub(super) fn accounts_asked_for(&self) -> Option<Vec<AccountId>> {
        let accounts = || self.comparables.iter().filter_map(|account| account.parse().ok().map(AccountId)).collect();
        (self.field == Field::Account).then(accounts)
    }

    /// The property.
    #[must_use]
    pub fn field(&self) -> Field {
        self.field
    }

    /// The values, in their comparable form.
    #[must_use]
    pub fn comparables(&self) -> &[String] {
        &self.comparables
    }

    pub(super) fn meets(&self, customer: &Customer) -> bool {
        self.is_met_by(&self.field.comparable(customer))
    }

    pub(super) fn is_met_by(&self, comparable: &str) -> bool {
        self.comparables.iter().any(|wanted| wanted == comparable)
    }

    /// The value that it asks for; the first one, if it is a filter on several accounts.
    pub(super) fn value(&self) -> &str {
        self.comparables.first().map(String::as_str).unwrap_or_default()
    }
}
