//! The form body of a create or a change, of a customer or of a licence.

use shared::domain::customer::{Customer, CustomerId, Profile};
use shared::domain::licence::NewLicence;
use shared::domain::validation::{self, Invalid, Text};
use shared::lambda::faults::Faults;
use shared::lambda::form;
use shared::lambda::request::Request;

use crate::Error;
use crate::request::once;

/// A field of the form, and the most characters that it may have.
pub(crate) type Field = (&'static str, usize);

pub(crate) const COMPANY: Field = ("company", 255);
pub(crate) const FIRST_NAME: Field = ("firstname", 125);
pub(crate) const LAST_NAME: Field = ("lastname", 125);
pub(crate) const EMAIL: Field = ("email", 254);

pub(crate) const CUSTOMER: &str = "customer_id";
pub(crate) const PRODUCT: Field = ("product", 255);
pub(crate) const HOST: Field = ("host", 253);

/// The pairs that a client sent. Unknown pairs are ignored.
pub(crate) struct Body(Vec<(String, String)>);

impl Body {
    /// Reads the body as a form, whatever its media type says.
    pub(crate) fn parse(request: &Request) -> Result<Self, Error> {
        form::parse(&request.body()?).map(Self).map_err(|malformed| Error::Malformed(malformed.to_string()))
    }

    /// The profile that this body asks for, of a new customer or of a customer that it changes. Fields that were not sent stay.
    ///
    /// A value equal to the one that this API shows is taken without a check, so that a client can send back what another API
    /// wrote. A required value that the customer has can't be removed; one that it never had can stay absent.
    pub(crate) fn profile(&self, current: Option<&Customer>) -> Result<Profile, Error> {
        let (profile, mut faults) = self.applied_to(current.map(|customer| &customer.profile));
        let had_email = current.is_none_or(|customer| customer.profile.email.is_some());
        if profile.email.is_none() && had_email && !faults.has(EMAIL.0) {
            faults.add(EMAIL.0, Invalid::Required);
        }
        let had_name = current.is_none_or(|customer| !customer.profile.name().is_empty());
        let has_faulty_name = [COMPANY, FIRST_NAME, LAST_NAME].iter().any(|(field, _)| faults.has(field));
        if profile.name().is_empty() && had_name && !has_faulty_name {
            faults.add(COMPANY.0, "is required where neither firstname nor lastname is given");
        }
        Ok(faults.none_or(profile)?)
    }

    /// Checks the form of this body, whichever customer it is for.
    pub(crate) fn check(&self) -> Result<(), Error> {
        Ok(self.applied_to(None).1.none_or(())?)
    }

    /// The licence that this body asks for, and the customer that it is for. A number in any other form is the number of no
    /// customer, because this API documents no form of ids.
    pub(crate) fn licence(&self) -> Result<(Option<CustomerId>, NewLicence), Error> {
        let mut faults = Faults::default();
        let customer = once(&self.0, CUSTOMER, &mut faults).filter(|sent| !sent.is_empty());
        if customer.is_none() {
            faults.add(CUSTOMER, Invalid::Required);
        }
        let product = self.required(PRODUCT, validation::text, &mut faults);
        let host = self.required(HOST, validation::host, &mut faults);
        match (customer, product, host) {
            (Some(customer), Some(product), Some(host)) => Ok((CustomerId::parse(customer).ok(), NewLicence { product, host })),
            _ => Err(faults.into()),
        }
    }

    fn required(
        &self,
        (field, maximum): Field,
        parse: impl Fn(&str, usize) -> Result<Option<Text>, Invalid>,
        faults: &mut Faults,
    ) -> Option<Text> {
        let sent = once(&self.0, field, faults).unwrap_or_default();
        faults.collect(field, parse(sent, maximum).and_then(|text| text.ok_or(Invalid::Required)))
    }

    /// The profile with the fields that were sent, and the faults of these fields.
    fn applied_to(&self, profile: Option<&Profile>) -> (Profile, Faults) {
        let mut profile = profile.cloned().unwrap_or_else(Profile::empty);
        let mut faults = Faults::default();
        self.set(COMPANY, validation::text, &mut profile.organization, &mut faults);
        self.set(FIRST_NAME, validation::text, &mut profile.first_name, &mut faults);
        self.set(LAST_NAME, validation::text, &mut profile.last_name, &mut faults);
        self.set(EMAIL, validation::email, &mut profile.email, &mut faults);
        (profile, faults)
    }

    fn set(
        &self,
        (field, maximum): Field,
        parse: impl Fn(&str, usize) -> Result<Option<Text>, Invalid>,
        value: &mut Option<Text>,
        faults: &mut Faults,
    ) {
        match once(&self.0, field, faults) {
            None => {}
            Some(sent) => {
                let edited = validation::edit(value.as_ref(), sent.trim(), |sent| parse(sent, maximum));
                if let Some(edited) = faults.collect(field, edited) {
                    *value = edited;
                }
            }
        }
    }
}
