//! The header row of a customer, which outlives the customer. It holds what a delete must note and other calls must respect.
//!
//! A delete marks the header in its own transaction. Everything that belongs to the customer and is read only together with the
//! header ends with that one write, however much it is.

use serde::Deserialize;

use crate::domain::customer::CustomerId;
use crate::domain::reseller::ResellerId;
use crate::domain::timestamp::Timestamp;
use crate::store::engine::expressions::Expressions;
use crate::store::engine::transaction::Transaction;
use crate::store::keys;

/// The content of a header. A customer has no header until something must be noted, at the latest when it is deleted.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(in crate::store) struct CustomerHeader {
    /// How many licences the customer has had.
    #[serde(default)]
    pub(in crate::store) last_licence: u64,
    /// How many tokens the customer has.
    #[serde(default)]
    pub(in crate::store) tokens: u64,
    /// When the customer was deleted.
    #[serde(default)]
    pub(in crate::store) deleted_at: Option<Timestamp>,
}

/// Adds to a transaction that the customer is deleted.
pub(super) fn mark_deleted<P>(
    transaction: Transaction<P>,
    purpose: P,
    reseller: ResellerId,
    customer: CustomerId,
) -> Transaction<P> {
    let now = Timestamp::now().to_string();
    let mark = Expressions::always().update("SET deleted_at = :now").text(":now", now);
    transaction.update(purpose, keys::customer_header(reseller, customer), mark)
}
