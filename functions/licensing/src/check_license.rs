//! `GET /api/license/check?key=…&host=…`: whether a licence is valid on a host. The licensed product itself asks. The licence key
//! is the only credential that it needs.

use lambda_http::http::StatusCode;
use serde_json::{Value, json};
use shared::domain::licence::PresentedLicenceKey;
use shared::lambda::faults::Faults;
use shared::lambda::request::Request;
use shared::lambda::response::{Response, response};
use shared::store::{Read, Table};

use crate::Error;
use crate::answer::JSON;
use crate::request::{once, query};

/// Answers 200 when the licence is valid on this host, otherwise 403 with the first reason that applies: there is no licence with
/// this key, it is revoked, or it is for another host.
///
/// # Errors
/// 400 when a parameter is repeated or can't be decoded, 429 when the source address has used up its share.
pub async fn check_license(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let sent = query(request)?;
    let mut faults = Faults::default();
    let key = once(&sent, "key", &mut faults);
    let host = once(&sent, "host", &mut faults);
    let (key, host) = faults.none_or((key, host))?;
    let presented = key.and_then(PresentedLicenceKey::parse);
    Ok(match table.licence_check(presented, request.source_address()).await? {
        None => refused("unknown"),
        Some(licence) if licence.revoked_at.is_some() => refused("revoked"),
        Some(licence) if !host.is_some_and(|host| licence.is_for(host)) => refused("host"),
        Some(licence) => answer(
            StatusCode::OK,
            &json!({
                "valid": true,
                "license_id": licence.id,
                "product": licence.product,
                "host": licence.host,
                "issued_at": licence.issued_at,
            }),
        ),
    })
}

pub(crate) fn refused(reason: &str) -> Response {
    answer(StatusCode::FORBIDDEN, &json!({"valid": false, "reason": reason}))
}

fn answer(status: StatusCode, body: &Value) -> Response {
    response(status, JSON, body.to_string())
}
