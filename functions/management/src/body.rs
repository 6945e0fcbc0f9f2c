//! A customer on the wire: how it is shown, and what the body of a create or a modify asks for.

use shared::domain::customer::{Customer, NewCustomer, Profile};
use shared::domain::entity_tag::EntityTag;
use shared::domain::reseller::AccountId;
use shared::domain::validation::{self, Invalid, Text};
use shared::lambda::faults::Faults;
use shared::lambda::request::Request;
use shared::store::{Caller, Write};

use crate::Error;
use crate::answer::{Fields, Shown, code, create_date};
use crate::resource::{CODE, Resource};
use crate::sent::{Sent, check_code};

/// The fields of a profile, and the most characters of each. The find filters have the same limits.
pub(crate) const FIRST_NAME: (&str, usize) = ("firstName", 125);
pub(crate) const LAST_NAME: (&str, usize) = ("lastName", 125);
pub(crate) const ORGANIZATION: (&str, usize) = ("organizationName", 255);
pub(crate) const EMAIL: (&str, usize) = ("email", 100);
pub(crate) const PHONE: (&str, usize) = ("phone", 15);
pub(crate) const STREET: (&str, usize) = ("street", 128);
pub(crate) const CITY: (&str, usize) = ("city", 50);
pub(crate) const STATE: (&str, usize) = ("state", 3);
pub(crate) const ZIP_CODE: (&str, usize) = ("zipCode", 10);
pub(crate) const COUNTRY_CODE: (&str, usize) = ("countryCode", 2);

pub(crate) const ACCOUNT: &str = "accountId";

/// Customers.
pub(crate) const CUSTOMER: Resource = Resource {
    element: "customer",
    list: "customers",
    fields: &[
        "id",
        CODE.0,
        ACCOUNT,
        "createDate",
        FIRST_NAME.0,
        LAST_NAME.0,
        ORGANIZATION.0,
        EMAIL.0,
        PHONE.0,
        STREET.0,
        CITY.0,
        STATE.0,
        ZIP_CODE.0,
        COUNTRY_CODE.0,
    ],
    is_about_payment: false,
};

impl Shown for Customer {
    const RESOURCE: &'static Resource = &CUSTOMER;

    fn entity_tag(&self) -> EntityTag {
        self.entity_tag()
    }

    fn fields(&self) -> Fields {
        let profile = &self.profile;
        let texts = [
            ("firstName", &profile.first_name),
            ("lastName", &profile.last_name),
            ("organizationName", &profile.organization),
            ("email", &profile.email),
            ("phone", &profile.phone),
            ("street", &profile.street),
            ("city", &profile.city),
            ("state", &profile.state),
            ("zipCode", &profile.zip_code),
            ("countryCode", &profile.country_code),
        ];
        let given = texts.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?.as_str().into())));
        [
            ("id", self.id.number().into()),
            ("code", code(self.code.as_ref(), self.id).into()),
            ("accountId", self.account_id.0.into()),
            ("createDate", create_date(self.created_at).into()),
        ]
        .into_iter()
        .chain(given)
        .collect()
    }
}

/// A body that a client sent.
pub(crate) struct Body(Sent);

impl Body {
    /// Reads the body in the format that its media type names.
    pub(crate) fn parse(request: &Request) -> Result<Self, Error> {
        Sent::parse(request, &CUSTOMER).map(Self)
    }

    /// The new customer, in one of the caller's accounts.
    pub(crate) fn creation(&self, caller: &Caller<Write>) -> Result<NewCustomer, Error> {
        let (profile, mut faults) = self.applied_to(None);
        let account = faults.collect(ACCOUNT, self.account()).flatten();
        let code = faults.collect(CODE.0, self.0.code()).flatten();
        faults.none_or(())?;

        let mut missing = Faults::default();
        let required = [
            (ACCOUNT, account.is_some()),
            (FIRST_NAME.0, profile.first_name.is_some()),
            (LAST_NAME.0, profile.last_name.is_some()),
        ];
        for (field, _) in required.iter().filter(|(_, is_given)| !is_given) {
            missing.add(field, Invalid::Required);
        }
        missing.none_or(()).map_err(Error::Missing)?;

        let account_id = account.filter(|account| caller.accounts().contains(account)).ok_or(Error::NotGranted)?;
        check_code(code.as_ref())?;
        Ok(NewCustomer { account_id, code, profile, holds_email: false })
    }

    /// The profile that `current` gets. Fields that were not sent stay. A required value that the customer has can't be removed;
    /// one that it never had can stay absent.
    pub(crate) fn modification(&self, current: &Customer) -> Result<Profile, Error> {
        let (profile, faults) = self.applied_to(Some(&current.profile));
        faults.none_or(())?;

        self.0.check_read_only([
            ("id", Some(current.id.to_string())),
            (CODE.0, Some(code(current.code.as_ref(), current.id))),
            (ACCOUNT, Some(current.account_id.0.to_string())),
            ("createDate", Some(create_date(current.created_at))),
        ])?;

        let mut missing = Faults::default();
        let before = &current.profile;
        for (field, had, has) in
            [(FIRST_NAME.0, &before.first_name, &profile.first_name), (LAST_NAME.0, &before.last_name, &profile.last_name)]
        {
            if had.is_some() && has.is_none() {
                missing.add(field, Invalid::Required);
            }
        }
        if !before.name().is_empty() && profile.name().is_empty() {
            missing.add(ORGANIZATION.0, "is required where neither firstName nor lastName is given");
        }
        missing.none_or(profile).map_err(Error::Missing)
    }

    /// Checks the form of this body, whichever customer it is for.
    pub(crate) fn check(&self) -> Result<(), Error> {
        Ok(self.applied_to(None).1.none_or(())?)
    }

    /// The profile with the fields that were sent, and the faults of their form.
    ///
    /// A value equal to the one that this API shows is taken without a check, so that a client can send back what another API
    /// wrote.
    fn applied_to(&self, current: Option<&Profile>) -> (Profile, Faults) {
        let mut profile = current.cloned().unwrap_or_else(Profile::empty);
        let mut faults = self.0.faults();
        let mut set = |(field, maximum), parse: fn(&str, usize) -> _, value: &mut Option<Text>| {
            if let Some(parsed) = faults.collect(field, self.value(field, maximum, parse, value.as_ref())) {
                *value = parsed;
            }
        };
        set(FIRST_NAME, validation::text, &mut profile.first_name);
        set(LAST_NAME, validation::text, &mut profile.last_name);
        set(ORGANIZATION, validation::text, &mut profile.organization);
        set(EMAIL, validation::email, &mut profile.email);
        set(PHONE, validation::phone, &mut profile.phone);
        set(STREET, validation::text, &mut profile.street);
        set(CITY, validation::text, &mut profile.city);
        set(STATE, validation::code, &mut profile.state);
        set(ZIP_CODE, validation::text, &mut profile.zip_code);
        set(COUNTRY_CODE, validation::country_code, &mut profile.country_code);
        (profile, faults)
    }

    fn value(
        &self,
        field: &str,
        maximum: usize,
        parse: fn(&str, usize) -> Result<Option<Text>, Invalid>,
        current: Option<&Text>,
    ) -> Result<Option<Text>, Invalid> {
        match self.0.text(field)? {
            None => Ok(current.cloned()),
            Some(sent) => validation::edit(current, sent, |sent| parse(sent, maximum)),
        }
    }

    /// The account that was sent; `None` when the field is absent or empty.
    fn account(&self) -> Result<Option<AccountId>, &'static str> {
        match self.0.written(ACCOUNT) {
            None if self.0.has(ACCOUNT) => Err(NOT_AN_INTEGER),
            None => Ok(None),
            Some(sent) if sent.is_empty() => Ok(None),
            Some(sent) => account(&sent).map(Some),
        }
    }
}

const NOT_AN_INTEGER: &str = "must be an integer";

/// The account with this number. A number that is too large to exist is an account that no caller is granted.
pub(crate) fn account(sent: &str) -> Result<AccountId, &'static str> {
    validation::whole_number(sent).map(AccountId).ok_or(NOT_AN_INTEGER)
}
