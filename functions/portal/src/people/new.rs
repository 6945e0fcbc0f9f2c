//! Inviting somebody.

use askama::Template;
use lambda_http::http::StatusCode;
use shared::domain::user::{Role, User};
use shared::lambda::response::Response;
use shared::store::user::{CreateUserError, Invited, OfOrganization};
use shared::store::{Caller, Read, Write};
use user::wire::{SentUser, refused};

use super::group::{Group, back};
use super::link::made;
use super::words::choices;
use crate::Error;
use crate::form::{Filled, Form, Kind};
use crate::frame::Frame;
use crate::page::{kept, page};
use crate::visit::Visit;

const FIELDS: [(&str, Kind); 4] =
    [("email", Kind::Text), ("first_name", Kind::Text), ("last_name", Kind::Text), ("role", Kind::Text)];

/// The page with the form.
#[derive(Template)]
#[template(path = "new_user.html")]
struct NewPage {
    frame: Frame,
    action: String,
    list: String,
    back: String,
    roles: Vec<(&'static str, &'static str)>,
    sends_mail: bool,
    filled: Filled,
}

/// Answers 200 with the form.
pub(super) async fn show(visit: &Visit<'_, Read>, group: &Group) -> Result<Response, Error> {
    let (caller, found) = group.load(visit, None).await?;
    let first = roles_of(&caller, &found).first().map(|role| role.name().to_owned()).unwrap_or_default();
    let filled = Filled::fresh(Form::of([("role", first)]))?;
    shown(&caller, group, &found, StatusCode::OK, visit.table.sends_mail(), filled)
}

/// Invites somebody and answers 200 with the link, 422 if a field is wrong.
pub(super) async fn submit(visit: &Visit<'_, Write>, form: Form, group: &Group) -> Result<Response, Error> {
    let (caller, found) = group.load(visit, None).await?;
    let wrong = |form, faults| {
        let filled = Filled::wrong(form, faults)?;
        shown(&caller, group, &found, StatusCode::UNPROCESSABLE_ENTITY, visit.table.sends_mail(), filled)
    };
    let new = match SentUser::from(form.object(&FIELDS)).new_user(roles_of(&caller, &found)) {
        Ok(new) => new,
        Err(faults) => return wrong(form, faults),
    };
    let answer = |invited: &Invited| made(visit.table, &caller, group, invited, true);
    match visit.table.user_create(&caller, &found, new, &kept(answer)).await {
        Ok(invited) => Ok(answer(&invited.ok_or(Error::NotFound)?)?),
        Err(CreateUserError::Store(error)) => Err(error.into()),
        Err(CreateUserError::Refused { is_email_taken, is_full }) => wrong(form, refused(is_email_taken, is_full)),
    }
}

/// The roles that people of the organization can have, the usual one first.
fn roles_of<A>(caller: &Caller<A>, found: &OfOrganization<Option<User>>) -> &'static [Role] {
    found.organization().roles(caller.is_of_platform())
}

fn shown<A>(
    caller: &Caller<A>,
    group: &Group,
    found: &OfOrganization<Option<User>>,
    status: StatusCode,
    sends_mail: bool,
    filled: Filled,
) -> Result<Response, Error> {
    let template = NewPage {
        frame: group.frame(caller, "Invite a user"),
        action: format!("{}/new", group.base),
        list: group.list([]),
        back: back(found),
        roles: choices(roles_of(caller, found)),
        sends_mail,
        filled,
    };
    Ok(page(status, &template)?)
}
