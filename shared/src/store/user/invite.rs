//! Links for users: the one that a new user is invited with, and those that follow.

use super::change::{By, Change};
use super::update::ChangeUserError;
use crate::domain::activity::Action;
use crate::domain::entity_tag::ExpectedRevision;
use crate::domain::link::NewLink;
use crate::domain::mail::{Mail, Message, Posted};
use crate::domain::reseller::Reseller;
use crate::domain::timestamp::Timestamp;
use crate::domain::user::{MAXIMUM_EMAIL, User, UserPlace};
use crate::domain::validation;
use crate::store::access::caller::Caller;
use crate::store::access::policy::Policy;
use crate::store::access::table::{Table, Write};
use crate::store::engine::error::StoreError;
use crate::store::engine::retry::Rounds;
use crate::store::engine::transaction::Outcome;
use crate::store::replay::Answer;
use crate::store::root::Store;

/// The most characters of what a user is called: two names and a space, or an address.
const MAXIMUM_LABEL: usize = MAXIMUM_EMAIL;

/// A user with a link that was just made. Only this value holds the link.
#[derive(Debug)]
pub struct Invited {
    /// The user.
    pub user: User,
    /// The address of the link, to be passed on to the user.
    pub url: String,
    /// The moment from which the link is refused.
    pub expires: Timestamp,
}

impl Invited {
    pub(in crate::store) fn new(user: User, link: &NewLink, origin: &str) -> Self {
        Self { user, url: link.address(origin), expires: link.link().valid_until }
    }

    /// What the user is told by mail, in the name of this reseller.
    pub(in crate::store) fn mail(&self, reseller: &Reseller) -> Mail {
        let (reseller, link) = (reseller.name.clone(), self.url.clone());
        Mail {
            address: self.user.email.clone(),
            name: validation::text(&self.user.label(), MAXIMUM_LABEL).ok().flatten(),
            message: match self.user.password {
                None => Message::Invitation { reseller, link },
                Some(_) => Message::PasswordLink { reseller, link },
            },
            expires_at: self.expires,
        }
    }
}

impl Store {
    /// A new link for the user at this place.
    pub(in crate::store) fn link(&self, place: UserPlace, now: Timestamp) -> Result<NewLink, StoreError> {
        Ok(NewLink::generate(&self.issuing_version()?, place, now)?)
    }
}

impl Table<Write> {
    /// Gives a user a new link in place of the one that it may have; `None` when the user no longer exists. `answer` makes what is kept
    /// of the answer, if the request has an idempotency key.
    ///
    /// One call, a transaction, unless another request writes too.
    ///
    /// # Errors
    /// [`ChangeUserError`]; then the user has the link that it had, unless the store gave no answer.
    pub async fn user_invite(
        &self,
        caller: &Caller<Write>,
        expected: &ExpectedRevision,
        mut current: User,
        answer: Answer<'_, Invited>,
    ) -> Result<Option<Invited>, ChangeUserError> {
        caller.must(Policy::MANAGE)?;
        let origin = self.store.public_origin()?;
        let mut rounds = Rounds::default();
        loop {
            if !expected.admits(current.entity_tag()) {
                return Err(ChangeUserError::OtherRevision);
            }
            if !current.is_active {
                return Err(ChangeUserError::Inactive);
            }
            let now = Timestamp::now();
            let link = self.store.link(current.place(caller.reseller()), now)?;
            let invited = Invited::new(current.linked(link.link().clone(), now), &link, origin);
            let mail = Posted::Mail(invited.mail(caller.reseller_record()));
            let change = Change {
                by: By::Caller(caller, &|| answer(&invited)),
                action: Action::UserInvited,
                before: Some(&current),
                after: Some(&invited.user),
                displaced: None,
            };
            if self.store.user_commit(change, Some(&mail)).await? == Outcome::Done {
                return Ok(Some(invited));
            }
            match self.user_still_there(caller, &current, &mut rounds).await? {
                Some(latest) => current = latest,
                None => return Ok(None),
            }
        }
    }
}
