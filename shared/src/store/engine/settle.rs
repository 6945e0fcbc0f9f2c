//! Adding to the row of a caller what the caller has used up.

use std::time::Duration;

use super::budget::SpentRow;
use super::connection::Connection;
use super::error::StoreError;

/// How long a request may wait for this. Without it the caller would be served just as well.
const PATIENCE: Duration = Duration::from_secs(1);

impl Connection {
    /// Adds to the row of the caller what the function has kept, if the request has read half a megabyte since the last time.
    ///
    /// # Errors
    /// [`StoreError::QuotaExceeded`] when the caller has used up a quota.
    pub(super) async fn go_on_reading(&self) -> Result<(), StoreError> {
        // Boxed, because the compiler can't handle futures that are nested this deep.
        if self.budget.is_due_at_once() { Box::pin(self.settle()).await } else { Ok(()) }
    }

    /// Adds what the function has kept to the row of the caller, if that is more than a fiftieth of what the caller has left.
    /// Without an answer of the table, the function keeps it.
    pub(in crate::store) async fn settle_when_due(&self) {
        if self.budget.is_due() {
            // The request is answered, so that an exceeded quota is for the next one.
            let _ = Box::pin(self.settle()).await;
        }
    }

    /// Adds what the function has kept to the row of the caller. If the answer is lost, it may be added twice: a caller then has
    /// a little less of this minute.
    async fn settle(&self) -> Result<(), StoreError> {
        let Some(settlement) = self.budget.take() else {
            return Ok(());
        };
        let update = self.update::<SpentRow>(&settlement.spender.row, settlement.update());
        match tokio::time::timeout(PATIENCE, update).await {
            Ok(Ok(row)) => Ok(self.budget.settled(row.unwrap_or_default())?),
            Err(_) | Ok(Err(_)) => {
                self.budget.not_settled(settlement);
                Ok(())
            }
        }
    }
}
