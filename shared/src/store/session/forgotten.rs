//! Asking for a link, as somebody who has forgotten a password.

use std::net::IpAddr;
use std::time::Duration;

use crate::domain::mail::{Forgotten, Posted};
use crate::domain::reseller::ShortName;
use crate::domain::timestamp::Timestamp;
use crate::domain::user::MAXIMUM_EMAIL;
use crate::store::access::table::{Login, Table};
use crate::store::engine::transaction::Transaction;
use crate::store::mail;
use crate::store::tries::{Attempt, NotAdmitted};

/// For how long it is worth looking for the person.
const WORTH: Duration = Duration::from_secs(60 * 60);

impl Table<Login> {
    /// Asks for a mail with a link to the person who has this address among the people of the reseller with this short name. It counts as
    /// a try, and is on record alike for everybody: another function finds out whether there is such a person. Where the deployment sends
    /// no mail, nothing is asked for.
    ///
    /// Three calls, one after the other. One call for somebody who has to wait.
    ///
    /// # Errors
    /// [`NotAdmitted`].
    pub async fn password_forgotten(&self, short_name: &str, address: &str, source: Option<IpAddr>) -> Result<(), NotAdmitted> {
        let now = Timestamp::now();
        let _taken = self.tries_begin(&Attempt { short_name, address, source, at: now }).await?;
        if self.store.mail.is_none() {
            return Ok(());
        }
        let forgotten = Forgotten {
            short_name: possible(short_name, ShortName::MAXIMUM),
            address: possible(address, MAXIMUM_EMAIL),
            expires_at: now.plus(WORTH),
        };
        let transaction = mail::post(Transaction::<()>::default(), &self.store, &Posted::Forgotten(forgotten)).await?;
        self.store.connection.transact(transaction).await?;
        Ok(())
    }
}

/// The text that was sent, or none where nothing is that long.
fn possible(sent: &str, most: usize) -> String {
    Some(sent.trim()).filter(|sent| sent.chars().count() <= most).unwrap_or_default().to_owned()
}
