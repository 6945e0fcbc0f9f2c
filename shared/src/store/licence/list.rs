//! Listing licences, in the order of their ids.

use std::collections::{HashMap, HashSet};

use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde_dynamo::aws_sdk_dynamodb_1::to_item;

use super::read::under;
use crate::domain::customer::CustomerId;
use crate::domain::licence::{Licence, LicenceId};
use crate::domain::reseller::ResellerId;
use crate::domain::token::IssuedToken;
use crate::store::access::caller::Caller;
use crate::store::access::sealed::{Content, Sealed};
use crate::store::access::table::{Access, Table};
use crate::store::customer::header::CustomerHeader;
use crate::store::customer::list::UNVERIFIED_ROWS;
use crate::store::engine::connection::Connection;
use crate::store::engine::error::StoreError;
use crate::store::engine::query::Page;
use crate::store::engine::read::MOST_KEYS;
use crate::store::keys;

/// How many batches of headers are read at the same time.
const PARALLEL_BATCHES: usize = 4;

/// Which licences a list asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LicenceListing {
    /// Only licences of this customer.
    pub customer: Option<CustomerId>,
    /// Only licences after this one, which belongs to the list too.
    pub after: Option<LicenceId>,
}

/// A list of licences that has begun.
#[derive(Debug)]
pub struct FirstLicences {
    listing: LicenceListing,
    page: Page<Licence>,
    /// The headers of customers that are known so far.
    headers: HashMap<CustomerId, CustomerHeader>,
}

impl Content for FirstLicences {
    fn seen_by<A>(mut self, caller: &Caller<A>) -> Self {
        self.page.records.retain(|licence| caller.sees_belongings_of(licence.id.customer()));
        self
    }
}

impl<A: Access> Table<A> {
    /// Begins a list of licences: reads the credential of the token and, at the same time, the first rows; for a list of one
    /// customer, its header too.
    ///
    /// Two parallel calls. What they read is bounded, because the caller is not verified yet.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn licence_list_begin(
        &self,
        token: &IssuedToken,
        listing: LicenceListing,
    ) -> Result<Sealed<A, FirstLicences>, StoreError> {
        let reseller = token.reseller();
        let start = listing.after.map(|id| to_item(keys::licence(reseller, id))).transpose()?;
        let (partition, prefix) = (keys::licence_partition(reseller), keys::licence_prefix(listing.customer));
        let token_keys = self.store.token_keys(token);
        let header = listing.customer.map(|customer| (customer, keys::customer_header(reseller, customer)));
        let of_customer = header.iter().map(|(_, key)| key.clone());
        let (rows, page) = futures_util::try_join!(
            self.store.connection.read(token_keys.iter().cloned().chain(of_customer).collect()),
            self.store.connection.query_prefix(&partition, &prefix, start, Some(UNVERIFIED_ROWS)),
        )?;
        let mut headers = HashMap::new();
        if let Some((customer, key)) = header {
            headers.insert(customer, rows.get(&key)?.unwrap_or_default());
        }
        self.store.seal(token, &token_keys, &rows, FirstLicences { listing, page, headers })
    }

    /// Completes a list of licences: passes one licence after the other to `take` until it refuses one, and returns whether it
    /// refused one.
    ///
    /// One call for the headers of each hundred customers, four at a time, and one for each 1 MB of licences after the first rows.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn licence_list_each(
        &self,
        caller: &Caller<A>,
        first: FirstLicences,
        mut take: impl FnMut(&Licence) -> bool,
    ) -> Result<bool, StoreError> {
        let FirstLicences { listing, mut page, mut headers } = first;
        let (connection, reseller) = (&self.store.connection, caller.reseller());
        let (partition, prefix) = (keys::licence_partition(reseller), keys::licence_prefix(listing.customer));
        loop {
            connection.add_headers(reseller, &page.records, &mut headers).await?;
            for licence in page.records {
                let header = headers.get(&licence.id.customer()).cloned().unwrap_or_default();
                if !take(&under(&header, licence)) {
                    return Ok(true);
                }
            }
            let Some(rest) = page.rest else {
                return Ok(false);
            };
            page = connection.query_prefix(&partition, &prefix, Some(rest), None).await?;
            page.records.retain(|licence: &Licence| caller.sees_belongings_of(licence.id.customer()));
        }
    }
}

impl Connection {
    /// Reads the headers of these licences' customers that are not known yet.
    async fn add_headers(
        &self,
        reseller: ResellerId,
        licences: &[Licence],
        headers: &mut HashMap<CustomerId, CustomerHeader>,
    ) -> Result<(), StoreError> {
        let customers: HashSet<CustomerId> = licences.iter().map(|licence| licence.id.customer()).collect();
        let unknown: Vec<CustomerId> = customers.into_iter().filter(|customer| !headers.contains_key(customer)).collect();
        let keys: Vec<_> = unknown.iter().map(|customer| keys::customer_header(reseller, *customer)).collect();
        let reads = keys.chunks(MOST_KEYS).map(|keys| self.read(keys.to_vec()));
        let batches: Vec<_> = stream::iter(reads).buffered(PARALLEL_BATCHES).try_collect().await?;
        for (customers, rows) in unknown.chunks(MOST_KEYS).zip(batches) {
            for customer in customers {
                let header = rows.get(&keys::customer_header(reseller, *customer))?;
                headers.insert(*customer, header.unwrap_or_default());
            }
        }
        Ok(())
    }
}
