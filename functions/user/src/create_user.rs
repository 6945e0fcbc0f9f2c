//! `POST /api/v3/reseller/customer/{id}/user/` and `POST /api/v3/reseller/user/`: makes a user, with a link to set a password.

use lambda_http::http::StatusCode;
use reseller::Error;
use reseller::answer::one_object;
use shared::lambda::idempotency::keeping;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::user::Invited;
use shared::store::{Policy, Table, Write};

use customer::door::Visit;

use crate::wire::{SentUser, invited_view, not_made};

/// Answers 201 with the new user and, only now, its link.
///
/// # Errors
/// 400 when the id is no integer, the body is not JSON or a field is wrong, another user of the reseller has the address, or the
/// organization has as many users as it can; 404 when there is no such customer, 401 and 403 when the caller is refused. At the
/// customer's own door always 403.
pub async fn create_user(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let visit = Visit::begin(table, request, Policy::MANAGE).await?;
    let (caller, found) = visit.open(table.user_load(&visit.token, visit.organization(), None).await?)?;
    let sent = SentUser::parse(request)?;
    // What is right in the fields follows from the organization.
    let found = found.ok_or(Error::NotFound("customer"))?;
    let new = sent.new_user(found.organization().roles(caller.is_of_platform()))?;
    let answer = |made: &Invited| one_object(StatusCode::CREATED, &invited_view(made), made.user.entity_tag());
    let made = table.user_create(&caller, &found, new, &keeping(answer)).await.map_err(not_made)?;
    Ok(answer(&made.ok_or(Error::NotFound("customer"))?))
}
