//! Creating a customer of the platform's own reseller, as an operator.

use super::change::WriteError;
use crate::domain::customer::{Customer, NewCustomer, Profile};
use crate::domain::reseller::Reseller;
use crate::store::access::caller::Caller;
use crate::store::access::table::{Operator, Table, Write};
use crate::store::engine::error::StoreError;
use crate::store::keys;

impl Table<Operator> {
    /// Creates a customer of the platform's own reseller, in its first account, as the reseller's own key would. `None` when no
    /// reseller is the platform's.
    ///
    /// Not repeatable: a second call creates a second customer.
    ///
    /// Two calls, one after the other, before those of [`customer_create`](Table::customer_create).
    ///
    /// # Errors
    /// When the store fails; then there is no such customer, unless the store gave no answer.
    pub async fn customer_provision(&self, profile: Profile) -> Result<Option<Customer>, StoreError> {
        let connection = &self.store.connection;
        let Some(id) = connection.platform().await? else {
            return Ok(None);
        };
        tracing::Span::current().record("reseller", id.number());
        let key = keys::reseller(id);
        let reseller: Option<Reseller> = connection.read(vec![key.clone()]).await?.get(&key)?;
        let reseller = reseller.ok_or_else(|| StoreError::Internal("the platform's reseller is not on record".to_owned()))?;
        let caller = Caller::of_operator(self, &reseller);
        let new = NewCustomer { account_id: caller.first_account()?, code: None, profile, holds_email: false };
        let writer = Table::<Write>::new(self.store.clone());
        let created = writer.customer_create(&caller, new, &|_| Vec::new()).await.map_err(|error| match error {
            WriteError::Store(error) => error,
            // It holds nothing exclusively, and nothing was expected of it.
            WriteError::Taken(_) | WriteError::OtherRevision => StoreError::Internal(error.to_string()),
        });
        created.map(Some)
    }
}
