//! What the platform's operators do with resellers and their keys. These functions have no route: they are invoked, with
//! `cargo lambda invoke` or `aws lambda invoke`, and answer JSON made for people who paste commands.
//!
//! A payload with a field that is unknown, missing or wrong is refused as a whole: who types commands wants to hear of a typing
//! error, not have it ignored.

mod add_account;
mod error;
mod issue_key;
mod key_view;
mod list_keys;
mod list_resellers;
mod provision_reseller;
mod revoke_key;

pub use add_account::add_account;
pub use error::Error;
pub use issue_key::issue_key;
pub use list_keys::list_keys;
pub use list_resellers::list_resellers;
pub use provision_reseller::provision_reseller;
pub use revoke_key::revoke_key;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use shared::validation::{self, Text};

/// The most characters of a reseller's name, and of a key's label.
const MAXIMUM_TEXT: usize = 255;

/// Reads a payload; an invocation without one counts as an empty object.
fn payload<T: DeserializeOwned>(sent: Value) -> Result<T, Error> {
    let sent = if sent.is_null() { Value::Object(Map::new()) } else { sent };
    serde_json::from_value(sent).map_err(|error| Error::Invalid(format!("The payload is wrong: {error}.")))
}

fn required_text(field: &str, sent: &str) -> Result<Text, Error> {
    let required = || Error::Invalid(format!("{field} is required."));
    validation::text(sent, MAXIMUM_TEXT).map_err(|invalid| Error::Invalid(format!("{field} {invalid}.")))?.ok_or_else(required)
}

fn no_such_reseller(reseller_id: u64) -> Error {
    Error::NotFound(format!("There is no reseller {reseller_id}. operator-list-resellers lists them all."))
}
