//! The whole product with a real DynamoDB engine, as a black box: requests are the gateway's events, and answers are checked as
//! clients see them.
//!
//! Each test has a database of its own: the embedded engine, or a new table at the endpoint that the environment variable
//! `CLIENTELE_TEST_ENDPOINT` names.
#![expect(unreachable_pub, reason = "`pub` marks what tests may use of the harness")]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may fail by panicking"
)]

mod activity;
mod belongings;
mod bounded;
mod branding;
mod concurrency;
mod costs;
mod csv;
mod cursor_walk;
mod dashboard;
mod documentation;
mod examples;
mod faults;
mod forgotten;
mod harness;
mod hostile;
mod invited_by_operators;
mod invoked;
mod isolation;
mod killed;
mod laws;
mod layout;
mod licences;
mod licensing_api;
mod list;
mod list_costs;
mod list_order;
mod log;
mod mails;
mod management_api;
mod management_find;
mod management_formats;
mod management_subscriptions;
mod openapi;
mod operators;
mod organizations;
mod page;
mod payment_options;
mod permissions;
mod portal_activity;
mod portal_brand;
mod portal_dashboard;
mod portal_export;
mod portal_login;
mod portal_organizations;
mod portal_profile;
mod portal_round_trips;
mod portal_routes;
mod portal_subscriptions;
mod portal_transcriptions;
mod portal_usage;
mod portal_users;
mod quotas;
mod refusals;
mod repeats;
mod reservations;
mod revisions;
mod roles;
mod round_trips;
mod scale;
mod sealed;
mod search;
mod served;
mod served_portal;
mod sessions;
mod short_names;
mod subscriptions;
mod tokens;
mod transcriptions;
mod tries;
mod usage;
mod usage_reports;
mod usage_scale;
mod users;
mod users_at_once;
