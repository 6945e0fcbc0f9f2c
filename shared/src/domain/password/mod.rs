//! The passwords of people: which ones may be set, and in which form they are on record.

mod hash;
mod rules;

pub use hash::{MalformedHash, Parameters, PasswordHash, verify_nobody};
pub use rules::{Broken, LEAST_CHARACTERS, MOST_CHARACTERS, Password, PresentedPassword};
