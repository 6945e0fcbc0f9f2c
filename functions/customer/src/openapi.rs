//! What these calls add to the OpenAPI document of the reseller API, and the document of the customer's own door.

mod transcription;

use lambda_http::http::StatusCode;
use reseller::Error;
use reseller::answer::{JSON, one, one_object, outcomes};
use reseller::openapi::{
    ERRORS, USAGE_TAG, answers_about_one, answers_to, customer_record, draft, envelope, error, errors_of_a_body, id,
    parameters_of_whole_list, plan_fields, usage_item, usage_language, usage_list, usage_operation, with_usage, with_whole_list,
};
use serde_json::json;
use shared::domain::customer_token::{MAXIMUM_NAME, MOST_TOKENS};
use shared::domain::date::Date;
use shared::domain::usage::{InvalidEvent, MAXIMUM_ID, MOST_EVENTS, MOST_UNITS};
use shared::domain::usage_report::{BySubscription, Line};
use shared::lambda::faults::Faults;
use shared::lambda::functions::function_name;
use shared::lambda::openapi::schemas::{
    ANY_USABLE, any_usable, boolean, day, integer, named, null, one_of, or_null, record, string, text, timestamp, whole_number,
    with_others,
};
use shared::lambda::openapi::{
    Answers, Document, body, customer, customer_token, idempotency_key, if_match, if_none_match, operation, path_parameter,
    query_parameter, subscription,
};
use shared::lambda::response::{Response, empty, with_entity_tag};
use utoipa::openapi::HttpMethod;
use utoipa::openapi::path::{OperationBuilder, Parameter};
use utoipa::openapi::request_body::RequestBody;
use utoipa::openapi::schema::{AnyOfBuilder, ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};

use self::transcription::with_transcriptions;
use reseller::usage_query::OF_A_CUSTOMER;

use crate::list_usage::{INVOICE, line as show_line};
use crate::subscription::{KEYS as SUBSCRIPTION_KEYS, view as subscription_view};
use crate::token::{KEYS, view, with_key};

const TOKENS: &str = "Tokens";
const OWN: &str = "Customer";
const SUBSCRIPTIONS: &str = "Subscriptions";

const SOLD: &str = "/api/v3/reseller/customer/{id}/subscription/";
const ONE_SOLD: &str = "/api/v3/reseller/customer/{id}/subscription/{subscription_id}/";
const USED: &str = "/api/v3/reseller/customer/{id}/usage";

/// The document of the reseller API, these calls included. The packages `user` and `branding` add their own.
pub fn reseller_draft() -> Document {
    let (all, one) = ("/api/v3/reseller/customer/{id}/token/", "/api/v3/reseller/customer/{id}/token/{token_id}/");
    let made =
        token_record().property("key", string().description(Some("The token itself. It is shown this once."))).required("key");
    let transcriptions = "/api/v3/reseller/customer/{id}/transcription/";
    with_transcriptions(with_schemas(draft()), transcriptions, answers_about_one, |operation| operation.parameter(id()))
        .with_schema("TokenMade", envelope(made, integer(1, 1)))
        .with_schema("TokenBody", token_body())
        .with_schema("SubscriptionBody", subscription_body())
        .with_schema("SubscriptionChange", subscription_change())
        .with_tag(TOKENS, "The tokens with which a customer's own programs call.")
        .with_operation(HttpMethod::Post, all, create_token(answers_about_one()).parameter(id()))
        .with_operation(HttpMethod::Get, all, list_tokens(all, answers_about_one()).parameter(id()))
        .with_operation(HttpMethod::Delete, one, delete_token(answers_about_one()).parameter(id()))
        .with_tag(SUBSCRIPTIONS, "What was sold to a customer, with the terms that it was sold with.")
        .with_operation(HttpMethod::Post, SOLD, create_subscription().parameter(id()))
        .with_operation(HttpMethod::Get, SOLD, list_subscriptions(SOLD, answers_about_one()).parameter(id()))
        .with_operation(HttpMethod::Get, ONE_SOLD, get_subscription(answers_about_one()).parameter(id()))
        .with_operation(HttpMethod::Put, ONE_SOLD, update_subscription().parameter(id()))
        .with_operation(HttpMethod::Delete, ONE_SOLD, delete_subscription().parameter(id()))
        .with_operation(HttpMethod::Post, USED, record_usage(answers_about_one()).parameter(id()))
        .with_operation(HttpMethod::Get, USED, list_usage(USED, answers_about_one()).parameter(id()))
}

/// The document of the calls that a customer makes with a token of its own. The package `user` adds its own.
pub fn draft_of_customer() -> Document {
    let key = ApiKeyValue::with_description("x-zoom-s2t-key", "A token of the customer.");
    let mut document = Document::new(
        "Customer API",
        "v3",
        "For customers' own programs: what belongs to the customer whose token it is. Everything else is as in the reseller API, \
         which continues it: envelopes, errors, lists, `Idempotency-Key`.",
    )
    .with_credential("key", SecurityScheme::ApiKey(ApiKey::Header(key)))
    .with_tag(OWN, "The customer itself.")
    .with_tag(TOKENS, "The customer's tokens. Its reseller makes and deletes them.")
    .with_schema("Customer", customer_record())
    .with_schema("CustomerAnswer", envelope(named("Customer"), integer(1, 1)))
    .with_schema("Error", error())
    .with_schema(ANY_USABLE, any_usable())
    .with_operation(HttpMethod::Get, "/api/v3/customer/", get_customer());
    document = with_transcriptions(with_schemas(document), "/api/v3/transcription/", own_answers, |operation| operation);
    // The second name of each path is that of the platform's own pages.
    for (all, alias) in [("/api/v3/token/", ""), ("/api/v3/tokens/", ".alias")] {
        let one = format!("{all}{{token_id}}/");
        let named_so = |operation: OperationBuilder, handler: &str| operation.operation_id(Some(function(handler) + alias));
        document = document
            .with_operation(HttpMethod::Get, all, named_so(list_tokens(all, own_answers()), "list_tokens"))
            .with_operation(
                HttpMethod::Post,
                all,
                named_so(forbidden(&function("create_token"), "Make a token", TOKENS), "create_token"),
            )
            .with_operation(
                HttpMethod::Delete,
                &one,
                named_so(forbidden(&function("delete_token"), "Delete a token", TOKENS), "delete_token").parameter(token_id()),
            );
    }
    let (all, one) = ("/api/v3/subscription/", "/api/v3/subscription/{subscription_id}/");
    let reseller_only = |handler, summary| forbidden(&function(handler), summary, SUBSCRIPTIONS);
    document
        .with_tag(SUBSCRIPTIONS, "What the reseller sold to the customer.")
        .with_operation(HttpMethod::Get, all, list_subscriptions(all, own_answers()))
        .with_operation(HttpMethod::Post, all, reseller_only("create_subscription", "Sell a subscription"))
        .with_operation(HttpMethod::Get, one, get_subscription(own_answers()))
        .with_operation(
            HttpMethod::Put,
            one,
            reseller_only("update_subscription", "Change a subscription").parameter(subscription_id()),
        )
        .with_operation(
            HttpMethod::Delete,
            one,
            reseller_only("delete_subscription", "End a subscription").parameter(subscription_id()),
        )
        .with_tag(USAGE_TAG, "What the customer used: seconds of processed audio.")
        .with_operation(HttpMethod::Post, "/api/v3/usage", record_usage(own_answers()))
        .with_operation(HttpMethod::Get, "/api/v3/usage", list_usage("/api/v3/usage", own_answers()))
}

fn with_schemas(document: Document) -> Document {
    let list = ArrayBuilder::new().items(named("Token")).max_items(Some(100));
    let subscriptions = ArrayBuilder::new().items(named("Subscription")).max_items(Some(1_000));
    document
        .with_schema("Token", token_record())
        .with_schema("TokenList", envelope(list, integer(0, MOST_TOKENS)))
        .with_schema("Subscription", subscription_record())
        .with_schema("SubscriptionAnswer", envelope(named("Subscription"), integer(1, 1)))
        .with_schema("SubscriptionList", envelope(subscriptions, integer(0, 1_000)))
        .with_schema("UsageEvents", usage_events())
        .with_schema("UsageOutcomes", envelope(usage_outcomes(), integer(1, MOST_EVENTS as u64)))
        .with_schema("CustomerUsage", usage_list(customer_usage()))
}

fn function(handler: &str) -> String {
    function_name(env!("CARGO_PKG_NAME"), handler)
}

/// The answers at the customer's own door.
pub fn own_answers() -> Answers {
    answers_to("The key is a reseller's, or lacks the permission: `read` for GET, `write` for all else.")
}

fn get_customer() -> OperationBuilder {
    let not_modified = with_entity_tag(empty(StatusCode::NOT_MODIFIED), &customer().entity_tag().json());
    let answers = own_answers().with("The customer.", Some(named("CustomerAnswer")), [one(StatusCode::OK, &customer())]).with(
        "The client has the customer.",
        None,
        [not_modified],
    );
    let description = "Answers the customer whose token it is.";
    operation(&function("get_customer"), OWN, "Read the customer", description, answers).parameter(if_none_match())
}

fn create_token(answers: Answers) -> OperationBuilder {
    let shown = with_key(view(&customer_token()), "sk_customer_00001000000003AR3M4kZ5cVnQx8sT2wY7zB1dF6h");
    let answers = answers
        .with_errors_of_a_change::<Error>(ERRORS)
        .with(
            "The new token. Only this answer has its `key`.",
            Some(named("TokenMade")),
            [one_object(StatusCode::CREATED, &shown, customer_token().entity_tag())],
        )
        .with_errors(ERRORS, errors_of_a_body())
        .with_link(
            201,
            "delete",
            &function("delete_token"),
            [("id", "$request.path.id"), ("token_id", "$response.body#/result/id")],
        );
    let description = "Makes a token for the customer. A customer has at most 100 tokens, expired ones included.";
    operation(&function("create_token"), TOKENS, "Make a token", description, answers)
        .parameter(idempotency_key())
        .request_body(Some(sent_token()))
}

fn list_tokens(path: &str, answers: Answers) -> OperationBuilder {
    let answers = with_whole_list(answers, path, "TokenList", &view(&customer_token()));
    let [limit, offset, direction] = parameters_of_whole_list("tokens");
    let description = "The tokens that are not deleted, expired ones included. Texts are sorted without case. `null` comes first \
                       ascending and last descending. Ties are broken by `id`, in the same direction.";
    operation(&function("list_tokens"), TOKENS, "List tokens", description, answers).parameters(Some([
        limit,
        offset,
        query_parameter("sort", "The key to sort by.", one_of(KEYS.sort).default(Some("id".into()))),
        direction,
    ]))
}

fn delete_token(answers: Answers) -> OperationBuilder {
    let answers = answers
        .with_errors_of_a_change_of_one::<Error>(ERRORS)
        .with("The token is deleted.", None, [empty(StatusCode::NO_CONTENT)])
        .with_errors(
            ERRORS,
            [
                (
                    Error::Invalid(Faults::one("token_id", "must be twelve hexadecimal digits in lower case")),
                    "An id is malformed.",
                ),
                (Error::NotFound("token"), "The customer has no such token any more."),
            ],
        );
    let description = "Ends the token for ever: from then on it is refused with `KEY_REVOKED`. What it did keeps its name.";
    operation(&function("delete_token"), TOKENS, "Delete a token", description, answers)
        .parameter(token_id())
        .parameter(if_match())
        .parameter(idempotency_key())
}

/// A call of this function that the customer's own door refuses to everybody.
pub fn forbidden(function: &str, summary: &str, tag: &str) -> OperationBuilder {
    let answers = answers_to("Only the reseller may do this, at its own address.").with_errors_of_a_change::<Error>(ERRORS);
    let description = "Only the reseller does this, at its own address. Here it is refused.";
    operation(function, tag, summary, description, answers).parameter(idempotency_key())
}

fn token_record() -> ObjectBuilder {
    record([
        ("id", token_number().description(Some("The id of the token, which is no secret.")).into()),
        ("name", string().description(Some("Unique among the customer's tokens, without case.")).into()),
        ("type", one_of(&["batch", "realtime"]).into()),
        ("last_four", string().description(Some("The last four characters of the token.")).into()),
        ("status", one_of(&["active", "expired"]).into()),
        ("created_at", timestamp().into()),
        ("valid_until", or_null(timestamp()).description(Some("From then on it is refused; `null` where it never ends.")).into()),
    ])
}

fn token_number() -> ObjectBuilder {
    string().pattern(Some("^[0-9a-f]{12}$"))
}

fn token_id() -> Parameter {
    path_parameter("token_id", "The id of the token.", token_number())
}

fn token_body() -> ObjectBuilder {
    let years = integer(1, 5).enum_values(Some([1, 2, 5])).default(Some(1.into()));
    let years = AnyOfBuilder::new().item(years).item(null());
    with_others(
        ObjectBuilder::new()
            .description(Some("Texts are trimmed at both ends. Unknown fields are ignored."))
            .property("name", text(MAXIMUM_NAME).description(Some("Its name.")))
            .required("name")
            .property("type", one_of(&["batch", "realtime"]).description(Some("What it is used for.")))
            .required("type")
            .property("valid_years", years.description(Some("For how many years it is valid."))),
    )
}

fn sent_token() -> RequestBody {
    let example = json!({"name": "Call centre", "type": "batch", "valid_years": 2});
    body("The token.", [(JSON, named("TokenBody"), example)])
}

fn shown() -> Response {
    one_object(
        StatusCode::OK,
        &subscription_view(&subscription(), &BySubscription::default(), a_day()),
        subscription().entity_tag(),
    )
}

/// A day of the example.
fn a_day() -> Date {
    Date::of(customer().modified_at)
}

fn create_subscription() -> OperationBuilder {
    let created = one_object(
        StatusCode::CREATED,
        &subscription_view(&subscription(), &BySubscription::default(), a_day()),
        subscription().entity_tag(),
    );
    let ids = [("id", "$request.path.id"), ("subscription_id", "$response.body#/result/id")];
    let answers = answers_about_one()
        .with_errors_of_a_change::<Error>(ERRORS)
        .with("The new subscription.", Some(named("SubscriptionAnswer")), [created])
        .with_errors(ERRORS, errors_of_a_body())
        .with_link(201, "get", &function("get_subscription"), ids)
        .with_link(201, "update", &function("update_subscription"), ids)
        .with_link(201, "delete", &function("delete_subscription"), ids);
    let description = "Sells a plan to the customer, with the terms that the plan has now: later changes of the plan change nothing that \
                       was sold. A customer has at most 20 subscriptions that have not ended.";
    let example = json!({"sku": "voice-100", "subscription_start": "2026-12-01", "auto_renew": true});
    operation(&function("create_subscription"), SUBSCRIPTIONS, "Sell a subscription", description, answers)
        .parameter(idempotency_key())
        .request_body(Some(body("The subscription.", [(JSON, named("SubscriptionBody"), example)])))
}

fn list_subscriptions(path: &str, answers: Answers) -> OperationBuilder {
    let answers = with_whole_list(
        answers,
        path,
        "SubscriptionList",
        &subscription_view(&subscription(), &BySubscription::default(), a_day()),
    );
    let [limit, offset, direction] = parameters_of_whole_list("subscriptions");
    let status = "(?:scheduled|active|ended)";
    let filters = ArrayBuilder::new().items(string().pattern(Some(format!("^(?:sku=[0-9A-Za-z._-]{{1,60}}|status={status})$"))));
    let description = "All subscriptions, ended ones too. Texts are sorted without case. `null` comes first ascending and last \
                       descending. Ties are broken by `id`, in the same direction.";
    operation(&function("list_subscriptions"), SUBSCRIPTIONS, "List subscriptions", description, answers).parameters(Some([
        limit,
        offset,
        query_parameter("sort", "The key to sort by.", one_of(SUBSCRIPTION_KEYS.sort).default(Some("id".into()))),
        direction,
        query_parameter("filter", "`key=value`, with `sku` or `status`; repeatable, and all must hold.", filters),
    ]))
}

fn get_subscription(answers: Answers) -> OperationBuilder {
    let answers = about_one_subscription(answers).with("The subscription.", Some(named("SubscriptionAnswer")), [shown()]);
    let description = "Answers the subscription with this id.";
    operation(&function("get_subscription"), SUBSCRIPTIONS, "Read a subscription", description, answers)
        .parameter(subscription_id())
}

fn update_subscription() -> OperationBuilder {
    let changed = one_object(
        StatusCode::CREATED,
        &subscription_view(&subscription(), &BySubscription::default(), a_day()),
        subscription().entity_tag(),
    );
    let answers = about_one_subscription(answers_about_one())
        .with_errors_of_a_change_of_one::<Error>(ERRORS)
        .with("The subscription as it is now.", Some(named("SubscriptionAnswer")), [changed])
        .with_errors(ERRORS, errors_of_a_body());
    let description = "Changes `auto_renew` and `subscription_end`; what is not sent stays. Switching the renewal off fixes the end of the \
                       running period, switching it on again lifts the end. One that has ended can't be changed.";
    operation(&function("update_subscription"), SUBSCRIPTIONS, "Change a subscription", description, answers)
        .parameter(subscription_id())
        .parameter(if_match())
        .parameter(idempotency_key())
        .request_body(Some(body("The change.", [(JSON, named("SubscriptionChange"), json!({"auto_renew": false}))])))
}

fn delete_subscription() -> OperationBuilder {
    let answers = about_one_subscription(answers_about_one()).with_errors_of_a_change_of_one::<Error>(ERRORS).with(
        "The subscription ends with today, or has ended before.",
        None,
        [empty(StatusCode::NO_CONTENT)],
    );
    let description = "Ends the subscription with today, at its full price. One that has not begun disappears.";
    operation(&function("delete_subscription"), SUBSCRIPTIONS, "End a subscription", description, answers)
        .parameter(subscription_id())
        .parameter(if_match())
        .parameter(idempotency_key())
}

/// The errors of operations about one subscription.
fn about_one_subscription(answers: Answers) -> Answers {
    answers.with_errors(
        ERRORS,
        [
            (Error::Invalid(Faults::one("subscription_id", "must be an integer")), "An id is no integer."),
            (Error::NotFound("subscription"), "The customer has no such subscription."),
        ],
    )
}

fn subscription_id() -> Parameter {
    path_parameter("subscription_id", "The id of the subscription.", whole_number())
}

fn subscription_record() -> ObjectBuilder {
    let mut fields = vec![("id", whole_number().description(Some("Unique over all resellers, and never used again.")).into())];
    let terms = plan_fields();
    fields.extend(terms);
    fields.extend([
        ("status", one_of(&["scheduled", "active", "ended"]).into()),
        ("subscription_start", day().description(Some("The first day.")).into()),
        ("subscription_end", or_null(day()).description(Some("The last day; `null` while it has none.")).into()),
        ("auto_renew", boolean().description(Some("Whether it goes on after each period.")).into()),
        (
            "current_period_start",
            day().description(Some("Of the first period before it begins, of the last one once it has ended.")).into(),
        ),
        ("current_period_end", or_null(day()).into()),
        ("units_used", ObjectBuilder::new().schema_type(Type::Integer).description(Some("In the current period so far.")).into()),
        (
            "cost",
            or_null(string().pattern(Some("^[0-9]+(?:\\.[0-9]+)?$"))).description(Some("Of the current period so far.")).into(),
        ),
    ]);
    record(fields)
}

fn subscription_body() -> ObjectBuilder {
    let start = or_null(day()).description(Some("The first day, from 2000-01-01 to ten years ahead. Absent or `null` is today."));
    let renew = or_null(boolean()).description(Some("Absent or `null` is `true`, but for perpetual plans, which never renew."));
    with_others(
        ObjectBuilder::new()
            .description(Some("Unknown fields are ignored."))
            .property("sku", string().pattern(Some("^[0-9A-Za-z._-]{1,60}$")).description(Some("The plan.")))
            .required("sku")
            .property("subscription_start", start)
            .property("auto_renew", renew),
    )
}

fn subscription_change() -> ObjectBuilder {
    let end = or_null(day()).description(Some("The last day, not before today. `null` lifts it, where the subscription renews."));
    with_others(
        ObjectBuilder::new()
            .description(Some("Unknown fields are ignored."))
            .property("auto_renew", or_null(boolean()).description(Some("Absent or `null` keeps it.")))
            .property("subscription_end", end),
    )
}

fn record_usage(answers: Answers) -> OperationBuilder {
    let sent = json!({"events": [
        {"id": "job-1", "units": 3600, "language": "fr-fr"},
        {"id": "job-2", "units": 0},
    ]});
    let told = [
        json!({"id": "job-1", "status": "recorded"}),
        json!({"id": "job-2", "status": "invalid", "details": {"units": InvalidEvent::UnitsOutOfRange.to_string()}}),
    ];
    let fault = Faults::one("events", "must be a list of 1 to 100 events");
    let [_, too_large, malformed] = errors_of_a_body();
    let answers = answers
        .with("What became of each event, in their order.", Some(named("UsageOutcomes")), [outcomes(told.to_vec())])
        .with_errors(ERRORS, [(Error::Invalid(fault), "There is no list of events."), too_large, malformed]);
    let description = "Records what was used. An event counts once, for ever, by its `id`: a call that failed, or whose answer was \
                       lost, can be sent again as it was. `Idempotency-Key` is not looked at. One event that can't be recorded does \
                       no harm to the others.";
    operation(&function("record_usage"), USAGE_TAG, "Record usage", description, answers)
        .request_body(Some(body("The events.", [(JSON, named("UsageEvents"), sent)])))
}

fn list_usage(path: &str, answers: Answers) -> OperationBuilder {
    let line = Line {
        period: subscription().current_period(a_day()),
        subscription: Some(subscription().id),
        units: 3_600,
        cost: Some(subscription().terms.price()),
        currency: Some(subscription().terms.currency()),
    };
    let answers = with_usage(answers, path, "CustomerUsage", &INVOICE, &show_line(&line));
    let description = "What the customer used by period of the calendar, or what its subscriptions cost in their billing periods, \
                       newest first. It is a report and no invoice that was issued: late events and corrections change the period \
                       that they belong to.";
    usage_operation(&function("list_usage"), "Report the usage of a customer", description, answers, &OF_A_CUSTOMER)
}

fn usage_events() -> ObjectBuilder {
    let units = "Seconds of processed audio, not 0; fewer than none only in a correction.";
    let most = isize::try_from(MOST_UNITS).unwrap_or(isize::MAX);
    let number = || ObjectBuilder::new().schema_type(Type::Integer);
    let units = AnyOfBuilder::new()
        .item(number().minimum(Some(1)).maximum(Some(most)))
        .item(number().minimum(Some(-most)).maximum(Some(-1)))
        .description(Some(units));
    let language = or_null(string().pattern(Some("^[0-9A-Za-z-]{1,35}$")));
    let occurred = "When the audio was processed, from 2000 to five minutes ahead. Absent or `null` is now.";
    let corrects = "The id of the event that it corrects, for the reseller alone. Day, language, token and subscription are those of \
                    that event.";
    let subscription = "Absent or `null` is the subscription that is active then, if exactly one is.";
    let event = ObjectBuilder::new()
        .property("id", text(MAXIMUM_ID).description(Some("Unique among the customer's events. Not as `transcription-…`.")))
        .required("id")
        .property("units", units)
        .required("units")
        .property("language", language.description(Some("As in BCP 47; case does not count.")))
        .property("subscription_id", or_null(whole_number()).description(Some(subscription)))
        .property("occurred_at", or_null(timestamp()).description(Some(occurred)))
        .property("corrects", or_null(text(MAXIMUM_ID)).description(Some(corrects)));
    let events = ArrayBuilder::new().items(event).min_items(Some(1)).max_items(Some(MOST_EVENTS));
    with_others(ObjectBuilder::new().property("events", events).required("events"))
}

fn usage_outcomes() -> ArrayBuilder {
    let id = or_null(string()).description(Some("The id of the event; `null` where it has none that can be told."));
    let status = "`duplicate`: the same event was recorded before. `conflict`: another one with this id was.";
    let status = one_of(&["recorded", "duplicate", "conflict", "invalid"]).description(Some(status));
    let details = ObjectBuilder::new()
        .description(Some("Every field that is at fault, and what is wrong with it. Only of an invalid event."))
        .additional_properties(Some(string()));
    let outcome = record([("id", id.into()), ("status", status.into())]).property("details", details);
    ArrayBuilder::new().items(outcome).min_items(Some(1)).max_items(Some(MOST_EVENTS))
}

fn customer_usage() -> ObjectBuilder {
    let token = "The token that recorded it; `null` for the reseller's key. Only with `split_by=token`.";
    let subscription = "The subscription; `null` for units of none. Only in an invoice and with `split_by=subscription`.";
    let cost = "What the periods cost, with the digits of the currency; `0` without a subscription. Only in an invoice.";
    let currency = "ISO 4217; `null` without a subscription. Only in an invoice.";
    usage_item()
        .property("language", usage_language())
        .property("token_name", or_null(string()).description(Some(token)))
        .property("subscription_id", or_null(whole_number()).description(Some(subscription)))
        .property("cost", or_null(string().pattern(Some("^[0-9]+(?:\\.[0-9]+)?$"))).description(Some(cost)))
        .property("currency", or_null(string().pattern(Some("^[A-Z]{3}$"))).description(Some(currency)))
}
