//! The ScriptLock licensing API v1.0: form bodies, an opaque `Basic` token, and unusual statuses for success: 302 for a record
//! that was found, 304 for a change that changes nothing, 410 for a record that was deleted.
//!
//! Its calls about customers are those of the source document. Of licences that document says only that a delete of a customer
//! revokes them: the calls about licences are ours, in the same style. On the wire a licence is a `license`.
//!
//! One file per route; the other files hold what the routes have in common on the wire.

mod answer;
mod body;
mod check_license;
mod create_customer;
mod create_license;
mod delete_customer;
mod delete_license;
mod error;
mod get_customer;
mod get_license;
mod list_customers;
mod list_licenses;
#[cfg(feature = "openapi")]
pub mod openapi;
mod request;
mod update_customer;

pub use check_license::check_license;
pub use create_customer::create_customer;
pub use create_license::create_license;
pub use delete_customer::delete_customer;
pub use delete_license::delete_license;
pub use error::Error;
pub use get_customer::get_customer;
pub use get_license::get_license;
pub use list_customers::list_customers;
pub use list_licenses::list_licenses;
pub use update_customer::update_customer;

shared::routed_functions!(
    check_license,
    create_customer,
    create_license,
    delete_customer,
    delete_license,
    get_customer,
    get_license,
    list_customers,
    list_licenses,
    update_customer,
);
