//! The row of a mail that waits.

use serde::{Deserialize, Serialize};

use crate::domain::mail::{MailId, Posted};
use crate::domain::secret::{Purpose, Secret, SecretVersion};
use crate::domain::timestamp::Timestamp;
use crate::store::engine::error::StoreError;

/// The row of a mail. Its content is sealed, because it names a person and has a link that makes whoever has it that person.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct MailRow {
    #[serde(rename = "SK", skip_serializing)]
    pub(in crate::store) id: MailId,
    /// The number of the version of the secret that seals the content.
    secret_version: u16,
    #[serde(with = "serde_bytes")]
    sealed: Vec<u8>,
    /// From when on it is to be sent, in milliseconds since 1970. To claim a mail is to move this a little way into the future, and to
    /// put it off is to move it further.
    pub(in crate::store) due_at: i64,
    /// How often it was claimed.
    pub(in crate::store) attempts: u32,
    /// In seconds since 1970: from then on it is not sent, and DynamoDB deletes the row some time after that.
    expires_at: i64,
}

impl MailRow {
    /// The row of a mail that is posted at the moment `now`, sealed under this version of the secret.
    pub(in crate::store) fn of(posted: &Posted, now: Timestamp, version: &SecretVersion) -> Result<Self, StoreError> {
        let id = MailId::generate(now)?;
        Ok(Self {
            secret_version: version.number(),
            sealed: seal(posted, &id, version)?,
            id,
            due_at: now.milliseconds(),
            attempts: 0,
            expires_at: posted.expires_at().seconds(),
        })
    }

    /// The same row with another content.
    pub(in crate::store) fn with(&self, posted: &Posted, version: &SecretVersion) -> Result<Self, StoreError> {
        Ok(Self {
            id: self.id.clone(),
            secret_version: version.number(),
            sealed: seal(posted, &self.id, version)?,
            expires_at: posted.expires_at().seconds(),
            ..*self
        })
    }

    /// What waits; `None` when the version of the secret that sealed it was dropped.
    pub(in crate::store) fn open(&self, secret: &Secret) -> Option<Posted> {
        let version = secret.version(self.secret_version)?;
        let content = version.open(Purpose::Mail, self.id.as_str().as_bytes(), &self.sealed)?;
        serde_json::from_slice(&content).ok()
    }

    /// Whether it is no longer worth sending.
    pub(in crate::store) fn is_over(&self, now: Timestamp) -> bool {
        self.expires_at <= now.seconds()
    }
}

/// The content of a row, sealed for the mail with this name.
fn seal(posted: &Posted, id: &MailId, version: &SecretVersion) -> Result<Vec<u8>, StoreError> {
    let content = serde_json::to_vec(posted).map_err(|_| StoreError::Internal("a mail can't be written down".to_owned()))?;
    Ok(version.seal(Purpose::Mail, id.as_str().as_bytes(), &content)?)
}
