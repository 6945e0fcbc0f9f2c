//! The answers of an operation, described from answers that the code gives.
#![expect(clippy::unwrap_used, reason = "no function contains this: a document that can't be written fails a test")]

use std::collections::BTreeMap;

use lambda_http::http::header::CONTENT_TYPE;
use serde_json::Value;
use utoipa::openapi::content::{Content, ContentBuilder};
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::link::LinkBuilder;
use utoipa::openapi::response::{ResponseBuilder, Responses};
use utoipa::openapi::schema::{AllOfBuilder, ObjectBuilder};
use utoipa::openapi::{RefOr, Response as Described, Schema};

use super::{request, schemas};
use crate::domain::quota::{Minute, Quota, QuotaExceeded};
use crate::domain::timestamp::Timestamp;
use crate::lambda::bootstrap::{ApiError, Failure};
use crate::lambda::configuration::{KEY_UNITS, RESELLER_UNITS, SOURCE_UNITS};
use crate::lambda::csv;
use crate::lambda::faults::Faults;
use crate::lambda::idempotency::IDEMPOTENCY_KEY;
use crate::lambda::response::Response;
use crate::store::StoreError;
use crate::store::customer::WriteError;
use crate::store::replay::Earlier;

/// The headers of answers: the name as documents write it, and what the header says.
const HEADERS: [(&str, &str); 13] = [
    ("Allow", "The methods of this address."),
    ("Cache-Control", "How long the answer may be kept."),
    ("Content-Security-Policy", "What a browser may do with the answer."),
    ("ETag", "The name of the revision that the answer shows."),
    ("Link", "Where the next page begins: an address to be followed as it is. It is there while there is a next page."),
    ("Location", "The address of the new record."),
    ("RateLimit", "The quota that is used up, that nothing is left of it, and in how many seconds it begins anew."),
    ("RateLimit-Policy", "The quota that is used up, how much it is, and for how many seconds it is."),
    ("Retry-After", "After how many seconds to try again."),
    ("Vary", "The header of the request on which the format depends."),
    ("WWW-Authenticate", "How to authenticate."),
    ("X-Content-Type-Options", "That the media type is the one that the answer has."),
    ("X-Total-Count", "How many records match, where that is known without reading further."),
];

/// How an API writes its errors.
#[derive(Clone, Copy, Debug)]
pub struct ErrorForm {
    /// The name of the schema of all errors.
    pub schema: &'static str,
    /// The member that has the code of the error.
    pub code: &'static str,
    /// The media types that clients may accept errors in; the first is JSON.
    pub formats: &'static [&'static str],
}

/// The answers of an operation, by their statuses.
#[derive(Default)]
#[must_use]
pub struct Answers(BTreeMap<u16, Answer>);

/// The answers with one status.
#[derive(Default)]
struct Answer {
    cases: Vec<Case>,
    schema: Option<RefOr<Schema>>,
    links: Vec<(&'static str, LinkBuilder)>,
}

/// When an answer is given, and how it looks in each format.
struct Case {
    name: String,
    when: String,
    is_error: bool,
    given: Vec<Response>,
}

impl Answers {
    /// No answers yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an answer, which is the same in all these formats. Bodies have this schema.
    pub fn with(mut self, when: &str, schema: Option<RefOr<Schema>>, given: impl IntoIterator<Item = Response>) -> Self {
        let given: Vec<Response> = given.into_iter().collect();
        let answer = self.0.entry(given.first().unwrap().status().as_u16()).or_default();
        answer.schema = schema.or(answer.schema.take());
        answer.cases.push(Case { name: when.to_owned(), when: when.to_owned(), is_error: false, given });
        self
    }

    /// Adds errors, each with the case in which it is the answer.
    pub fn with_errors<E: ApiError>(mut self, form: ErrorForm, errors: impl IntoIterator<Item = (E, &'static str)>) -> Self {
        for (error, when) in errors {
            let given: Vec<Response> = form.formats.iter().map(|format| error.response(&request("", format))).collect();
            let first = given.first().unwrap();
            let body: Value = serde_json::from_slice(first.body()).unwrap();
            let name = body.get(form.code).and_then(Value::as_str).unwrap().to_owned();
            let answer = self.0.entry(first.status().as_u16()).or_default();
            answer.cases.push(Case { name, when: when.to_owned(), is_error: true, given });
            answer.schema = Some(answer.error(form));
        }
        self
    }

    /// Adds the failures that no client causes, and the errors for a caller that has used up one of these quotas.
    pub fn with_failures<E: ApiError>(self, form: ErrorForm, quotas: &[Quota]) -> Self {
        let failures = [
            (Failure::Panic(String::new()), "A mistake of the service."),
            (
                Failure::Store(StoreError::Unavailable(String::new())),
                "The store is throttled, away or contended: try again after `Retry-After` seconds.",
            ),
        ];
        let exceeded = quotas.iter().map(|quota| {
            let (limit, when) = match quota {
                Quota::Key => (KEY_UNITS, "The key has used up its units of this minute."),
                Quota::Requests => (100, "The key has made its requests of this minute."),
                Quota::Reseller => (RESELLER_UNITS, "The keys of the reseller have used up their units of this minute."),
                Quota::Source => (SOURCE_UNITS, "The source address has used up its units of this minute."),
            };
            let exceeded = QuotaExceeded { quota: *quota, limit, minute: Minute::of(Timestamp::now()) };
            (Failure::Store(exceeded.into()), when)
        });
        self.with_errors(form, failures.into_iter().chain(exceeded).map(|(failure, when)| (E::from(failure), when)))
    }

    /// Adds the errors of the headers of a change.
    pub fn with_errors_of_a_change<E: ApiError + From<Faults>>(self, form: ErrorForm) -> Self {
        let malformed = Faults::one(IDEMPOTENCY_KEY, "must have 1 to 255 printable ASCII characters");
        let reused = "The `Idempotency-Key` was used for another request; nothing was changed.";
        self.with_errors(form, [(E::from(malformed), "A header is malformed."), (E::from(Earlier::Other), reused)])
    }

    /// Adds the errors of the headers of a change of a record.
    pub fn with_errors_of_a_change_of_one<E: ApiError + From<Faults> + From<WriteError>>(self, form: ErrorForm) -> Self {
        let stale = "The record is not at a revision in `If-Match`; nothing was changed.";
        self.with_errors_of_a_change::<E>(form).with_errors(form, [(E::from(WriteError::OtherRevision), stale)])
    }

    /// Adds a link from the answers with this status to an operation, which gets these parameters from the call and its answer.
    pub fn with_link<'a>(
        mut self,
        status: u16,
        name: &'static str,
        operation: &str,
        parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let link = LinkBuilder::new().operation_id(operation);
        let link = parameters.into_iter().fold(link, |link, (parameter, value)| link.parameter(parameter, value));
        self.0.get_mut(&status).unwrap().links.push((name, link));
        self
    }

    /// Their descriptions.
    pub fn described(self) -> Responses {
        self.0.into_iter().map(|(status, answer)| (status.to_string(), RefOr::from(answer.described()))).collect()
    }
}

impl Answer {
    /// The schema of errors with these codes alone.
    fn error(&self, form: ErrorForm) -> RefOr<Schema> {
        let mut codes: Vec<&str> = self.cases.iter().map(|case| case.name.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        let with_code = ObjectBuilder::new().property(form.code, schemas::one_of(&codes));
        AllOfBuilder::new().item(schemas::named(form.schema)).item(with_code).into()
    }

    fn described(self) -> Described {
        let mut described = ResponseBuilder::new().description(self.description());
        for (name, header) in self.headers() {
            described = described.header(name, header);
        }
        for (media_type, content) in self.contents() {
            described = described.content(media_type, content);
        }
        for (name, link) in self.links {
            described = described.link(name, link.build());
        }
        described.build()
    }

    fn description(&self) -> String {
        let lines = self.cases.iter().map(|case| match case.is_error {
            true => format!("- `{}`: {}", case.name, case.when),
            false => case.when.clone(),
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The headers. One is required if all these answers have it.
    fn headers(&self) -> Vec<(String, Header)> {
        let all: Vec<&Response> = self.cases.iter().flat_map(|case| &case.given).collect();
        let mut values: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let sent = all.iter().flat_map(|response| response.headers());
        for (name, value) in sent.filter(|(name, _)| *name != CONTENT_TYPE) {
            values.entry(name.as_str()).or_default().push(value.to_str().unwrap());
        }
        let described = values.into_iter().map(|(name, values)| header(name, &values, values.len() == all.len()));
        described.collect()
    }

    /// The content in each media type, with every answer as an example.
    fn contents(&self) -> Vec<(String, Content)> {
        let mut examples: Vec<(String, Vec<(String, Value)>)> = Vec::new();
        for (place, case) in self.cases.iter().enumerate() {
            let same = self.cases.iter().take(place).filter(|other| other.name == case.name).count();
            let name = if same == 0 { case.name.clone() } else { format!("{} {}", case.name, same + 1) };
            for response in &case.given {
                let Some((media_type, body)) = content(response) else {
                    continue;
                };
                match examples.iter_mut().find(|(known, _)| *known == media_type) {
                    Some((_, of_type)) => of_type.push((name.clone(), body)),
                    None => examples.push((media_type, vec![(name.clone(), body)])),
                }
            }
        }
        let described = examples.into_iter().map(|(media_type, examples)| {
            let examples = examples.into_iter().map(|(name, body)| (name, ExampleBuilder::new().value(Some(body)).build()));
            let schema = if media_type == csv::MEDIA_TYPE { Some(schemas::csv().into()) } else { self.schema.clone() };
            (media_type, ContentBuilder::new().schema(schema).examples_from_iter(examples).build())
        });
        described.collect()
    }
}

/// The media type without its parameters, and the body as an example: a JSON value, or a text in any other format.
fn content(response: &Response) -> Option<(String, Value)> {
    let media_type = response.headers().get(CONTENT_TYPE)?.to_str().unwrap().split(';').next().unwrap_or_default();
    let text = String::from_utf8(response.body().clone()).unwrap();
    let body = if media_type == "application/json" { serde_json::from_str(&text).unwrap() } else { Value::String(text) };
    Some((media_type.to_owned(), body))
}

fn header(name: &str, values: &[&str], is_required: bool) -> (String, Header) {
    let (shown, description) = HEADERS.into_iter().find(|(shown, _)| name.eq_ignore_ascii_case(shown)).unwrap();
    let schema = match shown {
        "ETag" => schemas::entity_tag(),
        "Link" => schemas::string().pattern(Some("^<[^<>]+>; rel=\"next\"$")),
        "Location" => schemas::string().pattern(Some("^/[^ ]+$")),
        "RateLimit" => schemas::string().pattern(Some("^\"[a-z]+\";r=0;t=[0-9]+$")),
        "RateLimit-Policy" => schemas::string().pattern(Some("^\"[a-z]+\";q=[0-9]+(?:;qu=\"units\")?;w=60$")),
        "Retry-After" => schemas::integer(1, Minute::SECONDS.into()),
        "X-Total-Count" => schemas::whole_number(),
        _ => {
            let mut values = values.to_vec();
            values.sort_unstable();
            values.dedup();
            schemas::one_of(&values)
        }
    };
    let mut header = HeaderBuilder::new().schema(Some(schema)).description(Some(description)).build();
    if is_required {
        // The builder knows no `required` of a header.
        header.extensions = Some([("required", true)].into_iter().collect::<Extensions>());
    }
    (shown.to_owned(), header)
}
