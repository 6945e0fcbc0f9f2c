//! Deleting somebody, after a question.

use askama::Template;
use lambda_http::http::StatusCode;
use shared::domain::entity_tag::ExpectedRevision;
use shared::domain::user::User;
use shared::lambda::idempotency::keeping;
use shared::lambda::response::Response;
use shared::store::user::{ChangeUserError, OfOrganization};
use shared::store::{Caller, Read, StoreError, Write};
use user::wire::LAST_ACTIVE;

use super::group::{Group, back};
use crate::Error;
use crate::frame::Frame;
use crate::page::{page, see_other};
use crate::visit::Visit;

/// What ends with somebody, for who is asked.
pub(super) const LOSSES: &str =
    "The user is logged out everywhere and can’t log in any more. The address is free again. This can’t be undone.";

/// The page that asks.
#[derive(Template)]
#[template(path = "delete_user.html")]
struct DeletePage {
    frame: Frame,
    action: String,
    list: String,
    back: String,
    name: String,
    email: String,
    is_oneself: bool,
    /// Why it can't be, in a sentence that begins with the deletion.
    fault: Option<&'static str>,
}

/// Answers 200 with the question.
pub(super) async fn show(visit: &Visit<'_, Read>, group: &Group, id: &str) -> Result<Response, Error> {
    let (caller, found) = group.load(visit, Some(id)).await?;
    let user = found.content.as_ref().ok_or(Error::NotFound)?;
    asked(&caller, group, &found, user, StatusCode::OK, None)
}

/// Deletes somebody and leads to the list (303). Who is gone already does not matter, so that the form can be sent twice. Answers 422 if
/// nobody could manage the reseller any more.
pub(super) async fn submit(visit: &Visit<'_, Write>, group: &Group, id: &str) -> Result<Response, Error> {
    let (caller, found) = group.load(visit, Some(id)).await?;
    let answer = || see_other(&group.list([("deleted", "1")]));
    let Some(user) = found.content.as_ref() else {
        return Ok(answer());
    };
    let any = ExpectedRevision::default();
    match visit.table.user_delete(&caller, &any, user.clone(), &keeping(|()| answer())).await {
        Ok(_) => Ok(answer()),
        Err(ChangeUserError::LastActive) => {
            asked(&caller, group, &found, user, StatusCode::UNPROCESSABLE_ENTITY, Some(LAST_ACTIVE))
        }
        Err(ChangeUserError::Store(error)) => Err(error.into()),
        Err(ChangeUserError::OtherRevision | ChangeUserError::Inactive) => {
            Err(StoreError::Internal("any revision of any user was to be deleted".to_owned()).into())
        }
    }
}

fn asked<A>(
    caller: &Caller<A>,
    group: &Group,
    found: &OfOrganization<Option<User>>,
    user: &User,
    status: StatusCode,
    fault: Option<&'static str>,
) -> Result<Response, Error> {
    let template = DeletePage {
        frame: group.frame(caller, "Delete a user"),
        action: format!("{}/{}/delete", group.base, user.id),
        list: group.list([]),
        back: back(found),
        name: user.label(),
        email: user.email.to_string(),
        is_oneself: caller.person().is_some_and(|person| person.user.id == user.id),
        fault,
    };
    Ok(page(status, &template)?)
}
