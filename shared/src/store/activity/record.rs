//! Putting a change on record.

use std::time::Duration;

use serde::Serialize;

use crate::domain::activity::{Action, Entry, EntryId, Object};
use crate::domain::customer::CustomerId;
use crate::domain::principal::Principal;
use crate::domain::reseller::ResellerId;
use crate::domain::timestamp::Timestamp;
use crate::domain::user::User;
use crate::store::access::caller::Caller;
use crate::store::engine::error::StoreError;
use crate::store::engine::row::row;
use crate::store::engine::transaction::Transaction;
use crate::store::keys;

/// How long an entry is kept.
pub(super) const KEPT: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// A change, as it is put on record.
#[derive(Clone, Debug)]
pub(in crate::store) struct Change {
    reseller: ResellerId,
    actor: Principal,
    action: Action,
    customer: Option<CustomerId>,
    object: Object,
    fields: Vec<String>,
}

impl Change {
    /// A change by this caller, of something that belongs to the customer, or else to the reseller itself.
    pub(in crate::store) fn by<A>(
        caller: &Caller<A>,
        action: Action,
        customer: impl Into<Option<CustomerId>>,
        object: Object,
    ) -> Self {
        let (reseller, actor) = (caller.reseller(), caller.principal().clone());
        Self { reseller, actor, action, customer: customer.into(), object, fields: Vec::new() }
    }

    /// A change by a person without a session, of what this user is.
    pub(in crate::store) fn by_user(reseller: ResellerId, user: &User, action: Action) -> Self {
        let actor = Principal::User(user.customer, user.id);
        Self { reseller, actor, action, customer: user.customer, object: Object::user(user.id), fields: Vec::new() }
    }

    /// A change by this caller, of something that belongs to the reseller.
    pub(in crate::store) fn of_reseller<A>(caller: &Caller<A>, action: Action, object: Object) -> Self {
        let (reseller, actor) = (caller.reseller(), caller.principal().clone());
        Self { reseller, actor, action, customer: None, object, fields: Vec::new() }
    }

    /// A change by an operator, of something that belongs to the reseller.
    pub(in crate::store) fn by_operator(reseller: ResellerId, action: Action, object: Object) -> Self {
        Self { reseller, actor: Principal::Operator, action, customer: None, object, fields: Vec::new() }
    }

    /// The same change, which concerns this customer.
    pub(in crate::store) fn concerning(self, customer: Option<CustomerId>) -> Self {
        Self { customer, ..self }
    }

    /// The same change, which changes those of the fields with these names that are said to differ.
    pub(in crate::store) fn of_differing(self, fields: impl IntoIterator<Item = (&'static str, bool)>) -> Self {
        self.of_fields(fields.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name))
    }

    /// The same change, which sets or changes the fields with these names.
    pub(in crate::store) fn of_fields<F: Into<String>>(self, fields: impl IntoIterator<Item = F>) -> Self {
        Self { fields: fields.into_iter().map(Into::into).collect(), ..self }
    }
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
pub(in crate::store) fn record<P>(transaction: Transaction<P>, change: Change) -> Result<Transaction<P>, StoreError> {
    let Change { reseller, actor, action, customer, object, fields } = change;
    let time = Timestamp::now();
    let entry = Entry { id: EntryId::generate(time)?, time, actor, action, customer, object, fields };
    let expires_at = time.plus(KEPT).seconds();
    Ok(transaction.note(row(&keys::activity(reseller, time, &entry.id), &EntryRow { entry: &entry, expires_at })?))
}
