//! Reading the tokens of a customer.

use std::collections::BTreeMap;

use crate::domain::customer::{Customer, CustomerId};
use crate::domain::customer_token::CustomerToken;
use crate::domain::token::{IssuedToken, KeyId};
use crate::domain::validation::Text;
use crate::store::access::caller::Caller;
use crate::store::access::sealed::Sealed;
use crate::store::access::table::{Access, Read, Table};
use crate::store::customer::WithCustomer;
use crate::store::engine::error::StoreError;
use crate::store::keys;

impl Table<Read> {
    /// Reads, together with the credential of a token, all tokens of one customer of its reseller, in no particular order. The content
    /// is `None` without an id, or with an id that does not exist or that the caller does not see.
    ///
    /// Two calls at the same time.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn customer_token_list(
        &self,
        token: &IssuedToken,
        id: Option<CustomerId>,
    ) -> Result<Sealed<Read, Option<WithCustomer<Vec<CustomerToken>>>>, StoreError> {
        let reseller = token.reseller();
        let place = |id| (keys::customer_token_partition(reseller), keys::customer_token_prefix(id));
        self.customer_load_with_all(token, id, place).await
    }
}

impl<A: Access> Table<A> {
    /// The names of all tokens that a customer has or has had, by their ids. The caller sees the customer.
    ///
    /// Two calls at the same time, and one for each further 1 MB of tokens.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn customer_token_names(
        &self,
        caller: &Caller<A>,
        customer: &Customer,
    ) -> Result<BTreeMap<KeyId, Text>, StoreError> {
        let (connection, partition) = (&self.store.connection, keys::customer_token_partition(caller.reseller()));
        let (live, deleted) = (keys::customer_token_prefix(customer.id), keys::deleted_customer_token_prefix(customer.id));
        let (live, deleted): (Vec<CustomerToken>, Vec<CustomerToken>) =
            futures_util::try_join!(connection.query_all(&partition, &live), connection.query_all(&partition, &deleted))?;
        Ok(live.into_iter().chain(deleted).map(|token| (token.id(), token.name)).collect())
    }

    /// Reads, together with the credential of a token, one token of one customer of its reseller. The content is `None` as in
    /// [`Table::customer_token_list`]; the token is `None` when the customer has no token with this id.
    ///
    /// One call.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn customer_token_load(
        &self,
        token: &IssuedToken,
        customer: Option<CustomerId>,
        id: Option<&KeyId>,
    ) -> Result<Sealed<A, Option<WithCustomer<Option<CustomerToken>>>>, StoreError> {
        let reseller = token.reseller();
        let token_keys = self.store.token_keys(token);
        let wanted = customer.zip(id).map(|(customer, id)| keys::customer_token(reseller, customer, id));
        let customer = customer.map(|id| keys::customer(reseller, id));
        let keys = token_keys.iter().cloned().chain(customer.clone()).chain(wanted.clone()).collect();
        let rows = self.store.connection.read(keys).await?;
        let customer: Option<Customer> = customer.map(|key| rows.get(&key)).transpose()?.flatten();
        let content = wanted.map(|key| rows.get(&key)).transpose()?.flatten();
        self.store.seal(token, &token_keys, &rows, customer.map(|customer| WithCustomer { customer, content }))
    }
}
