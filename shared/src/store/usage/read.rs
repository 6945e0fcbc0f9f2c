//! Reading the sums of usage.

use std::collections::BTreeMap;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde::Deserialize;

use crate::domain::customer::{Customer, CustomerId};
use crate::domain::date::Date;
use crate::domain::usage::{Dimensions, Language};
use crate::domain::usage_report::Range;
use crate::store::access::caller::Caller;
use crate::store::access::policy::Policy;
use crate::store::access::table::{Access, Table};
use crate::store::engine::error::StoreError;
use crate::store::keys;

/// How many partitions of months are read at the same time.
const MONTHS_AT_ONCE: usize = 4;

/// The row of a part of a sum. Its sort key says what it is the sum of.
#[derive(Deserialize)]
struct SumRow {
    #[serde(rename = "SK")]
    sort: String,
    units: i64,
}

/// The units of all parts of each sum. `read` finds out what a row is a part of.
fn added_up<K: Ord>(
    rows: impl IntoIterator<Item = SumRow>,
    read: impl Fn(&str) -> Option<K>,
) -> Result<BTreeMap<K, i64>, StoreError> {
    let mut sums = BTreeMap::new();
    for SumRow { sort, units } in rows {
        let what = read(&sort).ok_or_else(|| StoreError::Internal("a sum of usage has no such key".to_owned()))?;
        *sums.entry(what).or_default() += units;
    }
    Ok(sums)
}

impl<A: Access> Table<A> {
    /// The units of a customer that the caller sees, on the days of these ranges.
    ///
    /// One call for each range, and one for each further 1 MB of sums, which are some 14,000.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn usage_sums(
        &self,
        caller: &Caller<A>,
        customer: &Customer,
        ranges: &[Range],
    ) -> Result<Vec<(Dimensions, i64)>, StoreError> {
        let partition = keys::usage_partition(caller.reseller(), customer.id);
        let mut rows = Vec::new();
        for range in ranges {
            let [first, last] = keys::usage_days("", *range);
            rows.extend(self.store.connection.query_between(&partition, [&first, &last]).await?);
        }
        Ok(added_up(rows, keys::usage_dimensions)?.into_iter().collect())
    }

    /// The units of all customers of the caller's reseller on each of these days, by language.
    ///
    /// One call for each month, four of them at the same time, and one for each further 1 MB of sums.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn usage_sums_by_day(
        &self,
        caller: &Caller<A>,
        range: Range,
    ) -> Result<BTreeMap<(Date, Option<Language>), i64>, StoreError> {
        caller.must(Policy::RESELLER)?;
        let [first, last] = &keys::usage_days(keys::USAGE_DAY_PREFIX, range);
        let of_month = |month: String| async move {
            let partition = keys::reseller_usage_partition(caller.reseller(), &month);
            self.store.connection.query_between::<SumRow>(&partition, [first, last]).await
        };
        let rows: Vec<Vec<SumRow>> = stream::iter(range.months()).map(of_month).buffered(MONTHS_AT_ONCE).try_collect().await?;
        added_up(rows.into_iter().flatten(), keys::usage_day_and_language)
    }

    /// The units of each customer of the caller's reseller in the months that these days belong to, by the first day of the month.
    /// Deleted customers are among them.
    ///
    /// As [`Table::usage_sums_by_day`].
    ///
    /// # Errors
    /// When the store fails.
    pub async fn usage_sums_by_customer(
        &self,
        caller: &Caller<A>,
        range: Range,
    ) -> Result<Vec<(Date, CustomerId, i64)>, StoreError> {
        caller.must(Policy::RESELLER)?;
        let of_month = |month| self.usage_sums_of_month(caller, month);
        let months: Vec<Vec<_>> = stream::iter(range.months()).map(of_month).buffered(MONTHS_AT_ONCE).try_collect().await?;
        Ok(months.into_iter().flatten().collect())
    }

    async fn usage_sums_of_month(&self, caller: &Caller<A>, month: String) -> Result<Vec<(Date, CustomerId, i64)>, StoreError> {
        let partition = keys::reseller_usage_partition(caller.reseller(), &month);
        let rows = self.store.connection.query_all(&partition, keys::CUSTOMER_PREFIX).await?;
        let first: Date = format!("{month}-01").parse().map_err(|_| StoreError::Internal("no such month".to_owned()))?;
        let sums = added_up(rows, keys::customer_in_usage)?;
        Ok(sums.into_iter().map(|(customer, units)| (first, customer, units)).collect())
    }
}
