//! The subscriptions of customers: what was sold to them, with the terms that it was sold with.
//!
//! The header of the customer says from when to when those run that have not ended. Each change of a subscription writes it, on the
//! condition that no other change came first, so that a customer's subscriptions change one after the other.

mod change;
pub(in crate::store) mod days;
mod read;

pub use change::{ChangeError, Order};
