//! A row: its row key, and the attributes of its record.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};
use serde_dynamo::aws_sdk_dynamodb_1::to_item;

use super::error::StoreError;

/// The sort key of the table.
pub(in crate::store) const SORT_KEY: &str = "SK";

/// The attributes of a row.
pub(in crate::store) type Item = HashMap<String, AttributeValue>;

/// The primary key of a row: where it stands in the table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(in crate::store) struct RowKey {
    #[serde(rename = "PK")]
    pub(in crate::store) partition: String,
    #[serde(rename = "SK")]
    pub(in crate::store) sort: String,
}

/// The row of a record with this row key.
pub(in crate::store) fn row<T: Serialize>(key: &RowKey, record: &T) -> Result<Item, StoreError> {
    let mut item: Item = to_item(record)?;
    let key: Item = to_item(key)?;
    item.extend(key);
    Ok(item)
}
