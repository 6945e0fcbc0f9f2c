//! The row of a credential: how it begins and how it ends.

use aws_sdk_dynamodb::types::AttributeValue;

use super::engine::error::StoreError;
use super::engine::expressions::{Expressions, IS_NEW};
use super::engine::row::{RowKey, row};
use super::engine::transaction::Transaction;
use super::keys;
use crate::domain::credential::Credential;
use crate::domain::reseller::ResellerId;
use crate::domain::timestamp::Timestamp;
use crate::domain::token::TokenHash;

/// Adds to a transaction that this credential, of the token with this hash, is on record.
pub(super) fn begin<P>(
    transaction: Transaction<P>,
    purpose: P,
    reseller: ResellerId,
    hash: &TokenHash,
    credential: &Credential,
) -> Result<Transaction<P>, StoreError> {
    Ok(transaction.put(purpose, row(&keys::credential(reseller, hash), credential)?, Expressions::when(IS_NEW)))
}

/// Adds to a transaction that the credential in this row is revoked. One that was revoked before refuses it.
pub(super) fn end<P>(transaction: Transaction<P>, purpose: P, credential: RowKey) -> Transaction<P> {
    let revoke = Expressions::when("attribute_exists(PK) AND (attribute_not_exists(revoked_at) OR revoked_at = :never)")
        .update("SET revoked_at = :now")
        .text(":now", Timestamp::now().to_string())
        .value(":never", AttributeValue::Null(true));
    transaction.update(purpose, credential, revoke)
}
