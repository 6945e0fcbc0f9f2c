//! The tokens of customers: what the reseller sees of them. Each is an API key too, whose credential decides about calls.
//!
//! A token that is deleted leaves its customer's tokens, and stays on record elsewhere, so that what it did keeps its name.

mod create;
mod delete;
mod erase;
mod read;
mod rows;

pub use create::{CreateTokenError, MadeToken};
pub use delete::DeleteTokenError;
pub(in crate::store) use rows::{Purpose, add, remove, replace};
