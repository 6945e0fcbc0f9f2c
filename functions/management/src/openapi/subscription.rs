//! The subscriptions in the document.

use lambda_http::http::StatusCode;
use serde_json::json;
use shared::domain::date::Date;
use shared::domain::subscription::SubscriptionId;
use shared::lambda::faults::Faults;
use shared::lambda::openapi::schemas::{boolean, day, integer, named, nondigit_text, one_of, optional_day, record, string};
use shared::lambda::openapi::{Document, idempotency_key, if_match, operation, query_parameter, subscription};
use shared::store::subscription::ChangeError;
use utoipa::openapi::HttpMethod;
use utoipa::openapi::path::{OperationBuilder, Parameter};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder};
use utoipa::openapi::xml::XmlBuilder;

use super::parts::{
    Clearable, ERRORS, action, answers, attribute, belonging, card_number, element, errors_of_a_body, field, function, id,
    in_all_formats, no_belonging, no_customer, page, parameters_of_a_find, sent_body, unknown_format, with_body,
};
use crate::Error;
use crate::find_query::MAXIMUM_LIMIT;
use crate::resource::CODE;
use crate::subscription::{
    AMOUNT, AUTO_RENEW, BILLING_CYCLE_TYPE, CREATE_DATE, CURRENCY, CYCLES, END_DATE, LAST_BILLING_DATE, NEXT_BILLING_DATE, SKU,
    START_DATE, SUBSCRIPTION, SubscriptionOn,
};
use crate::subscription_query::{AMOUNTS, DAYS};

const ALL: &str = "/api/v01/customers/{id}/subscriptions";
const ONE: &str = "/api/v01/customers/{id}/subscriptions/{subscription_id}";
const TAG: &str = "Subscriptions";
const PARAMETER: &str = "subscription_id";

/// The document with them.
pub(super) fn described(document: Document) -> Document {
    let document = document
        .with_tag(TAG, "The plans that were sold to a customer, through whichever API.")
        .with_schema("Subscription", shown())
        .with_schema("Subscriptions", list());
    let document = with_body(document, "NewSubscription", new);
    with_body(document, "ChangesOfSubscription", changes)
        .with_operation(HttpMethod::Put, ALL, create())
        .with_operation(HttpMethod::Get, ALL, find())
        .with_operation(HttpMethod::Get, ONE, load())
        .with_operation(HttpMethod::Post, ONE, modify())
}

fn sample() -> SubscriptionOn {
    SubscriptionOn { subscription: subscription(), today: Date::of(subscription().created_at) }
}

fn create() -> OperationBuilder {
    let perpetual = "must be false, because a perpetual subscription has no period that could be renewed";
    let full = ChangeError::Refused { is_sold: true, is_full: true, faults: Vec::new() };
    let wrong = [
        (Error::Missing(Faults::one(SKU, "is required")), "A required field is missing."),
        (ChangeError::CodeTaken.into(), "Another subscription has or had the code, or the code consists of digits."),
        (Error::NotSold, "There is no such plan, or it is no longer sold."),
        (full.into(), "The customer has as many subscriptions that have not ended as it can."),
        (Error::Contradictory(Faults::one(AUTO_RENEW, perpetual)), "A perpetual plan would be renewed."),
    ];
    let link = [("id", "$request.path.id"), (PARAMETER, "$response.body#/id")];
    let answers = answers("GET, PUT")
        .with_errors_of_a_change::<Error>(ERRORS)
        .with("The new subscription.", Some(named("Subscription")), in_all_formats(StatusCode::CREATED, &sample()))
        .with_errors(ERRORS, no_customer())
        .with_errors(ERRORS, errors_of_a_body())
        .with_errors(ERRORS, unknown_format())
        .with_errors(ERRORS, card_number())
        .with_errors(ERRORS, wrong)
        .with_link(201, "load", &function("load_subscription"), link)
        .with_link(201, "modify", &function("modify_subscription"), link);
    let description =
        "Sells a plan to the customer, on the terms that the plan has now: cycle, amount and currency follow from it.";
    operation(&function("create_subscription"), TAG, "Create a subscription", description, answers)
        .parameter(id())
        .parameter(action("create"))
        .parameter(idempotency_key())
        .request_body(Some(sent_body(
            &SUBSCRIPTION,
            "The subscription.",
            "NewSubscription",
            &[(SKU, json!("voice-100")), (CODE.0, json!("S-17")), (START_DATE, json!("2026-12-01"))],
        )))
}

fn find() -> OperationBuilder {
    let answers = answers("GET, PUT")
        .with("The page, and how many subscriptions match.", Some(named("Subscriptions")), page(&[sample()]))
        .with("No subscription on the page.", Some(named("Subscriptions")), page::<SubscriptionOn>(&[]))
        .with_errors(ERRORS, no_customer());
    let description = "The subscriptions of the customer that meet all filters, ended ones too, in the order of their ids. Bounds \
                       belong to what they bound. Unknown parameters are ignored.";
    operation(&function("find_subscriptions"), TAG, "Find subscriptions", description, answers)
        .parameter(id())
        .parameters(Some(parameters_of_a_find().into_iter().chain(filters())))
}

fn filters() -> Vec<Parameter> {
    let cycles = CYCLES.map(|(name, _)| name);
    let cycle = one_of(&[&cycles[..], &[""]].concat());
    let amount = || string().pattern(Some(r"^(?:(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,12})?)?$"));
    let bounds = |[from, to]: [&'static str; 2], least: &str, last: &str, schema: &dyn Fn() -> ObjectBuilder| {
        [query_parameter(from, least, schema()), query_parameter(to, last, schema())]
    };
    let mut filters = vec![query_parameter(BILLING_CYCLE_TYPE, "Only subscriptions with this cycle.", cycle)];
    for (names, _) in DAYS {
        filters.extend(bounds(names, "Only from this day on, in UTC.", "Only until this day, in UTC.", &optional_day));
    }
    let (least, most) =
        ("Only amounts from this one on, in whatever currency.", "Only amounts up to this one, in whatever currency.");
    filters.extend(bounds(AMOUNTS, least, most, &amount));
    filters
}

fn load() -> OperationBuilder {
    let answers = answers("GET, POST")
        .with("The subscription.", Some(named("Subscription")), in_all_formats(StatusCode::OK, &sample()))
        .with_errors(ERRORS, no_belonging("subscription"));
    let description = "Answers the subscription with this id or code.";
    operation(&function("load_subscription"), TAG, "Load a subscription", description, answers)
        .parameter(id())
        .parameter(belonging(PARAMETER, "subscription"))
        .parameter(action("load"))
}

fn modify() -> OperationBuilder {
    let ended = "can't be changed, because the subscription has ended";
    let wrong = [
        (Error::OtherRevision("subscription"), "It is not at a revision in `If-Match`; nothing was changed."),
        (Error::Missing(Faults::one(AUTO_RENEW, "is required")), "A required field would be removed."),
        (Error::ReadOnly(Faults::one(SKU, "can't be changed")), "A field that can't be changed is sent with another value."),
        (Error::Contradictory(Faults::one(END_DATE, ended)), "The subscription has ended, or is perpetual and would be renewed."),
    ];
    let answers = answers("GET, POST")
        .with_errors_of_a_change::<Error>(ERRORS)
        .with("The subscription as it is now.", Some(named("Subscription")), in_all_formats(StatusCode::OK, &sample()))
        .with_errors(ERRORS, no_belonging("subscription"))
        .with_errors(ERRORS, errors_of_a_body())
        .with_errors(ERRORS, unknown_format())
        .with_errors(ERRORS, card_number())
        .with_errors(ERRORS, wrong);
    let description = "Only `endDate` and `autoRenew` can change. All other fields may be sent as they are.";
    operation(&function("modify_subscription"), TAG, "Modify a subscription", description, answers)
        .parameter(id())
        .parameter(belonging(PARAMETER, "subscription"))
        .parameter(action("modify"))
        .parameter(if_match())
        .parameter(idempotency_key())
        .request_body(Some(sent_body(
            &SUBSCRIPTION,
            "The changes.",
            "ChangesOfSubscription",
            &[(AUTO_RENEW, json!(false)), (END_DATE, json!("2027-06-30"))],
        )))
}

fn shown() -> ObjectBuilder {
    let date = string().pattern(Some("^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$"));
    let amount = string().pattern(Some(r"^[0-9]+(?:\.[0-9]+)?$"));
    let always = record([
        ("id", field(integer(1, SubscriptionId::MAX), "Unique over all resellers, and never used again.")),
        (CODE.0, field(string(), "The reference that its creator gave it; without one, its id.")),
        (SKU, field(string(), "The plan that was sold.")),
        (START_DATE, field(day(), "The first day.")),
        (AUTO_RENEW, field(boolean(), "Whether it goes on after each period.")),
        (AMOUNT, field(amount, "The price of a period, with the digits of the currency.")),
        (CURRENCY, field(string().pattern(Some("^[A-Z]{3}$")), "The ISO 4217 code.")),
        (CREATE_DATE, field(date, "When it was created, in UTC.")),
    ]);
    let last = "The day on which the last period became due; there is none before the first.";
    let next = "The day on which the next period becomes due; there is none behind the last.";
    let cycles = CYCLES.map(|(name, _)| name);
    always
        .property(END_DATE, field(day(), "The last day."))
        .property(BILLING_CYCLE_TYPE, field(one_of(&cycles), CYCLE))
        .property(LAST_BILLING_DATE, field(day(), last))
        .property(NEXT_BILLING_DATE, field(day(), next))
        .description(Some("What the subscription does not have is left out."))
        .xml(Some(element(SUBSCRIPTION.element)))
}

const CYCLE: &str = "How long a period is: a week, a month, a quarter, half a year or a year. A perpetual subscription has none.";

fn list() -> ArrayBuilder {
    let xml = XmlBuilder::new().name(Some(SUBSCRIPTION.list)).wrapped(Some(true)).build();
    ArrayBuilder::new().items(named("Subscription")).max_items(Some(usize::from(MAXIMUM_LIMIT))).xml(Some(xml))
}

fn changes(clearable: Clearable, truth: fn() -> ObjectBuilder) -> ObjectBuilder {
    let end = "The last day, not before today and not before the first. One that is renewed has none, and only that one and a \
               perpetual one can be without.";
    ObjectBuilder::new()
        .description(Some("Texts are trimmed at both ends. Unknown fields are ignored. Empty values clear."))
        .property(END_DATE, attribute(clearable(optional_day().description(Some(end)))))
        .property(AUTO_RENEW, attribute(truth().description(Some("Whether it goes on after each period."))))
        .xml(Some(element(SUBSCRIPTION.element)))
}

fn new(clearable: Clearable, truth: fn() -> ObjectBuilder) -> ObjectBuilder {
    let sku = string().pattern(Some("^[0-9A-Za-z._-]{1,60}$")).description(Some("A plan that is sold."));
    let code = "Unique within the subscriptions of the customer, without case; not of digits alone. By default the id.";
    let start = "The first day, from 2000-01-01 to ten years ahead. By default today.";
    let renew = "By default `true`, but for perpetual plans, which never renew, and where an end is given.";
    changes(clearable, truth)
        .property(SKU, attribute(sku))
        .property(CODE.0, attribute(clearable(nondigit_text(CODE.1).description(Some(code)))))
        .property(START_DATE, attribute(clearable(optional_day().description(Some(start)))))
        .property(AUTO_RENEW, attribute(clearable(truth().description(Some(renew)))))
        .required(SKU)
}
