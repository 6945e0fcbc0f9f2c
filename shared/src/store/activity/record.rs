//! Putting a change on record.

use std::time::Duration;

use serde::Serialize;

use crate::domain::activity::{Action, Actor, Entry, EntryId, Object};
use crate::domain::customer::CustomerId;
use crate::domain::reseller::ResellerId;
use crate::domain::timestamp::Timestamp;
use crate::store::engine::error::StoreError;
use crate::store::engine::row::row;
use crate::store::engine::transaction::Transaction;
use crate::store::keys;

/// How long an entry is kept.
pub(super) const KEPT: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// A change, as it is put on record.
#[derive(Clone, Debug)]
pub(in crate::store) struct Change<'a> {
    pub(in crate::store) reseller: ResellerId,
    pub(in crate::store) actor: &'a Actor,
    pub(in crate::store) action: Action,
    pub(in crate::store) customer: Option<CustomerId>,
    pub(in crate::store) object: Object,
    /// The names of the fields that are set or changed.
    pub(in crate::store) fields: Vec<String>,
}

/// The row of an entry.
#[derive(Serialize)]
struct EntryRow<'a> {
    #[serde(flatten)]
    entry: &'a Entry,
    /// In seconds since 1970: DynamoDB deletes the row some time after that.
    expires_at: i64,
}

/// Adds the entry of a change to the transaction that makes the change.
pub(in crate::store) fn record<P>(transaction: Transaction<P>, change: Change<'_>) -> Result<Transaction<P>, StoreError> {
    let Change { reseller, actor, action, customer, object, fields } = change;
    let time = Timestamp::now();
    let entry = Entry { id: EntryId::generate(time)?, time, actor: actor.clone(), action, customer, object, fields };
    let expires_at = time.plus(KEPT).seconds();
    Ok(transaction.note(row(&keys::activity(reseller, time, &entry.id), &EntryRow { entry: &entry, expires_at })?))
}
