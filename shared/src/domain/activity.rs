//! Activity: who changed what, and when. Every change has one entry.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::customer::CustomerId;
use super::hash::{hex, unhex};
use super::licence::LicenceId;
use super::payment_option::PaymentOptionId;
use super::principal::Principal;
use super::reseller::ResellerId;
use super::sealing::CryptographyFailed;
use super::subscription::SubscriptionId;
use super::timestamp::Timestamp;
use super::token::KeyId;
use super::user::UserId;

/// The name of an entry: the milliseconds since 1970 and 64 random bits, in hexadecimal digits. Names sort as their moments do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EntryId(String);

impl EntryId {
    const MOMENT_DIGITS: usize = 12;
    const RANDOM_BYTES: usize = 8;

    /// A new name for an entry of this moment.
    ///
    /// # Errors
    /// [`CryptographyFailed`] when the operating system has no randomness.
    pub fn generate(moment: Timestamp) -> Result<Self, CryptographyFailed> {
        let mut random = [0; Self::RANDOM_BYTES];
        getrandom::fill(&mut random)?;
        Ok(Self(format!("{}{}", Self::prefix(moment), hex(&random))))
    }

    /// Reads a name; `None` when the text has another form.
    #[must_use]
    pub fn parse(sent: &str) -> Option<Self> {
        let is_name = sent.len() == Self::MOMENT_DIGITS + 2 * Self::RANDOM_BYTES && unhex(sent).is_some();
        is_name.then(|| Self(sent.to_owned()))
    }

    /// What the names of all entries of this moment begin with. Names of earlier moments are smaller.
    #[must_use]
    pub fn prefix(moment: Timestamp) -> String {
        format!("{:0digits$x}", moment.milliseconds().max(0), digits = Self::MOMENT_DIGITS)
    }

    /// The moment of the entry, which its name contains.
    #[must_use]
    pub fn moment(&self) -> Option<Timestamp> {
        Timestamp::from_milliseconds(i64::from_str_radix(self.0.get(..Self::MOMENT_DIGITS)?, 16).ok()?)
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What was done, as clients read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// A customer was created.
    #[serde(rename = "customer.created")]
    CustomerCreated,
    /// Fields of a customer were changed.
    #[serde(rename = "customer.updated")]
    CustomerUpdated,
    /// A customer was deleted, with everything that it had.
    #[serde(rename = "customer.deleted")]
    CustomerDeleted,
    /// A licence was issued.
    #[serde(rename = "licence.created")]
    LicenceCreated,
    /// A licence was revoked by itself.
    #[serde(rename = "licence.revoked")]
    LicenceRevoked,
    /// A key was issued.
    #[serde(rename = "key.issued")]
    KeyIssued,
    /// A key was given an end, or quotas of its own.
    #[serde(rename = "key.updated")]
    KeyUpdated,
    /// A key was revoked.
    #[serde(rename = "key.revoked")]
    KeyRevoked,
    /// A token of a customer was made, by its reseller or by the customer itself.
    #[serde(rename = "token.created")]
    TokenCreated,
    /// A token of a customer was deleted.
    #[serde(rename = "token.deleted")]
    TokenDeleted,
    /// A subscription was sold to a customer.
    #[serde(rename = "subscription.created")]
    SubscriptionCreated,
    /// The end or the renewal of a subscription was changed.
    #[serde(rename = "subscription.updated")]
    SubscriptionUpdated,
    /// A subscription was ended by a call of its own.
    #[serde(rename = "subscription.deleted")]
    SubscriptionDeleted,
    /// A payment option of a customer was created.
    #[serde(rename = "payment_option.created")]
    PaymentOptionCreated,
    /// A payment option of a customer was changed, or became the primary one.
    #[serde(rename = "payment_option.updated")]
    PaymentOptionUpdated,
    /// A user was made, with a first link.
    #[serde(rename = "user.created")]
    UserCreated,
    /// A user's names, role, activity or password were changed.
    #[serde(rename = "user.updated")]
    UserUpdated,
    /// A user was deleted.
    #[serde(rename = "user.deleted")]
    UserDeleted,
    /// A user got another link.
    #[serde(rename = "user.invited")]
    UserInvited,
    /// The colour of the reseller's brand was changed, or its logo replaced or deleted.
    #[serde(rename = "branding.updated")]
    BrandingUpdated,
    /// The reseller was provisioned.
    #[serde(rename = "reseller.created")]
    ResellerCreated,
    /// The reseller was suspended or resumed, or got an account.
    #[serde(rename = "reseller.updated")]
    ResellerUpdated,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 22] = [
        Self::CustomerCreated,
        Self::CustomerUpdated,
        Self::CustomerDeleted,
        Self::LicenceCreated,
        Self::LicenceRevoked,
        Self::KeyIssued,
        Self::KeyUpdated,
        Self::KeyRevoked,
        Self::TokenCreated,
        Self::TokenDeleted,
        Self::SubscriptionCreated,
        Self::SubscriptionUpdated,
        Self::SubscriptionDeleted,
        Self::PaymentOptionCreated,
        Self::PaymentOptionUpdated,
        Self::UserCreated,
        Self::UserUpdated,
        Self::UserDeleted,
        Self::UserInvited,
        Self::BrandingUpdated,
        Self::ResellerCreated,
        Self::ResellerUpdated,
    ];
}

/// What was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// Its kind.
    pub kind: ObjectKind,
    /// Its id, as its API shows it.
    pub id: ObjectId,
}

impl Object {
    /// A customer.
    #[must_use]
    pub fn customer(id: CustomerId) -> Self {
        Self { kind: ObjectKind::Customer, id: ObjectId::Number(id.number()) }
    }

    /// A licence.
    #[must_use]
    pub fn licence(id: LicenceId) -> Self {
        Self { kind: ObjectKind::Licence, id: ObjectId::Number(id.number()) }
    }

    /// A key.
    #[must_use]
    pub fn key(id: &KeyId) -> Self {
        Self { kind: ObjectKind::Key, id: ObjectId::Text(id.as_str().to_owned()) }
    }

    /// A token of a customer.
    #[must_use]
    pub fn token(id: &KeyId) -> Self {
        Self { kind: ObjectKind::Token, id: ObjectId::Text(id.as_str().to_owned()) }
    }

    /// A subscription.
    #[must_use]
    pub fn subscription(id: SubscriptionId) -> Self {
        Self { kind: ObjectKind::Subscription, id: ObjectId::Number(id.number()) }
    }

    /// A payment option.
    #[must_use]
    pub fn payment_option(id: PaymentOptionId) -> Self {
        Self { kind: ObjectKind::PaymentOption, id: ObjectId::Number(id.number()) }
    }

    /// A user.
    #[must_use]
    pub fn user(id: UserId) -> Self {
        Self { kind: ObjectKind::User, id: ObjectId::Number(id.number()) }
    }

    /// The brand of a reseller.
    #[must_use]
    pub fn branding(id: ResellerId) -> Self {
        Self { kind: ObjectKind::Branding, id: ObjectId::Number(id.number().into()) }
    }

    /// The reseller itself.
    #[must_use]
    pub fn reseller(id: ResellerId) -> Self {
        Self { kind: ObjectKind::Reseller, id: ObjectId::Number(id.number().into()) }
    }
}

/// The kind of what was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectKind {
    /// A customer.
    Customer,
    /// A licence.
    Licence,
    /// An API key.
    Key,
    /// A token of a customer.
    Token,
    /// A subscription of a customer.
    Subscription,
    /// A payment option of a customer.
    PaymentOption,
    /// A user.
    User,
    /// The brand of the reseller.
    Branding,
    /// The reseller itself.
    Reseller,
}

impl ObjectKind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Customer,
        Self::Licence,
        Self::Key,
        Self::Token,
        Self::Subscription,
        Self::PaymentOption,
        Self::User,
        Self::Branding,
        Self::Reseller,
    ];
}

/// The id of what was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ObjectId {
    /// Of customers, licences, subscriptions, payment options, users, brands and resellers.
    Number(u64),
    /// Of keys and tokens.
    Text(String),
}

/// An entry: one change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its name.
    pub id: EntryId,
    /// When the change was made.
    pub time: Timestamp,
    /// Who made it.
    pub actor: Principal,
    /// What was done.
    pub action: Action,
    /// The customer that it concerns; `None` if it concerns none in particular.
    pub customer: Option<CustomerId>,
    /// What was changed.
    pub object: Object,
    /// The names of the fields that were set or changed, never their values.
    pub fields: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_as_moments_do_and_contain_them() {
        let moments =
            ["1970-01-01T00:00:00.000Z", "2026-11-25T09:00:00.001Z", "2026-11-25T09:00:00.002Z", "9999-12-30T00:00:00.000Z"];
        let moments = moments.map(|moment| moment.parse::<Timestamp>().unwrap());
        let names = moments.map(|moment| EntryId::generate(moment).unwrap());
        assert!(names.is_sorted());
        for (name, moment) in names.iter().zip(moments) {
            assert_eq!(name.moment(), Some(moment));
            assert!(name.as_str().starts_with(&EntryId::prefix(moment)));
            assert_eq!(EntryId::parse(name.as_str()).as_ref(), Some(name));
        }
        assert_ne!(EntryId::generate(moments[1]), EntryId::generate(moments[1]));
        for other in ["", "0", &"g".repeat(28), &"0".repeat(27), &"0".repeat(29), &"é".repeat(14)] {
            assert_eq!(EntryId::parse(other), None, "{other}");
        }
    }
}
