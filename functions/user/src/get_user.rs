//! `GET /api/v3/reseller/customer/{id}/user/{user_id}/`, `GET /api/v3/reseller/user/{user_id}/` and `GET /api/v3/user/{user_id}/`: one
//! user.

use customer::door::Visit;
use lambda_http::http::StatusCode;
use reseller::Error;
use reseller::answer::one_object;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::{Policy, Read, Table};

use crate::wire::{user_in_path, view};

/// Answers 200 with the user.
///
/// # Errors
/// 400 when an id is no integer, 404 when there is no such customer or user, 401 and 403 when the caller is refused.
pub async fn get_user(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let mut visit = Visit::begin(table, request, Policy::READ).await?;
    let id = visit.read("user_id", user_in_path(request));
    let (_, found) = visit.open(table.user_load(&visit.token, visit.organization(), id).await?)?;
    let user = found.ok_or(Error::NotFound("customer"))?.content.ok_or(Error::NotFound("user"))?;
    Ok(one_object(StatusCode::OK, &view(&user), user.entity_tag()))
}
