//! The logo of a reseller: replacing it, and deleting it.
//!
//! Each form says which logo its page showed, so that nobody replaces or deletes one that somebody else has just uploaded.

use askama::Template;
use branding::logo::{MOST_BYTES, png_of, too_large};
use lambda_http::http::StatusCode;
use shared::domain::brand::LogoHash;
use shared::domain::validation::Invalid;
use shared::lambda::faults::Faults;
use shared::lambda::request::{BodyError, Request};
use shared::lambda::response::Response;
use shared::store::{Caller, Read, Write};

use super::brand::{BrandForm, as_read, made, owner, shown_logo};
use super::part::{alone, done};
use crate::Error;
use crate::form::Form;
use crate::multipart::Multipart;
use crate::page::see_other;
use crate::visit::Visit;

/// How many bytes a form may have besides the image.
const BESIDES: usize = 16 * 1024;

/// What somebody is told whose image would replace another one than the page showed.
const CONFLICT: &str =
    "Somebody else has changed the logo meanwhile. Yours was not saved: choose the image again to replace that.";

/// Why no image was taken.
enum NotTaken {
    /// The form has no image that can be read.
    Wrong(Faults),
    /// What was sent is no form. The text is for the person.
    Malformed(String),
}

impl From<Faults> for NotTaken {
    fn from(faults: Faults) -> Self {
        Self::Wrong(faults)
    }
}

impl NotTaken {
    fn malformed(why: impl std::fmt::Display) -> Self {
        Self::Malformed(format!("This form can't be read, because {why}."))
    }
}

/// Replaces the logo and leads to the profile (303). Answers 422 if the image can't be read, 409 if somebody else has changed the logo
/// meanwhile.
pub(crate) async fn replace(visit: &Visit<'_, Write>) -> Result<Response, Error> {
    let mut caller = owner(visit).await?;
    let (png, shown) = match sent(visit.request).await {
        Ok(sent) => sent,
        Err(NotTaken::Malformed(text)) => return Err(Error::Malformed(text)),
        Err(NotTaken::Wrong(faults)) => {
            let form = BrandForm::of(&caller, true)?.with_wrong_logo(faults)?;
            return form.page(&caller, StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let wanted = LogoHash::of(&png);
    loop {
        let brand = caller.brand().clone();
        let is_wanted = brand.logo.as_ref() == Some(&wanted);
        if !is_wanted && shown.as_deref().is_some_and(|shown| shown != shown_logo(&brand)) {
            let form = BrandForm::of(&caller, true)?.in_conflict(CONFLICT);
            return form.page(&caller, StatusCode::CONFLICT);
        }
        let changed = visit.table.brand_replace_logo(&caller, &as_read(&caller), brand, &png, &|_| Vec::new()).await;
        if made(changed)?.is_some() {
            return Ok(see_other(&done("logo")));
        }
        caller = owner(visit).await?;
    }
}

/// The PNG of the image in a form, and the name of the logo that its page showed.
async fn sent(request: &Request) -> Result<(Vec<u8>, Option<String>), NotTaken> {
    let body = match request.body_of(MOST_BYTES + BESIDES) {
        Ok(body) => body,
        Err(BodyError::TooLarge) => return Err(too_large().into()),
        Err(error @ BodyError::Undecodable) => return Err(NotTaken::malformed(error)),
    };
    let media_type = request.header("content-type").unwrap_or_default();
    let form = Multipart::parse(media_type, &body).map_err(NotTaken::malformed)?;
    let image = form.bytes("logo").unwrap_or_default();
    if image.is_empty() {
        return Err(Faults::one("logo", Invalid::Required).into());
    }
    Ok((png_of(image.to_vec()).await?, form.text("shown_logo").map(str::to_owned)))
}

/// The question before the logo is deleted.
#[derive(Template)]
#[template(path = "delete_logo.html")]
struct DeleteForm {
    logo_path: String,
    shown_logo: String,
    /// Whether it is another one than the page before showed.
    is_another: bool,
}

/// Answers 200 with the question.
pub(super) async fn ask(visit: &Visit<'_, Read>) -> Result<Response, Error> {
    let caller = owner(visit).await?;
    asked(&caller, StatusCode::OK)
}

/// Deletes the logo and leads to the profile (303). It may be gone already, perhaps by the same form. Answers 409 if it is another one than the
/// page showed.
pub(super) async fn delete(visit: &Visit<'_, Write>, form: &Form) -> Result<Response, Error> {
    let mut caller = owner(visit).await?;
    loop {
        let brand = caller.brand().clone();
        if brand.logo.is_none() {
            return Ok(see_other(&done("no_logo")));
        }
        if form.given("shown_logo").is_some_and(|shown| shown != shown_logo(&brand)) {
            return asked(&caller, StatusCode::CONFLICT);
        }
        let changed = visit.table.brand_delete_logo(&caller, &as_read(&caller), brand, &|_| Vec::new()).await;
        if made(changed)?.is_some() {
            return Ok(see_other(&done("no_logo")));
        }
        caller = owner(visit).await?;
    }
}

fn asked<A>(caller: &Caller<A>, status: StatusCode) -> Result<Response, Error> {
    let brand = caller.brand();
    let Some(logo_path) = brand.logo_path(caller.reseller()) else {
        return Err(Error::NotFound);
    };
    let is_another = status == StatusCode::CONFLICT;
    let form = DeleteForm { logo_path, shown_logo: shown_logo(brand).to_owned(), is_another };
    alone(caller, status, "Delete the logo?", &form)
}
