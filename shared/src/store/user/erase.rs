//! Erasing the users of a customer that was deleted.

use super::change::is_of;
use crate::domain::customer::CustomerId;
use crate::domain::reseller::ResellerId;
use crate::domain::user::{Organization, User};
use crate::store::engine::connection::Connection;
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::Expressions;
use crate::store::engine::transaction::{Outcome, Transaction};
use crate::store::keys;

/// How many users one transaction erases: each takes two writes of a hundred.
const AT_A_TIME: u64 = 50;

impl Connection {
    /// Erases the users of a deleted customer with the reservations of their addresses. An address that another user has taken over
    /// stays that user's. Two calls for each 50 users, and one more for each of them if an address of the 50 was taken over.
    pub(in crate::store) async fn users_erase(&self, reseller: ResellerId, customer: CustomerId) -> Result<(), StoreError> {
        let (partition, prefix) = (keys::user_partition(reseller), keys::user_prefix(Organization::Customer(customer)));
        let record =
            |erasure: Transaction<()>, user: &User| erasure.delete((), keys::user(user.place(reseller)), Expressions::always());
        let whole = |erasure: Transaction<()>, user: &User| {
            record(erasure, user).delete((), keys::person(reseller, user.email.as_str()), is_of(user.id))
        };
        loop {
            let page = self.query_prefix::<User>(&partition, &prefix, None, Some(AT_A_TIME)).await?;
            if page.records.is_empty() {
                return Ok(());
            }
            if self.transact(page.records.iter().fold(Transaction::default(), whole)).await? == Outcome::Done {
                continue;
            }
            for user in &page.records {
                if self.transact(whole(Transaction::default(), user)).await? != Outcome::Done {
                    self.transact(record(Transaction::default(), user)).await?;
                }
            }
        }
    }
}
