//! A function's copy of the deployment's secret: how it is read, and when it is read again.
//!
//! A copy is never older than five minutes when it decides about a caller: after that, the first call reads the secret again,
//! together with the rows that it reads anyway.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::domain::secret::Secret;
use crate::store::engine::connection::Connection;
use crate::store::engine::error::StoreError;
use crate::store::engine::read::Rows;
use crate::store::engine::row::RowKey;
use crate::store::keys;

/// How old a copy may be before it is read again. A new version is used to issue only after twice this time.
pub(in crate::store) const LONGEST_AGE: Duration = Duration::from_secs(5 * 60);

/// How long to wait before the secret is read again after it could not be. Otherwise every invented token would cause a read, and
/// its retries.
const PAUSE: Duration = Duration::from_secs(5);

/// The row of the secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::store) struct SecretRow {
    pub(in crate::store) versions: Secret,
}

/// The copy; none before the first read, and while there is no secret.
#[derive(Debug, Default)]
pub(in crate::store) struct SecretCopy(RwLock<Option<Held>>);

#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) secret: Arc<Secret>,
    read_at: Instant,
    /// When the secret was last tried to be read again, and could not be.
    failed_at: Option<Instant>,
}

impl SecretCopy {
    pub(super) fn held(&self) -> Option<Held> {
        // No code that holds the lock can panic.
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(in crate::store) fn hold(&self, secret: Option<Secret>) -> Option<Arc<Secret>> {
        let held = secret.map(|secret| Held { secret: Arc::new(secret), read_at: Instant::now(), failed_at: None });
        let secret = held.as_ref().map(|held| Arc::clone(&held.secret));
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = held;
        secret
    }

    /// Goes on with the copy, if there is one, because the secret could not be read again.
    pub(super) fn go_on(&self) -> Option<Arc<Secret>> {
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let held = held.as_mut()?;
        held.failed_at = Some(Instant::now());
        Some(Arc::clone(&held.secret))
    }

    /// The secret as it was last read; `None` when there was none.
    pub(in crate::store) fn get(&self) -> Option<Arc<Secret>> {
        self.held().map(|held| held.secret)
    }

    /// The row key of the secret if the copy must be read again, for a read that is made anyway.
    pub(in crate::store) fn key_when_old(&self) -> Option<RowKey> {
        let is_old = self.held().is_none_or(|held| held.is_old());
        is_old.then(keys::secret)
    }

    /// Takes the secret from rows that were read with [`Self::key_when_old`].
    pub(in crate::store) fn renew(&self, rows: &Rows) -> Result<(), StoreError> {
        let row: Option<SecretRow> = rows.get(&keys::secret())?;
        self.hold(row.map(|row| row.versions));
        Ok(())
    }
}

impl Held {
    /// Whether the secret must be read again, and may be: it could not be read a moment ago.
    pub(super) fn is_to_be_read(&self) -> bool {
        self.is_old() && self.failed_at.is_none_or(|failed_at| failed_at.elapsed() > PAUSE)
    }

    fn is_old(&self) -> bool {
        self.read_at.elapsed() > LONGEST_AGE
    }
}

impl Connection {
    /// The secret as it is now; `None` when there is none. One call.
    pub(in crate::store) async fn secret(&self) -> Result<Option<Secret>, StoreError> {
        let rows = self.read(vec![keys::secret()]).await?;
        Ok(rows.get::<SecretRow>(&keys::secret())?.map(|row| row.versions))
    }
}
