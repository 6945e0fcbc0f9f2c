//! Creating, changing and deleting a customer. Each needs a verified caller and writes only rows of that caller's reseller.

use aws_sdk_dynamodb::types::AttributeValue::N;
use aws_sdk_dynamodb::types::{ReturnConsumedCapacity, ReturnValue};
use serde::Deserialize;
use serde_dynamo::aws_sdk_dynamodb_1::{from_item, to_item};

use super::change::{Change, Outcome};
use super::keys::{self, Counter, Exclusive};
use super::retry::Rounds;
use super::{Caller, Store, StoreError, Table, Write};
use crate::customer::{Customer, CustomerId, NewCustomer, Profile};
use crate::timestamp::Timestamp;

/// Why a customer was not created.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CreateError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another customer of the reseller holds a value that the new one is to hold exclusively.
    #[error("another customer holds this {0:?}")]
    Taken(Exclusive),
}

impl Table<Write> {
    /// Creates a customer of the caller's reseller.
    ///
    /// Two calls after the caller's check: one number from the counter, one transaction.
    ///
    /// # Errors
    /// [`CreateError`]; then nothing is on record.
    pub async fn create(&self, caller: &Caller<Write>, new: NewCustomer) -> Result<Customer, CreateError> {
        let mut rounds = Rounds::default();
        loop {
            let number = self.store.next(Counter::Customer).await?;
            let id = CustomerId::new(number).ok_or_else(|| StoreError::Internal("no customer ids are left".to_owned()))?;
            let customer = Customer::first(id, new.clone(), Timestamp::now());
            let change = Change { reseller: caller.reseller(), before: None, after: Some(&customer) };
            match self.store.commit(change).await? {
                Outcome::Done => return Ok(customer),
                Outcome::Taken(what) => return Err(CreateError::Taken(what)),
                // Only where rows were restored from a backup and the counter was not: the next number may be free.
                Outcome::Stale => rounds.pause("the new id is in use").await?,
            }
        }
    }

    /// Changes a customer as `edit` says, starting from `current` and again from the latest revision whenever somebody else was
    /// faster. An edit that changes nothing writes nothing. An e-mail address that is held exclusively is let go when it
    /// changes, and the new one is taken where it is free.
    ///
    /// One call, a transaction, when nobody else writes. `None` when the customer is gone.
    ///
    /// # Errors
    /// Those of `edit`, and of the store.
    pub async fn change<E: From<StoreError>>(
        &self,
        caller: &Caller<Write>,
        mut current: Customer,
        edit: impl Fn(&Customer) -> Result<Profile, E>,
    ) -> Result<Option<Customer>, E> {
        let mut rounds = Rounds::default();
        let mut is_free = true;
        loop {
            let profile = edit(&current)?;
            if profile == current.profile {
                return Ok(Some(current));
            }
            let keeps_address = profile.email == current.profile.email;
            let mut changed = current.changed(profile);
            changed.holds_email = current.holds_email && changed.profile.email.is_some() && (keeps_address || is_free);
            let change = Change { reseller: caller.reseller(), before: Some(&current), after: Some(&changed) };
            match self.store.commit(change).await? {
                Outcome::Done => return Ok(Some(changed)),
                Outcome::Taken(_) => is_free = false,
                Outcome::Stale => {
                    rounds.pause("others changed the customer").await?;
                    match self.read(caller, current.id).await? {
                        Some(latest) => current = latest,
                        None => return Ok(None),
                    }
                    // Whether the address is free is asked again for the customer as it now is.
                    is_free = true;
                }
            }
        }
    }

    /// Deletes a customer for ever, with all that it held exclusively. Its tokens end with it.
    ///
    /// One call, a transaction, when nobody else writes. `false` when the customer is gone already.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delete(&self, caller: &Caller<Write>, mut current: Customer) -> Result<bool, StoreError> {
        let mut rounds = Rounds::default();
        loop {
            let change = Change { reseller: caller.reseller(), before: Some(&current), after: None };
            if self.store.commit(change).await? == Outcome::Done {
                return Ok(true);
            }
            rounds.pause("others changed the customer").await?;
            match self.read(caller, current.id).await? {
                Some(latest) => current = latest,
                None => return Ok(false),
            }
        }
    }

    async fn read(&self, caller: &Caller<Write>, id: CustomerId) -> Result<Option<Customer>, StoreError> {
        let key = keys::customer(caller.reseller(), id);
        self.store.read(vec![key.clone()]).await?.get(&key)
    }
}

impl Store {
    /// The next number of a counter. A number whose answer got lost is a gap, never a repetition.
    pub(super) async fn next(&self, counter: Counter) -> Result<u64, StoreError> {
        #[derive(Deserialize)]
        struct Count {
            last: u64,
        }
        let before_first = match counter {
            Counter::Customer | Counter::Reseller => 0,
            Counter::Account => 1000,
        };
        let output = self
            .client
            .update_item()
            .table_name(self.table_name())
            .set_key(Some(to_item(keys::counter(counter))?))
            .update_expression("SET #last = if_not_exists(#last, :before_first) + :one")
            .expression_attribute_names("#last", "last")
            .expression_attribute_values(":before_first", N(before_first.to_string()))
            .expression_attribute_values(":one", N("1".to_owned()))
            .return_values(ReturnValue::UpdatedNew)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        self.meter.add(output.as_ref().ok().and_then(|output| output.consumed_capacity()));
        let count: Count = from_item(output?.attributes.unwrap_or_default())?;
        Ok(count.last)
    }
}
