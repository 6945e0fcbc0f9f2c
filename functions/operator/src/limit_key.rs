//! `operator-limit-key`: gives a key quotas of its own, or those of the deployment again.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use shared::store::{Operator, Table};

use crate::payload::{key_id, no_such_key, quota, read, reseller};
use crate::{Error, key_view};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    reseller_id: u64,
    key_id: String,
    units_per_minute: Option<u64>,
    requests_per_minute: Option<u64>,
}

/// `{"reseller_id": 1, "key_id": "0123456789ab", "units_per_minute": 1000}` returns the key as it is now. A quota that the payload
/// does not have is that of the deployment. It holds from the next request on; a function that has refused the key in this minute
/// goes on refusing it until the minute ends. If the key has these quotas already, nothing changes.
///
/// # Errors
/// A wrong payload, a reseller or key that does not exist, or a store that fails.
pub async fn limit_key(table: &Table<Operator>, sent: &RawValue) -> Result<Value, Error> {
    let sent: Payload = read(sent)?;
    let key_id = key_id(&sent.key_id)?;
    let quota = quota(sent.units_per_minute, sent.requests_per_minute)?;
    let unknown = || no_such_key(sent.reseller_id, &key_id);
    let reseller = reseller(sent.reseller_id).map_err(|_| unknown())?;
    let key = table.api_key_limit(reseller, &key_id, quota).await?.ok_or_else(unknown)?;
    Ok(key_view::on_record(key.key_id(), &key.credential))
}
