//! How clients write what they send, in the formats of their APIs, and read the answers.

use serde_json::{Value, json};

use super::model::{Body, is_management};
use super::operation::{Client, Format};
use crate::harness::{Answer, RequestBuilder, encoded};

/// The body as its format carries it: XML and forms have texts only.
pub fn carried(client: Client, body: Body, format: Format) -> Body {
    if client == Client::Reseller || is_management(client) && matches!(format, Format::Json | Format::Object) {
        return body;
    }
    body.into_iter().map(|(field, value)| (field, written(&value).into())).collect()
}

/// A value as a text.
pub fn written(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Adds this body to the request.
pub fn with_body<'a>(request: RequestBuilder<'a>, client: Client, body: &Body, format: Format) -> RequestBuilder<'a> {
    match (client, format) {
        (Client::Reseller, _) | (Client::Management | Client::Limited, Format::Json) => request.json(&json!(body)),
        (Client::Licensing, _) | (_, Format::Form) => request.form(&form(body)),
        (_, Format::Object) => request.json(&json!({"object": body})),
        (_, Format::Attributes) => {
            let attributes = body.iter().map(|(field, value)| format!(" {field}=\"{}\"", escaped(&written(value))));
            xml(request, format!("<customer{}/>", attributes.collect::<String>()))
        }
        (_, Format::Elements) => {
            let elements = body.iter().map(|(field, value)| format!("<{field}>{}</{field}>\n", escaped(&written(value))));
            xml(request, format!("<?xml version=\"1.0\"?>\n<Customer>\n{}</Customer>", elements.collect::<String>()))
        }
    }
}

/// Sends the document as XML, and asks for an answer in XML.
fn xml(request: RequestBuilder<'_>, document: String) -> RequestBuilder<'_> {
    request.header("content-type", "application/xml").header("accept", "application/xml").body(document)
}

fn form(body: &Body) -> String {
    let pairs: Vec<String> = body.iter().map(|(field, value)| format!("{field}={}", encoded(&written(value)))).collect();
    pairs.join("&")
}

/// A text in XML. Tabs and line breaks are references, because a reader turns them into spaces otherwise.
fn escaped(text: &str) -> String {
    let escape = |character| match character {
        '<' | '>' | '&' | '"' | '\'' | '\t' | '\r' | '\n' => format!("&#{};", u32::from(character)),
        other => other.to_string(),
    };
    text.chars().map(escape).collect()
}

/// The content of a management answer: an object or an array of objects, in either format. XML has texts only.
pub fn said(answer: &Answer) -> Result<Value, String> {
    if !is_xml(answer) {
        return serde_json::from_str(&answer.body).map_err(|error| error.to_string());
    }
    let document = roxmltree::Document::parse(&answer.body).map_err(|error| error.to_string())?;
    let object = |element: roxmltree::Node<'_, '_>| -> Value {
        element.attributes().map(|attribute| (attribute.name().to_owned(), attribute.value().into())).collect::<Body>().into()
    };
    match document.root_element().tag_name().name() {
        "customers" => Ok(document.root_element().children().map(object).collect()),
        "customer" | "response" => Ok(object(document.root_element())),
        other => Err(format!("the root is {other}")),
    }
}

/// The view in the format of the answer.
pub fn as_said(answer: &Answer, view: Value) -> Value {
    match view {
        Value::Array(views) => views.into_iter().map(|view| as_said(answer, view)).collect(),
        Value::Object(view) if is_xml(answer) => {
            view.into_iter().map(|(field, value)| (field, written(&value).into())).collect::<Body>().into()
        }
        other => other,
    }
}

fn is_xml(answer: &Answer) -> bool {
    answer.header("content-type").is_some_and(|media_type| media_type.starts_with("application/xml"))
}
