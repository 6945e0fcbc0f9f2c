//! What the OpenAPI documents of all APIs are made of: schemas of the values that the validators take, and answers as the code
//! gives them. No function contains any of it.
//!
//! Each API describes itself in a file of its own. A limit in a schema is the constant that the validator uses. Every status,
//! header and example of an answer is read from an answer that the API's own code makes.

mod answers;
mod document;
mod samples;
pub mod schemas;

pub use answers::{Answers, ErrorForm};
pub use document::{Document, body, idempotency_key, if_match, if_none_match, operation, path_parameter, query_parameter};
pub use samples::{
    activity_entry, customer, customer_token, licence, payment_option, request, revoked_licence, subscription, transcription,
    user,
};
