//! Resellers: provisioning them, their accounts, suspending them, and the counters that number everything.

mod change;
mod counter;
mod directory;
mod provision;

pub use counter::Counters;
pub use directory::ResellerPage;
pub use provision::Provisioned;
