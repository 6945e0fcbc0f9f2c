//! Deleting a token of a customer, which revokes its credential.

use super::rows::{Purpose, remove};
use crate::domain::activity::{Action, Object};
use crate::domain::customer::CustomerId;
use crate::domain::customer_token::CustomerToken;
use crate::domain::entity_tag::ExpectedRevision;
use crate::store::access::caller::Caller;
use crate::store::access::policy::Policy;
use crate::store::access::table::{Table, Write};
use crate::store::activity;
use crate::store::credential;
use crate::store::customer::header::CustomerHeader;
use crate::store::engine::error::StoreError;
use crate::store::engine::retry::Rounds;
use crate::store::engine::transaction::{Outcome, Transaction};
use crate::store::keys;
use crate::store::replay::{self, Answer};

/// Why a token was not deleted.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DeleteTokenError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The token is not as the request expects it.
    #[error("not the expected revision")]
    OtherRevision,
}

impl Table<Write> {
    /// Deletes a token of a customer, for ever; `None` when the customer no longer has it. A request with the token that begins after
    /// this returns is refused. `answer` makes what is kept of the answer, if the request has an idempotency key.
    ///
    /// One call, a transaction, unless another request writes too.
    ///
    /// # Errors
    /// [`DeleteTokenError`].
    pub async fn customer_token_delete(
        &self,
        caller: &Caller<Write>,
        customer: CustomerId,
        expected: &ExpectedRevision,
        token: &CustomerToken,
        answer: Answer<'_, ()>,
    ) -> Result<Option<()>, DeleteTokenError> {
        caller.must(Policy::TOKENS)?;
        let (connection, reseller) = (&self.store.connection, caller.reseller());
        if !expected.admits(token.entity_tag()) {
            return Err(DeleteTokenError::OtherRevision);
        }
        let key = keys::customer_token(reseller, customer, &token.id());
        let mut rounds = Rounds::default();
        loop {
            let credential = keys::credential(reseller, &token.hash);
            let transaction = credential::end(Transaction::default(), Purpose::Credential, credential);
            let transaction = remove(transaction, reseller, customer, token)?;
            let change = activity::Change::by(caller, Action::TokenDeleted, customer, Object::token(&token.id()));
            let transaction = replay::keep(activity::record(transaction, change)?, caller, || answer(&()))?;
            if connection.transact(transaction).await? == Outcome::Done {
                return Ok(Some(()));
            }
            // A customer that is deleted keeps the rows of its tokens for a while.
            let header = keys::customer_header(reseller, customer);
            let rows = connection.read(vec![key.clone(), header.clone()]).await?;
            let is_deleted = rows.get::<CustomerHeader>(&header)?.is_some_and(|header| header.deleted_at.is_some());
            if is_deleted || rows.get::<CustomerToken>(&key)?.is_none() {
                return Ok(None);
            }
            rounds.pause(StoreError::Contended, "others changed the tokens of the customer").await?;
        }
    }
}
