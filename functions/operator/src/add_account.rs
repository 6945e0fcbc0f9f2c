//! `operator-add-account`: gives a reseller one more account.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use shared::store::{Operator, Table};

use crate::Error;
use crate::payload::{no_such_reseller, read, reseller};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    reseller_id: u64,
}

/// `{"reseller_id": 1}` returns the number of the new account and all accounts that the reseller now has. Keys that were issued
/// before are not granted it.
///
/// Each invocation adds another account.
///
/// # Errors
/// A wrong payload, a reseller that does not exist, or a store that fails.
pub async fn add_account(table: &Table<Operator>, sent: &RawValue) -> Result<Value, Error> {
    let Payload { reseller_id } = read(sent)?;
    let changed = table.account_add(reseller(reseller_id)?).await?;
    let reseller = changed.ok_or_else(|| no_such_reseller(reseller_id))?;
    Ok(json!({"reseller_id": reseller.id, "account_id": reseller.account_ids.last(), "account_ids": reseller.account_ids}))
}
