//! The activity of a reseller: one entry for each change, written in the change's own transaction.

mod list;
mod record;

pub use list::{ActivityEntry, ActivityListing, ActivityPage};
pub(in crate::store) use record::{Change, record};
