//! `PUT /api/v3/reseller/customer/{id}/user/{user_id}/` and `PUT /api/v3/reseller/user/{user_id}/`: replaces the names of a user, and
//! the role and the activity where they are sent.

use lambda_http::http::StatusCode;
use reseller::Error;
use reseller::answer::one_object;
use shared::domain::user::User;
use shared::lambda::idempotency::keeping;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::user::ChangeUserError;
use shared::store::{Policy, Table, Write};

use customer::door::Visit;

use crate::wire::{SentUser, not_changed, user_in_path, view};

/// Answers 201 (not 200) with the user as it is now, even if nothing changed.
///
/// # Errors
/// 400 when an id is no integer, the body is not JSON, a field is wrong, or it is the last active user of the reseller who is to become
/// inactive; 404 when there is no such customer or user, 412 when it is at another revision than `If-Match` says, 401 and 403 when the
/// caller is refused. At the customer's own door always 403.
pub async fn update_user(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let mut visit = Visit::begin(table, request, Policy::MANAGE).await?;
    let id = visit.read("user_id", user_in_path(request));
    let (caller, found) = visit.open(table.user_load(&visit.token, visit.organization(), id).await?)?;
    let expected = request.expected_revision()?;
    let sent = SentUser::parse(request)?;
    let found = found.ok_or(Error::NotFound("customer"))?;
    let roles = found.organization().roles(caller.is_of_platform());
    let user = found.content.ok_or(Error::NotFound("user"))?;
    let change = sent.change(&user, roles)?;
    let answer = |user: &User| one_object(StatusCode::CREATED, &view(user), user.entity_tag());
    let edit = |user: &User| Ok::<_, ChangeUserError>(change.applied(user));
    let updated = table.user_update(&caller, &expected, user, edit, &keeping(answer)).await;
    Ok(answer(&updated.map_err(not_changed("is_active"))?.ok_or(Error::NotFound("user"))?))
}
