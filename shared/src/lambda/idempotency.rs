//! Requests that are safe to repeat: the header `Idempotency-Key`, and the form in which answers are kept.
//!
//! The header is that of an IETF draft (draft-ietf-httpapi-idempotency-key-header), without its quotes, as most services take it.

use lambda_http::http::{HeaderName, HeaderValue, StatusCode};
use serde::Deserialize;
use serde_json::json;

use super::faults::Faults;
use super::request::{MAXIMUM_BODY, Request};
use super::response::Response;
use crate::domain::credential::Permission;
use crate::domain::replay::{IdempotencyKey, SentRequest};
use crate::domain::token::{IssuedToken, PresentedToken};
use crate::store::replay::Earlier;
use crate::store::{Access, AuthenticationError, Policy, StoreError, Table};

/// The header.
pub const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// What an earlier request with the same credential and idempotency key means for a request.
#[derive(Debug, thiserror::Error)]
pub enum Repetition {
    /// It is the same request: this answer is given again.
    #[error("answered before")]
    Answered(Box<Response>),
    /// It is another request.
    #[error("the idempotency key was used for another request")]
    OtherRequest,
}

impl Repetition {
    /// What the earlier request means.
    ///
    /// # Errors
    /// [`StoreError::Internal`] when the answer that was kept can't be read.
    pub fn of(earlier: Earlier) -> Result<Self, StoreError> {
        match earlier {
            Earlier::Answered(kept) => kept_answer(&kept).map(|answer| Self::Answered(Box::new(answer))),
            Earlier::Other => Ok(Self::OtherRequest),
        }
    }
}

/// An answer as it is kept.
#[derive(Deserialize)]
struct Kept {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

/// Checks the presented token of a request, and returns the issued one; in a function that writes, together with the idempotency
/// key of the request if there is one.
///
/// A body that can't be read is no request that could have been answered before, so that it is refused as without a key.
///
/// # Errors
/// Those of [`Table::token_check`]; a fault of the header, which only a verified caller learns.
pub async fn token_of<A: Access, E: From<AuthenticationError> + From<Faults>>(
    table: &Table<A>,
    policy: Policy,
    request: &Request,
    presented: Option<PresentedToken>,
) -> Result<IssuedToken, E> {
    token_with_body_of(table, policy, request, presented, MAXIMUM_BODY).await
}

/// The same for a call that takes bodies of this many bytes.
///
/// # Errors
/// The same.
pub async fn token_with_body_of<A: Access, E: From<AuthenticationError> + From<Faults>>(
    table: &Table<A>,
    policy: Policy,
    request: &Request,
    presented: Option<PresentedToken>,
    most: usize,
) -> Result<IssuedToken, E> {
    let token = table.token_check(presented).await?;
    let (Permission::Write, Some(sent)) = (A::PERMISSION, request.header(IDEMPOTENCY_KEY)) else {
        return Ok(token);
    };
    let key = IdempotencyKey::parse(sent).map_err(|fault| E::from(Faults::one(IDEMPOTENCY_KEY, fault)));
    let key = table.tell_caller(&token, policy, key).await?;
    let Ok(body) = request.body_of(most) else {
        return Ok(token);
    };
    let sent = SentRequest { method: request.method().to_owned(), path: request.path().to_owned(), body };
    let keyed = token.with_replay(&key, &sent);
    Ok(keyed.map_err(|failed| AuthenticationError::Store(failed.into()))?)
}

/// Makes the bytes of an answer, to be kept: its status, its headers and its body, which must be text.
pub fn keeping<T>(answer: impl Fn(&T) -> Response) -> impl Fn(&T) -> Vec<u8> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    move |shown| {
        let (head, body) = answer(shown).into_parts();
        let headers: Vec<_> = head.headers.iter().map(|(name, value)| (name.as_str(), text(value.as_bytes()))).collect();
        json!({"status": head.status.as_u16(), "headers": headers, "body": text(&body)}).to_string().into_bytes()
    }
}

/// The answer that was kept as these bytes.
fn kept_answer(bytes: &[u8]) -> Result<Response, StoreError> {
    let odd = || StoreError::Internal("a kept answer has another form".to_owned());
    let kept: Kept = serde_json::from_slice(bytes).map_err(|_| odd())?;
    let mut response = Response::new(kept.body.into_bytes());
    *response.status_mut() = StatusCode::from_u16(kept.status).map_err(|_| odd())?;
    for (name, value) in kept.headers {
        let name = HeaderName::try_from(name).map_err(|_| odd())?;
        response.headers_mut().append(name, HeaderValue::try_from(value).map_err(|_| odd())?);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lambda::response::{empty, response};

    #[test]
    fn an_answer_comes_back_as_it_was_kept() {
        let mut created =
            response(StatusCode::CREATED, "application/xml; charset=utf-8", "<customer city=\"Zürich\"/>".to_owned());
        for cookie in ["a=1", "b=2"] {
            created.headers_mut().append("set-cookie", HeaderValue::from_static(cookie));
        }
        for answer in [created, empty(StatusCode::NO_CONTENT)] {
            let again = kept_answer(&keeping(Response::clone)(&answer)).unwrap();
            assert_eq!((again.status(), again.headers(), again.body()), (answer.status(), answer.headers(), answer.body()));
        }
    }

    #[test]
    fn other_bytes_are_no_answer() {
        for bytes in
            [&b""[..], b"{}", br#"{"status":99,"headers":[],"body":""}"#, br#"{"status":200,"headers":[["a b","c"]],"body":""}"#]
        {
            assert!(kept_answer(bytes).is_err(), "{bytes:?}");
        }
    }
}
