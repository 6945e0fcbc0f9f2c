//! API keys on record: how they are listed, and found by their key ids.

use serde::{Deserialize, Deserializer, de};

use crate::domain::credential::Credential;
use crate::domain::reseller::{Reseller, ResellerId};
use crate::domain::token::KeyId;
use crate::store::access::table::{Operator, Table};
use crate::store::engine::connection::Connection;
use crate::store::engine::error::StoreError;
use crate::store::engine::row::RowKey;
use crate::store::keys;

/// An API key on record, without its token, which is stored nowhere.
#[derive(Clone, Debug, Deserialize)]
pub struct KeySummary {
    #[serde(rename = "SK", deserialize_with = "row_of_key")]
    row: KeyRow,
    /// The credential that is on record.
    #[serde(flatten)]
    pub credential: Credential,
}

/// The sort key of a credential row, which ends in the hash of the token.
#[derive(Clone, Debug)]
struct KeyRow {
    sort_key: String,
    key_id: KeyId,
}

fn row_of_key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<KeyRow, D::Error> {
    let sort_key = String::deserialize(deserializer)?;
    let hash = sort_key.strip_prefix(keys::CREDENTIAL_PREFIX).unwrap_or_default();
    let key_id = hash.get(..KeyId::DIGITS).and_then(KeyId::parse);
    let key_id = key_id.ok_or_else(|| de::Error::custom("a credential row has an odd key"))?;
    Ok(KeyRow { sort_key, key_id })
}

impl KeySummary {
    /// The name of the key for people.
    #[must_use]
    pub fn key_id(&self) -> &KeyId {
        &self.row.key_id
    }

    /// The row key of its credential.
    pub(super) fn row_key(&self, reseller: ResellerId) -> RowKey {
        RowKey { partition: keys::credential_partition(reseller), sort: self.row.sort_key.clone() }
    }
}

impl Connection {
    /// The key with this id; `None` when the reseller has no such key. One call.
    pub(super) async fn api_key_named(&self, reseller: ResellerId, key_id: &KeyId) -> Result<Option<KeySummary>, StoreError> {
        let prefix = keys::credential_prefix(key_id.as_str());
        let mut named: Vec<KeySummary> = self.query_all(&keys::credential_partition(reseller), &prefix).await?;
        match (named.pop(), named.len()) {
            (key, 0) => Ok(key),
            // Two keys of a reseller share an id by a chance of 1 in 2^48. If they ever do, a person has to decide.
            (_, others) => Err(StoreError::Internal(format!("the key id {key_id} names {} keys", others + 1))),
        }
    }
}

impl Table<Operator> {
    /// All keys of a reseller, oldest first; `None` when the reseller does not exist.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn api_key_list(&self, reseller: ResellerId) -> Result<Option<Vec<KeySummary>>, StoreError> {
        let key = keys::reseller(reseller);
        let partition = keys::credential_partition(reseller);
        let (rows, mut found) = futures_util::try_join!(
            self.store.connection.read(vec![key.clone()]),
            self.store.connection.query_all::<KeySummary>(&partition, keys::CREDENTIAL_PREFIX),
        )?;
        found.sort_by_key(|key| key.credential.created_at);
        Ok(rows.get::<Reseller>(&key)?.map(|_| found))
    }
}
