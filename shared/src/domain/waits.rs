//! How long somebody has to wait who tries passwords: pure arithmetic over what is on record of earlier tries.
//!
//! Every try is counted in three buckets, and has to wait for all of them. A bucket holds so many tries; each further one doubles the
//! wait behind it, up to the longest wait of the bucket. A try is forgiven whenever as much time as the longest wait has passed. So
//! there is no moment at which all is forgotten at once, for which it would pay to wait, and in any stretch of time a bucket admits
//! at most [`Curve::most_in`].

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::timestamp::Timestamp;

/// How a bucket lets wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Curve {
    /// How many tries can be made without a wait between them; at least two.
    free: u32,
    /// The longest wait, and the time after which a try is forgiven. In milliseconds.
    longest: i64,
}

/// The tries of one address from one source. Five are free: people mistype.
pub const ADDRESS_AND_SOURCE: Curve = Curve { free: 5, longest: 15 * 60 * SECOND };

/// All tries from one source, whatever the address. Fifty are free, because offices and mobile networks share a source.
pub const SOURCE: Curve = Curve { free: 50, longest: 15 * 60 * SECOND };

/// All tries of one address, from wherever. It waits for seconds only, so that nobody can be locked out by others.
pub const ADDRESS: Curve = Curve { free: 10, longest: 5 * SECOND };

const SECOND: i64 = 1_000;

/// For how long a source counts as known after somebody has logged in from it: tries of the same address from there need not wait
/// for those of others.
pub const KNOWN: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// What is on record of a bucket: two moments, in milliseconds since 1970. Of a bucket that is not on record, both are 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    /// When all tries will be forgiven: the number of tries that count now is the time until then, divided by that after which one is
    /// forgiven.
    pub forgiven_at: i64,
    /// From when on there may be another try.
    pub free_at: i64,
}

/// A try that a bucket has admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// What is to be on record of the bucket now.
    pub tried: Tried,
    /// What the try has added to the two moments. To give the try back is to subtract it, whoever has tried meanwhile. Then the bucket
    /// is as if this try had not been; if it has lasted for longer than its own wait, the next one may come a wait earlier.
    pub added: Tried,
}

/// Somebody has to wait. The text is for the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("Too many tries. Try again in {seconds} second{}.", if *.seconds == 1 { "" } else { "s" })]
pub struct Wait {
    /// For how many seconds: from 1 to 900.
    pub seconds: i64,
}

impl Curve {
    /// The wait behind the last of so many tries, in milliseconds.
    fn wait_behind(self, tries: i64) -> i64 {
        match u32::try_from(tries - i64::from(self.free)) {
            Ok(doublings) => SECOND.checked_shl(doublings.min(30)).map_or(self.longest, |wait| wait.min(self.longest)),
            Err(_) => 0,
        }
    }

    /// How long a try has to wait now.
    ///
    /// # Errors
    /// [`Wait`], if it is not free.
    pub fn check(self, tried: Tried, now: Timestamp) -> Result<(), Wait> {
        // Clocks differ, but nobody waits for longer than the longest wait.
        let left = (tried.free_at - now.milliseconds()).min(self.longest);
        if left > 0 { Err(Wait { seconds: (left + SECOND - 1) / SECOND }) } else { Ok(()) }
    }

    /// Takes a try that need not wait.
    #[must_use]
    pub fn take(self, tried: Tried, now: Timestamp) -> Taken {
        let now = now.milliseconds();
        let forgiven_at = tried.forgiven_at.max(now) + self.longest;
        let tries = (forgiven_at - now + self.longest - 1) / self.longest;
        let wait = self.wait_behind(tries);
        // One that begins a moment before this one is counted behind it, and must not wait for it.
        let free_at = if wait == 0 { 0 } else { now + wait };
        Taken { tried: Tried { forgiven_at, free_at }, added: Tried { forgiven_at: self.longest, free_at: wait } }
    }

    /// The most tries that a bucket admits in any stretch of time this long, whoever tries and however: as many as it takes to the
    /// longest wait, and one for each that passes.
    #[must_use]
    pub fn most_in(self, stretch: Duration) -> i64 {
        let to_longest = (0..).find(|doublings| SECOND << doublings >= self.longest).unwrap_or_default() + i64::from(self.free);
        to_longest + i64::try_from(stretch.as_millis()).unwrap_or(i64::MAX) / self.longest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CURVES: [Curve; 3] = [ADDRESS_AND_SOURCE, SOURCE, ADDRESS];
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn start() -> Timestamp {
        "2026-11-29T12:00:00.000Z".parse().unwrap()
    }

    fn later(milliseconds: i64) -> Timestamp {
        Timestamp::from_milliseconds(start().milliseconds() + milliseconds).unwrap()
    }

    /// The waits between tries of somebody who tries again as soon as it is allowed, in seconds.
    fn waits(curve: Curve, tries: usize) -> Vec<i64> {
        let (mut tried, mut now) = (Tried::default(), start().milliseconds());
        let mut waits = Vec::new();
        for _ in 0..tries {
            let before = now;
            now = now.max(tried.free_at);
            waits.push((now - before) / SECOND);
            tried = curve.take(tried, Timestamp::from_milliseconds(now).unwrap()).tried;
        }
        waits
    }

    #[test]
    fn waits_double_up_to_the_longest_one() {
        assert_eq!(
            waits(ADDRESS_AND_SOURCE, 19),
            [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 512, 900, 900, 900],
            "while 512 seconds pass for the second time, a try is forgiven"
        );
        assert_eq!(waits(ADDRESS, 18), [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 4, 4, 4, 5, 5]);
        assert_eq!(waits(SOURCE, 54)[46..], [0, 0, 0, 0, 1, 2, 4, 8]);
    }

    #[test]
    fn somebody_is_told_whole_seconds_and_never_more_than_the_longest_wait() {
        let tried = |free_at| Tried { forgiven_at: 0, free_at: start().milliseconds() + free_at };
        for (free_at, seconds) in [(1, 1), (1_000, 1), (1_001, 2), (900_000, 900), (5_000_000, 900)] {
            assert_eq!(SOURCE.check(tried(free_at), start()), Err(Wait { seconds }), "{free_at}");
        }
        assert_eq!(ADDRESS.check(tried(900_000), start()), Err(Wait { seconds: 5 }));
        assert_eq!(SOURCE.check(tried(0), start()), Ok(()));
        assert_eq!(SOURCE.check(Tried::default(), start()), Ok(()));
        assert_eq!(Wait { seconds: 1 }.to_string(), "Too many tries. Try again in 1 second.");
        assert_eq!(Wait { seconds: 900 }.to_string(), "Too many tries. Try again in 900 seconds.");
    }

    #[test]
    fn tries_at_the_same_moment_do_not_wait_for_each_other_as_long_as_they_are_free() {
        for curve in CURVES {
            let taken = curve.take(Tried::default(), later(5));
            assert_eq!(curve.check(taken.tried, start()), Ok(()));
        }
    }

    #[test]
    fn everything_is_forgiven_in_the_end_and_a_little_before_that() {
        let mut tried = Tried::default();
        for _ in 0..5 {
            tried = ADDRESS_AND_SOURCE.take(tried, start()).tried;
        }
        assert_eq!(tried.forgiven_at, later(5 * 900_000).milliseconds());
        // After an hour, four of the five are forgiven, so that four more are free.
        let mut after = tried;
        for expected in [0, 0, 0, 1_000] {
            let taken = ADDRESS_AND_SOURCE.take(after, later(3_600_000));
            assert_eq!(taken.added.free_at, expected);
            after = taken.tried;
        }
        assert_eq!(
            ADDRESS_AND_SOURCE.take(tried, later(5 * 900_000)).tried,
            ADDRESS_AND_SOURCE.take(Tried::default(), later(5 * 900_000)).tried
        );
    }

    /// Passwords, tried one after the other as soon as one may. What is counted is what would be hashed.
    fn admitted_in_a_day(tries: usize, mut admits: impl FnMut(usize, Timestamp) -> Result<(), Wait>) -> i64 {
        let (mut now, mut admitted) = (0, 0);
        for number in 0..tries {
            while let Err(wait) = admits(number, later(now)) {
                now += wait.seconds * SECOND;
            }
            if now > i64::try_from(DAY.as_millis()).unwrap() {
                break;
            }
            admitted += 1;
        }
        admitted
    }

    #[test]
    fn a_hundred_thousand_passwords_from_one_source_are_a_few_in_a_day() {
        let (mut pair, mut source, mut address) = (Tried::default(), Tried::default(), Tried::default());
        let admitted = admitted_in_a_day(100_000, |_, now| {
            ADDRESS_AND_SOURCE.check(pair, now)?;
            SOURCE.check(source, now)?;
            ADDRESS.check(address, now)?;
            pair = ADDRESS_AND_SOURCE.take(pair, now).tried;
            source = SOURCE.take(source, now).tried;
            address = ADDRESS.take(address, now).tried;
            Ok(())
        });
        assert!(admitted > 90 && admitted <= ADDRESS_AND_SOURCE.most_in(DAY), "{admitted}");
        assert_eq!(ADDRESS_AND_SOURCE.most_in(DAY), 111);
    }

    #[test]
    fn a_hundred_thousand_addresses_from_one_source_are_a_few_in_a_day() {
        let mut source = Tried::default();
        let admitted = admitted_in_a_day(100_000, |_, now| {
            SOURCE.check(source, now)?;
            source = SOURCE.take(source, now).tried;
            Ok(())
        });
        assert!(admitted > 130 && admitted <= SOURCE.most_in(DAY), "{admitted}");
        assert_eq!(SOURCE.most_in(DAY), 156);
    }

    #[test]
    fn a_hundred_thousand_sources_try_one_address_once_in_five_seconds() {
        let mut address = Tried::default();
        // Each source tries once: its own buckets admit it.
        let admitted = admitted_in_a_day(100_000, |_, now| {
            ADDRESS.check(address, now)?;
            address = ADDRESS.take(address, now).tried;
            Ok(())
        });
        assert!(admitted > 17_000 && admitted <= ADDRESS.most_in(DAY), "{admitted}");
        assert_eq!(ADDRESS.most_in(DAY), 13 + 86_400 / 5);
    }

    #[test]
    fn logging_in_between_with_an_account_of_ones_own_gains_nothing() {
        let (mut tried, mut now, mut guesses) = (Tried::default(), 0, 0);
        while now <= i64::try_from(DAY.as_millis()).unwrap() {
            if let Err(wait) = SOURCE.check(tried, later(now)) {
                now += wait.seconds * SECOND;
                continue;
            }
            // A login that succeeds, and gives its try back.
            let taken = SOURCE.take(tried, later(now));
            tried = Tried {
                forgiven_at: taken.tried.forgiven_at - taken.added.forgiven_at,
                free_at: taken.tried.free_at - taken.added.free_at,
            };
            assert_eq!(SOURCE.check(tried, later(now)), Ok(()));
            tried = SOURCE.take(tried, later(now)).tried;
            guesses += 1;
        }
        assert!(guesses > 130 && guesses <= SOURCE.most_in(DAY), "{guesses}");
    }

    fn curve() -> impl Strategy<Value = Curve> {
        proptest::sample::select(&CURVES[..])
    }

    proptest! {
        #[test]
        fn more_tries_never_wait_less_and_nobody_waits_for_longer_than_the_longest(curve in curve(), tries in 0_i64..2_000) {
            prop_assert!(curve.wait_behind(tries) <= curve.wait_behind(tries + 1));
            prop_assert!((0..=curve.longest).contains(&curve.wait_behind(tries)));
            prop_assert_eq!(curve.wait_behind(tries) == 0, tries < i64::from(curve.free));
        }

        #[test]
        fn no_way_of_trying_gets_more_than_the_bound(curve in curve(), pauses in prop::collection::vec(0_i64..2_000_000, 1..300)) {
            let (mut tried, mut now) = (Tried::default(), start().milliseconds());
            let mut admitted = Vec::new();
            for pause in pauses {
                // Half of all pauses are none, so that some tries come as soon as they may.
                now = now.max(tried.free_at) + (pause - 1_000_000).max(0);
                let moment = Timestamp::from_milliseconds(now).unwrap();
                prop_assert_eq!(curve.check(tried, moment), Ok(()));
                tried = curve.take(tried, moment).tried;
                admitted.push(now);
            }
            for (first, from) in admitted.iter().enumerate() {
                for (last, to) in admitted.iter().enumerate().skip(first) {
                    let stretch = Duration::from_millis(u64::try_from(to - from).unwrap());
                    let count = i64::try_from(last - first).unwrap() + 1;
                    prop_assert!(count <= curve.most_in(stretch), "{} in {:?}", count, stretch);
                }
            }
        }

        #[test]
        fn a_quiet_time_never_makes_a_try_wait_longer(curve in curve(), tries in 1_usize..100, quiet in 0_i64..10_000_000, more in 0_i64..10_000_000) {
            let mut tried = Tried::default();
            for _ in 0..tries {
                tried = curve.take(tried, later(0)).tried;
            }
            let wait = |quiet| curve.take(tried, later(quiet)).added.free_at;
            prop_assert!(wait(quiet + more) <= wait(quiet));
            let forgiven = tried.forgiven_at - later(0).milliseconds();
            prop_assert_eq!(curve.take(tried, later(forgiven)).tried, curve.take(Tried::default(), later(forgiven)).tried);
        }

        #[test]
        fn when_all_is_forgiven_nobody_waits(curve in curve(), pauses in prop::collection::vec(0_i64..10_000, 1..200)) {
            let (mut tried, mut now) = (Tried::default(), start().milliseconds());
            for pause in pauses {
                now = now.max(tried.free_at) + pause;
                tried = curve.take(tried, Timestamp::from_milliseconds(now).unwrap()).tried;
                // So a row can be deleted when its tries are forgiven.
                prop_assert!(tried.free_at <= tried.forgiven_at);
            }
        }

        #[test]
        fn a_try_that_is_given_back_never_was(curve in curve(), earlier in 0_usize..100, own in 0_i64..1_000, other in 0_i64..20_000) {
            let mut tried = Tried::default();
            for _ in 0..earlier {
                tried = curve.take(tried, later(0)).tried;
            }
            let begin = later(tried.free_at.max(later(0).milliseconds()) - start().milliseconds() + own);
            let taken = curve.take(tried, begin);
            let back = Tried {
                forgiven_at: taken.tried.forgiven_at - taken.added.forgiven_at,
                free_at: taken.tried.free_at - taken.added.free_at,
            };
            prop_assert_eq!(curve.check(back, begin), Ok(()));
            let next = begin.plus(Duration::from_millis(u64::try_from(other).unwrap()));
            prop_assert_eq!(curve.take(back, next), curve.take(tried, next));
        }
    }
}
