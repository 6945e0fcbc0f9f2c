//! Reading the subscriptions of a customer.

use serde::de::DeserializeOwned;

use crate::domain::customer::CustomerId;
use crate::domain::plan::{Plan, Sku};
use crate::domain::reseller::ResellerId;
use crate::domain::subscription::{Subscription, SubscriptionId};
use crate::domain::token::IssuedToken;
use crate::store::access::sealed::Sealed;
use crate::store::access::table::{Access, Table};
use crate::store::customer::WithCustomer;
use crate::store::customer::header::CustomerHeader;
use crate::store::engine::connection::Connection;
use crate::store::engine::error::StoreError;
use crate::store::engine::row::RowKey;
use crate::store::keys;

/// A subscription of a customer, or a plan that it is to subscribe to, and what a change must know about the customer's subscriptions.
#[derive(Clone, Debug)]
pub struct Found<T> {
    /// The subscription or the plan; `None` when there is no such one.
    pub record: Option<T>,
    pub(super) customer: CustomerId,
    pub(super) header: CustomerHeader,
}

impl<A: Access> Table<A> {
    /// Reads, together with the credential of a token, all subscriptions of one customer of its reseller, ended ones too, by their ids.
    /// The content is `None` without an id, or with an id that does not exist or that the caller does not see.
    ///
    /// Two calls at the same time, and one for each further 1 MB of subscriptions.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn subscription_list(
        &self,
        token: &IssuedToken,
        id: Option<CustomerId>,
    ) -> Result<Sealed<A, Option<WithCustomer<Vec<Subscription>>>>, StoreError> {
        let reseller = token.reseller();
        let place = |id| (keys::subscription_partition(reseller), keys::subscription_prefix(id));
        self.customer_load_with_all(token, id, place).await
    }

    /// Reads, together with the credential of a token, one subscription of one customer of its reseller. The content is `None` as in
    /// [`Table::subscription_list`].
    ///
    /// One call.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn subscription_load(
        &self,
        token: &IssuedToken,
        customer: Option<CustomerId>,
        id: Option<SubscriptionId>,
    ) -> Result<Sealed<A, Option<WithCustomer<Found<Subscription>>>>, StoreError> {
        self.found_with(token, customer, |customer| Some(keys::subscription(token.reseller(), customer, id?))).await
    }

    /// Reads, together with the credential of a token, the plan with this sku for one customer of its reseller. The content is `None` as
    /// in [`Table::subscription_list`].
    ///
    /// One call.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn subscription_offer(
        &self,
        token: &IssuedToken,
        customer: Option<CustomerId>,
        sku: Option<&Sku>,
    ) -> Result<Sealed<A, Option<WithCustomer<Found<Plan>>>>, StoreError> {
        self.found_with(token, customer, |_| sku.map(keys::plan)).await
    }

    async fn found_with<T: DeserializeOwned>(
        &self,
        token: &IssuedToken,
        customer: Option<CustomerId>,
        wanted: impl FnOnce(CustomerId) -> Option<RowKey>,
    ) -> Result<Sealed<A, Option<WithCustomer<Found<T>>>>, StoreError> {
        let reseller = token.reseller();
        let token_keys = self.store.token_keys(token);
        let of_customer = customer.map(|id| (id, keys::customer(reseller, id), keys::customer_header(reseller, id), wanted(id)));
        let more = of_customer
            .iter()
            .flat_map(|(_, customer, header, wanted)| [customer.clone(), header.clone()].into_iter().chain(wanted.clone()));
        let rows = self.store.connection.read(token_keys.iter().cloned().chain(more).collect()).await?;
        let found = match of_customer {
            Some((id, customer, header, wanted)) => {
                let record = wanted.map(|key| rows.get(&key)).transpose()?.flatten();
                let content = Found { record, customer: id, header: rows.get(&header)?.unwrap_or_default() };
                rows.get(&customer)?.map(|customer| WithCustomer { customer, content })
            }
            None => None,
        };
        self.store.seal(token, &token_keys, &rows, found)
    }
}

impl Connection {
    /// The record with this key, and the header of the customer, as they are now. One call.
    pub(super) async fn found<T: DeserializeOwned>(
        &self,
        reseller: ResellerId,
        customer: CustomerId,
        key: RowKey,
    ) -> Result<Found<T>, StoreError> {
        let header = keys::customer_header(reseller, customer);
        let rows = self.read(vec![key.clone(), header.clone()]).await?;
        Ok(Found { record: rows.get(&key)?, customer, header: rows.get(&header)?.unwrap_or_default() })
    }
}
