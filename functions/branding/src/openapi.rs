//! What these calls add to the OpenAPI document of the reseller API.

use lambda_http::http::StatusCode;
use reseller::Error;
use reseller::answer::JSON;
use reseller::openapi::{ERRORS, answers_to, envelope, errors_of_a_body};
use serde_json::json;
use shared::domain::brand::{Brand, LogoHash};
use shared::domain::color::Color;
use shared::domain::quota::Quota;
use shared::domain::reseller::ResellerId;
use shared::lambda::faults::Faults;
use shared::lambda::functions::function_name;
use shared::lambda::openapi::schemas::{integer, named, or_null, record, string, with_others};
use shared::lambda::openapi::{Answers, Document, body, idempotency_key, if_match, if_none_match, operation, path_parameter};
use shared::lambda::response::{Response, empty, with_entity_tag};
use utoipa::openapi::HttpMethod;
use utoipa::openapi::path::OperationBuilder;
use utoipa::openapi::schema::ObjectBuilder;
use utoipa::openapi::security::SecurityRequirement;

use crate::branding::one;
use crate::logo::{self, Unreadable};
use crate::show_logo::shown;

const TAG: &str = "Branding";
const BRAND: &str = "/api/v3/reseller/branding/";
const LOGO: &str = "/api/v3/reseller/branding/logo/";
const IMAGE: &str = "/branding/{reseller}/{file}";

/// The media type of an image that is sent, whatever image it is.
const BYTES: &str = "application/octet-stream";

/// The document of the reseller API, with these calls.
pub fn with_branding(document: Document) -> Document {
    document
        .with_tag(TAG, "What the people of a reseller's customers see of it: a colour and a logo.")
        .with_schema("Branding", brand())
        .with_schema("BrandingAnswer", envelope(named("Branding"), integer(1, 1)))
        .with_schema("BrandingBody", sent())
        .with_operation(HttpMethod::Get, BRAND, get_branding())
        .with_operation(HttpMethod::Put, BRAND, update_branding())
        .with_operation(HttpMethod::Put, LOGO, replace_logo())
        .with_operation(HttpMethod::Delete, LOGO, delete_logo())
        .with_operation(HttpMethod::Get, IMAGE, show_logo())
}

fn function(handler: &str) -> String {
    function_name(env!("CARGO_PKG_NAME"), handler)
}

fn answers() -> Answers {
    answers_to(
        "The key is a customer's or that of the platform's own reseller, or lacks the permission: `read` for GET, `write` for all else.",
    )
}

/// The example.
fn example(status: StatusCode) -> Response {
    let color = Color::new(0x1a, 0x73, 0xe8);
    let brand = Brand { color: Some(color), logo: Some(LogoHash::of(b"")), revision: 2 };
    // Every number but zero is that of a reseller.
    ResellerId::new(1).map_or_else(|| empty(status), |reseller| one(status, reseller, &brand))
}

fn get_branding() -> OperationBuilder {
    let not_modified = with_entity_tag(empty(StatusCode::NOT_MODIFIED), "\"1-2\"");
    let answers = answers().with("The brand.", Some(named("BrandingAnswer")), [example(StatusCode::OK)]).with(
        "The client has the brand.",
        None,
        [not_modified],
    );
    let description = "Answers the brand of the reseller. One that was never changed has neither colour nor logo.";
    operation(&function("get_branding"), TAG, "Read the brand", description, answers).parameter(if_none_match())
}

fn update_branding() -> OperationBuilder {
    let answers = answers()
        .with_errors_of_a_change_of_one::<Error>(ERRORS)
        .with("The brand as it is now.", Some(named("BrandingAnswer")), [example(StatusCode::CREATED)])
        .with_errors(ERRORS, errors_of_a_body());
    let description = "Picks the colour of the brand. The logo stays.";
    operation(&function("update_branding"), TAG, "Pick the colour", description, answers)
        .parameter(if_match())
        .parameter(idempotency_key())
        .request_body(Some(body("The colour.", [(JSON, named("BrandingBody"), json!({"color": "#1a73e8"}))])))
}

fn replace_logo() -> OperationBuilder {
    let unreadable = logo::read(b"").err().unwrap_or(Unreadable::DAMAGED);
    let answers = answers()
        .with_errors_of_a_change_of_one::<Error>(ERRORS)
        .with("The brand as it is now.", Some(named("BrandingAnswer")), [example(StatusCode::CREATED)])
        .with_errors(
            ERRORS,
            [(
                Error::Invalid(Faults::one("logo", unreadable)),
                "The body is empty, larger than 2 MB, or no image that can be read.",
            )],
        );
    let description = "Replaces the logo. The body is the image: PNG, JPEG, GIF, WebP, BMP, ICO, TIFF or SVG, whatever \
                       `Content-Type` says, of at most 2 MB and 4,096 pixels a side. It is stored anew as PNG, made smaller to fit into \
                       1,024 × 256 pixels and 64 KB. The address of the former logo leads nowhere from then on.";
    let image = string().description(Some("The bytes of the image."));
    operation(&function("replace_logo"), TAG, "Replace the logo", description, answers)
        .parameter(if_match())
        .parameter(idempotency_key())
        .request_body(Some(body("The image.", [(BYTES, image, json!(DRAWING))])))
}

/// An image that is text.
const DRAWING: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 40 10\"><circle cx=\"5\" cy=\"5\" r=\"5\" \
                       fill=\"#1a73e8\"/></svg>";

fn delete_logo() -> OperationBuilder {
    let answers = answers()
        .with_errors_of_a_change_of_one::<Error>(ERRORS)
        .with("The logo is deleted.", None, [empty(StatusCode::NO_CONTENT)])
        .with_errors(ERRORS, [(Error::NotFound("logo"), "There is no logo, or no longer.")]);
    let description = "Deletes the logo. Its address leads nowhere from then on.";
    operation(&function("delete_logo"), TAG, "Delete the logo", description, answers)
        .parameter(if_match())
        .parameter(idempotency_key())
}

fn show_logo() -> OperationBuilder {
    let png = string().description(Some("The bytes of the PNG."));
    let answers = Answers::new()
        .with("The logo.", Some(png.into()), [shown(Vec::new())])
        .with_errors(ERRORS, [(Error::NotFound("logo"), "The reseller has no such logo, or no longer.")])
        .with_failures::<Error>(ERRORS, &[Quota::Source]);
    let description = "Answers the image of a logo. Everybody may read it, at the address that `logo_url` is. What stands at an \
                       address never changes.";
    operation(&function("show_logo"), TAG, "Show a logo", description, answers)
        .securities(Some(Vec::<SecurityRequirement>::new()))
        .parameter(path_parameter("reseller", "The number of the reseller.", string().pattern(Some("^[1-9][0-9]{0,7}$"))))
        .parameter(path_parameter(
            "file",
            "The SHA-256 of the image, and `.png`.",
            string().pattern(Some("^[0-9a-f]{64}\\.png$")),
        ))
}

fn brand() -> ObjectBuilder {
    let color = or_null(string().pattern(Some("^#[0-9a-f]{6}$")));
    let logo_url = or_null(string().pattern(Some("^/branding/[1-9][0-9]{0,7}/[0-9a-f]{64}\\.png$")));
    record([
        ("color", color.description(Some("The colour, in lower case; `null` until one was picked.")).into()),
        (
            "logo_url",
            logo_url.description(Some("Where everybody reads the logo; `null` without one. It changes with the image.")).into(),
        ),
    ])
}

fn sent() -> ObjectBuilder {
    let color = string()
        .pattern(Some("^[ \\t\\r\\n]*#[0-9a-fA-F]{6}[ \\t\\r\\n]*$"))
        .description(Some("`#` and six hexadecimal digits."));
    with_others(
        ObjectBuilder::new()
            .description(Some("Texts are trimmed at both ends. Unknown fields are ignored."))
            .property("color", color)
            .required("color"),
    )
}
