//! Taking a try, before a password is hashed.

use super::attempt::{Attempt, Places};
use super::row::{TriesRow, is_unchanged};
use crate::domain::timestamp::Timestamp;
use crate::domain::waits::{ADDRESS, ADDRESS_AND_SOURCE, SOURCE, Taken, Wait};
use crate::store::access::table::Table;
use crate::store::engine::error::StoreError;
use crate::store::engine::retry::Rounds;
use crate::store::engine::row::row;
use crate::store::engine::transaction::{Outcome, Transaction};

/// A try that was taken. It stays taken unless [`Table::tries_succeeded`] gives it back.
#[derive(Clone, Debug)]
pub struct Admitted {
    pub(super) places: Places,
    pub(super) at: Timestamp,
    pub(super) of_source: Taken,
    /// None where the source is known at the address.
    pub(super) of_address: Option<Taken>,
}

/// Why no password may be hashed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum NotAdmitted {
    /// Too many tries. Nothing was counted.
    #[error(transparent)]
    Wait(#[from] Wait),
    /// The store failed, or others tried at the same moment for too long.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<A> Table<A> {
    /// Takes a try in each of its buckets, on condition that none of them lets wait. However many try at the same moment, no more are
    /// admitted than one after the other: each write demands the row as it was read.
    ///
    /// Two calls, and two more for each time that others tried at the same moment. One for somebody who has to wait. One more where the
    /// copy of the secret is older than five minutes.
    ///
    /// # Errors
    /// [`NotAdmitted::Wait`], with the longest of the waits; [`NotAdmitted::Store`].
    pub async fn tries_begin(&self, attempt: &Attempt<'_>) -> Result<Admitted, NotAdmitted> {
        let secret = self.check_presented(|secret| secret.issuing(Timestamp::now()).cloned()).await?;
        let secret = secret.ok_or_else(|| StoreError::Internal("the deployment has no secret".to_owned()))?;
        let (connection, places, at) = (&self.store.connection, Places::of(attempt, &secret)?, attempt.at);
        let mut rounds = Rounds::default();
        loop {
            let rows = connection.read(places.all()).await?;
            let both: Option<TriesRow> = rows.get(&places.both)?;
            let source: Option<TriesRow> = rows.get(&places.source)?;
            let address: Option<TriesRow> = rows.get(&places.address)?;
            let known_until = both.and_then(|row| row.known_until);
            let is_known = both.is_some_and(|row| row.is_known(at));

            let tried = |row: Option<TriesRow>| row.unwrap_or_default().tried();
            let of_address = if is_known { Ok(()) } else { ADDRESS.check(tried(address), at) };
            let checks = [ADDRESS_AND_SOURCE.check(tried(both), at), SOURCE.check(tried(source), at), of_address];
            if let Some(wait) = checks.into_iter().filter_map(Result::err).max() {
                return Err(wait.into());
            }

            let of_both = ADDRESS_AND_SOURCE.take(tried(both), at);
            let of_source = SOURCE.take(tried(source), at);
            let of_address = (!is_known).then(|| ADDRESS.take(tried(address), at));
            let both_row = row(&places.both, &TriesRow::new(of_both.tried, known_until))?;
            let source_row = row(&places.source, &TriesRow::new(of_source.tried, None))?;
            let mut transaction =
                Transaction::default().put((), both_row, is_unchanged(both)).put((), source_row, is_unchanged(source));
            if let Some(taken) = of_address {
                let address_row = row(&places.address, &TriesRow::new(taken.tried, None))?;
                transaction = transaction.put((), address_row, is_unchanged(address));
            }
            match connection.transact(transaction).await {
                Ok(Outcome::Done) => return Ok(Admitted { places, at, of_source, of_address }),
                Ok(Outcome::Refused(_)) | Err(StoreError::Contended(_)) => {
                    rounds.pause(StoreError::Contended, "others tried passwords at the same moment").await?;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}
