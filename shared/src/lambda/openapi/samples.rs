//! The records and requests that the examples of the documents are made of.
#![expect(clippy::unwrap_used, reason = "no function contains this: a document that can't be written fails a test")]

use serde_json::json;

use crate::domain::customer::Customer;
use crate::domain::customer_token::CustomerToken;
use crate::domain::licence::Licence;
use crate::domain::payment_option::PaymentOption;
use crate::domain::subscription::Subscription;
use crate::domain::transcription::Transcription;
use crate::domain::user::User;
use crate::lambda::request::Request;
use crate::store::activity::ActivityEntry;

/// A customer with all fields.
#[must_use]
pub fn customer() -> Customer {
    let record = json!({
        "id": 3,
        "account_id": 1001,
        "code": "A-17",
        "organization": "Acme Corp",
        "first_name": "Ann",
        "last_name": "Rivers",
        "email": "office@acme.example",
        "phone": "+31 012 345678",
        "street": "Keizersgracht 1",
        "city": "Amsterdam",
        "state": "NH",
        "zip_code": "1015 CC",
        "country_code": "NL",
        "is_active": true,
        "created_at": "2026-11-22T10:31:46.960Z",
        "modified_at": "2026-11-22T10:31:46.960Z",
        "revision": 1,
        "holds_email": false,
    });
    serde_json::from_value(record).unwrap()
}

/// A token of that customer.
#[must_use]
pub fn customer_token() -> CustomerToken {
    let record = json!({
        "hash": "8e2f74b93910a2090f3c6d6c1d1a8a43d6f6a7f1c3f5b9e27a4c0d9b8e7f6a5b",
        "name": "Call centre",
        "token_type": "batch",
        "last_four": "dF6h",
        "created_at": "2026-11-22T10:32:20.015Z",
        "valid_until": "2028-11-22T10:32:20.015Z",
    });
    serde_json::from_value(record).unwrap()
}

/// A subscription of that customer.
#[must_use]
pub fn subscription() -> Subscription {
    let record = json!({
        "id": 8,
        "terms": {
            "sku": "voice-100",
            "description": "100 hours of speech a month",
            "billing_channel": "Scriptix",
            "payment_model": "bundle",
            "billing_cycle": "month",
            "price": "49.00",
            "included_units": 360_000,
            "unit_price": "0.6",
            "unit_size": 3600,
            "currency": "EUR",
        },
        "start": "2026-01-31",
        "end": null,
        "auto_renew": true,
        "code": null,
        "created_at": "2026-11-22T10:34:10.500Z",
        "modified_at": "2026-11-22T10:34:10.500Z",
        "revision": 1,
    });
    serde_json::from_value(record).unwrap()
}

/// A completed transcription of that customer.
#[must_use]
pub fn transcription() -> Transcription {
    let hash = crate::domain::hash::sha256_hex("a token");
    let record = json!({
        "id": 115_171_656_705_712_u64,
        "name": "Board meeting",
        "language": "nl-nl",
        "token": {"id": "8e2f74b93910", "name": "Call centre", "token_type": "batch"},
        "status": "completed",
        "duration_seconds": 3600,
        "completed_at": "2026-11-22T10:52:41.300Z",
        "registered_by": {"key": ["customer", hash]},
        "modified_at": "2026-11-22T10:52:41.300Z",
        "modified_by": {"key": ["customer", hash]},
        "revision": 3,
    });
    serde_json::from_value(record).unwrap()
}

/// One of that customer's people.
#[must_use]
pub fn user() -> User {
    let record = json!({
        "id": 12,
        "customer": 3,
        "email": "ann@acme.example",
        "first_name": "Ann",
        "last_name": "Rivers",
        "role": "RESELLEE",
        "is_active": true,
        "password": null,
        "epoch": 1,
        "link": null,
        "registered_at": "2026-11-22T10:36:05.210Z",
        "modified_at": "2026-11-22T10:36:05.210Z",
        "last_login": null,
        "revision": 1,
    });
    serde_json::from_value(record).unwrap()
}

/// A payment option of that customer.
#[must_use]
pub fn payment_option() -> PaymentOption {
    let record = json!({
        "id": 5,
        "code": null,
        "payment_type": "card",
        "holder_name": "Ann Rivers",
        "brand": "Visa",
        "last_four": "4242",
        "expires": "2029-12",
        "token": "tok_1MqLiJLkdIwHu7ix",
        "created_at": "2026-11-22T10:35:47.120Z",
        "revision": 1,
    });
    serde_json::from_value(record).unwrap()
}

/// An active licence of that customer.
#[must_use]
pub fn licence() -> Licence {
    let record = json!({
        "id": 3_000_001,
        "product": "Example Script",
        "host": "server.example.com",
        "key": "lk_000010000000Cdzx3K9mP2vQ8rT5wY1zB4nF7g",
        "issued_at": "2026-11-22T10:33:12.480Z",
        "revoked_at": null,
    });
    serde_json::from_value(record).unwrap()
}

/// The same licence after it was revoked.
#[must_use]
pub fn revoked_licence() -> Licence {
    Licence { revoked_at: Some("2026-11-22T10:33:20.115Z".parse().unwrap()), ..licence() }
}

/// An entry of the activity: a change of that customer.
#[must_use]
pub fn activity_entry() -> ActivityEntry {
    let hash = crate::domain::hash::sha256_hex("a token");
    let record = json!({
        "id": "019aaa53c16895e2c1f0a7b34d6e",
        "time": "2026-11-22T10:34:02.917Z",
        "actor": {"key": ["reseller", hash]},
        "action": "customer.updated",
        "customer": 3,
        "object": {"kind": "customer", "id": 3},
        "fields": ["organization", "email"],
    });
    ActivityEntry {
        entry: serde_json::from_value(record).unwrap(),
        label: serde_json::from_value(json!("order system")).unwrap(),
    }
}

/// A request to this path of a client that accepts this media type.
#[must_use]
pub fn request(path: &str, accept: &str) -> Request {
    let headers = json!({"host": "api.example.com", "x-forwarded-proto": "https", "accept": accept});
    serde_json::from_value(json!({"rawPath": path, "headers": headers})).unwrap()
}
