//! Every error of this API, and the one form that they have on the wire.

use lambda_http::http::StatusCode;
use serde_json::{Value, json};
use shared::domain::credential::Refusal;
use shared::lambda::bootstrap::{ApiError, Failure};
use shared::lambda::faults::Faults;
use shared::lambda::idempotency::Repetition;
use shared::lambda::request::Request;
use shared::lambda::response::{Response, response};
use shared::store::customer::WriteError;
use shared::store::replay::Earlier;
use shared::store::{AuthenticationError, StoreError};

use crate::answer::JSON;

/// Why a call was not answered as it asked. The text of the `Display` is for the log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller is refused.
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
    /// The body can't be read. The text is for the client too.
    #[error("malformed body")]
    Malformed(String),
    /// The body is too large to be read.
    #[error("body too large")]
    TooLarge,
    /// Fields or parameters are wrong.
    #[error("validation failed")]
    Invalid(Faults),
    /// There is no such object, or it is not the caller's. The text is what it would be.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// The object is at another revision than the request expects.
    #[error("not the expected revision")]
    OtherRevision,
    /// The idempotency key of the request was used before.
    #[error(transparent)]
    Repeated(Repetition),
    /// A failure that the client did not cause, or no such route.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl From<Faults> for Error {
    fn from(faults: Faults) -> Self {
        Self::Invalid(faults)
    }
}

impl From<AuthenticationError> for Error {
    fn from(error: AuthenticationError) -> Self {
        match error {
            AuthenticationError::Refused(refusal) => refusal.into(),
            AuthenticationError::Store(error) => error.into(),
            AuthenticationError::Earlier(earlier) => earlier.into(),
        }
    }
}

impl From<Earlier> for Error {
    fn from(earlier: Earlier) -> Self {
        Repetition::of(earlier).map_or_else(Self::from, Self::Repeated)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<WriteError> for Error {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Store(error) => error.into(),
            WriteError::OtherRevision => Self::OtherRevision,
            // This API creates customers without reservations, and a change holds the new address only if it is free.
            WriteError::Taken(_) => StoreError::Internal("a value was to be held exclusively".to_owned()).into(),
        }
    }
}

impl ApiError for Error {
    fn response(&self, _: &Request) -> Response {
        use StatusCode as Status;
        let (status, code, message) = match self {
            Self::Refused(Refusal::Missing) => {
                (Status::UNAUTHORIZED, "MISSING_API_KEY", "Send your API key in the header x-zoom-s2t-key.".to_owned())
            }
            Self::Refused(Refusal::Invalid) => (Status::UNAUTHORIZED, "INVALID_API_KEY", "This API key is not valid.".to_owned()),
            Self::Refused(Refusal::Revoked) => (Status::UNAUTHORIZED, "KEY_REVOKED", "This API key has been revoked.".to_owned()),
            Self::Refused(Refusal::Suspended) => {
                (Status::FORBIDDEN, "RESELLER_SUSPENDED", "This reseller is suspended. Contact support.".to_owned())
            }
            Self::Refused(Refusal::Inactive) => {
                (Status::FORBIDDEN, "ORGANIZATION_INACTIVE", "This organization is inactive. Contact its reseller.".to_owned())
            }
            Self::Refused(Refusal::NotAllowed) => {
                (Status::FORBIDDEN, "FORBIDDEN", "This API key does not allow this call.".to_owned())
            }
            Self::Malformed(fault) => (Status::BAD_REQUEST, "MALFORMED_JSON", format!("The body can't be read: {fault}.")),
            Self::TooLarge => {
                (Status::BAD_REQUEST, "VALIDATION_ERROR", "The body is too large: it may have at most 262144 bytes.".to_owned())
            }
            Self::Invalid(faults) => (Status::BAD_REQUEST, "VALIDATION_ERROR", faults.sentence()),
            Self::NotFound(what) => (Status::NOT_FOUND, "NOT_FOUND", format!("There is no {what} with this id.")),
            Self::OtherRevision => (
                Status::PRECONDITION_FAILED,
                "PRECONDITION_FAILED",
                "The record has changed since you read it. Read it again.".to_owned(),
            ),
            Self::Repeated(Repetition::Answered(answer)) => return answer.as_ref().clone(),
            Self::Repeated(Repetition::OtherRequest) => (
                Status::UNPROCESSABLE_ENTITY,
                "IDEMPOTENCY_KEY_REUSED",
                "This Idempotency-Key was used for another request.".to_owned(),
            ),
            Self::Failed(Failure::NoSuchRoute) => {
                (Status::NOT_FOUND, "NOT_FOUND", "There is nothing at this address.".to_owned())
            }
            Self::Failed(failure) if let Some(exceeded) = failure.exceeded() => {
                (Status::TOO_MANY_REQUESTS, "RATE_LIMITED", exceeded.to_string())
            }
            Self::Failed(failure) if failure.is_temporary() => (
                Status::SERVICE_UNAVAILABLE,
                "SERVICE_UNAVAILABLE",
                "The service is temporarily unavailable. Try again in a moment.".to_owned(),
            ),
            Self::Failed(_) => (
                Status::INTERNAL_SERVER_ERROR,
                "INTERNAL_ERROR",
                "Something went wrong on our side. Contact support if it persists.".to_owned(),
            ),
        };
        let mut body = json!({
            "error": status.canonical_reason(),
            "message": message,
            "error_message": message,
            "error_code": code,
        });
        if let (Self::Invalid(faults), Some(body)) = (self, body.as_object_mut()) {
            let details = faults.iter().map(|(field, fault)| (field.to_owned(), fault.into())).collect();
            body.insert("details".to_owned(), Value::Object(details));
        }
        let response = response(status, JSON, body.to_string());
        if let Self::Failed(failure) = self { failure.tell_when(response) } else { response }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_gets_nothing_of_a_body() {
        assert_eq!(Error::Malformed("Ann Rivers".to_owned()).to_string(), "malformed body");
        assert_eq!(Error::Invalid(Faults::one("email", "Ann Rivers")).to_string(), "validation failed");
    }
}
