//! A key as operators see it.

use serde_json::{Value, json};
use shared::domain::credential::Credential;
use shared::domain::token::KeyId;
use shared::store::api_key::IssuedKey;

/// A key on record. Only the owner has its token.
pub(crate) fn on_record(key_id: &KeyId, credential: &Credential) -> Value {
    json!({
        "key_id": key_id.as_str(),
        "kind": credential.kind,
        "permissions": credential.permissions,
        "accounts": credential.accounts,
        "label": credential.label,
        "last_four": credential.last_four,
        "customer_id": credential.customer,
        "created_at": credential.created_at,
        "valid_until": credential.valid_until,
        "units_per_minute": credential.quota.units,
        "requests_per_minute": credential.quota.requests,
        "revoked_at": credential.revoked_at,
    })
}

/// A key that was just issued, with its token; for a service user, with its name and its password.
pub(crate) fn issued(key: &IssuedKey) -> Value {
    let mut view = on_record(&key.token.hash().key_id(), &key.credential);
    let secrets = match key.token.user_and_password() {
        Some((user, password)) => {
            json!({"user": user, "password": password, "note": "This is the only time that the password is shown."})
        }
        None => json!({"token": key.token.reveal(), "note": "This is the only time that the token is shown."}),
    };
    if let (Some(view), Value::Object(secrets)) = (view.as_object_mut(), secrets) {
        view.extend(secrets);
    }
    view
}
