//! The errors of operators' functions. On the wire they are Lambda function errors: `errorType` is a code, `errorMessage` a
//! sentence.

use std::fmt;

use lambda_runtime::Diagnostic;
use shared::lambda::bootstrap::OperatorError;
use shared::store::StoreError;

/// Why an operator's function did not do what it was asked to do.
#[derive(thiserror::Error)]
pub enum Error {
    /// The payload is wrong. The text says what is wrong.
    #[error("{0}")]
    Invalid(String),
    /// The payload names something that does not exist. The text says what.
    #[error("{0}")]
    NotFound(String),
    /// The request can't be carried out as things are. The text says why.
    #[error("{0}")]
    Conflict(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl OperatorError for Error {}

/// For the log: no value of a payload, which may be a secret in the wrong place.
impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(_) => formatter.write_str("a wrong payload"),
            Self::NotFound(_) => formatter.write_str("something that does not exist"),
            Self::Conflict(_) => formatter.write_str("something that can't be done now"),
            Self::Store(error) => fmt::Display::fmt(error, formatter),
        }
    }
}

impl From<Error> for Diagnostic {
    fn from(error: Error) -> Self {
        let (code, message) = match error {
            Error::Invalid(message) => ("VALIDATION_ERROR", message),
            Error::NotFound(message) => ("NOT_FOUND", message),
            Error::Conflict(message) => ("CONFLICT", message),
            Error::Store(error) if error.is_temporary() => {
                ("SERVICE_UNAVAILABLE", "The table is unavailable. Try again in a moment; the log has the cause.".to_owned())
            }
            Error::Store(_) => {
                ("INTERNAL_ERROR", "Something is wrong with the deployment or the code. The log has the cause.".to_owned())
            }
        };
        Self { error_type: code.to_owned(), error_message: message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_gets_nothing_of_a_payload() {
        let secret = || "sk_reseller_0123".to_owned();
        for error in [Error::Invalid(secret()), Error::NotFound(secret()), Error::Conflict(secret())] {
            // The Lambda runtime itself logs every error of a handler, by its `Debug`.
            assert!(!format!("{error:?}").contains(&secret()));
            assert!(Diagnostic::from(error).error_message.contains(&secret()));
        }
    }
}
