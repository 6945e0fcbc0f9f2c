//! `operator-retire-plan`: sells a plan no more.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use shared::domain::plan::Sku;
use shared::store::{Operator, Table};

use crate::payload::read;
use crate::{Error, plan_view};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    sku: String,
}

/// `{"sku": "voice-100"}` returns the plan as it is now. What was sold goes on with its terms. If the plan was retired before, nothing
/// changes. `operator-define-plan` with the same sku sells it again.
///
/// # Errors
/// A wrong payload, a plan that does not exist, or a store that fails.
pub async fn retire_plan(table: &Table<Operator>, sent: &RawValue) -> Result<Value, Error> {
    let Payload { sku } = read(sent)?;
    let unknown = || Error::NotFound("There is no plan with this sku.".to_owned());
    let plan = table.plan_retire(&Sku::parse(sku.trim()).map_err(|_| unknown())?).await?.ok_or_else(unknown)?;
    Ok(plan_view::view(&plan))
}
