//! The routes of the workspace. `cargo dev` reads and matches them with the same code.

pub use dev::routes::{Matched, Route, find};
pub use dev::workspace::root as workspace;

/// All routes.
pub fn table() -> Vec<Route> {
    dev::routes::read().unwrap()
}
