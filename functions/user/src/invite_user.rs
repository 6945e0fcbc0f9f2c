//! `POST /api/v3/reseller/customer/{id}/user/{user_id}/invitation/` and `POST /api/v3/reseller/user/{user_id}/invitation/`: gives a user
//! a new link, in place of the one before.

use lambda_http::http::StatusCode;
use reseller::Error;
use reseller::answer::one_object;
use shared::lambda::idempotency::keeping;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::user::Invited;
use shared::store::{Policy, Table, Write};

use customer::door::Visit;

use crate::wire::{invited_view, not_changed, user_in_path};

/// Answers 201 with the user and, only now, its new link.
///
/// # Errors
/// 400 when an id is no integer, or the user is inactive; 404 when there is no such customer or user, 412 when it is at another revision
/// than `If-Match` says, 401 and 403 when the caller is refused. At the customer's own door always 403.
pub async fn invite_user(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let mut visit = Visit::begin(table, request, Policy::MANAGE).await?;
    let id = visit.read("user_id", user_in_path(request));
    let (caller, found) = visit.open(table.user_load(&visit.token, visit.organization(), id).await?)?;
    let expected = request.expected_revision()?;
    let user = found.ok_or(Error::NotFound("customer"))?.content.ok_or(Error::NotFound("user"))?;
    let answer = |made: &Invited| one_object(StatusCode::CREATED, &invited_view(made), made.user.entity_tag());
    let invited = table.user_invite(&caller, &expected, user, &keeping(answer)).await;
    Ok(answer(&invited.map_err(not_changed("user_id"))?.ok_or(Error::NotFound("user"))?))
}
