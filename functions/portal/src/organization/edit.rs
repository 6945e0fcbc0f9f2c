//! `POST /reseller/{id}` and `POST /organization`: changes the details of an organization.
//!
//! What the person did not change keeps what others made of it meanwhile, and what both have changed is shown side by side, so that nothing of
//! either is lost.

use askama::Template;
use lambda_http::http::StatusCode;
use reseller::profile::SentProfile;
use shared::domain::customer::{Customer, Profile};
use shared::domain::entity_tag::ExpectedRevision;
use shared::domain::validation::Text;
use shared::lambda::faults::Faults;
use shared::lambda::idempotency::keeping;
use shared::lambda::response::Response;
use shared::store::customer::{AddressRule, Updated, WriteError};
use shared::store::{Caller, Policy, StoreError, Write};

use super::place::Place;
use crate::Error;
use crate::form::{Filled, Form, Kind};
use crate::frame::Frame;
use crate::merge::{self, Conflict, merged};
use crate::page::{page, see_other};
use crate::visit::Visit;

/// The fields.
const FIELDS: [(&str, Kind); 4] = [("name", Kind::Text), ("email", Kind::Text), ("phone", Kind::Text), ("is_active", Kind::Flag)];

/// What a form shows of an organization.
pub(super) fn form_of(customer: &Customer) -> Form {
    let profile = &customer.profile;
    let text = |text: &Option<Text>| text.as_ref().map(ToString::to_string).unwrap_or_default();
    Form::of([
        ("name", profile.name()),
        ("email", text(&profile.email)),
        ("phone", text(&profile.phone)),
        ("is_active", profile.is_active.to_string()),
    ])
}

/// The hidden fields with which a browser sends again what a form showed of an organization.
pub(super) fn shown_of(customer: &Customer) -> Vec<(String, String)> {
    merge::shown(&form_of(customer), FIELDS.map(|(field, _)| field))
}

/// The page with what is wrong.
#[derive(Template)]
#[template(path = "edit_organization.html")]
struct EditPage {
    frame: Frame,
    place: Place,
    tab: String,
    name: String,
    filled: Filled,
    /// What is on record now.
    shown: Vec<(String, String)>,
    /// Whether it has an e-mail address, which it then can't be without.
    has_email: bool,
    may_set_status: bool,
    conflicts: Vec<Conflict>,
}

/// Why the details were not changed.
enum NotSaved {
    Wrong(Faults),
    Conflicts(Box<Customer>, Vec<Conflict>),
    Failed(StoreError),
}

impl From<WriteError> for NotSaved {
    fn from(error: WriteError) -> Self {
        Self::Failed(match error {
            WriteError::Store(error) => error,
            WriteError::OtherRevision | WriteError::Taken(_) => StoreError::Internal("any revision was to be changed".to_owned()),
        })
    }
}

/// Saves the details and leads to the organization (303). Answers 422 if a field is wrong, 409 if others have changed the same field.
pub(crate) async fn submit(visit: &Visit<'_, Write>, form: Form, place: Place) -> Result<Response, Error> {
    let policy = place.policy(Policy::MANAGE);
    let loaded = visit.table.customer_load(&visit.token, place.id).await?;
    let (caller, customer) = visit.open(loaded, policy).await?;
    let customer = customer.ok_or(Error::NotFound)?;
    let may_set_status = place.may(&caller, Policy::RESELLER);
    let saved = format!("{}&saved=1", place.tab(form.value("tab").parse().unwrap_or_default()));
    let edit = |current: &Customer| edited(&form, current, may_set_status);
    let answer = |_: &Updated| see_other(&saved);
    let any = ExpectedRevision::default();
    let updated =
        visit.table.customer_update(&caller, AddressRule::HeldWhereFree, &any, customer.clone(), edit, &keeping(answer)).await;
    match updated {
        Ok(Some(updated)) => Ok(answer(&updated)),
        Ok(None) => Err(Error::NotFound),
        Err(NotSaved::Failed(error)) => Err(error.into()),
        Err(NotSaved::Wrong(faults)) => {
            shown(&caller, place, StatusCode::UNPROCESSABLE_ENTITY, form, faults, &customer, Vec::new())
        }
        Err(NotSaved::Conflicts(latest, conflicts)) => {
            shown(&caller, place, StatusCode::CONFLICT, form, Faults::default(), &latest, conflicts)
        }
    }
}

/// What the form makes of an organization as it is now.
fn edited(form: &Form, current: &Customer, may_set_status: bool) -> Result<Profile, NotSaved> {
    let may_change = |field: &str| may_set_status || field != "is_active";
    let fields = FIELDS.map(|(field, _)| field).into_iter().filter(|field| may_change(field));
    let (sent, conflicts) = merged(form, &form_of(current), fields);
    let profile = SentProfile::from(sent.object(&FIELDS)).profile(Some(current)).map_err(NotSaved::Wrong)?;
    if conflicts.is_empty() { Ok(profile) } else { Err(NotSaved::Conflicts(Box::new(current.clone()), conflicts)) }
}

fn shown(
    caller: &Caller<Write>,
    place: Place,
    status: StatusCode,
    form: Form,
    faults: Faults,
    latest: &Customer,
    conflicts: Vec<Conflict>,
) -> Result<Response, Error> {
    let name = latest.profile.name();
    let tab = form.value("tab").to_owned();
    // What the person left alone stands there as it is on record.
    let (form, _) = merged(&form, &form_of(latest), FIELDS.map(|(field, _)| field));
    let template = EditPage {
        frame: Frame::new(caller, place.section(), format!("Edit {name}")),
        may_set_status: place.may(caller, Policy::RESELLER),
        place,
        tab,
        name,
        filled: Filled::wrong(form, faults)?,
        shown: shown_of(latest),
        has_email: latest.profile.email.is_some(),
        conflicts,
    };
    Ok(page(status, &template)?)
}
