//! `/profile`: what people do for themselves, and the brand of a reseller.

mod brand;
mod browser;
pub(crate) mod logo;
mod names;
mod overview;
mod part;
mod password;
mod sessions;

use shared::lambda::response::Response;
use shared::store::{Access, Policy, Read, Write};

use crate::Error;
use crate::form::Form;
use crate::page::see_other;
use crate::visit::Visit;

/// Only who is logged in learns that there is no such page.
async fn nothing<A: Access>(visit: &Visit<'_, A>) -> Result<Response, Error> {
    visit.caller(Policy::ONESELF).await?;
    Err(Error::NotFound)
}

/// Answers 200 with the page, or with one of its forms alone.
pub(crate) async fn show(visit: &Visit<'_, Read>, rest: &[&str]) -> Result<Response, Error> {
    match *rest {
        [] => overview::show(visit).await,
        ["names"] => names::show(visit).await,
        ["password"] => password::show(visit).await,
        ["brand" | "logo"] => brand::show(visit).await,
        ["logo", "delete"] => logo::ask(visit).await,
        // Forms are sent there, and a login leads back to where a form was sent.
        ["sessions"] | ["sessions", _] => Ok(see_other("/profile")),
        _ => nothing(visit).await,
    }
}

/// Does what a form asks for.
pub(crate) async fn submit(visit: &Visit<'_, Write>, form: Form, rest: &[&str]) -> Result<Response, Error> {
    match *rest {
        ["names"] => names::submit(visit, form).await,
        ["password"] => password::submit(visit, &form).await,
        ["sessions"] => sessions::end_others(visit).await,
        ["sessions", id] => sessions::end_one(visit, id).await,
        ["brand"] => brand::submit(visit, form).await,
        ["logo", "delete"] => logo::delete(visit, &form).await,
        _ => nothing(visit).await,
    }
}
