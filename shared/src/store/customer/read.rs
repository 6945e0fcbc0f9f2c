//! Reading one customer.

use std::collections::{BTreeSet, HashMap};

use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde::de::DeserializeOwned;

use super::change::Reservation;
use crate::domain::customer::{Customer, CustomerId};
use crate::domain::token::IssuedToken;
use crate::store::access::caller::Caller;
use crate::store::access::sealed::{Content, Sealed};
use crate::store::access::table::{Access, Table};
use crate::store::engine::error::StoreError;
use crate::store::engine::read::MOST_KEYS;
use crate::store::keys::{self, Reserved};

/// How many calls read customers at the same time.
const READS_AT_ONCE: usize = 4;

impl Content for Option<Customer> {
    fn seen_by<A>(self, caller: &Caller<A>) -> Self {
        let seen = self.filter(|customer| caller.sees(customer));
        if let Some(customer) = &seen {
            tracing::Span::current().record("customer", customer.id.number());
        }
        seen
    }
}

/// A customer, and something that belongs to it. A caller sees both or neither.
#[derive(Clone, Debug)]
pub struct WithCustomer<T> {
    /// The customer.
    pub customer: Customer,
    /// What belongs to it.
    pub content: T,
}

impl<T> Content for Option<WithCustomer<T>> {
    fn seen_by<A>(self, caller: &Caller<A>) -> Self {
        let WithCustomer { customer, content } = self?;
        Some(customer).seen_by(caller).map(|customer| WithCustomer { customer, content })
    }
}

/// The id says nothing about its customer. [`Table::customer_get`], which reads the customer, knows the caller's limits.
impl Content for Option<CustomerId> {
    fn seen_by<A>(self, _: &Caller<A>) -> Self {
        self
    }
}

impl<A: Access> Table<A> {
    /// Reads, together with the credential of a token, one customer of its reseller. The content is `None` without an id, or with
    /// an id that does not exist or that the caller does not see.
    ///
    /// One call.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn customer_load(
        &self,
        token: &IssuedToken,
        id: Option<CustomerId>,
    ) -> Result<Sealed<A, Option<Customer>>, StoreError> {
        let customer = id.map(|id| keys::customer(token.reseller(), id));
        let token_keys = self.store.token_keys(token);
        let rows = self.store.connection.read(token_keys.iter().cloned().chain(customer.clone()).collect()).await?;
        let customer = customer.map(|key| rows.get::<Customer>(&key)).transpose()?.flatten();
        self.store.seal(token, &token_keys, &rows, customer)
    }

    /// Reads, together with the credential of a token, one customer of its reseller and everything of a kind that belongs to it.
    /// `place` gives the partition of such rows and the beginning of their sort keys. The content is `None` as in
    /// [`Table::customer_load`].
    ///
    /// Two calls at the same time, and one for each further 1 MB of rows.
    pub(in crate::store) async fn customer_load_with_all<T: DeserializeOwned>(
        &self,
        token: &IssuedToken,
        id: Option<CustomerId>,
        place: impl FnOnce(CustomerId) -> (String, String),
    ) -> Result<Sealed<A, Option<WithCustomer<Vec<T>>>>, StoreError> {
        let belongings = async {
            match id.map(place) {
                Some((partition, prefix)) => self.store.connection.query_all(&partition, &prefix).await,
                None => Ok(Vec::new()),
            }
        };
        self.customer_load_beside(token, id, belongings).await
    }

    /// Reads, together with the credential of a token, one customer of its reseller, and at the same time what belongs to it, as
    /// `belongings` reads it. The content is `None` as in [`Table::customer_load`].
    pub(in crate::store) async fn customer_load_beside<T>(
        &self,
        token: &IssuedToken,
        id: Option<CustomerId>,
        belongings: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<Sealed<A, Option<WithCustomer<T>>>, StoreError> {
        let token_keys = self.store.token_keys(token);
        let customer = id.map(|id| keys::customer(token.reseller(), id));
        let read = self.store.connection.read(token_keys.iter().cloned().chain(customer.clone()).collect());
        let (rows, content) = futures_util::try_join!(read, belongings)?;
        let customer: Option<Customer> = customer.map(|key| rows.get(&key)).transpose()?.flatten();
        self.store.seal(token, &token_keys, &rows, customer.map(|customer| WithCustomer { customer, content }))
    }

    /// Reads, together with the credential of a token, the id of the customer of its reseller that has this code of its own;
    /// `None` when there is no such customer. A customer without a code of its own is known by its id.
    ///
    /// One call.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn customer_load_holder(
        &self,
        token: &IssuedToken,
        code: &str,
    ) -> Result<Sealed<A, Option<CustomerId>>, StoreError> {
        let key = keys::reservation(token.reseller(), Reserved::Code, code);
        let token_keys = self.store.token_keys(token);
        let rows = self.store.connection.read(token_keys.iter().cloned().chain([key.clone()]).collect()).await?;
        let holder: Option<Reservation> = rows.get(&key)?;
        self.store.seal(token, &token_keys, &rows, holder.map(|holder| holder.customer))
    }

    /// One customer of the caller's reseller; `None` when it does not exist, or the caller does not see it.
    ///
    /// One call.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn customer_get(&self, caller: &Caller<A>, id: CustomerId) -> Result<Option<Customer>, StoreError> {
        let key = keys::customer(caller.reseller(), id);
        let customer: Option<Customer> = self.store.connection.read(vec![key.clone()]).await?.get(&key)?;
        Ok(customer.seen_by(caller))
    }

    /// The names of those of these customers that exist and that the caller sees.
    ///
    /// One call for each hundred, four of them at the same time.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn customer_names(
        &self,
        caller: &Caller<A>,
        ids: BTreeSet<CustomerId>,
    ) -> Result<HashMap<CustomerId, String>, StoreError> {
        let keys: Vec<_> = ids.into_iter().map(|id| keys::customer(caller.reseller(), id)).collect();
        let read = |keys: &[_]| self.store.connection.read(keys.to_vec());
        let mut parts = stream::iter(keys.chunks(MOST_KEYS)).map(read).buffered(READS_AT_ONCE);
        let mut names = HashMap::new();
        while let Some(rows) = parts.try_next().await? {
            let seen = rows.all::<Customer>()?.into_iter().filter(|customer| caller.sees(customer));
            names.extend(seen.map(|customer| (customer.id, customer.profile.name())));
        }
        Ok(names)
    }
}
