//! The rows of events, and of the sums that they add to.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::customer::CustomerId;
use crate::domain::reseller::ResellerId;
use crate::domain::usage::{EventId, Language, UsageEvent};
use crate::store::customer::header;
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::{Expressions, IS_NEW};
use crate::store::engine::row::{RowKey, row};
use crate::store::engine::transaction::Transaction;
use crate::store::keys;

/// How many writes a transaction has at most (an AWS limit).
const MOST_WRITES: usize = 100;

/// Events that are recorded in one transaction. What they add to the same sum is added up first.
#[derive(Debug)]
pub(in crate::store) struct Batch {
    reseller: ResellerId,
    customer: CustomerId,
    /// Which of the rows of each sum is added to: another one in each batch, so that batches seldom meet.
    shard: u32,
    events: Vec<UsageEvent>,
    sums: BTreeMap<RowKey, i64>,
    /// What the events that are corrected have left, and what is added to that.
    corrected: BTreeMap<EventId, (i64, i64)>,
    languages: BTreeSet<Language>,
}

impl Batch {
    /// No events of this customer yet.
    pub(in crate::store) fn new(reseller: ResellerId, customer: CustomerId) -> Self {
        // Without randomness all batches add to the same rows: still correct, less well spread.
        let shard = getrandom::u32().unwrap_or_default();
        let (events, sums, corrected, languages) = Default::default();
        Self { reseller, customer, shard, events, sums, corrected, languages }
    }

    /// Adds an event; `false` if there is no room for it. `original` is the event that it corrects, as it was read.
    pub(in crate::store) fn push(&mut self, event: &UsageEvent, original: Option<&UsageEvent>, is_language_new: bool) -> bool {
        let (reseller, customer, dimensions) = (self.reseller, self.customer, &event.dimensions);
        let sums = [
            keys::usage_sum(reseller, customer, dimensions, self.shard),
            keys::reseller_usage_of_day(reseller, dimensions, self.shard),
            keys::usage_of_customer(reseller, customer, &dimensions.day.month(), self.shard),
        ];
        let new_sums = sums.iter().filter(|key| !self.sums.contains_key(key)).count();
        let new_original = original.is_some_and(|original| !self.corrected.contains_key(&original.sent.id));
        let new_header = is_language_new && self.languages.is_empty();
        let more = 1 + new_sums + usize::from(new_original) + usize::from(new_header);
        if self.writes() + more > MOST_WRITES {
            return false;
        }
        for key in sums {
            *self.sums.entry(key).or_default() += event.sent.units;
        }
        if let Some(original) = original {
            let corrected = self.corrected.entry(original.sent.id.clone()).or_insert((original.units_left, 0));
            corrected.1 += event.sent.units;
        }
        self.languages.extend(dimensions.language.clone().filter(|_| is_language_new));
        self.events.push(event.clone());
        true
    }

    fn writes(&self) -> usize {
        self.events.len() + self.sums.len() + self.corrected.len() + usize::from(!self.languages.is_empty())
    }

    /// Adds to a transaction that these events are on record. It is refused if one of them is on record, an event that is corrected has
    /// changed, or the customer has no room for a new language.
    pub(in crate::store) fn add_to<P: Copy>(
        self,
        mut transaction: Transaction<P>,
        purpose: P,
    ) -> Result<Transaction<P>, StoreError> {
        let Self { reseller, customer, events, sums, corrected, languages, .. } = self;
        for event in events {
            let key = keys::usage_event(reseller, customer, &event.sent.id);
            transaction = transaction.put(purpose, row(&key, &event)?, Expressions::when(IS_NEW));
        }
        for (id, (known, change)) in corrected {
            let change = Expressions::when("units_left = :known")
                .number(":known", known)
                .update("ADD units_left :change")
                .number(":change", change);
            transaction = transaction.update(purpose, keys::usage_event(reseller, customer, &id), change);
        }
        for (key, units) in sums {
            let add = Expressions::always().update("ADD units :units").number(":units", units);
            transaction = transaction.update(purpose, key, add);
        }
        if !languages.is_empty() {
            let header = keys::customer_header(reseller, customer);
            transaction = transaction.update(purpose, header, header::noting(&languages));
        }
        Ok(transaction)
    }
}
