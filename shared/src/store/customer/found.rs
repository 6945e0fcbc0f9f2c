//! Reading one thing together with the customer that it is for, and with the header of that customer.

use serde::de::DeserializeOwned;

use super::header::CustomerHeader;
use super::read::WithCustomer;
use crate::domain::customer::CustomerId;
use crate::domain::reseller::ResellerId;
use crate::domain::token::IssuedToken;
use crate::store::access::sealed::Sealed;
use crate::store::access::table::{Access, Table};
use crate::store::engine::connection::Connection;
use crate::store::engine::error::StoreError;
use crate::store::engine::row::RowKey;
use crate::store::keys;

/// Something that belongs to a customer, or that is to be used for it, and what a change must know about the customer.
#[derive(Clone, Debug)]
pub struct Found<T> {
    /// The record; `None` when there is no such one.
    pub record: Option<T>,
    pub(in crate::store) customer: CustomerId,
    pub(in crate::store) header: CustomerHeader,
}

impl<A: Access> Table<A> {
    /// Reads, together with the credential of a token, one customer of its reseller, its header, and the record with the key that
    /// `wanted` gives. The content is `None` as in [`Table::customer_load`].
    ///
    /// One call.
    pub(in crate::store) async fn customer_load_found<T: DeserializeOwned>(
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
    pub(in crate::store) async fn found<T: DeserializeOwned>(
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
