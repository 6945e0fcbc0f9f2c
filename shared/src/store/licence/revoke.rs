//! Revoking a licence.

use aws_sdk_dynamodb::types::AttributeValue::Null;

use crate::domain::licence::Licence;
use crate::domain::reseller::ResellerId;
use crate::domain::timestamp::Timestamp;
use crate::store::access::caller::Caller;
use crate::store::access::table::{Table, Write};
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::Expressions;
use crate::store::engine::retry::Rounds;
use crate::store::engine::transaction::{Outcome, Transaction};
use crate::store::keys;

impl Table<Write> {
    /// Revokes a licence for ever. A licence that was revoked before keeps its first time, and nothing is written.
    ///
    /// One call, a transaction, unless another request writes too.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn licence_revoke(&self, caller: &Caller<Write>, mut licence: Licence) -> Result<Licence, StoreError> {
        let connection = &self.store.connection;
        let mut rounds = Rounds::default();
        while licence.revoked_at.is_none() {
            let revoked_at = licence.issued_at.next_change();
            if connection.transact(transaction(caller.reseller(), &licence, revoked_at)).await? == Outcome::Done {
                return Ok(Licence { revoked_at: Some(revoked_at), ..licence });
            }
            rounds.pause(StoreError::Contended, "others changed the licence").await?;
            licence = connection
                .licence(caller.reseller(), licence.id)
                .await?
                .ok_or_else(|| StoreError::Internal("a licence is not on record any more".to_owned()))?;
        }
        Ok(licence)
    }
}

/// The transaction that revokes an active licence, and frees its product and host.
fn transaction(reseller: ResellerId, licence: &Licence, revoked_at: Timestamp) -> Transaction<()> {
    let revoke = Expressions::when("attribute_exists(PK) AND revoked_at = :never")
        .update("SET revoked_at = :now")
        .text(":now", revoked_at.to_string())
        .value(":never", Null(true));
    let is_named = Expressions::when("licence = :licence").number(":licence", licence.id);
    Transaction::default().update((), keys::licence(reseller, licence.id), revoke).delete(
        (),
        keys::active_licence(reseller, licence.product.as_str(), licence.host.as_str()),
        is_named,
    )
}
