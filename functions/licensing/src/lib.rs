//! The ScriptLock licensing API v1.0: form bodies, an opaque `Basic` token, and statuses that say success in unusual ways: 302
//! for a record that was found, 304 for a change that changes nothing, 410 for one that was deleted.
//!
//! One file per route; what they have in common on the wire stands in the others.

mod answer;
mod body;
mod create_customer;
mod delete_customer;
mod error;
mod get_customer;
mod list_customers;
mod request;
mod update_customer;

pub use create_customer::create_customer;
pub use delete_customer::delete_customer;
pub use error::Error;
pub use get_customer::get_customer;
pub use list_customers::list_customers;
pub use update_customer::update_customer;
