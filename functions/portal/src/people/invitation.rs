//! A new link for somebody who has lost the one before, or the password.

use askama::Template;
use lambda_http::http::StatusCode;
use shared::domain::entity_tag::ExpectedRevision;
use shared::domain::user::User;
use shared::lambda::response::Response;
use shared::store::user::{ChangeUserError, Invited, OfOrganization};
use shared::store::{Caller, Read, StoreError, Write};
use user::wire::NO_LINK;

use super::group::{Group, back};
use super::link::made;
use crate::Error;
use crate::form::{Filled, Form};
use crate::frame::Frame;
use crate::page::{kept, page};
use crate::visit::Visit;

/// The page that asks.
#[derive(Template)]
#[template(path = "invite_user.html")]
struct InvitePage {
    frame: Frame,
    /// The path of this person's pages.
    path: String,
    list: String,
    back: String,
    name: String,
    email: String,
    has_password: bool,
    /// Why there can be no link, in a sentence that begins with the person.
    fault: Option<&'static str>,
    sends_mail: bool,
    /// The key of the form.
    key: String,
}

/// Answers 200 with a question, or with why there can be no link.
pub(super) async fn show(visit: &Visit<'_, Read>, group: &Group, id: &str) -> Result<Response, Error> {
    let (caller, found) = group.load(visit, Some(id)).await?;
    let user = found.content.as_ref().ok_or(Error::NotFound)?;
    asked(&caller, group, &found, user, StatusCode::OK, visit.table.sends_mail())
}

/// Makes a link and answers 200 with it; 422 for somebody who is inactive.
pub(super) async fn submit(visit: &Visit<'_, Write>, group: &Group, id: &str) -> Result<Response, Error> {
    let (caller, found) = group.load(visit, Some(id)).await?;
    let user = found.content.clone().ok_or(Error::NotFound)?;
    let answer = |invited: &Invited| made(visit.table, &caller, group, invited, false);
    match visit.table.user_invite(&caller, &ExpectedRevision::default(), user.clone(), &kept(answer)).await {
        Ok(invited) => Ok(answer(&invited.ok_or(Error::NotFound)?)?),
        Err(ChangeUserError::Inactive) => {
            let inactive = User { is_active: false, ..user };
            asked(&caller, group, &found, &inactive, StatusCode::UNPROCESSABLE_ENTITY, visit.table.sends_mail())
        }
        Err(ChangeUserError::Store(error)) => Err(error.into()),
        Err(ChangeUserError::OtherRevision | ChangeUserError::LastActive) => {
            Err(StoreError::Internal("any revision of any user was to get a link".to_owned()).into())
        }
    }
}

fn asked<A>(
    caller: &Caller<A>,
    group: &Group,
    found: &OfOrganization<Option<User>>,
    user: &User,
    status: StatusCode,
    sends_mail: bool,
) -> Result<Response, Error> {
    let template = InvitePage {
        frame: group.frame(caller, "New link"),
        path: format!("{}/{}", group.base, user.id),
        list: group.list([]),
        back: back(found),
        name: user.label(),
        email: user.email.to_string(),
        has_password: user.password.is_some(),
        fault: (!user.is_active).then_some(NO_LINK),
        sends_mail,
        key: Filled::fresh(Form::default())?.key,
    };
    Ok(page(status, &template)?)
}
