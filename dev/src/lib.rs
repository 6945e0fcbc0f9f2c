//! What `cargo dev` and the tests both know of the workspace: where it is, and which routes it has.

pub mod routes;
pub mod workspace;
