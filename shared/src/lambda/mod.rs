//! What a Lambda function does around its handler, and the types with which handlers read requests and write answers.

pub mod bootstrap;
pub mod configuration;
pub mod csv;
pub mod cursor;
pub mod faults;
pub mod form;
pub mod functions;
pub mod idempotency;
pub mod json;
pub mod logging;
pub mod media;
#[cfg(feature = "openapi")]
pub mod openapi;
pub mod request;
pub mod response;
