//! `operator-rotate-secret`: adds a version of the deployment's secret.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use shared::store::{Operator, Table};

use crate::payload::read;
use crate::{Error, secret_view};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {}

/// `{}` returns the number of the new version and all versions. The new version is used for tokens, licence keys and cursors from
/// `issues_from` on, ten minutes later, when every function has read it. What was issued before is valid until its version is
/// dropped.
///
/// Each invocation adds another version.
///
/// # Errors
/// A payload with anything in it, a deployment without a secret yet, or a store that fails.
pub async fn rotate_secret(table: &Table<Operator>, sent: &RawValue) -> Result<Value, Error> {
    let Payload {} = read(sent)?;
    let none =
        || Error::Conflict("There is no secret yet: operator-provision-reseller makes it with the first reseller.".to_owned());
    let added = table.secret_rotate().await?.ok_or_else(none)?;
    let versions = table.secret_versions().await?;
    Ok(json!({"version": added.number(), "versions": secret_view::view(&versions)}))
}
