//! `operator-revoke-key`: ends a key, at once and for ever.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use shared::store::{Operator, Table};

use crate::payload::{key_id, no_such_key, read, reseller};
use crate::{Error, key_view};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    reseller_id: u64,
    key_id: String,
}

/// `{"reseller_id": 1, "key_id": "0123456789ab"}` returns the key as it is now. A request that begins after this answer is
/// refused. If the key was revoked before, nothing changes.
///
/// # Errors
/// A wrong payload, a reseller or key that does not exist, or a store that fails.
pub async fn revoke_key(table: &Table<Operator>, sent: &RawValue) -> Result<Value, Error> {
    let sent: Payload = read(sent)?;
    let key_id = key_id(&sent.key_id)?;
    let unknown = || no_such_key(sent.reseller_id, &key_id);
    let reseller = reseller(sent.reseller_id).map_err(|_| unknown())?;
    let key = table.api_key_revoke(reseller, &key_id).await?.ok_or_else(unknown)?;
    Ok(key_view::on_record(key.key_id(), &key.credential))
}
