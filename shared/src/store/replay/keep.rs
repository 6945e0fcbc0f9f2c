//! Keeping the answer to a request, and looking for an earlier one.

use std::time::Duration;

use super::row::{Earlier, ReplayRow};
use crate::domain::timestamp::Timestamp;
use crate::store::access::caller::Caller;
use crate::store::access::table::{Table, Write};
use crate::store::engine::connection::Connection;
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::{Expressions, IS_NEW};
use crate::store::engine::row::row;
use crate::store::engine::transaction::Transaction;
use crate::store::keys;

/// How long an answer is kept.
const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Makes the bytes of the answer that shows `T`. They must be enough to give the same answer again.
pub type Answer<'a, T> = &'a (dyn Fn(&T) -> Vec<u8> + Sync);

/// Adds to a transaction that the answer to the caller's request is kept, if the request came with an idempotency key.
pub(in crate::store) fn keep<P>(
    transaction: Transaction<P>,
    caller: &Caller<Write>,
    answer: impl FnOnce() -> Vec<u8>,
) -> Result<Transaction<P>, StoreError> {
    let Some(replay) = caller.replay() else {
        return Ok(transaction);
    };
    let now = Timestamp::now();
    let kept = ReplayRow {
        fingerprint: replay.fingerprint().to_owned(),
        answer: replay.seal(&answer())?,
        expires_at: now.plus(KEPT).seconds(),
    };
    let is_first = Expressions::when(format!("{IS_NEW} OR expires_at <= :now")).number(":now", now.seconds());
    Ok(transaction.answer(row(&keys::replay(caller.reseller(), replay), &kept)?, is_first))
}

impl Connection {
    /// Keeps the answer to a request that changes nothing, if the request came with an idempotency key. One call, or none.
    pub(in crate::store) async fn replay_keep(
        &self,
        caller: &Caller<Write>,
        answer: impl FnOnce() -> Vec<u8>,
    ) -> Result<(), StoreError> {
        if caller.replay().is_some() {
            self.transact(keep(Transaction::<()>::default(), caller, answer)?).await?;
        }
        Ok(())
    }
}

impl<A> Table<A> {
    /// What an earlier request with the same credential and idempotency key was, for a request that is about to be refused. The
    /// earlier one may be the reason, because it was carried out after this one had looked for it; or it is this one, whose
    /// transaction was carried out and whose answer was lost.
    ///
    /// One call for a verified caller's request with a key, otherwise none.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn replay_earlier(&self) -> Result<Option<Earlier>, StoreError> {
        let Some((reseller, replay)) = self.store.keyed.0.get() else {
            return Ok(None);
        };
        let key = keys::replay(*reseller, replay);
        match self.store.connection.read(vec![key.clone()]).await?.get::<ReplayRow>(&key)? {
            Some(row) => row.earlier(replay),
            None => Ok(None),
        }
    }
}
