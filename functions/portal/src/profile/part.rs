//! A form of the profile: among others, or alone on a page, as when something is wrong in it.

use askama::Template;
use lambda_http::http::StatusCode;
use shared::lambda::response::Response;
use shared::store::{Caller, StoreError};

use crate::Error;
use crate::frame::{Frame, Section};
use crate::page::page;

/// A page with one form.
#[derive(Template)]
#[template(path = "profile_part.html")]
struct PartPage<'a> {
    frame: Frame,
    title: &'a str,
    html: String,
}

/// The HTML of a form.
///
/// # Errors
/// [`StoreError::Internal`] when the template fails.
pub(super) fn html(form: &impl Template) -> Result<String, StoreError> {
    form.render().map_err(|error| StoreError::Internal(format!("a form can't be made: {error}")))
}

/// An answer with a page under this title that has this form alone.
///
/// # Errors
/// [`StoreError::Internal`] when a template fails.
pub(super) fn alone<A>(caller: &Caller<A>, status: StatusCode, title: &str, form: &impl Template) -> Result<Response, Error> {
    let told = if status.is_client_error() { format!("Error: {title}") } else { title.to_owned() };
    let frame = Frame::new(caller, Section::Profile, told);
    Ok(page(status, &PartPage { frame, title, html: html(form)? })?)
}

/// The address of the profile, which says what was just done.
pub(super) fn done(what: &str) -> String {
    format!("/profile?done={what}")
}
