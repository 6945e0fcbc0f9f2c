//! `GET /reseller`: the list.

use askama::Template;
use lambda_http::http::StatusCode;
use shared::domain::customer::Customer;
use shared::domain::validation::Text;
use shared::lambda::response::Response;
use shared::store::{Policy, Read};

use super::delete::LOSSES;
use super::list_query::{COLUMNS, ListQuery, ROWS};
use crate::Error;
use crate::format::{counted, day, number};
use crate::frame::{Frame, Section};
use crate::page::page;
use crate::visit::Visit;

/// The page of the list.
#[derive(Template)]
#[template(path = "organizations.html")]
struct ListPage {
    frame: Frame,
    query: ListQuery,
    /// What was just done.
    notice: Option<String>,
    rows: Vec<Row>,
    /// Which of how many rows these are, in words.
    extent: String,
    previous: Option<String>,
    next: Option<String>,
}

/// A row of the list.
pub(super) struct Row {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) phone: String,
    pub(super) is_active: bool,
    pub(super) registered: String,
    pub(super) is_new: bool,
}

impl Row {
    /// The row of an organization. It is new if it has this id.
    pub(super) fn of(customer: &Customer, new: Option<u64>) -> Self {
        let profile = &customer.profile;
        let text = |text: &Option<Text>| text.as_ref().map(ToString::to_string).unwrap_or_default();
        let id = customer.id.number();
        Self {
            id,
            name: profile.name(),
            email: text(&profile.email),
            phone: text(&profile.phone),
            is_active: profile.is_active,
            registered: day(customer.created_at),
            is_new: new == Some(id),
        }
    }
}

/// Answers 200 with a page of the list, 400 if its address asks for what is not there.
pub(crate) async fn show(visit: &Visit<'_, Read>) -> Result<Response, Error> {
    let (table, reseller) = (visit.table, visit.token.reseller());
    let mut query = ListQuery::parse(visit.request);
    let listing = query.listing(table, reseller).await?;
    let first = table.customer_list_begin(&visit.token, Policy::RESELLER, listing.clone()).await?;
    let (caller, first) = visit.open(first, Policy::RESELLER).await?;
    let listed = table.customer_list_finish(&caller, first).await?;
    let shown = listed.customers.len() as u64;
    let next = listed.next.as_ref().map(|next| query.next(table, reseller, &listing, next, shown)).transpose()?;
    let template = ListPage {
        frame: Frame::new(&caller, Section::Organizations, "Organizations"),
        notice: query.notice(),
        rows: listed.customers.iter().map(|customer| Row::of(customer, query.new)).collect(),
        extent: extent(query.offset, shown, listed.is_total.then_some(listed.total), next.is_some()),
        previous: query.previous(),
        next,
        query,
    };
    let is_right = template.query.faults.clone().none_or(()).is_ok();
    Ok(page(if is_right { StatusCode::OK } else { StatusCode::BAD_REQUEST }, &template)?)
}

/// Which of how many rows stand on a page, in words. `total` is `None` where that is not known: then more may follow.
fn extent(before: u64, shown: u64, total: Option<u64>, has_next: bool) -> String {
    let end = before + shown;
    let total = match total {
        None if has_next => format!("more than {}", counted(end, "organization", "organizations")),
        total => counted(total.unwrap_or(end), "organization", "organizations"),
    };
    match (before, shown) {
        (0, _) if !has_next => total,
        (_, 0) => format!("None of {total}"),
        _ => format!("{}–{} of {total}", number(before + 1), number(end)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_which_rows_of_how_many_it_has() {
        assert_eq!(extent(0, 1, Some(1), false), "1 organization");
        assert_eq!(extent(0, 25, Some(1_062), true), "1–25 of 1,062 organizations");
        assert_eq!(extent(50, 12, Some(62), false), "51–62 of 62 organizations");
        assert_eq!(extent(100, 0, Some(62), false), "None of 62 organizations");
        // A search does not count what it has not read.
        assert_eq!(extent(0, 25, None, true), "1–25 of more than 25 organizations");
        assert_eq!(extent(25, 5, None, false), "26–30 of 30 organizations");
    }
}
