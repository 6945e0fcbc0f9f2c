//! The Reseller API v3: JSON in envelopes, authenticated by the header `x-zoom-s2t-key`.
//!
//! One file per route; the other files hold what the routes have in common on the wire. The package `customer` continues this API:
//! what is public here but the handlers is for it, and for the operators' functions that take and show the same.

pub mod answer;
pub mod body;
mod create_customer;
mod delete_customer;
mod error;
mod get_customer;
mod get_dashboard;
mod list_activity;
mod list_customers;
mod list_plans;
pub mod list_query;
mod list_usage;
#[cfg(feature = "openapi")]
pub mod openapi;
pub mod plan_view;
pub mod profile;
pub mod request;
mod update_customer;
pub mod usage_query;
pub mod whole_list;

pub use create_customer::create_customer;
pub use delete_customer::delete_customer;
pub use error::Error;
pub use get_customer::get_customer;
pub use get_dashboard::get_dashboard;
pub use list_activity::list_activity;
pub use list_customers::list_customers;
pub use list_plans::list_plans;
pub use list_usage::list_usage;
pub use update_customer::update_customer;

shared::routed_functions!(
    create_customer,
    delete_customer,
    get_customer,
    get_dashboard,
    list_activity,
    list_customers,
    list_plans,
    list_usage,
    update_customer,
);
