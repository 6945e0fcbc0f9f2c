//! Which reseller is the platform's own. Its row has one place in the table, so that there is at most one.

use serde::{Deserialize, Serialize};

use crate::domain::reseller::ResellerId;
use crate::store::engine::connection::Connection;
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::{Expressions, IS_NEW};
use crate::store::engine::row::row;
use crate::store::engine::transaction::Transaction;
use crate::store::keys;

#[derive(Serialize, Deserialize)]
struct PlatformRow {
    reseller: ResellerId,
}

/// Adds to a transaction that this reseller is the platform's own, on the condition that none is yet.
pub(super) fn put<P>(transaction: Transaction<P>, purpose: P, reseller: ResellerId) -> Result<Transaction<P>, StoreError> {
    Ok(transaction.put(purpose, row(&keys::platform(), &PlatformRow { reseller })?, Expressions::when(IS_NEW)))
}

impl Connection {
    /// The platform's own reseller; `None` when none was provisioned. One call.
    pub(in crate::store) async fn platform(&self) -> Result<Option<ResellerId>, StoreError> {
        let key = keys::platform();
        Ok(self.read(vec![key.clone()]).await?.get::<PlatformRow>(&key)?.map(|row| row.reseller))
    }
}
