//! What a reseller sees first: the numbers of all its customers. Everything comes from rows that other entities keep up to date.

use futures_util::try_join;
use serde::Deserialize;

use crate::domain::customer::CustomerId;
use crate::domain::dashboard::{DashboardDays, DashboardUsage, top_customers};
use crate::domain::date::Date;
use crate::domain::reseller::ResellerId;
use crate::store::access::caller::Caller;
use crate::store::access::policy::Policy;
use crate::store::access::table::{Read, Table};
use crate::store::activity::{ActivityEntry, ActivityListing};
use crate::store::engine::connection::Connection;
use crate::store::engine::error::StoreError;
use crate::store::keys;

/// How many changes are shown.
pub const RECENT_ACTIVITY: usize = 10;

/// The numbers of a reseller on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dashboard {
    /// How many customers there are.
    pub customers: u64,
    /// How many of them are active.
    pub active_customers: u64,
    /// How many subscriptions of all customers are active on the day.
    pub active_subscriptions: i64,
    /// How many users all customers have.
    pub users: u64,
    /// What all customers used, deleted ones too.
    pub usage: DashboardUsage,
    /// Who used most in the month of the day, the first one most.
    pub top_customers: Vec<TopCustomer>,
    /// The last changes, newest first.
    pub recent_activity: Vec<ActivityEntry>,
}

/// A customer who used much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopCustomer {
    /// The customer.
    pub id: CustomerId,
    /// Its name; `None` once it is deleted.
    pub name: Option<String>,
    /// What it used, in units.
    pub units: i64,
}

/// A row that counts users.
#[derive(Deserialize)]
struct UserCount {
    users: u64,
}

impl Table<Read> {
    /// The numbers of the caller's reseller on this day.
    ///
    /// Seven calls at the same time, with those of the [activity](Table::activity_list) for each month that it goes back, one more on 1
    /// March of a year with 365 days, and one for each further 1 MB of the days of subscriptions and of the sums of usage. Then one for
    /// the labels of keys, and one for the names of customers.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn dashboard_get(&self, caller: &Caller<Read>, today: Date) -> Result<Dashboard, StoreError> {
        caller.must(Policy::RESELLER)?;
        let (connection, reseller, days) = (&self.store.connection, caller.reseller(), DashboardDays::of(today));
        let newest = ActivityListing { customer: None, before: None, limit: RECENT_ACTIVITY };
        let (counts, users, active_subscriptions, sums, top_customers, activity) = try_join!(
            connection.customer_counts(reseller),
            connection.user_count(reseller),
            connection.active_subscriptions(reseller, today),
            self.usage_sums_by_day(caller, days.all()),
            self.top_customers(caller, days),
            self.activity_list(caller, &newest),
        )?;
        let sums: Vec<(Date, i64)> = sums.into_iter().map(|((day, _), units)| (day, units)).collect();
        Ok(Dashboard {
            customers: counts.customers,
            active_customers: counts.active,
            active_subscriptions,
            users,
            usage: days.usage(&sums),
            top_customers,
            recent_activity: activity.entries,
        })
    }

    async fn top_customers(&self, caller: &Caller<Read>, days: DashboardDays) -> Result<Vec<TopCustomer>, StoreError> {
        let sums = self.usage_sums_by_customer(caller, days.this_month).await?;
        let top = top_customers(sums.into_iter().map(|(_, customer, units)| (customer, units)));
        let mut names = self.customer_names(caller, top.iter().map(|(id, _)| *id).collect()).await?;
        Ok(top.into_iter().map(|(id, units)| TopCustomer { id, name: names.remove(&id), units }).collect())
    }
}

impl Connection {
    /// How many users the customers of this reseller have. One call, of one read unit.
    async fn user_count(&self, reseller: ResellerId) -> Result<u64, StoreError> {
        let shards: Vec<UserCount> = self.query_all(&keys::count_partition(reseller), keys::USER_COUNT_PREFIX).await?;
        Ok(shards.iter().map(|shard| shard.users).sum())
    }
}
