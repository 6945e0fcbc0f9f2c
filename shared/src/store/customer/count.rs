//! How many customers a reseller has, and how many of them are active. The counts are exact, because each change counts in its
//! own transaction.

use serde::Deserialize;

use crate::domain::customer::{Customer, CustomerId};
use crate::domain::reseller::ResellerId;
use crate::store::engine::connection::Connection;
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::Expressions;
use crate::store::engine::transaction::Transaction;
use crate::store::keys;

/// The counts in one row, or the sum of all rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::store) struct Counts {
    pub(in crate::store) customers: u64,
    pub(in crate::store) active: u64,
}

impl Connection {
    /// The counts of this reseller. One call, of one read unit.
    pub(in crate::store) async fn customer_counts(&self, reseller: ResellerId) -> Result<Counts, StoreError> {
        let shards: Vec<Counts> = self.query_all(&keys::count_partition(reseller), "CUSTOMERS#").await?;
        Ok(shards.iter().fold(Counts::default(), |sum, shard| Counts {
            customers: sum.customers + shard.customers,
            active: sum.active + shard.active,
        }))
    }
}

/// Adds the change of a customer to the counts, if it changes them.
pub(super) fn count<P>(
    transaction: Transaction<P>,
    purpose: P,
    reseller: ResellerId,
    id: CustomerId,
    [before, after]: [Option<&Customer>; 2],
) -> Transaction<P> {
    let one = |customer: Option<&Customer>| i8::from(customer.is_some());
    let one_active = |customer: Option<&Customer>| i8::from(customer.is_some_and(|customer| customer.profile.is_active));
    let all = one(after) - one(before);
    let active = one_active(after) - one_active(before);
    if (all, active) == (0, 0) {
        return transaction;
    }
    let add = Expressions::always().update("ADD customers :all, active :active").number(":all", all).number(":active", active);
    transaction.update(purpose, keys::count(reseller, id), add)
}

/// Adds to a transaction that a customer has so many more users, or so many less.
pub(in crate::store) fn count_users<P>(
    transaction: Transaction<P>,
    purpose: P,
    reseller: ResellerId,
    id: CustomerId,
    more: i64,
) -> Transaction<P> {
    if more == 0 {
        return transaction;
    }
    let add = Expressions::always().update("ADD #users :more").name("#users", "users").number(":more", more);
    transaction.update(purpose, keys::user_count(reseller, id), add)
}
