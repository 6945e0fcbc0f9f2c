//! Deleting a customer.

use super::change::{Change, Outcome, WriteError};
use super::header::CustomerHeader;
use crate::domain::customer::{Customer, CustomerId};
use crate::domain::entity_tag::ExpectedRevision;
use crate::store::access::caller::Caller;
use crate::store::access::policy::Policy;
use crate::store::access::sealed::Content;
use crate::store::access::table::{Table, Write};
use crate::store::engine::error::StoreError;
use crate::store::engine::retry::Rounds;
use crate::store::keys;
use crate::store::replay::Answer;

impl Table<Write> {
    /// Deletes a customer for ever, with its reservations. Its tokens, licences, subscriptions and users end with it. `answer` makes
    /// what is kept of the answer, if the request has an idempotency key.
    ///
    /// One call, a transaction, unless another request writes too; three for a customer that has had subscriptions or has users.
    /// Returns the customer as it was; `None` when it no longer exists.
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
        caller.must(Policy::RESELLER)?;
        let mut rounds = Rounds::default();
        // Most customers never had a subscription or a user. The transaction notices if this one has.
        let mut header = CustomerHeader::default();
        loop {
            if !expected.admits(current.entity_tag()) {
                return Err(WriteError::OtherRevision);
            }
            let change = Change { caller, before: Some(&current), after: None, header: &header, answer: &|| answer(&current) };
            if self.store.connection.customer_commit(change).await? == Outcome::Done {
                return Ok(Some(current));
            }
            rounds.pause(StoreError::Contended, "others changed the customer").await?;
            let (latest, latest_header) = self.customer_with_header(caller, current.id).await?;
            let Some(latest) = latest else {
                return Ok(None);
            };
            (current, header) = (latest, latest_header);
        }
    }

    /// One customer of the caller's reseller, and its header. One call.
    async fn customer_with_header(
        &self,
        caller: &Caller<Write>,
        id: CustomerId,
    ) -> Result<(Option<Customer>, CustomerHeader), StoreError> {
        let (customer, header) = (keys::customer(caller.reseller(), id), keys::customer_header(caller.reseller(), id));
        let rows = self.store.connection.read(vec![customer.clone(), header.clone()]).await?;
        Ok((rows.get::<Customer>(&customer)?.seen_by(caller), rows.get(&header)?.unwrap_or_default()))
    }
}
