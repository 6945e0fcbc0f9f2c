//! The body of a request, for each field's own validator.

use serde_json::{Map, Value};
use shared::domain::validation::Invalid;
use shared::lambda::json;
use shared::lambda::request::{BodyError, Request};

use crate::Error;

/// A JSON object that a client sent.
pub struct Body(Map<String, Value>);

impl From<Map<String, Value>> for Body {
    fn from(fields: Map<String, Value>) -> Self {
        Self(fields)
    }
}

impl Body {
    /// Reads the body as JSON, whatever its media type says. Fields that are not in `known` are ignored, but every API must be able to
    /// carry them.
    ///
    /// # Errors
    /// [`Error::TooLarge`] and [`Error::Malformed`].
    pub fn parse(request: &Request, known: &[&str]) -> Result<Self, Error> {
        let bytes = request.body().map_err(|error| match error {
            BodyError::TooLarge => Error::TooLarge,
            BodyError::Undecodable => Error::Malformed(error.to_string()),
        })?;
        let fields = json::object(&bytes, known).map_err(|error| Error::Malformed(error.to_string()))?;
        Ok(Self(fields))
    }

    /// What was sent in a field, whatever its type is; `None` when nothing or `null` was sent.
    #[must_use]
    pub fn value(&self, field: &str) -> Option<&Value> {
        self.0.get(field).filter(|value| !value.is_null())
    }

    /// Whether anything was sent in a field, `null` included.
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        self.0.contains_key(field)
    }

    /// The text in a field, trimmed; empty when nothing or `null` was sent.
    ///
    /// # Errors
    /// [`Invalid::NotAText`], [`Invalid::UnusableCharacter`].
    pub fn text(&self, field: &str) -> Result<&str, Invalid> {
        Ok(json::text(&self.0, field)?.unwrap_or_default())
    }

    /// The boolean in a field; `None` when nothing or `null` was sent.
    ///
    /// # Errors
    /// [`Invalid::NotABoolean`].
    pub fn boolean(&self, field: &str) -> Result<Option<bool>, Invalid> {
        self.value(field).map(|value| value.as_bool().ok_or(Invalid::NotABoolean)).transpose()
    }
}
