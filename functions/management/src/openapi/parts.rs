//! What the descriptions of all resources are made of.

use lambda_http::http::StatusCode;
use lambda_http::http::header::HeaderName;
use serde_json::{Value, json};
use shared::domain::credential::Refusal;
use shared::domain::quota::Quota;
use shared::lambda::faults::Faults;
use shared::lambda::functions::function_name;
use shared::lambda::openapi::schemas::{
    boolean, integer, named, one_of, or_null, record, string, usable, whole_number, with_others,
};
use shared::lambda::openapi::{Answers, Document, ErrorForm, body, path_parameter, query_parameter};
use shared::lambda::response::{Response, with_header};
use utoipa::openapi::path::Parameter;
use utoipa::openapi::request_body::RequestBody;
use utoipa::openapi::schema::{AnyOfBuilder, ObjectBuilder};
use utoipa::openapi::xml::{Xml, XmlBuilder};
use utoipa::openapi::{RefOr, Schema};

use crate::Error;
use crate::answer::{Shown, many, one};
use crate::find_query::{DEFAULT_LIMIT, LIMIT, MAXIMUM_LIMIT, OFFSET};
use crate::media::Format;
use crate::resource::{CODE, Resource};

const JSON: &str = "application/json";
const XML: &str = "application/xml";
const TEXT_XML: &str = "text/xml";
const FORM: &str = "application/x-www-form-urlencoded";

pub(super) const ERRORS: ErrorForm = ErrorForm { schema: "Error", code: "failureCode", formats: &[JSON, XML, TEXT_XML] };

/// Errors for clients that accept none of the formats.
const ERRORS_IN_JSON: ErrorForm = ErrorForm { formats: &[JSON], ..ERRORS };

pub(super) fn function(handler: &str) -> String {
    function_name(env!("CARGO_PKG_NAME"), handler)
}

/// An answer with an object, in each format.
pub(super) fn in_all_formats(status: StatusCode, shown: &impl Shown) -> [Response; 3] {
    [Format::Json, Format::Xml, Format::TextXml].map(|format| one(format, status, shown))
}

/// An answer of a find that knows how many match, in each format.
pub(super) fn page<T: Shown>(objects: &[T]) -> [Response; 3] {
    let page = [Format::Json, Format::Xml, Format::TextXml].map(|format| many(format, objects).0);
    page.map(|page| with_header(page, HeaderName::from_static("x-total-count"), &objects.len().to_string()))
}

/// The errors that every operation at an address with these methods answers with.
pub(super) fn answers(methods: &'static str) -> Answers {
    let errors = [
        (Error::Refused(Refusal::Invalid), "No valid service user and password."),
        (
            Error::Refused(Refusal::NotAllowed),
            "The service user lacks the permission: `read` for find and load, `write` for create and modify.",
        ),
        (Error::Refused(Refusal::Suspended), "The reseller is suspended."),
        (
            Error::Invalid(Faults::one(LIMIT, "must be an integer from 0 to 1000")),
            "A field or parameter has the wrong form or is too long; `field` names the first of them.",
        ),
        (Error::OtherAction(methods), "`action` names another action than the method's."),
    ];
    let none = [(Error::NotAcceptable, "No supported format is acceptable.")];
    let answers = Answers::new().with_errors(ERRORS, errors).with_failures::<Error>(ERRORS, &Quota::OF_KEYS);
    answers.with_errors(ERRORS_IN_JSON, none)
}

pub(super) fn no_customer() -> [(Error, &'static str); 1] {
    [(Error::NotFound("customer"), "There is no such customer, or it is not in an account that the service user was granted.")]
}

/// The errors of a call about something that a customer has, which the API calls `what`.
pub(super) fn no_belonging(what: &'static str) -> [(Error, &'static str); 2] {
    let [no_customer] = no_customer();
    [no_customer, (Error::NotFound(what), "The customer has no such thing.")]
}

/// The error of a body about payment.
pub(super) fn card_number() -> [(Error, &'static str); 1] {
    let when = "A value of the body, other than an `id`, may be the number of a card: 12 to 19 digits that pass the check of Luhn, \
                also in groups. `field` names a known field that has it.";
    [(Error::CardNumber(Some(CODE.0)), when)]
}

pub(super) fn errors_of_a_body() -> [(Error, &'static str); 1] {
    let malformed = "The body can't be read: it is not well-formed, not UTF-8, over 256 KiB, deeper than 32 levels, or has more than \
                     32 namespaces or 1,024 attributes.";
    [(Error::Malformed("it must be a JSON object".to_owned()), malformed)]
}

pub(super) fn unknown_format() -> [(Error, &'static str); 1] {
    [(Error::UnknownMediaType, "The format of the body is not supported.")]
}

pub(super) fn id() -> Parameter {
    let id = string().pattern(Some(r"^(?:[0-9]+|\*[^\u0000-\u001f/%\ufffe\uffff]+)$"));
    path_parameter("id", "The id of the customer, or `*` and its `code`.", id)
}

/// The parameter of a path that names something that a customer has.
pub(super) fn belonging(name: &str, what: &str) -> Parameter {
    let id = string().pattern(Some(r"^(?:[0-9]+|\*[^\u0000-\u001f/%\ufffe\uffff]+)$"));
    path_parameter(name, &format!("The id of the {what}, or `*` and its `code`."), id)
}

/// The parameters that every find has.
pub(super) fn parameters_of_a_find() -> [Parameter; 3] {
    let limit = integer(0, MAXIMUM_LIMIT.into()).default(Some(DEFAULT_LIMIT.into()));
    [
        query_parameter(OFFSET, "How many to pass over.", whole_number().default(Some(0.into()))),
        query_parameter(LIMIT, "How many the page has at most.", limit),
        action("find"),
    ]
}

pub(super) fn action(name: &str) -> Parameter {
    query_parameter("action", "May repeat the action of the method, and must agree.", one_of(&[name]))
}

/// The description of XML in which this schema is an element of this name.
pub(super) fn element(name: &'static str) -> Xml {
    XmlBuilder::new().name(Some(name)).build()
}

/// The same field, which is an attribute in XML.
pub(super) fn attribute(field: ObjectBuilder) -> ObjectBuilder {
    field.xml(Some(XmlBuilder::new().attribute(Some(true)).build()))
}

/// A field and what it is.
pub(super) fn field(schema: ObjectBuilder, description: &str) -> RefOr<Schema> {
    attribute(schema.description(Some(description))).into()
}

/// The field as a text, which is empty to clear it.
pub(super) fn as_text(field: ObjectBuilder) -> ObjectBuilder {
    field
}

/// The same object as a form, in which the other fields are texts too.
pub(super) fn in_form(object: ObjectBuilder) -> ObjectBuilder {
    object.property_names(Some(usable())).additional_properties(Some(usable()))
}

/// A body in each format. In JSON it is the object itself, or its member `object`. `schema` is the name of the schema in JSON.
pub(super) fn sent_body(resource: &Resource, description: &str, schema: &str, example: &[(&str, Value)]) -> RequestBody {
    let in_xml = || named(&format!("{schema}InXml"));
    let wrapped = with_others(ObjectBuilder::new().property("object", named(schema)).required("object"));
    let in_json = AnyOfBuilder::new().item(named(schema)).item(wrapped);
    let fields: serde_json::Map<_, _> = example.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let attributes: String = example.iter().map(|(name, value)| format!(" {name}=\"{}\"", text(value))).collect();
    let element = json!(format!("<{}{attributes}/>", resource.element));
    let in_form = |value: &Value| if value.is_boolean() { text(value).into() } else { value.clone() };
    let form: serde_json::Map<_, _> = fields.iter().map(|(name, value)| (name.clone(), in_form(value))).collect();
    body(
        description,
        [
            (JSON, in_json.into(), fields.into()),
            (XML, in_xml(), element.clone()),
            (TEXT_XML, in_xml(), element),
            (FORM, named(&format!("{schema}InForm")), form.into()),
        ],
    )
}

/// Adds the schema of a body, which `of` makes for values that can be cleared in the way of a format and for truth values of it.
pub(super) fn with_body(document: Document, name: &str, of: fn(Clearable, fn() -> ObjectBuilder) -> ObjectBuilder) -> Document {
    document
        .with_schema(name, with_others(of(or_null, boolean)))
        .with_schema(&format!("{name}InForm"), in_form(of(as_text, boolean_as_text)))
        .with_schema(&format!("{name}InXml"), of(as_text, boolean_as_text))
}

/// Makes a field one that can be cleared.
pub(super) type Clearable = fn(ObjectBuilder) -> ObjectBuilder;

fn boolean_as_text() -> ObjectBuilder {
    one_of(&["true", "false"])
}

pub(super) fn error() -> ObjectBuilder {
    record([
        ("failureCode", field(string().pattern(Some("^[LFVUE][0-9]{2}$")), "A code for a program.")),
        ("failureMessage", field(string(), "A sentence for a person.")),
    ])
    .property("field", field(string(), "The first field or parameter that is at fault."))
    .xml(Some(element("response")))
}
