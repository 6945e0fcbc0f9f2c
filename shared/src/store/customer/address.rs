//! The e-mail address of a customer: which customer holds it exclusively, and what becomes of its reservation when it changes.

use crate::domain::customer::{Customer, CustomerId, Profile};
use crate::domain::normalization::normalize;
use crate::domain::reseller::ResellerId;
use crate::domain::validation::Text;
use crate::store::engine::connection::Connection;
use crate::store::engine::error::StoreError;

use super::list::field::Field;
use super::list::filter::Filter;
use super::list::listing::{Direction, Listing};
use super::list::plan::Walk;

/// How an API treats the address of a customer that it changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressRule {
    /// A customer that held its old address holds the new one if that is free, and otherwise none.
    HeldWhereFree,
    /// The customer must hold the new address: no other customer may have the address, whether it holds it or not.
    HeldAlways,
}

/// What a change does to the reservation of the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AddressChange {
    /// The address is the same, in any case, or still absent: the reservation stays as it was.
    Kept { is_held: bool },
    /// The address is another one or was removed, and the customer holds none.
    NotHeld,
    /// The address is another one, and the customer holds it unless another customer does.
    HeldWhereFree,
    /// The address is another one, and no other customer may have it.
    HeldAlone,
}

/// What a change to this profile does to the reservation of the address.
pub(super) fn address_change(rule: AddressRule, current: &Customer, profile: &Profile) -> AddressChange {
    let comparable = |profile: &Profile| profile.email.as_ref().map(|email| normalize(email.as_str()));
    if comparable(profile) == comparable(&current.profile) {
        return AddressChange::Kept { is_held: current.holds_email };
    }
    match rule {
        _ if profile.email.is_none() => AddressChange::NotHeld,
        AddressRule::HeldAlways => AddressChange::HeldAlone,
        AddressRule::HeldWhereFree if current.holds_email => AddressChange::HeldWhereFree,
        AddressRule::HeldWhereFree => AddressChange::NotHeld,
    }
}

/// How many customers with one address are read at a time.
const PAGE: u64 = 100;

impl Connection {
    /// Whether a customer of this reseller other than `except` has this address, whichever API wrote it.
    ///
    /// One call, as long as fewer than a hundred addresses are cut to the same beginning in their index.
    pub(super) async fn has_other_with_email(
        &self,
        reseller: ResellerId,
        email: &Text,
        except: Option<CustomerId>,
    ) -> Result<bool, StoreError> {
        let filter = Filter::text(Field::Email, email.as_str());
        let walk = Walk::of_matches(&filter);
        let listing = Listing { filters: vec![filter], ..Listing::by_id(1) };
        let mut start = None;
        loop {
            let page = self.customers_on_walk(reseller, &walk, Direction::Ascending, start, Some(PAGE)).await?;
            if page.records.iter().any(|customer| Some(customer.id) != except && listing.meets(customer)) {
                return Ok(true);
            }
            start = page.rest;
            if start.is_none() {
                return Ok(false);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::customer::NewCustomer;
    use crate::domain::reseller::AccountId;
    use crate::domain::timestamp::Timestamp;
    use crate::domain::validation::text;

    fn profile(email: &str) -> Profile {
        Profile { organization: text("Acme", 255).unwrap(), email: text(email, 255).unwrap(), ..Profile::empty() }
    }

    fn customer(email: &str, holds_email: bool) -> Customer {
        let new = NewCustomer { account_id: AccountId(1001), code: None, profile: profile(email), holds_email };
        Customer::first(CustomerId::new(7).unwrap(), new, Timestamp::now())
    }

    #[test]
    fn the_same_address_in_another_case_is_kept_whatever_the_rule() {
        for rule in [AddressRule::HeldWhereFree, AddressRule::HeldAlways] {
            for is_held in [true, false] {
                for same in ["ann@example.com", "ANN@Example.com"] {
                    let change = address_change(rule, &customer("ann@example.com", is_held), &profile(same));
                    assert_eq!(change, AddressChange::Kept { is_held });
                }
            }
            assert_eq!(address_change(rule, &customer("", false), &profile("")), AddressChange::Kept { is_held: false });
        }
    }

    #[test]
    fn another_address_is_held_as_the_rule_says() {
        let change = |rule, is_held| address_change(rule, &customer("ann@example.com", is_held), &profile("bob@example.com"));
        assert_eq!(change(AddressRule::HeldWhereFree, true), AddressChange::HeldWhereFree);
        assert_eq!(change(AddressRule::HeldWhereFree, false), AddressChange::NotHeld);
        assert_eq!(change(AddressRule::HeldAlways, true), AddressChange::HeldAlone);
        assert_eq!(change(AddressRule::HeldAlways, false), AddressChange::HeldAlone);
        assert_eq!(
            address_change(AddressRule::HeldAlways, &customer("", false), &profile("bob@example.com")),
            AddressChange::HeldAlone
        );
    }

    #[test]
    fn an_address_that_is_removed_is_held_by_nobody() {
        for rule in [AddressRule::HeldWhereFree, AddressRule::HeldAlways] {
            assert_eq!(address_change(rule, &customer("ann@example.com", true), &profile("")), AddressChange::NotHeld);
        }
    }
}
