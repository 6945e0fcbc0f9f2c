//! The codes of what belongs to customers. A code is unique among what its customer has of the same kind, so that each has a
//! reservation. What has no code of its own is known by its id, and reserves nothing.

use serde::{Deserialize, Serialize};

use super::access::caller::Caller;
use super::access::sealed::{Content, Sealed};
use super::access::table::{Access, Table};
use super::engine::error::StoreError;
use super::engine::expressions::{Expressions, IS_NEW};
use super::engine::row::{RowKey, row};
use super::engine::transaction::Transaction;
use super::keys::{self, Coded};
use crate::domain::customer::CustomerId;
use crate::domain::token::IssuedToken;

/// The row of a reserved code.
#[derive(Serialize, Deserialize)]
struct CodeRow {
    /// The id of what has the code.
    id: u64,
}

/// Adds to a transaction that this code belongs to what has this id, and to nothing else of its customer.
pub(super) fn reserve<P>(transaction: Transaction<P>, purpose: P, code: &RowKey, id: u64) -> Result<Transaction<P>, StoreError> {
    Ok(transaction.put(purpose, row(code, &CodeRow { id })?, Expressions::when(IS_NEW)))
}

/// Adds to a transaction that what has this id is gone, and its code free.
pub(super) fn release<P>(transaction: Transaction<P>, purpose: P, code: RowKey, id: u64) -> Transaction<P> {
    transaction.delete(purpose, code, Expressions::when("id = :id").number(":id", id))
}

/// The id of what has a code. It says nothing about it: what reads it knows the caller's limits.
impl Content for Option<u64> {
    fn seen_by<A>(self, _: &Caller<A>) -> Self {
        self
    }
}

impl<A: Access> Table<A> {
    /// Reads, together with the credential of a token, the id of what a customer of its reseller has with this code of its own;
    /// `None` without a customer, or when it has no such thing.
    ///
    /// One call.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn belonging_load_holder(
        &self,
        token: &IssuedToken,
        customer: Option<CustomerId>,
        what: Coded,
        code: &str,
    ) -> Result<Sealed<A, Option<u64>>, StoreError> {
        let key = customer.map(|customer| keys::belonging_code(token.reseller(), customer, what, code));
        let token_keys = self.store.token_keys(token);
        let rows = self.store.connection.read(token_keys.iter().cloned().chain(key.clone()).collect()).await?;
        let holder: Option<CodeRow> = key.map(|key| rows.get(&key)).transpose()?.flatten();
        self.store.seal(token, &token_keys, &rows, holder.map(|holder| holder.id))
    }
}
