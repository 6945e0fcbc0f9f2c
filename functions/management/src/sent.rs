//! The fields that a client sent, in any format.

use serde_json::{Map, Value};
use shared::domain::validation::Invalid;
use shared::lambda::faults::Faults;
use shared::lambda::request::Request;
use shared::lambda::{form, json};

use crate::Error;
use crate::media::BodyFormat;
use crate::xml;

/// The fields of a customer. All others are ignored.
pub(crate) const FIELDS: [&str; 14] = [
    "id",
    "code",
    "accountId",
    "createDate",
    "firstName",
    "lastName",
    "organizationName",
    "email",
    "phone",
    "street",
    "city",
    "state",
    "zipCode",
    "countryCode",
];

/// 2^64.
const LARGEST: f64 = 18_446_744_073_709_551_616.0;

/// The fields of a body. In XML and forms they are all texts.
pub(crate) struct Sent {
    fields: Map<String, Value>,
    faults: Faults,
}

impl Sent {
    /// Reads the body in the format that its media type names.
    pub(crate) fn parse(request: &Request) -> Result<Self, Error> {
        let format = BodyFormat::of(request).ok_or(Error::UnknownMediaType)?;
        let body = request.body()?;
        match format {
            BodyFormat::Json => Self::json(&body),
            BodyFormat::Xml => {
                let fields = xml::fields(&body).map_err(|malformed| Error::Malformed(malformed.to_string()))?;
                Ok(Self::texts(fields))
            }
            BodyFormat::Form => {
                let pairs = form::parse(&body).map_err(|malformed| Error::Malformed(malformed.to_string()))?;
                Ok(Self::texts(pairs.into_iter().map(|(name, value)| (name, Some(value)))))
            }
        }
    }

    /// Reads the customer: the body itself, or its member `object`.
    fn json(body: &[u8]) -> Result<Self, Error> {
        let malformed = |malformed: json::MalformedJson| Error::Malformed(malformed.to_string());
        let mut root = json::object(body, &[&FIELDS[..], &["object"]].concat()).map_err(malformed)?;
        let fields = match root.remove("object") {
            None => root,
            Some(Value::Object(object)) => {
                // The other members are ignored.
                json::usable(root, &[]).map_err(malformed)?;
                json::usable(object, &FIELDS).map_err(malformed)?
            }
            Some(_) => return Err(Error::Malformed("the member object must be a JSON object".to_owned())),
        };
        // This action ignores the values of some fields, which must be usable too.
        let mut faults = Faults::default();
        for field in FIELDS {
            if fields.get(field).is_some_and(|value| !json::is_all_usable(value)) {
                faults.add(field, Invalid::UnusableCharacter);
            }
        }
        Ok(Self { fields, faults })
    }

    fn texts(sent: impl IntoIterator<Item = (String, Option<String>)>) -> Self {
        let mut fields = Map::new();
        let mut faults = Faults::default();
        for (name, value) in sent.into_iter().filter(|(name, _)| FIELDS.contains(&name.as_str())) {
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
}
