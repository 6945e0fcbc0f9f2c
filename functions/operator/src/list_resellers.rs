//! `operator-list-resellers`: the resellers of the platform, by page.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use shared::domain::reseller::ResellerId;
use shared::store::{Operator, Table};

use crate::payload::read;
use crate::{Error, reseller_view};

const DEFAULT_LIMIT: u16 = 100;
const MAXIMUM_LIMIT: u16 = 1000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    limit: Option<u16>,
    after: Option<u64>,
}

/// `{}` returns the first hundred resellers in the order of their ids, `{"limit": 1000, "after": 17}` up to a thousand after the
/// reseller 17. If there are more, `next_after` is the `after` of the next page.
///
/// # Errors
/// A wrong payload, or a store that fails.
pub async fn list_resellers(table: &Table<Operator>, sent: &RawValue) -> Result<Value, Error> {
    let Payload { limit, after } = read(sent)?;
    let limit = limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAXIMUM_LIMIT).contains(&limit) {
        return Err(Error::Invalid(format!("limit must be from 1 to {MAXIMUM_LIMIT}.")));
    }
    let after = match after {
        None | Some(0) => None,
        Some(after) => {
            Some(ResellerId::new(after).ok_or_else(|| Error::Invalid("after must be the id of a reseller.".to_owned()))?)
        }
    };
    let page = table.reseller_list(after, limit).await?;
    let resellers: Vec<Value> = page.resellers.iter().map(reseller_view::view).collect();
    let mut answer = json!({"count": resellers.len(), "resellers": resellers});
    if let (Some(next), Some(answer)) = (page.next_after, answer.as_object_mut()) {
        answer.insert("next_after".to_owned(), json!(next));
    }
    Ok(answer)
}
