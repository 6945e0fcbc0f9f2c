//! `POST /profile/logo`: replaces the logo of a reseller. A function of its own, because it alone of the pages reads images.

use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::{Table, Write};

use crate::Error;
use crate::profile;
use crate::visit::Visit;

/// Takes the image that a form brings and leads to the profile (303). Answers 422 with the form and what is wrong with the image.
///
/// # Errors
/// 401 with a login without a session; 403 when another site's page sent the form; 404 when this person has no brand.
pub async fn replace_logo(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let visit = Visit::sent(table, request).await?;
    visit.end(profile::logo::replace(&visit).await).await
}
