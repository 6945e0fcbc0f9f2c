//! A reseller as operators see it.

use serde_json::{Value, json};
use shared::domain::reseller::Reseller;

/// A reseller on record.
pub(crate) fn view(reseller: &Reseller) -> Value {
    json!({
        "reseller_id": reseller.id,
        "name": reseller.name,
        "short_name": reseller.short_name(),
        "account_ids": reseller.account_ids,
        "created_at": reseller.created_at,
        "suspended_at": reseller.suspended_at,
        "platform": reseller.platform,
    })
}
