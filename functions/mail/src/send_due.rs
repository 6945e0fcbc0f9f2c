//! `mail-send-due`: sends the mails that are due.

use std::time::Duration;

use serde_json::value::RawValue;
use serde_json::{Value, json};
use shared::store::{Operator, Table};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use crate::deliver::deliver;
use crate::error::Error;
use crate::folder;
use crate::ses::Ses;

/// How long an invocation begins to send another mail. With what SES may take it must end before the deadline of an invocation.
const LONGEST: Duration = Duration::from_secs(6);

/// SES, with the connection of this process.
static SES: OnceCell<Ses> = OnceCell::const_new();

/// Sends what is due, whatever the payload: an event of the table's stream only says that something may be. Answers how many mails
/// were `sent`, `put_off` and `given_up`, and whether it `has_more` that it had no time for.
///
/// # Errors
/// A deployment that sends no mail, or a store that fails; then some are sent, and another invocation goes on.
pub async fn send_due(table: &Table<Operator>, _event: &RawValue) -> Result<Value, Error> {
    let settings = table.mail_settings().ok_or(Error::Off)?;
    let deadline = Instant::now() + LONGEST;
    let round = match &settings.folder {
        Some(folder) => deliver(table, &settings.sender, deadline, async |letter| folder::post(folder, letter)).await?,
        None => {
            let ses = SES.get_or_init(Ses::from_environment).await;
            deliver(table, &settings.sender, deadline, async |letter| ses.post(letter).await).await?
        }
    };
    Ok(json!({"sent": round.sent, "put_off": round.put_off, "given_up": round.given_up, "has_more": round.has_more}))
}
