//! `operator-list-resellers`: all resellers of the platform.

use serde::Deserialize;
use serde_json::{Value, json};
use shared::reseller::Reseller;
use shared::table::{Operator, Table};

use crate::{Error, payload};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {}

/// `{}` gives all resellers in the order of their ids.
///
/// # Errors
/// A payload with anything in it, or a store that fails.
pub async fn list_resellers(table: &Table<Operator>, sent: Value) -> Result<Value, Error> {
    let Payload {} = payload(sent)?;
    let resellers: Vec<Value> = table.resellers().await?.iter().map(view).collect();
    Ok(json!({"count": resellers.len(), "resellers": resellers}))
}

fn view(reseller: &Reseller) -> Value {
    json!({
        "reseller_id": reseller.id,
        "name": reseller.name,
        "account_ids": reseller.account_ids,
        "created_at": reseller.created_at,
    })
}
