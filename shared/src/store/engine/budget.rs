//! What the caller of one request may still use up, and when what it used up is added to the caller's row.
//!
//! A function keeps in its ledger what a caller used up, and adds it to the row when that is more than a fiftieth of what the
//! caller has left, or when one request has read half a megabyte. So most requests add nothing, and what all functions together
//! give beyond a quota is bounded: a fiftieth of it for each function, and a megabyte for each request that is in flight.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Deserialize;
use serde_json::Value;

use super::expressions::Expressions;
use super::ledger::{Ledger, Spender, Spent};
use crate::domain::quota::{Minute, Quota, QuotaExceeded, READ_UNIT, WRITE_UNIT};
use crate::domain::timestamp::Timestamp;

/// The share of what a caller has left that a function keeps to itself: one in so many.
const SHARE: u64 = 50;

/// How many read units a request uses up at most before they are added to the row: half a megabyte. One call can read twice as
/// much.
const MOST_READ_UNITS: u64 = 128;

/// What the spenders that share a row may use up in a minute. `None` is no limit.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Limits {
    /// The units of the spender itself.
    pub(in crate::store) units: Option<u64>,
    /// The requests of the spender itself.
    pub(in crate::store) requests: Option<u64>,
    /// The units of all that share the row.
    pub(in crate::store) shared_units: Option<u64>,
    /// What the quota of all that share the row is.
    pub(in crate::store) shared: Quota,
}

/// The row of a minute: the sums of what was used up in it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub(in crate::store) struct SpentRow(HashMap<String, Value>);

impl SpentRow {
    fn sum(&self, attribute: &str) -> u64 {
        self.0.get(attribute).and_then(Value::as_u64).unwrap_or_default()
    }

    /// What this spender has used up, and the units of all that share the row.
    fn sums(&self, spender: &Spender) -> (Spent, u64) {
        let own = Spent { units: self.sum(&units_of(&spender.name)), requests: self.sum(&requests_of(&spender.name)) };
        (own, self.sum(UNITS))
    }
}

/// The attribute with the units of all that share a row.
const UNITS: &str = "units";

fn units_of(name: &str) -> String {
    format!("units_{name}")
}

fn requests_of(name: &str) -> String {
    format!("requests_{name}")
}

/// The budget of the caller of one request.
#[derive(Debug)]
pub(in crate::store) struct Budget {
    ledger: Arc<Ledger>,
    minute: Minute,
    spending: Mutex<Option<Spending>>,
}

/// Who pays for the request, once that is known.
#[derive(Clone, Debug)]
struct Spending {
    spender: Spender,
    /// Its limits, and what stood in its row when it was read last; `None` before it was read.
    known: Option<(Limits, SpentRow)>,
    /// How many read units the request used up since it added them to the row.
    read_units: u64,
}

impl Budget {
    /// The budget of a request that begins now, in a function with this ledger.
    pub(super) fn new(ledger: Arc<Ledger>) -> Self {
        Self { ledger, minute: Minute::of(Timestamp::now()), spending: Mutex::default() }
    }

    /// The budget of another request of the same function.
    pub(super) fn of_next_request(&self) -> Self {
        Self::new(Arc::clone(&self.ledger))
    }

    /// The minute in which the request began. Everything that the request uses up belongs to it.
    pub(in crate::store) fn minute(&self) -> Minute {
        self.minute
    }

    fn lock(&self) -> MutexGuard<'_, Option<Spending>> {
        // No code that holds the lock can panic.
        self.spending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says who pays for the request from now on.
    ///
    /// # Errors
    /// When this function knows that a quota of the caller is exceeded.
    pub(in crate::store) fn charge_to(&self, spender: Spender) -> Result<(), QuotaExceeded> {
        self.ledger.count_request(self.minute, &spender)?;
        *self.lock() = Some(Spending { spender, known: None, read_units: 0 });
        Ok(())
    }

    /// Compares what stands in the row of the caller, and what this function knows beyond that, with its limits.
    ///
    /// # Errors
    /// When a quota is exceeded.
    pub(in crate::store) fn compare(&self, limits: Limits, row: SpentRow) -> Result<(), QuotaExceeded> {
        match self.lock().as_mut() {
            Some(spending) => {
                spending.known = Some((limits, row));
                self.check(spending)
            }
            None => Ok(()),
        }
    }

    fn check(&self, spending: &Spending) -> Result<(), QuotaExceeded> {
        let Some((limits, row)) = &spending.known else {
            return Ok(());
        };
        let (unsettled, all_unsettled) = self.ledger.unsettled(&spending.spender);
        let (sums, shared) = row.sums(&spending.spender);
        let quotas = [
            // The request itself is counted already, and may be the last one.
            (Quota::Requests, limits.requests, (sums.requests + unsettled.requests).saturating_sub(1)),
            (Quota::Key, limits.units, sums.units + unsettled.units),
            (limits.shared, limits.shared_units, shared + all_unsettled),
        ];
        for (quota, limit, spent) in quotas {
            if let Some(limit) = limit.filter(|limit| spent >= *limit) {
                let exceeded = QuotaExceeded { quota, limit, minute: self.minute };
                self.ledger.note_exceeded(&spending.spender, exceeded);
                return Err(exceeded);
            }
        }
        Ok(())
    }

    /// Adds read units to what the caller has used up.
    pub(super) fn add_read(&self, units: u64) {
        if let Some(spending) = self.lock().as_mut() {
            spending.read_units += units;
            self.ledger.add(&spending.spender, units * u64::from(READ_UNIT));
        }
    }

    /// Adds write units to what the caller has used up.
    pub(super) fn add_written(&self, units: u64) {
        if let Some(spending) = self.lock().as_ref() {
            self.ledger.add(&spending.spender, units * u64::from(WRITE_UNIT));
        }
    }

    /// Whether the request has read so much that it must be added to the row before the request goes on.
    pub(super) fn is_due_at_once(&self) -> bool {
        let spending = self.lock();
        let known = spending.as_ref().and_then(|spending| Some((spending.read_units, spending.known.as_ref()?.0)));
        known.is_some_and(|(read_units, limits)| {
            read_units >= MOST_READ_UNITS && (limits.units.is_some() || limits.shared_units.is_some())
        })
    }

    /// Whether the function should add to the row what it has kept, now that the request is answered.
    pub(super) fn is_due(&self) -> bool {
        let spending = self.lock();
        let Some((spender, (limits, row))) =
            spending.as_ref().and_then(|spending| Some((&spending.spender, spending.known.as_ref()?)))
        else {
            return false;
        };
        let (unsettled, all_unsettled) = self.ledger.unsettled(spender);
        let (sums, shared) = row.sums(spender);
        // Once the row says that nothing is left, more need not be added.
        let is_much = |kept: u64, limit: Option<u64>, sum: u64| {
            limit.and_then(|limit| limit.checked_sub(sum)).is_some_and(|left| left > 0 && kept > left / SHARE)
        };
        is_much(unsettled.units, limits.units, sums.units)
            || is_much(unsettled.requests, limits.requests, sums.requests)
            || is_much(all_unsettled, limits.shared_units, shared)
    }

    /// Takes what the function has kept for those that share the row of the caller, to be added to the row.
    pub(super) fn take(&self) -> Option<Settlement> {
        let mut spending = self.lock();
        let spending = spending.as_mut()?;
        spending.read_units = 0;
        let taken = self.ledger.take(&spending.spender);
        Some(Settlement { spender: spending.spender.clone(), expires_at: self.minute.end(), taken })
    }

    /// Takes notice of what stands in the row now.
    ///
    /// # Errors
    /// When a quota is exceeded.
    pub(super) fn settled(&self, row: SpentRow) -> Result<(), QuotaExceeded> {
        match self.lock().as_mut() {
            Some(spending) => {
                if let Some((_, known)) = &mut spending.known {
                    *known = row;
                }
                self.check(spending)
            }
            None => Ok(()),
        }
    }

    /// Keeps what could not be added to the row.
    pub(super) fn not_settled(&self, settlement: Settlement) {
        self.ledger.give_back(&settlement.spender, settlement.taken);
    }
}

/// What is to be added to a row.
#[derive(Debug)]
pub(super) struct Settlement {
    pub(super) spender: Spender,
    expires_at: i64,
    taken: Vec<(String, Spent)>,
}

impl Settlement {
    /// The update that adds it.
    pub(super) fn update(&self) -> Expressions {
        let number = |number: u64| AttributeValue::N(number.to_string());
        let all: u64 = self.taken.iter().map(|(_, spent)| spent.units).sum();
        let mut additions = vec!["#units :units".to_owned()];
        let mut update = Expressions::always().name("#units", UNITS).value(":units", number(all));
        for (place, (name, spent)) in self.taken.iter().enumerate().filter(|(_, (name, _))| !name.is_empty()) {
            additions.extend([format!("#u{place} :u{place}"), format!("#r{place} :r{place}")]);
            update = update.name(&format!("#u{place}"), &units_of(name)).value(&format!(":u{place}"), number(spent.units));
            update = update.name(&format!("#r{place}"), &requests_of(name)).value(&format!(":r{place}"), number(spent.requests));
        }
        let expires_at = self.expires_at.saturating_add_unsigned(Minute::KEPT.as_secs());
        update.number(":end", expires_at).update(format!("SET expires_at = :end ADD {}", additions.join(", ")))
    }
}
