//! Every change of a customer: one transaction of its row, its count, its reservations, the entry of the activity and the answer. With
//! one way to write there is one way to retry.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::header::CustomerHeader;
use super::of_account::OfAccount;
use super::{count, erase, index};
use crate::domain::activity::{Action, Object};
use crate::domain::customer::{Customer, CustomerId};
use crate::domain::reseller::ResellerId;
use crate::domain::timestamp::Timestamp;
use crate::store::access::caller::Caller;
use crate::store::access::table::Write;
use crate::store::activity;
use crate::store::engine::connection::Connection;
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::{Expressions, IS_NEW};
use crate::store::engine::row::{RowKey, row};
use crate::store::engine::transaction::{self, Transaction};
use crate::store::keys::{self, Reserved};
use crate::store::replay;
use crate::store::subscription::days;

/// Why a customer was not written.
#[derive(Clone, Debug, thiserror::Error)]
pub enum WriteError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another customer of the reseller has a value that this one is to hold exclusively.
    #[error("another customer has this {0:?}")]
    Taken(Reserved),
    /// The customer is at another revision than the request expects.
    #[error("not the expected revision")]
    OtherRevision,
}

/// A change of a customer from one revision to another; `None` is a customer that does not exist.
#[derive(Clone, Copy)]
pub(super) struct Change<'a> {
    pub(super) caller: &'a Caller<Write>,
    pub(super) before: Option<&'a Customer>,
    pub(super) after: Option<&'a Customer>,
    /// The header of the customer, of which a delete takes notice.
    pub(super) header: &'a CustomerHeader,
    /// Makes the answer to the request, which is kept if the request has an idempotency key.
    pub(super) answer: &'a (dyn Fn() -> Vec<u8> + Sync),
}

/// What became of a [`Change`].
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The change is on record.
    Done,
    /// Nothing was written: the customer is no longer what `before` says.
    Stale,
    /// Nothing was written: another customer holds this value.
    Taken(Reserved),
}

/// The purpose of a write in the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Record,
    Count,
    Header,
    Account,
    Release,
    Reserve(Reserved),
}

/// The row of a reservation: which customer holds the value.
#[derive(Serialize, Deserialize)]
pub(super) struct Reservation {
    pub(super) customer: CustomerId,
}

impl Connection {
    /// Carries out a whole change, or nothing of it.
    pub(super) async fn customer_commit(&self, change: Change<'_>) -> Result<Outcome, StoreError> {
        let Some(id) = change.after.or(change.before).map(|customer| customer.id) else {
            return Ok(Outcome::Done);
        };
        Ok(match self.transact(transaction(change, id)?).await? {
            transaction::Outcome::Done => Outcome::Done,
            // A stale record comes first: whether a value is free must be decided for the customer as it is now.
            transaction::Outcome::Refused(purposes) => match purposes.as_slice() {
                [Purpose::Reserve(what), rest @ ..] if rest.iter().all(|other| matches!(other, Purpose::Reserve(_))) => {
                    Outcome::Taken(*what)
                }
                _ => Outcome::Stale,
            },
        })
    }
}

fn transaction(
    Change { caller, before, after, header, answer }: Change<'_>,
    id: CustomerId,
) -> Result<Transaction<Purpose>, StoreError> {
    let reseller = caller.reseller();
    let key = keys::customer(reseller, id);
    let condition = match before {
        Some(before) => Expressions::when("revision = :revision").number(":revision", before.revision),
        None => Expressions::when(IS_NEW),
    };
    let mut transaction = Transaction::default();
    transaction = match after {
        Some(after) => {
            let mut item = row(&key, after)?;
            item.extend(index::attributes(after));
            transaction.put(Purpose::Record, item, condition)
        }
        None => transaction.delete(Purpose::Record, key, condition),
    };
    transaction = count::count(transaction, Purpose::Count, reseller, id, [before, after]);
    if after.is_none() {
        let mark = header.belongings_unchanged().update("SET deleted_at = :now").text(":now", Timestamp::now().to_string());
        transaction = transaction.update(Purpose::Header, keys::customer_header(reseller, id), mark);
        transaction = erase::note(transaction, reseller, id)?;
        transaction = days::end_all(transaction, Purpose::Header, reseller, &header.subscriptions);
        transaction = count::count_users(transaction, Purpose::Count, reseller, id, -header.users);
    }
    // A customer never changes its account.
    match (before, after) {
        (None, Some(after)) => {
            let key = keys::customer_of_account(reseller, after.account_id, id);
            transaction = transaction.put(Purpose::Account, row(&key, &OfAccount { customer: id })?, Expressions::when(IS_NEW));
        }
        (Some(before), None) => {
            let key = keys::customer_of_account(reseller, before.account_id, id);
            transaction = transaction.delete(Purpose::Account, key, Expressions::always());
        }
        _ => {}
    }
    let held = |customer: Option<&Customer>| customer.map(|customer| reservations(reseller, customer)).unwrap_or_default();
    let (held_before, held_after) = (held(before), held(after));
    for (_, key) in held_before.iter().filter(|held| !held_after.contains(held)) {
        let is_ours = Expressions::when("customer = :customer").number(":customer", id);
        transaction = transaction.delete(Purpose::Release, key.clone(), is_ours);
    }
    for (what, key) in held_after.iter().filter(|held| !held_before.contains(held)) {
        let item = row(key, &Reservation { customer: id })?;
        transaction = transaction.put(Purpose::Reserve(*what), item, Expressions::when(IS_NEW));
    }
    let action = match (before, after) {
        (None, _) => Action::CustomerCreated,
        (Some(_), Some(_)) => Action::CustomerUpdated,
        (Some(_), None) => Action::CustomerDeleted,
    };
    let entry = activity::Change::by(caller, action, id, Object::customer(id)).of_fields(changed_fields(before, after)?);
    transaction = activity::record(transaction, entry)?;
    replay::keep(transaction, caller, answer)
}

/// The stored names of the fields that a change sets or changes, without those that no client writes. A delete changes none.
fn changed_fields(before: Option<&Customer>, after: Option<&Customer>) -> Result<Vec<String>, StoreError> {
    let Some(after) = after else {
        return Ok(Vec::new());
    };
    let before = before.map(written).transpose()?.unwrap_or_default();
    let is_changed = |(name, value): &(String, Value)| before.get(name).unwrap_or(&Value::Null) != value;
    Ok(written(after)?.into_iter().filter(is_changed).map(|(name, _)| name).collect())
}

/// The fields of a customer that clients write.
fn written(customer: &Customer) -> Result<Map<String, Value>, StoreError> {
    let Value::Object(mut fields) = json!(customer.profile) else {
        return Err(StoreError::Internal("a profile is no object".to_owned()));
    };
    fields.insert("code".to_owned(), json!(customer.code));
    fields.insert("account_id".to_owned(), json!(customer.account_id));
    Ok(fields)
}

/// The values that the customer holds exclusively, and the row keys of their reservations.
fn reservations(reseller: ResellerId, customer: &Customer) -> Vec<(Reserved, RowKey)> {
    let email = customer.profile.email.as_ref().filter(|_| customer.holds_email);
    let held = [(Reserved::Email, email), (Reserved::Code, customer.code.as_ref())];
    held.into_iter().filter_map(|(what, value)| Some((what, keys::reservation(reseller, what, value?.as_str())))).collect()
}
