//! The Reseller API v3, continued: what belongs to a customer. Its wire format is that of the package `reseller`.
//!
//! There are two doors to the same rows. A reseller comes through `/api/v3/reseller/customer/{id}/…` with its own key; the customer
//! itself through `/api/v3/…` with one of its tokens. One handler serves both, and [`door`] decides whose rows they are.

mod create_token;
mod delete_token;
mod door;
mod get_customer;
mod list_tokens;
#[cfg(feature = "openapi")]
pub mod openapi;
mod token;

pub use create_token::create_token;
pub use delete_token::delete_token;
pub use get_customer::get_customer;
pub use list_tokens::list_tokens;

shared::routed_functions!(create_token, delete_token, get_customer, list_tokens,);
