//! Why the store did not do what it was asked to do.
//!
//! The texts are for the log, never for a client. They are constants and codes, because texts of the SDK and of serde can repeat
//! a row.

use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use crate::domain::quota::QuotaExceeded;
use crate::domain::sealing::CryptographyFailed;

/// Why the store did not do what it was asked to do.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// It is unreachable or throttled: worth trying again later.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// Concurrent writers outlasted the retries: worth trying again later.
    #[error("the store is contended: {0}")]
    Contended(String),
    /// A request with the same credential and idempotency key was carried out a moment ago.
    #[error("a request with this idempotency key was carried out meanwhile")]
    Repeated,
    /// The caller has used up its share of this minute.
    #[error(transparent)]
    QuotaExceeded(#[from] QuotaExceeded),
    /// It refused the request, or contains something that can't be: a mistake in the code or in the deployment.
    #[error("the store refused: {0}")]
    Internal(String),
}

impl StoreError {
    /// Whether the same call may succeed a moment later.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Contended(_) | Self::Repeated)
    }
}

/// The codes of temporary refusals.
const TEMPORARY: [&str; 5] = [
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "TransactionConflictException",
    "TransactionInProgressException",
];

impl<E> From<SdkError<E, HttpResponse>> for StoreError
where
    E: ProvideErrorMetadata,
{
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        match &error {
            SdkError::TimeoutError(_) => Self::Unavailable("no answer in time".to_owned()),
            SdkError::DispatchFailure(failure) => {
                let kind = match failure.as_connector_error() {
                    Some(error) if error.is_timeout() => "time-out",
                    Some(error) if error.is_io() => "I/O",
                    Some(error) if error.is_user() => "user",
                    _ => "other",
                };
                Self::Unavailable(format!("the request could not be sent ({kind})"))
            }
            SdkError::ResponseError(_) => Self::Unavailable("an answer that can't be read".to_owned()),
            SdkError::ServiceError(service) => {
                let code = service.err().code().unwrap_or("no code");
                let cause = format!("{} {}", service.raw().status().as_u16(), shown(code));
                let is_temporary = service.raw().status().as_u16() >= 500 || TEMPORARY.contains(&code);
                if is_temporary { Self::Unavailable(cause) } else { Self::Internal(cause) }
            }
            _ => Self::Internal("the request could not be built".to_owned()),
        }
    }
}

/// The code, if it looks like one: a server between us and DynamoDB may answer anything.
fn shown(code: &str) -> &str {
    let is_code = code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_code { code } else { "with an odd code" }
}

impl From<serde_dynamo::Error> for StoreError {
    fn from(_: serde_dynamo::Error) -> Self {
        Self::Internal("a row does not have the form of its kind".to_owned())
    }
}

impl From<BuildError> for StoreError {
    fn from(_: BuildError) -> Self {
        Self::Internal("a request lacks a part".to_owned())
    }
}

impl From<CryptographyFailed> for StoreError {
    fn from(error: CryptographyFailed) -> Self {
        Self::Internal(error.to_string())
    }
}
