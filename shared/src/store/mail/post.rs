//! Posting a mail.

use crate::domain::mail::{MailSettings, Posted};
use crate::domain::timestamp::Timestamp;
use crate::store::access::table::Table;
use crate::store::engine::error::StoreError;
use crate::store::engine::row::row;
use crate::store::engine::transaction::Transaction;
use crate::store::keys;
use crate::store::root::Store;

use super::row::MailRow;

/// Adds what is to be sent to the transaction of the change that causes it, if the deployment sends mail. It is one more row.
///
/// No call, or one in a function that has not read the secret yet.
pub(in crate::store) async fn post<P>(
    transaction: Transaction<P>,
    store: &Store,
    posted: &Posted,
) -> Result<Transaction<P>, StoreError> {
    if store.mail.is_none() {
        return Ok(transaction);
    }
    let row_of = MailRow::of(posted, Timestamp::now(), &store.issuing_version_or_read().await?)?;
    Ok(transaction.note(row(&keys::mail(&row_of.id), &row_of)?))
}

impl<A> Table<A> {
    /// How the deployment mails; `None` if it sends none.
    #[must_use]
    pub fn mail_settings(&self) -> Option<&MailSettings> {
        self.store.mail.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mail::{Mail, Message};
    use crate::domain::secret::{Secret, SecretVersion};
    use crate::domain::validation::{email, text};

    const LINK: &str = "https://portal.example.com/invitation/0123456789";

    async fn posted(settings: Option<MailSettings>) -> String {
        let store = Store::local("http://127.0.0.1:1", "none").with_mail(settings);
        store.secret.hold(Some(Secret::first(SecretVersion::generate(1, Timestamp::now()).unwrap())));
        let mail = Mail {
            address: email("ann@example.com", 254).unwrap().unwrap(),
            name: text("Ann", 125).unwrap(),
            message: Message::Invitation { reseller: text("Northwind", 255).unwrap().unwrap(), link: LINK.to_owned() },
            expires_at: Timestamp::now(),
        };
        format!("{:?}", post(Transaction::<()>::default(), &store, &Posted::Mail(mail)).await.unwrap())
    }

    #[tokio::test]
    async fn a_mail_is_one_more_row_of_the_transaction_and_sealed() {
        let sender = email("no-reply@example.com", 254).unwrap().unwrap();
        let transaction = posted(Some(MailSettings { sender, folder: None })).await;
        assert_eq!(transaction.matches("Put(").count(), 1, "{transaction}");
        assert!(transaction.contains("S(\"MAIL\")"), "{transaction}");
        let bytes = |text: &str| format!("{:?}", text.as_bytes()).trim_matches(['[', ']']).to_owned();
        for hidden in ["ann@example.com", "Ann", "Northwind", LINK] {
            assert!(!transaction.contains(hidden) && !transaction.contains(&bytes(hidden)), "{hidden}: {transaction}");
        }
    }

    #[tokio::test]
    async fn where_no_mail_is_sent_the_transaction_stays_as_it_is() {
        assert_eq!(posted(None).await, format!("{:?}", Transaction::<()>::default()));
    }
}
