//! The Reseller API v3, continued: what belongs to a customer. Its wire format is that of the package `reseller`.
//!
//! There are two doors to the same rows. A reseller comes through `/api/v3/reseller/customer/{id}/…` with its own key; the customer
//! itself through `/api/v3/…` with one of its tokens. One handler serves both, and `door` decides whose rows they are.

mod create_subscription;
mod create_token;
mod delete_subscription;
mod delete_token;
mod door;
mod get_customer;
mod get_subscription;
mod list_subscriptions;
mod list_tokens;
mod list_usage;
#[cfg(feature = "openapi")]
pub mod openapi;
mod record_usage;
mod subscription;
mod token;
mod update_subscription;
mod usage;

pub use create_subscription::create_subscription;
pub use create_token::create_token;
pub use delete_subscription::delete_subscription;
pub use delete_token::delete_token;
pub use get_customer::get_customer;
pub use get_subscription::get_subscription;
pub use list_subscriptions::list_subscriptions;
pub use list_tokens::list_tokens;
pub use list_usage::list_usage;
pub use record_usage::record_usage;
pub use update_subscription::update_subscription;

shared::routed_functions!(
    create_subscription,
    create_token,
    delete_subscription,
    delete_token,
    get_customer,
    get_subscription,
    list_subscriptions,
    list_tokens,
    list_usage,
    record_usage,
    update_subscription,
);
