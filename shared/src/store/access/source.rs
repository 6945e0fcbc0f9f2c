//! Requests without a credential: the source address pays for them.

use std::net::IpAddr;

use crate::domain::hash::hex;
use crate::domain::quota::{Quota, source};
use crate::domain::secret::Purpose;
use crate::store::engine::budget::Limits;
use crate::store::engine::error::StoreError;
use crate::store::engine::ledger::Spender;
use crate::store::engine::read::Rows;
use crate::store::engine::row::RowKey;
use crate::store::keys;
use crate::store::root::Store;

impl Store {
    /// Makes a source address pay for the request, and returns the row key of what the address has used up. All requests
    /// without an address are of one source.
    pub(in crate::store) fn charge_to_source(&self, address: Option<IpAddr>) -> Result<RowKey, StoreError> {
        let source = address.map(source).unwrap_or_default();
        // The address itself is personal data.
        let hash = hex(&self.issuing_version()?.checksum(Purpose::Source, &source)?);
        let budget = self.connection.budget();
        let row = keys::spent_by_source(&hash, budget.minute());
        budget.charge_to(Spender { row: row.clone(), name: String::new() })?;
        Ok(row)
    }

    /// Refuses an address that has used up its share. `rows` were read with what it has used up, whose row key is `spent`.
    pub(in crate::store) fn check_source(&self, rows: &Rows, spent: &RowKey) -> Result<(), StoreError> {
        let limits = Limits { units: None, requests: None, shared_units: self.quotas.source_units, shared: Quota::Source };
        Ok(self.connection.budget().compare(limits, rows.get(spent)?.unwrap_or_default())?)
    }
}
