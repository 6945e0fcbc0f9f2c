//! Reading the subscriptions of a customer.

use crate::domain::customer::CustomerId;
use crate::domain::plan::{Plan, Sku};
use crate::domain::subscription::{Subscription, SubscriptionId};
use crate::domain::token::IssuedToken;
use crate::store::access::sealed::Sealed;
use crate::store::access::table::{Access, Table};
use crate::store::customer::{Found, WithCustomer};
use crate::store::engine::error::StoreError;
use crate::store::keys;
use crate::store::plan::Plans;

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
        self.customer_load_found(token, customer, |customer| Some(keys::subscription(token.reseller(), customer, id?))).await
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
        self.customer_load_found(token, customer, |_| sku.map(keys::plan)).await
    }

    /// Reads, together with the credential of a token, all plans that can be sold to one customer of its reseller. The content is `None`
    /// as in [`Table::subscription_list`].
    ///
    /// Two calls at the same time.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn subscription_offers(
        &self,
        token: &IssuedToken,
        customer: Option<CustomerId>,
    ) -> Result<Sealed<A, Option<WithCustomer<Plans>>>, StoreError> {
        self.customer_load_beside(token, customer, self.store.connection.plans_sold()).await
    }
}
