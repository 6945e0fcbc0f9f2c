//! What every function shares: the models and their validation, API keys, the DynamoDB table and the Lambda bootstrap.
//!
//! Nothing here knows the wire format of an API: no field names of its bodies, no error codes, no texts.

pub mod bootstrap;
pub mod configuration;
pub mod credentials;
pub mod cursor;
pub mod customer;
pub mod faults;
pub mod form;
pub mod http;
pub mod json;
pub mod licence;
pub mod normalization;
pub mod reseller;
pub mod table;
pub mod timestamp;
pub mod validation;
