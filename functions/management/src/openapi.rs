//! The OpenAPI document of this API.

mod customer;
mod parts;
mod payment_option;
mod subscription;

use shared::lambda::openapi::Document;
use shared::lambda::openapi::schemas::{ANY_USABLE, any_usable};
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

/// The document.
#[must_use]
pub fn document() -> OpenApi {
    let user = HttpBuilder::new()
        .scheme(HttpAuthScheme::Basic)
        .description(Some("The name of a service user, which begins with `api-`, and its password (RFC 7617)."));
    let document = Document::new(
        "Management API",
        "v01",
        "For back-office and billing programs, in JSON and in XML. PUT creates and POST changes.\n\n`Content-Type` names the format \
         of a body: JSON (also without the header), XML or a form. `Accept`, with its q-values, names the format of answers and \
         errors: JSON, unless XML is wanted more. In XML the fields are attributes; in a body they may be child elements too. A \
         service user sees the customers of the accounts that it was granted; any other customer is answered as one that does not \
         exist.",
    )
    .with_credential("user", SecurityScheme::Http(user.build()))
    .with_schema(ANY_USABLE, any_usable())
    .with_schema("Error", parts::error());
    let document = payment_option::described(customer::described(document));
    subscription::described(document).written()
}
