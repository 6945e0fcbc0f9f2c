//! The Reseller API v3, continued: users, the people of a reseller and of its customers. Its wire format is that of the package
//! `reseller`, and its doors are those of the package `customer`. A third address leads to the reseller's own people,
//! `/api/v3/reseller/user/…`. One handler serves all of them.

mod create_user;
mod delete_user;
mod get_user;
mod invite_user;
mod list_users;
#[cfg(feature = "openapi")]
pub mod openapi;
mod update_user;
pub mod wire;

pub use create_user::create_user;
pub use delete_user::delete_user;
pub use get_user::get_user;
pub use invite_user::invite_user;
pub use list_users::list_users;
pub use update_user::update_user;

shared::routed_functions!(create_user, delete_user, get_user, invite_user, list_users, update_user);
