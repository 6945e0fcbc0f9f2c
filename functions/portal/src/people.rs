//! People: the reseller's own at `/reseller/users`, and those of an organization in its tab "Users", by the same pages.

mod delete;
mod edit;
mod group;
mod invitation;
mod link;
mod list;
mod list_query;
mod new;
mod words;

use shared::lambda::response::Response;
use shared::store::{Read, Write};

use crate::Error;
use crate::form::Form;
use crate::visit::Visit;
pub(crate) use group::Group;
pub(crate) use list::list;

/// Answers 200 with a page of the reseller's own people.
pub(crate) async fn show(visit: &Visit<'_, Read>, rest: &[&str]) -> Result<Response, Error> {
    let group = Group::of_reseller();
    match *rest {
        [] => list::show(visit, &group).await,
        [item] => show_part(visit, &group, item, None).await,
        [item, deed] => show_part(visit, &group, item, Some(deed)).await,
        _ => Err(Error::NotFound),
    }
}

/// Does what a form about one of them asks for.
pub(crate) async fn submit(visit: &Visit<'_, Write>, form: Form, rest: &[&str]) -> Result<Response, Error> {
    let group = Group::of_reseller();
    match *rest {
        [item] => submit_part(visit, form, &group, item, None).await,
        [item, deed] => submit_part(visit, form, &group, item, Some(deed)).await,
        _ => Err(Error::NotFound),
    }
}

/// Answers 200 with a page about one of these people, or with the form that invites another one.
pub(crate) async fn show_part(visit: &Visit<'_, Read>, group: &Group, item: &str, deed: Option<&str>) -> Result<Response, Error> {
    match (item, deed) {
        ("new", None) => new::show(visit, group).await,
        (id, None) => edit::show(visit, group, id).await,
        (id, Some("invitation")) => invitation::show(visit, group, id).await,
        (id, Some("delete")) => delete::show(visit, group, id).await,
        _ => Err(Error::NotFound),
    }
}

/// Does what a form about one of these people asks for.
pub(crate) async fn submit_part(
    visit: &Visit<'_, Write>,
    form: Form,
    group: &Group,
    item: &str,
    deed: Option<&str>,
) -> Result<Response, Error> {
    match (item, deed) {
        ("new", None) => new::submit(visit, form, group).await,
        (id, None) => edit::submit(visit, form, group, id).await,
        (id, Some("invitation")) => invitation::submit(visit, group, id).await,
        (id, Some("delete")) => delete::submit(visit, group, id).await,
        _ => Err(Error::NotFound),
    }
}
