//! Quotas: how much of what all callers share one of them may use up in a minute.
//!
//! What a request uses up is measured in units. A read unit of DynamoDB counts as one, a write unit as five, because that is what
//! DynamoDB charges for it. The words are those of the IETF draft on rate limit headers (draft-ietf-httpapi-ratelimit-headers).

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::timestamp::Timestamp;

/// How many units a read unit of DynamoDB counts as.
pub const READ_UNIT: u32 = 1;

/// How many units a write unit of DynamoDB counts as.
pub const WRITE_UNIT: u32 = 5;

/// The least units that a quota can have. With fewer, the read of the credential alone would use up a quota before the request that
/// it came with is admitted.
pub const LEAST_UNITS: u64 = 100;

/// What one key may use up in a minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyQuota {
    /// The units; `None` for the value of the deployment.
    pub units: Option<u64>,
    /// The requests; `None` for the value of the deployment.
    pub requests: Option<u64>,
}

/// What the callers of a deployment may use up in a minute. `None` is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quotas {
    /// The units of one key, unless it has a value of its own.
    pub key_units: Option<u64>,
    /// The requests of one key, unless it has a value of its own.
    pub key_requests: Option<u64>,
    /// The units of all keys of one reseller together.
    pub reseller_units: Option<u64>,
    /// The units of one source address that checks licences.
    pub source_units: Option<u64>,
}

/// Which quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quota {
    /// The units of one key.
    Key,
    /// The requests of one key.
    Requests,
    /// The units of all keys of one reseller.
    Reseller,
    /// The units of one source address.
    Source,
}

impl Quota {
    /// The quotas of a call with a key.
    pub const OF_KEYS: [Self; 3] = [Self::Key, Self::Requests, Self::Reseller];

    /// Its name, as clients read it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Requests => "requests",
            Self::Reseller => "reseller",
            Self::Source => "source",
        }
    }
}

/// A minute of the clock in UTC. Every quota is for such a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Minute(i64);

impl Minute {
    /// How long it is.
    pub const SECONDS: u32 = 60;

    /// The minute that contains a moment.
    #[must_use]
    pub fn of(moment: Timestamp) -> Self {
        Self(moment.seconds().div_euclid(Self::SECONDS.into()))
    }

    /// Whether it is this minute, the one before it, or a later one.
    #[must_use]
    pub fn is_near(self, now: Self) -> bool {
        self.0 + 1 >= now.0
    }

    /// Its end, in seconds since 1970.
    #[must_use]
    pub fn end(self) -> i64 {
        (self.0 + 1) * i64::from(Self::SECONDS)
    }

    /// How many seconds are left of it, from 1 to 60, whatever the clock says.
    #[must_use]
    pub fn seconds_left(self, now: Timestamp) -> i64 {
        (self.end() - now.seconds()).clamp(1, Self::SECONDS.into())
    }

    /// The time after its end until which what was used up in it is kept on record.
    pub const KEPT: Duration = Duration::from_secs(3_600);
}

/// As a number that sorts like the minutes, so that it can stand in a row key.
impl fmt::Display for Minute {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:010}", self.0)
    }
}

/// A quota that a caller has used up. The text is for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct QuotaExceeded {
    /// Which quota it is.
    pub quota: Quota,
    /// How much it is: units or requests.
    pub limit: u64,
    /// The minute that it is for.
    pub minute: Minute,
}

impl QuotaExceeded {
    /// After how many seconds the caller may try again: from 1 to 60.
    #[must_use]
    pub fn retry_after(&self) -> i64 {
        self.minute.seconds_left(Timestamp::now())
    }

    fn sentence(&self) -> String {
        let limit = self.limit;
        let what = match self.quota {
            Quota::Key => format!("This key has used up its {limit} units"),
            Quota::Requests => format!("This key has made its {limit} requests"),
            Quota::Reseller => format!("The keys of this reseller have used up their {limit} units"),
            Quota::Source => format!("Your address has used up its {limit} units"),
        };
        format!("{what} of this minute. Try again when the next one begins.")
    }
}

/// The part of a source address that stands for one source: an IPv4 address, or the first 64 bits of an IPv6 address, because a
/// network gives each of its users that many.
#[must_use]
pub fn source(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_minute_ends_after_at_most_sixty_seconds_whatever_the_clock_says() {
        let minute = Minute::of(at("2026-11-27T17:05:00.000Z"));
        assert_eq!(minute, Minute::of(at("2026-11-27T17:05:59.999Z")));
        assert_ne!(minute, Minute::of(at("2026-11-27T17:06:00.000Z")));
        for (now, left) in [
            ("2026-11-27T17:05:00.000Z", 60),
            ("2026-11-27T17:05:59.999Z", 1),
            ("2026-11-27T17:06:00.000Z", 1),
            ("2026-11-27T18:00:00.000Z", 1),
            ("2026-11-27T17:00:00.000Z", 60),
        ] {
            assert_eq!(minute.seconds_left(at(now)), left, "{now}");
        }
        assert_eq!(minute.to_string(), "0029929985");
    }

    #[test]
    fn a_source_is_an_address_or_the_network_of_one_user() {
        for (address, known) in [
            ("203.0.113.7", "203.0.113.7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
            ("::1", "0:0:0:0::/64"),
        ] {
            assert_eq!(source(address.parse().unwrap()), known, "{address}");
        }
    }

    #[test]
    fn a_caller_reads_which_quota_it_has_used_up() {
        let minute = Minute::of(Timestamp::now());
        let sentence = |quota, limit| QuotaExceeded { quota, limit, minute }.to_string();
        assert_eq!(
            sentence(Quota::Requests, 100),
            "This key has made its 100 requests of this minute. Try again when the next one begins."
        );
        assert!(sentence(Quota::Reseller, 9).starts_with("The keys of this reseller have used up their 9 units"));
    }
}
