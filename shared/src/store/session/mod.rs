//! Sessions of people: how they begin, how they are seen, and how they end.

mod end;
mod forgotten;
mod list;
mod login;
mod look;
mod mail;
mod password;
mod row;
mod seen;

pub use list::ListedSession;
pub use login::{Attempt, FoundPerson, LoggedIn, LoginError};
pub use password::ChangePasswordError;
