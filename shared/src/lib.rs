//! What every function shares, on three floors. Each floor knows those below it and never one above:
//!
//! - `lambda`: the bootstrap of a function, requests and answers, forms, JSON, cursors.
//! - `store`: the DynamoDB table, and what each caller may do with it.
//! - `domain`: models and values.
//!
//! Nothing here knows the wire format of an API: no field names of its bodies, no error codes, no texts.

pub mod domain;
pub mod lambda;
pub mod store;
