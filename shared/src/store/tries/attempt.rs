//! Who tries a password, and where that is counted.

use std::net::IpAddr;

use crate::domain::hash::hex;
use crate::domain::normalization::normalize;
use crate::domain::quota::source;
use crate::domain::secret::{Purpose, SecretVersion};
use crate::domain::timestamp::Timestamp;
use crate::store::engine::error::StoreError;
use crate::store::engine::row::RowKey;
use crate::store::keys::{self, TriedBy};

/// Somebody who presents a password, or has forgotten it. Short name and address may be any texts: unknown ones are counted like others.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// The short name of a reseller, as it was sent.
    pub short_name: &'a str,
    /// The e-mail address, as it was sent.
    pub address: &'a str,
    /// The source address, from the gateway.
    pub source: Option<IpAddr>,
    /// The present moment.
    pub at: Timestamp,
}

/// Where the tries of an attempt are counted.
#[derive(Clone, Debug)]
pub(super) struct Places {
    pub(super) both: RowKey,
    pub(super) source: RowKey,
    pub(super) address: RowKey,
}

impl Places {
    /// The places under this version of the secret. The keys contain keyed hashes, because addresses are personal data. Short name and
    /// address are compared as reserved values are, so that no other spelling of them has tries of its own.
    pub(super) fn of(attempt: &Attempt<'_>, secret: &SecretVersion) -> Result<Self, StoreError> {
        let place = |by, parts: &[&str]| {
            // With their lengths, so that different parts never become the same text.
            let text: String = parts.iter().map(|part| format!("{}:{part}", part.len())).collect();
            Ok::<_, StoreError>(keys::tries(by, &hex(&secret.checksum(Purpose::Tries, &text)?)))
        };
        let (name, address) = (normalize(attempt.short_name.trim()), normalize(attempt.address.trim()));
        // All attempts without an address of their source are from one source.
        let source = attempt.source.map(source).unwrap_or_default();
        Ok(Self {
            both: place(TriedBy::AddressAndSource, &[&name, &address, &source])?,
            source: place(TriedBy::Source, &[&source])?,
            address: place(TriedBy::Address, &[&name, &address])?,
        })
    }

    pub(super) fn all(&self) -> Vec<RowKey> {
        vec![self.both.clone(), self.source.clone(), self.address.clone()]
    }
}
