//! The Management API v01: `PUT` creates and `POST` changes, in JSON and in XML, for service users that are limited to the
//! accounts that they were granted.
//!
//! One file per action; the other files hold what the actions have in common on the wire.

mod answer;
mod body;
mod cards;
mod create_customer;
mod create_payment_option;
mod create_subscription;
mod error;
mod find_customers;
mod find_payment_options;
mod find_query;
mod find_subscriptions;
mod load_customer;
mod load_payment_option;
mod load_subscription;
mod media;
mod modify_customer;
mod modify_payment_option;
mod modify_subscription;
#[cfg(feature = "openapi")]
pub mod openapi;
mod payment_option;
mod request;
mod resource;
mod sent;
mod subscription;
mod subscription_query;
mod visit;
mod whole_list;
mod xml;

pub use create_customer::create_customer;
pub use create_payment_option::create_payment_option;
pub use create_subscription::create_subscription;
pub use error::Error;
pub use find_customers::find_customers;
pub use find_payment_options::find_payment_options;
pub use find_subscriptions::find_subscriptions;
pub use load_customer::load_customer;
pub use load_payment_option::load_payment_option;
pub use load_subscription::load_subscription;
pub use modify_customer::modify_customer;
pub use modify_payment_option::modify_payment_option;
pub use modify_subscription::modify_subscription;

shared::routed_functions!(
    create_customer,
    create_payment_option,
    create_subscription,
    find_customers,
    find_payment_options,
    find_subscriptions,
    load_customer,
    load_payment_option,
    load_subscription,
    modify_customer,
    modify_payment_option,
    modify_subscription,
);
