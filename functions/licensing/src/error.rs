//! Every error of this API, and the one form that they have on the wire.

use lambda_http::http::header::WWW_AUTHENTICATE;
use lambda_http::http::{HeaderValue, StatusCode};
use serde_json::{Value, json};
use shared::domain::credential::Refusal;
use shared::domain::licence::LicenceId;
use shared::lambda::bootstrap::{ApiError, Failure};
use shared::lambda::faults::Faults;
use shared::lambda::idempotency::Repetition;
use shared::lambda::request::{BodyError, Request};
use shared::lambda::response::{Response, response};
use shared::store::customer::WriteError;
use shared::store::licence::{IssueError, RevokeError};
use shared::store::replay::Earlier;
use shared::store::{AuthenticationError, StoreError};

use crate::answer::JSON;

/// Why a call was not answered as it asked. The text of the `Display` is for the log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller is refused.
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
    /// The body is no form, or too large to be read. The text is for the client too.
    #[error("malformed body")]
    Malformed(String),
    /// Fields or parameters are wrong.
    #[error("validation failed")]
    Invalid(Faults),
    /// There is no such customer, or it is not the caller's.
    #[error("no such customer")]
    NotFound,
    /// There is no such licence, or it is not the caller's.
    #[error("no such licence")]
    NoLicence,
    /// Another customer of the account has the e-mail address.
    #[error("the address is taken")]
    Taken,
    /// The customer or the licence is not as the request expects it.
    #[error("not the expected revision")]
    OtherRevision,
    /// A licence of the account is active for the product and host.
    #[error("a licence is active for this product and host")]
    Active,
    /// The customer has had as many licences as a customer can have.
    #[error("the customer can have no more licences")]
    Exhausted,
    /// Concurrent changes outlasted the retries of a delete.
    #[error("{0}")]
    NotDeleted(String),
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

impl From<BodyError> for Error {
    fn from(error: BodyError) -> Self {
        Self::Malformed(error.to_string())
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
            WriteError::Taken(_) => Self::Taken,
            WriteError::OtherRevision => Self::OtherRevision,
        }
    }
}

impl From<RevokeError> for Error {
    fn from(error: RevokeError) -> Self {
        match error {
            RevokeError::Store(error) => error.into(),
            RevokeError::OtherRevision => Self::OtherRevision,
        }
    }
}

impl From<IssueError> for Error {
    fn from(error: IssueError) -> Self {
        match error {
            IssueError::Store(error) => error.into(),
            IssueError::Active => Self::Active,
            IssueError::Exhausted => Self::Exhausted,
        }
    }
}

impl ApiError for Error {
    fn response(&self, _: &Request) -> Response {
        use StatusCode as Status;
        let (status, code, message) = match self {
            Self::Refused(Refusal::Suspended) => {
                (Status::FORBIDDEN, "FORBIDDEN", "The account of this token is suspended.".to_owned())
            }
            Self::Refused(Refusal::NotAllowed | Refusal::Inactive) => {
                (Status::FORBIDDEN, "FORBIDDEN", "This token does not allow this call.".to_owned())
            }
            Self::Refused(_) => {
                (Status::UNAUTHORIZED, "UNAUTHORIZED", "Send a valid token: \"Authorization: Basic <32 digits>\".".to_owned())
            }
            Self::Malformed(fault) => (Status::BAD_REQUEST, "MALFORMED_BODY", format!("The body can't be read: {fault}.")),
            Self::Invalid(faults) => (Status::BAD_REQUEST, "VALIDATION_ERROR", faults.sentence()),
            Self::NotFound => (Status::NOT_FOUND, "NOT_FOUND", "There is no customer with this id.".to_owned()),
            Self::NoLicence => (Status::NOT_FOUND, "NOT_FOUND", "There is no licence with this id.".to_owned()),
            Self::Failed(Failure::NoSuchRoute) => {
                (Status::NOT_FOUND, "NOT_FOUND", "There is nothing at this address.".to_owned())
            }
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
            Self::Taken => (Status::CONFLICT, "CONFLICT", "Another customer has this e-mail address.".to_owned()),
            Self::Active => {
                (Status::CONFLICT, "CONFLICT", "There is an active licence for this product and this host.".to_owned())
            }
            Self::Exhausted => (
                Status::CONFLICT,
                "CONFLICT",
                format!("This customer has had {} licences and can have no more.", LicenceId::MAX_ORDINAL),
            ),
            Self::NotDeleted(_) => (
                Status::CONFLICT,
                "CONFLICT",
                "The customer is being changed at the same time. Try again in a moment.".to_owned(),
            ),
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
        let mut body = json!({"error": code, "message": message});
        if let (Self::Invalid(faults), Some(body)) = (self, body.as_object_mut()) {
            let fields = faults.iter().map(|(field, fault)| (field.to_owned(), fault.into())).collect();
            body.insert("fields".to_owned(), Value::Object(fields));
        }
        let mut response = response(status, JSON, body.to_string());
        if status == Status::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"ScriptLock API\""));
        }
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
