//! `PUT /api/v3/reseller/branding/logo/`: replaces the brand's logo. The body is the image.

use lambda_http::http::StatusCode;
use reseller::Error;
use reseller::request::{POLICY, token_with_body_of};
use shared::domain::brand::Brand;
use shared::lambda::faults::Faults;
use shared::lambda::idempotency::keeping;
use shared::lambda::request::{BodyError, Request};
use shared::lambda::response::Response;
use shared::store::{Table, Write};

use crate::branding::{one, opened, refusal};
use crate::logo::{MOST_BYTES, png_of, too_large};

/// Answers 201 with the brand as it is now, even if nothing changed.
///
/// # Errors
/// 400 when the body is no image that can be read, 412 when the brand is at another revision than `If-Match` says, 401 and 403 when the
/// caller is refused.
pub async fn replace_logo(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let token = token_with_body_of(table, request, POLICY, MOST_BYTES).await?;
    let (caller, brand) = opened(table.brand_load(&token).await?)?;
    let expected = request.expected_revision()?;
    let png = png_of(sent(request)?).await?;
    let answer = |brand: &Brand| one(StatusCode::CREATED, caller.reseller(), brand);
    let changed = table.brand_replace_logo(&caller, &expected, brand, &png, &keeping(answer)).await;
    Ok(answer(&changed.map_err(refusal)?))
}

/// The bytes of the image.
fn sent(request: &Request) -> Result<Vec<u8>, Faults> {
    match request.body_of(MOST_BYTES) {
        Ok(bytes) if bytes.is_empty() => Err(Faults::one("logo", "is required: send the image as the body")),
        Ok(bytes) => Ok(bytes),
        Err(BodyError::TooLarge) => Err(too_large()),
        Err(error @ BodyError::Undecodable) => Err(Faults::one("logo", error)),
    }
}
