//! The page that shows a link of somebody, this once.

use askama::Template;
use lambda_http::http::StatusCode;
use shared::domain::user::LINK_DAYS;
use shared::lambda::response::Response;
use shared::store::user::Invited;
use shared::store::{Caller, StoreError, Table, Write};

use super::group::Group;
use crate::format::day;
use crate::frame::Frame;
use crate::page::page;

/// The page.
#[derive(Template)]
#[template(path = "made_link.html")]
struct LinkPage {
    frame: Frame,
    back: String,
    name: String,
    email: String,
    /// Whether it is the first link of a new user.
    is_first: bool,
    /// Whether there is a password, which the link replaces.
    has_password: bool,
    link: String,
    expires: String,
    sends_mail: bool,
}

/// Answers 200 with the page.
pub(super) fn made(
    table: &Table<Write>,
    caller: &Caller<Write>,
    group: &Group,
    invited: &Invited,
    is_first: bool,
) -> Result<Response, StoreError> {
    let user = &invited.user;
    let template = LinkPage {
        frame: group.frame(caller, if is_first { "Invited" } else { "New link" }),
        back: group.list([]),
        name: user.label(),
        email: user.email.to_string(),
        is_first,
        has_password: user.password.is_some(),
        link: invited.url.clone(),
        expires: day(invited.expires),
        sends_mail: table.sends_mail(),
    };
    page(StatusCode::OK, &template)
}
