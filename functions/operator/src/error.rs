//! The errors of operators' functions. On the wire they are Lambda function errors: `errorType` is a code, `errorMessage` a
//! sentence.

use lambda_runtime::Diagnostic;
use shared::lambda::bootstrap::OperatorError;
use shared::store::StoreError;

/// Why an operator's function did not do what it was asked to do.
#[derive(Debug, thiserror::Error)]
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

impl OperatorError for Error {
    fn log_text(&self) -> String {
        match self {
            Self::Invalid(_) => "a wrong payload".to_owned(),
            Self::NotFound(_) => "something that does not exist".to_owned(),
            Self::Conflict(_) => "something that can't be done now".to_owned(),
            Self::Store(error) => error.to_string(),
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
