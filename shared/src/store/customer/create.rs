//! Creating a customer.

use super::change::{Change, Outcome, WriteError};
use super::header::CustomerHeader;
use crate::domain::customer::{Customer, CustomerId, NewCustomer};
use crate::domain::timestamp::Timestamp;
use crate::store::access::caller::Caller;
use crate::store::access::policy::Policy;
use crate::store::access::table::{Table, Write};
use crate::store::engine::error::StoreError;
use crate::store::engine::retry::Rounds;
use crate::store::keys::{Counter, Reserved};
use crate::store::replay::Answer;

impl Table<Write> {
    /// Creates a customer of the caller's reseller. `answer` makes what is kept of the answer, if the request has an idempotency key.
    ///
    /// Two rounds of calls after the caller's check: a number from the counter and, if the customer must hold its address, the
    /// other customers that have it; then one transaction.
    ///
    /// # Errors
    /// [`WriteError`]; then nothing is on record, unless the store gave no answer: then the customer may be on record.
    pub async fn customer_create(
        &self,
        caller: &Caller<Write>,
        new: NewCustomer,
        answer: Answer<'_, Customer>,
    ) -> Result<Customer, WriteError> {
        caller.must(Policy::RESELLER)?;
        let connection = &self.store.connection;
        let mut rounds = Rounds::default();
        loop {
            let email = new.profile.email.as_ref().filter(|_| new.holds_email);
            let is_taken = async {
                match email {
                    Some(email) => connection.has_other_with_email(caller.reseller(), email, None).await,
                    None => Ok(false),
                }
            };
            let (number, is_taken) = futures_util::try_join!(connection.counter_next(Counter::Customer), is_taken)?;
            if is_taken {
                return Err(WriteError::Taken(Reserved::Email));
            }
            let id = CustomerId::new(number).ok_or_else(|| StoreError::Internal("no customer ids are left".to_owned()))?;
            let customer = Customer::first(id, new.clone(), Timestamp::now());
            let header = CustomerHeader::default();
            let change = Change { caller, before: None, after: Some(&customer), header: &header, answer: &|| answer(&customer) };
            match connection.customer_commit(change).await? {
                Outcome::Done => {
                    tracing::Span::current().record("customer", id.number());
                    return Ok(customer);
                }
                Outcome::Taken(what) => return Err(WriteError::Taken(what)),
                // This happens only after rows were restored from a backup and the counter was not: the next number may be free.
                Outcome::Stale => rounds.pause(StoreError::Unavailable, "the new id is in use").await?,
            }
        }
    }
}
