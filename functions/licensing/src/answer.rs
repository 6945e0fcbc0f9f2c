//! A customer as this API shows it: absent values are empty texts.

use lambda_http::http::StatusCode;
use serde_json::{Value, json};
use shared::customer::Customer;
use shared::http::{Response, response};
use shared::validation::Text;

pub(crate) const JSON: &str = "application/json";

/// An answer with one customer.
pub(crate) fn one(status: StatusCode, customer: &Customer) -> Response {
    response(status, JSON, view(customer).to_string())
}

/// The record of a customer.
pub(crate) fn view(customer: &Customer) -> Value {
    let profile = &customer.profile;
    json!({
        "customer_id": customer.id,
        "company": shown(profile.organization.as_ref()),
        "firstname": shown(profile.first_name.as_ref()),
        "lastname": shown(profile.last_name.as_ref()),
        "email": shown(profile.email.as_ref()),
    })
}

/// A value as this API shows it.
pub(crate) fn shown(value: Option<&Text>) -> &str {
    value.map(Text::as_str).unwrap_or_default()
}
