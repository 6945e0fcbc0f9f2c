//! `operator-suspend-reseller`: all keys of a reseller are refused, at once and until it is resumed.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use shared::store::{Operator, Table};

use crate::payload::{no_such_reseller, read, reseller};
use crate::{Error, reseller_view};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    reseller_id: u64,
}

/// `{"reseller_id": 1}` returns the reseller as it is now. A request that begins after this answer is refused, except the check
/// of a licence: the software of the reseller's customers must not stop. If the reseller is suspended already, nothing changes.
///
/// # Errors
/// A wrong payload, a reseller that does not exist, or a store that fails.
pub async fn suspend_reseller(table: &Table<Operator>, sent: &RawValue) -> Result<Value, Error> {
    let Payload { reseller_id } = read(sent)?;
    let suspended = table.reseller_suspend(reseller(reseller_id)?).await?;
    Ok(reseller_view::view(&suspended.ok_or_else(|| no_such_reseller(reseller_id))?))
}
