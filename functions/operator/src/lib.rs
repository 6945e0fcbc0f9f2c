//! What the platform's operators do with resellers and their keys. These functions have no route: they are invoked, with `cargo
//! lambda invoke` or `aws lambda invoke`, and answer in JSON that suits people who copy and paste.
//!
//! A payload with an unknown, missing or wrong field is refused as a whole, so that a typing error is reported and not ignored.

mod add_account;
mod advance_counters;
mod define_plan;
mod drop_secret;
mod erase_deleted;
mod error;
mod invite_user;
mod issue_key;
mod key_view;
mod limit_key;
mod list_keys;
mod list_plans;
mod list_resellers;
mod payload;
mod plan_view;
mod provision_organization;
mod provision_reseller;
mod reseller_view;
mod resume_reseller;
mod retire_plan;
mod revoke_key;
mod revoke_keys;
mod rotate_key;
mod rotate_secret;
mod secret_view;
mod send_test_mail;
mod suspend_reseller;

pub use add_account::add_account;
pub use advance_counters::advance_counters;
pub use define_plan::define_plan;
pub use drop_secret::drop_secret;
pub use erase_deleted::erase_deleted;
pub use error::Error;
pub use invite_user::invite_user;
pub use issue_key::issue_key;
pub use limit_key::limit_key;
pub use list_keys::list_keys;
pub use list_plans::list_plans;
pub use list_resellers::list_resellers;
pub use provision_organization::provision_organization;
pub use provision_reseller::provision_reseller;
pub use resume_reseller::resume_reseller;
pub use retire_plan::retire_plan;
pub use revoke_key::revoke_key;
pub use revoke_keys::revoke_keys;
pub use rotate_key::rotate_key;
pub use rotate_secret::rotate_secret;
pub use send_test_mail::send_test_mail;
pub use suspend_reseller::suspend_reseller;

shared::operator_functions!(
    add_account,
    advance_counters,
    define_plan,
    drop_secret,
    erase_deleted,
    invite_user,
    issue_key,
    limit_key,
    list_keys,
    list_plans,
    list_resellers,
    provision_organization,
    provision_reseller,
    resume_reseller,
    retire_plan,
    revoke_key,
    revoke_keys,
    rotate_key,
    rotate_secret,
    send_test_mail,
    suspend_reseller,
);
