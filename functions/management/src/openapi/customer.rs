//! The customers in the document.

use lambda_http::http::StatusCode;
use lambda_http::http::header::{HeaderName, LINK};
use serde_json::json;
use shared::domain::customer::Customer;
use shared::lambda::faults::Faults;
use shared::lambda::openapi::schemas::{
    customer_id, named, nondigit_text, optional_code, optional_country_code, optional_email, optional_phone, optional_text,
    or_null, record, string, text, whole_number, with_others,
};
use shared::lambda::openapi::{
    Document, customer, idempotency_key, if_match, if_none_match, operation, query_parameter, request,
};
use shared::lambda::response::{empty, with_entity_tag, with_header};
use utoipa::openapi::HttpMethod;
use utoipa::openapi::path::OperationBuilder;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::xml::XmlBuilder;

use super::parts::{
    Clearable, ERRORS, action, answers, as_text, attribute, element, errors_of_a_body, field, function, id, in_all_formats,
    in_form, no_customer, parameters_of_a_find, sent_body, unknown_format,
};
use crate::Error;
use crate::answer::many;
use crate::body::{
    ACCOUNT, CITY, COUNTRY_CODE, CUSTOMER, EMAIL, FIRST_NAME, LAST_NAME, ORGANIZATION, PHONE, STATE, STREET, ZIP_CODE,
};
use crate::find_query::{MAXIMUM_LIMIT, OFFSET, TEXTS};
use crate::media::Format;
use crate::resource::CODE;

const ALL: &str = "/api/v01/customers";
const ONE: &str = "/api/v01/customers/{id}";
const TAG: &str = "Customers";

/// The document with them.
pub(super) fn described(document: Document) -> Document {
    document
        .with_tag(TAG, "The customers of the accounts that the service user was granted.")
        .with_schema("Customer", customer_record())
        .with_schema("Customers", customers())
        .with_schema("NewCustomer", with_others(new_customer(or_null)))
        .with_schema("NewCustomerInForm", in_form(new_customer(as_text)))
        .with_schema("NewCustomerInXml", new_customer(as_text))
        .with_schema("Changes", with_others(changes(or_null)))
        .with_schema("ChangesInForm", in_form(changes(as_text)))
        .with_schema("ChangesInXml", changes(as_text))
        .with_operation(HttpMethod::Put, ALL, create())
        .with_operation(HttpMethod::Get, ALL, find())
        .with_operation(HttpMethod::Get, ONE, load())
        .with_operation(HttpMethod::Post, ONE, modify())
}

fn create() -> OperationBuilder {
    let wrong = [
        (Error::Missing(Faults::one(FIRST_NAME.0, "is required")), "A required field is missing."),
        (Error::NotGranted, "The account is not one that the service user was granted."),
        (Error::Code("is the code of another customer"), "Another customer has the code, or the code consists of digits."),
    ];
    let answers = answers("GET, PUT")
        .with_errors_of_a_change::<Error>(ERRORS)
        .with("The new customer.", Some(named("Customer")), in_all_formats(StatusCode::CREATED, &customer()))
        .with_errors(ERRORS, errors_of_a_body())
        .with_errors(ERRORS, unknown_format())
        .with_errors(ERRORS, wrong)
        .with_link(201, "load", &function("load_customer"), [ID])
        .with_link(201, "modify", &function("modify_customer"), [ID]);
    let description = "The customer belongs to the account that the body names, and keeps its code for ever.";
    operation(&function("create_customer"), TAG, "Create a customer", description, answers)
        .parameter(action("create"))
        .parameter(idempotency_key())
        .request_body(Some(sent_body(
            &CUSTOMER,
            "The customer.",
            "NewCustomer",
            &[(ACCOUNT, json!("1001")), (CODE.0, json!("A-17")), (FIRST_NAME.0, json!("Ann")), (LAST_NAME.0, json!("Rivers"))],
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
    let parameters = parameters_of_a_find().into_iter().chain([query_parameter(ACCOUNT, of_account, whole_number())]);
    let description = "The customers that meet all filters, in the order of their ids. A filter compares whole values, without \
                       case. Unknown parameters are ignored.";
    operation(&function("find_customers"), TAG, "Find customers", description, answers)
        .parameters(Some(parameters.chain(filters)))
}

fn load() -> OperationBuilder {
    let not_modified = with_entity_tag(empty(StatusCode::NOT_MODIFIED), &customer().entity_tag().json());
    let answers = answers("GET, POST")
        .with("The customer.", Some(named("Customer")), in_all_formats(StatusCode::OK, &customer()))
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
        .with("The customer as it is now.", Some(named("Customer")), in_all_formats(StatusCode::OK, &customer()))
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
        .request_body(Some(sent_body(
            &CUSTOMER,
            "The changes.",
            "Changes",
            &[(CITY.0, json!("Utrecht")), (COUNTRY_CODE.0, json!("NL"))],
        )))
}

/// The parameter that names a customer, and its value in an answer.
const ID: (&str, &str) = ("id", "$response.body#/id");

/// A customer in an answer. What it does not have is left out.
fn customer_record() -> ObjectBuilder {
    let date = string().pattern(Some("^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$"));
    let always = record([
        ("id", field(customer_id(), "Unique over all resellers, and never used again.")),
        (CODE.0, field(string(), "The reference that its creator gave it; without one, its id.")),
        (ACCOUNT, field(whole_number(), "The account that it belongs to.")),
        ("createDate", field(date, "When it was created, in UTC.")),
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
fn clearable_fields(clearable: Clearable) -> ObjectBuilder {
    let cleared = |schema: ObjectBuilder| attribute(clearable(schema));
    ObjectBuilder::new()
        .description(Some("Texts are trimmed at both ends. Unknown fields are ignored. Empty values clear."))
        .property(ORGANIZATION.0, cleared(optional_text(ORGANIZATION.1)))
        .property(EMAIL.0, cleared(optional_email(EMAIL.1)))
        .property(PHONE.0, cleared(optional_phone(PHONE.1)))
        .property(STREET.0, cleared(optional_text(STREET.1)))
        .property(CITY.0, cleared(optional_text(CITY.1)))
        .property(STATE.0, cleared(optional_code(STATE.1).description(Some("Stored in upper case."))))
        .property(ZIP_CODE.0, cleared(optional_text(ZIP_CODE.1)))
        .property(COUNTRY_CODE.0, cleared(optional_country_code().description(Some("ISO 3166-1 alpha-2, in any case."))))
        .xml(Some(element("customer")))
}

fn changes(clearable: Clearable) -> ObjectBuilder {
    clearable_fields(clearable)
        .property(FIRST_NAME.0, attribute(text(FIRST_NAME.1)))
        .property(LAST_NAME.0, attribute(text(LAST_NAME.1)))
}

fn new_customer(clearable: Clearable) -> ObjectBuilder {
    let account = whole_number().schema_type(SchemaType::from_iter([Type::Integer, Type::String])).pattern(Some("^[0-9]+$"));
    let code = "Unique within the reseller, without case; not of digits alone. By default the id.";
    changes(clearable)
        .property(ACCOUNT, attribute(account.description(Some("One of the accounts that the service user was granted."))))
        .property(CODE.0, attribute(clearable(nondigit_text(CODE.1).description(Some(code)))))
        .required(ACCOUNT)
        .required(FIRST_NAME.0)
        .required(LAST_NAME.0)
}
