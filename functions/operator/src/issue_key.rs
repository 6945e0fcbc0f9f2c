//! `operator-issue-key`: makes a key for a reseller, for one of its customers or for one of its programs.

use serde::Deserialize;
use serde_json::Value;
use shared::credentials::{Kind, Permission, Subject, UserLabel};
use shared::customer::CustomerId;
use shared::reseller::{AccountId, ResellerId};
use shared::table::{IssueKeyError, NewKey, Operator, Table};
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
    accounts: Option<Vec<AccountId>>,
}

/// `{"reseller_id": 1, "kind": "reseller", "permissions": ["read", "write"], "label": "…"}` gives the key and, this once, its
/// token. `"valid_until": "2027-01-01T00:00:00Z"` ends it by itself. The kind `customer` needs a `customer_id`, the kind
/// `licensing` is for the licensing API. The kind `service_user` is for the Management API: it gives a user, which ends in the
/// label, and a password; `"accounts": [1001]` limits it to these accounts, which may be none.
///
/// # Errors
/// A wrong payload, an end in the past, a reseller, customer or account that does not exist, or a store that fails.
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
    if sent.accounts.is_some() && sent.kind != Kind::ServiceUser {
        return invalid("accounts is only for keys of the kind service_user.");
    }
    let label = required_text("label", &sent.label)?;
    let no_such_customer = || {
        let customer = sent.customer_id.unwrap_or_default();
        Error::NotFound(format!("Reseller {} has no customer {customer}.", sent.reseller_id))
    };
    let subject = match (sent.kind, sent.customer_id) {
        (Kind::Customer, Some(id)) => Subject::Customer(CustomerId::new(id).ok_or_else(no_such_customer)?),
        (Kind::Customer, None) => return invalid("customer_id is required for a key of the kind customer."),
        (_, Some(_)) => return invalid("customer_id is only for keys of the kind customer."),
        (Kind::Reseller, None) => Subject::Reseller,
        (Kind::Licensing, None) => Subject::Licensing,
        (Kind::ServiceUser, None) => match UserLabel::parse(label.as_str()) {
            Some(label) => Subject::ServiceUser(label),
            None => {
                return invalid(
                    "label must have 1 to 60 letters, digits, dots, hyphens or underscores: it ends the user's name.",
                );
            }
        },
    };
    let reseller = ResellerId::new(sent.reseller_id).ok_or_else(|| no_such_reseller(sent.reseller_id))?;
    let accounts = sent.accounts.map(|mut accounts| {
        accounts.sort_unstable_by_key(|account| account.0);
        accounts.dedup();
        accounts
    });
    let new = NewKey { reseller, subject, permissions, accounts, label, valid_until: sent.valid_until };
    let key = table.issue_key(new).await.map_err(|error| match error {
        IssueKeyError::Store(error) => error.into(),
        IssueKeyError::NoSuchReseller => no_such_reseller(sent.reseller_id),
        IssueKeyError::NoSuchCustomer => no_such_customer(),
        IssueKeyError::NoSuchAccount(account) => {
            Error::NotFound(format!("Reseller {} has no account {}.", sent.reseller_id, account.0))
        }
    })?;
    Ok(key_view::issued(&key))
}
