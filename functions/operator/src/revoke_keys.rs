//! `operator-revoke-keys`: ends all keys of a reseller, for ever.

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

/// `{"reseller_id": 1}` revokes all keys of the reseller that are not revoked yet, expired ones too, and returns them. A request
/// that begins after this answer is refused. A key that is issued at the same time may stay valid: suspend the reseller first if
/// that matters. Another invocation revokes the keys that were issued since.
///
/// # Errors
/// A wrong payload, a reseller that does not exist, or a store that fails; then some keys may be revoked.
pub async fn revoke_keys(table: &Table<Operator>, sent: &RawValue) -> Result<Value, Error> {
    let Payload { reseller_id } = read(sent)?;
    let reseller = reseller(reseller_id)?;
    let keys = table.api_key_revoke_all(reseller).await?.ok_or_else(|| no_such_reseller(reseller_id))?;
    let keys: Vec<Value> = keys.iter().map(|key| key_view::on_record(key.key_id(), &key.credential)).collect();
    Ok(json!({"reseller_id": reseller, "count": keys.len(), "keys": keys}))
}
