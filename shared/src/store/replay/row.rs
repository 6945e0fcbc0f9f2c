//! The row of a kept answer, and what it says about a request.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::domain::replay::Replay;
use crate::domain::reseller::ResellerId;
use crate::domain::timestamp::Timestamp;
use crate::store::engine::error::StoreError;

/// What an earlier request with the same credential and idempotency key was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Earlier {
    /// The same request: the bytes of its answer.
    #[error("the request was answered before")]
    Answered(Vec<u8>),
    /// Another request.
    #[error("the idempotency key was used for another request")]
    Other,
}

/// The row of an answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::store) struct ReplayRow {
    pub(super) fingerprint: String,
    #[serde(with = "serde_bytes")]
    pub(super) answer: Vec<u8>,
    /// In seconds since 1970: DynamoDB deletes the row some time after that.
    pub(super) expires_at: i64,
}

impl ReplayRow {
    /// What the row says about a request; `None` when it has expired.
    pub(in crate::store) fn earlier(&self, replay: &Replay) -> Result<Option<Earlier>, StoreError> {
        if self.expires_at <= Timestamp::now().seconds() {
            return Ok(None);
        }
        if self.fingerprint != replay.fingerprint() {
            return Ok(Some(Earlier::Other));
        }
        let odd = || StoreError::Internal("a kept answer can't be read".to_owned());
        Ok(Some(Earlier::Answered(replay.open(&self.answer).ok_or_else(odd)?)))
    }
}

/// The request that is being answered, once its caller is verified, if it came with an idempotency key.
#[derive(Debug, Default)]
pub(in crate::store) struct KeyedRequest(pub(super) OnceLock<(ResellerId, Replay)>);

impl KeyedRequest {
    /// Notes that the caller of the request is verified.
    pub(in crate::store) fn verified(&self, reseller: ResellerId, replay: &Replay) {
        // There is one caller for each request. A second check of it notes the same.
        let _ = self.0.set((reseller, replay.clone()));
    }
}
