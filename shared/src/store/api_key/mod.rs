//! API keys: issuing, listing, limiting, revoking and rotating credentials. Only operators' functions do so.

mod as_token;
mod issue;
mod limit;
mod record;
mod revoke;
mod rotate;

pub(in crate::store) use issue::put;
pub use issue::{IssueKeyError, IssuedKey, NewKey};
pub use record::KeySummary;
pub use rotate::RotateKeyError;
