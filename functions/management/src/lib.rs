//! The Management API v01: `PUT` creates and `POST` changes, in JSON and in XML, for service users that are limited to the
//! accounts that they were granted.
//!
//! One file per action; the other files hold what the actions have in common on the wire.

mod answer;
mod body;
mod create_customer;
mod error;
mod find_customers;
mod find_query;
mod load_customer;
mod media;
mod modify_customer;
#[cfg(feature = "openapi")]
pub mod openapi;
mod request;
mod sent;
mod xml;

pub use create_customer::create_customer;
pub use error::Error;
pub use find_customers::find_customers;
pub use load_customer::load_customer;
pub use modify_customer::modify_customer;

shared::routed_functions!(create_customer, find_customers, load_customer, modify_customer,);
