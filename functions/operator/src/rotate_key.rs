//! `operator-rotate-key`: issues a new key with the rights of an old one, which stays valid for a while.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use shared::domain::customer_token::MOST_TOKENS;
use shared::domain::timestamp::Timestamp;
use shared::store::api_key::RotateKeyError;
use shared::store::{Operator, Table};

use crate::payload::{in_the_future, key_id, no_such_key, read, reseller};
use crate::{Error, key_view};

/// How long the old key stays valid, unless the payload says otherwise.
const DEFAULT_OVERLAP: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    reseller_id: u64,
    key_id: String,
    old_valid_until: Option<Timestamp>,
    valid_until: Option<Timestamp>,
}

/// `{"reseller_id": 1, "key_id": "0123456789ab"}` returns a new key of the same kind, with the same permissions, accounts,
/// customer, label and quotas and, only now, its token. The old key stays valid for a day, or until `"old_valid_until":
/// "2027-01-01T00:00:00Z"`, but no longer than it would have been. The new key ends when the
/// old one would have ended, or at `"valid_until"`.
///
/// Each invocation issues another key.
///
/// # Errors
/// A wrong payload, an end in the past, a key that does not exist or has ended, or a store that fails; then nothing was changed.
pub async fn rotate_key(table: &Table<Operator>, sent: &RawValue) -> Result<Value, Error> {
    let sent: Payload = read(sent)?;
    let key_id = key_id(&sent.key_id)?;
    let old_until = in_the_future("old_valid_until", sent.old_valid_until)?;
    let old_until = old_until.unwrap_or_else(|| Timestamp::now().plus(DEFAULT_OVERLAP));
    let new_until = in_the_future("valid_until", sent.valid_until)?;
    let reseller = reseller(sent.reseller_id)?;
    let key = table.api_key_rotate(reseller, &key_id, old_until, new_until).await.map_err(|error| match error {
        RotateKeyError::Store(error) => error.into(),
        RotateKeyError::NoSuchKey => no_such_key(sent.reseller_id, &key_id),
        RotateKeyError::Ended => Error::Conflict(format!("The key {key_id} has ended: issue a new one with operator-issue-key.")),
        RotateKeyError::NoRoom => Error::Conflict(format!(
            "The customer of the key {key_id} has {MOST_TOKENS} tokens, which is the most: revoke one first."
        )),
        RotateKeyError::CustomerGone => {
            Error::Conflict(format!("The customer of the key {key_id} is deleted, and the key with it."))
        }
    })?;
    tracing::Span::current().record("new_key", key.token.hash().key_id().as_str());
    Ok(key_view::issued(&key))
}
