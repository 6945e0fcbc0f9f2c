//! `operator-erase-deleted`: erases what deleted customers left.

use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use shared::store::{Operator, Table};
use tokio::time::Instant;

use crate::Error;
use crate::payload::read;

/// How long an invocation goes on. It must have answered before the deadline of a request.
const LONGEST: Duration = Duration::from_secs(8);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {}

/// `{}` erases the tokens of customers that were deleted, with their names, and their transcriptions: of as many customers as there is time for in 8 seconds.
/// `erased` says of how many customers nothing is left; where `has_more` is true, another invocation goes on. The deployment invokes it
/// once a day.
///
/// # Errors
/// A wrong payload, or a store that fails; then some is erased, and another invocation goes on.
pub async fn erase_deleted(table: &Table<Operator>, sent: &RawValue) -> Result<Value, Error> {
    let Payload {} = read(sent)?;
    let erased = table.customer_erase_deleted(Instant::now() + LONGEST).await?;
    Ok(json!({"erased": erased.customers, "has_more": erased.has_more}))
}
