//! `operator-drop-secret`: ends a version of the deployment's secret, and everything that was issued under it.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use shared::store::secret::DropError;
use shared::store::{Operator, Table};

use crate::payload::read;
use crate::{Error, secret_view};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    version: u16,
}

/// `{"version": 1}` returns the versions that are left. The tokens, licence keys and cursors that were issued under the dropped
/// version are refused after at most five minutes. At least one version that is used to issue must stay.
///
/// # Errors
/// A wrong payload, a version that does not exist or that must stay, or a store that fails.
pub async fn drop_secret(table: &Table<Operator>, sent: &RawValue) -> Result<Value, Error> {
    let Payload { version } = read(sent)?;
    let left = table.secret_drop(version).await.map_err(|error| match error {
        DropError::Store(error) => error.into(),
        DropError::NoSuchVersion => Error::NotFound(format!("The secret has no version {version}.")),
        DropError::Needed => Error::Conflict(format!(
            "Version {version} is still needed for issuing: add another with operator-rotate-secret, and wait until it is used."
        )),
    })?;
    Ok(json!({"versions": secret_view::view(left.versions())}))
}
