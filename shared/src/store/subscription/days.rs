//! How many subscriptions of a reseller are active from which day on: each begun one adds one on its first day, and takes one away on
//! the day after its last. How many are active on a day is the sum up to that day.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::domain::date::Date;
use crate::domain::reseller::ResellerId;
use crate::store::customer::header::Course;
use crate::store::engine::connection::Connection;
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::Expressions;
use crate::store::engine::transaction::Transaction;
use crate::store::keys;

/// The row of a day.
#[derive(Deserialize)]
struct DayRow {
    begun: i64,
}

impl Connection {
    /// How many subscriptions of this reseller's customers are active on a day. One call for each 1 MB of the days up to it on which
    /// subscriptions began or ended.
    pub(in crate::store) async fn active_subscriptions(&self, reseller: ResellerId, day: Date) -> Result<i64, StoreError> {
        let last = keys::subscriptions_begun(reseller, day);
        let days: Vec<DayRow> = self.query_between(&last.partition, [keys::SUBSCRIPTION_DAY_PREFIX, &last.sort]).await?;
        Ok(days.iter().map(|day| day.begun).sum())
    }
}

/// Adds to a transaction that a subscription runs as `after` says, and no longer as `before` says; `None` is one that does not exist.
pub(in crate::store) fn book<P: Copy>(
    transaction: Transaction<P>,
    purpose: P,
    reseller: ResellerId,
    before: Option<Course>,
    after: Option<Course>,
) -> Transaction<P> {
    let changes =
        before.into_iter().flat_map(|course| steps(course, -1)).chain(after.into_iter().flat_map(|course| steps(course, 1)));
    add(transaction, purpose, reseller, changes)
}

/// Adds to a transaction that these subscriptions end with today, because their customer is deleted; what has not begun never does.
pub(in crate::store) fn end_all<P: Copy>(
    transaction: Transaction<P>,
    purpose: P,
    reseller: ResellerId,
    courses: &[Course],
) -> Transaction<P> {
    let today = Date::today();
    let running = courses.iter().filter(|course| course.end.is_none_or(|end| end >= today));
    let changes = running.flat_map(|course| {
        let booked_end = course.end.map(|end| (end.next_day(), 1));
        [Some((course.start.max(today), -1)), booked_end].into_iter().flatten()
    });
    add(transaction, purpose, reseller, changes)
}

fn steps(course: Course, sign: i64) -> impl Iterator<Item = (Date, i64)> {
    [Some((course.start, sign)), course.end.map(|end| (end.next_day(), -sign))].into_iter().flatten()
}

fn add<P: Copy>(
    transaction: Transaction<P>,
    purpose: P,
    reseller: ResellerId,
    changes: impl Iterator<Item = (Date, i64)>,
) -> Transaction<P> {
    let mut net: BTreeMap<Date, i64> = BTreeMap::new();
    for (day, change) in changes {
        *net.entry(day).or_default() += change;
    }
    net.into_iter().filter(|(_, change)| *change != 0).fold(transaction, |transaction, (day, change)| {
        let add = Expressions::always().update("ADD begun :change").number(":change", change);
        transaction.update(purpose, keys::subscriptions_begun(reseller, day), add)
    })
}
