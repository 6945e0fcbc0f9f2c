//! Usage: events that count once for ever, and the sums that they add to.
//!
//! The row of an event admits it: it is put on the condition that there is none with its id, in the same transaction as the sums.
//! Nothing else tells a repetition from an event, and nothing is ever cleaned up. Reports read sums and never events.

mod beside;
mod read;
mod record;
pub(in crate::store) mod rows;

pub use beside::BesideUsage;
pub use record::KnownUsage;
