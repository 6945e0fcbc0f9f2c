//! Resellers: their provisioning, accounts and suspension, and the counters of all numbers that the platform gives.

mod change;
mod counter;
mod directory;
mod platform;
mod provision;
pub(in crate::store) mod short_name;

pub use counter::Counters;
pub use directory::ResellerPage;
pub use provision::{NewReseller, ProvisionError, Provisioned};
