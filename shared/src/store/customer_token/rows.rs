//! The rows of a token: its own, the reservation of its name, and its customer's header, which counts it.

use serde::Serialize;

use crate::domain::customer::CustomerId;
use crate::domain::customer_token::{CustomerToken, MOST_TOKENS};
use crate::domain::reseller::ResellerId;
use crate::domain::token::KeyId;
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::{Expressions, IS_NEW};
use crate::store::engine::row::row;
use crate::store::engine::transaction::Transaction;
use crate::store::keys;

/// The purpose of a write in a transaction about a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Purpose {
    /// The credential of the token.
    Credential,
    /// The token itself.
    Record,
    /// No other token of the customer has its name.
    Name,
    /// The customer exists, and has room for the token.
    Header,
}

/// The row of a reserved name.
#[derive(Serialize)]
struct NameRow {
    key_id: KeyId,
}

/// Adds to a transaction that a customer has this token.
pub(in crate::store) fn add(
    transaction: Transaction<Purpose>,
    reseller: ResellerId,
    customer: CustomerId,
    token: &CustomerToken,
) -> Result<Transaction<Purpose>, StoreError> {
    let id = token.id();
    let name = keys::token_name(reseller, customer, token.name.as_str());
    let has_room = "attribute_not_exists(deleted_at) AND (attribute_not_exists(tokens) OR tokens < :most)";
    let count = Expressions::when(has_room).number(":most", MOST_TOKENS).update("ADD tokens :one").number(":one", 1);
    Ok(transaction
        .put(Purpose::Record, row(&keys::customer_token(reseller, customer, &id), token)?, Expressions::when(IS_NEW))
        .put(Purpose::Name, row(&name, &NameRow { key_id: id })?, Expressions::when(IS_NEW))
        .update(Purpose::Header, keys::customer_header(reseller, customer), count))
}

/// Adds to a transaction that a customer no longer has this token.
pub(in crate::store) fn remove(
    transaction: Transaction<Purpose>,
    reseller: ResellerId,
    customer: CustomerId,
    token: &CustomerToken,
) -> Result<Transaction<Purpose>, StoreError> {
    let id = token.id();
    let is_its = Expressions::when("key_id = :id").text(":id", id.as_str());
    let count = Expressions::when("attribute_not_exists(deleted_at)").update("ADD tokens :less").number(":less", -1);
    Ok(transaction
        .delete(Purpose::Record, keys::customer_token(reseller, customer, &id), Expressions::when("attribute_exists(PK)"))
        .note(row(&keys::deleted_customer_token(reseller, customer, &id), token)?)
        .delete(Purpose::Name, keys::token_name(reseller, customer, token.name.as_str()), is_its)
        .update(Purpose::Header, keys::customer_header(reseller, customer), count))
}

/// Adds to a transaction that a token of a customer is like this now. Its name stays.
pub(in crate::store) fn replace(
    transaction: Transaction<Purpose>,
    reseller: ResellerId,
    customer: CustomerId,
    token: &CustomerToken,
) -> Result<Transaction<Purpose>, StoreError> {
    let item = row(&keys::customer_token(reseller, customer, &token.id()), token)?;
    Ok(transaction.put(Purpose::Record, item, Expressions::when("attribute_exists(PK)")))
}
