//! What operators' functions read from their payloads, and how they name things that do not exist.

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use shared::domain::quota::{KeyQuota, LEAST_UNITS};
use shared::domain::reseller::ResellerId;
use shared::domain::timestamp::Timestamp;
use shared::domain::token::KeyId;
use shared::domain::validation::{self, Text};
use shared::lambda::faults::Faults;

use crate::Error;

/// The most characters of a reseller's name, and of a key's label.
const MAXIMUM_TEXT: usize = 255;

/// Reads a payload; an invocation without one counts as an empty object.
pub(crate) fn read<T: DeserializeOwned>(sent: &RawValue) -> Result<T, Error> {
    let sent: Value = serde_json::from_str(sent.get()).map_err(|_| Error::Invalid("The payload must be JSON.".to_owned()))?;
    let sent = if sent.is_null() { Value::Object(Map::new()) } else { sent };
    // Serde would read the fields of an array by their places.
    if !sent.is_object() {
        return Err(Error::Invalid("The payload must be a JSON object.".to_owned()));
    }
    serde_path_to_error::deserialize(sent).map_err(|error| {
        let field = Some(error.path().to_string()).filter(|path| path != ".").map(|path| format!("{path}: ")).unwrap_or_default();
        Error::Invalid(format!("The payload is wrong: {field}{}.", error.inner()))
    })
}

/// What was read from the fields of a payload, of which these can be known. Unlike a client of an API, an operator is told of a field that
/// is unknown.
pub(crate) fn with_known<T>(
    fields: impl IntoIterator<Item = String>,
    known: &[&str],
    read: Result<T, Faults>,
) -> Result<T, Faults> {
    let mut faults = Faults::default();
    for unknown in fields.into_iter().filter(|field| !known.contains(&field.as_str())) {
        faults.add(&unknown, format!("is unknown, expected one of {}", known.join(", ")));
    }
    for (field, fault) in read.as_ref().err().into_iter().flat_map(Faults::iter) {
        faults.add(field, fault);
    }
    faults.none_or(read)?
}

pub(crate) fn required_text(field: &str, sent: &str) -> Result<Text, Error> {
    let required = || Error::Invalid(format!("{field} is required."));
    validation::text(sent, MAXIMUM_TEXT).map_err(|invalid| Error::Invalid(format!("{field} {invalid}.")))?.ok_or_else(required)
}

/// A moment at which a key ends; it must be in the future.
pub(crate) fn in_the_future(field: &str, sent: Option<Timestamp>) -> Result<Option<Timestamp>, Error> {
    let is_past = sent.is_some_and(|end| end <= Timestamp::now());
    if is_past { Err(Error::Invalid(format!("{field} must be in the future."))) } else { Ok(sent) }
}

/// What a key may use up in a minute; `None` is the value of the deployment.
pub(crate) fn quota(units: Option<u64>, requests: Option<u64>) -> Result<KeyQuota, Error> {
    for (field, sent, least) in [("units_per_minute", units, LEAST_UNITS), ("requests_per_minute", requests, 1)] {
        if sent.is_some_and(|sent| sent < least) {
            return Err(Error::Invalid(format!("{field} must be at least {least}. operator-revoke-key ends a key.")));
        }
    }
    Ok(KeyQuota { units, requests })
}

/// The reseller with this number. The number is added to the log.
pub(crate) fn reseller(reseller_id: u64) -> Result<ResellerId, Error> {
    let reseller = ResellerId::new(reseller_id).ok_or_else(|| no_such_reseller(reseller_id))?;
    tracing::Span::current().record("reseller", reseller.number());
    Ok(reseller)
}

/// The key with this id. The id is added to the log.
pub(crate) fn key_id(sent: &str) -> Result<KeyId, Error> {
    let odd = || {
        let digits = KeyId::DIGITS;
        Error::Invalid(format!("key_id must be the {digits} hexadecimal digits that operator-list-keys shows, not the token."))
    };
    let key_id = KeyId::parse(sent).ok_or_else(odd)?;
    tracing::Span::current().record("key", key_id.as_str());
    Ok(key_id)
}

pub(crate) fn no_such_reseller(reseller_id: u64) -> Error {
    Error::NotFound(format!("There is no reseller {reseller_id}. operator-list-resellers lists them all."))
}

pub(crate) fn no_such_key(reseller_id: u64, key_id: &KeyId) -> Error {
    Error::NotFound(format!("Reseller {reseller_id} has no key {key_id}. operator-list-keys lists them all."))
}
