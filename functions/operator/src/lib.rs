//! What the platform's operators do with resellers and their keys. These functions have no route: they are invoked, with
//! `cargo lambda invoke` or `aws lambda invoke`, and answer JSON made for people who paste commands.
//!
//! A payload with a field that is unknown, missing or wrong is refused as a whole: who types commands wants to hear of a typing
//! error, not have it ignored.

mod add_account;
mod advance_counters;
mod drop_secret;
mod error;
mod issue_key;
mod key_view;
mod list_keys;
mod list_resellers;
mod provision_reseller;
mod reseller_view;
mod resume_reseller;
mod revoke_key;
mod revoke_keys;
mod rotate_key;
mod rotate_secret;
mod secret_view;
mod suspend_reseller;

pub use add_account::add_account;
pub use advance_counters::advance_counters;
pub use drop_secret::drop_secret;
pub use error::Error;
pub use issue_key::issue_key;
pub use list_keys::list_keys;
pub use list_resellers::list_resellers;
pub use provision_reseller::provision_reseller;
pub use resume_reseller::resume_reseller;
pub use revoke_key::revoke_key;
pub use revoke_keys::revoke_keys;
pub use rotate_key::rotate_key;
pub use rotate_secret::rotate_secret;
pub use suspend_reseller::suspend_reseller;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use shared::domain::reseller::ResellerId;
use shared::domain::timestamp::Timestamp;
use shared::domain::token::KeyId;
use shared::domain::validation::{self, Text};

shared::operator_functions!(
    add_account,
    advance_counters,
    drop_secret,
    issue_key,
    list_keys,
    list_resellers,
    provision_reseller,
    resume_reseller,
    revoke_key,
    revoke_keys,
    rotate_key,
    rotate_secret,
    suspend_reseller,
);

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

/// A moment in which a key is to end.
fn in_the_future(field: &str, sent: Option<Timestamp>) -> Result<Option<Timestamp>, Error> {
    let is_past = sent.is_some_and(|end| end <= Timestamp::now());
    if is_past { Err(Error::Invalid(format!("{field} must be in the future."))) } else { Ok(sent) }
}

/// The reseller of this number, whose number then stands in the log.
fn reseller(reseller_id: u64) -> Result<ResellerId, Error> {
    let reseller = ResellerId::new(reseller_id).ok_or_else(|| no_such_reseller(reseller_id))?;
    tracing::Span::current().record("reseller", reseller.number());
    Ok(reseller)
}

/// The key of this id, which then stands in the log.
fn key_id(sent: &str) -> Result<KeyId, Error> {
    let odd = || {
        let digits = KeyId::DIGITS;
        Error::Invalid(format!("key_id must be the {digits} hexadecimal digits that operator-list-keys shows, not the token."))
    };
    let key_id = KeyId::parse(sent).ok_or_else(odd)?;
    tracing::Span::current().record("key", key_id.as_str());
    Ok(key_id)
}

fn no_such_reseller(reseller_id: u64) -> Error {
    Error::NotFound(format!("There is no reseller {reseller_id}. operator-list-resellers lists them all."))
}

fn no_such_key(reseller_id: u64, key_id: &KeyId) -> Error {
    Error::NotFound(format!("Reseller {reseller_id} has no key {key_id}. operator-list-keys lists them all."))
}
