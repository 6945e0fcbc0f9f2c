//! The plans of the platform, which all resellers sell. Only operators change them.
//!
//! What was sold keeps the terms that it was sold with. A plan that is retired is sold no more, and stays on record.

mod change;
mod read;

pub use change::{DefinePlanError, MOST_PLANS};
pub use read::Plans;
