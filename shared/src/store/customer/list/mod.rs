//! Finding a reseller's customers: in any order, with filters, by page, with an exact total.
//!
//! Rows are read from whichever of the table and its indexes needs the fewest of them. Without filters, or with one on whether
//! customers are active, a page is read from the index of its sort order and the total from the counts, so that both cost the
//! same however many customers there are. Any other filter reads all rows that its narrowest condition leaves, which are the
//! matches where that is an id, a name, an organization, an e-mail address or a time; an order without an index reads all
//! customers. A caller that is limited to some accounts has the customers of those accounts read. Where the total may stay
//! unknown, reading stops behind the page.

pub(super) mod field;
pub(super) mod filter;
pub(super) mod listing;
mod page;
pub(super) mod plan;
pub(super) mod position;

pub use field::Field;
pub use filter::Filter;
pub use listing::{Direction, Listing};
pub(in crate::store) use page::UNVERIFIED_ROWS;
pub use page::{FirstPage, Listed};
pub use position::Position;
