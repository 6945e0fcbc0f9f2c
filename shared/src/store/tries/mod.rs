//! Tries of passwords: each is counted before any password is hashed, and whoever tries too often has to wait.

mod attempt;
mod begin;
mod row;
mod succeed;

pub use attempt::Attempt;
pub use begin::{Admitted, NotAdmitted};
