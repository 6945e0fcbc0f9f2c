//! `operator-list-keys`: the keys of a reseller.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use shared::store::{Operator, Table};

use crate::payload::{no_such_reseller, read, reseller};
use crate::{Error, key_view};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    reseller_id: u64,
}

/// `{"reseller_id": 1}` returns all its keys, oldest first, with expired and revoked ones. It shows no tokens, because they are
/// not stored.
///
/// # Errors
/// A wrong payload, a reseller that does not exist, or a store that fails.
pub async fn list_keys(table: &Table<Operator>, sent: &RawValue) -> Result<Value, Error> {
    let Payload { reseller_id } = read(sent)?;
    let reseller = reseller(reseller_id)?;
    let keys = table.api_key_list(reseller).await?.ok_or_else(|| no_such_reseller(reseller_id))?;
    let keys: Vec<Value> = keys.iter().map(|key| key_view::on_record(key.key_id(), &key.credential)).collect();
    Ok(json!({"reseller_id": reseller, "count": keys.len(), "keys": keys}))
}
