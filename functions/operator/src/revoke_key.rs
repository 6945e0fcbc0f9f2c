//! `operator-revoke-key`: ends a key, at once and for ever.

use serde::Deserialize;
use serde_json::Value;
use shared::credentials::TokenHash;
use shared::reseller::ResellerId;
use shared::table::{Operator, Table};

use crate::{Error, key_view, payload};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    reseller_id: u64,
    key_id: String,
}

/// `{"reseller_id": 1, "key_id": "0123456789ab"}` gives the key as it now is. A request that begins after this answer is
/// refused. To revoke a key again changes nothing.
///
/// # Errors
/// A wrong payload, a reseller or key that does not exist, or a store that fails.
pub async fn revoke_key(table: &Table<Operator>, sent: Value) -> Result<Value, Error> {
    let Payload { reseller_id, key_id } = payload(sent)?;
    let digits = TokenHash::KEY_ID_DIGITS;
    if key_id.len() != digits || !key_id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(Error::Invalid(format!(
            "key_id must be the {digits} hexadecimal digits that operator-list-keys shows, not the token."
        )));
    }
    let nobody = || Error::NotFound(format!("Reseller {reseller_id} has no key {key_id}. operator-list-keys lists them all."));
    let reseller = ResellerId::new(reseller_id).ok_or_else(nobody)?;
    let key = table.revoke_key(reseller, &key_id).await?.ok_or_else(nobody)?;
    Ok(key_view::on_record(key.key_id(), &key.credential))
}
