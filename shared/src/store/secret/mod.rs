//! The deployment's secret in the table: the copy that each function holds, and what operators do with it.

mod check;
pub(in crate::store) mod copy;
mod versions;

pub use versions::DropError;
