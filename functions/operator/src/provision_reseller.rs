//! `operator-provision-reseller`: makes a reseller with its first account and its first key.

use serde::Deserialize;
use serde_json::{Value, json};
use shared::table::{Operator, Table};

use crate::{Error, key_view, payload, required_text};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    name: String,
}

/// `{"name": "…"}` gives the reseller and its first key, which may read and write.
///
/// Each invocation makes another reseller, also with a name that is there already.
///
/// # Errors
/// A wrong name, or a store that fails; then there is no such reseller.
pub async fn provision_reseller(table: &Table<Operator>, sent: Value) -> Result<Value, Error> {
    let Payload { name } = payload(sent)?;
    let made = table.provision_reseller(required_text("name", &name)?, required_text("label", "first key")?).await?;
    Ok(json!({
        "reseller_id": made.reseller.id,
        "name": made.reseller.name,
        "account_id": made.reseller.account_ids.first(),
        "created_at": made.reseller.created_at,
        "key": key_view::issued(&made.key),
    }))
}
