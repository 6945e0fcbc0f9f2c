//! Reading the activity, newest first.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;

use super::record::KEPT;
use crate::domain::activity::{Entry, EntryId};
use crate::domain::credential::Credential;
use crate::domain::customer::CustomerId;
use crate::domain::principal::Principal;
use crate::domain::timestamp::Timestamp;
use crate::domain::user::{Organization, User, UserPlace};
use crate::store::access::caller::Caller;
use crate::store::access::policy::Policy;
use crate::store::access::table::{Read, Table};
use crate::store::engine::error::StoreError;
use crate::store::engine::query::Page;
use crate::store::engine::read::MOST_KEYS;
use crate::store::engine::row::RowKey;
use crate::store::keys;

/// How far the clocks of two functions may differ.
const CLOCKS_DIFFER: Duration = Duration::from_secs(60);

/// How many entries a page reads at most.
const MOST_READ: usize = 1_000;

/// Which entries are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityListing {
    /// Only those that concern this customer.
    pub customer: Option<CustomerId>,
    /// Only those before this one.
    pub before: Option<EntryId>,
    /// At most this many.
    pub limit: usize,
}

/// An entry with what is looked up when it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityEntry {
    /// The entry.
    pub entry: Entry,
    /// The label of the actor's key, or the name of the user; `None` for an operator, and for a user who no longer exists.
    pub label: Option<String>,
}

/// A page of the activity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityPage {
    /// The entries, newest first.
    pub entries: Vec<ActivityEntry>,
    /// The entry before which the next page begins, if there may be more.
    pub next: Option<EntryId>,
}

impl Table<Read> {
    /// A page of the activity of the caller's reseller. It reads at most 1,000 entries, so that a page of one customer's entries
    /// may be short or empty although there are more.
    ///
    /// One call for each month from the newest one on, until the page is full: at most 15. Then one for each 100 keys and users that
    /// made the changes.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn activity_list(&self, caller: &Caller<Read>, listing: &ActivityListing) -> Result<ActivityPage, StoreError> {
        caller.must(Policy::RESELLER)?;
        let first_moment = Timestamp::now().minus(KEPT).max(caller.reseller_since());
        let mut found: Vec<Entry> = Vec::new();
        let mut before = listing.before.clone();
        let mut left_to_read = MOST_READ;
        // An entry of a clock that is ahead may stand in the next month.
        let newest = before.as_ref().and_then(EntryId::moment).unwrap_or_else(|| Timestamp::now().plus(CLOCKS_DIFFER));
        for month in months_back(newest, first_moment) {
            loop {
                let wanted = listing.limit + 1 - found.len();
                let limit = if listing.customer.is_some() { left_to_read } else { wanted.min(left_to_read) };
                let Page { records, rest, .. } = self.activity_of_month(caller, &month, before.as_ref(), limit).await?;
                left_to_read -= records.len().min(left_to_read);
                let is_over = records.last().is_some_and(|oldest: &Entry| oldest.time < first_moment);
                before = records.last().map(|oldest| oldest.id.clone()).or(before);
                let is_wanted = |entry: &Entry| {
                    entry.time >= first_moment && (listing.customer.is_none() || entry.customer == listing.customer)
                };
                found.extend(records.into_iter().filter(is_wanted));
                if found.len() > listing.limit {
                    found.truncate(listing.limit);
                    let next = found.last().map(|last| last.id.clone());
                    return self.activity_page(caller, found, next).await;
                }
                if is_over {
                    return self.activity_page(caller, found, None).await;
                }
                if left_to_read == 0 {
                    return self.activity_page(caller, found, before).await;
                }
                if rest.is_none() {
                    break;
                }
            }
        }
        self.activity_page(caller, found, None).await
    }

    async fn activity_of_month(
        &self,
        caller: &Caller<Read>,
        month: &str,
        before: Option<&EntryId>,
        limit: usize,
    ) -> Result<Page<Entry>, StoreError> {
        let partition = keys::activity_partition(caller.reseller(), month);
        self.store
            .connection
            .query(|query| {
                let query = query
                    .expression_attribute_values(":partition", AttributeValue::S(partition))
                    .scan_index_forward(false)
                    .limit(i32::try_from(limit).unwrap_or(i32::MAX));
                match before {
                    Some(before) => query
                        .key_condition_expression("PK = :partition AND SK < :before")
                        .expression_attribute_values(":before", AttributeValue::S(before.as_str().to_owned())),
                    None => query.key_condition_expression("PK = :partition"),
                }
            })
            .await
    }

    /// The page of these entries, with the labels of those who made the changes.
    async fn activity_page(
        &self,
        caller: &Caller<Read>,
        entries: Vec<Entry>,
        next: Option<EntryId>,
    ) -> Result<ActivityPage, StoreError> {
        let reseller = caller.reseller();
        let key = |actor: &Principal| match actor {
            Principal::Key(_, hash) => Some(keys::credential(reseller, hash)),
            Principal::User(customer, user) => {
                Some(keys::user(UserPlace { reseller, organization: Organization::of(*customer), user: *user }))
            }
            Principal::Operator => None,
        };
        let wanted: HashMap<RowKey, &Principal> =
            entries.iter().filter_map(|entry| Some((key(&entry.actor)?, &entry.actor))).collect();
        let mut labels: HashMap<RowKey, String> = HashMap::new();
        for wanted in wanted.into_iter().collect::<Vec<_>>().chunks(MOST_KEYS) {
            let rows = self.store.connection.read(wanted.iter().map(|(key, _)| key.clone()).collect()).await?;
            for (key, actor) in wanted {
                let label = match actor {
                    Principal::User(..) => rows.get::<User>(key)?.map(|user| user.label()),
                    _ => rows.get::<Credential>(key)?.map(|credential| credential.label.to_string()),
                };
                labels.extend(label.map(|label| (key.clone(), label)));
            }
        }
        let labelled = |entry: Entry| {
            let label = key(&entry.actor).and_then(|key| labels.get(&key)).cloned();
            ActivityEntry { entry, label }
        };
        Ok(ActivityPage { entries: entries.into_iter().map(labelled).collect(), next })
    }
}

/// The months from the one of `newest` back to the one of `oldest`, such as `2025-01`.
fn months_back(newest: Timestamp, oldest: Timestamp) -> impl Iterator<Item = String> {
    let number = |moment: Timestamp| {
        let month = moment.month();
        let (year, month) = month.split_once('-').unwrap_or_default();
        year.parse::<u32>().unwrap_or_default() * 12 + month.parse::<u32>().unwrap_or_default() - 1
    };
    (number(oldest)..=number(newest)).rev().map(|number| format!("{:04}-{:02}", number / 12, number % 12 + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_go_back_over_the_turn_of_the_year() {
        let moment = |text: &str| text.parse::<Timestamp>().unwrap();
        let months: Vec<String> = months_back(moment("2026-02-01T00:00:00.000Z"), moment("2025-11-30T23:59:59.999Z")).collect();
        assert_eq!(months, ["2026-02", "2026-01", "2025-12", "2025-11"]);
        assert_eq!(months_back(moment("2026-02-01T00:00:00Z"), moment("2026-03-01T00:00:00Z")).count(), 0);
    }
}
