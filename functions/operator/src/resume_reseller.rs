//! `operator-resume-reseller`: ends the suspension of a reseller.

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

/// `{"reseller_id": 1}` returns the reseller as it is now. Its keys are valid or not as they were before. If the reseller is not
/// suspended, nothing changes.
///
/// # Errors
/// A wrong payload, a reseller that does not exist, or a store that fails.
pub async fn resume_reseller(table: &Table<Operator>, sent: &RawValue) -> Result<Value, Error> {
    let Payload { reseller_id } = read(sent)?;
    let resumed = table.reseller_resume(reseller(reseller_id)?).await?;
    Ok(reseller_view::view(&resumed.ok_or_else(|| no_such_reseller(reseller_id))?))
}
