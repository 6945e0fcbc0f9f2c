//! Giving an API key quotas of its own.

use serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value;

use super::record::KeySummary;
use crate::domain::activity::{Action, Object};
use crate::domain::quota::KeyQuota;
use crate::domain::reseller::ResellerId;
use crate::domain::token::KeyId;
use crate::store::access::table::{Operator, Table};
use crate::store::activity;
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::Expressions;
use crate::store::engine::retry::Rounds;
use crate::store::engine::transaction::{Outcome, Transaction};

impl Table<Operator> {
    /// Sets what the key with this id may use up in a minute; a key that may use up as much already is not changed. `None` when the
    /// reseller has no such key.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn api_key_limit(
        &self,
        reseller: ResellerId,
        key_id: &KeyId,
        quota: KeyQuota,
    ) -> Result<Option<KeySummary>, StoreError> {
        let connection = &self.store.connection;
        let mut rounds = Rounds::default();
        while let Some(mut key) = connection.api_key_named(reseller, key_id).await? {
            let known = key.credential.quota;
            if known == quota {
                return Ok(Some(key));
            }
            let is_unchanged = Expressions::when("quota = :known")
                .update("SET quota = :quota")
                .value(":known", to_attribute_value(known)?)
                .value(":quota", to_attribute_value(quota)?);
            let transaction = activity::record(
                Transaction::default().update((), key.row_key(reseller), is_unchanged),
                activity::Change::by_operator(reseller, Action::KeyUpdated, Object::key(key_id))
                    .concerning(key.credential.customer)
                    .of_differing([
                        ("units_per_minute", known.units != quota.units),
                        ("requests_per_minute", known.requests != quota.requests),
                    ]),
            )?;
            if connection.transact(transaction).await? == Outcome::Done {
                key.credential.quota = quota;
                return Ok(Some(key));
            }
            rounds.pause(StoreError::Contended, "others changed the key").await?;
        }
        Ok(None)
    }
}
