//! The one DynamoDB table. Rows are written and read only here.
//!
//! A function holds a [`Table`] of what it may do: [`Read`], [`Write`], [`Login`] or [`Operator`]. A caller's request starts with a
//! [`PresentedToken`](crate::domain::token::PresentedToken). A token that this deployment did not issue is refused without a
//! call. An issued token permits one bounded read, and what was read stays [`Sealed`] until the credential, which was read with
//! it, admits the caller. Everything else takes the verified [`Caller`] that comes out of the seal. The one exception is the
//! check of a licence, because a licence key is the only credential that it needs.
//!
//! `engine` speaks DynamoDB and knows no entity, `keys` is the on-disk format, `access` decides who may do what, and each entity
//! has a folder with its rows, its reads and its transactions.

mod access;
pub mod activity;
pub mod api_key;
mod belonging_code;
pub mod brand;
mod credential;
pub mod customer;
pub mod customer_token;
pub mod dashboard;
mod engine;
mod keys;
pub mod licence;
pub mod mail;
pub mod payment_option;
pub mod plan;
pub mod replay;
pub mod reseller;
mod root;
pub mod secret;
pub mod session;
pub mod subscription;
pub mod transcription;
pub mod tries;
pub mod usage;
pub mod user;

pub use access::caller::Caller;
pub use access::holder::SignedIn;
pub use access::policy::Policy;
pub use access::sealed::{Content, Sealed};
pub use access::table::{Access, AuthenticationError, Login, Operator, Read, Routed, Table, Write};
pub use engine::error::StoreError;
pub use engine::meter::Meter;
pub use engine::retry::REQUEST_DEADLINE;
pub use keys::{Coded, Reserved};
pub use root::Store;
