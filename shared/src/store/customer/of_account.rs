//! The customers of an account: a small row for each, so that those of a small account are found without reading all others.

use serde::{Deserialize, Serialize};

use crate::domain::customer::CustomerId;
use crate::domain::reseller::{AccountId, ResellerId};
use crate::store::engine::connection::Connection;
use crate::store::engine::error::StoreError;
use crate::store::engine::query::Page;
use crate::store::keys;

/// The row by which a customer is found among those of its account.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct OfAccount {
    pub(super) customer: CustomerId,
}

impl Connection {
    /// The customers of these accounts, in the order of their ids, and whether they are all. There are at least `enough` of them,
    /// unless the accounts have fewer.
    ///
    /// One call for each account and each 1 MB of its rows, about 10,000 customers.
    pub(super) async fn customers_of_accounts(
        &self,
        reseller: ResellerId,
        accounts: &[AccountId],
        enough: usize,
    ) -> Result<(Vec<CustomerId>, bool), StoreError> {
        let partition = keys::account_partition(reseller);
        let mut found = Vec::new();
        let mut is_all = true;
        for &account in accounts {
            let mut start = None;
            let mut of_account = 0;
            loop {
                let left = enough.saturating_sub(of_account) as u64;
                let Page { records, rest } =
                    self.query_prefix::<OfAccount>(&partition, &keys::account_prefix(account), start, Some(left)).await?;
                of_account += records.len();
                found.extend(records.into_iter().map(|row| row.customer));
                start = rest;
                if start.is_none() || of_account >= enough {
                    break;
                }
            }
            is_all &= start.is_none();
        }
        found.sort_unstable();
        Ok((found, is_all))
    }
}
