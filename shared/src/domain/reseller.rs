//! Resellers, the tenants of the platform, and the accounts that each of them has.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::timestamp::Timestamp;
use super::validation::Text;

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

/// A reseller as operators see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reseller {
    /// The number that the platform gave it; it is never used again.
    pub id: ResellerId,
    /// A name for people; it need not be unique.
    pub name: Text,
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
