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
use crate::normalization::normalize;
use crate::timestamp::Timestamp;
use crate::validation::Text;

const OTHERS_WERE_FASTER: &str = "others changed the customer";

/// Why a customer was not written.
#[derive(Clone, Debug, thiserror::Error)]
pub enum WriteError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another customer of the reseller has a value that this one is to hold exclusively.
    #[error("another customer has this {0:?}")]
    Taken(Exclusive),
}

/// What becomes of the exclusive hold on an e-mail address when the address changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// A hold moves to the new address where that is free, and is lost where it is not.
    WhereFree,
    /// The new address must be held: no other customer may have it, whether it holds it or not.
    Always,
}

impl Table<Write> {
    /// Creates a customer of the caller's reseller.
    ///
    /// Two rounds of calls after the caller's check: a number from the counter and, where the customer is to hold its address,
    /// the others that have it; then one transaction.
    ///
    /// # Errors
    /// [`WriteError`]; then nothing is on record.
    pub async fn create(&self, caller: &Caller<Write>, new: NewCustomer) -> Result<Customer, WriteError> {
        let mut rounds = Rounds::default();
        loop {
            let email = new.profile.email.as_ref().filter(|_| new.holds_email);
            let (number, is_taken) =
                futures_util::try_join!(self.store.next(Counter::Customer), self.others_have_email(caller, email, None),)?;
            if is_taken {
                return Err(WriteError::Taken(Exclusive::Email));
            }
            let id = CustomerId::new(number).ok_or_else(|| StoreError::Internal("no customer ids are left".to_owned()))?;
            let customer = Customer::first(id, new.clone(), Timestamp::now());
            let change = Change { reseller: caller.reseller(), before: None, after: Some(&customer) };
            match self.store.commit(change).await? {
                Outcome::Done => return Ok(customer),
                Outcome::Taken(what) => return Err(WriteError::Taken(what)),
                // Only where rows were restored from a backup and the counter was not: the next number may be free.
                Outcome::Stale => rounds.pause(StoreError::Unavailable, "the new id is in use").await?,
            }
        }
    }

    /// Changes a customer as `edit` says, starting from `current` and again from the latest revision whenever somebody else was
    /// faster. An edit that changes nothing writes nothing. An e-mail address that is held exclusively is let go when it
    /// changes; `hold` says what becomes of the new one. The same one in another case is no new one.
    ///
    /// One call, a transaction, when nobody else writes; one before it where a new address must be held. `None` when the customer
    /// is gone.
    ///
    /// # Errors
    /// Those of `edit`, and [`WriteError`]; then nothing was changed.
    pub async fn change<E: From<WriteError>>(
        &self,
        caller: &Caller<Write>,
        hold: Hold,
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
            let comparable = |profile: &Profile| profile.email.as_ref().map(|email| normalize(email.as_str()));
            let keeps_address = comparable(&profile) == comparable(&current.profile);
            let mut changed = current.changed(profile);
            let is_to_hold = match hold {
                _ if keeps_address => current.holds_email,
                Hold::WhereFree => current.holds_email && is_free,
                Hold::Always => true,
            };
            changed.holds_email = is_to_hold && changed.profile.email.is_some();
            if hold == Hold::Always && !keeps_address {
                let email = changed.profile.email.as_ref();
                if self.others_have_email(caller, email, Some(current.id)).await.map_err(WriteError::from)? {
                    return Err(WriteError::Taken(Exclusive::Email).into());
                }
            }
            let change = Change { reseller: caller.reseller(), before: Some(&current), after: Some(&changed) };
            match self.store.commit(change).await.map_err(WriteError::from)? {
                Outcome::Done => return Ok(Some(changed)),
                Outcome::Taken(what) if hold == Hold::Always => return Err(WriteError::Taken(what).into()),
                Outcome::Taken(_) => is_free = false,
                Outcome::Stale => {
                    rounds.pause(StoreError::Contended, OTHERS_WERE_FASTER).await.map_err(WriteError::from)?;
                    match self.customer(caller, current.id).await.map_err(WriteError::from)? {
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
    /// One call, a transaction, when nobody else writes. Gives the customer as it was; `None` when it is gone already.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delete(&self, caller: &Caller<Write>, mut current: Customer) -> Result<Option<Customer>, StoreError> {
        let mut rounds = Rounds::default();
        loop {
            let change = Change { reseller: caller.reseller(), before: Some(&current), after: None };
            if self.store.commit(change).await? == Outcome::Done {
                return Ok(Some(current));
            }
            rounds.pause(StoreError::Contended, OTHERS_WERE_FASTER).await?;
            match self.customer(caller, current.id).await? {
                Some(latest) => current = latest,
                None => return Ok(None),
            }
        }
    }

    /// Whether another customer than `except` has this address, whichever API gave it to it.
    async fn others_have_email(
        &self,
        caller: &Caller<Write>,
        email: Option<&Text>,
        except: Option<CustomerId>,
    ) -> Result<bool, StoreError> {
        let Some(email) = email else {
            return Ok(false);
        };
        self.store.has_other_with_email(caller.reseller(), email, except).await
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
