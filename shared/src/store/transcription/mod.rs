//! The transcriptions of customers: their own record of what happened, which is why they are not in the activity.
//!
//! They stand in a partition for each customer and month, because they grow without end. Rows by day count them: totals are sums of
//! these, and they tell which months there are. No transaction touches the customer's header but the one that brings a new language:
//! transactions on one row conflict, and a customer may register hundreds of transcriptions a second. So a deleted customer is not
//! noticed here; nothing of it can be reached, because every door reads the customer's row first.

mod change;
mod erase;
mod list;
mod read;

pub use change::ChangeError;
pub use list::{TranscriptionFilter, TranscriptionListing, TranscriptionPage};
pub use read::TranscriptionDays;
