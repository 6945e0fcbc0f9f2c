//! The fields that a client sent, in any format.

use std::fmt;

use serde_json::{Map, Value};
use shared::domain::normalization::normalize;
use shared::domain::validation::{self, Invalid, Text};
use shared::lambda::faults::Faults;
use shared::lambda::request::Request;
use shared::lambda::{form, json};

use crate::media::BodyFormat;
use crate::resource::{CODE, Resource};
use crate::{Error, cards, xml};

/// 2^64.
const LARGEST: f64 = 18_446_744_073_709_551_616.0;

/// The fields of a body. In XML and forms they are all texts.
pub(crate) struct Sent {
    fields: Map<String, Value>,
    faults: Faults,
}

impl Sent {
    /// Reads what the body says of a resource, in the format that its media type names.
    pub(crate) fn parse(request: &Request, resource: &'static Resource) -> Result<Self, Error> {
        let format = BodyFormat::of(request).ok_or(Error::UnknownMediaType)?;
        let body = request.body()?;
        let malformed = |malformed: &dyn fmt::Display| Error::Malformed(malformed.to_string());
        match format {
            BodyFormat::Json => {
                let sent = Self::json(&body, resource)?;
                refuse_cards(resource, || cards::in_json(&body))?;
                Ok(sent)
            }
            BodyFormat::Xml => {
                let document = xml::parse(&body).map_err(|error| malformed(&error))?;
                let fields = xml::fields(&document, resource.element).map_err(|error| malformed(&error))?;
                refuse_cards(resource, || cards::in_texts(xml::texts(&document)))?;
                Ok(Self::texts(fields, resource))
            }
            BodyFormat::Form => {
                let pairs = form::parse(&body).map_err(|error| malformed(&error))?;
                refuse_cards(resource, || cards::in_texts(pairs.iter().map(|(name, value)| (name.as_str(), value))))?;
                Ok(Self::texts(pairs.into_iter().map(|(name, value)| (name, Some(value))), resource))
            }
        }
    }

    /// Reads the object: the body itself, or its member `object`.
    fn json(body: &[u8], resource: &Resource) -> Result<Self, Error> {
        let known = resource.fields;
        let malformed = |malformed: json::MalformedJson| Error::Malformed(malformed.to_string());
        let mut root = json::object(body, &[known, &["object"]].concat()).map_err(malformed)?;
        let fields = match root.remove("object") {
            None => root,
            Some(Value::Object(object)) => {
                // The other members are ignored.
                json::usable(root, &[]).map_err(malformed)?;
                json::usable(object, known).map_err(malformed)?
            }
            Some(_) => return Err(Error::Malformed("the member object must be a JSON object".to_owned())),
        };
        // This action ignores the values of some fields, which must be usable too.
        let mut faults = Faults::default();
        for field in known {
            if fields.get(*field).is_some_and(|value| !json::is_all_usable(value)) {
                faults.add(field, Invalid::UnusableCharacter);
            }
        }
        Ok(Self { fields, faults })
    }

    fn texts(sent: impl IntoIterator<Item = (String, Option<String>)>, resource: &Resource) -> Self {
        let mut fields = Map::new();
        let mut faults = Faults::default();
        for (name, value) in sent.into_iter().filter(|(name, _)| resource.fields.contains(&name.as_str())) {
            let Some(value) = value else {
                faults.add(&name, Invalid::NotAText);
                continue;
            };
            if fields.insert(name.clone(), value.into()).is_some() {
                faults.add(&name, Invalid::Repeated);
            }
        }
        Self { fields, faults }
    }

    /// The faults that are found before the values are read.
    pub(crate) fn faults(&self) -> Faults {
        self.faults.clone()
    }

    /// The text that was sent, trimmed; empty for `null`, `None` when nothing was sent.
    pub(crate) fn text(&self, field: &str) -> Result<Option<&str>, Invalid> {
        json::text(&self.fields, field)
    }

    /// The value in the form of a text; `None` when nothing was sent, or a value that has no such form.
    pub(crate) fn written(&self, field: &str) -> Option<String> {
        match self.fields.get(field)? {
            // A number that 64 bits can't hold has become a fraction. It is an integer nevertheless, and larger than any id.
            Value::Number(number) if number.as_f64().is_some_and(|number| number >= LARGEST) => Some(u64::MAX.to_string()),
            Value::Number(number) => Some(number.to_string()),
            _ => self.text(field).ok()?.map(str::to_owned),
        }
    }

    /// Whether the field was sent, with any value.
    pub(crate) fn has(&self, field: &str) -> bool {
        self.fields.contains_key(field)
    }

    /// The value that `parse` reads from a text; `None` when the field is absent or empty.
    pub(crate) fn optional<T, F: fmt::Display>(
        &self,
        field: &str,
        parse: impl FnOnce(&str) -> Result<T, F>,
    ) -> Result<Option<T>, String> {
        match self.text(field).map_err(|invalid| invalid.to_string())? {
            None | Some("") => Ok(None),
            Some(sent) => parse(sent).map(Some).map_err(|fault| fault.to_string()),
        }
    }

    /// The truth value that was sent, or its name as a text; `None` when the field is absent or empty.
    pub(crate) fn boolean(&self, field: &str) -> Result<Option<bool>, String> {
        match self.fields.get(field) {
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(Value::String(_) | Value::Null) | None => {
                self.optional(field, |sent| sent.parse().map_err(|_| Invalid::NotABoolean))
            }
            Some(_) => Err(Invalid::NotABoolean.to_string()),
        }
    }

    /// The code that a create asks for; `None` when the field is absent or empty.
    pub(crate) fn code(&self) -> Result<Option<Text>, Invalid> {
        validation::text(self.text(CODE.0)?.unwrap_or_default(), CODE.1)
    }

    /// Checks that fields that can't be changed are not sent, or sent as they are shown; what is not shown is sent empty.
    pub(crate) fn check_read_only<'a>(&self, shown: impl IntoIterator<Item = (&'a str, Option<String>)>) -> Result<(), Error> {
        let mut differing = Faults::default();
        for (field, shown) in shown {
            if self.has(field) && self.written(field) != Some(shown.unwrap_or_default()) {
                differing.add(field, "can't be changed");
            }
        }
        differing.none_or(()).map_err(Error::ReadOnly)
    }
}

/// Refuses a body about payment if `find` finds a card number in it. `find` gives the name of the field that has it.
fn refuse_cards(resource: &Resource, find: impl FnOnce() -> Option<String>) -> Result<(), Error> {
    if !resource.is_about_payment {
        return Ok(());
    }
    match find() {
        // What is ignored can have any name, which the answer does not repeat.
        Some(name) => Err(Error::CardNumber(resource.fields.iter().find(|field| **field == name).copied())),
        None => Ok(()),
    }
}

/// Checks that a code is none that stands for the id of what has no code of its own.
pub(crate) fn check_code(code: Option<&Text>) -> Result<(), Error> {
    if code.is_some_and(|code| normalize(code.as_str()).bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(Error::Code("must not consist of digits alone: such codes are the ids of what has no other"));
    }
    Ok(())
}
