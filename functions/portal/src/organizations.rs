//! The customer organizations of a reseller: the list, and what makes and deletes them.

pub(crate) mod delete;
pub(crate) mod export;
pub(crate) mod list;
mod list_query;
pub(crate) mod new;
