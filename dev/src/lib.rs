//! What `cargo dev` knows of the workspace, for the tests as well: where it is and which routes it has.

pub mod routes;
pub mod workspace;
