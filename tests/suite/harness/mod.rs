//! What tests are built from: a product with its database, resellers, requests and answers.

mod answer;
mod app;
mod events;
mod log;
mod recorder;
pub mod records;
pub mod routes;
mod wire;

pub use answer::Answer;
pub use app::{App, Keys, RequestBuilder, Tenant};
pub use events::{Event, encoded};
pub use wire::{Call, Effect, Wire};
