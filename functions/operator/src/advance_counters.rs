//! `operator-advance-counters`: moves the counters of ids far ahead, after a restore.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use shared::store::{Operator, Table};

use crate::Error;
use crate::payload::read;

/// How far the counters move at most, so that a typing error does not use up the numbers.
const MAXIMUM: u64 = 1_000_000_000;

/// How far the counter of resellers moves at most: their numbers have only 24 bits.
const MAXIMUM_OF_RESELLERS: u64 = 1_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    by: u64,
    resellers_by: Option<u64>,
}

/// `{"by": 100000}` moves all counters ahead by this many numbers, and that of resellers by as many or by `"resellers_by"`. It returns
/// the last numbers, which are not given to anything. Take more than can have been given since the moment to which the table was
/// restored: their numbers must not be given again.
///
/// Another invocation moves them further, which does no harm.
///
/// # Errors
/// A wrong payload, a number that is too large, or a store that fails; then some counters may have moved.
pub async fn advance_counters(table: &Table<Operator>, sent: &RawValue) -> Result<Value, Error> {
    let Payload { by, resellers_by } = read(sent)?;
    if !(1..=MAXIMUM).contains(&by) {
        return Err(Error::Invalid(format!("by must be from 1 to {MAXIMUM}.")));
    }
    let resellers_by = resellers_by.unwrap_or_else(|| by.min(MAXIMUM_OF_RESELLERS));
    if resellers_by > MAXIMUM_OF_RESELLERS {
        return Err(Error::Invalid(format!("resellers_by must be from 0 to {MAXIMUM_OF_RESELLERS}.")));
    }
    let last = table.counters_advance(by, resellers_by).await?;
    Ok(json!({
        "last_customer_id": last.customer,
        "last_reseller_id": last.reseller,
        "last_account_id": last.account,
        "last_subscription_id": last.subscription,
        "last_payment_option_id": last.payment_option,
        "last_user_id": last.user,
    }))
}
