//! Defining and retiring plans.

use crate::domain::plan::{Plan, Sku, Terms};
use crate::domain::timestamp::Timestamp;
use crate::store::access::table::{Operator, Table};
use crate::store::engine::connection::Connection;
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::{Expressions, IS_NEW};
use crate::store::engine::retry::Rounds;
use crate::store::engine::row::row;
use crate::store::engine::transaction::{Outcome, Transaction};
use crate::store::keys;

/// How many plans are sold at most.
pub const MOST_PLANS: usize = 1_000;

/// Why a plan was not defined.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DefinePlanError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There are as many plans as there can be.
    #[error("there can be no more plans")]
    Full,
}

impl Connection {
    async fn plan(&self, sku: &Sku) -> Result<Option<Plan>, StoreError> {
        let key = keys::plan(sku);
        self.read(vec![key.clone()]).await?.get(&key)
    }

    /// Puts a plan on record, if the one that was read is still there; returns whether it did so.
    async fn plan_put(&self, known: Option<&Plan>, plan: &Plan) -> Result<bool, StoreError> {
        let is_known = match known {
            Some(known) => Expressions::when("version = :version").number(":version", known.version),
            None => Expressions::when(IS_NEW),
        };
        let transaction = Transaction::default().put((), row(&keys::plan(plan.terms.sku()), plan)?, is_known);
        Ok(self.transact(transaction).await? == Outcome::Done)
    }
}

impl Table<Operator> {
    /// Defines a plan with these terms. If there is one with this sku, also a retired one, these are its terms from now on.
    ///
    /// Not repeatable: a second call makes another version, with the same terms.
    ///
    /// # Errors
    /// [`DefinePlanError`].
    pub async fn plan_define(&self, terms: Terms) -> Result<Plan, DefinePlanError> {
        let connection = &self.store.connection;
        let mut rounds = Rounds::default();
        loop {
            let known = connection.plan(terms.sku()).await?;
            if known.as_ref().is_none_or(|known| known.retired_at.is_some()) && self.plan_list().await?.0.len() >= MOST_PLANS {
                return Err(DefinePlanError::Full);
            }
            let plan = match &known {
                Some(known) => known.redefined(terms.clone()),
                None => Plan::first(terms.clone(), Timestamp::now()),
            };
            if connection.plan_put(known.as_ref(), &plan).await? {
                return Ok(plan);
            }
            rounds.pause(StoreError::Contended, "others changed the plan").await?;
        }
    }

    /// Retires a plan: it is sold no more, and what was sold goes on. A plan that was retired before keeps its first time. `None` when
    /// there is no such plan.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn plan_retire(&self, sku: &Sku) -> Result<Option<Plan>, StoreError> {
        let connection = &self.store.connection;
        let mut rounds = Rounds::default();
        loop {
            let Some(known) = connection.plan(sku).await? else {
                return Ok(None);
            };
            let Some(retired) = known.retired() else {
                return Ok(Some(known));
            };
            if connection.plan_put(Some(&known), &retired).await? {
                return Ok(Some(retired));
            }
            rounds.pause(StoreError::Contended, "others changed the plan").await?;
        }
    }
}
