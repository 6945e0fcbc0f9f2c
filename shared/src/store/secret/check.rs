//! What is checked against a function's copy of the secret, and what is issued under it.
//!
//! What fits no version of the copy is refused without a call, but for one new read where the copy is older than five minutes.

use std::time::Duration;

use crate::domain::secret::{Secret, SecretVersion};
use crate::domain::timestamp::Timestamp;
use crate::store::access::table::Table;
use crate::store::engine::error::StoreError;
use crate::store::root::Store;

/// How long a function's start may wait for the secret: a request reads it where the start did not.
const PATIENCE: Duration = Duration::from_secs(2);

impl Store {
    /// Reads the secret, over as many connections as there will be parallel calls: to open one costs about 33 ms on a small
    /// function, which belongs into its start and not into a request. A failure is of no consequence here; the request will
    /// meet it.
    pub async fn start(&self, connections: usize) {
        let reads = futures_util::future::join_all((0..connections).map(|_| self.connection.secret()));
        if let Ok(read) = tokio::time::timeout(PATIENCE, reads).await
            && let Some(secret) = read.into_iter().find_map(Result::ok)
        {
            self.secret.hold(secret);
        }
    }

    /// What `check` finds in something that was presented; `None` when it fits no version of the secret.
    ///
    /// No call, but for one where it fits no version of a copy that is old, or where there is no copy.
    pub(in crate::store) async fn check_presented<T>(
        &self,
        check: impl Fn(&Secret) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        if let Some(held) = self.secret.held() {
            let found = check(&held.secret);
            if found.is_some() || !held.is_old() {
                return Ok(found);
            }
        }
        let secret = self.secret.hold(self.connection.secret().await?);
        Ok(secret.and_then(|secret| check(&secret)))
    }

    /// The version under which something is issued now, by the copy.
    pub(in crate::store) fn issuing_version(&self) -> Result<SecretVersion, StoreError> {
        let version = self.secret.get().and_then(|secret| secret.issuing(Timestamp::now()).cloned());
        version.ok_or_else(|| StoreError::Internal("the deployment has no secret".to_owned()))
    }
}

impl<A> Table<A> {
    /// What `check` finds in something that was presented; `None` when it fits no version of the secret.
    ///
    /// No call, but for one where it fits no version of a copy that is old, or where there is no copy.
    ///
    /// # Errors
    /// The store's failure in that call.
    pub async fn check_presented<T>(&self, check: impl Fn(&Secret) -> Option<T>) -> Result<Option<T>, StoreError> {
        self.store.check_presented(check).await
    }

    /// The version of the secret under which something is issued now, by this function's copy.
    ///
    /// # Errors
    /// [`StoreError::Internal`] when the deployment has no secret.
    pub fn issuing_version(&self) -> Result<SecretVersion, StoreError> {
        self.store.issuing_version()
    }
}
