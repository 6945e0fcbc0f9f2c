//! One organization: its details, and five tabs of what belongs to it. Resellers see it at `/reseller/{id}`, as its people see it at
//! `/reseller/{id}/view`, and its own people at `/organization`.

pub(crate) mod edit;
mod place;
mod shell;
mod subscriptions;
mod tokens;
mod transcriptions;
mod usage;
mod users;

use shared::lambda::response::Response;
use shared::store::{Read, Write};

use crate::Error;
use crate::form::Form;
use crate::visit::Visit;
pub(crate) use place::Place;
pub(crate) use shell::Tab;

/// Answers 200 with the organization and one of its tabs.
pub(crate) async fn show(visit: &Visit<'_, Read>, place: Place) -> Result<Response, Error> {
    let tab = Tab::of(visit.request);
    let content = match tab {
        Tab::Subscription => subscriptions::list(visit, &place).await,
        Tab::Usage => usage::list(visit, &place).await,
        Tab::Tokens => tokens::list(visit, &place).await,
        Tab::Users => users::list(visit, &place).await,
        Tab::Transcriptions => transcriptions::list(visit, &place).await,
    }?;
    shell::show(visit, &place, tab, content)
}

/// Answers 200 with a page about one thing that belongs to the organization, or with the form for a new one.
pub(crate) async fn show_part(
    visit: &Visit<'_, Read>,
    place: Place,
    kind: &str,
    item: &str,
    deed: Option<&str>,
) -> Result<Response, Error> {
    match kind {
        "subscriptions" => subscriptions::show(visit, &place, item, deed).await,
        "usage" => usage::show(visit, &place, item, deed).await,
        "tokens" => tokens::show(visit, &place, item, deed).await,
        "users" => users::show(visit, &place, item, deed).await,
        "transcriptions" => transcriptions::show(visit, &place, item, deed).await,
        _ => Err(Error::NotFound),
    }
}

/// Does what a form asks for about one thing that belongs to the organization.
pub(crate) async fn submit_part(
    visit: &Visit<'_, Write>,
    form: Form,
    place: Place,
    kind: &str,
    item: &str,
    deed: Option<&str>,
) -> Result<Response, Error> {
    match kind {
        "subscriptions" => subscriptions::submit(visit, form, &place, item, deed).await,
        "usage" => usage::submit(visit, form, &place, item, deed).await,
        "tokens" => tokens::submit(visit, form, &place, item, deed).await,
        "users" => users::submit(visit, form, &place, item, deed).await,
        "transcriptions" => transcriptions::submit(visit, form, &place, item, deed).await,
        _ => Err(Error::NotFound),
    }
}
