//! Every error of the page, as a line of text.

use lambda_http::http::StatusCode;
use shared::lambda::bootstrap::{ApiError, Failure};
use shared::lambda::request::Request;
use shared::lambda::response::{Response, response};
use shared::store::StoreError;
use shared::store::replay::Earlier;

/// Why a file was not shown.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such file.
    #[error("no such file")]
    NoSuchFile,
    /// The file is there in compressed form alone, which the client does not accept.
    #[error("gzip is not accepted")]
    OnlyCompressed,
    /// A failure that the client did not cause.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl From<Earlier> for Error {
    fn from(_: Earlier) -> Self {
        // The page changes nothing, so that there is no earlier change.
        Self::Failed(StoreError::Internal("an earlier change was found".to_owned()).into())
    }
}

impl ApiError for Error {
    fn response(&self, _: &Request) -> Response {
        let (status, text) = match self {
            Self::NoSuchFile | Self::Failed(Failure::NoSuchRoute) => (StatusCode::NOT_FOUND, "There is nothing at this address."),
            Self::OnlyCompressed => (StatusCode::NOT_ACCEPTABLE, "This file is compressed: send \"Accept-Encoding: gzip\"."),
            Self::Failed(_) => (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side."),
        };
        response(status, "text/plain; charset=utf-8", format!("{text}\n"))
    }
}
