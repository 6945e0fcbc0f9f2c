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
use super::ledger::{Ledger, Spender, Spent, Unsettled};
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
    /// The number of the request among those of the spender that are not in the row.
    ordinal: u64,
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
        let ordinal = self.ledger.count_request(self.minute, &spender)?;
        *self.lock() = Some(Spending { spender, ordinal, known: None, read_units: 0 });
        Ok(())
    }

    /// Compares what stands in the row of the caller, and what this function knows beyond that, with its limits.
    ///
    /// # Errors
    /// When a quota is exceeded.
    pub(in crate::store) fn compare(&self, limits: Limits, row: SpentRow) -> Result<(), QuotaExceeded> {
        let mut spending = self.lock();
        let Some(spending) = spending.as_mut() else {
            return Ok(());
        };
        let earlier = row.sums(&spending.spender).0.requests + spending.ordinal - 1;
        spending.known = Some((limits, row));
        self.check_units(spending)?;
        match limits.requests {
            Some(limit) if earlier >= limit => Err(self.exceeded(spending, Quota::Requests, limit)),
            _ => Ok(()),
        }
    }

    fn exceeded(&self, spending: &Spending, quota: Quota, limit: u64) -> QuotaExceeded {
        let exceeded = QuotaExceeded { quota, limit, minute: self.minute };
        self.ledger.note_exceeded(&spending.spender, exceeded);
        exceeded
    }

    fn check_units(&self, spending: &Spending) -> Result<(), QuotaExceeded> {
        let Some((limits, row)) = &spending.known else {
            return Ok(());
        };
        let unsettled = self.ledger.unsettled(&spending.spender);
        let (sums, shared) = row.sums(&spending.spender);
        let quotas = [
            (Quota::Key, limits.units, sums.units + unsettled.own.units),
            (limits.shared, limits.shared_units, shared + unsettled.shared_units),
        ];
        for (quota, limit, spent) in quotas {
            if let Some(limit) = limit.filter(|limit| spent >= *limit) {
                return Err(self.exceeded(spending, quota, limit));
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

    /// What the function should add to the row before the request reads more, if it has read half a megabyte since the last time.
    pub(super) fn due_at_once(&self) -> Option<Settlement> {
        let mut spending = self.lock();
        let spending = spending.as_mut().filter(|spending| spending.read_units >= MOST_READ_UNITS)?;
        let limits = spending.known.as_ref()?.0;
        if limits.units.is_none() && limits.shared_units.is_none() {
            return None;
        }
        let settlement = self.take(spending, true)?;
        spending.read_units = 0;
        Some(settlement)
    }

    /// What the function should add to the row now that the request is answered, if that is more than a fiftieth of what the caller
    /// or those that share its row have left. Names the caller only where its own share is due, so that a row names no more callers
    /// than use up something worth it.
    pub(super) fn due(&self) -> Option<Settlement> {
        let spending = self.lock();
        let spending = spending.as_ref()?;
        let (limits, row) = spending.known.as_ref()?;
        let unsettled = self.ledger.unsettled(&spending.spender);
        let (sums, shared) = row.sums(&spending.spender);
        // Once the row says that nothing is left, more need not be added.
        let is_much = |kept: u64, limit: Option<u64>, sum: u64| {
            limit.and_then(|limit| limit.checked_sub(sum)).is_some_and(|left| left > 0 && kept > left / SHARE)
        };
        let is_own_due = is_much(unsettled.own.units, limits.units, sums.units)
            || is_much(unsettled.own.requests, limits.requests, sums.requests);
        let is_due = is_own_due || is_much(unsettled.shared_units, limits.shared_units, shared);
        if is_due { self.take(spending, is_own_due) } else { None }
    }

    fn take(&self, spending: &Spending, with_own: bool) -> Option<Settlement> {
        if self.ledger.is_paused() {
            return None;
        }
        let taken = self.ledger.take(&spending.spender, with_own)?;
        Some(Settlement { spender: spending.spender.clone(), expires_at: self.minute.end(), taken })
    }

    /// Takes notice of what stands in the row now.
    ///
    /// # Errors
    /// When a quota of units is exceeded.
    pub(super) fn settled(&self, row: SpentRow) -> Result<(), QuotaExceeded> {
        match self.lock().as_mut() {
            Some(spending) => {
                // Sums only grow: of two answers that come in another order than they were given, the larger one is the later one.
                if let Some((_, known)) = &mut spending.known
                    && row.sum(UNITS) >= known.sum(UNITS)
                {
                    *known = row;
                }
                self.check_units(spending)
            }
            None => Ok(()),
        }
    }

    /// Keeps what the table did not take.
    pub(super) fn not_settled(&self, settlement: &Settlement) {
        self.ledger.give_back(&settlement.spender, settlement.taken);
    }
}

/// What is to be added to a row.
#[derive(Debug)]
pub(super) struct Settlement {
    pub(super) spender: Spender,
    expires_at: i64,
    taken: Unsettled,
}

impl Settlement {
    /// The update that adds it.
    pub(super) fn update(&self) -> Expressions {
        let Unsettled { own, shared_units } = self.taken;
        let expires_at = self.expires_at.saturating_add_unsigned(Minute::KEPT.as_secs());
        let number = |number: u64| AttributeValue::N(number.to_string());
        let update = Expressions::always().name("#units", UNITS).value(":units", number(shared_units)).number(":end", expires_at);
        // One that has a row of its own is all that share it.
        if own == Spent::default() || self.spender.name.is_empty() {
            return update.update("SET expires_at = :end ADD #units :units");
        }
        update
            .name("#own_units", &units_of(&self.spender.name))
            .value(":own_units", number(own.units))
            .name("#own_requests", &requests_of(&self.spender.name))
            .value(":own_requests", number(own.requests))
            .update("SET expires_at = :end ADD #units :units, #own_units :own_units, #own_requests :own_requests")
    }
}
