//! Checks against a function's copy of the secret, and the version of the copy that is used to issue.
//!
//! What fits no version of the copy is refused without a call, except for one new read if the copy is older than five minutes.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::secret::{Secret, SecretVersion};
use crate::domain::timestamp::Timestamp;
use crate::store::access::table::Table;
use crate::store::engine::error::StoreError;
use crate::store::root::Store;

/// How long the start of a function may wait for the secret. If the start did not read it, a request does.
const PATIENCE: Duration = Duration::from_secs(2);

impl Store {
    /// Reads the secret, over as many connections as there will be parallel calls. Opening one costs about 33 ms on a small
    /// function, which belongs in the start and not in a request. A failure is ignored here, because the request will meet it.
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
    /// No call, except one when it fits no version and the copy is old, or when there is no copy. If the copy can't be read again,
    /// it decides as it is.
    pub(in crate::store) async fn check_presented<T>(
        &self,
        check: impl Fn(&Secret) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        if let Some(held) = self.secret.held() {
            let found = check(&held.secret);
            if found.is_some() || !held.is_to_be_read() {
                return Ok(found);
            }
        }
        Ok(self.read_again().await?.and_then(|secret| check(&secret)))
    }

    /// The secret as it is now, or the copy if the secret can't be read.
    async fn read_again(&self) -> Result<Option<Arc<Secret>>, StoreError> {
        match self.connection.secret().await {
            Ok(secret) => Ok(self.secret.hold(secret)),
            Err(error) => self.secret.go_on().map(Some).ok_or(error),
        }
    }

    /// The version that the copy uses to issue now.
    pub(in crate::store) fn issuing_version(&self) -> Result<SecretVersion, StoreError> {
        let version = self.secret.get().and_then(|secret| secret.issuing(Timestamp::now()).cloned());
        version.ok_or_else(|| StoreError::Internal("the deployment has no secret".to_owned()))
    }

    /// The same version, also where the function has no copy yet.
    ///
    /// No call, or one.
    pub(in crate::store) async fn issuing_version_or_read(&self) -> Result<SecretVersion, StoreError> {
        if self.secret.get().is_none() {
            self.read_again().await?;
        }
        self.issuing_version()
    }
}

impl<A> Table<A> {
    /// What `check` finds in something that was presented and that nothing else decides about; `None` when it fits no version of
    /// the secret.
    ///
    /// No call, except one when the copy is old, or when there is no copy.
    ///
    /// # Errors
    /// The failure of the store in that call, when there is no copy.
    pub async fn check_presented<T>(&self, check: impl Fn(&Secret) -> Option<T>) -> Result<Option<T>, StoreError> {
        let secret = match self.store.secret.held() {
            Some(held) if !held.is_to_be_read() => Some(held.secret),
            _ => self.store.read_again().await?,
        };
        Ok(secret.and_then(|secret| check(&secret)))
    }

    /// The version of the secret that this function's copy uses to issue now.
    ///
    /// # Errors
    /// [`StoreError::Internal`] when the deployment has no secret.
    pub fn issuing_version(&self) -> Result<SecretVersion, StoreError> {
        self.store.issuing_version()
    }
}
