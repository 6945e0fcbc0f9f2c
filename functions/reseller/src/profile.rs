//! The body of a create or an update of a customer.

use serde_json::{Map, Value};
use shared::domain::customer::{Customer, Profile};
use shared::domain::validation::{self, Invalid, Text};
use shared::lambda::faults::Faults;
use shared::lambda::request::Request;

use crate::Error;
use crate::body::Body;

/// The most characters of a name.
pub(crate) const MAXIMUM_NAME: usize = 255;

/// The most characters of an e-mail address.
pub(crate) const MAXIMUM_EMAIL: usize = 254;

/// The fields that clients write. All others are ignored, but every API must be able to carry them.
pub const FIELDS: [&str; 4] = ["name", "email", "phone", "is_active"];

/// The profile that a client sent.
pub struct SentProfile(Body);

impl From<Map<String, Value>> for SentProfile {
    fn from(fields: Map<String, Value>) -> Self {
        Self(fields.into())
    }
}

impl SentProfile {
    /// Reads the body of a request.
    pub(crate) fn parse(request: &Request) -> Result<Self, Error> {
        Body::parse(request, &FIELDS).map(Self)
    }

    /// The profile that this body asks for, of a new customer or in place of the one that it replaces.
    ///
    /// A value equal to the one that this API shows is taken without a check, so that a client can send back what another API
    /// wrote.
    ///
    /// # Errors
    /// All fields that are wrong.
    pub fn profile(&self, current: Option<&Customer>) -> Result<Profile, Faults> {
        let mut profile = current.map_or_else(Profile::empty, |customer| customer.profile.clone());
        let mut faults = Faults::default();
        if let Some(name) = faults.collect("name", self.name(&profile)) {
            profile.organization = name;
        }
        if let Some(email) = faults.collect("email", self.email(&profile, current.is_none())) {
            profile.email = email;
        }
        if let Some(phone) = faults.collect("phone", self.phone(&profile)) {
            profile.phone = phone;
        }
        if let Some(is_active) = faults.collect("is_active", self.is_active(&profile)) {
            profile.is_active = is_active;
        }
        faults.none_or(profile)
    }

    /// The organization. A name equal to the one that is derived from the parts leaves it as it is.
    fn name(&self, profile: &Profile) -> Result<Option<Text>, Invalid> {
        let sent = self.0.text("name")?;
        if !sent.is_empty() && sent == profile.name() {
            return Ok(profile.organization.clone());
        }
        validation::text(sent, MAXIMUM_NAME)?.map(Some).ok_or(Invalid::Required)
    }

    fn email(&self, profile: &Profile, is_new: bool) -> Result<Option<Text>, Invalid> {
        match validation::edit(profile.email.as_ref(), self.0.text("email")?, |sent| validation::email(sent, MAXIMUM_EMAIL))? {
            // Only a customer that another API created can be without an address, and it may stay without one.
            None if is_new || profile.email.is_some() => Err(Invalid::Required),
            email => Ok(email),
        }
    }

    fn phone(&self, profile: &Profile) -> Result<Option<Text>, Invalid> {
        validation::edit(profile.phone.as_ref(), self.0.text("phone")?, validation::international_phone)
    }

    fn is_active(&self, profile: &Profile) -> Result<bool, Invalid> {
        Ok(self.0.boolean("is_active")?.unwrap_or(profile.is_active))
    }
}
