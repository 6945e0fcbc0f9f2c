//! A form that a browser sent, and how it is shown again with what is wrong in it.

use serde_json::{Map, Value};
use shared::domain::replay::IdempotencyKey;
use shared::lambda::faults::Faults;
use shared::lambda::form;
use shared::lambda::request::Request;
use shared::store::StoreError;

use crate::Error;

/// The fields of a form, in the order in which they were sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Form(Vec<(String, String)>);

/// What a field of a form holds, as the APIs take it in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A text, empty where nothing was typed.
    Text,
    /// A whole number that was chosen from a list.
    Number,
    /// `true` or `false`, chosen from two.
    Flag,
}

impl Form {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// [`Error::Malformed`].
    pub(crate) fn parse(request: &Request) -> Result<Self, Error> {
        let body = request.body().map_err(|error| Error::Malformed(format!("This form can't be read: {error}.")))?;
        let pairs = form::parse(&body);
        pairs.map(Self).map_err(|error| Error::Malformed(format!("This form can't be read: {} {}.", error.name, error.problem)))
    }

    /// A form with these fields.
    pub(crate) fn of<const N: usize>(fields: [(&str, String); N]) -> Self {
        Self(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// The value of a field; empty without it.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.given(name).unwrap_or_default()
    }

    /// The value of a field; `None` when it was not sent.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// The values of a field that can be sent several times.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(sent, _)| sent == name).map(|(_, value)| value.as_str())
    }

    /// These fields as the JSON object that the APIs take for the same, so that the same code reads both. What was not sent is not in it.
    pub(crate) fn object(&self, fields: &[(&str, Kind)]) -> Map<String, Value> {
        let value = |kind, sent: &str| match kind {
            Kind::Number => sent.parse::<u64>().map_or_else(|_| sent.into(), Value::from),
            Kind::Flag => sent.parse::<bool>().map_or_else(|_| sent.into(), Value::from),
            Kind::Text => sent.into(),
        };
        let sent = fields.iter().filter_map(|(name, kind)| Some((*name, *kind, self.given(name)?)));
        sent.map(|(name, kind, sent)| (name.to_owned(), value(kind, sent))).collect()
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Form {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(fields: I) -> Self {
        Self(fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}

/// A form as a page shows it: with what was typed, and with what is wrong in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filled {
    form: Form,
    faults: Faults,
    /// The key by which it is known again when it is sent twice.
    pub(crate) key: String,
}

impl Filled {
    /// A form that nobody has sent yet.
    ///
    /// # Errors
    /// When there is no randomness for its key.
    pub(crate) fn fresh(form: Form) -> Result<Self, StoreError> {
        Self::wrong(form, Faults::default())
    }

    /// A form that was sent and is wrong. Its key is new, because what comes next is another form.
    ///
    /// # Errors
    /// When there is no randomness for its key.
    pub(crate) fn wrong(form: Form, faults: Faults) -> Result<Self, StoreError> {
        Ok(Self { form, faults, key: IdempotencyKey::generate()?.as_str().to_owned() })
    }

    /// What stands in a field.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.form.value(name)
    }

    /// Whether this is what stands in a field.
    pub(crate) fn is(&self, name: &str, value: &str) -> bool {
        self.value(name) == value
    }

    /// What is wrong in a field. It completes a sentence that begins with the name of the field.
    pub(crate) fn fault(&self, name: &str) -> Option<&str> {
        self.faults.iter().find(|(field, _)| *field == name).map(|(_, fault)| fault)
    }

    /// The fields that are wrong.
    pub(crate) fn faults(&self) -> impl Iterator<Item = (&str, &str)> {
        self.faults.iter()
    }

    /// Whether anything is wrong.
    pub(crate) fn is_wrong(&self) -> bool {
        self.faults().next().is_some()
    }
}

/// How a field is called on pages.
pub(crate) fn label(field: &str) -> String {
    let words = match field {
        "id" => "this organization",
        "email" => "email address",
        "is_active" => "status",
        "auto_renew" => "auto renew",
        "valid_years" => "validity",
        "first_name" => "first name",
        "last_name" => "last name",
        "current_password" => "current password",
        "new_password" => "new password",
        "color" => "brand color",
        "split_by" => "split",
        "sku" => "plan",
        "subscription_start" => "start",
        "subscription_end" => "end",
        other => other,
    };
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_form_says_the_same_as_the_json_of_the_apis() {
        let form = Form::of([("name", "Acme".to_owned()), ("valid_years", "2".to_owned()), ("is_active", "true".to_owned())]);
        let fields = [("name", Kind::Text), ("valid_years", Kind::Number), ("is_active", Kind::Flag), ("phone", Kind::Text)];
        assert_eq!(Value::Object(form.object(&fields)), json!({"name": "Acme", "valid_years": 2, "is_active": true}));
        let odd = Form::of([("valid_years", "two".to_owned()), ("is_active", "yes".to_owned())]);
        assert_eq!(Value::Object(odd.object(&fields)), json!({"valid_years": "two", "is_active": "yes"}));
    }

    #[test]
    fn a_form_that_is_shown_again_has_another_key() {
        let keys = [(); 2].map(|()| Filled::fresh(Form::default()).unwrap().key);
        assert!(keys[0] != keys[1] && IdempotencyKey::parse(&keys[0]).is_ok());
    }

    #[test]
    fn a_field_is_called_by_words() {
        assert_eq!((label("email"), label("name"), label("")), ("Email address".to_owned(), "Name".to_owned(), String::new()));
    }
}
