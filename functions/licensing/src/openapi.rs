//! The OpenAPI document of this API.

use lambda_http::http::StatusCode;
use lambda_http::http::header::LOCATION;
use serde_json::{Value, json};
use shared::domain::credential::Refusal;
use shared::domain::quota::Quota;
use shared::lambda::faults::Faults;
use shared::lambda::functions::function_name;
use shared::lambda::openapi::schemas::{
    always, customer_id, email, host, licence_id, named, one_of, optional_text, or_null, record, string, text, timestamp, usable,
    whole_number,
};
use shared::lambda::openapi::{
    Answers, Document, ErrorForm, body, customer, idempotency_key, if_match, licence, operation, path_parameter, query_parameter,
    request, revoked_licence,
};
use shared::lambda::response::{empty, response, with_entity_tag, with_header};
use utoipa::openapi::path::{OperationBuilder, Parameter, ParameterBuilder};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{AllOfBuilder, AnyOfBuilder, ArrayBuilder, ObjectBuilder};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{HttpMethod, OpenApi, Required};

use crate::Error;
use crate::answer::{JSON, Records, licence_view, one, one_licence, view};
use crate::body::{COMPANY, CUSTOMER, EMAIL, FIRST_NAME, HOST, LAST_NAME, PRODUCT};
use crate::check_license::refused;
use crate::request::NOT_OF_THIS_LIST;

const CUSTOMERS: &str = "Customers";
const LICENCES: &str = "Licences";

const FORM: &str = "application/x-www-form-urlencoded";

const ERRORS: ErrorForm = ErrorForm { schema: "Error", code: "error", formats: &[JSON] };

/// The document.
#[must_use]
pub fn document() -> OpenApi {
    let token = ApiKeyValue::with_description(
        "Authorization",
        "`Basic <token>`: a bare token of 32 hexadecimal digits, in any case. It is not the base64 of anything.",
    );
    Document::new(
        "Licensing API",
        "v1.0",
        "For clients of ScriptLock, a licensing service. Some statuses are unusual, because ScriptLock documents them: 302 for a \
         record that was found, without a `Location`; 304 for a change that changes nothing; 410 for a record that was \
         deleted.\n\nBodies are forms, whatever `Content-Type` says. An id that is no integer is 404. A customer or a licence of \
         another reseller is answered as one that does not exist.",
    )
    .with_credential("token", SecurityScheme::ApiKey(ApiKey::Header(token)))
    .with_tag(CUSTOMERS, "The customers of the reseller whose token it is.")
    .with_tag(LICENCES, "A licence belongs to a customer and allows one product on one host.")
    .with_schema("Customer", customer_record())
    .with_schema("NewCustomer", new_customer())
    .with_schema("Changes", changes())
    .with_schema("Licence", licence_record())
    .with_schema("NewLicence", new_licence())
    .with_schema("Valid", valid())
    .with_schema("Invalid", invalid())
    .with_schema("Error", error())
    .with_operation(HttpMethod::Post, "/api/customer", create_customer())
    .with_operation(HttpMethod::Get, "/api/customer/{id}", get_customer())
    .with_operation(HttpMethod::Put, "/api/customer/{id}", update_customer())
    .with_operation(HttpMethod::Delete, "/api/customer/{id}", delete_customer())
    .with_operation(HttpMethod::Get, "/api/customers", list_customers())
    .with_operation(HttpMethod::Post, "/api/license", create_license())
    .with_operation(HttpMethod::Get, "/api/license/check", check_license())
    .with_operation(HttpMethod::Get, "/api/license/{id}", get_license())
    .with_operation(HttpMethod::Delete, "/api/license/{id}", delete_license())
    .with_operation(HttpMethod::Get, "/api/licenses", list_licenses())
    .written()
}

fn create_customer() -> OperationBuilder {
    let created = with_header(one(StatusCode::CREATED, &customer()), LOCATION, "/api/customer/3");
    let id = ("id", "$response.body#/customer_id");
    let answers = answers()
        .with_errors_of_a_change::<Error>(ERRORS)
        .with("The new customer.", Some(named("Customer")), [created])
        .with_errors(ERRORS, errors_of_a_form())
        .with_errors(ERRORS, [(Error::Taken, "Another customer has the e-mail address.")])
        .with_link(201, "get", &function("get_customer"), [id])
        .with_link(201, "update", &function("update_customer"), [id])
        .with_link(201, "delete", &function("delete_customer"), [id])
        .with_link(201, "licences", &function("list_licenses"), [(CUSTOMER, id.1)]);
    let example = json!({COMPANY.0: "Acme Corp", FIRST_NAME.0: "Ann", LAST_NAME.0: "Rivers", EMAIL.0: "office@acme.example"});
    let description = "The customer holds its e-mail address from then on: no other customer can get it through this API.";
    operation(&function("create_customer"), CUSTOMERS, "Create a customer", description, answers)
        .parameter(idempotency_key())
        .request_body(Some(body("The customer.", [(FORM, named("NewCustomer"), example)])))
}

fn get_customer() -> OperationBuilder {
    let answers = answers()
        .with("The customer. There is nothing to follow.", Some(named("Customer")), [one(StatusCode::FOUND, &customer())])
        .with_errors(ERRORS, no_customer());
    let description = "Answers the customer with this id.";
    operation(&function("get_customer"), CUSTOMERS, "Read a customer", description, answers).parameter(id("customer"))
}

fn update_customer() -> OperationBuilder {
    let unchanged = with_entity_tag(empty(StatusCode::NOT_MODIFIED), &customer().entity_tag().json());
    let answers = answers()
        .with_errors_of_a_change_of_one::<Error>(ERRORS)
        .with("The customer as it is now.", Some(named("Customer")), [one(StatusCode::OK, &customer())])
        .with("The submitted values change nothing.", None, [unchanged])
        .with_errors(ERRORS, errors_of_a_form())
        .with_errors(ERRORS, no_customer())
        .with_errors(ERRORS, [(Error::Taken, "Another customer has the e-mail address.")]);
    let changes = body("The changes; none without a body.", [(FORM, named("Changes"), json!({FIRST_NAME.0: "Anna"}))]);
    let description = "Touches only the fields that are sent. An empty field is cleared, unless it is the last part of the name. A \
                       value that equals the one that this API shows is accepted unchecked, whichever API wrote it.";
    operation(&function("update_customer"), CUSTOMERS, "Change a customer", description, answers)
        .parameter(id("customer"))
        .parameter(if_match())
        .parameter(idempotency_key())
        .request_body(Some(RequestBodyBuilder::from(changes).required(Some(Required::False)).build()))
}

fn delete_customer() -> OperationBuilder {
    let answers = answers()
        .with_errors_of_a_change_of_one::<Error>(ERRORS)
        .with("The customer as it was.", Some(named("Customer")), [one(StatusCode::GONE, &customer())])
        .with_errors(ERRORS, no_customer())
        .with_errors(ERRORS, [(Error::NotDeleted(String::new()), "Concurrent changes outlast the retries.")]);
    let description = "Removes the customer for ever: its address is free, and its licences are revoked before the answer.";
    operation(&function("delete_customer"), CUSTOMERS, "Remove a customer", description, answers)
        .parameter(id("customer"))
        .parameter(if_match())
        .parameter(idempotency_key())
}

fn list_customers() -> OperationBuilder {
    let answers = list_answers("/api/customers", "Customer", &view(&customer()));
    let description = "All customers in the order of their ids, up to 1 MB of records.";
    operation(&function("list_customers"), CUSTOMERS, "List customers", description, answers).parameter(cursor())
}

fn create_license() -> OperationBuilder {
    let created = with_header(one_licence(StatusCode::CREATED, &licence()), LOCATION, "/api/license/3000001");
    let id = ("id", "$response.body#/license_id");
    let conflicts = [
        (Error::Active, "A licence is active for this product and host."),
        (Error::Exhausted, "The customer has had as many licences as a customer can have."),
    ];
    let answers = answers()
        .with_errors_of_a_change::<Error>(ERRORS)
        .with("The new licence.", Some(named("Licence")), [created])
        .with_errors(ERRORS, errors_of_a_form())
        .with_errors(ERRORS, no_customer())
        .with_errors(ERRORS, conflicts)
        .with_link(201, "get", &function("get_license"), [id])
        .with_link(201, "delete", &function("delete_license"), [id])
        .with_link(201, "check", &function("check_license"), [("key", "$response.body#/key")]);
    let example = json!({CUSTOMER: 3, PRODUCT.0: "Example Script", HOST.0: "server.example.com"});
    let description = "For a product on a host a reseller has one active licence at a time. Both are compared without case.";
    operation(&function("create_license"), LICENCES, "Issue a licence", description, answers)
        .parameter(idempotency_key())
        .request_body(Some(body("The licence.", [(FORM, named("NewLicence"), example)])))
}

fn get_license() -> OperationBuilder {
    let answers = answers()
        .with("The licence. There is nothing to follow.", Some(named("Licence")), [one_licence(StatusCode::FOUND, &licence())])
        .with_errors(ERRORS, no_licence());
    let description =
        "Answers the licence with this id. A licence stays on record when it is revoked or its customer is deleted.";
    operation(&function("get_license"), LICENCES, "Read a licence", description, answers).parameter(id("licence"))
}

fn delete_license() -> OperationBuilder {
    let answers = answers()
        .with_errors_of_a_change_of_one::<Error>(ERRORS)
        .with("The licence, revoked.", Some(named("Licence")), [one_licence(StatusCode::GONE, &revoked_licence())])
        .with_errors(ERRORS, no_licence());
    let description = "Revokes the licence for ever. The answer is the same when it was revoked before.";
    operation(&function("delete_license"), LICENCES, "Revoke a licence", description, answers)
        .parameter(id("licence"))
        .parameter(if_match())
        .parameter(idempotency_key())
}

fn list_licenses() -> OperationBuilder {
    let answers = list_answers("/api/licenses", "Licence", &licence_view(&licence()));
    let of_customer = query_parameter(
        CUSTOMER,
        "Only the licences of the customer with this id. What is no integer is the id of no customer.",
        usable(),
    );
    let description = "All licences in the order of their ids, revoked ones too, up to 1 MB of records.";
    operation(&function("list_licenses"), LICENCES, "List licences", description, answers)
        .parameter(of_customer)
        .parameter(cursor())
}

fn check_license() -> OperationBuilder {
    let given = licence();
    let valid = json!({
        "valid": true,
        "license_id": given.id,
        "product": given.product,
        "host": given.host,
        "issued_at": given.issued_at,
    });
    let refusal = || Some(named("Invalid"));
    let answers = Answers::new()
        .with_failures::<Error>(ERRORS, &[Quota::Source])
        .with("The licence is valid on this host.", Some(named("Valid")), [response(StatusCode::OK, JSON, valid.to_string())])
        .with("There is no licence with this key.", refusal(), [refused("unknown")])
        .with("The licence is revoked.", refusal(), [refused("revoked")])
        .with("The licence is for another host.", refusal(), [refused("host")])
        .with_errors(ERRORS, [(Error::Invalid(Faults::one("key", "may be given once only")), "A parameter is repeated.")]);
    let key = query_parameter("key", "The licence key.", usable());
    let host = query_parameter("host", "The host that the product runs on.", usable());
    let description = "For the licensed product itself. The licence key is the only credential that it needs. The answer has the \
                       first reason that holds. Checks go on answering while the reseller is suspended.";
    operation(&function("check_license"), LICENCES, "Check a licence", description, answers)
        .parameters(Some([key, host].map(|parameter| ParameterBuilder::from(parameter).required(Required::True))))
        .securities(Some(Vec::<SecurityRequirement>::new()))
}

fn function(handler: &str) -> String {
    function_name(env!("CARGO_PKG_NAME"), handler)
}

/// The errors that every operation with a token answers with.
fn answers() -> Answers {
    let refused = [
        (Error::Refused(Refusal::Invalid), "There is no token, or it is malformed, unknown, expired or revoked."),
        (Error::Refused(Refusal::NotAllowed), "The token lacks the permission: `read` for GET, `write` for all else."),
        (Error::Refused(Refusal::Suspended), "The reseller is suspended."),
    ];
    Answers::new().with_errors(ERRORS, refused).with_failures::<Error>(ERRORS, &Quota::OF_KEYS)
}

fn no_customer() -> [(Error, &'static str); 1] {
    [(Error::NotFound, "There is no such customer, or it is another reseller's.")]
}

fn no_licence() -> [(Error, &'static str); 1] {
    [(Error::NoLicence, "There is no such licence, or it is another reseller's.")]
}

fn errors_of_a_form() -> [(Error, &'static str); 2] {
    [
        (Error::Invalid(Faults::one(EMAIL.0, "is required")), "A field is wrong or repeated."),
        (
            Error::Malformed("the body must have at most 262144 bytes".to_owned()),
            "The body is not a form, or has more than 256 KiB.",
        ),
    ]
}

/// The answers of the list at this path, whose records have this schema.
fn list_answers(path: &str, schema: &str, record: &Value) -> Answers {
    let page = |next: Option<String>| {
        let mut records = Records::default();
        records.add(record);
        records.answer(next)
    };
    let records = || Some(ArrayBuilder::new().items(named(schema)).min_items(Some(1)).into());
    let next = request(path, "").link_to_next(&[("cursor".to_owned(), "AAFx-7Jw".to_owned())]);
    answers()
        .with("All records, or the last of them.", records(), [page(None)])
        .with("As many records as fit; `Link` has the address of the rest.", records(), [page(Some(next))])
        .with("There are none.", None, [Records::default().answer(None)])
        .with_errors(ERRORS, [(Error::Invalid(Faults::one("cursor", NOT_OF_THIS_LIST)), "A parameter is wrong or repeated.")])
}

fn id(of: &str) -> Parameter {
    path_parameter("id", &format!("The id of the {of}."), whole_number())
}

fn cursor() -> Parameter {
    let description = "Where the rest of a long list begins: from the address in `Link`, which is to be followed as it is.";
    query_parameter("cursor", description, string())
}

/// A customer in an answer. What it does not have is empty.
fn customer_record() -> ObjectBuilder {
    record([
        ("customer_id", customer_id().description(Some("Unique over all resellers, and never used again.")).into()),
        (COMPANY.0, string().description(Some("The name of its organization.")).into()),
        (FIRST_NAME.0, string().description(Some("The first name of its contact.")).into()),
        (LAST_NAME.0, string().description(Some("The last name of its contact.")).into()),
        (EMAIL.0, string().description(Some("Its e-mail address.")).into()),
    ])
    .description(Some("What the customer does not have is empty."))
}

/// The fields of a customer in a body.
fn customer_fields() -> ObjectBuilder {
    [COMPANY, FIRST_NAME, LAST_NAME]
        .into_iter()
        .fold(form(), |form, (field, maximum)| form.property(field, optional_text(maximum)))
        .property(EMAIL.0, email(EMAIL.1))
}

fn new_customer() -> AllOfBuilder {
    let named = [COMPANY, FIRST_NAME, LAST_NAME].into_iter().fold(AnyOfBuilder::new(), |any, (field, maximum)| {
        any.item(ObjectBuilder::new().property(field, text(maximum)).required(field))
    });
    AllOfBuilder::new().item(customer_fields().required(EMAIL.0)).item(named)
}

fn changes() -> ObjectBuilder {
    customer_fields()
}

fn new_licence() -> ObjectBuilder {
    form()
        .property(CUSTOMER, whole_number().description(Some("The id of the customer.")))
        .required(CUSTOMER)
        .property(PRODUCT.0, text(PRODUCT.1).description(Some("The product that may run.")))
        .required(PRODUCT.0)
        .property(HOST.0, host(HOST.1).description(Some("The name or the address of the host that may run it.")))
        .required(HOST.0)
}

/// A form without fields of its own.
fn form() -> ObjectBuilder {
    ObjectBuilder::new()
        .description(Some("Texts are trimmed at both ends. Unknown fields are ignored; a field may be given once only."))
        .property_names(Some(usable()))
        .additional_properties(Some(usable().description(Some("A field that this API does not know: it is ignored."))))
}

fn licence_record() -> ObjectBuilder {
    let id = "The customer's id times 1,000,000, plus a number that counts its licences from 1.";
    record([
        ("license_id", licence_id().description(Some(id)).into()),
        (CUSTOMER, customer_id().description(Some("The customer that the licence belongs to.")).into()),
        (PRODUCT.0, string().description(Some("The product that may run.")).into()),
        (HOST.0, string().description(Some("The host that may run it.")).into()),
        ("key", licence_key().description(Some("What the product sends to ask whether it may run.")).into()),
        ("status", one_of(&["active", "revoked"]).description(Some("Whether the licence is active.")).into()),
        ("issued_at", timestamp().description(Some("When it was issued.")).into()),
        ("revoked_at", or_null(timestamp()).description(Some("When it was revoked; `null` while it is active.")).into()),
    ])
}

fn licence_key() -> ObjectBuilder {
    string().pattern(Some("^lk_[0-9A-Za-z]+$"))
}

/// The answer of a check of a licence that is valid.
fn valid() -> ObjectBuilder {
    record([
        ("valid", always(true).into()),
        ("license_id", licence_id().into()),
        (PRODUCT.0, string().into()),
        (HOST.0, string().into()),
        ("issued_at", timestamp().into()),
    ])
}

/// The answer of a check of any other licence key.
fn invalid() -> ObjectBuilder {
    record([("valid", always(false).into()), ("reason", one_of(&["unknown", "revoked", "host"]).into())])
}

fn error() -> ObjectBuilder {
    let fields = ObjectBuilder::new()
        .description(Some("Every field or parameter that is at fault, and what is wrong with it. Only where there are such."))
        .additional_properties(Some(string()));
    record([
        ("error", string().description(Some("A code for a program.")).into()),
        ("message", string().description(Some("A sentence for a person.")).into()),
    ])
    .property("fields", fields)
}
