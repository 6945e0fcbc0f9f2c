//! The routes of the workspace. `cargo dev` reads and matches them with the same code.

pub use dev::routes::{Matched, Route, find};
pub use dev::workspace::root as workspace;

/// All routes.
pub fn table() -> Vec<Route> {
    dev::routes::read().unwrap()
}

/// Whether a function has no route, and is invoked: by operators, or by the deployment itself.
pub fn is_without_route(function: &str) -> bool {
    function.starts_with("operator-") || function.starts_with("mail-")
}
