//! Setting a password: with a link, or as somebody who is logged in.

use std::net::IpAddr;

use super::login::{FoundPerson, LoggedIn, verified};
use super::row::begin;
use crate::domain::activity::Action;
use crate::domain::customer::Customer;
use crate::domain::link::IssuedLink;
use crate::domain::password::{Password, PasswordHash, PresentedPassword};
use crate::domain::reseller::Reseller;
use crate::domain::session::Session;
use crate::domain::timestamp::Timestamp;
use crate::domain::token::NewToken;
use crate::domain::user::User;
use crate::domain::waits::Wait;
use crate::store::access::caller::Caller;
use crate::store::access::policy::Policy;
use crate::store::access::table::{Login, Table, Write};
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::Expressions;
use crate::store::engine::retry::Rounds;
use crate::store::engine::transaction::Outcome;
use crate::store::keys;
use crate::store::tries::{Attempt, NotAdmitted};
use crate::store::user::change::{self, By, Change, Purpose};

/// Why a password was not changed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ChangePasswordError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The password that the person gave is not the person's.
    #[error("another password")]
    Refused,
    /// Too many passwords were tried. Nothing was looked at.
    #[error(transparent)]
    Wait(#[from] Wait),
    /// The session has ended meanwhile.
    #[error("the session has ended")]
    Ended,
}

impl From<NotAdmitted> for ChangePasswordError {
    fn from(error: NotAdmitted) -> Self {
        match error {
            NotAdmitted::Wait(wait) => wait.into(),
            NotAdmitted::Store(error) => error.into(),
        }
    }
}

impl Table<Login> {
    /// Looks a link up; `None` when it can't be used: it is not one of this deployment, was used, was replaced, is older than seven days,
    /// or its user can't be logged in.
    ///
    /// One call; none for a link that this deployment did not issue.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn link_load(&self, token: &str) -> Result<Option<FoundPerson>, StoreError> {
        let issued = self.store.check_presented(|secret| IssuedLink::parse(token, secret)).await?;
        match issued {
            Some(issued) => self.link_found(&issued).await,
            None => Ok(None),
        }
    }

    async fn link_found(&self, issued: &IssuedLink) -> Result<Option<FoundPerson>, StoreError> {
        let place = issued.place();
        let (of_user, of_reseller) = (keys::user(place), keys::reseller(place.reseller));
        let of_customer = place.organization.customer().map(|id| keys::customer(place.reseller, id));
        let keys = [of_user.clone(), of_reseller.clone()].into_iter().chain(of_customer.clone()).collect();
        let rows = self.store.connection.read(keys).await?;
        let customer: Option<Customer> = of_customer.map(|key| rows.get(&key)).transpose()?.flatten();
        let (Some(user), Some(reseller)) = (rows.get::<User>(&of_user)?, rows.get::<Reseller>(&of_reseller)?) else {
            return Ok(None);
        };
        let found = FoundPerson { reseller, customer, user };
        let is_usable = found.user.link.as_ref().is_some_and(|link| issued.is(link, Timestamp::now()));
        Ok(Some(found).filter(|found| is_usable && found.is_let_in()))
    }

    /// Sets a password with a link, ends all sessions of the user and begins one; `None` when the link can't be used (any more). Of any
    /// number of requests with the same link one does so.
    ///
    /// Two calls, one after the other, unless another request writes too.
    ///
    /// # Errors
    /// When the store fails; then nothing was changed, unless the store gave no answer.
    pub async fn link_use(
        &self,
        token: &str,
        password: &Password,
        browser: Option<&str>,
    ) -> Result<Option<LoggedIn>, StoreError> {
        let Some(issued) = self.store.check_presented(|secret| IssuedLink::parse(token, secret)).await? else {
            return Ok(None);
        };
        let place = issued.place();
        let Some(mut found) = self.link_found(&issued).await? else {
            return Ok(None);
        };
        let hash = PasswordHash::of(password, &self.store.hashing)?;
        let session_token = NewToken::session(&self.store.issuing_version()?, place)?;
        let mut rounds = Rounds::default();
        loop {
            let now = Timestamp::now();
            let user = User { last_login: Some(now), ..found.user.with_password(hash.clone(), now) };
            let change = Change {
                by: By::Oneself(place.reseller),
                action: Action::UserUpdated,
                before: Some(&found.user),
                after: Some(&user),
                displaced: None,
            };
            let transaction = change::transaction(change, &user)?;
            let session = Session::begin(&user, browser, now);
            let transaction = begin(transaction, Purpose::Session, place, &session_token, &session)?;
            if self.store.connection.transact(transaction).await? == Outcome::Done {
                return Ok(Some(LoggedIn { token: session_token, user }));
            }
            rounds.pause(StoreError::Contended, "others changed the user").await?;
            match self.link_found(&issued).await? {
                Some(latest) => found = latest,
                None => return Ok(None),
            }
        }
    }
}

impl Table<Write> {
    /// Changes the password of the person who calls, if `current` is the one that the person has, and returns another token of the session
    /// that the person calls in: whoever has got hold of the one of before is out. Every other session of the person ends, and so does a
    /// link. Tries of the current password count as those at logins do.
    ///
    /// Three calls, one after the other, unless another request writes too. One call for somebody who has to wait.
    ///
    /// # Errors
    /// [`ChangePasswordError`].
    pub async fn password_change(
        &self,
        caller: &Caller<Write>,
        current: &PresentedPassword,
        password: &Password,
        source: Option<IpAddr>,
    ) -> Result<NewToken, ChangePasswordError> {
        caller.must(Policy::ONESELF)?;
        let person = caller.person().ok_or(ChangePasswordError::Refused)?;
        let (short_name, address) = (caller.reseller_record().short_name(), person.user.email.as_str());
        let attempt = Attempt { short_name: short_name.as_str(), address, source, at: Timestamp::now() };
        let admitted = self.tries_begin(&attempt).await?;
        if !verified(person.user.password.as_ref(), current, &self.store.hashing)? {
            return Err(ChangePasswordError::Refused);
        }
        let (connection, place) = (&self.store.connection, person.user.place(caller.reseller()));
        let hash = PasswordHash::of(password, &self.store.hashing).map_err(StoreError::from)?;
        let token = NewToken::session(&self.store.issuing_version()?, place).map_err(StoreError::from)?;
        let mut before = person.user.clone();
        let mut rounds = Rounds::default();
        loop {
            let user = before.with_password(hash.clone(), Timestamp::now());
            let change = Change {
                by: By::Caller(caller, &Vec::new),
                action: Action::UserUpdated,
                before: Some(&before),
                after: Some(&user),
                displaced: None,
            };
            let session = Session { epoch: user.epoch, ..person.session.clone() };
            let is_there = Expressions::when("attribute_exists(PK)");
            let transaction = admitted.give_back(change::transaction(change, &user)?, Purpose::Session)?;
            let transaction = transaction.delete(Purpose::Session, keys::session(place, &person.hash), is_there);
            let transaction = begin(transaction, Purpose::Session, place, &token, &session)?;
            if connection.transact(transaction).await? == Outcome::Done {
                return Ok(token);
            }
            let latest = self.person_still_in(caller, person, &mut rounds).await?;
            before = latest.ok_or(ChangePasswordError::Ended)?;
        }
    }
}
