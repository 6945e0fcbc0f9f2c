//! Changing a reseller: its accounts, and whether it is suspended.

use serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value;

use crate::domain::activity::{Action, Object};
use crate::domain::reseller::{AccountId, Reseller, ResellerId};
use crate::domain::timestamp::Timestamp;
use crate::store::access::table::{Operator, Table};
use crate::store::activity;
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::Expressions;
use crate::store::engine::retry::Rounds;
use crate::store::engine::row::row;
use crate::store::engine::transaction::{Outcome, Transaction};
use crate::store::keys::{self, Counter};

impl Table<Operator> {
    /// Adds an account to a reseller. Keys that were issued before are not granted it. `None` when there is no such reseller.
    ///
    /// Not repeatable: a second call adds another account.
    ///
    /// # Errors
    /// When the store fails; then the reseller has no new account.
    pub async fn account_add(&self, reseller: ResellerId) -> Result<Option<Reseller>, StoreError> {
        let account = AccountId(self.store.connection.counter_next(Counter::Account).await?);
        self.reseller_change(reseller, |reseller| reseller.account_ids.push(account)).await
    }

    /// Suspends a reseller: all its credentials are refused from now on, until it is resumed. A reseller that is suspended
    /// already keeps its first time. Checks of its licences go on. `None` when there is no such reseller.
    ///
    /// A request that begins after this returns is refused.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn reseller_suspend(&self, reseller: ResellerId) -> Result<Option<Reseller>, StoreError> {
        self.reseller_change(reseller, |reseller| {
            reseller.suspended_at.get_or_insert_with(Timestamp::now);
        })
        .await
    }

    /// Ends the suspension of a reseller. `None` when there is no such reseller.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn reseller_resume(&self, reseller: ResellerId) -> Result<Option<Reseller>, StoreError> {
        self.reseller_change(reseller, |reseller| reseller.suspended_at = None).await
    }

    /// Changes a reseller, in its own row and in the directory; an edit that changes nothing writes nothing.
    async fn reseller_change(&self, reseller: ResellerId, edit: impl Fn(&mut Reseller)) -> Result<Option<Reseller>, StoreError> {
        let connection = &self.store.connection;
        let key = keys::reseller(reseller);
        let mut rounds = Rounds::default();
        loop {
            let Some(current) = connection.read(vec![key.clone()]).await?.get::<Reseller>(&key)? else {
                return Ok(None);
            };
            let mut changed = current.clone();
            edit(&mut changed);
            if changed == current {
                return Ok(Some(current));
            }
            let mut transaction = Transaction::default();
            for key in [&key, &keys::directory(reseller)] {
                let is_unchanged = Expressions::when("account_ids = :accounts AND suspended_at = :suspended")
                    .value(":accounts", to_attribute_value(&current.account_ids)?)
                    .value(":suspended", to_attribute_value(current.suspended_at)?);
                transaction = transaction.put((), row(key, &changed)?, is_unchanged);
            }
            let transaction = activity::record(
                transaction,
                activity::Change::by_operator(reseller, Action::ResellerUpdated, Object::reseller(reseller)).of_differing([
                    ("account_ids", changed.account_ids != current.account_ids),
                    ("suspended_at", changed.suspended_at != current.suspended_at),
                ]),
            )?;
            if connection.transact(transaction).await? == Outcome::Done {
                return Ok(Some(changed));
            }
            rounds.pause(StoreError::Contended, "others changed the reseller").await?;
        }
    }
}
