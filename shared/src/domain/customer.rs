//! The customer: one record behind three APIs.
//!
//! Each API shows some of the fields and writes only those. Each API has its own names for them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::entity_tag::EntityTag;
use super::reseller::AccountId;
use super::timestamp::Timestamp;
use super::validation::Text;

/// The number of a customer. The platform gives it; it is unique over all resellers and never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CustomerId(u64);

/// Why a text is not the number of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotACustomerId {
    /// Empty, or with characters other than ASCII digits.
    #[error("not an integer of ASCII digits")]
    NotAnInteger,
    /// An integer that is larger than any number the platform will ever give.
    #[error("too large to exist")]
    TooLarge,
}

impl CustomerId {
    /// The largest number: sort keys give it 16 digits.
    pub const MAX: u64 = 9_999_999_999_999_999;

    /// The customer of this number; `None` beyond [`CustomerId::MAX`].
    #[must_use]
    pub fn new(number: u64) -> Option<Self> {
        (number <= Self::MAX).then_some(Self(number))
    }

    /// Reads a number as clients send it: ASCII digits only, not trimmed; leading zeros do not count.
    ///
    /// # Errors
    /// [`NotACustomerId`] separates a text that is no integer from a number that no customer can have, because APIs answer them
    /// differently.
    pub fn parse(sent: &str) -> Result<Self, NotACustomerId> {
        if sent.is_empty() || !sent.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NotACustomerId::NotAnInteger);
        }
        sent.parse().ok().and_then(Self::new).ok_or(NotACustomerId::TooLarge)
    }

    /// The number.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for CustomerId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The part of a customer that clients write. An absent value is `None`, never an empty text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The name of the organization.
    pub organization: Option<Text>,
    /// The first name of the contact.
    pub first_name: Option<Text>,
    /// The last name of the contact.
    pub last_name: Option<Text>,
    /// The e-mail address; several customers may have the same.
    pub email: Option<Text>,
    /// The phone number, as it was sent.
    pub phone: Option<Text>,
    /// Street and house number.
    pub street: Option<Text>,
    /// City.
    pub city: Option<Text>,
    /// Code of the state or province.
    pub state: Option<Text>,
    /// Postal code.
    pub zip_code: Option<Text>,
    /// ISO 3166-1 alpha-2 code of the country.
    pub country_code: Option<Text>,
    /// Whether the customer is active.
    pub is_active: bool,
}

impl Profile {
    /// An empty profile of an active customer.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            organization: None,
            first_name: None,
            last_name: None,
            email: None,
            phone: None,
            street: None,
            city: None,
            state: None,
            zip_code: None,
            country_code: None,
            is_active: true,
        }
    }

    /// The name to show: the organization if there is one, otherwise first and last name joined by one space.
    #[must_use]
    pub fn name(&self) -> String {
        if let Some(organization) = &self.organization {
            return organization.to_string();
        }
        let parts: Vec<&str> = [&self.first_name, &self.last_name].into_iter().flatten().map(Text::as_str).collect();
        parts.join(" ")
    }
}

/// A customer to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCustomer {
    /// The account that it belongs to.
    pub account_id: AccountId,
    /// The reseller's own reference, unique within the reseller; `None` stands for the id.
    pub code: Option<Text>,
    /// What its creator sent.
    pub profile: Profile,
    /// Whether the customer must hold its e-mail address exclusively.
    pub holds_email: bool,
}

/// A customer on record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// The number that the platform gave it.
    pub id: CustomerId,
    /// The account that it belongs to; it never changes.
    pub account_id: AccountId,
    /// The reseller's own reference, unique within the reseller; `None` stands for the id.
    pub code: Option<Text>,
    /// The part that clients write.
    #[serde(flatten)]
    pub profile: Profile,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed; equal to `created_at` until then, later after every change.
    pub modified_at: Timestamp,
    /// 1 at first, and 1 more after each change.
    pub revision: u64,
    /// Whether it holds its e-mail address exclusively: no other customer of the reseller can then reserve it.
    pub holds_email: bool,
}

impl Customer {
    /// The first revision of a customer.
    #[must_use]
    pub fn first(id: CustomerId, new: NewCustomer, now: Timestamp) -> Self {
        Self {
            id,
            account_id: new.account_id,
            code: new.code,
            profile: new.profile,
            created_at: now,
            modified_at: now,
            revision: 1,
            holds_email: new.holds_email,
        }
    }

    /// The tag of this revision.
    #[must_use]
    pub fn entity_tag(&self) -> EntityTag {
        EntityTag::new(self.id.number(), self.revision)
    }

    /// The next revision, with another profile.
    #[must_use]
    pub fn changed(&self, profile: Profile) -> Self {
        Self { profile, modified_at: self.modified_at.next_change(), revision: self.revision + 1, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::validation::text;
    use super::*;

    #[test]
    fn an_id_is_ascii_digits_and_small_enough_to_exist() {
        assert_eq!(CustomerId::parse("17").map(CustomerId::number), Ok(17));
        assert_eq!(CustomerId::parse("0017").map(CustomerId::number), Ok(17));
        assert_eq!(CustomerId::parse("9999999999999999").map(CustomerId::number), Ok(CustomerId::MAX));
        for sent in ["", " 1", "1 ", "+1", "-1", "1.0", "0x1", "１", "one", "1e3"] {
            assert_eq!(CustomerId::parse(sent), Err(NotACustomerId::NotAnInteger), "{sent:?}");
        }
        for sent in ["10000000000000000", "18446744073709551616", &"9".repeat(400)] {
            assert_eq!(CustomerId::parse(sent), Err(NotACustomerId::TooLarge), "{sent:?}");
        }
    }

    #[test]
    fn the_name_is_the_organization_else_the_parts_that_are_there() {
        let some = |value: &str| text(value, 255).unwrap();
        let name =
            |organization, first_name, last_name| Profile { organization, first_name, last_name, ..Profile::empty() }.name();
        assert_eq!(name(some("Acme"), some("Ann"), some("Lee")), "Acme");
        assert_eq!(name(None, some("Ann"), some("Lee")), "Ann Lee");
        assert_eq!(name(None, some("Ann"), None), "Ann");
        assert_eq!(name(None, None, some("Lee")), "Lee");
        assert_eq!(name(None, None, None), "");
    }
}
