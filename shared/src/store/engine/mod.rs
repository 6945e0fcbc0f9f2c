//! DynamoDB, as this project uses it: consistent reads, queries, updates and transactions, all metered, with a limit to their
//! retries and within the budget of the caller. Nothing here knows an entity.

pub(in crate::store) mod budget;
pub(in crate::store) mod connection;
pub(in crate::store) mod error;
pub(in crate::store) mod expressions;
pub(in crate::store) mod ledger;
pub(in crate::store) mod meter;
pub(in crate::store) mod query;
pub(in crate::store) mod read;
pub(in crate::store) mod retry;
pub(in crate::store) mod row;
pub(in crate::store) mod schema;
mod settle;
pub(in crate::store) mod transaction;
pub(in crate::store) mod update;
