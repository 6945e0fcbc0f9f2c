//! Mails that wait to be sent: rows, of which the transaction of a change writes one for each mail that the change causes. So nothing
//! is sent for what was not written, and what was written is sent, however late.
//!
//! A change posts a mail with `mail::post(transaction, &self.store, &posted)` in the file of its transaction. That is all it needs to
//! know: where the deployment sends no mail, `post` adds nothing.

mod alone;
mod post;
pub(in crate::store) mod row;
mod send;

pub(in crate::store) use post::post;
pub use send::{MailRound, Sending};
