//! Sending the mails that are due: each is claimed, sent, and removed.
//!
//! A sender that is cut off leaves its claim behind, which ends by itself. So a mail is sent at least once. It is sent twice only if a
//! sender is cut off between the sending and the removal.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use tokio::time::Instant;

use crate::domain::mail::{Mail, MailId, Posted};
use crate::domain::timestamp::Timestamp;
use crate::store::access::table::{Operator, Table};
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::Expressions;
use crate::store::engine::transaction::Transaction;
use crate::store::keys;

use super::row::MailRow;

/// How many mails are read at a time.
const AT_A_TIME: i32 = 25;

/// How long a claim holds: longer than a function may run, so that no sender lives longer than its claim.
const CLAIM: Duration = Duration::from_secs(60);

/// How long a mail is put off after its first attempt. Each time it is twice as long, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_secs(60);

const LONGEST_PAUSE: Duration = Duration::from_secs(60 * 60);

/// What became of a mail that was to be sent. The reasons are for the log, and name nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sending {
    /// It is on its way.
    Sent,
    /// It could not be sent now.
    PutOff(String),
    /// It can't be sent at all.
    GivenUp(String),
}

/// What one round of sending did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MailRound {
    /// How many mails were sent.
    pub sent: u64,
    /// How many could not be sent, and will be tried again.
    pub put_off: u64,
    /// How many were removed without being sent.
    pub given_up: u64,
    /// Whether the time was over before all were tried.
    pub has_more: bool,
}

impl Table<Operator> {
    /// Has `send` send each mail that is due, the oldest first, until `deadline` is over or none is left.
    ///
    /// Repeatable, also at the same time: while a sender has a mail, no other sender takes it.
    ///
    /// One call for each 25 mails, one for the secret if a mail is due, and two for each mail that is sent.
    ///
    /// # Errors
    /// When the store fails; then some are sent, and the one that was being sent may be sent again.
    pub async fn mail_send_due(
        &self,
        deadline: Instant,
        send: impl AsyncFn(&MailId, &Mail) -> Sending,
    ) -> Result<MailRound, StoreError> {
        let connection = &self.store.connection;
        let mut round = MailRound::default();
        let mut secret = None;
        let mut start = None;
        loop {
            let page = connection
                .query::<MailRow>(|query| {
                    query
                        .key_condition_expression("PK = :partition")
                        .expression_attribute_values(":partition", AttributeValue::S(keys::MAIL.to_owned()))
                        .limit(AT_A_TIME)
                        .set_exclusive_start_key(start.take())
                })
                .await?;
            for waiting in page.records {
                let now = Timestamp::now();
                let is_over = waiting.is_over(now);
                if !is_over && waiting.due_at > now.milliseconds() {
                    continue;
                }
                if Instant::now() >= deadline {
                    return Ok(MailRound { has_more: true, ..round });
                }
                if is_over {
                    self.mail_give_up(&waiting, "its time was over").await?;
                    round.given_up += 1;
                    continue;
                }
                let Some(claimed) = self.mail_move(&waiting, CLAIM, 1).await? else {
                    continue;
                };
                if secret.is_none() {
                    secret = connection.secret().await?;
                }
                let sending = match secret.as_ref().and_then(|secret| Some((claimed.open(secret)?, secret))) {
                    Some((Posted::Mail(mail), _)) => send(&claimed.id, &mail).await,
                    Some((Posted::Forgotten(forgotten), secret)) => {
                        match self.mail_of_forgotten(&claimed, &forgotten, secret).await {
                            Ok(Some(mail)) => send(&claimed.id, &mail).await,
                            Ok(None) => {
                                self.mail_remove(&claimed.id).await?;
                                continue;
                            }
                            Err(StoreError::Contended(reason)) => Sending::PutOff(reason),
                            Err(error) => return Err(error),
                        }
                    }
                    None => Sending::GivenUp("the version of the secret that sealed it was dropped".to_owned()),
                };
                match sending {
                    Sending::Sent => {
                        self.mail_remove(&claimed.id).await?;
                        round.sent += 1;
                    }
                    Sending::PutOff(reason) => {
                        tracing::warn!(mail = claimed.id.as_str(), reason, "a mail was put off");
                        self.mail_move(&claimed, pause(claimed.attempts), 0).await?;
                        round.put_off += 1;
                    }
                    Sending::GivenUp(reason) => {
                        self.mail_give_up(&claimed, &reason).await?;
                        round.given_up += 1;
                    }
                }
            }
            start = page.rest;
            if start.is_none() {
                return Ok(round);
            }
        }
    }

    /// Makes a mail due this long from now, if it is still due when it was. `None` if it is not: another sender has it.
    async fn mail_move(&self, mail: &MailRow, by: Duration, attempts: u32) -> Result<Option<MailRow>, StoreError> {
        let later = Expressions::when("due_at = :seen")
            .update("SET due_at = :due ADD attempts :attempts")
            .number(":seen", mail.due_at)
            .number(":due", Timestamp::now().plus(by).milliseconds())
            .number(":attempts", attempts);
        self.store.connection.update(&keys::mail(&mail.id), later).await
    }

    async fn mail_give_up(&self, mail: &MailRow, reason: &str) -> Result<(), StoreError> {
        tracing::warn!(mail = mail.id.as_str(), reason, "a mail was given up");
        self.mail_remove(&mail.id).await
    }

    /// Removes a mail, whoever has claimed it meanwhile: it was sent or will never be.
    async fn mail_remove(&self, id: &MailId) -> Result<(), StoreError> {
        let done = Transaction::default().delete((), keys::mail(id), Expressions::always());
        self.store.connection.transact(done).await.map(drop)
    }
}

/// How long a mail is put off after this many attempts.
fn pause(attempts: u32) -> Duration {
    // More doublings than these are beyond the longest pause anyway.
    let doublings = attempts.saturating_sub(1).min(16);
    (FIRST_PAUSE * 2_u32.pow(doublings)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_put_off_for_longer_each_time_up_to_an_hour() {
        let minutes = [0, 1, 2, 3, 6, 7, 8, 1_000, u32::MAX].map(|attempts| pause(attempts).as_secs() / 60);
        assert_eq!(minutes, [1, 1, 2, 4, 32, 60, 60, 60, 60]);
    }
}
