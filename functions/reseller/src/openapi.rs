//! The OpenAPI document of this API.

mod dashboard;

use std::collections::BTreeSet;

use lambda_http::http::StatusCode;
use lambda_http::http::header::LINK;
use serde::Serialize;
use serde_json::{Value, json};
use shared::domain::activity::{Action, ObjectKind};
use shared::domain::credential::Refusal;
use shared::domain::date::Date;
use shared::domain::quota::Quota;
use shared::domain::usage_report::{Calendar, MOST_DAYS, PeriodUsage, Share};
use shared::lambda::csv::{Column, Csv};
use shared::lambda::faults::Faults;
use shared::lambda::functions::function_name;
use shared::lambda::openapi::schemas::{
    ANY_USABLE, any_usable, boolean, customer_id, day, email, integer, moment_pattern, named, null, one_of,
    optional_international_phone, optional_text, or_null, record, string, text, timestamp, usable_pattern, whole_number,
    with_others,
};
use shared::lambda::openapi::{
    Answers, Document, ErrorForm, activity_entry, body, customer, idempotency_key, if_match, if_none_match, operation,
    path_parameter, query_parameter, request, subscription,
};
use shared::lambda::response::{empty, with_entity_tag, with_header, with_varying_format};
use shared::store::customer::list::Search;
use utoipa::openapi::path::{OperationBuilder, Parameter};
use utoipa::openapi::request_body::RequestBody;
use utoipa::openapi::schema::{AnyOfBuilder, ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{HttpMethod, RefOr, Schema};

use self::dashboard::{dashboard_record, example as example_dashboard};
use crate::Error;
use crate::answer::{COLUMNS, JSON, many, one, one_without_revision, page, view};
use crate::list_activity::{COLUMNS as ENTRY_COLUMNS, view as entry_view};
use crate::list_plans::{KEYS as PLAN_KEYS, MAXIMUM_SEARCH};
use crate::list_query::{DEFAULT_LIMIT, MAXIMUM_LIMIT};
use crate::list_usage::BY_CUSTOMER as USAGE_BY_CUSTOMER;
use crate::plan_view;
use crate::profile::{MAXIMUM_EMAIL, MAXIMUM_NAME};
use crate::usage_query::{OF_ALL_CUSTOMERS, Offer, period};

const ALL: &str = "/api/v3/reseller/customer/";
const ONE: &str = "/api/v3/reseller/customer/{id}/";
const ACTIVITY: &str = "/api/v3/reseller/activity/";
const DASHBOARD: &str = "/api/v3/reseller/dashboard/";
const PLANS: &str = "/api/v3/reseller/plan/";
const USAGE: &str = "/api/v3/reseller/usage";
const TAG: &str = "Customers";
/// Under which usage stands, of one customer and of all.
pub const USAGE_TAG: &str = "Usage";
const DASHBOARD_TAG: &str = "Dashboard";
const PLAN_TAG: &str = "Plans";
const ACTIVITY_TAG: &str = "Activity";

/// The keys of a customer, by which a list is sorted and filtered.
const KEYS: [&str; 7] = ["id", "name", "email", "phone", "is_active", "registration_date", "last_modified"];

/// The form of all errors.
pub const ERRORS: ErrorForm = ErrorForm { schema: "Error", code: "error_code", formats: &[JSON] };

/// The document, to which the package `customer` adds what belongs to a customer.
pub fn draft() -> Document {
    let key = ApiKeyValue::with_description("x-zoom-s2t-key", "An API key of the reseller.");
    Document::new(
        "Reseller API",
        "v3",
        "For resellers' own programs: JSON in, JSON out, one API key.\n\nEach path works with and without its trailing slash; \
         neither is a redirect. Bodies are read as JSON, whatever `Content-Type` says. The API checks the key first, then the \
         permission, the form of the request and the data. A call that fails a check has written nothing. A customer of another \
         reseller is answered as one that does not exist.",
    )
    .with_credential("key", SecurityScheme::ApiKey(ApiKey::Header(key)))
    .with_tag(TAG, "The customers of the reseller whose key it is.")
    .with_tag(ACTIVITY_TAG, "Who changed what, and when.")
    .with_schema("Customer", customer_record())
    .with_schema("CustomerAnswer", envelope(named("Customer"), integer(1, 1)))
    .with_schema("CustomerList", list())
    .with_schema("CustomerBody", sent())
    .with_schema(ANY_USABLE, any_usable())
    .with_schema("Error", error())
    .with_schema("ActivityEntry", entry())
    .with_schema("ActivityList", activity_list())
    .with_operation(HttpMethod::Get, ACTIVITY, activity())
    .with_tag(DASHBOARD_TAG, "The numbers of all customers.")
    .with_schema("Dashboard", dashboard_record())
    .with_schema("DashboardAnswer", envelope(named("Dashboard"), integer(1, 1)))
    .with_operation(HttpMethod::Get, DASHBOARD, dashboard())
    .with_tag(PLAN_TAG, "What can be sold to customers.")
    .with_schema("Plan", record(plan_fields()))
    .with_schema("PlanList", plan_list())
    .with_operation(HttpMethod::Get, PLANS, plans())
    .with_tag(USAGE_TAG, "What customers used: seconds of processed audio.")
    .with_schema("ResellerUsage", usage_list(reseller_usage()))
    .with_operation(HttpMethod::Get, USAGE, usage())
    .with_operation(HttpMethod::Post, ALL, create())
    .with_operation(HttpMethod::Get, ALL, list_all())
    .with_operation(HttpMethod::Get, ONE, get())
    .with_operation(HttpMethod::Put, ONE, update())
    .with_operation(HttpMethod::Delete, ONE, delete())
}

fn create() -> OperationBuilder {
    let answers = answers()
        .with_errors_of_a_change::<Error>(ERRORS)
        .with("The new customer.", Some(named("CustomerAnswer")), [one(StatusCode::CREATED, &customer())])
        .with_errors(ERRORS, errors_of_a_body())
        .with_link(201, "get", &function("get_customer"), [ID])
        .with_link(201, "update", &function("update_customer"), [ID])
        .with_link(201, "delete", &function("delete_customer"), [ID]);
    let description = "The customer belongs to the reseller's first account. Several customers may have one name or one e-mail \
                       address.";
    operation(&function("create_customer"), TAG, "Create a customer", description, answers)
        .parameter(idempotency_key())
        .request_body(Some(customer_body()))
}

fn list_all() -> OperationBuilder {
    let many = |total| with_varying_format(many(&[customer()], total));
    let more = with_header(many(Some(2)), LINK, &link_from(ALL));
    let mut part = Csv::new(&COLUMNS);
    part.push(&view(&customer()));
    let unknown = "A page of a search, whose total is not known: it is followed by another one, or it follows one.";
    let answers = answers()
        .with("The last page, or the only one.", Some(named("CustomerList")), [many(Some(1))])
        .with("A page that is followed by another one, whose address is in `Link`.", Some(named("CustomerList")), [more])
        .with(unknown, Some(named("CustomerList")), [many(None)])
        .with(WHOLE, Some(named("CustomerList")), [part.clone().answer(None)])
        .with(PART, Some(named("CustomerList")), [part.answer(Some(link_from(ALL)))])
        .with_errors(
            ERRORS,
            [(Error::Invalid(Faults::one("limit", "must be an integer from 1 to 1000")), "A parameter is wrong.")],
        );
    let description = "Text is compared and sorted without case. `null` comes first ascending and last descending. Ties are broken \
                       by `id`, in the same direction. A page of a `search` ends when it is full or 20 MB were read: it can be \
                       short or empty, and is followed by another one while there may be more. Unknown parameters are ignored.";
    let description = format!("{description}\n\n{AS_CSV}");
    operation(&function("list_customers"), TAG, "List customers", &description, answers).parameters(Some(list_parameters()))
}

fn get() -> OperationBuilder {
    let not_modified = with_entity_tag(empty(StatusCode::NOT_MODIFIED), &customer().entity_tag().json());
    let answers = answers_about_one()
        .with("The customer.", Some(named("CustomerAnswer")), [one(StatusCode::OK, &customer())])
        .with("The client has the customer.", None, [not_modified]);
    operation(&function("get_customer"), TAG, "Read a customer", "Answers the customer with this id.", answers)
        .parameter(id())
        .parameter(if_none_match())
}

fn update() -> OperationBuilder {
    let answers = answers_about_one()
        .with_errors_of_a_change_of_one::<Error>(ERRORS)
        .with("The customer as it is now.", Some(named("CustomerAnswer")), [one(StatusCode::CREATED, &customer())])
        .with_errors(ERRORS, errors_of_a_body())
        .with_link(201, "get", &function("get_customer"), [ID])
        .with_link(201, "delete", &function("delete_customer"), [ID]);
    let description = "Replaces `name`, `email` and `phone`, and keeps `is_active` when that is not sent. A value that equals the \
                       one that this API shows is accepted unchecked, whichever API wrote it. A call that changes nothing leaves \
                       `last_modified` alone.";
    operation(&function("update_customer"), TAG, "Change a customer", description, answers)
        .parameter(id())
        .parameter(if_match())
        .parameter(idempotency_key())
        .request_body(Some(customer_body()))
}

fn delete() -> OperationBuilder {
    let answers = answers_about_one().with_errors_of_a_change_of_one::<Error>(ERRORS).with(
        "The customer is removed.",
        None,
        [empty(StatusCode::NO_CONTENT)],
    );
    let description = "Removes the customer for ever: its id is never used again. Its licences are revoked.";
    operation(&function("delete_customer"), TAG, "Remove a customer", description, answers)
        .parameter(id())
        .parameter(if_match())
        .parameter(idempotency_key())
}

fn activity() -> OperationBuilder {
    let entries = || with_varying_format(page(vec![entry_view(&activity_entry())], None));
    let more = with_header(entries(), LINK, &link_from(ACTIVITY));
    let mut part = Csv::new(&ENTRY_COLUMNS);
    part.push(&entry_view(&activity_entry()));
    let answers = answers()
        .with("The last page, or the only one.", Some(named("ActivityList")), [entries()])
        .with("A page that may be followed by another one, whose address is in `Link`.", Some(named("ActivityList")), [more])
        .with(WHOLE, Some(named("ActivityList")), [part.clone().answer(None)])
        .with(PART, Some(named("ActivityList")), [part.answer(Some(link_from(ACTIVITY)))])
        .with_errors(
            ERRORS,
            [(Error::Invalid(Faults::one("limit", "must be an integer from 1 to 1000")), "A parameter is wrong.")],
        );
    let description = "Who changed what and when, newest first, for 400 days. With `customer` a page can be short or empty and still \
                       be followed by another one.";
    let description = format!("{description}\n\n{AS_CSV}");
    let limit = integer(1, MAXIMUM_LIMIT.into()).default(Some(DEFAULT_LIMIT.into()));
    let cursor = "Where the page begins: from the address in `Link`, which is to be followed as it is.";
    operation(&function("list_activity"), ACTIVITY_TAG, "List the activity", &description, answers).parameters(Some([
        query_parameter("limit", "How many entries the page has at most.", limit),
        query_parameter("customer", "Only what concerns the customer with this id, existing or not.", whole_number()),
        query_parameter("sort", "The order, of which there is one.", one_of(&["time"])),
        query_parameter("direction", "The direction, of which there is one.", one_of(&["desc"])),
        query_parameter("cursor", cursor, string()),
    ]))
}

fn dashboard() -> OperationBuilder {
    let example = one_without_revision(&example_dashboard(a_day()));
    let answers = answers().with("The dashboard.", Some(named("DashboardAnswer")), [example]);
    let description = "What a reseller sees first: the numbers of its own customers, by days and months of UTC. The rows are read at the \
                       same time, but not as of one moment: a change that is made meanwhile may be in one number and not in another. \
                       There is no `ETag`, because to know a tag would cost as much as the dashboard. Parameters are ignored.";
    operation(&function("get_dashboard"), DASHBOARD_TAG, "Read the dashboard", description, answers)
}

fn plans() -> OperationBuilder {
    let answers = with_whole_list(answers(), PLANS, "PlanList", &plan_view::view(&subscription().terms));
    let [limit, offset, direction] = parameters_of_whole_list("plans");
    let search = optional_text(MAXIMUM_SEARCH);
    operation(&function("list_plans"), PLAN_TAG, "List plans", "The plans that are sold.", answers).parameters(Some([
        limit,
        offset,
        query_parameter("sort", "The key to sort by, of which there is one.", one_of(PLAN_KEYS.sort)),
        direction,
        query_parameter("search", "Words that must all be somewhere in `sku` or `description`, without case.", search),
    ]))
}

fn usage() -> OperationBuilder {
    let used = PeriodUsage { days: Calendar::Month.period_of(a_day()), share: Share::All, units: 3_600 };
    let shown = period(&used, [("customer_id", json!(customer().id)), ("customer_name", json!("Acme Corp"))]);
    let answers = with_usage(answers(), USAGE, "ResellerUsage", &USAGE_BY_CUSTOMER, &shown);
    let description = "What all customers used by period of the calendar, newest first, deleted customers included.";
    usage_operation(&function("list_usage"), "Report the usage of all customers", description, answers, &OF_ALL_CUSTOMERS)
}

/// A day of the example.
fn a_day() -> Date {
    Date::of(customer().modified_at)
}

/// The operation of a report of usage with this offer.
pub fn usage_operation<V: Copy>(
    id: &str,
    summary: &str,
    description: &str,
    answers: Answers,
    offer: &Offer<V>,
) -> OperationBuilder {
    let views = || [offer.first].into_iter().chain(offer.others.iter().copied());
    let names: Vec<&str> = views().map(|(name, ..)| name).collect();
    let splits: BTreeSet<&str> = views().flat_map(|(.., splits)| splits.iter().map(|(name, _)| *name)).collect();
    let by: Vec<String> = views()
        .map(|(name, _, splits)| {
            let splits: Vec<String> = splits.iter().map(|(split, _)| format!("`{split}`")).collect();
            format!("`{name}` by {}", splits.join(", "))
        })
        .collect();
    let split = format!("By what the items are told apart: {}.", by.join("; "));
    let description = format!("{description}\n\n{AS_CSV}");
    let limit = integer(1, MAXIMUM_LIMIT.into()).default(Some(DEFAULT_LIMIT.into()));
    let range = format!("A range has at most {} days more than one. One day alone leaves the other side open.", MOST_DAYS);
    operation(id, USAGE_TAG, summary, &description, answers).parameters(Some([
        query_parameter("view", "What is shown.", one_of(&names).default(Some(offer.first.0.into()))),
        query_parameter("split_by", &split, one_of(&splits.into_iter().collect::<Vec<_>>())),
        query_parameter("from", &format!("The first day. {range}"), day()),
        query_parameter("to", "The last day, which is included.", day()),
        query_parameter("limit", "How many items the page has at most.", limit),
        query_parameter("offset", "How many items to pass over.", whole_number().default(Some(0.into()))),
    ]))
}

/// The same answers, and those with a part of a report of usage: of items like this one, in a schema of this name.
pub fn with_usage(answers: Answers, path: &str, list: &str, columns: &'static [Column], shown: &Value) -> Answers {
    let listed = |total| with_varying_format(page(vec![shown.clone()], Some(total)));
    let link = [("limit".to_owned(), "1".to_owned()), ("offset".to_owned(), "1".to_owned())];
    let more = with_header(listed(2), LINK, &request(path, "").link_to_next(&link));
    let mut part = Csv::new(columns);
    part.push(shown);
    answers
        .with("The last page, or the only one.", Some(named(list)), [listed(1)])
        .with("A page that is followed by another one, whose address is in `Link`.", Some(named(list)), [more])
        .with(WHOLE, Some(named(list)), [part.clone().answer(None)])
        .with(PART, Some(named(list)), [part.answer(Some(link_from(path)))])
        .with_errors(ERRORS, [(Error::Invalid(Faults::one("to", "must not be before the first day")), "A parameter is wrong.")])
}

/// A page of a report of usage.
pub fn usage_list(item: ObjectBuilder) -> ObjectBuilder {
    let items = ArrayBuilder::new().items(item).max_items(Some(usize::from(MAXIMUM_LIMIT)));
    envelope(items, integer(0, MAXIMUM_LIMIT.into()))
}

/// What every item of a report of usage has.
pub fn usage_item() -> ObjectBuilder {
    let units = ObjectBuilder::new().schema_type(Type::Integer).description(Some("Seconds of processed audio."));
    record([
        ("usage_period_start", day().description(Some("The first day of the period, cut to the range.")).into()),
        ("usage_period_end", or_null(day()).description(Some("Its last day; `null` where it has no end.")).into()),
        ("units_used", units.into()),
    ])
}

/// The language of usage.
pub fn usage_language() -> ObjectBuilder {
    or_null(string()).description(Some("In lower case; `null` where none was sent. Only with `split_by=language`."))
}

fn reseller_usage() -> ObjectBuilder {
    let id = customer_id().description(Some("The customer. Only with `split_by=customer`."));
    let name = or_null(string()).description(Some("Its name; `null` once it is deleted. Only with `split_by=customer`."));
    usage_item().property("language", usage_language()).property("customer_id", id).property("customer_name", name)
}

/// The same answers, and those with a page of a list that is read whole: of objects like this one, in a schema of this name.
pub fn with_whole_list(answers: Answers, path: &str, list: &str, shown: &Value) -> Answers {
    let listed = |total| page(vec![shown.clone()], Some(total));
    let link = [("limit".to_owned(), "1".to_owned()), ("offset".to_owned(), "1".to_owned())];
    let more = with_header(listed(2), LINK, &request(path, "").link_to_next(&link));
    answers
        .with("The last page, or the only one.", Some(named(list)), [listed(1)])
        .with("A page that is followed by another one, whose address is in `Link`.", Some(named(list)), [more])
        .with_errors(
            ERRORS,
            [(Error::Invalid(Faults::one("limit", "must be an integer from 1 to 1000")), "A parameter is wrong.")],
        )
}

/// The parameters `limit`, `offset` and `direction` of a list that is read whole, of what is called so.
#[must_use]
pub fn parameters_of_whole_list(what: &str) -> [Parameter; 3] {
    let limit = integer(1, MAXIMUM_LIMIT.into()).default(Some(DEFAULT_LIMIT.into()));
    let offset = whole_number().default(Some(0.into()));
    [
        query_parameter("limit", &format!("How many {what} the page has at most."), limit),
        query_parameter("offset", &format!("How many {what} to pass over."), offset),
        query_parameter("direction", "The direction to sort in.", one_of(&["asc", "desc"]).default(Some("asc".into()))),
    ]
}

/// The fields of a plan.
#[must_use]
pub fn plan_fields() -> Vec<(&'static str, RefOr<Schema>)> {
    let amount = || string().pattern(Some("^[0-9]+(?:\\.[0-9]+)?$"));
    vec![
        (
            "sku",
            string()
                .pattern(Some("^[0-9A-Za-z._-]{1,60}$"))
                .description(Some("The name of the plan, unique without case."))
                .into(),
        ),
        ("description", string().into()),
        ("payment_model", one_of(&["bundle", "payg", "perpetual"]).into()),
        ("billing_channel", one_of(&["Scriptix", "Azure"]).into()),
        ("billing_cycle", or_null(one_of(&["week", "month", "quarter", "half_year", "year"])).into()),
        (
            "price",
            amount().description(Some("Of a period, or once for a perpetual plan; with the digits of the currency.")).into(),
        ),
        ("included_units", or_null(whole_number()).description(Some("Seconds of processed audio.")).into()),
        ("unit_price", or_null(amount()).description(Some("What `unit_size` units cost.")).into()),
        ("unit_size", or_null(whole_number()).into()),
        ("currency", string().pattern(Some("^[A-Z]{3}$")).description(Some("ISO 4217.")).into()),
    ]
}

fn plan_list() -> ObjectBuilder {
    let plans = ArrayBuilder::new().items(named("Plan")).max_items(Some(usize::from(MAXIMUM_LIMIT)));
    envelope(plans, integer(0, MAXIMUM_LIMIT.into()))
}

/// When a list in CSV is answered whole.
pub const WHOLE: &str = "With `Accept: text/csv`: all that matches, or the last part of it.";
/// When it is not.
pub const PART: &str = "With `Accept: text/csv`: a part that may be followed by another one, whose address is in `Link`.";

/// What the descriptions of lists say of CSV.
pub const AS_CSV: &str =
    "With `Accept: text/csv` the answer is all that matches, whatever `limit` and `offset` say, in parts of at most 5 MB.";

/// A link to the next page of a list.
#[must_use]
pub fn link_from(path: &str) -> String {
    request(path, "").link_to_next(&[("limit".to_owned(), "1".to_owned()), ("cursor".to_owned(), "AAFx-7Jw".to_owned())])
}

/// The parameter that names a customer, and its value in an answer.
pub const ID: (&str, &str) = ("id", "$response.body#/result/id");

fn function(handler: &str) -> String {
    function_name(env!("CARGO_PKG_NAME"), handler)
}

/// The errors that every operation of a reseller answers with.
pub fn answers() -> Answers {
    answers_to("The key is a customer's, or lacks the permission: `read` for GET, `write` for all else.")
}

/// The errors that every operation answers with. `not_allowed` says whom it refuses with `FORBIDDEN`.
pub fn answers_to(not_allowed: &'static str) -> Answers {
    let refused = [
        (Error::Refused(Refusal::Missing), "There is no key."),
        (Error::Refused(Refusal::Invalid), "The key is malformed, unknown or expired."),
        (Error::Refused(Refusal::Revoked), "The key was revoked."),
        (Error::Refused(Refusal::NotAllowed), not_allowed),
        (Error::Refused(Refusal::Inactive), "The key is that of an inactive customer."),
        (Error::Refused(Refusal::Suspended), "The reseller is suspended."),
    ];
    Answers::new().with_errors(ERRORS, refused).with_failures::<Error>(ERRORS, &Quota::OF_KEYS)
}

/// The same, and those of operations about one customer.
pub fn answers_about_one() -> Answers {
    answers().with_errors(
        ERRORS,
        [
            (Error::Invalid(Faults::one("id", "must be an integer")), "The id is no integer."),
            (Error::NotFound("customer"), "There is no such customer, or it is another reseller's."),
        ],
    )
}

/// The errors of an operation with a body.
#[must_use]
pub fn errors_of_a_body() -> [(Error, &'static str); 3] {
    let malformed = "The body is not JSON, is not an object, is nested deeper than 32 levels, or has control characters in a field \
                     that is ignored.";
    [
        (Error::Invalid(Faults::one("name", "is required")), "A field is wrong."),
        (Error::TooLarge, "The body has more than 256 KiB."),
        (Error::Malformed("it must be a JSON object".to_owned()), malformed),
    ]
}

/// A customer in an answer.
#[must_use]
pub fn customer_record() -> ObjectBuilder {
    let name = "The organization; where another API made the customer without one, its first and last name.";
    let email = "`null` only where another API made the customer without one.";
    record([
        ("id", customer_id().description(Some("Unique over all resellers, and never used again.")).into()),
        ("name", string().description(Some(name)).into()),
        ("email", or_null(string()).description(Some(email)).into()),
        ("phone", or_null(string()).description(Some("As it was sent.")).into()),
        ("is_active", boolean().description(Some("Whether the customer is active.")).into()),
        ("registration_date", timestamp().description(Some("When the customer was created.")).into()),
        ("last_modified", timestamp().description(Some("When the customer was last changed.")).into()),
    ])
}

/// The envelope of every success.
#[must_use]
pub fn envelope(result: impl Into<RefOr<Schema>>, count: ObjectBuilder) -> ObjectBuilder {
    let count: Schema = count.description(Some("How many objects are in `result`.")).into();
    let total = whole_number().description(Some("How many objects match, whatever `limit` and `offset` say."));
    record([("result", result.into()), ("count", count.into()), ("total_results", total.into())])
}

fn list() -> ObjectBuilder {
    let customers = ArrayBuilder::new().items(named("Customer")).max_items(Some(usize::from(MAXIMUM_LIMIT)));
    let total = "How many customers match, whatever `limit` and `offset` say; `null` in a search that has begun before this page \
                 or goes on behind it.";
    envelope(customers, integer(0, MAXIMUM_LIMIT.into()))
        .property("total_results", or_null(whole_number()).description(Some(total)))
}

/// One of these values, as they are called on the wire.
fn one_of_values<T: Serialize>(values: &[T]) -> ObjectBuilder {
    let names: Vec<Value> = values.iter().map(|value| json!(value)).collect();
    one_of(&names.iter().filter_map(Value::as_str).collect::<Vec<_>>())
}

/// An entry of the activity.
fn entry() -> ObjectBuilder {
    let key_id = || string().pattern(Some("^[0-9a-f]{12}$"));
    let actor = record([
        ("kind", one_of(&["reseller", "licensing", "service_user", "customer", "user", "operator"]).into()),
        (
            "id",
            AnyOfBuilder::new()
                .item(or_null(key_id()))
                .item(whole_number())
                .description(Some("The id of the key or of the user; `null` for an operator."))
                .into(),
        ),
        ("label", or_null(string()).description(Some("What the key or the user is called now.")).into()),
    ]);
    let object = record([
        ("kind", one_of_values(&ObjectKind::ALL).into()),
        ("id", AnyOfBuilder::new().item(whole_number()).item(key_id()).into()),
    ]);
    let fields = ArrayBuilder::new().items(string()).description(Some("The names of the fields that were set or changed."));
    record([
        ("id", string().pattern(Some("^[0-9a-f]{28}$")).description(Some("Ids sort as times do.")).into()),
        ("time", timestamp().into()),
        ("actor", actor.description(Some("Who made the change.")).into()),
        ("action", one_of_values(&Action::ALL).into()),
        ("customer", or_null(customer_id()).description(Some("The id of the customer that it concerns.")).into()),
        ("object", object.description(Some("What was changed.")).into()),
        ("fields", fields.into()),
    ])
}

fn activity_list() -> ObjectBuilder {
    let entries = ArrayBuilder::new().items(named("ActivityEntry")).max_items(Some(usize::from(MAXIMUM_LIMIT)));
    let count = integer(0, MAXIMUM_LIMIT.into()).description(Some("How many entries are in `result`."));
    record([("result", entries.into()), ("count", count.into()), ("total_results", null().into())])
}

/// The body of a create or an update.
fn sent() -> ObjectBuilder {
    let phone = "An international phone number. Absent, `null` or empty clears it.";
    let body = ObjectBuilder::new()
        .description(Some("Texts are trimmed at both ends. Unknown fields are ignored, and read-only ones too."))
        .property("name", text(MAXIMUM_NAME).description(Some("The name of the customer.")))
        .required("name")
        .property("email", email(MAXIMUM_EMAIL).description(Some("Its e-mail address.")))
        .required("email")
        .property("phone", or_null(optional_international_phone()).description(Some(phone)))
        .property("is_active", or_null(boolean()).description(Some("Absent or `null` keeps it: `true` in a create.")));
    with_others(body)
}

fn customer_body() -> RequestBody {
    let example = json!({"name": "Acme Corp", "email": "office@acme.example", "phone": "+31 012 345678"});
    body("The customer.", [(JSON, named("CustomerBody"), example)])
}

/// An error.
#[must_use]
pub fn error() -> ObjectBuilder {
    let details = ObjectBuilder::new()
        .description(Some("Every field or parameter that is at fault, and what is wrong with it. Only where there are such."))
        .additional_properties(Some(string()));
    record([
        ("error", string().description(Some("The name of the status.")).into()),
        ("message", string().description(Some("A sentence for a person.")).into()),
        ("error_message", string().description(Some("The same sentence.")).into()),
        ("error_code", string().description(Some("A code for a program.")).into()),
    ])
    .property("details", details)
}

/// The parameter that names a customer.
#[must_use]
pub fn id() -> Parameter {
    path_parameter("id", "The id of the customer.", whole_number())
}

fn list_parameters() -> [Parameter; 7] {
    let filter = format!(
        "^(?:id=[0-9]+|(?:name|email|phone)={usable}+|is_active=(?:true|false)|(?:registration_date|last_modified)={moment})$",
        usable = usable_pattern(),
        moment = moment_pattern(),
    );
    let filters = ArrayBuilder::new().items(string().pattern(Some(filter)));
    let limit = integer(1, MAXIMUM_LIMIT.into()).default(Some(DEFAULT_LIMIT.into()));
    [
        query_parameter("limit", "How many customers the page has at most.", limit),
        query_parameter("offset", "How many customers to pass over.", whole_number().default(Some(0.into()))),
        query_parameter("sort", "The key to sort by.", one_of(&KEYS).default(Some("id".into()))),
        query_parameter("direction", "The direction to sort in.", one_of(&["asc", "desc"]).default(Some("asc".into()))),
        query_parameter(
            "filter",
            "`key=value`, with any key of a customer; repeatable, and all must hold. Whole values are compared, without case.",
            filters,
        ),
        query_parameter(
            "search",
            "What the name, the e-mail address, the phone number or the id contains, without case. An empty one is none.",
            optional_text(Search::MAXIMUM),
        ),
        query_parameter(
            "cursor",
            "Where the page begins: from the address in `Link`, which is to be followed as it is. It works only for this reseller, \
             sort, direction, filters and search, and not together with `offset`.",
            string(),
        ),
    ]
}
