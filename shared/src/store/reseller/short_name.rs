//! Which reseller has a short name. The row of a name has one place in the table, so that no two resellers have the same.

use serde::{Deserialize, Serialize};

use crate::domain::reseller::{Reseller, ResellerId};
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::{Expressions, IS_NEW};
use crate::store::engine::row::row;
use crate::store::engine::transaction::Transaction;
use crate::store::keys;

/// The row of a short name.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct ShortNameRow {
    /// The reseller that has it.
    pub(in crate::store) reseller: ResellerId,
}

/// Adds to a transaction that this reseller has its short name, on the condition that no other has it.
pub(super) fn put<P>(transaction: Transaction<P>, purpose: P, reseller: &Reseller) -> Result<Transaction<P>, StoreError> {
    let row = row(&keys::short_name(&reseller.short_name()), &ShortNameRow { reseller: reseller.id })?;
    Ok(transaction.put(purpose, row, Expressions::when(IS_NEW)))
}
