//! What one request costs.

use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_dynamodb::types::ConsumedCapacity;

/// What one request has cost so far.
#[derive(Debug, Default)]
pub struct Meter {
    calls: AtomicU64,
    half_units: AtomicU64,
}

impl Meter {
    /// How many calls to DynamoDB were made, without the SDK's own retries.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// How many capacity units these calls consumed according to DynamoDB, reads and writes together.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "no request consumes 2^53 half units")]
    pub fn capacity_units(&self) -> f64 {
        self.half_units.load(Ordering::Relaxed) as f64 / 2.0
    }

    /// Adds a call, and returns the units that it consumed, rounded up.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "capacity comes in halves and is never negative; anything else is cut"
    )]
    pub(in crate::store) fn add<'a>(&self, consumed: impl IntoIterator<Item = &'a ConsumedCapacity>) -> u64 {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let units: f64 = consumed.into_iter().filter_map(ConsumedCapacity::capacity_units).sum();
        let half_units = (units * 2.0) as u64;
        self.half_units.fetch_add(half_units, Ordering::Relaxed);
        half_units.div_ceil(2)
    }
}
