//! The customers of an account: a small row for each, so that those of a small account are found without reading all others.

use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};

use crate::domain::customer::CustomerId;
use crate::domain::reseller::{AccountId, ResellerId};
use crate::store::engine::connection::Connection;
use crate::store::engine::error::StoreError;
use crate::store::engine::query::Page;
use crate::store::keys;

/// How many accounts are read at the same time.
const PARALLEL_ACCOUNTS: usize = 4;

/// The row by which a customer is found among those of its account.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct OfAccount {
    pub(super) customer: CustomerId,
}

impl Connection {
    /// The customers of these accounts, in the order of their ids, and whether they are all. If they are not all, they are more
    /// than `enough`, and the first of them are the first ones of the accounts.
    ///
    /// One call for each account and each 1 MB of its rows, about 10,000 customers; four accounts at a time.
    pub(super) async fn customers_of_accounts(
        &self,
        reseller: ResellerId,
        accounts: &[AccountId],
        enough: usize,
    ) -> Result<(Vec<CustomerId>, bool), StoreError> {
        let partition = &keys::account_partition(reseller);
        let of_accounts = accounts.iter().map(|&account| self.customers_of_account(partition, account, enough));
        let mut of_accounts = stream::iter(of_accounts).buffered(PARALLEL_ACCOUNTS);
        let mut found = Vec::new();
        let mut is_all = true;
        while let Some((customers, is_all_of_account)) = of_accounts.try_next().await? {
            found.extend(customers);
            is_all &= is_all_of_account;
        }
        found.sort_unstable();
        Ok((found, is_all))
    }

    async fn customers_of_account(
        &self,
        partition: &str,
        account: AccountId,
        enough: usize,
    ) -> Result<(Vec<CustomerId>, bool), StoreError> {
        let mut found = Vec::new();
        let mut start = None;
        loop {
            // One more than enough tells whether there are more.
            let left = (enough.saturating_sub(found.len()) as u64).saturating_add(1);
            let Page { records, rest, .. } =
                self.query_prefix::<OfAccount>(partition, &keys::account_prefix(account), start, Some(left)).await?;
            found.extend(records.into_iter().map(|row| row.customer));
            start = rest;
            if start.is_none() || found.len() > enough {
                return Ok((found, start.is_none()));
            }
        }
    }
}
