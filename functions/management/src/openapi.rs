//! The OpenAPI document of this API.

use lambda_http::http::StatusCode;
use lambda_http::http::header::{HeaderName, LINK};
use serde_json::json;
use shared::domain::credential::Refusal;
use shared::domain::customer::Customer;
use shared::domain::quota::Quota;
use shared::lambda::faults::Faults;
use shared::lambda::functions::function_name;
use shared::lambda::openapi::schemas::{
    ANY_USABLE, any_usable, customer_id, integer, named, nondigit_text, one_of, optional_code, optional_country_code,
    optional_email, optional_phone, optional_text, or_null, record, string, text, usable, whole_number, with_others,
};
use shared::lambda::openapi::{
    Answers, Document, ErrorForm, body, customer, idempotency_key, if_match, if_none_match, operation, path_parameter,
    query_parameter, request,
};
use shared::lambda::response::{Response, empty, with_entity_tag, with_header};
use utoipa::openapi::path::{OperationBuilder, Parameter};
use utoipa::openapi::request_body::RequestBody;
use utoipa::openapi::schema::{AnyOfBuilder, ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::xml::{Xml, XmlBuilder};
use utoipa::openapi::{HttpMethod, OpenApi, RefOr, Schema};

use crate::Error;
use crate::answer::{many, one};
use crate::body::{
    ACCOUNT, CITY, CODE, COUNTRY_CODE, EMAIL, FIRST_NAME, LAST_NAME, ORGANIZATION, PHONE, STATE, STREET, ZIP_CODE,
};
use crate::find_query::{DEFAULT_LIMIT, LIMIT, MAXIMUM_LIMIT, OFFSET, TEXTS};
use crate::media::Format;

const ALL: &str = "/api/v01/customers";
const ONE: &str = "/api/v01/customers/{id}";
const TAG: &str = "Customers";

const JSON: &str = "application/json";
const XML: &str = "application/xml";
const TEXT_XML: &str = "text/xml";
const FORM: &str = "application/x-www-form-urlencoded";

const ERRORS: ErrorForm = ErrorForm { schema: "Error", code: "failureCode", formats: &[JSON, XML, TEXT_XML] };

/// Errors for clients that accept none of the formats.
const ERRORS_IN_JSON: ErrorForm = ErrorForm { formats: &[JSON], ..ERRORS };

/// The document.
#[must_use]
pub fn document() -> OpenApi {
    let user = HttpBuilder::new()
        .scheme(HttpAuthScheme::Basic)
        .description(Some("The name of a service user, which begins with `api-`, and its password (RFC 7617)."));
    Document::new(
        "Management API",
        "v01",
        "For back-office and billing programs, in JSON and in XML. PUT creates and POST changes.\n\n`Content-Type` names the format \
         of a body: JSON (also without the header), XML or a form. `Accept`, with its q-values, names the format of answers and \
         errors: JSON, unless XML is wanted more. In XML the fields are attributes; in a body they may be child elements too. A \
         service user sees the customers of the accounts that it was granted; any other customer is answered as one that does not \
         exist.",
    )
    .with_credential("user", SecurityScheme::Http(user.build()))
    .with_tag(TAG, "The customers of the accounts that the service user was granted.")
    .with_schema("Customer", customer_record())
    .with_schema("Customers", customers())
    .with_schema("NewCustomer", with_others(new_customer(or_null)))
    .with_schema("NewCustomerInForm", in_form(new_customer(as_text)))
    .with_schema("NewCustomerInXml", new_customer(as_text))
    .with_schema("Changes", with_others(changes(or_null)))
    .with_schema("ChangesInForm", in_form(changes(as_text)))
    .with_schema("ChangesInXml", changes(as_text))
    .with_schema(ANY_USABLE, any_usable())
    .with_schema("Error", error())
    .with_operation(HttpMethod::Put, ALL, create())
    .with_operation(HttpMethod::Get, ALL, find())
    .with_operation(HttpMethod::Get, ONE, load())
    .with_operation(HttpMethod::Post, ONE, modify())
    .written()
}

fn create() -> OperationBuilder {
    let wrong = [
        (Error::Missing(Faults::one(FIRST_NAME.0, "is required")), "A required field is missing."),
        (Error::NotGranted, "The account is not one that the service user was granted."),
        (Error::Code("is the code of another customer"), "Another customer has the code, or the code consists of digits."),
    ];
    let answers = answers("GET, PUT")
        .with_errors_of_a_change::<Error>(ERRORS)
        .with("The new customer.", Some(named("Customer")), in_all_formats(StatusCode::CREATED))
        .with_errors(ERRORS, errors_of_a_body())
        .with_errors(ERRORS, unknown_format())
        .with_errors(ERRORS, wrong)
        .with_link(201, "load", &function("load_customer"), [ID])
        .with_link(201, "modify", &function("modify_customer"), [ID]);
    let description = "The customer belongs to the account that the body names, and keeps its code for ever.";
    operation(&function("create_customer"), TAG, "Create a customer", description, answers)
        .parameter(action("create"))
        .parameter(idempotency_key())
        .request_body(Some(customer_body(
            "The customer.",
            "NewCustomer",
            &[(ACCOUNT, "1001"), (CODE.0, "A-17"), (FIRST_NAME.0, "Ann"), (LAST_NAME.0, "Rivers")],
        )))
}

fn find() -> OperationBuilder {
    let page = |count: usize| {
        let customers: Vec<Customer> = std::iter::repeat_with(customer).take(count).collect();
        [Format::Json, Format::Xml, Format::TextXml].map(|format| many(format, &customers).0)
    };
    let total = |response| with_header(response, HeaderName::from_static("x-total-count"), "1");
    let next = request(ALL, "").link_to_next(&[(OFFSET.to_owned(), "1".to_owned())]);
    let cut = page(1).map(|response| with_header(response, LINK, &next));
    let answers = answers("GET, PUT")
        .with("The page, and how many customers match.", Some(named("Customers")), page(1).map(total))
        .with("No customer on the page.", Some(named("Customers")), page(0))
        .with("As much of a page as fits; `Link` has the address of the rest.", Some(named("Customers")), cut);
    let filters = TEXTS.iter().map(|((name, maximum), _)| {
        query_parameter(name, "Only customers with this value. An empty filter does not filter.", optional_text(*maximum))
    });
    let of_account = "Only customers of this account.";
    let limit = integer(0, MAXIMUM_LIMIT.into()).default(Some(DEFAULT_LIMIT.into()));
    let parameters = [
        query_parameter(OFFSET, "How many customers to pass over.", whole_number().default(Some(0.into()))),
        query_parameter(LIMIT, "How many customers the page has at most.", limit),
        action("find"),
        query_parameter(ACCOUNT, of_account, whole_number()),
    ];
    let description = "The customers that meet all filters, in the order of their ids. A filter compares whole values, without \
                       case. Unknown parameters are ignored.";
    operation(&function("find_customers"), TAG, "Find customers", description, answers)
        .parameters(Some(parameters.into_iter().chain(filters)))
}

fn load() -> OperationBuilder {
    let not_modified = with_entity_tag(empty(StatusCode::NOT_MODIFIED), &customer().entity_tag().json());
    let answers = answers("GET, POST")
        .with("The customer.", Some(named("Customer")), in_all_formats(StatusCode::OK))
        .with("The client has the customer.", None, [not_modified])
        .with_errors(ERRORS, no_customer());
    let description = "Answers the customer with this id or code.";
    operation(&function("load_customer"), TAG, "Load a customer", description, answers)
        .parameter(id())
        .parameter(action("load"))
        .parameter(if_none_match())
}

fn modify() -> OperationBuilder {
    let wrong = [
        (Error::Missing(Faults::one(FIRST_NAME.0, "is required")), "A required field would be removed."),
        (Error::ReadOnly(Faults::one(CODE.0, "can't be changed")), "A field that can't be changed is sent with another value."),
    ];
    let answers = answers("GET, POST")
        .with_errors_of_a_change_of_one::<Error>(ERRORS)
        .with("The customer as it is now.", Some(named("Customer")), in_all_formats(StatusCode::OK))
        .with_errors(ERRORS, no_customer())
        .with_errors(ERRORS, errors_of_a_body())
        .with_errors(ERRORS, unknown_format())
        .with_errors(ERRORS, wrong);
    let description = "Fields that are not sent stay. `id`, `code`, `accountId` and `createDate` may be sent as they are. A value \
                       that equals the one that this API shows is accepted unchecked, whichever API wrote it.";
    operation(&function("modify_customer"), TAG, "Modify a customer", description, answers)
        .parameter(id())
        .parameter(action("modify"))
        .parameter(if_match())
        .parameter(idempotency_key())
        .request_body(Some(customer_body("The changes.", "Changes", &[(CITY.0, "Utrecht"), (COUNTRY_CODE.0, "NL")])))
}

/// The parameter that names a customer, and its value in an answer.
const ID: (&str, &str) = ("id", "$response.body#/id");

fn function(handler: &str) -> String {
    function_name(env!("CARGO_PKG_NAME"), handler)
}

/// An answer with a customer, in each format.
fn in_all_formats(status: StatusCode) -> [Response; 3] {
    [Format::Json, Format::Xml, Format::TextXml].map(|format| one(format, status, &customer()))
}

/// The errors that every operation at an address with these methods answers with.
fn answers(methods: &'static str) -> Answers {
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

fn no_customer() -> [(Error, &'static str); 1] {
    [(Error::NotFound, "There is no such customer, or it is not in an account that the service user was granted.")]
}

fn errors_of_a_body() -> [(Error, &'static str); 1] {
    let malformed = "The body can't be read: it is not well-formed, not UTF-8, over 256 KiB, deeper than 32 levels, or has more than \
                     32 namespaces or 1,024 attributes.";
    [(Error::Malformed("it must be a JSON object".to_owned()), malformed)]
}

fn unknown_format() -> [(Error, &'static str); 1] {
    [(Error::UnknownMediaType, "The format of the body is not supported.")]
}

fn id() -> Parameter {
    let id = string().pattern(Some(r"^(?:[0-9]+|\*[^\u0000-\u001f/%]+)$"));
    path_parameter("id", "The id of the customer, or `*` and its `code`.", id)
}

fn action(name: &str) -> Parameter {
    query_parameter("action", "May repeat the action of the method, and must agree.", one_of(&[name]))
}

/// The description of XML in which this schema is an element of this name.
fn element(name: &'static str) -> Xml {
    XmlBuilder::new().name(Some(name)).build()
}

/// The same field, which is an attribute in XML.
fn attribute(field: ObjectBuilder) -> ObjectBuilder {
    field.xml(Some(XmlBuilder::new().attribute(Some(true)).build()))
}

/// A field and what it is.
fn described(field: ObjectBuilder, description: &str) -> RefOr<Schema> {
    attribute(field.description(Some(description))).into()
}

/// A customer in an answer. What it does not have is left out.
fn customer_record() -> ObjectBuilder {
    let date = string().pattern(Some("^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$"));
    let always = record([
        ("id", described(customer_id(), "Unique over all resellers, and never used again.")),
        (CODE.0, described(string(), "The reference that its creator gave it; without one, its id.")),
        (ACCOUNT, described(whole_number(), "The account that it belongs to.")),
        ("createDate", described(date, "When it was created, in UTC.")),
    ]);
    let optional =
        [FIRST_NAME.0, LAST_NAME.0, ORGANIZATION.0, EMAIL.0, PHONE.0, STREET.0, CITY.0, STATE.0, ZIP_CODE.0, COUNTRY_CODE.0];
    let whole = optional.into_iter().fold(always, |customer, field| customer.property(field, attribute(string())));
    whole.description(Some("What the customer does not have is left out.")).xml(Some(element("customer")))
}

fn customers() -> ArrayBuilder {
    let xml = XmlBuilder::new().name(Some("customers")).wrapped(Some(true)).build();
    ArrayBuilder::new().items(named("Customer")).max_items(Some(usize::from(MAXIMUM_LIMIT))).xml(Some(xml))
}

/// The fields of a body that can be cleared, each of which `clearable` allows to be cleared in the way of the format.
fn clearable_fields(clearable: fn(ObjectBuilder) -> ObjectBuilder) -> ObjectBuilder {
    let field = |schema: ObjectBuilder| attribute(clearable(schema));
    ObjectBuilder::new()
        .description(Some("Texts are trimmed at both ends. Unknown fields are ignored. Empty values clear."))
        .property(ORGANIZATION.0, field(optional_text(ORGANIZATION.1)))
        .property(EMAIL.0, field(optional_email(EMAIL.1)))
        .property(PHONE.0, field(optional_phone(PHONE.1)))
        .property(STREET.0, field(optional_text(STREET.1)))
        .property(CITY.0, field(optional_text(CITY.1)))
        .property(STATE.0, field(optional_code(STATE.1).description(Some("Stored in upper case."))))
        .property(ZIP_CODE.0, field(optional_text(ZIP_CODE.1)))
        .property(COUNTRY_CODE.0, field(optional_country_code().description(Some("ISO 3166-1 alpha-2, in any case."))))
        .xml(Some(element("customer")))
}

fn changes(clearable: fn(ObjectBuilder) -> ObjectBuilder) -> ObjectBuilder {
    clearable_fields(clearable)
        .property(FIRST_NAME.0, attribute(text(FIRST_NAME.1)))
        .property(LAST_NAME.0, attribute(text(LAST_NAME.1)))
}

fn new_customer(clearable: fn(ObjectBuilder) -> ObjectBuilder) -> ObjectBuilder {
    let account = whole_number().schema_type(SchemaType::from_iter([Type::Integer, Type::String])).pattern(Some("^[0-9]+$"));
    let code = "Unique within the reseller, without case; not of digits alone. By default the id.";
    changes(clearable)
        .property(ACCOUNT, attribute(account.description(Some("One of the accounts that the service user was granted."))))
        .property(CODE.0, attribute(clearable(nondigit_text(CODE.1).description(Some(code)))))
        .required(ACCOUNT)
        .required(FIRST_NAME.0)
        .required(LAST_NAME.0)
}

/// The field as a text, which is empty to clear it.
fn as_text(field: ObjectBuilder) -> ObjectBuilder {
    field
}

/// The same object as a form, in which the other fields are texts too.
fn in_form(object: ObjectBuilder) -> ObjectBuilder {
    object.property_names(Some(usable())).additional_properties(Some(usable()))
}

/// A body in each format. In JSON it is the object itself, or its member `object`.
fn customer_body(description: &str, schema: &str, example: &[(&str, &str)]) -> RequestBody {
    let in_xml = || named(&format!("{schema}InXml"));
    let wrapped = with_others(ObjectBuilder::new().property("object", named(schema)).required("object"));
    let in_json = AnyOfBuilder::new().item(named(schema)).item(wrapped);
    let fields: serde_json::Map<_, _> = example.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let attributes: String = example.iter().map(|(name, value)| format!(" {name}=\"{value}\"")).collect();
    let element = json!(format!("<customer{attributes}/>"));
    body(
        description,
        [
            (JSON, in_json.into(), fields.clone().into()),
            (XML, in_xml(), element.clone()),
            (TEXT_XML, in_xml(), element),
            (FORM, named(&format!("{schema}InForm")), fields.into()),
        ],
    )
}

fn error() -> ObjectBuilder {
    record([
        ("failureCode", described(string().pattern(Some("^[LFVUE][0-9]{2}$")), "A code for a program.")),
        ("failureMessage", described(string(), "A sentence for a person.")),
    ])
    .property("field", described(string(), "The first field or parameter that is at fault."))
    .xml(Some(element("response")))
}
