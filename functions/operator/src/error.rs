//! The errors of operators' functions. On the wire they are Lambda function errors: `errorType` is a code, `errorMessage` a
//! sentence.

use lambda_runtime::Diagnostic;
use shared::table::StoreError;

/// Why an operator's function did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The payload is wrong. The text says how.
    #[error("{0}")]
    Invalid(String),
    /// It names something that does not exist. The text says what.
    #[error("{0}")]
    NotFound(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Error> for Diagnostic {
    fn from(error: Error) -> Self {
        let (code, message) = match error {
            Error::Invalid(message) => ("VALIDATION_ERROR", message),
            Error::NotFound(message) => ("NOT_FOUND", message),
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
