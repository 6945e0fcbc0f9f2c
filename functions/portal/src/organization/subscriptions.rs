//! The tab "Subscription": the plans that were sold to an organization.

mod change;
mod end;
mod list;
mod new;
mod renewal;
mod words;

use shared::lambda::response::Response;
use shared::store::{Read, Write};

use super::place::Place;
use super::shell::Content;
use crate::Error;
use crate::form::Form;
use crate::visit::Visit;

/// Reads the tab.
pub(super) async fn list(visit: &Visit<'_, Read>, place: &Place) -> Result<Content, Error> {
    list::list(visit, place).await
}

/// Answers 200 with a page about one of them, or with the form for a new one.
pub(super) async fn show(visit: &Visit<'_, Read>, place: &Place, item: &str, deed: Option<&str>) -> Result<Response, Error> {
    match (item, deed) {
        ("new", None) => new::show(visit, place).await,
        (id, Some("end")) => end::show(visit, place, id).await,
        _ => Err(Error::NotFound),
    }
}

/// Does what a form asks for.
pub(super) async fn submit(
    visit: &Visit<'_, Write>,
    form: Form,
    place: &Place,
    item: &str,
    deed: Option<&str>,
) -> Result<Response, Error> {
    match (item, deed) {
        ("new", None) => new::submit(visit, form, place).await,
        (id, Some("end")) => end::submit(visit, form, place, id).await,
        (id, Some("renewal")) => renewal::submit(visit, &form, place, id).await,
        _ => Err(Error::NotFound),
    }
}
