//! `operator-issue-key`: makes a key for a reseller or for one of its customers.

use serde::Deserialize;
use serde_json::Value;
use shared::credentials::{Kind, Permission, Subject};
use shared::customer::CustomerId;
use shared::reseller::ResellerId;
use shared::table::{NewKey, Operator, Table};
use shared::timestamp::Timestamp;

use crate::{Error, key_view, no_such_reseller, payload, required_text};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    reseller_id: u64,
    kind: Kind,
    permissions: Vec<Permission>,
    label: String,
    valid_until: Option<Timestamp>,
    customer_id: Option<u64>,
}

/// `{"reseller_id": 1, "kind": "reseller", "permissions": ["read", "write"], "label": "…"}` gives the key and, this once, its
/// token. `"valid_until": "2027-01-01T00:00:00Z"` ends it by itself. The kind `customer` needs a `customer_id`,
/// the kind `licensing` is for the licensing API.
///
/// # Errors
/// A wrong payload, an end in the past, a reseller or customer that does not exist, or a store that fails.
pub async fn issue_key(table: &Table<Operator>, sent: Value) -> Result<Value, Error> {
    let sent: Payload = payload(sent)?;
    let invalid = |message: &str| Err(Error::Invalid(message.to_owned()));
    let mut permissions = sent.permissions;
    permissions.sort_unstable();
    permissions.dedup();
    if permissions.is_empty() {
        return invalid("permissions must name at least one of read and write.");
    }
    if sent.valid_until.is_some_and(|end| end <= Timestamp::now()) {
        return invalid("valid_until must be in the future.");
    }
    let label = required_text("label", &sent.label)?;
    let nobody = || match sent.customer_id {
        Some(customer) => Error::NotFound(format!("Reseller {} has no customer {customer}.", sent.reseller_id)),
        None => no_such_reseller(sent.reseller_id),
    };
    let reseller = ResellerId::new(sent.reseller_id).ok_or_else(nobody)?;
    let subject = match (sent.kind, sent.customer_id) {
        (Kind::Customer, Some(id)) => Subject::Customer(CustomerId::new(id).ok_or_else(nobody)?),
        (Kind::Customer, None) => return invalid("customer_id is required for a key of the kind customer."),
        (_, Some(_)) => return invalid("customer_id is only for keys of the kind customer."),
        (Kind::Reseller, None) => Subject::Reseller,
        (Kind::Licensing, None) => Subject::Licensing,
    };
    let new = NewKey { reseller, subject, permissions, label, valid_until: sent.valid_until };
    let key = table.issue_key(new).await?.ok_or_else(nobody)?;
    Ok(key_view::issued(&key))
}
