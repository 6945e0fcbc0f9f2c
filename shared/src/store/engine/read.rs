//! Reading rows by their keys.

use std::collections::HashSet;

use aws_sdk_dynamodb::types::{KeysAndAttributes, ReturnConsumedCapacity};
use serde::de::DeserializeOwned;
use serde_dynamo::aws_sdk_dynamodb_1::{from_item, to_item};

use super::connection::Connection;
use super::error::StoreError;
use super::retry::Rounds;
use super::row::{Item, RowKey};

/// How many rows one `BatchGetItem` reads at most (an AWS limit).
pub(in crate::store) const MOST_KEYS: usize = 100;

/// Rows that were read together.
#[derive(Debug)]
pub(in crate::store) struct Rows(Vec<Item>);

impl Rows {
    /// The record under this key; `None` when there is no such row.
    pub(in crate::store) fn get<T: DeserializeOwned>(&self, key: &RowKey) -> Result<Option<T>, StoreError> {
        let key: Item = to_item(key)?;
        self.0
            .iter()
            .find(|item| key.iter().all(|(name, value)| item.get(name) == Some(value)))
            .map(|item| Ok(from_item(item.clone())?))
            .transpose()
    }

    /// The records of all rows, in no particular order.
    pub(in crate::store) fn all<T: DeserializeOwned>(self) -> Result<Vec<T>, StoreError> {
        self.0.into_iter().map(|item| Ok(from_item(item)?)).collect()
    }
}

impl Connection {
    /// Reads at most [`MOST_KEYS`] rows by their keys, consistently, in one call unless DynamoDB leaves keys unprocessed.
    pub(in crate::store) async fn read(&self, keys: Vec<RowKey>) -> Result<Rows, StoreError> {
        // DynamoDB refuses a request that names a key twice.
        let mut seen = HashSet::new();
        let keys = keys.iter().filter(|key| seen.insert(*key)).map(to_item).collect::<Result<_, _>>()?;
        let mut wanted = KeysAndAttributes::builder().consistent_read(true).set_keys(Some(keys)).build()?;
        let mut found = Vec::new();
        let mut rounds = Rounds::default();
        loop {
            let output = self
                .client
                .batch_get_item()
                .request_items(self.table_name(), wanted)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await;
            self.budget.add_read(self.meter.add(output.as_ref().map(|output| output.consumed_capacity()).unwrap_or_default()));
            let output = output?;
            found.extend(output.responses.and_then(|mut tables| tables.remove(self.table_name())).unwrap_or_default());
            match output.unprocessed_keys.and_then(|mut tables| tables.remove(self.table_name())) {
                Some(left) if !left.keys().is_empty() => wanted = left,
                _ => {
                    self.go_on_reading().await?;
                    return Ok(Rows(found));
                }
            }
            rounds.pause(StoreError::Unavailable, "keys were left unprocessed").await?;
        }
    }
}
