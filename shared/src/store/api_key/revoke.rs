//! Revoking API keys: one, or all of a reseller.

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::record::KeySummary;
use crate::domain::activity::{Action, Object};
use crate::domain::reseller::ResellerId;
use crate::domain::timestamp::Timestamp;
use crate::domain::token::KeyId;
use crate::store::access::table::{Operator, Table};
use crate::store::activity;
use crate::store::engine::connection::Connection;
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::Expressions;
use crate::store::engine::transaction::{Outcome, Transaction};

/// How many keys are revoked at the same time.
const PARALLEL: usize = 8;

impl Connection {
    /// Revokes a key; one that was revoked before keeps its first time. One call.
    async fn api_key_end(&self, reseller: ResellerId, mut key: KeySummary) -> Result<KeySummary, StoreError> {
        let row_key = key.row_key(reseller);
        let now = Timestamp::now();
        let revoke = Expressions::when("attribute_exists(PK) AND (attribute_not_exists(revoked_at) OR revoked_at = :never)")
            .update("SET revoked_at = :now")
            .text(":now", now.to_string())
            .value(":never", AttributeValue::Null(true));
        let transaction = activity::record(
            Transaction::default().update((), row_key.clone(), revoke),
            activity::Change::by_operator(reseller, Action::KeyRevoked, Object::key(key.key_id()))
                .concerning(key.credential.customer),
        )?;
        match self.transact(transaction).await? {
            Outcome::Done => {
                key.credential.revoked_at = Some(now);
                Ok(key)
            }
            // It was revoked before, perhaps a moment ago.
            Outcome::Refused(_) => Ok(self.read(vec![row_key.clone()]).await?.get(&row_key)?.unwrap_or(key)),
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
