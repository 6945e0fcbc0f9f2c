//! The row of a bucket of tries.

use serde::{Deserialize, Serialize};

use crate::domain::timestamp::Timestamp;
use crate::domain::waits::Tried;
use crate::store::engine::expressions::{Expressions, IS_NEW};

/// How many seconds a row stays after its tries are forgiven. Clocks differ, and a try may still be given back.
const KEPT: i64 = 3_600;

/// The tries in a bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TriesRow {
    /// In milliseconds since 1970, as [`Tried`] says.
    pub(super) forgiven_at: i64,
    pub(super) free_at: i64,
    /// Until when the source is known at this address, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) known_until: Option<i64>,
    /// In seconds since 1970: DynamoDB deletes the row some time after that.
    expires_at: i64,
}

impl TriesRow {
    pub(super) fn new(Tried { forgiven_at, free_at }: Tried, known_until: Option<i64>) -> Self {
        let last = forgiven_at.max(free_at).max(known_until.unwrap_or_default());
        Self { forgiven_at, free_at, known_until, expires_at: last / 1_000 + KEPT }
    }

    pub(super) fn tried(self) -> Tried {
        Tried { forgiven_at: self.forgiven_at, free_at: self.free_at }
    }

    pub(super) fn is_known(self, now: Timestamp) -> bool {
        self.known_until.is_some_and(|until| now.milliseconds() < until)
    }
}

/// The condition that nobody has tried since a row was read.
pub(super) fn is_unchanged(read: Option<TriesRow>) -> Expressions {
    match read {
        None => Expressions::when(IS_NEW),
        Some(row) => Expressions::when("forgiven_at = :forgiven_at AND free_at = :free_at")
            .number(":forgiven_at", row.forgiven_at)
            .number(":free_at", row.free_at),
    }
}
