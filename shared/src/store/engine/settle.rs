//! Adding to the row of a caller what the caller has used up.

use std::time::Duration;

use super::budget::{Settlement, SpentRow};
use super::connection::Connection;
use super::error::StoreError;

/// How long a request may wait for this. Without it the caller would be served just as well.
const PATIENCE: Duration = Duration::from_secs(1);

impl Connection {
    /// Adds to the row of the caller what the function has kept, if the request has read half a megabyte since the last time.
    ///
    /// # Errors
    /// [`StoreError::QuotaExceeded`] when the caller has used up its units.
    pub(super) async fn go_on_reading(&self) -> Result<(), StoreError> {
        match self.budget.due_at_once() {
            // Boxed, because the compiler can't handle futures that are nested this deep.
            Some(settlement) => Box::pin(self.settle(settlement)).await,
            None => Ok(()),
        }
    }

    /// Adds what the function has kept to the row of the caller, if that is more than a fiftieth of what the caller has left.
    pub(in crate::store) async fn settle_when_due(&self) {
        if let Some(settlement) = self.budget.due() {
            // The request is answered, so that an exceeded quota is for the next one.
            let _ = Box::pin(self.settle(settlement)).await;
        }
    }

    /// Adds this to the row. The function keeps it if the table refuses it. If the answer is late, it counts as added, because it may
    /// be: a caller then has a little more of this minute, but nobody is charged twice for it.
    async fn settle(&self, settlement: Settlement) -> Result<(), StoreError> {
        let update = self.update::<SpentRow>(&settlement.spender.row, settlement.update());
        match tokio::time::timeout(PATIENCE, update).await {
            Ok(Ok(row)) => Ok(self.budget.settled(row.unwrap_or_default())?),
            Ok(Err(_)) => {
                self.budget.not_settled(&settlement);
                Ok(())
            }
            Err(_) => Ok(()),
        }
    }
}
