//! The Reseller API v3, continued: what belongs to a customer. Its wire format is that of the package `reseller`.
//!
//! There are two doors to the same rows. A reseller comes through `/api/v3/reseller/customer/{id}/…` with its own key; the customer
//! itself through `/api/v3/…` with one of its tokens. One handler serves both, and `door` decides whose rows they are.

mod create_subscription;
mod create_token;
mod create_transcription;
mod delete_subscription;
mod delete_token;
mod delete_transcription;
pub mod door;
mod get_customer;
mod get_subscription;
mod get_transcription;
mod list_subscriptions;
mod list_tokens;
mod list_transcriptions;
mod list_usage;
#[cfg(feature = "openapi")]
pub mod openapi;
mod record_usage;
pub mod subscription;
pub mod token;
pub mod transcription;
mod update_subscription;
mod update_transcription;
mod usage;

pub use create_subscription::create_subscription;
pub use create_token::create_token;
pub use create_transcription::create_transcription;
pub use delete_subscription::delete_subscription;
pub use delete_token::delete_token;
pub use delete_transcription::delete_transcription;
pub use get_customer::get_customer;
pub use get_subscription::get_subscription;
pub use get_transcription::get_transcription;
pub use list_subscriptions::list_subscriptions;
pub use list_tokens::list_tokens;
pub use list_transcriptions::list_transcriptions;
pub use list_usage::list_usage;
pub use record_usage::record_usage;
pub use update_subscription::update_subscription;
pub use update_transcription::update_transcription;

shared::routed_functions!(
    create_subscription,
    create_token,
    create_transcription,
    delete_subscription,
    delete_token,
    delete_transcription,
    get_customer,
    get_subscription,
    get_transcription,
    list_subscriptions,
    list_tokens,
    list_transcriptions,
    list_usage,
    record_usage,
    update_subscription,
    update_transcription,
);
