//! Revoking API keys: one, or all of a reseller.

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::record::KeySummary;
use crate::domain::activity::{Action, Object};
use crate::domain::reseller::ResellerId;
use crate::domain::token::KeyId;
use crate::store::access::table::{Operator, Table};
use crate::store::activity;
use crate::store::credential;
use crate::store::customer_token::{self, Purpose};
use crate::store::engine::connection::Connection;
use crate::store::engine::error::StoreError;
use crate::store::engine::retry::Rounds;
use crate::store::engine::transaction::Transaction;

/// How many keys are revoked at the same time.
const PARALLEL: usize = 8;

impl Connection {
    /// Revokes a key; one that was revoked before keeps its first time. Two calls, and one more for a customer's key.
    async fn api_key_end(&self, reseller: ResellerId, key: KeySummary) -> Result<KeySummary, StoreError> {
        let row_key = key.row_key(reseller);
        let mut rounds = Rounds::default();
        loop {
            let mut transaction = credential::end(Transaction::default(), Purpose::Credential, row_key.clone());
            if let Some(customer) = key.credential.customer
                && let Some(token) = self.token_of_key(reseller, customer, key.key_id()).await?
            {
                transaction = customer_token::remove(transaction, reseller, customer, &token)?;
            }
            let transaction = activity::record(
                transaction,
                activity::Change::by_operator(reseller, Action::KeyRevoked, Object::key(key.key_id()))
                    .concerning(key.credential.customer),
            )?;
            self.transact(transaction).await?;
            // If nothing was written, it was revoked before, perhaps a moment ago, or its customer was deleted meanwhile.
            let latest: KeySummary = self.read(vec![row_key.clone()]).await?.get(&row_key)?.unwrap_or_else(|| key.clone());
            if latest.credential.revoked_at.is_some() {
                return Ok(latest);
            }
            rounds.pause(StoreError::Contended, "others changed the tokens of the customer").await?;
        }
    }
}

impl Table<Operator> {
    /// Revokes the key with this id, now and for ever; a key that was revoked before keeps its first time. `None` when the
    /// reseller has no such key.
    ///
    /// A request that begins after this returns is refused.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn api_key_revoke(&self, reseller: ResellerId, key_id: &KeyId) -> Result<Option<KeySummary>, StoreError> {
        let connection = &self.store.connection;
        match connection.api_key_named(reseller, key_id).await? {
            Some(key) => connection.api_key_end(reseller, key).await.map(Some),
            None => Ok(None),
        }
    }

    /// Revokes all keys of a reseller that are not revoked yet, and returns them; `None` when the reseller does not exist. A key
    /// that is issued at the same time may stay valid.
    ///
    /// Repeatable: a second call revokes what the first one left.
    ///
    /// # Errors
    /// When the store fails; then some keys may be revoked.
    pub async fn api_key_revoke_all(&self, reseller: ResellerId) -> Result<Option<Vec<KeySummary>>, StoreError> {
        let Some(keys) = self.api_key_list(reseller).await? else {
            return Ok(None);
        };
        let live = keys.into_iter().filter(|key| key.credential.revoked_at.is_none());
        let ended = live.map(|key| self.store.connection.api_key_end(reseller, key));
        stream::iter(ended).buffered(PARALLEL).try_collect().await.map(Some)
    }
}
