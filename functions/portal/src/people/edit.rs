//! Editing somebody: the names, the role, and whether the person can be logged in.

use askama::Template;
use lambda_http::http::StatusCode;
use shared::domain::entity_tag::ExpectedRevision;
use shared::domain::user::{Role, User, UserEdit};
use shared::domain::validation::Text;
use shared::lambda::faults::Faults;
use shared::lambda::idempotency::keeping;
use shared::lambda::response::Response;
use shared::store::user::{ChangeUserError, OfOrganization};
use shared::store::{Caller, Read, StoreError, Write};
use user::wire::{LAST_ACTIVE, SentUser};

use super::group::{Group, back};
use super::words;
use crate::Error;
use crate::form::{Filled, Form, Kind};
use crate::frame::Frame;
use crate::merge::{self, Conflict, merged};
use crate::page::{page, see_other};
use crate::visit::Visit;

/// The fields.
const FIELDS: [(&str, Kind); 4] =
    [("first_name", Kind::Text), ("last_name", Kind::Text), ("role", Kind::Text), ("is_active", Kind::Flag)];

/// What a form shows of somebody.
fn form_of(user: &User) -> Form {
    let text = |text: &Option<Text>| text.as_ref().map(ToString::to_string).unwrap_or_default();
    Form::of([
        ("first_name", text(&user.first_name)),
        ("last_name", text(&user.last_name)),
        ("role", user.role.name().to_owned()),
        ("is_active", user.is_active.to_string()),
    ])
}

/// The page.
#[derive(Template)]
#[template(path = "edit_user.html")]
struct EditPage {
    frame: Frame,
    /// The path of this person's pages.
    path: String,
    list: String,
    back: String,
    name: String,
    email: String,
    /// What the person is while not inactive: invited or active.
    active: &'static str,
    roles: Vec<(&'static str, &'static str)>,
    is_oneself: bool,
    gets_link: bool,
    filled: Filled,
    /// What is on record now.
    shown: Vec<(String, String)>,
    conflicts: Vec<Conflict>,
}

impl EditPage {
    /// What is on record in a field, in words.
    fn told(&self, conflict: &Conflict) -> String {
        let role = || Role::ALL.into_iter().find(|role| role.name() == conflict.theirs).map(words::role);
        match (conflict.field, conflict.theirs.as_str()) {
            (_, "") => "(empty)".to_owned(),
            ("is_active", "true") => self.active.to_owned(),
            ("is_active", _) => "Inactive".to_owned(),
            ("role", _) => role().unwrap_or_default().to_owned(),
            (_, text) => text.to_owned(),
        }
    }
}

/// Why somebody was not changed.
enum NotSaved {
    Wrong(Faults),
    Conflicts(Box<User>, Vec<Conflict>),
    Failed(StoreError),
}

impl From<ChangeUserError> for NotSaved {
    fn from(error: ChangeUserError) -> Self {
        match error {
            ChangeUserError::Store(error) => Self::Failed(error),
            ChangeUserError::LastActive => Self::Wrong(Faults::one("is_active", LAST_ACTIVE)),
            ChangeUserError::OtherRevision | ChangeUserError::Inactive => {
                Self::Failed(StoreError::Internal("any revision of any user was to be changed".to_owned()))
            }
        }
    }
}

/// Answers 200 with the form.
pub(super) async fn show(visit: &Visit<'_, Read>, group: &Group, id: &str) -> Result<Response, Error> {
    let (caller, found) = group.load(visit, Some(id)).await?;
    let user = found.content.as_ref().ok_or(Error::NotFound)?;
    let shown = Shown { caller: &caller, group, of: &found };
    shown.page(StatusCode::OK, user, form_of(user), Faults::default(), Vec::new())
}

/// Saves what was edited and leads to the list (303). Answers 422 if a field is wrong, 409 if others have changed the same field.
pub(super) async fn submit(visit: &Visit<'_, Write>, form: Form, group: &Group, id: &str) -> Result<Response, Error> {
    let (caller, found) = group.load(visit, Some(id)).await?;
    let user = found.content.clone().ok_or(Error::NotFound)?;
    let roles = found.organization().roles(caller.is_of_platform());
    let shown = Shown { caller: &caller, group, of: &found };
    let edit = |current: &User| edited(&form, current, roles);
    let answer = |_: &User| see_other(&group.list([("changed", "1")]));
    let any = ExpectedRevision::default();
    match visit.table.user_update(&caller, &any, user.clone(), edit, &keeping(answer)).await {
        Ok(Some(saved)) => Ok(answer(&saved)),
        Ok(None) => Err(Error::NotFound),
        Err(NotSaved::Failed(error)) => Err(error.into()),
        Err(NotSaved::Wrong(faults)) => shown.page(StatusCode::UNPROCESSABLE_ENTITY, &user, form, faults, Vec::new()),
        Err(NotSaved::Conflicts(latest, conflicts)) => {
            shown.page(StatusCode::CONFLICT, &latest, form, Faults::default(), conflicts)
        }
    }
}

/// What the form makes of somebody as the person is on record now.
fn edited(form: &Form, current: &User, roles: &[Role]) -> Result<UserEdit, NotSaved> {
    let (sent, conflicts) = merged(form, &form_of(current), FIELDS.map(|(field, _)| field));
    let change = SentUser::from(sent.object(&FIELDS)).change(current, roles).map_err(NotSaved::Wrong)?;
    if conflicts.is_empty() {
        Ok(change.applied(current))
    } else {
        Err(NotSaved::Conflicts(Box::new(current.clone()), conflicts))
    }
}

/// To whom the page is shown, and where.
struct Shown<'a, A> {
    caller: &'a Caller<A>,
    group: &'a Group,
    of: &'a OfOrganization<Option<User>>,
}

impl<A> Shown<'_, A> {
    fn page(
        &self,
        status: StatusCode,
        latest: &User,
        form: Form,
        faults: Faults,
        conflicts: Vec<Conflict>,
    ) -> Result<Response, Error> {
        let Self { caller, group, of } = self;
        // What the person left alone stands there as it is on record.
        let (form, _) = merged(&form, &form_of(latest), FIELDS.map(|(field, _)| field));
        let name = latest.label();
        let template = EditPage {
            frame: group.frame(caller, format!("Edit {name}")),
            path: format!("{}/{}", group.base, latest.id),
            list: group.list([]),
            back: back(of),
            name,
            email: latest.email.to_string(),
            active: if latest.password.is_some() { "Active" } else { "Invited" },
            roles: words::choices(of.organization().roles(caller.is_of_platform())),
            is_oneself: caller.person().is_some_and(|person| person.user.id == latest.id),
            gets_link: latest.is_active,
            filled: Filled::wrong(form, faults)?,
            shown: merge::shown(&form_of(latest), FIELDS.map(|(field, _)| field)),
            conflicts,
        };
        Ok(page(status, &template)?)
    }
}
