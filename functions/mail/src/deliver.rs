//! One round of sending, whatever the post.

use shared::domain::validation::Text;
use shared::store::mail::{MailRound, Sending};
use shared::store::{Operator, StoreError, Table};
use tokio::time::Instant;

use crate::letter::Letter;

/// Gives each mail that is due to `post`, as a letter from this sender, until `deadline` is over or none is left.
///
/// # Errors
/// When the store fails; then some are sent.
pub async fn deliver(
    table: &Table<Operator>,
    sender: &Text,
    deadline: Instant,
    post: impl AsyncFn(&Letter<'_>) -> Sending,
) -> Result<MailRound, StoreError> {
    table
        .mail_send_due(deadline, async |id, mail| match Letter::write(id, mail, sender) {
            Ok(letter) => post(&letter).await,
            Err(unmailable) => Sending::GivenUp(unmailable.to_string()),
        })
        .await
}
