//! Deleting a customer.

use super::change::{Change, Outcome, WriteError};
use crate::domain::customer::Customer;
use crate::domain::entity_tag::ExpectedRevision;
use crate::store::access::caller::Caller;
use crate::store::access::table::{Table, Write};
use crate::store::engine::error::StoreError;
use crate::store::engine::retry::Rounds;
use crate::store::replay::Answer;

impl Table<Write> {
    /// Deletes a customer for ever, with its reservations. Its tokens and its licences end with it. `answer` makes what is kept of the
    /// answer, if the request has an idempotency key.
    ///
    /// One call, a transaction, unless another request writes too. Returns the customer as it was; `None` when it no longer
    /// exists.
    ///
    /// # Errors
    /// When the store fails, and [`WriteError::OtherRevision`]: a customer that is not at an `expected` revision is not deleted.
    pub async fn customer_delete(
        &self,
        caller: &Caller<Write>,
        expected: &ExpectedRevision,
        mut current: Customer,
        answer: Answer<'_, Customer>,
    ) -> Result<Option<Customer>, WriteError> {
        let mut rounds = Rounds::default();
        loop {
            if !expected.admits(current.entity_tag()) {
                return Err(WriteError::OtherRevision);
            }
            let change = Change { caller, before: Some(&current), after: None, answer: &|| answer(&current) };
            if self.store.connection.customer_commit(change).await? == Outcome::Done {
                return Ok(Some(current));
            }
            rounds.pause(StoreError::Contended, "others changed the customer").await?;
            match self.customer_get(caller, current.id).await? {
                Some(latest) => current = latest,
                None => return Ok(None),
            }
        }
    }
}
