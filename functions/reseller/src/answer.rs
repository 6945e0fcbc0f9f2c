//! The envelope of every success, and a customer as this API shows it. The JSON keys of both are in the documented order.

use lambda_http::http::StatusCode;
use serde_json::{Value, json};
use shared::domain::customer::Customer;
use shared::domain::entity_tag::EntityTag;
use shared::domain::validation::Text;
use shared::lambda::csv::Column;
use shared::lambda::response::{Response, response, with_entity_tag};

/// The media type of every answer.
pub const JSON: &str = "application/json";

/// An answer about one customer.
pub fn one(status: StatusCode, customer: &Customer) -> Response {
    one_object(status, &view(customer), customer.entity_tag())
}

/// An answer with one object, whose revision has this tag.
pub fn one_object(status: StatusCode, view: &Value, tag: EntityTag) -> Response {
    with_entity_tag(envelope(status, view, 1, Some(1)), &tag.json())
}

/// An answer with one object that has no revision, and so no tag.
pub(crate) fn one_without_revision(view: &Value) -> Response {
    envelope(StatusCode::OK, view, 1, Some(1))
}

/// An answer with a page of customers, of `total` that match; `None` where that is not known.
pub(crate) fn many(customers: &[Customer], total: Option<u64>) -> Response {
    page(customers.iter().map(view).collect(), total)
}

/// An answer with a page of a list, of `total` that match; `None` where that is not known.
pub fn page(results: Vec<Value>, total: Option<u64>) -> Response {
    let count = results.len();
    envelope(StatusCode::OK, &Value::Array(results), count, total)
}

/// An answer to several objects that were sent together: what became of each, in their order.
pub fn outcomes(results: Vec<Value>) -> Response {
    let count = results.len();
    envelope(StatusCode::CREATED, &Value::Array(results), count, Some(count as u64))
}

fn envelope(status: StatusCode, result: &Value, count: usize, total_results: Option<u64>) -> Response {
    let body = json!({"result": result, "count": count, "total_results": total_results});
    response(status, JSON, body.to_string())
}

/// The columns of a list of customers in CSV: the keys of [`view`].
pub(crate) const COLUMNS: [Column; 7] = [
    Column::of("id"),
    Column::of("name"),
    Column::of("email"),
    Column::of_numbers("phone"),
    Column::of("is_active"),
    Column::of("registration_date"),
    Column::of("last_modified"),
];

/// A customer as this API shows it.
#[must_use]
pub fn view(customer: &Customer) -> Value {
    let profile = &customer.profile;
    json!({
        "id": customer.id,
        "name": profile.name(),
        "email": profile.email.as_ref().map(Text::as_str),
        "phone": profile.phone.as_ref().map(Text::as_str),
        "is_active": profile.is_active,
        "registration_date": customer.created_at,
        "last_modified": customer.modified_at,
    })
}
