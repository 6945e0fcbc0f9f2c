//! Making the secret, adding a version of it, and dropping one.

use crate::domain::secret::{Secret, SecretVersion};
use crate::domain::timestamp::Timestamp;
use crate::store::access::table::{Operator, Table};
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::{Expressions, IS_NEW};
use crate::store::engine::retry::Rounds;
use crate::store::engine::row::row;
use crate::store::engine::transaction::{Outcome, Transaction};
use crate::store::keys;

use super::copy::{LONGEST_AGE, SecretRow};

/// Why a version was not dropped.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DropError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such version.
    #[error("no such version")]
    NoSuchVersion,
    /// It is the only version, or the only one that is used to issue by now.
    #[error("the version is needed for issuing")]
    Needed,
}

impl Table<Operator> {
    /// The secret, which is created if there is none.
    ///
    /// One call, or three. Two requests that create it at the same time create one secret.
    pub(in crate::store) async fn secret_or_first(&self) -> Result<Secret, StoreError> {
        if let Some(secret) = self.store.connection.secret().await? {
            return Ok(secret);
        }
        let first = Secret::first(SecretVersion::generate(1, Timestamp::now())?);
        self.secret_put(&first, None).await?;
        let written = self.store.connection.secret().await?;
        written.ok_or_else(|| StoreError::Internal("the secret is gone as soon as it was written".to_owned()))
    }

    /// The version that the secret on record uses to issue now.
    pub(in crate::store) async fn secret_issuing(&self) -> Result<SecretVersion, StoreError> {
        let secret = self.store.connection.secret().await?;
        let version = secret.and_then(|secret| secret.issuing(Timestamp::now()).cloned());
        version.ok_or_else(|| StoreError::Internal("the deployment has no secret".to_owned()))
    }

    /// Adds a version. It is used to issue from ten minutes later on, when every function has read it. What was issued under the
    /// other versions is valid until they are dropped. `None` when there is no secret yet.
    ///
    /// Not repeatable: a second call adds another version.
    ///
    /// # Errors
    /// When the store fails; then there is no new version, unless the store gave no answer.
    pub async fn secret_rotate(&self) -> Result<Option<SecretVersion>, StoreError> {
        let mut rounds = Rounds::default();
        while let Some(secret) = self.store.connection.secret().await? {
            let last = secret.versions().iter().map(SecretVersion::number).max().unwrap_or_default();
            let number = if last < SecretVersion::MAX { last + 1 } else { 1 };
            if secret.version(number).is_some() {
                return Err(StoreError::Internal("no number is left for a version of the secret".to_owned()));
            }
            let version = SecretVersion::generate(number, Timestamp::now().plus(LONGEST_AGE * 2))?;
            if self.secret_put(&secret.with(version.clone()), Some(&secret)).await? {
                return Ok(Some(version));
            }
            rounds.pause(StoreError::Contended, "others changed the secret").await?;
        }
        Ok(None)
    }

    /// Drops a version: the tokens, licence keys and cursors that were issued under it end within five minutes, which is how old
    /// a function's copy may be. Returns the secret that is left.
    ///
    /// # Errors
    /// [`DropError`]; then nothing was dropped, unless the store gave no answer.
    pub async fn secret_drop(&self, number: u16) -> Result<Secret, DropError> {
        let mut rounds = Rounds::default();
        loop {
            let secret = self.store.connection.secret().await?.ok_or(DropError::NoSuchVersion)?;
            secret.version(number).ok_or(DropError::NoSuchVersion)?;
            let left = secret.without(number).ok_or(DropError::Needed)?;
            let now = Timestamp::now();
            if left.versions().iter().all(|version| version.issues_from() > now) {
                return Err(DropError::Needed);
            }
            if self.secret_put(&left, Some(&secret)).await? {
                return Ok(left);
            }
            rounds.pause(StoreError::Contended, "others changed the secret").await?;
        }
    }

    /// The versions of the secret, in the order in which they were made; none when there is no secret yet. One call.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn secret_versions(&self) -> Result<Vec<SecretVersion>, StoreError> {
        Ok(self.store.connection.secret().await?.map(Into::into).unwrap_or_default())
    }

    /// Writes the secret if it is still what it was `before`, and returns whether it did so.
    async fn secret_put(&self, secret: &Secret, before: Option<&Secret>) -> Result<bool, StoreError> {
        let condition = match before {
            None => Expressions::when(IS_NEW),
            Some(before) => {
                let before = serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value(before)?;
                Expressions::when("versions = :before").value(":before", before)
            }
        };
        let item = row(&keys::secret(), &SecretRow { versions: secret.clone() })?;
        let written = self.store.connection.transact(Transaction::default().put((), item, condition)).await?;
        Ok(written == Outcome::Done)
    }
}
