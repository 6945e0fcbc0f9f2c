//! `DELETE /api/v3/reseller/branding/logo/`: deletes the brand's logo.

use lambda_http::http::StatusCode;
use reseller::Error;
use reseller::request::{POLICY, token};
use shared::lambda::idempotency::keeping;
use shared::lambda::request::Request;
use shared::lambda::response::{Response, empty};
use shared::store::{Table, Write};

use crate::branding::{opened, refusal};

/// Answers 204 without a body. The address of the logo leads nowhere from then on.
///
/// # Errors
/// 404 when there is no logo, 412 when the brand is at another revision than `If-Match` says, 401 and 403 when the caller is refused.
pub async fn delete_logo(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let token = token(table, request, POLICY).await?;
    let (caller, brand) = opened(table.brand_load(&token).await?)?;
    let expected = request.expected_revision()?;
    let answer = || empty(StatusCode::NO_CONTENT);
    table.brand_delete_logo(&caller, &expected, brand, &keeping(|_| answer())).await.map_err(refusal)?;
    Ok(answer())
}
