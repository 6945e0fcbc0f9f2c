//! Finding out whom a forgotten password belongs to, and making the mail.

use std::time::Duration;

use super::login::FoundPerson;
use crate::domain::activity::Action;
use crate::domain::link::NewLink;
use crate::domain::mail::{Forgotten, Mail, Posted};
use crate::domain::secret::Secret;
use crate::domain::timestamp::Timestamp;
use crate::store::access::table::{Operator, Table};
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::Expressions;
use crate::store::engine::row::row;
use crate::store::engine::transaction::Outcome;
use crate::store::keys;
use crate::store::mail::row::MailRow;
use crate::store::user::Invited;
use crate::store::user::change::{self, By, Change, Purpose};

/// For how long a person who has got a link gets no other one, so that nobody can flood a person, or end each link with the next.
const ENOUGH: Duration = Duration::from_secs(15 * 60);

impl Table<Operator> {
    /// The mail with a new link to the person who has forgotten a password; `None` when there is no such person who can be logged in, or
    /// the person has just got a link. The link, and the mail in the place of what waited, are on record when this returns, so that
    /// whatever happens next, it is this mail that is sent.
    ///
    /// Three calls, one after the other, and a transaction.
    pub(in crate::store) async fn mail_of_forgotten(
        &self,
        claimed: &MailRow,
        forgotten: &Forgotten,
        secret: &Secret,
    ) -> Result<Option<Mail>, StoreError> {
        let now = Timestamp::now();
        let found = self.person_with_address(&forgotten.short_name, &forgotten.address).await?;
        let Some(found) = found.filter(FoundPerson::is_let_in) else {
            return Ok(None);
        };
        if found.user.link.as_ref().is_some_and(|link| now < link.created_at.plus(ENOUGH)) {
            return Ok(None);
        }
        let no_version = || StoreError::Internal("the secret has no version".to_owned());
        let version = secret.issuing(now).ok_or_else(no_version)?;
        let place = found.user.place(found.reseller.id);
        let link = NewLink::generate(version, place, now)?;
        let invited = Invited::new(found.user.linked(link.link().clone(), now), &link, self.store.public_origin()?);
        let mail = invited.mail(&found.reseller);
        let change = Change {
            by: By::Oneself(found.reseller.id),
            action: Action::UserInvited,
            before: Some(&found.user),
            after: Some(&invited.user),
            displaced: None,
        };
        let waiting = claimed.with(&Posted::Mail(mail.clone()), version)?;
        let is_claimed = Expressions::when("due_at = :due").number(":due", claimed.due_at);
        let transaction = change::transaction(change, &invited.user)?;
        let transaction = transaction.put(Purpose::Mail, row(&keys::mail(&claimed.id), &waiting)?, is_claimed);
        match self.store.connection.transact(transaction).await? {
            Outcome::Done => Ok(Some(mail)),
            // Somebody changed the person at this moment. What waits is found again when the claim ends.
            Outcome::Refused(_) => Err(StoreError::Contended("others changed the user".to_owned())),
        }
    }
}
