//! The Reseller API v3, continued: the brand of a reseller. Its wire format is that of the package `reseller`.
//!
//! Everybody reads a logo, by an address that names its bytes. Only `replace_logo`, and its like among the pages, reads an image that a
//! client sent; what it stores is one that this package made.

mod branding;
mod delete_logo;
mod get_branding;
pub mod logo;
#[cfg(feature = "openapi")]
pub mod openapi;
mod replace_logo;
mod show_logo;
mod update_branding;

pub use delete_logo::delete_logo;
pub use get_branding::get_branding;
pub use replace_logo::replace_logo;
pub use show_logo::show_logo;
pub use update_branding::update_branding;

shared::routed_functions!(delete_logo, get_branding, replace_logo, show_logo, update_branding,);
