//! The tab "Users": the people of an organization.

use shared::domain::user::Organization;
use shared::lambda::response::Response;
use shared::store::{Policy, Read, Write};

use super::place::Place;
use super::shell::{Content, Tab};
use crate::Error;
use crate::form::Form;
use crate::people::{self, Group};
use crate::visit::Visit;

/// The people of the organization, as they are managed from this place.
fn group(place: &Place) -> Group {
    Group {
        organization: place.id.map(Organization::Customer),
        path: place.base.clone(),
        tab: Tab::Users.number().to_string(),
        base: format!("{}/users", place.base),
        section: place.section(),
        reads: place.policy(Policy::READ),
        manages: (!place.is_viewed()).then(|| place.policy(Policy::MANAGE)),
    }
}

/// Reads the tab.
pub(super) async fn list(visit: &Visit<'_, Read>, place: &Place) -> Result<Content, Error> {
    let (caller, customer, list) = people::list(visit, &group(place)).await?;
    Ok(Content::new(caller, customer.ok_or(Error::NotFound)?, &list)?)
}

/// Answers 200 with a page about one of them, or with the form that invites another one.
pub(super) async fn show(visit: &Visit<'_, Read>, place: &Place, item: &str, deed: Option<&str>) -> Result<Response, Error> {
    people::show_part(visit, &group(place), item, deed).await
}

/// Does what a form about one of them asks for.
pub(super) async fn submit(
    visit: &Visit<'_, Write>,
    form: Form,
    place: &Place,
    item: &str,
    deed: Option<&str>,
) -> Result<Response, Error> {
    people::submit_part(visit, form, &group(place), item, deed).await
}
