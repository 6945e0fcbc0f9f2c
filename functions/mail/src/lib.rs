//! Sends the mails that wait in the table: through Amazon SES, or into a folder of `.eml` files. The function has no route: the
//! deployment invokes it when a mail is posted, and now and then.

mod deliver;
mod error;
pub mod folder;
mod letter;
mod send_due;
mod ses;

pub use deliver::deliver;
pub use error::Error;
pub use letter::{Letter, Unmailable};
pub use send_due::send_due;
pub use ses::Ses;

shared::operator_functions!(send_due);
