//! `PUT /api/v3/reseller/branding/`: picks the brand's colour.

use lambda_http::http::StatusCode;
use reseller::Error;
use reseller::body::Body;
use reseller::request::{POLICY, token};
use shared::domain::brand::Brand;
use shared::domain::color::Color;
use shared::domain::validation::Invalid;
use shared::lambda::faults::Faults;
use shared::lambda::idempotency::keeping;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::{Table, Write};

use crate::branding::{one, opened, refusal};

/// Answers 201 (not 200) with the brand as it is now, even if nothing changed.
///
/// # Errors
/// 400 when the body is not JSON or the colour is missing or wrong, 412 when the brand is at another revision than `If-Match` says,
/// 401 and 403 when the caller is refused.
pub async fn update_branding(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let token = token(table, request, POLICY).await?;
    let (caller, brand) = opened(table.brand_load(&token).await?)?;
    let expected = request.expected_revision()?;
    let color = sent(request)?;
    let answer = |brand: &Brand| one(StatusCode::CREATED, caller.reseller(), brand);
    let changed = table.brand_set_color(&caller, &expected, brand, color, &keeping(answer)).await;
    Ok(answer(&changed.map_err(refusal)?))
}

/// The colour that a body asks for.
fn sent(request: &Request) -> Result<Color, Error> {
    let body = Body::parse(request, &["color"])?;
    let color = match body.text("color") {
        Ok("") => Err(Invalid::Required.to_string()),
        Ok(sent) => Color::parse(sent).map_err(|error| error.to_string()),
        Err(invalid) => Err(invalid.to_string()),
    };
    color.map_err(|fault| Faults::one("color", fault).into())
}
