//! What tests are built from: a product with its database, resellers, requests and answers.

mod answer;
mod app;
mod belongings;
mod clients;
pub mod documents;
mod events;
mod firm;
mod licensing;
mod log;
mod management;
mod office;
pub mod pages;
mod people;
pub mod portal;
mod recorder;
pub mod records;
pub mod routes;
pub mod running;
mod ses;
mod transcriptions;
mod usage;
mod wire;

use serde_json::Value;

pub use answer::Answer;
pub use app::{App, Keys, ORIGIN, RequestBuilder, Tenant};
pub use clients::{ApiCall, Clients};
pub use events::{Event, encoded};
pub use firm::Firm;
pub use licensing::{Api, Licences, LicensingClient, verdict};
pub use management::{CUSTOMERS, ManagementClient};
pub use office::Office;
pub use people::People;
pub use ses::FakeSes;
pub use wire::{Call, Effect, Wire};

/// This object, with these members added or replaced.
pub fn json_with(mut object: Value, members: &Value) -> Value {
    object.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    object
}
