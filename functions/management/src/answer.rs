//! Objects as this API shows them, in JSON and in XML. Absent values are left out.

use std::fmt;

use lambda_http::http::StatusCode;
use quick_xml::events::BytesStart;
use serde_json::{Map, Value};
use shared::domain::entity_tag::EntityTag;
use shared::domain::timestamp::Timestamp;
use shared::domain::validation::{Text, is_usable};
use shared::lambda::response::{MAXIMUM_ANSWER, Response, escaped_length, response, with_entity_tag};

use crate::media::Format;
use crate::resource::Resource;

/// The members of an object or the attributes of an element, in order.
pub(crate) type Fields = Vec<(&'static str, Value)>;

/// What this API shows.
pub(crate) trait Shown {
    /// What it is.
    const RESOURCE: &'static Resource;

    /// The tag of its revision.
    fn entity_tag(&self) -> EntityTag;

    /// Its fields, in order.
    fn fields(&self) -> Fields;
}

/// An answer with one object.
pub(crate) fn one<T: Shown>(format: Format, status: StatusCode, shown: &T) -> Response {
    let tag = shown.entity_tag();
    let tag = if format == Format::Json { tag.json() } else { tag.xml() };
    with_entity_tag(object(format, status, T::RESOURCE.element, shown.fields()), &tag)
}

/// An answer with objects, as many as fit into it, and how many these are.
pub(crate) fn many<T: Shown>(format: Format, objects: &[T]) -> (Response, usize) {
    let list = T::RESOURCE.list;
    let [begin, separator, end] = match format {
        Format::Json => ["[".to_owned(), ",".to_owned(), "]".to_owned()],
        Format::Xml | Format::TextXml => [format!("<{list}>"), String::new(), format!("</{list}>")],
    };
    let mut body = begin.clone();
    let mut length = escaped_length(&begin) + escaped_length(&end);
    let mut shown = 0;
    for object in objects {
        let record = written(format, T::RESOURCE.element, object.fields());
        length += separator.len() + escaped_length(&record);
        if length > MAXIMUM_ANSWER {
            break;
        }
        if shown > 0 {
            body.push_str(&separator);
        }
        body.push_str(&record);
        shown += 1;
    }
    body.push_str(&end);
    if format != Format::Json && objects.is_empty() {
        body = format!("<{list}/>");
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

/// The code of an object: its own if it has one, otherwise its id.
pub(crate) fn code(own: Option<&Text>, id: impl fmt::Display) -> String {
    own.map_or_else(|| id.to_string(), Text::to_string)
}

/// When something was created, to the second: `2025-01-25 10:31:46`.
pub(crate) fn create_date(created_at: Timestamp) -> String {
    let created_at = created_at.to_string();
    let seconds = created_at.split('.').next().unwrap_or_default();
    seconds.replace('T', " ")
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
