//! What these calls add to the OpenAPI documents of the reseller API and of the customer's own door.

use customer::openapi::{draft_of_customer, forbidden, own_answers};
use lambda_http::http::StatusCode;
use reseller::Error;
use reseller::answer::{JSON, one_object};
use reseller::openapi::{
    ERRORS, answers, answers_about_one, envelope, errors_of_a_body, id, parameters_of_whole_list, with_whole_list,
};
use serde_json::json;
use shared::domain::user::{LINK_DAYS, MAXIMUM_EMAIL, MAXIMUM_NAME, MOST_USERS, Role};
use shared::lambda::faults::Faults;
use shared::lambda::functions::function_name;
use shared::lambda::openapi::schemas::{
    boolean, email, integer, named, one_of, optional_email, optional_text, or_null, record, string, timestamp, usable_pattern,
    whole_number, with_others,
};
use shared::lambda::openapi::{
    Answers, Document, body, idempotency_key, if_match, operation, path_parameter, query_parameter, user,
};
use shared::lambda::response::{Response, empty};
use shared::store::user::Invited;
use utoipa::openapi::path::{OperationBuilder, Parameter};
use utoipa::openapi::request_body::RequestBody;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder};
use utoipa::openapi::{HttpMethod, OpenApi};

use crate::wire::{KEYS, invited_view, view};

const TAG: &str = "Users";

/// The document of the reseller API with these calls.
pub fn with_users(document: Document) -> Document {
    let mut document = with_schemas(document)
        .with_tag(TAG, "The people of a customer, and the reseller's own.")
        .with_schema("UserInvited", envelope(invited_record(), integer(1, 1)))
        .with_schema("UserBody", user_body())
        .with_schema("UserChange", user_change());
    for door in [Door::OF_CUSTOMER, Door::OF_RESELLER] {
        let (all, one) = (door.all, format!("{}{{user_id}}/", door.all));
        document = document
            .with_operation(HttpMethod::Post, all, door.complete("create_user", create(door)))
            .with_operation(HttpMethod::Get, all, door.complete("list_users", list(all, (door.answers)())))
            .with_operation(HttpMethod::Get, &one, door.complete("get_user", get((door.answers)())))
            .with_operation(HttpMethod::Put, &one, door.complete("update_user", update(door)))
            .with_operation(HttpMethod::Delete, &one, door.complete("delete_user", delete(door)))
            .with_operation(HttpMethod::Post, &format!("{one}invitation/"), door.complete("invite_user", invite(door)));
    }
    document
}

/// The document of the calls that a customer makes with a token of its own, these included.
#[must_use]
pub fn customer_document() -> OpenApi {
    let (all, one) = ("/api/v3/user/", "/api/v3/user/{user_id}/");
    let reseller_only = |handler, summary| forbidden(&function(handler), summary, TAG);
    with_schemas(draft_of_customer())
        .with_tag(TAG, "The customer's people. Its reseller invites, changes and deletes them.")
        .with_operation(HttpMethod::Get, all, list(all, own_answers()))
        .with_operation(HttpMethod::Post, all, reseller_only("create_user", "Invite a user"))
        .with_operation(HttpMethod::Get, one, get(own_answers()))
        .with_operation(HttpMethod::Put, one, reseller_only("update_user", "Change a user").parameter(user_id()))
        .with_operation(HttpMethod::Delete, one, reseller_only("delete_user", "Delete a user").parameter(user_id()))
        .with_operation(
            HttpMethod::Post,
            "/api/v3/user/{user_id}/invitation/",
            reseller_only("invite_user", "Make a new link").parameter(user_id()),
        )
        .written()
}

/// A door of the reseller.
#[derive(Clone, Copy)]
struct Door {
    /// The address of the list.
    all: &'static str,
    /// The answers that every operation has.
    answers: fn() -> Answers,
    /// What the ids of the operations end in: a function has one operation at each door.
    ending: &'static str,
}

impl Door {
    const OF_CUSTOMER: Self = Self { all: "/api/v3/reseller/customer/{id}/user/", answers: answers_about_one, ending: "" };
    const OF_RESELLER: Self = Self { all: "/api/v3/reseller/user/", answers, ending: ".own" };

    fn names_customer(self) -> bool {
        self.ending.is_empty()
    }

    fn operation_id(self, handler: &str) -> String {
        function(handler) + self.ending
    }

    fn complete(self, handler: &str, operation: OperationBuilder) -> OperationBuilder {
        let operation = operation.operation_id(Some(self.operation_id(handler)));
        if self.names_customer() { operation.parameter(id()) } else { operation }
    }

    /// The answers, with links from those with a new user to the operations about it.
    fn linked(self, answers: Answers) -> Answers {
        let ids = || {
            let customer = self.names_customer().then_some(("id", "$request.path.id"));
            customer.into_iter().chain([("user_id", "$response.body#/result/id")])
        };
        answers
            .with_link(201, "get", &self.operation_id("get_user"), ids())
            .with_link(201, "update", &self.operation_id("update_user"), ids())
            .with_link(201, "delete", &self.operation_id("delete_user"), ids())
            .with_link(201, "invite", &self.operation_id("invite_user"), ids())
    }
}

fn with_schemas(document: Document) -> Document {
    let users = ArrayBuilder::new().items(named("User")).max_items(usize::try_from(MOST_USERS).ok());
    document
        .with_schema("User", user_record())
        .with_schema("UserAnswer", envelope(named("User"), integer(1, 1)))
        .with_schema("UserList", envelope(users, integer(0, MOST_USERS.into())))
}

fn function(handler: &str) -> String {
    function_name(env!("CARGO_PKG_NAME"), handler)
}

fn shown(status: StatusCode) -> Response {
    one_object(status, &view(&user()), user().entity_tag())
}

/// The answer with a link.
fn invited() -> Response {
    let url = "https://portal.example.com/invitation/0000100000000300000000C01Kp0sT9vXb2Nq7Lm4Rz8Wd6F1hJ5yC3gQe";
    let user = user();
    let expires = user.registered_at.plus(std::time::Duration::from_secs(LINK_DAYS * 86_400));
    let invited = Invited { user, url: url.to_owned(), expires };
    one_object(StatusCode::CREATED, &invited_view(&invited), invited.user.entity_tag())
}

fn create(door: Door) -> OperationBuilder {
    let taken = Faults::one("email", "is the address of another user");
    let answers = (door.answers)()
        .with_errors_of_a_change::<Error>(ERRORS)
        .with("The new user. Only this answer has the link.", Some(named("UserInvited")), [invited()])
        .with_errors(ERRORS, errors_of_a_body())
        .with_errors(ERRORS, [(Error::Invalid(taken), "Another user of the reseller has the address.")]);
    let description = "Makes a user, and a link with which the user sets a password, for you to pass on. It can be used once, for seven \
                       days. An address belongs to one user of a reseller, whichever organization that is of. An organization has at \
                       most 1,000 users.";
    let example = json!({"email": "ann@acme.example", "first_name": "Ann", "last_name": "Rivers"});
    operation(&function("create_user"), TAG, "Invite a user", description, door.linked(answers))
        .parameter(idempotency_key())
        .request_body(Some(sent("The user.", "UserBody", example)))
}

fn list(path: &str, answers: Answers) -> OperationBuilder {
    let answers = with_whole_list(answers, path, "UserList", &view(&user()));
    let [limit, offset, direction] = parameters_of_whole_list("users");
    let roles = roles().join("|");
    let filter = format!("^(?:email={}+|status=(?:invited|active|inactive)|role=(?:{roles}))$", usable_pattern());
    let description = "All users of the organization. Texts are sorted without case. `null` comes first ascending and last descending. \
                       Ties are broken by `id`, in the same direction.";
    operation(&function("list_users"), TAG, "List users", description, answers).parameters(Some([
        limit,
        offset,
        query_parameter("sort", "The key to sort by.", one_of(KEYS.sort).default(Some("id".into()))),
        direction,
        query_parameter(
            "filter",
            "`key=value`, with `email`, `status` or `role`; repeatable, and all must hold. Without case.",
            ArrayBuilder::new().items(string().pattern(Some(filter))),
        ),
    ]))
}

fn get(answers: Answers) -> OperationBuilder {
    let answers = about_one(answers).with("The user.", Some(named("UserAnswer")), [shown(StatusCode::OK)]);
    operation(&function("get_user"), TAG, "Read a user", "Answers the user with this id.", answers).parameter(user_id())
}

fn update(door: Door) -> OperationBuilder {
    let last = Faults::one("is_active", "must leave the reseller an active user, and this is the last one");
    let answers = about_one((door.answers)())
        .with_errors_of_a_change_of_one::<Error>(ERRORS)
        .with("The user as it is now.", Some(named("UserAnswer")), [shown(StatusCode::CREATED)])
        .with_errors(ERRORS, errors_of_a_body())
        .with_errors(ERRORS, [(Error::Invalid(last), "It would leave the reseller's own people without an active one.")]);
    let description = "Replaces the names, and keeps `role` and `is_active` where they are not sent. The address can't be changed. A \
                       user who becomes inactive can't log in, and its link and its sessions end. A call that changes nothing leaves \
                       `last_modified` alone.";
    let example = json!({"first_name": "Anna", "last_name": "Rivers", "is_active": true});
    operation(&function("update_user"), TAG, "Change a user", description, answers)
        .parameter(user_id())
        .parameter(if_match())
        .parameter(idempotency_key())
        .request_body(Some(sent("The change.", "UserChange", example)))
}

fn delete(door: Door) -> OperationBuilder {
    let last = Faults::one("user_id", "must leave the reseller an active user, and this is the last one");
    let answers = about_one((door.answers)())
        .with_errors_of_a_change_of_one::<Error>(ERRORS)
        .with("The user is deleted.", None, [empty(StatusCode::NO_CONTENT)])
        .with_errors(ERRORS, [(Error::Invalid(last), "It would leave the reseller's own people without an active one.")]);
    let description = "Deletes the user for ever, with its link and its sessions. Its address is free.";
    operation(&function("delete_user"), TAG, "Delete a user", description, answers)
        .parameter(user_id())
        .parameter(if_match())
        .parameter(idempotency_key())
}

fn invite(door: Door) -> OperationBuilder {
    let inactive = Faults::one("user_id", "is an inactive user, who gets no link: activate the user first");
    let answers = about_one((door.answers)())
        .with_errors_of_a_change_of_one::<Error>(ERRORS)
        .with("The user with a new link. Only this answer has it.", Some(named("UserInvited")), [invited()])
        .with_errors(ERRORS, [(Error::Invalid(inactive), "The user is inactive.")]);
    let description = "Makes another link with which the user sets a password, for you to pass on; the one before ends. It can be used \
                       once, for seven days.";
    operation(&function("invite_user"), TAG, "Make a new link", description, answers)
        .parameter(user_id())
        .parameter(if_match())
        .parameter(idempotency_key())
}

/// The errors of operations about one user.
fn about_one(answers: Answers) -> Answers {
    answers.with_errors(
        ERRORS,
        [
            (Error::Invalid(Faults::one("user_id", "must be an integer")), "An id is no integer."),
            (Error::NotFound("user"), "The organization has no such user."),
        ],
    )
}

fn user_id() -> Parameter {
    path_parameter("user_id", "The id of the user.", whole_number())
}

fn roles() -> [&'static str; 4] {
    Role::ALL.map(Role::name)
}

fn user_record() -> ObjectBuilder {
    let status = "`invited` until the user has set a password, `inactive` while `is_active` is false.";
    record([
        ("id", whole_number().description(Some("Unique over all resellers, and never used again.")).into()),
        ("first_name", or_null(string()).into()),
        ("last_name", or_null(string()).into()),
        ("email", string().description(Some("It belongs to one user of a reseller, and can't be changed.")).into()),
        ("role", one_of(&roles()).into()),
        ("status", one_of(&["invited", "active", "inactive"]).description(Some(status)).into()),
        ("is_active", boolean().into()),
        ("registration_date", timestamp().into()),
        ("last_modified", timestamp().into()),
        ("last_login", or_null(timestamp()).description(Some("`null` until the first one.")).into()),
    ])
}

fn invited_record() -> ObjectBuilder {
    user_record()
        .property("invitation_url", string().description(Some("The link. It is shown this once.")))
        .required("invitation_url")
        .property("invitation_expires", timestamp().description(Some("The moment from which the link is refused.")))
        .required("invitation_expires")
}

/// A name, or none.
fn name() -> ObjectBuilder {
    or_null(optional_text(MAXIMUM_NAME))
}

fn role() -> ObjectBuilder {
    let about = "`RESELLER` for the reseller's own people and `RESELLEE` for its customers'. People of the platform's own customers are \
                 `CUSTOMER`, unless `CONTRIBUTOR` is sent.";
    or_null(one_of(&roles())).description(Some(about))
}

fn user_body() -> ObjectBuilder {
    with_others(
        ObjectBuilder::new()
            .description(Some("Texts are trimmed at both ends. Unknown fields are ignored."))
            .property("email", email(MAXIMUM_EMAIL).description(Some("The address.")))
            .required("email")
            .property("first_name", name())
            .property("last_name", name())
            .property("role", role()),
    )
}

fn user_change() -> ObjectBuilder {
    let same = "The address that the user has, in any case.";
    with_others(
        ObjectBuilder::new()
            .description(Some("Texts are trimmed at both ends. Unknown fields are ignored."))
            .property("email", or_null(optional_email(MAXIMUM_EMAIL)).description(Some(same)))
            .property("first_name", name().description(Some("Absent or `null` clears it.")))
            .property("last_name", name().description(Some("Absent or `null` clears it.")))
            .property("role", role())
            .property("is_active", or_null(boolean()).description(Some("Absent or `null` keeps it."))),
    )
}

fn sent(what: &str, schema: &str, example: serde_json::Value) -> RequestBody {
    body(what, [(JSON, named(schema), example)])
}
