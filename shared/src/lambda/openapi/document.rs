//! A document: what the documents of all APIs have in common.

use serde_json::Value;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::info::{InfoBuilder, License};
use utoipa::openapi::path::{OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathItem, Paths};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::security::{SecurityRequirement, SecurityScheme};
use utoipa::openapi::server::Server;
use utoipa::openapi::tag::Tag;
use utoipa::openapi::{Components, HttpMethod, OpenApi, OpenApiBuilder, RefOr, Required, Schema};

use super::{Answers, schemas};
use crate::lambda::idempotency::IDEMPOTENCY_KEY;

/// A document that is being written.
#[must_use]
pub struct Document {
    document: OpenApi,
    components: Components,
    paths: Paths,
}

impl Document {
    /// A document without operations.
    pub fn new(title: &str, version: &str, description: &str) -> Self {
        let mut licence = License::new("MIT OR Apache-2.0");
        licence.identifier = Some("MIT OR Apache-2.0".to_owned());
        let info = InfoBuilder::new().title(title).version(version).description(Some(description)).license(Some(licence));
        let mut server = Server::new("/");
        server.description = Some("The deployment that this document is read from".to_owned());
        let document = OpenApiBuilder::new().info(info).servers(Some([server])).tags(Some(Vec::<Tag>::new())).build();
        Self { document, components: Components::new(), paths: Paths::new() }
    }

    /// Adds the credential that every operation needs, unless it says otherwise.
    pub fn with_credential(mut self, name: &str, scheme: SecurityScheme) -> Self {
        self.components.add_security_scheme(name, scheme);
        self.document.security = Some(vec![SecurityRequirement::new(name, [""; 0])]);
        self
    }

    /// Adds a group of operations.
    pub fn with_tag(mut self, name: &str, description: &str) -> Self {
        let mut tag = Tag::new(name);
        tag.description = Some(description.to_owned());
        self.document.tags.get_or_insert_default().push(tag);
        self
    }

    /// Adds a schema that others refer to by its name.
    pub fn with_schema(mut self, name: &str, schema: impl Into<RefOr<Schema>>) -> Self {
        self.components.schemas.insert(name.to_owned(), schema.into());
        self
    }

    /// Adds what the method does at this path.
    pub fn with_operation(mut self, method: HttpMethod, path: &str, operation: OperationBuilder) -> Self {
        let item = PathItem::new(method, operation);
        match self.paths.paths.get_mut(path) {
            Some(known) => known.merge_operations(item),
            None => _ = self.paths.paths.insert(path.to_owned(), item),
        }
        self
    }

    /// The document.
    #[must_use]
    pub fn written(mut self) -> OpenApi {
        self.document.components = Some(self.components);
        self.document.paths = self.paths;
        self.document
    }
}

/// An operation of the function with this name.
pub fn operation(function: &str, tag: &str, summary: &str, description: &str, answers: Answers) -> OperationBuilder {
    OperationBuilder::new()
        .operation_id(Some(function))
        .tag(tag)
        .summary(Some(summary))
        .description(Some(description))
        .responses(answers.described())
}

/// A parameter of the path.
#[must_use]
pub fn path_parameter(name: &str, description: &str, schema: impl Into<RefOr<Schema>>) -> Parameter {
    parameter(ParameterIn::Path, name, description, schema).required(Required::True).build()
}

/// A parameter of the query that may be left out.
#[must_use]
pub fn query_parameter(name: &str, description: &str, schema: impl Into<RefOr<Schema>>) -> Parameter {
    parameter(ParameterIn::Query, name, description, schema).required(Required::False).build()
}

/// The header by which a change is made once, however often it is sent.
#[must_use]
pub fn idempotency_key() -> Parameter {
    let description = "Makes the call safe to repeat: the same call with the same key is carried out once, and gets the first answer \
                       again for seven days.";
    parameter(ParameterIn::Header, IDEMPOTENCY_KEY, description, schemas::idempotency_key()).required(Required::False).build()
}

/// The header by which a change is made only to a revision that the client has seen.
#[must_use]
pub fn if_match() -> Parameter {
    let description = "Carries the call out only if the record is at one of these revisions, named as `ETag` named them.";
    parameter(ParameterIn::Header, "If-Match", description, schemas::entity_tags()).required(Required::False).build()
}

/// The header by which a record is sent only if the client does not have it.
#[must_use]
pub fn if_none_match() -> Parameter {
    let description =
        "Answers 304 without a body if the record is at one of these revisions. A value that can't be read is ignored.";
    parameter(ParameterIn::Header, "If-None-Match", description, schemas::string()).required(Required::False).build()
}

fn parameter(place: ParameterIn, name: &str, description: &str, schema: impl Into<RefOr<Schema>>) -> ParameterBuilder {
    ParameterBuilder::new().name(name).parameter_in(place).description(Some(description)).schema(Some(schema))
}

/// A body that a request must have, in one of these media types, each with a schema and an example.
#[must_use]
pub fn body<S: Into<RefOr<Schema>>>(
    description: &str,
    contents: impl IntoIterator<Item = (&'static str, S, Value)>,
) -> RequestBody {
    let body = RequestBodyBuilder::new().description(Some(description)).required(Some(Required::True));
    let contents = contents.into_iter().map(|(media_type, schema, example)| {
        (media_type, ContentBuilder::new().schema(Some(schema)).example(Some(example)).build())
    });
    contents.fold(body, |body, (media_type, content)| body.content(media_type, content)).build()
}
