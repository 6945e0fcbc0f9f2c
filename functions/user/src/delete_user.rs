//! `DELETE /api/v3/reseller/customer/{id}/user/{user_id}/` and `DELETE /api/v3/reseller/user/{user_id}/`: deletes a user for ever.

use customer::door::Visit;
use lambda_http::http::StatusCode;
use reseller::Error;
use shared::lambda::idempotency::keeping;
use shared::lambda::request::Request;
use shared::lambda::response::{Response, empty};
use shared::store::{Policy, Table, Write};

use crate::wire::{not_changed, user_in_path};

/// Answers 204 without a body. The user's sessions and link end with it, and its address is free.
///
/// # Errors
/// 400 when an id is no integer, or it is the last active user of the reseller; 404 when there is no such customer, or it has no such
/// user any more, 412 when it is at another revision than `If-Match` says, 401 and 403 when the caller is refused. At the customer's own
/// door always 403.
pub async fn delete_user(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let mut visit = Visit::begin(table, request, Policy::MANAGE).await?;
    let id = visit.read("user_id", user_in_path(request));
    let (caller, found) = visit.open(table.user_load(&visit.token, visit.organization(), id).await?)?;
    let expected = request.expected_revision()?;
    let user = found.ok_or(Error::NotFound("customer"))?.content.ok_or(Error::NotFound("user"))?;
    let answer = || empty(StatusCode::NO_CONTENT);
    let deleted = table.user_delete(&caller, &expected, user, &keeping(|()| answer())).await;
    deleted.map_err(not_changed("user_id"))?.ok_or(Error::NotFound("user"))?;
    Ok(answer())
}
