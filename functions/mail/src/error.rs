//! The errors of the function that sends mails. On the wire they are Lambda function errors, as those of operators' functions.

use std::fmt;

use lambda_runtime::Diagnostic;
use shared::lambda::bootstrap::OperatorError;
use shared::store::StoreError;

/// Why no mails were sent.
#[derive(thiserror::Error)]
pub enum Error {
    /// The deployment sends no mail.
    #[error("This deployment sends no mail: it has no MAIL_SENDER.")]
    Off,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl OperatorError for Error {}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl From<Error> for Diagnostic {
    fn from(error: Error) -> Self {
        let code = match &error {
            Error::Off => "CONFLICT",
            Error::Store(error) if error.is_temporary() => "SERVICE_UNAVAILABLE",
            Error::Store(_) => "INTERNAL_ERROR",
        };
        Self { error_type: code.to_owned(), error_message: error.to_string() }
    }
}
