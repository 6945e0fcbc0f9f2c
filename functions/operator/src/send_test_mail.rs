//! `operator-send-test-mail`: shows whether mails arrive.

use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use shared::domain::mail::{MAXIMUM_ADDRESS, Mail, Message};
use shared::domain::timestamp::Timestamp;
use shared::domain::validation;
use shared::store::{Operator, Table};

use crate::Error;
use crate::payload::read;

/// How long it is worth sending: a person waits for it.
const VALID: Duration = Duration::from_secs(60 * 60);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    email: String,
}

/// `{"email": "…"}` posts a mail to this address, on the way that all mails take. It is given up after an hour.
///
/// # Errors
/// A wrong payload, a deployment that sends no mail, or a store that fails.
pub async fn send_test_mail(table: &Table<Operator>, sent: &RawValue) -> Result<Value, Error> {
    let Payload { email } = read(sent)?;
    let address = validation::email(&email, MAXIMUM_ADDRESS)
        .and_then(|address| address.ok_or(validation::Invalid::Required))
        .map_err(|invalid| Error::Invalid(format!("email {invalid}.")))?;
    if table.mail_settings().is_none() {
        return Err(Error::Conflict("This deployment sends no mail: it has no sender.".to_owned()));
    }
    let expires_at = Timestamp::now().plus(VALID);
    table.mail_post(&Mail { address, name: None, message: Message::Test, expires_at }).await?;
    Ok(json!({"posted": true, "given_up_at": expires_at}))
}
