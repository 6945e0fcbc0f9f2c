//! The pages on which people get in: the login, the page of a link, and the one for who has forgotten a password.

mod answer;
mod forgotten;
mod invitation;
mod login;

use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::{Login, Table};

use crate::Error;
use crate::origin;
use crate::page::compressed;

/// Answers with the page at this path, or to its form.
///
/// # Errors
/// 403 when another site's page sent the form, 404 when there is no such page.
pub async fn log_in(table: &Table<Login>, request: &Request) -> Result<Response, Error> {
    let is_form = request.method() == "POST";
    if is_form && !origin::is_own(request, table.public_origin()?) {
        return Err(Error::ElsewhereSent);
    }
    let first = request.path().split('/').nth(1).unwrap_or_default();
    let response = match (first, is_form) {
        ("login", false) => login::show(table, request).await,
        ("login", true) => login::submit(table, request).await,
        ("invitation", false) => invitation::show(table, request).await,
        ("invitation", true) => invitation::submit(table, request).await,
        ("forgotten", false) => forgotten::show(table, request),
        ("forgotten", true) => forgotten::submit(table, request).await,
        _ => Err(Error::NotFound),
    }?;
    Ok(compressed(request, response))
}
