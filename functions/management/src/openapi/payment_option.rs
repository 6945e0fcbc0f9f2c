//! The payment options in the document.

use lambda_http::http::StatusCode;
use serde_json::json;
use shared::domain::payment_option::{PaymentOptionId, PaymentType};
use shared::lambda::faults::Faults;
use shared::lambda::openapi::schemas::{boolean, integer, named, nondigit_text, one_of, optional_text, record, string, text};
use shared::lambda::openapi::{Answers, Document, idempotency_key, if_match, if_none_match, operation, payment_option};
use shared::lambda::response::{empty, with_entity_tag};
use shared::store::payment_option::{ChangePaymentOptionError, RankedPaymentOption};
use utoipa::openapi::HttpMethod;
use utoipa::openapi::path::OperationBuilder;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder};
use utoipa::openapi::xml::XmlBuilder;

use super::parts::{
    Clearable, ERRORS, action, answers, attribute, belonging, card_number, element, errors_of_a_body, field, function, id,
    in_all_formats, no_belonging, no_customer, page, parameters_of_a_find, sent_body, unknown_format, with_body,
};
use crate::Error;
use crate::payment_option::{
    BRAND, CREATE_DATE, EXPIRATION_DATE, HOLDER_NAME, IS_PRIMARY, LAST_FOUR, PAYMENT_OPTION, TOKEN, TYPE,
};
use crate::resource::CODE;

const ALL: &str = "/api/v01/customers/{id}/payment-options";
const ONE: &str = "/api/v01/customers/{id}/payment-options/{payment_option_id}";
const TAG: &str = "Payment options";
const PARAMETER: &str = "payment_option_id";

/// The document with them.
pub(super) fn described(document: Document) -> Document {
    let document = document
        .with_tag(TAG, "What a customer pays by, as its processor knows it. No number of a card or an account is ever taken.")
        .with_schema("PaymentOption", shown())
        .with_schema("PaymentOptions", list());
    let document = with_body(document, "NewPaymentOption", new);
    with_body(document, "ChangesOfPaymentOption", changes)
        .with_operation(HttpMethod::Put, ALL, create())
        .with_operation(HttpMethod::Get, ALL, find())
        .with_operation(HttpMethod::Get, ONE, load())
        .with_operation(HttpMethod::Post, ONE, modify())
}

fn sample() -> RankedPaymentOption {
    RankedPaymentOption { record: payment_option(), is_primary: true }
}

fn create() -> OperationBuilder {
    let wrong = [
        (Error::Missing(Faults::one(TOKEN.0, "is required")), "A required field is missing."),
        (ChangePaymentOptionError::CodeTaken.into(), "Another payment option has the code, or the code consists of digits."),
        (ChangePaymentOptionError::Full.into(), "The customer has as many payment options as it can."),
    ];
    let link = [("id", "$request.path.id"), (PARAMETER, "$response.body#/id")];
    let answers = answers("GET, PUT")
        .with_errors_of_a_change::<Error>(ERRORS)
        .with("The new payment option.", Some(named("PaymentOption")), in_all_formats(StatusCode::CREATED, &sample()))
        .with_errors(ERRORS, no_customer())
        .with_errors(ERRORS, errors_of_a_body())
        .with_errors(ERRORS, unknown_format())
        .with_errors(ERRORS, card_number())
        .with_errors(ERRORS, wrong)
        .with_link(201, "load", &function("load_payment_option"), link)
        .with_link(201, "modify", &function("modify_payment_option"), link);
    let description = "The first payment option of a customer is the primary one, whatever the body says.";
    operation(&function("create_payment_option"), TAG, "Create a payment option", description, answers)
        .parameter(id())
        .parameter(action("create"))
        .parameter(idempotency_key())
        .request_body(Some(sent_body(
            &PAYMENT_OPTION,
            "The payment option.",
            "NewPaymentOption",
            &[
                (TYPE, json!("card")),
                (BRAND.0, json!("Visa")),
                (LAST_FOUR, json!("4242")),
                (TOKEN.0, json!("tok_1MqLiJLkdIwHu7ix")),
            ],
        )))
}

fn find() -> OperationBuilder {
    let answers = answers("GET, PUT")
        .with("The page, and how many payment options there are.", Some(named("PaymentOptions")), page(&[sample()]))
        .with("No payment option on the page.", Some(named("PaymentOptions")), page::<RankedPaymentOption>(&[]))
        .with_errors(ERRORS, no_customer());
    let description = "The payment options of the customer, in the order of their ids. Unknown parameters are ignored.";
    operation(&function("find_payment_options"), TAG, "Find payment options", description, answers)
        .parameter(id())
        .parameters(Some(parameters_of_a_find()))
}

fn load() -> OperationBuilder {
    let not_modified = with_entity_tag(empty(StatusCode::NOT_MODIFIED), &sample().record.entity_tag().json());
    let answers = answers("GET, POST")
        .with("The payment option.", Some(named("PaymentOption")), in_all_formats(StatusCode::OK, &sample()))
        .with("The client has the payment option.", None, [not_modified])
        .with_errors(ERRORS, no_belonging("payment option"));
    let description = "Answers the payment option with this id or code.";
    operation(&function("load_payment_option"), TAG, "Load a payment option", description, answers)
        .parameter(id())
        .parameter(belonging(PARAMETER, "payment option"))
        .parameter(action("load"))
        .parameter(if_none_match())
}

fn modify() -> OperationBuilder {
    let fault = "can't be false for the primary payment option: make another one the primary one";
    let wrong = [
        (Error::OtherRevision("payment option"), "It is not at a revision in `If-Match`; nothing was changed."),
        (Error::Missing(Faults::one(TOKEN.0, "is required")), "A required field would be removed."),
        (Error::ReadOnly(Faults::one(CODE.0, "can't be changed")), "A field that can't be changed is sent with another value."),
        (Error::Contradictory(Faults::one(IS_PRIMARY, fault)), "The primary payment option would be none."),
    ];
    let answers: Answers = answers("GET, POST")
        .with_errors_of_a_change::<Error>(ERRORS)
        .with("The payment option as it is now.", Some(named("PaymentOption")), in_all_formats(StatusCode::OK, &sample()))
        .with_errors(ERRORS, no_belonging("payment option"))
        .with_errors(ERRORS, errors_of_a_body())
        .with_errors(ERRORS, unknown_format())
        .with_errors(ERRORS, card_number())
        .with_errors(ERRORS, wrong);
    let description = "Fields that are not sent stay. `id`, `code` and `createDate` may be sent as they are. `isPrimary` makes this the \
                       primary payment option, and the one that was it until now no longer.";
    operation(&function("modify_payment_option"), TAG, "Modify a payment option", description, answers)
        .parameter(id())
        .parameter(belonging(PARAMETER, "payment option"))
        .parameter(action("modify"))
        .parameter(if_match())
        .parameter(idempotency_key())
        .request_body(Some(sent_body(
            &PAYMENT_OPTION,
            "The changes.",
            "ChangesOfPaymentOption",
            &[(EXPIRATION_DATE, json!("2031-06")), (IS_PRIMARY, json!(true))],
        )))
}

/// The pattern of a month such as `2029-12`.
const MONTH: &str = "[1-9][0-9]{3}-(?:0[1-9]|1[0-2])";

fn shown() -> ObjectBuilder {
    let date = string().pattern(Some("^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$"));
    let is_primary = "Whether it is the one that the customer pays by, if nothing else is said. A customer with payment options has \
                      exactly one such.";
    let always = record([
        ("id", field(integer(1, PaymentOptionId::MAX), "Unique over all resellers, and never used again.")),
        (CODE.0, field(string(), "The reference that its creator gave it; without one, its id.")),
        (TYPE, field(one_of(&PaymentType::ALL.map(PaymentType::as_str)), "What it is.")),
        (IS_PRIMARY, field(boolean(), is_primary)),
        (CREATE_DATE, field(date, "When it was created, in UTC.")),
    ]);
    always
        .property(HOLDER_NAME.0, attribute(string()))
        .property(BRAND.0, attribute(string()))
        .property(LAST_FOUR, attribute(string().pattern(Some("^[0-9]{4}$"))))
        .property(EXPIRATION_DATE, attribute(string().pattern(Some("^[0-9]{4}-(?:0[1-9]|1[0-2])$"))))
        .description(Some("What the payment option does not have is left out. The reference of the processor is never shown."))
        .xml(Some(element(PAYMENT_OPTION.element)))
}

fn list() -> ArrayBuilder {
    let xml = XmlBuilder::new().name(Some(PAYMENT_OPTION.list)).wrapped(Some(true)).build();
    ArrayBuilder::new().items(named("PaymentOption")).max_items(Some(20)).xml(Some(xml))
}

fn changes(clearable: Clearable, truth: fn() -> ObjectBuilder) -> ObjectBuilder {
    let month = string().pattern(Some(format!("^(?:{MONTH})?$")));
    let last_four = string().pattern(Some("^(?:[0-9]{4})?$"));
    let token = "The reference by which the processor knows it, which is never shown.";
    let is_primary = "Whether it becomes the primary payment option. The primary one can't be made none.";
    ObjectBuilder::new()
        .description(Some("Texts are trimmed at both ends. Unknown fields are ignored. Empty values clear."))
        .property(TYPE, attribute(one_of(&PaymentType::ALL.map(PaymentType::as_str))))
        .property(HOLDER_NAME.0, attribute(clearable(optional_text(HOLDER_NAME.1))))
        .property(BRAND.0, attribute(clearable(optional_text(BRAND.1))))
        .property(LAST_FOUR, attribute(clearable(last_four)))
        .property(EXPIRATION_DATE, attribute(clearable(month)))
        .property(TOKEN.0, attribute(text(TOKEN.1).description(Some(token))))
        .property(IS_PRIMARY, attribute(truth().description(Some(is_primary))))
        .xml(Some(element(PAYMENT_OPTION.element)))
}

fn new(clearable: Clearable, truth: fn() -> ObjectBuilder) -> ObjectBuilder {
    let code = "Unique within the payment options of the customer, without case; not of digits alone. By default the id.";
    changes(clearable, truth)
        .property(CODE.0, attribute(clearable(nondigit_text(CODE.1).description(Some(code)))))
        .required(TYPE)
        .required(TOKEN.0)
}
