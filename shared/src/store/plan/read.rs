//! Reading the plans that are sold.

use crate::domain::plan::Plan;
use crate::domain::token::IssuedToken;
use crate::store::access::caller::Caller;
use crate::store::access::sealed::{Content, Sealed};
use crate::store::access::table::{Operator, Read, Table};
use crate::store::engine::connection::Connection;
use crate::store::engine::error::StoreError;
use crate::store::keys;

/// The plans that are sold, by their skus.
#[derive(Clone, Debug)]
pub struct Plans(pub Vec<Plan>);

/// Every caller sees every plan.
impl Content for Plans {
    fn seen_by<A>(self, _: &Caller<A>) -> Self {
        self
    }
}

impl Connection {
    /// All plans that are not retired, by their skus. One call.
    pub(in crate::store) async fn plans_sold(&self) -> Result<Plans, StoreError> {
        let plans: Vec<Plan> = self.query_all(keys::PLANS, keys::PLAN_PREFIX).await?;
        Ok(Plans(plans.into_iter().filter(|plan| plan.retired_at.is_none()).collect()))
    }
}

impl Table<Operator> {
    /// The plans that are sold, by their skus.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn plan_list(&self) -> Result<Plans, StoreError> {
        self.store.connection.plans_sold().await
    }
}

impl Table<Read> {
    /// Reads, together with the credential of a token, the plans that are sold.
    ///
    /// Two calls at the same time.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn plan_list_with(&self, token: &IssuedToken) -> Result<Sealed<Read, Plans>, StoreError> {
        let token_keys = self.store.token_keys(token);
        let connection = &self.store.connection;
        let (rows, plans) = futures_util::try_join!(connection.read(token_keys.clone()), connection.plans_sold())?;
        self.store.seal(token, &token_keys, &rows, plans)
    }
}
