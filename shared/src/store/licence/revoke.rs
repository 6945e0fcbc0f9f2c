//! Revoking a licence.

use serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value;

use crate::domain::activity::{Action, Object};
use crate::domain::entity_tag::ExpectedRevision;
use crate::domain::licence::Licence;
use crate::domain::reseller::ResellerId;
use crate::domain::timestamp::Timestamp;
use crate::store::access::caller::Caller;
use crate::store::access::policy::Policy;
use crate::store::access::table::{Table, Write};
use crate::store::activity;
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::Expressions;
use crate::store::engine::retry::Rounds;
use crate::store::engine::transaction::{Outcome, Transaction};
use crate::store::keys;
use crate::store::replay::{self, Answer};

/// Why a licence was not revoked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RevokeError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The licence is not as the request expects it.
    #[error("not the expected revision")]
    OtherRevision,
}

impl Table<Write> {
    /// Revokes a licence for ever. A licence that was revoked before keeps its first time, and nothing is written. `answer` makes what
    /// is kept of the answer, if the request has an idempotency key.
    ///
    /// One call, a transaction, unless another request writes too.
    ///
    /// # Errors
    /// [`RevokeError`].
    pub async fn licence_revoke(
        &self,
        caller: &Caller<Write>,
        expected: &ExpectedRevision,
        mut licence: Licence,
        answer: Answer<'_, Licence>,
    ) -> Result<Licence, RevokeError> {
        caller.must(Policy::RESELLER)?;
        let connection = &self.store.connection;
        let mut rounds = Rounds::default();
        loop {
            if !expected.admits(licence.entity_tag()) {
                return Err(RevokeError::OtherRevision);
            }
            if licence.revoked_at.is_some() {
                connection.replay_keep(caller, || answer(&licence)).await?;
                return Ok(licence);
            }
            let revoked = Licence { revoked_at: Some(licence.issued_at.next_change()), ..licence.clone() };
            let transaction = transaction(caller.reseller(), &revoked)?;
            let transaction = activity::record(
                transaction,
                activity::Change::by(caller, Action::LicenceRevoked, licence.id.customer(), Object::licence(licence.id)),
            )?;
            let transaction = replay::keep(transaction, caller, || answer(&revoked))?;
            if connection.transact(transaction).await? == Outcome::Done {
                return Ok(revoked);
            }
            rounds.pause(StoreError::Contended, "others changed the licence").await?;
            licence = connection
                .licence(caller.reseller(), licence.id)
                .await?
                .ok_or_else(|| StoreError::Internal("a licence is not on record any more".to_owned()))?;
        }
    }
}

/// The transaction that revokes an active licence, and frees its product and host. Its conditions: the licence was not revoked, and
/// its customer was not deleted, which revokes it too.
fn transaction(reseller: ResellerId, revoked: &Licence) -> Result<Transaction<()>, StoreError> {
    let revoke = Expressions::when("attribute_exists(PK) AND revoked_at = :never")
        .update("SET revoked_at = :now")
        .value(":now", to_attribute_value(revoked.revoked_at)?)
        .value(":never", to_attribute_value(None::<Timestamp>)?);
    let is_named = Expressions::when("licence = :licence").number(":licence", revoked.id);
    let active = keys::active_licence(reseller, revoked.product.as_str(), revoked.host.as_str());
    let customer_lives = Expressions::when("attribute_not_exists(deleted_at)");
    Ok(Transaction::default().update((), keys::licence(reseller, revoked.id), revoke).delete((), active, is_named).check(
        (),
        keys::customer_header(reseller, revoked.id.customer()),
        customer_lives,
    ))
}
