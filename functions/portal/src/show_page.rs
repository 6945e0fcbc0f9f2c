//! `GET`: every page of somebody who is logged in.

use std::pin::Pin;

use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::{Policy, Read, Table};

use crate::Error;
use crate::frame::Section;
use crate::organization::Place;
use crate::page::see_other;
use crate::visit::Visit;
use crate::{activity, all_usage, dashboard, organization, organizations, people, profile};

/// Answers 200 with the page at this path. Without a session it leads to the login (303).
///
/// # Errors
/// 404 when there is no such page, or not for this person; 403 when the person's organization lets nobody in.
pub async fn show_page(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let visit = Visit::begin(table, request).await?;
    let segments: Vec<&str> = request.path().split('/').skip(1).collect();
    let answered = match *segments {
        [""] => start(&visit).await,
        ["reseller"] => on_heap(|| organizations::list::show(&visit)).await,
        ["reseller", "dashboard"] => on_heap(|| dashboard::show(&visit)).await,
        ["reseller", "usage"] => on_heap(|| all_usage::show(&visit)).await,
        ["reseller", "activity"] => on_heap(|| activity::show(&visit)).await,
        ["reseller", "export"] => on_heap(|| organizations::export::show(&visit)).await,
        ["reseller", "users", ref rest @ ..] => on_heap(|| people::show(&visit, rest)).await,
        ["profile", ref rest @ ..] => on_heap(|| profile::show(&visit, rest)).await,
        ["reseller", "new"] => on_heap(|| organizations::new::show(&visit)).await,
        ["reseller", "delete"] => on_heap(|| organizations::delete::show(&visit)).await,
        ["reseller", _] => on_heap(|| organization::show(&visit, Place::of_reseller(request))).await,
        ["reseller", _, "view"] => on_heap(|| organization::show(&visit, Place::viewed(request))).await,
        // Of what people see only, and of nothing that leads to a deed.
        ["reseller", _, "view", kind @ ("usage" | "transcriptions"), item] => {
            on_heap(|| organization::show_part(&visit, Place::viewed(request), kind, item, None)).await
        }
        ["reseller", _, kind, item] => {
            on_heap(|| organization::show_part(&visit, Place::of_reseller(request), kind, item, None)).await
        }
        ["reseller", _, kind, item, deed] => {
            on_heap(|| organization::show_part(&visit, Place::of_reseller(request), kind, item, Some(deed))).await
        }
        ["organization"] => on_heap(|| organization::show(&visit, Place::own(&visit.token))).await,
        ["organization", kind, item] => {
            on_heap(|| organization::show_part(&visit, Place::own(&visit.token), kind, item, None)).await
        }
        ["organization", kind, item, deed] => {
            on_heap(|| organization::show_part(&visit, Place::own(&visit.token), kind, item, Some(deed))).await
        }
        _ => Err(Error::NotFound),
    };
    visit.end(answered).await
}

/// A page that is being made, on the heap. Without optimization, one function that makes them all would need the space of all of them on the
/// stack, each of which is some 50 KB.
fn on_heap<F: Future>(make: impl FnOnce() -> F) -> Pin<Box<F>> {
    Box::pin(make())
}

/// Leads to the page at which the person starts.
async fn start(visit: &Visit<'_, Read>) -> Result<Response, Error> {
    let caller = visit.caller(Policy::ONESELF).await?;
    let role = caller.person().map(|person| person.user.role);
    Ok(see_other(role.map_or("/login", Section::start)))
}
