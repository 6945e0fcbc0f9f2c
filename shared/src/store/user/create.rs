//! Inviting a new user.

use super::change::{By, Change, Person, Purpose};
use super::invite::Invited;
use super::read::OfOrganization;
use crate::domain::activity::Action;
use crate::domain::customer::Customer;
use crate::domain::mail::Posted;
use crate::domain::timestamp::Timestamp;
use crate::domain::user::{MOST_USERS, NewUser, User, UserId, UserPlace};
use crate::store::access::caller::Caller;
use crate::store::access::policy::Policy;
use crate::store::access::table::{Table, Write};
use crate::store::customer::header::CustomerHeader;
use crate::store::engine::error::StoreError;
use crate::store::engine::retry::Rounds;
use crate::store::engine::transaction::Outcome;
use crate::store::keys::{self, Counter};
use crate::store::replay::Answer;

/// Why no user was made.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CreateUserError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It can't be made.
    #[error("the user can't be made")]
    Refused {
        /// Whether another user of the reseller has the address.
        is_email_taken: bool,
        /// Whether the organization has as many users as it can.
        is_full: bool,
    },
}

impl Table<Write> {
    /// Makes a user of an organization, with a first link; `None` when the customer no longer exists. `answer` makes what is kept of the
    /// answer, if the request has an idempotency key.
    ///
    /// Two calls, one after the other: a number from the counter, and a transaction; unless another request writes too or the user
    /// can't be made.
    ///
    /// # Errors
    /// [`CreateUserError`]; then nothing is on record, unless the store gave no answer: then the user may be, and can be given a new
    /// link.
    pub async fn user_create<T>(
        &self,
        caller: &Caller<Write>,
        of: &OfOrganization<T>,
        new: NewUser,
        answer: Answer<'_, Invited>,
    ) -> Result<Option<Invited>, CreateUserError> {
        caller.must(Policy::MANAGE)?;
        let organization = of.organization();
        let (connection, reseller, origin) = (&self.store.connection, caller.reseller(), self.store.public_origin()?);
        let number = connection.counter_next(Counter::User).await?;
        let id = UserId::new(number).ok_or_else(|| StoreError::Internal("no user ids are left".to_owned()))?;
        let now = Timestamp::now();
        let link = self.store.link(UserPlace { reseller, organization, user: id }, now)?;
        let invited = Invited::new(User::first(id, organization, new, link.link().clone(), now), &link, origin);
        let mail = Posted::Mail(invited.mail(caller.reseller_record()));
        let mut displaced: Option<Person> = None;
        let mut rounds = Rounds::default();
        loop {
            let change = Change {
                by: By::Caller(caller, &|| answer(&invited)),
                action: Action::UserCreated,
                before: None,
                after: Some(&invited.user),
                displaced: displaced.as_ref(),
            };
            let Outcome::Refused(purposes) = self.store.user_commit(change, Some(&mail)).await? else {
                return Ok(Some(invited));
            };
            let header = keys::organization_header(reseller, organization);
            let address = keys::person(reseller, invited.user.email.as_str());
            let rows = connection.read(vec![header.clone(), address.clone()]).await?;
            let header: CustomerHeader = rows.get(&header)?.unwrap_or_default();
            if header.deleted_at.is_some() {
                return Ok(None);
            }
            let mut is_email_taken = false;
            if purposes.contains(&Purpose::Address) {
                displaced = rows.get(&address)?;
                is_email_taken = self.is_somebody(caller, displaced.as_ref()).await?;
            }
            let is_full = header.users >= i64::from(MOST_USERS);
            if is_email_taken || is_full {
                return Err(CreateUserError::Refused { is_email_taken, is_full });
            }
            rounds.pause(StoreError::Contended, "others changed the users of the organization").await?;
        }
    }

    /// Whether the user that holds an address still belongs to an organization: the reservations of a deleted customer's users stay
    /// until they are erased, and are free at once. One call, or none.
    async fn is_somebody(&self, caller: &Caller<Write>, holder: Option<&Person>) -> Result<bool, StoreError> {
        let Some(holder) = holder else {
            return Ok(false);
        };
        let Some(customer) = holder.customer else {
            return Ok(true);
        };
        let key = keys::customer(caller.reseller(), customer);
        Ok(self.store.connection.read(vec![key.clone()]).await?.get::<Customer>(&key)?.is_some())
    }
}
