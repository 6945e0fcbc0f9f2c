//! What callers have used up in the present minute, as far as this function knows: what it has not added to their rows yet, and
//! which quotas are exceeded. All requests of a function share one ledger.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::row::RowKey;
use crate::domain::quota::{Minute, Quota, QuotaExceeded};

/// How many callers one update of a row names at most. Its expression must stay below 4 KB (an AWS limit).
const MOST_NAMED: usize = 40;

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

/// What all requests of this function have used up in the present minute.
#[derive(Debug, Default)]
pub(in crate::store) struct Ledger(Mutex<OfMinute>);

#[derive(Debug, Default)]
struct OfMinute {
    minute: Option<Minute>,
    rows: HashMap<RowKey, Entry>,
}

/// What is known about a row beyond what stands in it.
#[derive(Debug, Default)]
struct Entry {
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
    fn lock(&self) -> MutexGuard<'_, OfMinute> {
        // No code that holds the lock can panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request of this minute.
    ///
    /// # Errors
    /// When a quota of the spender is exceeded; then the request is not counted.
    pub(super) fn count_request(&self, minute: Minute, spender: &Spender) -> Result<(), QuotaExceeded> {
        let mut present = self.lock();
        if present.minute.is_none_or(|present| present < minute) {
            *present = OfMinute { minute: Some(minute), rows: HashMap::new() };
        }
        let entry = present.rows.entry(spender.row.clone()).or_default();
        let member = entry.of.entry(spender.name.clone()).or_default();
        match entry.exceeded.or(member.exceeded) {
            Some(exceeded) => Err(exceeded),
            None => {
                member.unsettled.requests += 1;
                Ok(())
            }
        }
    }

    /// Adds units to what the spender has used up. Once another minute has begun, they no longer matter.
    pub(super) fn add(&self, spender: &Spender, units: u64) {
        if let Some(entry) = self.lock().rows.get_mut(&spender.row) {
            entry.of.entry(spender.name.clone()).or_default().unsettled.units += units;
        }
    }

    /// What is not in the row of the spender: of the spender, and the units of all that share its row.
    pub(super) fn unsettled(&self, spender: &Spender) -> (Spent, u64) {
        let present = self.lock();
        let Some(entry) = present.rows.get(&spender.row) else {
            return (Spent::default(), 0);
        };
        let own = entry.of.get(&spender.name).map(|member| member.unsettled).unwrap_or_default();
        (own, entry.of.values().map(|member| member.unsettled.units).sum())
    }

    /// Takes what is not in a row, to be added to it: of this spender, and of others that share the row.
    pub(super) fn take(&self, spender: &Spender) -> Vec<(String, Spent)> {
        let mut present = self.lock();
        let Some(entry) = present.rows.get_mut(&spender.row) else {
            return Vec::new();
        };
        let mut members: Vec<_> = entry.of.iter_mut().filter(|(_, member)| member.unsettled != Spent::default()).collect();
        members.sort_by_key(|(name, _)| **name != spender.name);
        let taken = members.into_iter().take(MOST_NAMED);
        taken.map(|(name, member)| (name.clone(), std::mem::take(&mut member.unsettled))).collect()
    }

    /// Gives back what was taken and could not be added to the row.
    pub(super) fn give_back(&self, spender: &Spender, taken: Vec<(String, Spent)>) {
        if let Some(entry) = self.lock().rows.get_mut(&spender.row) {
            for (name, spent) in taken {
                let unsettled = &mut entry.of.entry(name).or_default().unsettled;
                unsettled.units += spent.units;
                unsettled.requests += spent.requests;
            }
        }
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
        assert_eq!(ledger.count_request(first, &before), Ok(()));
        ledger.add(&before, 9);
        ledger.note_exceeded(&before, exceeded);
        assert_eq!(ledger.count_request(first, &before), Err(exceeded));
        assert_eq!(ledger.count_request(first, &spender(first, "b")), Err(exceeded), "the quota of all keys");

        assert_eq!(ledger.count_request(next, &after), Ok(()));
        assert_eq!(ledger.unsettled(&after), (Spent { units: 0, requests: 1 }, 0));
        // A request of the minute before is late, and takes nothing from this one.
        assert_eq!(ledger.count_request(first, &before), Ok(()));
        assert_eq!(ledger.unsettled(&after), (Spent { units: 0, requests: 1 }, 0));
    }

    #[test]
    fn a_key_that_is_refused_does_not_refuse_the_others_of_its_reseller() {
        let ledger = Ledger::default();
        let minute = minute("2026-11-27T17:05:00.000Z");
        let [one, other] = ["a", "b"].map(|name| spender(minute, name));
        ledger.count_request(minute, &one).unwrap();
        let exceeded = QuotaExceeded { quota: Quota::Key, limit: 1, minute };
        ledger.note_exceeded(&one, exceeded);
        assert_eq!((ledger.count_request(minute, &one), ledger.count_request(minute, &other)), (Err(exceeded), Ok(())));
    }

    #[test]
    fn what_is_taken_is_gone_and_what_is_given_back_is_there() {
        let ledger = Ledger::default();
        let minute = minute("2026-11-27T17:05:00.000Z");
        for key in 0..MOST_NAMED + 5 {
            let spender = spender(minute, &format!("{key:012}"));
            ledger.count_request(minute, &spender).unwrap();
            ledger.add(&spender, 2);
        }
        let last = spender(minute, &format!("{:012}", MOST_NAMED + 4));
        let taken = ledger.take(&last);
        assert_eq!((taken.len(), taken[0].0.as_str()), (MOST_NAMED, last.name.as_str()), "its own is among them");
        assert_eq!(ledger.unsettled(&last), (Spent::default(), 10));
        ledger.add(&last, 1);
        ledger.give_back(&last, taken);
        assert_eq!(ledger.unsettled(&last), (Spent { units: 3, requests: 1 }, 2 * (MOST_NAMED as u64 + 5) + 1));
    }
}
