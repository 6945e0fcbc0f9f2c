//! The directory: all resellers of the platform, by page.

use serde_dynamo::aws_sdk_dynamodb_1::to_item;

use crate::domain::reseller::{Reseller, ResellerId};
use crate::store::access::table::{Operator, Table};
use crate::store::engine::error::StoreError;
use crate::store::engine::query::Page;
use crate::store::keys;

/// A page of the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResellerPage {
    /// The resellers, in the order of their ids.
    pub resellers: Vec<Reseller>,
    /// The reseller after which the next page begins, if there is more.
    pub next_after: Option<ResellerId>,
}

impl Table<Operator> {
    /// At most `limit` resellers in the order of their ids, after the id `after`, which need not exist.
    ///
    /// One call, and one more for each 1 MB.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn reseller_list(&self, after: Option<ResellerId>, limit: u16) -> Result<ResellerPage, StoreError> {
        let wanted = usize::from(limit) + 1;
        let mut start = after.map(|after| to_item(keys::directory(after))).transpose()?;
        let mut resellers: Vec<Reseller> = Vec::new();
        loop {
            let left = (wanted - resellers.len()) as u64;
            let Page { records, rest, .. } =
                self.store.connection.query_prefix(keys::SYSTEM, keys::DIRECTORY_PREFIX, start, Some(left)).await?;
            resellers.extend(records);
            start = rest;
            if start.is_none() || resellers.len() >= wanted {
                break;
            }
        }
        let has_more = resellers.len() >= wanted;
        resellers.truncate(usize::from(limit));
        let next_after = resellers.last().filter(|_| has_more).map(|last| last.id);
        Ok(ResellerPage { resellers, next_after })
    }
}
