//! Resellers, the tenants of the platform, and the accounts that each of them has.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::timestamp::Timestamp;
use super::validation::Text;

/// How many base62 digits of a token name the reseller.
pub const RESELLER_DIGITS: usize = 5;

/// The number of a reseller, from 1 to [`ResellerId::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ResellerId(u32);

impl ResellerId {
    /// The largest number: every form of token has at least 24 bits for it.
    pub const MAX: u32 = (1 << 24) - 1;

    /// The reseller with this number; `None` when there can be no such reseller.
    #[must_use]
    pub fn new(number: u64) -> Option<Self> {
        u32::try_from(number).ok().filter(|number| (1..=Self::MAX).contains(number)).map(Self)
    }

    /// The number.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for ResellerId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The number of an account of a reseller, unique over all resellers; the first one is 1001.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(pub u64);

/// The name by which a reseller's people find its pages: 2 to 40 ASCII letters, digits and hyphens, beginning and ending with a
/// letter or a digit, in lower case. No two resellers have the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ShortName(String);

impl ShortName {
    /// The most characters of a short name.
    pub const MAXIMUM: usize = 40;

    /// What the short names that nobody chose begin with. The number of the reseller follows.
    const DEFAULT_PREFIX: &str = "reseller-";

    /// Reads a short name in any case; `None` when no reseller can have this one.
    #[must_use]
    pub fn parse(sent: &str) -> Option<Self> {
        let is_edge = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
        let has_form = (2..=Self::MAXIMUM).contains(&sent.len())
            && sent.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && is_edge(sent.bytes().next())
            && is_edge(sent.bytes().next_back());
        has_form.then(|| Self(sent.to_ascii_lowercase()))
    }

    /// The short name of a reseller for which none was chosen.
    #[must_use]
    pub fn default_of(reseller: ResellerId) -> Self {
        Self(format!("{}{reseller}", Self::DEFAULT_PREFIX))
    }

    /// Whether it has the form of a short name that nobody chose. Such a one can't be chosen: it may become another reseller's.
    #[must_use]
    pub fn is_default(&self) -> bool {
        let number = self.0.strip_prefix(Self::DEFAULT_PREFIX);
        number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    }

    /// The name itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ShortName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A reseller as operators see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reseller {
    /// The number that the platform gave it; it is never used again.
    pub id: ResellerId,
    /// A name for people; it need not be unique.
    pub name: Text,
    /// The short name that was chosen for it; `None` without a choice, and in older rows.
    #[serde(default)]
    pub short_name: Option<ShortName>,
    /// The accounts of this reseller; never empty. A customer belongs to the first unless its creator says otherwise.
    pub account_ids: Vec<AccountId>,
    /// When the reseller was provisioned.
    pub created_at: Timestamp,
    /// When it was suspended: from then on all its credentials are refused. `None` while it is not suspended.
    pub suspended_at: Option<Timestamp>,
    /// Whether it is the platform's own reseller, of which there is at most one: its customers are those of the platform itself.
    #[serde(default)]
    pub platform: bool,
}

impl Reseller {
    /// The name by which its people find its pages.
    #[must_use]
    pub fn short_name(&self) -> ShortName {
        self.short_name.clone().unwrap_or_else(|| ShortName::default_of(self.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_name_has_a_form_and_no_case() {
        for (sent, name) in
            [("Acme", "acme"), ("a1", "a1"), ("two-words", "two-words"), ("42", "42"), ("reseller-x", "reseller-x")]
        {
            assert_eq!(ShortName::parse(sent).unwrap().as_str(), name);
        }
        let long = "x".repeat(41);
        for wrong in ["", "a", "-acme", "acme-", "ac me", "ac.me", "ac/me", "acmé", &long] {
            assert_eq!(ShortName::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_names_that_nobody_chose_are_recognized() {
        let default = ShortName::default_of(ResellerId::new(7).unwrap());
        assert_eq!(default.as_str(), "reseller-7");
        assert!(default.is_default());
        for chosen in ["reseller", "reseller-7a", "my-reseller-7"] {
            assert!(!ShortName::parse(chosen).unwrap().is_default(), "{chosen}");
        }
        assert!(ShortName::parse("reseller-007").unwrap().is_default());
    }
}
