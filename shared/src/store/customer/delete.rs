//! Deleting a customer.

use super::change::{Change, Outcome};
use crate::domain::customer::Customer;
use crate::store::access::caller::Caller;
use crate::store::access::table::{Table, Write};
use crate::store::engine::error::StoreError;
use crate::store::engine::retry::Rounds;

impl Table<Write> {
    /// Deletes a customer for ever, with its reservations. Its tokens and its licences end with it.
    ///
    /// One call, a transaction, unless another request writes too. Returns the customer as it was; `None` when it no longer
    /// exists.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn customer_delete(&self, caller: &Caller<Write>, mut current: Customer) -> Result<Option<Customer>, StoreError> {
        let mut rounds = Rounds::default();
        loop {
            let change = Change { reseller: caller.reseller(), before: Some(&current), after: None };
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
