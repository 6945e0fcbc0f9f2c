//! Records as this API shows them: absent values of a customer are empty texts, and a licence's time is null until it is revoked.

use lambda_http::http::StatusCode;
use lambda_http::http::header::LINK;
use serde_json::{Value, json};
use shared::domain::customer::Customer;
use shared::domain::licence::Licence;
use shared::domain::validation::Text;
use shared::lambda::response::{Response, empty, response, with_entity_tag, with_header};

pub(crate) const JSON: &str = "application/json";

/// An answer with one customer.
pub(crate) fn one(status: StatusCode, customer: &Customer) -> Response {
    with_entity_tag(response(status, JSON, view(customer).to_string()), &customer.entity_tag().json())
}

/// An answer with one licence.
pub(crate) fn one_licence(status: StatusCode, licence: &Licence) -> Response {
    with_entity_tag(response(status, JSON, licence_view(licence).to_string()), &licence.entity_tag().json())
}

/// The record of a licence.
pub(crate) fn licence_view(licence: &Licence) -> Value {
    json!({
        "license_id": licence.id,
        "customer_id": licence.id.customer(),
        "product": licence.product,
        "host": licence.host,
        "key": licence.key,
        "status": if licence.revoked_at.is_none() { "active" } else { "revoked" },
        "issued_at": licence.issued_at,
        "revoked_at": licence.revoked_at,
    })
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

/// How many bytes of records one answer has at most.
const MAXIMUM_BYTES: usize = 1024 * 1024;

/// The records of a list, as many as fit into one answer.
#[derive(Default)]
pub(crate) struct Records(String);

impl Records {
    /// Adds a record if it fits, and returns whether it did. The first record always fits.
    pub(crate) fn add(&mut self, record: &Value) -> bool {
        let record = record.to_string();
        let fits = self.0.is_empty() || self.0.len() + record.len() < MAXIMUM_BYTES;
        if fits {
            self.0.push(if self.0.is_empty() { '[' } else { ',' });
            self.0.push_str(&record);
        }
        fits
    }

    /// The answer: a bare array of the records, and the address of the rest if there is one. Without a record it has no body.
    pub(crate) fn answer(mut self, next: Option<String>) -> Response {
        if self.0.is_empty() {
            return empty(StatusCode::NO_CONTENT);
        }
        self.0.push(']');
        let response = response(StatusCode::OK, JSON, self.0);
        match next {
            Some(next) => with_header(response, LINK, &next),
            None => response,
        }
    }
}
