//! `GET` and `POST /reseller/delete`: deletes the organizations that were selected, after a question.

use std::collections::BTreeSet;

use askama::Template;
use lambda_http::http::StatusCode;
use shared::domain::customer::CustomerId;
use shared::domain::entity_tag::ExpectedRevision;
use shared::lambda::response::Response;
use shared::store::customer::WriteError;
use shared::store::{Policy, Read, StoreError, Write};

use super::list_query::ListQuery;
use crate::Error;
use crate::form::Form;
use crate::frame::{Frame, Section};
use crate::page::{page, see_other};
use crate::query::Query;
use crate::visit::Visit;

/// How many organizations can be deleted at once: those of the longest page.
const MOST: usize = 100;

/// What else goes with organizations, for who is asked.
pub(super) const LOSSES: &str = "Their users are logged out, and their tokens and subscriptions end. This can’t be undone.";

/// The page that asks.
#[derive(Template)]
#[template(path = "delete_organizations.html")]
struct DeletePage {
    frame: Frame,
    /// The list from which they were selected.
    query: ListQuery,
    /// Those that are there: id and name.
    found: Vec<(u64, String)>,
}

/// Answers 200 with the names of the organizations that were selected, and a question.
pub(crate) async fn show(visit: &Visit<'_, Read>) -> Result<Response, Error> {
    let caller = visit.caller(Policy::RESELLER).await?;
    let ids = ids(Query::of(visit.request).all("id"))?;
    let names = visit.table.customer_names(&caller, ids).await?;
    let mut found: Vec<_> = names.into_iter().map(|(id, name)| (id.number(), name)).collect();
    found.sort_unstable();
    let frame = Frame::new(&caller, Section::Organizations, "Delete organizations");
    Ok(page(StatusCode::OK, &DeletePage { frame, query: ListQuery::parse(visit.request), found })?)
}

/// Deletes the organizations and leads to the list from which they were selected (303), which says how many there were. What is gone already
/// does not matter, so that the form can be sent twice.
pub(crate) async fn submit(visit: &Visit<'_, Write>, form: &Form) -> Result<Response, Error> {
    let caller = visit.caller(Policy::RESELLER).await?;
    let mut deleted = 0;
    for id in ids(form.all("id"))? {
        let Some(customer) = visit.table.customer_get(&caller, id).await? else {
            continue;
        };
        let done = visit.table.customer_delete(&caller, &ExpectedRevision::default(), customer, &|_| Vec::new()).await;
        deleted += u64::from(done.map_err(failure)?.is_some());
    }
    Ok(see_other(&ListQuery::parse(visit.request).after_deletion(deleted)))
}

fn failure(error: WriteError) -> StoreError {
    match error {
        WriteError::Store(error) => error,
        WriteError::OtherRevision | WriteError::Taken(_) => StoreError::Internal("any revision was to be deleted".to_owned()),
    }
}

/// The ids that were selected. What can be no id is that of nobody.
fn ids<'a>(sent: impl Iterator<Item = &'a str>) -> Result<BTreeSet<CustomerId>, Error> {
    let ids: BTreeSet<_> = sent.filter_map(|sent| CustomerId::parse(sent).ok()).collect();
    if ids.len() > MOST {
        Err(Error::Malformed(format!("At most {MOST} organizations can be deleted at once.")))
    } else {
        Ok(ids)
    }
}
