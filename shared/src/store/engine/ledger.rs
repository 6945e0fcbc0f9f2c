//! What callers have used up in the present minute, as far as this function knows: what it has not added to their rows yet, and
//! which quotas are exceeded. All requests of a function share one ledger.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::row::RowKey;
use crate::domain::quota::{Minute, Quota, QuotaExceeded};

/// How long nothing is added to rows after the table did not take it.
const PAUSE: Duration = Duration::from_secs(5);

/// Who uses something up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct Spender {
    /// The row of the minute, which the spender may share with others.
    pub(in crate::store) row: RowKey,
    /// Its name among those that share the row; empty for one that has a row of its own.
    pub(in crate::store) name: String,
}

/// Units and requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Spent {
    pub(super) units: u64,
    pub(super) requests: u64,
}

/// What is not in a row yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Unsettled {
    /// Of the spender.
    pub(super) own: Spent,
    /// The units of all that share its row.
    pub(super) shared_units: u64,
}

/// What all requests of this function have used up in the present minute, and late ones in the minute before.
#[derive(Debug, Default)]
pub(in crate::store) struct Ledger(Mutex<Present>);

#[derive(Debug, Default)]
struct Present {
    minute: Option<Minute>,
    rows: HashMap<RowKey, Entry>,
    paused_until: Option<Instant>,
}

/// What is known about a row beyond what stands in it.
#[derive(Debug)]
struct Entry {
    minute: Minute,
    /// The units of all that share the row, which are not in the row's sum yet.
    shared_units: u64,
    /// The quota of all that share the row, if it is exceeded.
    exceeded: Option<QuotaExceeded>,
    of: HashMap<String, Member>,
}

#[derive(Debug, Default)]
struct Member {
    unsettled: Spent,
    exceeded: Option<QuotaExceeded>,
}

impl Ledger {
    fn lock(&self) -> MutexGuard<'_, Present> {
        // No code that holds the lock can panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request of this minute, and returns how many requests of the spender are not in the row with it.
    ///
    /// # Errors
    /// When a quota of the spender is exceeded; then the request is not counted.
    pub(super) fn count_request(&self, minute: Minute, spender: &Spender) -> Result<u64, QuotaExceeded> {
        let mut present = self.lock();
        if present.minute.is_none_or(|present| present < minute) {
            present.minute = Some(minute);
            present.rows.retain(|_, entry| entry.minute.is_near(minute));
        }
        let empty = || Entry { minute, shared_units: 0, exceeded: None, of: HashMap::new() };
        let entry = present.rows.entry(spender.row.clone()).or_insert_with(empty);
        let member = entry.of.entry(spender.name.clone()).or_default();
        match entry.exceeded.or(member.exceeded) {
            Some(exceeded) => Err(exceeded),
            None => {
                member.unsettled.requests += 1;
                Ok(member.unsettled.requests)
            }
        }
    }

    /// Adds units to what the spender has used up. Once another minute has begun, they no longer matter.
    pub(super) fn add(&self, spender: &Spender, units: u64) {
        if let Some(entry) = self.lock().rows.get_mut(&spender.row) {
            entry.shared_units += units;
            entry.of.entry(spender.name.clone()).or_default().unsettled.units += units;
        }
    }

    /// What is not in the row of the spender.
    pub(super) fn unsettled(&self, spender: &Spender) -> Unsettled {
        let present = self.lock();
        let Some(entry) = present.rows.get(&spender.row) else {
            return Unsettled::default();
        };
        let own = entry.of.get(&spender.name).map(|member| member.unsettled).unwrap_or_default();
        Unsettled { own, shared_units: entry.shared_units }
    }

    /// Takes what is not in the row, to be added to it: the units of all that share it, and what the spender itself has used up,
    /// if `with_own`. `None` when there is nothing to add.
    pub(super) fn take(&self, spender: &Spender, with_own: bool) -> Option<Unsettled> {
        let mut present = self.lock();
        let entry = present.rows.get_mut(&spender.row)?;
        let own = match entry.of.get_mut(&spender.name) {
            Some(member) if with_own => std::mem::take(&mut member.unsettled),
            _ => Spent::default(),
        };
        let taken = Unsettled { own, shared_units: std::mem::take(&mut entry.shared_units) };
        (taken != Unsettled::default()).then_some(taken)
    }

    /// Gives back what was taken and was not added to the row. Nothing is to be added for a while.
    pub(super) fn give_back(&self, spender: &Spender, taken: Unsettled) {
        let mut present = self.lock();
        present.paused_until = Some(Instant::now() + PAUSE);
        if let Some(entry) = present.rows.get_mut(&spender.row) {
            entry.shared_units += taken.shared_units;
            let own = &mut entry.of.entry(spender.name.clone()).or_default().unsettled;
            own.units += taken.own.units;
            own.requests += taken.own.requests;
        }
    }

    /// Whether the table has failed to take sums a moment ago.
    pub(super) fn is_paused(&self) -> bool {
        self.lock().paused_until.is_some_and(|until| Instant::now() < until)
    }

    /// Remembers until the end of the minute that a quota of the spender is exceeded.
    pub(super) fn note_exceeded(&self, spender: &Spender, exceeded: QuotaExceeded) {
        if let Some(entry) = self.lock().rows.get_mut(&spender.row) {
            match exceeded.quota {
                Quota::Reseller | Quota::Source => entry.exceeded = Some(exceeded),
                Quota::Key | Quota::Requests => {
                    entry.of.entry(spender.name.clone()).or_default().exceeded = Some(exceeded);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::timestamp::Timestamp;

    fn minute(text: &str) -> Minute {
        Minute::of(text.parse::<Timestamp>().unwrap())
    }

    fn spender(minute: Minute, name: &str) -> Spender {
        let row = RowKey { partition: "SPENT#7".to_owned(), sort: minute.to_string() };
        Spender { row, name: name.to_owned() }
    }

    #[test]
    fn a_minute_begins_with_nothing_spent_and_nobody_refused() {
        let ledger = Ledger::default();
        let (first, next) = (minute("2026-11-27T17:05:59.999Z"), minute("2026-11-27T17:06:00.000Z"));
        let (before, after) = (spender(first, "a"), spender(next, "a"));
        let exceeded = QuotaExceeded { quota: Quota::Reseller, limit: 1, minute: first };
        assert_eq!(ledger.count_request(first, &before), Ok(1));
        ledger.add(&before, 9);
        ledger.note_exceeded(&before, exceeded);
        assert_eq!(ledger.count_request(first, &before), Err(exceeded));
        assert_eq!(ledger.count_request(first, &spender(first, "b")), Err(exceeded), "the quota of all keys");

        assert_eq!(ledger.count_request(next, &after), Ok(1));
        let one_request = Unsettled { own: Spent { units: 0, requests: 1 }, shared_units: 0 };
        assert_eq!(ledger.unsettled(&after), one_request);
        // A request of the minute before that is still running adds to that minute, and takes nothing from this one.
        ledger.add(&before, 3);
        assert_eq!(ledger.unsettled(&before).shared_units, 12);
        assert_eq!(ledger.unsettled(&after), one_request);
        let third = minute("2026-11-27T17:07:00.000Z");
        ledger.count_request(third, &spender(third, "a")).unwrap();
        assert_eq!(ledger.unsettled(&before), Unsettled::default(), "nobody needs it any more");
    }

    #[test]
    fn a_key_that_is_refused_does_not_refuse_the_others_of_its_reseller() {
        let ledger = Ledger::default();
        let minute = minute("2026-11-27T17:05:00.000Z");
        let [one, other] = ["a", "b"].map(|name| spender(minute, name));
        ledger.count_request(minute, &one).unwrap();
        let exceeded = QuotaExceeded { quota: Quota::Key, limit: 1, minute };
        ledger.note_exceeded(&one, exceeded);
        assert_eq!((ledger.count_request(minute, &one), ledger.count_request(minute, &other)), (Err(exceeded), Ok(1)));
    }

    #[test]
    fn what_is_taken_is_gone_and_what_is_given_back_is_there_for_later() {
        let ledger = Ledger::default();
        let minute = minute("2026-11-27T17:05:00.000Z");
        let spenders: Vec<Spender> = (0..1_000).map(|key| spender(minute, &format!("{key:012}"))).collect();
        for spender in &spenders {
            ledger.count_request(minute, spender).unwrap();
            ledger.add(spender, 2);
        }
        let [one, other, ..] = spenders.as_slice() else { panic!("no spenders") };
        let of_one = Spent { units: 2, requests: 1 };
        let all = ledger.take(one, true).unwrap();
        assert_eq!(all, Unsettled { own: of_one, shared_units: 2_000 }, "the sum of all keys, and one key's own");
        assert_eq!(ledger.unsettled(other), Unsettled { own: of_one, shared_units: 0 });
        assert_eq!(ledger.take(other, false), None);

        ledger.add(one, 1);
        assert!(!ledger.is_paused());
        ledger.give_back(one, all);
        assert_eq!(ledger.unsettled(one), Unsettled { own: Spent { units: 3, requests: 1 }, shared_units: 2_001 });
        assert!(ledger.is_paused());
    }
}
