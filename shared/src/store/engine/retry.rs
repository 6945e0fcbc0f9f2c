//! When to try again, and for how long. The SDK retries single calls; a step that takes a new call (keys left unprocessed, a
//! record that another request changed) uses `Rounds`. Both stop early enough to answer 503 within the request's deadline.

use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};

use super::error::StoreError;

/// How long a whole request may take before it is answered 503: below the function's own 15 seconds.
pub const REQUEST_DEADLINE: Duration = Duration::from_secs(12);

/// How often the SDK tries one call: once, and three times more.
const ATTEMPTS: u32 = 4;

const FIRST_PAUSE: Duration = Duration::from_millis(25);
const LONGEST_PAUSE: Duration = Duration::from_millis(800);

/// How often a step that takes a new call is repeated.
const ROUNDS: u32 = 12;

pub(in crate::store) fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(FIRST_PAUSE).with_max_backoff(LONGEST_PAUSE)
}

pub(in crate::store) fn time_outs() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_secs(2))
        .operation_timeout(Duration::from_secs(8))
        .build()
}

/// The code of a write in a cancelled transaction whose condition did not hold.
pub(super) const CONDITION_FAILED: &str = "ConditionalCheckFailed";

/// The code of a write to a row that another transaction was changing.
const CONFLICT: &str = "TransactionConflict";

/// The codes of a write in a cancelled transaction that say that the table is throttled.
const THROTTLING: [&str; 3] = ["ThrottlingError", "ProvisionedThroughputExceeded", "RequestLimitExceeded"];

/// Why a transaction failed that may succeed a moment later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passing {
    /// Another transaction was changing one of the rows.
    Conflict,
    /// The table, or a partition of it, is throttled.
    Throttling,
    /// The same transaction, whose answer was lost, has not ended yet.
    InProgress,
}

/// Why the transaction failed, if only concurrent work is to blame. If a condition failed too, that is a final answer.
pub(super) fn passing(error: &TransactWriteItemsError) -> Option<Passing> {
    match error {
        TransactWriteItemsError::TransactionCanceledException(cancelled) => {
            let codes: Vec<&str> = cancelled.cancellation_reasons().iter().filter_map(|reason| reason.code()).collect();
            if codes.contains(&CONDITION_FAILED) {
                None
            } else if codes.iter().any(|code| THROTTLING.contains(code)) {
                Some(Passing::Throttling)
            } else {
                codes.contains(&CONFLICT).then_some(Passing::Conflict)
            }
        }
        TransactWriteItemsError::TransactionInProgressException(_) => Some(Passing::InProgress),
        _ => None,
    }
}

/// Whether DynamoDB charges for the transaction that it did not carry out: one that it has looked at and cancelled. It does not say
/// how much.
pub(super) fn is_charged(error: &TransactWriteItemsError) -> bool {
    matches!(error, TransactWriteItemsError::TransactionCanceledException(_)) && passing(error) != Some(Passing::Throttling)
}

/// Makes the SDK retry a transaction whose failure is [`Passing`], which the SDK itself takes as final. It retries with the same
/// `ClientRequestToken`, as after a time-out, so that the transaction is applied at most once.
#[derive(Debug)]
pub(in crate::store) struct RepeatPassing;

impl ClassifyRetry for RepeatPassing {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let is_passing = context
            .output_or_error()
            .and_then(Result::err)
            .and_then(|error| error.as_operation_error())
            .and_then(|error| error.downcast_ref::<TransactWriteItemsError>())
            .is_some_and(|error| passing(error).is_some());
        if is_passing { RetryAction::throttling_error() } else { RetryAction::NoActionIndicated }
    }

    fn name(&self) -> &'static str {
        "repeat passing transaction failures"
    }
}

/// Counts the rounds of one step, with random pauses between them, so that requests that collided do not collide again.
#[derive(Debug, Default)]
pub(in crate::store) struct Rounds(u32);

impl Rounds {
    /// Waits before the next round.
    ///
    /// # Errors
    /// The error that `spent` makes of `why`, when there have been enough rounds.
    pub(in crate::store) async fn pause(&mut self, spent: fn(String) -> StoreError, why: &str) -> Result<(), StoreError> {
        self.0 += 1;
        if self.0 >= ROUNDS {
            return Err(spent(format!("{why}, {ROUNDS} times in a row")));
        }
        let longest = (FIRST_PAUSE * 2_u32.pow(self.0)).min(LONGEST_PAUSE);
        // Without randomness the pause is the longest one: still correct, less well spread.
        let share = getrandom::u32().map_or(1.0, |random| f64::from(random) / f64::from(u32::MAX));
        tokio::time::sleep(longest.mul_f64(share)).await;
        Ok(())
    }
}
