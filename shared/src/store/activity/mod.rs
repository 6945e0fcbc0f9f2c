//! The activity of a reseller: one entry for each change, written in the change's own transaction.

mod list;
mod names;
mod record;

pub use list::{ActivityEntry, ActivityListing, ActivityPage};
pub use names::ActivityNames;
pub(in crate::store) use record::{Change, record};
