//! `operator-list-plans`: the plans that are sold.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use shared::store::{Operator, Table};

use crate::payload::read;
use crate::{Error, plan_view};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {}

/// `{}` returns all plans that are sold, by their skus. Retired ones are not among them.
///
/// # Errors
/// A wrong payload, or a store that fails.
pub async fn list_plans(table: &Table<Operator>, sent: &RawValue) -> Result<Value, Error> {
    let Payload {} = read(sent)?;
    let plans: Vec<Value> = table.plan_list().await?.0.iter().map(plan_view::view).collect();
    Ok(json!({"count": plans.len(), "plans": plans}))
}
