//! The counters, which never return a number twice.

use serde::Deserialize;

use crate::store::access::table::{Operator, Table};
use crate::store::engine::connection::Connection;
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::Expressions;
use crate::store::keys::{self, Counter};

#[derive(Deserialize)]
struct Count {
    last: u64,
}

impl Counter {
    /// The number before the first one that the counter returns.
    fn before_first(self) -> u64 {
        match self {
            Self::Customer | Self::Reseller | Self::Subscription | Self::PaymentOption | Self::User => 0,
            Self::Account => 1000,
        }
    }
}

impl Connection {
    /// The next number of a counter. A number whose answer was lost is never used: there is a gap, and no number twice. One call.
    pub(in crate::store) async fn counter_next(&self, counter: Counter) -> Result<u64, StoreError> {
        self.counter_move(counter, 1).await
    }

    async fn counter_move(&self, counter: Counter, by: u64) -> Result<u64, StoreError> {
        let step = Expressions::always()
            .update("SET #last = if_not_exists(#last, :before_first) + :by")
            .name("#last", "last")
            .number(":before_first", counter.before_first())
            .number(":by", by);
        let count: Option<Count> = self.update(&keys::counter(counter), step).await?;
        count.map(|count| count.last).ok_or_else(|| StoreError::Internal("a counter refused to count".to_owned()))
    }
}

/// The last number of each counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counters {
    /// Of customers.
    pub customer: u64,
    /// Of resellers.
    pub reseller: u64,
    /// Of accounts.
    pub account: u64,
    /// Of subscriptions.
    pub subscription: u64,
    /// Of payment options.
    pub payment_option: u64,
    /// Of users.
    pub user: u64,
}

impl Table<Operator> {
    /// Moves the counters ahead by this many numbers, which are then never given. This is for after a restore: numbers that were
    /// given since the moment of the backup must not be given again. Returns the new last numbers, which are not given either.
    ///
    /// Repeatable: a second call moves them further.
    ///
    /// # Errors
    /// When the store fails; then some counters may have moved.
    pub async fn counters_advance(&self, by: u64, resellers_by: u64) -> Result<Counters, StoreError> {
        let connection = &self.store.connection;
        let (customer, reseller, account, subscription, payment_option, user) = futures_util::try_join!(
            connection.counter_move(Counter::Customer, by),
            connection.counter_move(Counter::Reseller, resellers_by),
            connection.counter_move(Counter::Account, by),
            connection.counter_move(Counter::Subscription, by),
            connection.counter_move(Counter::PaymentOption, by),
            connection.counter_move(Counter::User, by),
        )?;
        Ok(Counters { customer, reseller, account, subscription, payment_option, user })
    }
}
