//! Erasing the tokens of a customer that was deleted.

use crate::domain::customer::CustomerId;
use crate::domain::customer_token::CustomerToken;
use crate::domain::reseller::ResellerId;
use crate::store::engine::connection::Connection;
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::Expressions;
use crate::store::engine::row::RowKey;
use crate::store::engine::transaction::Transaction;
use crate::store::keys;

/// How many tokens one transaction erases: each takes three writes of a hundred.
const AT_A_TIME: u64 = 30;

impl Connection {
    /// Erases the tokens of a deleted customer, those that were deleted before too: rows, names and credentials. Two calls for each
    /// 30 tokens.
    pub(in crate::store) async fn customer_tokens_erase(
        &self,
        reseller: ResellerId,
        customer: CustomerId,
    ) -> Result<(), StoreError> {
        let partition = keys::customer_token_partition(reseller);
        let live = |token: &CustomerToken| {
            let name = keys::token_name(reseller, customer, token.name.as_str());
            vec![keys::customer_token(reseller, customer, &token.id()), keys::credential(reseller, &token.hash), name]
        };
        // The name of a deleted token was freed when it was deleted.
        let deleted = |token: &CustomerToken| {
            vec![keys::deleted_customer_token(reseller, customer, &token.id()), keys::credential(reseller, &token.hash)]
        };
        self.erase(&partition, &keys::customer_token_prefix(customer), live).await?;
        self.erase(&partition, &keys::deleted_customer_token_prefix(customer), deleted).await
    }

    /// Erases all tokens whose sort keys begin with `prefix`, with the rows that `rows` names for each.
    async fn erase(&self, partition: &str, prefix: &str, rows: impl Fn(&CustomerToken) -> Vec<RowKey>) -> Result<(), StoreError> {
        loop {
            let page = self.query_prefix::<CustomerToken>(partition, prefix, None, Some(AT_A_TIME)).await?;
            if page.records.is_empty() {
                return Ok(());
            }
            let keys = page.records.iter().flat_map(&rows);
            let erasure = keys.fold(Transaction::default(), |erasure, key| erasure.delete((), key, Expressions::always()));
            self.transact(erasure).await?;
        }
    }
}
