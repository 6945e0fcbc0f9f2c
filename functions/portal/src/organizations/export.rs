//! `GET /reseller/export`: the organizations as CSV, with the search, the filters and the order of the list.

use serde_json::{Value, json};
use shared::domain::customer::Customer;
use shared::domain::date::Date;
use shared::lambda::csv::Column;
use shared::lambda::cursor::{CursorContext, place_of, position_at};
use shared::lambda::response::Response;
use shared::store::customer::list::{Direction, Position};
use shared::store::{Policy, Read};

use super::list::Row;
use super::list_query::{COLUMNS, EXPORT, ListQuery, PATH};
use crate::Error;
use crate::download::{About, Bounds, FILE, Files};
use crate::frame::Section;
use crate::page::see_other;
use crate::query::Query;
use crate::visit::Visit;

/// A place in the list, as an address holds it: the id, and the value that the list is sorted by.
type Place = (u64, String);

/// The columns, with the titles of the list.
const CSV: [Column; 6] = [
    Column::of(COLUMNS[0].1),
    Column::of(COLUMNS[1].1),
    Column::of(COLUMNS[2].1),
    Column::of_numbers(COLUMNS[3].1),
    Column::of(COLUMNS[4].1),
    Column::of(COLUMNS[5].1),
];

/// The object of an organization's row.
fn object(customer: &Customer) -> Value {
    let Row { id, name, email, phone, is_active, registered, .. } = Row::of(customer, None);
    json!({
        "ID": id,
        "Name": name,
        "Email": email,
        "Phone": phone,
        "Status": if is_active { "Active" } else { "Inactive" },
        "Registration Date": registered,
    })
}

/// Answers 200 with the organizations as CSV. An address that asks for what is not there leads to the list, which says what is wrong.
pub(crate) async fn show(visit: &Visit<'_, Read>) -> Result<Response, Error> {
    let (table, reseller) = (visit.table, visit.token.reseller());
    let query = ListQuery::parse(visit.request);
    let mut listing = query.whole();
    let context = CursorContext::customers("portal export", reseller, &listing);
    let bounds: Option<Bounds<Place>> = context.read(table, Query::of(visit.request).value(FILE)).await?;
    let (after, until, before) = bounds.unwrap_or_default();
    let (begin, end) = (after.clone().and_then(position_at), until.clone().and_then(position_at));
    listing.after = begin;
    let (sort, direction) = (listing.sort, listing.direction);
    let first = table.customer_list_begin(&visit.token, Policy::RESELLER, listing).await?;
    let (caller, first) = visit.open(first, Policy::RESELLER).await?;
    if query.faults.iter().next().is_some() {
        return Ok(see_other(&format!("{}?{}", PATH, visit.request.query())));
    }
    let mut files = Files::new(&CSV, after, before);
    let deadline = Some(files.until());
    let mut is_at_end = false;
    let take = |customer: &Customer| {
        let position = Position::of(sort, customer);
        is_at_end = end.as_ref().is_some_and(|end| is_behind(&position, end, direction));
        !is_at_end && files.take(&object(customer), place(&position))
    };
    let walked = table.customer_list_each(&caller, first, deadline, take).await?;
    let is_all = walked.is_all || is_at_end;
    if let Some(last) = walked.last.as_ref().filter(|_| !is_all) {
        files.pass(place(last));
    }
    let about = About {
        section: Section::Organizations,
        title: "Organizations as CSV".to_owned(),
        things: "organizations",
        name: format!("organizations-{}", Date::today()),
        address: (EXPORT.to_owned(), query.kept()),
        back: (query.first(), "Organizations".to_owned()),
        part: About::part(visit.request),
    };
    files.answer(&caller, about, is_all, until, |bounds| context.write(table, bounds))
}

fn place(position: &Position) -> Place {
    let (id, value) = place_of(position);
    (id.number(), value.to_owned())
}

/// Whether a place comes behind another one in this order.
fn is_behind(position: &Position, other: &Position, direction: Direction) -> bool {
    match direction {
        Direction::Ascending => position > other,
        Direction::Descending => position < other,
    }
}
