//! Erasing the transcriptions of a customer that was deleted.

use serde::Deserialize;
use tokio::time::Instant;

use super::list::Span;
use super::read::DayRow;
use crate::domain::customer::CustomerId;
use crate::domain::reseller::ResellerId;
use crate::store::customer::list::Direction;
use crate::store::engine::connection::Connection;
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::Expressions;
use crate::store::engine::row::RowKey;
use crate::store::engine::transaction::Transaction;
use crate::store::keys;

/// How many rows one transaction erases (an AWS limit).
const AT_A_TIME: usize = 100;

/// A row of which nothing is read but where it stands.
#[derive(Deserialize)]
struct Place {
    #[serde(rename = "SK")]
    sort: String,
}

impl Connection {
    /// Erases the transcriptions of a deleted customer, month by month, and the counts of each month once it is empty, so that these tell
    /// what is left. Returns `false` if `deadline` was over before nothing was left.
    ///
    /// Two calls for each hundred transcriptions, and for each month two more for each hundred counts.
    pub(in crate::store) async fn transcriptions_erase(
        &self,
        reseller: ResellerId,
        customer: CustomerId,
        deadline: Instant,
    ) -> Result<bool, StoreError> {
        let counts = keys::transcription_day_partition(reseller, customer);
        loop {
            let days = self.query_prefix::<DayRow>(&counts, keys::TRANSCRIPTION_DAY_PREFIX, None, Some(AT_A_TIME as u64)).await?;
            let Some(first) = days.records.first() else {
                return Ok(true);
            };
            let month = first.day()?.month();
            let partition = keys::transcription_partition(reseller, customer, &month);
            loop {
                if Instant::now() >= deadline {
                    return Ok(false);
                }
                let place = (reseller, customer, month.as_str());
                let page = self.transcriptions_of_month::<Place>(place, Span::ALL, Direction::Ascending, AT_A_TIME).await?;
                if page.records.is_empty() {
                    break;
                }
                self.erase_rows(&partition, page.records.into_iter().map(|row| row.sort)).await?;
            }
            // The rows are in the order of their days, so that those of a month stand together.
            let mut of_month = Vec::new();
            for row in days.records {
                if row.day()?.month() == month {
                    of_month.push(row.sort);
                }
            }
            self.erase_rows(&counts, of_month.into_iter()).await?;
        }
    }

    /// Erases rows of a partition with these sort keys. One call.
    async fn erase_rows(&self, partition: &str, sorts: impl Iterator<Item = String>) -> Result<(), StoreError> {
        let erasure = sorts.fold(Transaction::default(), |erasure, sort| {
            erasure.delete((), RowKey { partition: partition.to_owned(), sort }, Expressions::always())
        });
        self.transact(erasure).await.map(|_| ())
    }
}
