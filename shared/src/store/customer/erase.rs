//! Erasing what a deleted customer left. The delete itself ends everything at once, whatever its number; what names people or
//! programs is erased afterwards, in small steps.

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::domain::customer::CustomerId;
use crate::domain::reseller::ResellerId;
use crate::store::access::table::{Operator, Table};
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::Expressions;
use crate::store::engine::row::row;
use crate::store::engine::transaction::Transaction;
use crate::store::keys;

/// How many deleted customers are read at a time.
const AT_A_TIME: u64 = 25;

/// The row of a deleted customer of which something is left.
#[derive(Serialize, Deserialize)]
struct Deleted {
    reseller: ResellerId,
    customer: CustomerId,
}

/// What was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erased {
    /// Of how many deleted customers nothing is left.
    pub customers: u64,
    /// Whether the time was over before all were erased.
    pub has_more: bool,
}

/// Adds to a transaction that something is left of a deleted customer.
pub(super) fn note<P>(
    transaction: Transaction<P>,
    reseller: ResellerId,
    customer: CustomerId,
) -> Result<Transaction<P>, StoreError> {
    Ok(transaction.note(row(&keys::deleted_customer(reseller, customer), &Deleted { reseller, customer })?))
}

impl Table<Operator> {
    /// Erases what deleted customers left, one after the other, until `deadline` is over or nothing is left: their tokens, with names
    /// and credentials, their payment options, with codes, their users, with addresses and sessions, and their transcriptions.
    ///
    /// Repeatable, also at the same time: a call goes on where an earlier one ended, however that ended.
    ///
    /// # Errors
    /// When the store fails; then some is erased.
    pub async fn customer_erase_deleted(&self, deadline: Instant) -> Result<Erased, StoreError> {
        let connection = &self.store.connection;
        let mut customers = 0;
        loop {
            let page = connection.query_prefix::<Deleted>(keys::DELETED, keys::CUSTOMER_PREFIX, None, Some(AT_A_TIME)).await?;
            if page.records.is_empty() {
                return Ok(Erased { customers, has_more: false });
            }
            for Deleted { reseller, customer } in page.records {
                if Instant::now() >= deadline {
                    return Ok(Erased { customers, has_more: true });
                }
                connection.customer_tokens_erase(reseller, customer).await?;
                connection.payment_options_erase(reseller, customer).await?;
                connection.users_erase(reseller, customer).await?;
                connection.sessions_erase(reseller, customer).await?;
                if !connection.transcriptions_erase(reseller, customer, deadline).await? {
                    return Ok(Erased { customers, has_more: true });
                }
                let done = Transaction::default().delete((), keys::deleted_customer(reseller, customer), Expressions::always());
                connection.transact(done).await?;
                customers += 1;
            }
        }
    }
}
