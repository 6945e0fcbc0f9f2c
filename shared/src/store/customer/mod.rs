//! The customers of a reseller: their rows, how they are found, and every change of them.

mod address;
mod change;
pub(in crate::store) mod count;
mod create;
mod delete;
mod erase;
mod found;
pub(in crate::store) mod header;
mod index;
pub mod list;
mod of_account;
mod provision;
mod read;
mod update;

pub use address::AddressRule;
pub use change::WriteError;
pub use erase::Erased;
pub use found::Found;
pub use read::WithCustomer;
pub use update::Updated;
