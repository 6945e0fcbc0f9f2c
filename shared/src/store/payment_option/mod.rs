//! The payment options of customers.
//!
//! The header of the customer says how many there are and which is the primary one. What changes either writes the header, on the
//! condition that it is as it was read.

mod change;
mod erase;
mod read;

pub use change::{ChangePaymentOptionError, EditedPaymentOption};
pub use read::RankedPaymentOption;
