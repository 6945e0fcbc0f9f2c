//! A customer as this API shows it, in JSON and in XML. Absent values are left out.

use lambda_http::http::StatusCode;
use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, Event};
use serde_json::{Map, Value};
use shared::customer::Customer;
use shared::http::{Response, response};
use shared::validation::{Text, is_usable};

use crate::media::Format;

/// The members of an object, or the attributes of an element, in their order.
pub(crate) type Fields = Vec<(&'static str, Value)>;

/// An answer with one customer.
pub(crate) fn one(format: Format, status: StatusCode, customer: &Customer) -> Response {
    object(format, status, "customer", fields(customer))
}

/// An answer with customers.
pub(crate) fn many(format: Format, customers: &[Customer]) -> Response {
    let body = match format {
        Format::Json => Value::Array(customers.iter().map(|customer| json(fields(customer))).collect()).to_string(),
        Format::Xml | Format::TextXml => list(customers),
    };
    response(StatusCode::OK, format.content_type(), body)
}

/// An answer with one object, which XML calls `name`.
pub(crate) fn object(format: Format, status: StatusCode, name: &str, fields: Fields) -> Response {
    let body = match format {
        Format::Json => json(fields).to_string(),
        Format::Xml | Format::TextXml => written(|writer| writer.write_event(Event::Empty(element(name, &fields)))),
    };
    response(status, format.content_type(), body)
}

/// The code of a customer: its own, else its id.
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

fn list(customers: &[Customer]) -> String {
    written(|writer| {
        let root = BytesStart::new("customers");
        if customers.is_empty() {
            return writer.write_event(Event::Empty(root));
        }
        writer.write_event(Event::Start(root))?;
        for customer in customers {
            writer.write_event(Event::Empty(element("customer", &fields(customer))))?;
        }
        writer.write_event(Event::End(BytesEnd::new("customers")))
    })
}

/// An element with these attributes. Tabs and line breaks become references, because a reader makes spaces of them otherwise. What
/// XML can't carry, which only an error repeats, is replaced.
fn element<'a>(name: &'a str, fields: &Fields) -> BytesStart<'a> {
    let mut element = BytesStart::new(name);
    for (name, value) in fields {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let text = text.replace(|character| !is_usable(character), "\u{fffd}");
        element.push_attribute((*name, text.as_str()));
    }
    element
}

fn written(write: impl FnOnce(&mut Writer<Vec<u8>>) -> Result<(), std::io::Error>) -> String {
    let mut writer = Writer::new(Vec::new());
    // Writing into memory can't fail.
    let _ = write(&mut writer);
    String::from_utf8(writer.into_inner()).unwrap_or_default()
}
