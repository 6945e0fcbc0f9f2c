//! Where users stand: in which organization of which reseller.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::base62::{encoded, take};
use super::customer::CustomerId;
use super::reseller::{RESELLER_DIGITS, ResellerId};

/// The number of a user. The platform gives it; it is unique over all resellers and never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(u64);

impl UserId {
    /// The largest number: sort keys give it 16 digits.
    pub const MAX: u64 = 9_999_999_999_999_999;

    /// The user of this number; `None` beyond [`UserId::MAX`].
    #[must_use]
    pub fn new(number: u64) -> Option<Self> {
        (number <= Self::MAX).then_some(Self(number))
    }

    /// The number.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Whose people they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Organization {
    /// The reseller itself.
    Reseller,
    /// One of its customers.
    Customer(CustomerId),
}

impl Organization {
    /// The organization of this customer, or the reseller itself.
    #[must_use]
    pub fn of(customer: Option<CustomerId>) -> Self {
        customer.map_or(Self::Reseller, Self::Customer)
    }

    /// The customer; `None` for the reseller itself.
    #[must_use]
    pub fn customer(self) -> Option<CustomerId> {
        match self {
            Self::Reseller => None,
            Self::Customer(id) => Some(id),
        }
    }
}

/// Where a user stands: in which organization of which reseller. Sessions and links name all three, so that one read finds the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserPlace {
    /// The reseller.
    pub reseller: ResellerId,
    /// The organization.
    pub organization: Organization,
    /// The user.
    pub user: UserId,
}

/// How many base62 digits name an organization, and a user.
const NUMBER_DIGITS: usize = 9;

impl UserPlace {
    /// The place as 23 base62 digits. The reseller's own organization has the number 0, which no customer has.
    #[must_use]
    pub fn encoded(self) -> String {
        let customer = self.organization.customer().map_or(0, CustomerId::number);
        format!(
            "{}{}{}",
            encoded(self.reseller.number().into(), RESELLER_DIGITS),
            encoded(customer.into(), NUMBER_DIGITS),
            encoded(self.user.number().into(), NUMBER_DIGITS),
        )
    }

    /// Takes a place off the beginning of `rest`; `None` when there is no such place.
    #[must_use]
    pub fn take(rest: &mut &str) -> Option<Self> {
        let reseller = ResellerId::new(take(rest, RESELLER_DIGITS)?)?;
        let customer = CustomerId::new(take(rest, NUMBER_DIGITS)?)?;
        let user = UserId::new(take(rest, NUMBER_DIGITS)?)?;
        Some(Self { reseller, organization: Organization::of(Some(customer).filter(|id| id.number() > 0)), user })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written() {
        let customers = [None, CustomerId::new(1), CustomerId::new(CustomerId::MAX)];
        for organization in customers.map(Organization::of) {
            for (reseller, user) in [(1, 1), (ResellerId::MAX.into(), UserId::MAX)] {
                let (reseller, user) = (ResellerId::new(reseller).unwrap(), UserId::new(user).unwrap());
                let place = UserPlace { reseller, organization, user };
                let text = format!("{}rest", place.encoded());
                let mut rest = text.as_str();
                assert_eq!((UserPlace::take(&mut rest), rest), (Some(place), "rest"));
            }
        }
        for wrong in ["", "0", &"0".repeat(23), &"z".repeat(23), &"-".repeat(23)] {
            assert_eq!(UserPlace::take(&mut { wrong }), None, "{wrong}");
        }
    }
}
