//! What the answers of these pages have in common.

use lambda_http::http::StatusCode;
use lambda_http::http::header::SET_COOKIE;
use shared::domain::reseller::ShortName;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::session::LoggedIn;
use shared::store::{Login, Table};

use crate::Error;
use crate::cookies::session_cookie;
use crate::frame::Look;

/// The look of the pages of the reseller with this short name; that of no reseller's when there is none.
pub(super) async fn look_of(table: &Table<Login>, short_name: &str, request: &Request) -> Result<Look, Error> {
    let Some(name) = ShortName::parse(short_name) else {
        return Ok(Look::plain());
    };
    let found = table.brand_of_short_name(&name, request.source_address()).await?;
    Ok(found.map_or_else(Look::plain, |(reseller, brand)| Look::of(reseller, &brand)))
}

/// The same answer, with the cookie of the session that has just begun.
pub(super) fn begun(mut response: Response, logged_in: &LoggedIn) -> Response {
    append_cookie(&mut response, &session_cookie(&logged_in.token));
    response
}

pub(super) fn append_cookie(response: &mut Response, cookie: &str) {
    if let Ok(cookie) = cookie.try_into() {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}

/// The status of a page whose form was refused because somebody has to wait.
pub(super) const WAITING: StatusCode = StatusCode::TOO_MANY_REQUESTS;
