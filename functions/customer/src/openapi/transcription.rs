//! What the documents say of transcriptions, at both doors.

use lambda_http::http::StatusCode;
use lambda_http::http::header::LINK;
use reseller::Error;
use reseller::answer::{JSON, one_object, page};
use reseller::list_query::{DEFAULT_LIMIT, MAXIMUM_LIMIT};
use reseller::openapi::{AS_CSV, ERRORS, PART, WHOLE, envelope, errors_of_a_body, link_from};
use serde_json::json;
use shared::domain::transcription::{LONGEST, MAXIMUM_ERROR, MAXIMUM_NAME};
use shared::domain::usage::Language;
use shared::lambda::csv::Csv;
use shared::lambda::faults::Faults;
use shared::lambda::functions::function_name;
use shared::lambda::openapi::schemas::{
    day, integer, named, null, one_of, optional_text, or_null, record, string, text, timestamp, usable_pattern, whole_number,
    with_others,
};
use shared::lambda::openapi::{
    Answers, Document, body, idempotency_key, if_match, operation, path_parameter, query_parameter, transcription,
};
use shared::lambda::response::{Response, empty, with_header, with_varying_format};
use utoipa::openapi::HttpMethod;
use utoipa::openapi::path::{OperationBuilder, Parameter};
use utoipa::openapi::schema::{AnyOfBuilder, ArrayBuilder, ObjectBuilder};

use crate::transcription::{COLUMNS, view};

const TAG: &str = "Transcriptions";

/// The document with the calls about transcriptions at a door. `all` is the address of the list; every operation has these answers, and
/// is completed so.
pub(super) fn with_transcriptions(
    document: Document,
    all: &str,
    answers: impl Fn() -> Answers,
    complete: impl Fn(OperationBuilder) -> OperationBuilder,
) -> Document {
    let one = format!("{all}{{transcription_id}}/");
    document
        .with_tag(TAG, "What happened to the customer's audio, and not what was said.")
        .with_schema("Transcription", transcription_record())
        .with_schema("TranscriptionAnswer", envelope(named("Transcription"), integer(1, 1)))
        .with_schema("TranscriptionList", list())
        .with_schema("TranscriptionBody", sent())
        .with_schema("TranscriptionReport", report())
        .with_operation(HttpMethod::Post, all, complete(create(all, answers())))
        .with_operation(HttpMethod::Get, all, complete(list_all(all, answers())))
        .with_operation(HttpMethod::Get, &one, complete(get(answers())))
        .with_operation(HttpMethod::Put, &one, complete(update(answers())))
        .with_operation(HttpMethod::Delete, &one, complete(delete(answers())))
}

fn function(handler: &str) -> String {
    function_name(env!("CARGO_PKG_NAME"), handler)
}

fn shown(status: StatusCode) -> Response {
    one_object(status, &view(&transcription()), transcription().entity_tag())
}

fn create(path: &str, answers: Answers) -> OperationBuilder {
    // Only the reseller's door names the customer.
    let customer = path.contains("{id}").then_some(("id", "$request.path.id"));
    let ids = || customer.into_iter().chain([("transcription_id", "$response.body#/result/id")]);
    let answers = answers
        .with_errors_of_a_change::<Error>(ERRORS)
        .with("The new transcription.", Some(named("TranscriptionAnswer")), [shown(StatusCode::CREATED)])
        .with_errors(ERRORS, errors_of_a_body())
        .with_link(201, "get", &function("get_transcription"), ids())
        .with_link(201, "update", &function("update_transcription"), ids())
        .with_link(201, "delete", &function("delete_transcription"), ids());
    let description = "Registers a transcription, which is `queued`. It shows the token that registered it, and none for the \
                       reseller's key. A customer has at most 50 different languages.";
    let example = json!({"name": "Board meeting", "language": "nl-NL"});
    operation(&function("create_transcription"), TAG, "Register a transcription", description, answers)
        .parameter(idempotency_key())
        .request_body(Some(body("The transcription.", [(JSON, named("TranscriptionBody"), example)])))
}

fn list_all(path: &str, answers: Answers) -> OperationBuilder {
    let listed = |total| with_varying_format(page(vec![view(&transcription())], total));
    let more = with_header(listed(Some(2)), LINK, &link_from(path));
    let mut part = Csv::new(&COLUMNS);
    part.push(&view(&transcription()));
    let schema = || Some(named("TranscriptionList"));
    let answers = answers
        .with("The last page, or the only one.", schema(), [listed(Some(1))])
        .with("A page that may be followed by another one, whose address is in `Link`.", schema(), [more])
        .with("A page with filters, whose total is not known.", schema(), [listed(None)])
        .with(WHOLE, schema(), [part.clone().answer(None)])
        .with(PART, schema(), [part.answer(Some(link_from(path)))])
        .with_errors(
            ERRORS,
            [(Error::Invalid(Faults::one("limit", "must be an integer from 1 to 1000")), "A parameter is wrong.")],
        );
    let description = "Newest first, or oldest first. With a `filter` a page can be short or empty and still be followed by another \
                       one.";
    let description = format!("{description}\n\n{AS_CSV}");
    let limit = integer(1, MAXIMUM_LIMIT.into()).default(Some(DEFAULT_LIMIT.into()));
    let cursor = "Where the page begins: from the address in `Link`, which is to be followed as it is. It works only for this \
                  direction, these days and filters.";
    let filter = format!(
        "^(?:status=(?:queued|processing|completed|failed)|language=[0-9A-Za-z-]{{1,{}}}|token_name={}+)$",
        Language::MAXIMUM,
        usable_pattern(),
    );
    let filters = ArrayBuilder::new().items(string().pattern(Some(filter)));
    let about_filters = "`key=value`, with `status`, `language` or `token_name`; repeatable, and all must hold. Without case.";
    operation(&function("list_transcriptions"), TAG, "List transcriptions", &description, answers).parameters(Some([
        query_parameter("limit", "How many transcriptions the page has at most.", limit),
        query_parameter("sort", "The key to sort by, of which there is one.", one_of(&["id"])),
        query_parameter("direction", "The direction to sort in.", one_of(&["asc", "desc"]).default(Some("desc".into()))),
        query_parameter("filter", about_filters, filters),
        query_parameter("from", "The first day of registration.", day()),
        query_parameter("to", "The last day of registration, which is included. Not before `from`.", day()),
        query_parameter("cursor", cursor, string()),
    ]))
}

fn get(answers: Answers) -> OperationBuilder {
    let answers = about_one(answers).with("The transcription.", Some(named("TranscriptionAnswer")), [shown(StatusCode::OK)]);
    let description = "Answers the transcription with this id.";
    operation(&function("get_transcription"), TAG, "Read a transcription", description, answers).parameter(transcription_id())
}

fn update(answers: Answers) -> OperationBuilder {
    let answers = about_one(answers)
        .with_errors_of_a_change_of_one::<Error>(ERRORS)
        .with("The transcription as it is now.", Some(named("TranscriptionAnswer")), [shown(StatusCode::CREATED)])
        .with_errors(ERRORS, errors_of_a_body());
    let description = "Reports how far it is. `completed` and `failed` are final: repeating one changes nothing, and another report is \
                       an error. The seconds of a completed one are recorded as usage, once, in the same transaction: as the event \
                       `transcription-<id>`, of the token that registered the transcription.";
    let example = json!({"status": "completed", "duration_seconds": 3600});
    operation(&function("update_transcription"), TAG, "Report on a transcription", description, answers)
        .parameter(transcription_id())
        .parameter(if_match())
        .parameter(idempotency_key())
        .request_body(Some(body("The report.", [(JSON, named("TranscriptionReport"), example)])))
}

fn delete(answers: Answers) -> OperationBuilder {
    let answers = about_one(answers).with_errors_of_a_change_of_one::<Error>(ERRORS).with(
        "The transcription is deleted.",
        None,
        [empty(StatusCode::NO_CONTENT)],
    );
    let description = "Deletes the record of the transcription for ever. Its usage stays.";
    operation(&function("delete_transcription"), TAG, "Delete a transcription", description, answers)
        .parameter(transcription_id())
        .parameter(if_match())
        .parameter(idempotency_key())
}

/// The same answers, and the errors of operations about one transcription.
fn about_one(answers: Answers) -> Answers {
    answers.with_errors(
        ERRORS,
        [
            (Error::Invalid(Faults::one("transcription_id", "must be an integer")), "An id is no integer."),
            (Error::NotFound("transcription"), "The customer has no such transcription."),
        ],
    )
}

fn transcription_id() -> Parameter {
    path_parameter("transcription_id", "The id of the transcription.", whole_number())
}

fn transcription_record() -> ObjectBuilder {
    let maker = "Of the token that registered it; `null` for the reseller's key.";
    record([
        ("id", whole_number().description(Some("It grows with time, and is unique within the customer.")).into()),
        ("name", string().into()),
        ("language", string().description(Some("In lower case.")).into()),
        ("type", or_null(one_of(&["batch", "realtime"])).description(Some(maker)).into()),
        ("token_name", or_null(string()).description(Some(maker)).into()),
        ("status", one_of(&["queued", "processing", "completed", "failed"]).into()),
        (
            "duration_seconds",
            or_null(integer(0, LONGEST)).description(Some("How long the audio is; `null` unless completed.")).into(),
        ),
        ("error", or_null(string()).description(Some("What went wrong, if that was reported; `null` unless failed.")).into()),
        ("registration_date", timestamp().into()),
        ("last_modified", timestamp().into()),
        ("completed_at", or_null(timestamp()).description(Some("`null` unless completed.")).into()),
    ])
}

fn list() -> ObjectBuilder {
    let transcriptions = ArrayBuilder::new().items(named("Transcription")).max_items(Some(usize::from(MAXIMUM_LIMIT)));
    let total = "How many were registered on these days, whatever `limit` says; `null` with a `filter`.";
    envelope(transcriptions, integer(0, MAXIMUM_LIMIT.into()))
        .property("total_results", or_null(whole_number()).description(Some(total)))
}

fn sent() -> ObjectBuilder {
    let pattern = format!("^[0-9A-Za-z-]{{1,{}}}$", Language::MAXIMUM);
    with_others(
        ObjectBuilder::new()
            .description(Some("Texts are trimmed at both ends. Unknown fields are ignored."))
            .property("name", text(MAXIMUM_NAME).description(Some("What the customer calls it.")))
            .required("name")
            .property("language", string().pattern(Some(pattern)).description(Some("As in BCP 47; case does not count.")))
            .required("language"),
    )
}

/// What belongs to another status must be absent.
fn report() -> AnyOfBuilder {
    let of = |statuses: &[&str]| ObjectBuilder::new().property("status", one_of(statuses)).required("status");
    let no_error = || or_null(optional_text(0));
    let waiting = of(&["queued", "processing"]).property("duration_seconds", null()).property("error", no_error());
    let completed = of(&["completed"])
        .property("duration_seconds", integer(0, LONGEST).description(Some("How long the audio is, in whole seconds.")))
        .required("duration_seconds")
        .property("error", no_error());
    let failed = of(&["failed"])
        .property("duration_seconds", null())
        .property("error", or_null(optional_text(MAXIMUM_ERROR)).description(Some("What went wrong.")));
    AnyOfBuilder::new()
        .description(Some("Texts are trimmed at both ends. Unknown fields are ignored."))
        .item(with_others(waiting))
        .item(with_others(completed))
        .item(with_others(failed))
}
