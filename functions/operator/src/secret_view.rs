//! The deployment's secret as operators see it: its versions, and nothing of the secret itself.

use serde_json::{Value, json};
use shared::domain::secret::SecretVersion;

/// The versions, in the order in which they were made.
pub(crate) fn view(versions: &[SecretVersion]) -> Value {
    let view = |version: &SecretVersion| json!({"version": version.number(), "issues_from": version.issues_from()});
    versions.iter().map(view).collect()
}
