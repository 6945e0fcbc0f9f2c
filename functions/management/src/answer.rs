//! A customer as this API shows it, in JSON and in XML. Absent values are left out.

use lambda_http::http::StatusCode;
use quick_xml::events::BytesStart;
use serde_json::{Map, Value};
use shared::domain::customer::Customer;
use shared::domain::validation::{Text, is_usable};
use shared::lambda::response::{MAXIMUM_ANSWER, Response, escaped_length, response, with_entity_tag};

use crate::media::Format;

/// The members of an object or the attributes of an element, in order.
pub(crate) type Fields = Vec<(&'static str, Value)>;

/// An answer with one customer.
pub(crate) fn one(format: Format, status: StatusCode, customer: &Customer) -> Response {
    let tag = customer.entity_tag();
    let tag = if format == Format::Json { tag.json() } else { tag.xml() };
    with_entity_tag(object(format, status, "customer", fields(customer)), &tag)
}

/// An answer with customers, as many as fit into it, and how many these are.
pub(crate) fn many(format: Format, customers: &[Customer]) -> (Response, usize) {
    let [begin, separator, end] = match format {
        Format::Json => ["[", ",", "]"],
        Format::Xml | Format::TextXml => ["<customers>", "", "</customers>"],
    };
    let mut body = begin.to_owned();
    let mut length = escaped_length(begin) + escaped_length(end);
    let mut shown = 0;
    for customer in customers {
        let record = written(format, "customer", fields(customer));
        length += separator.len() + escaped_length(&record);
        if length > MAXIMUM_ANSWER {
            break;
        }
        if shown > 0 {
            body.push_str(separator);
        }
        body.push_str(&record);
        shown += 1;
    }
    body.push_str(end);
    if format != Format::Json && customers.is_empty() {
        body = "<customers/>".to_owned();
    }
    (response(StatusCode::OK, format.content_type(), body), shown)
}

/// An answer with one object, which XML calls `name`.
pub(crate) fn object(format: Format, status: StatusCode, name: &str, fields: Fields) -> Response {
    response(status, format.content_type(), written(format, name, fields))
}

/// An object, which XML calls `name`.
fn written(format: Format, name: &str, fields: Fields) -> String {
    match format {
        Format::Json => json(fields).to_string(),
        Format::Xml | Format::TextXml => {
            let element = element(name, &fields);
            let tag: &str = &element;
            format!("<{tag}/>")
        }
    }
}

/// The code of a customer: its own if it has one, otherwise its id.
pub(crate) fn code(customer: &Customer) -> String {
    customer.code.as_ref().map_or_else(|| customer.id.to_string(), Text::to_string)
}

/// When the customer was created, to the second: `2025-01-25 10:31:46`.
pub(crate) fn create_date(customer: &Customer) -> String {
    let created_at = customer.created_at.to_string();
    let seconds = created_at.split('.').next().unwrap_or_default();
    seconds.replace('T', " ")
}

fn fields(customer: &Customer) -> Fields {
    let profile = &customer.profile;
    let texts = [
        ("firstName", &profile.first_name),
        ("lastName", &profile.last_name),
        ("organizationName", &profile.organization),
        ("email", &profile.email),
        ("phone", &profile.phone),
        ("street", &profile.street),
        ("city", &profile.city),
        ("state", &profile.state),
        ("zipCode", &profile.zip_code),
        ("countryCode", &profile.country_code),
    ];
    let given = texts.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?.as_str().into())));
    [
        ("id", customer.id.number().into()),
        ("code", code(customer).into()),
        ("accountId", customer.account_id.0.into()),
        ("createDate", create_date(customer).into()),
    ]
    .into_iter()
    .chain(given)
    .collect()
}

fn json(fields: Fields) -> Value {
    Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
}

/// An element with these attributes. Tabs and line breaks become references, because a reader turns them into spaces otherwise.
/// Characters that XML can't carry, which only an error repeats, are replaced.
fn element<'a>(name: &'a str, fields: &Fields) -> BytesStart<'a> {
    let mut element = BytesStart::new(name);
    for (name, value) in fields {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let text = text.replace(|character| !is_usable(character), "\u{fffd}");
        element.push_attribute((*name, text.as_str()));
    }
    element
}
