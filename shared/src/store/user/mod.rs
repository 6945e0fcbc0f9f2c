//! Users: the people of a reseller and of its customers. Who they are, and the links with which they set a password.

pub(in crate::store) mod change;
mod create;
mod erase;
mod invite;
mod provision;
mod read;
mod update;

pub(in crate::store) use change::Person;
pub use create::CreateUserError;
pub use invite::Invited;
pub use provision::ProvisionUserError;
pub use read::OfOrganization;
pub use update::ChangeUserError;
