//! `operator-issue-key`: issues a key for a reseller, for one of its customers or for one of its programs.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use shared::domain::credential::{Kind, Permission, Subject, UserLabel};
use shared::domain::customer::CustomerId;
use shared::domain::customer_token::MOST_TOKENS;
use shared::domain::reseller::AccountId;
use shared::domain::timestamp::Timestamp;
use shared::store::api_key::{IssueKeyError, NewKey};
use shared::store::{Operator, Table};

use crate::payload::{in_the_future, no_such_reseller, quota, read, required_text, reseller};
use crate::{Error, key_view};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    reseller_id: u64,
    kind: Kind,
    permissions: Vec<Permission>,
    label: String,
    valid_until: Option<Timestamp>,
    units_per_minute: Option<u64>,
    requests_per_minute: Option<u64>,
    customer_id: Option<u64>,
    accounts: Option<Vec<AccountId>>,
}

/// `{"reseller_id": 1, "kind": "reseller", "permissions": ["read", "write"], "label": "…"}` returns the key and, only now, its
/// token. `"valid_until": "2027-01-01T00:00:00Z"` ends the key at that moment. The kind `customer` needs a `customer_id`; the
/// kind `licensing` is for the licensing API. A customer's key is one of its tokens, called by the label. The kind `service_user` is for the Management API: it returns a user, which ends in
/// the label, and a password. `"accounts": [1001]` limits it to these accounts; the list may be empty. `"units_per_minute": 1000`
/// and `"requests_per_minute": 100` are quotas of its own.
///
/// # Errors
/// A wrong payload, an end in the past, a reseller, customer or account that does not exist, or a store that fails.
pub async fn issue_key(table: &Table<Operator>, sent: &RawValue) -> Result<Value, Error> {
    let sent: Payload = read(sent)?;
    let invalid = |message: &str| Err(Error::Invalid(message.to_owned()));
    let mut permissions = sent.permissions;
    permissions.sort_unstable();
    permissions.dedup();
    if permissions.is_empty() {
        return invalid("permissions must name at least one of read and write.");
    }
    let valid_until = in_the_future("valid_until", sent.valid_until)?;
    let quota = quota(sent.units_per_minute, sent.requests_per_minute)?;
    if sent.accounts.is_some() && sent.kind != Kind::ServiceUser {
        return invalid("accounts is only for keys of the kind service_user.");
    }
    let label = required_text("label", &sent.label)?;
    let no_such_customer = |id: u64| Error::NotFound(format!("Reseller {} has no customer {id}.", sent.reseller_id));
    let subject = match (sent.kind, sent.customer_id) {
        (Kind::Customer, Some(id)) => Subject::Customer(CustomerId::new(id).ok_or_else(|| no_such_customer(id))?),
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
    let reseller = reseller(sent.reseller_id)?;
    let customer = subject.customer();
    let accounts = sent.accounts.map(|mut accounts| {
        accounts.sort_unstable_by_key(|account| account.0);
        accounts.dedup();
        accounts
    });
    let new = NewKey { reseller, subject, permissions, accounts, label, valid_until, quota };
    let key = table.api_key_issue(new).await.map_err(|error| match error {
        IssueKeyError::Store(error) => error.into(),
        IssueKeyError::NoSuchReseller => no_such_reseller(sent.reseller_id),
        IssueKeyError::NoSuchCustomer(id) => no_such_customer(id.number()),
        IssueKeyError::NoRoom(id) => {
            Error::Conflict(format!("Customer {} has {MOST_TOKENS} tokens, which is the most: revoke one first.", id.number()))
        }
        IssueKeyError::NoSuchAccount(account) => {
            Error::NotFound(format!("Reseller {} has no account {}.", sent.reseller_id, account.0))
        }
    })?;
    let span = tracing::Span::current();
    span.record("key", key.token.hash().key_id().as_str());
    if let Some(customer) = customer {
        span.record("customer", customer.number());
    }
    Ok(key_view::issued(&key))
}
