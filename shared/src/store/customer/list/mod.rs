//! Finding the customers of a reseller: in any order, with filters, by page, with an exact total.
//!
//! Rows are read from the table or the index that needs the fewest of them. Without filters, or with a filter on whether
//! customers are active, a page is read from the index of its sort order and the total from the counts, so that both cost the
//! same however many customers there are. Any other filter reads all rows that its narrowest condition leaves; for an id, a name,
//! an organization, an e-mail address or a time these are exactly the matches. An order without an index reads all customers. For
//! a caller that is limited to some accounts, the customers of those accounts are read. If the total may stay unknown, reading
//! stops after the page.
//!
//! A search reads rows in the order asked for until its page is full or it has read 20 MB.

mod each;
pub(super) mod field;
pub(super) mod filter;
pub(super) mod listing;
mod matches;
mod page;
pub(super) mod plan;
pub(super) mod position;
mod search;

pub use each::Walked;
pub use field::Field;
pub use filter::Filter;
pub use listing::{Direction, Listing, Total};
pub use matches::{Listed, Next};
pub use page::FirstPage;
pub(in crate::store) use page::UNVERIFIED_ROWS;
pub use position::Position;
pub use search::Search;
