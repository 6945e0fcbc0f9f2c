//! Logging in.

use std::net::IpAddr;

use super::end::replace_user;
use super::row;
use crate::domain::customer::Customer;
use crate::domain::password::{Parameters, PasswordHash, PresentedPassword, verify_nobody};
use crate::domain::reseller::{Reseller, ResellerId, ShortName};
use crate::domain::session::Session;
use crate::domain::timestamp::Timestamp;
use crate::domain::token::NewToken;
use crate::domain::user::{Organization, User, UserId, UserPlace};
use crate::domain::waits::Wait;
use crate::store::access::table::{Login, Table};
use crate::store::engine::error::StoreError;
use crate::store::engine::retry::Rounds;
use crate::store::engine::transaction::{Outcome, Transaction};
use crate::store::keys;
use crate::store::reseller::short_name::ShortNameRow;
use crate::store::tries::{self, Admitted, NotAdmitted};
use crate::store::user::Person;

/// What somebody sends who wants to log in.
#[derive(Clone, Debug)]
pub struct Attempt<'a> {
    /// The short name of the reseller.
    pub short_name: &'a str,
    /// The address.
    pub email: &'a str,
    /// The password.
    pub password: PresentedPassword,
    /// The source address, from the gateway.
    pub source: Option<IpAddr>,
    /// What the browser says of itself.
    pub browser: Option<&'a str>,
}

impl<'a> Attempt<'a> {
    fn tried(&self) -> tries::Attempt<'a> {
        tries::Attempt { short_name: self.short_name, address: self.email, source: self.source, at: Timestamp::now() }
    }
}

/// A session that has just begun. Only this value holds its token.
#[derive(Debug)]
pub struct LoggedIn {
    /// The token, for the cookie.
    pub token: NewToken,
    /// The person.
    pub user: User,
}

/// Why nobody was logged in.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LoginError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Too many passwords were tried. Nothing was looked at.
    #[error(transparent)]
    Wait(#[from] Wait),
    /// There is no such person who can log in, or it has another password. Which one, nobody is told.
    #[error("no such person, or another password")]
    Refused,
    /// The password is right, and the reseller is suspended.
    #[error("a person of a suspended reseller")]
    Suspended,
    /// The password is right, and the customer is inactive.
    #[error("a person of an inactive customer")]
    Inactive,
}

/// A person, with what decides whether it can be logged in.
#[derive(Clone, Debug)]
pub struct FoundPerson {
    /// The reseller.
    pub reseller: Reseller,
    /// The customer whose people the user belongs to; `None` for the reseller's own, and once it is deleted.
    pub customer: Option<Customer>,
    /// The user.
    pub user: User,
}

impl FoundPerson {
    /// Whether the person's organization still exists.
    pub(super) fn is_there(&self) -> bool {
        self.user.customer.is_none() || self.customer.is_some()
    }

    /// Whether the person is active, in an organization that exists and lets its people in.
    pub(in crate::store) fn is_let_in(&self) -> bool {
        self.is_there() && self.user.is_active && self.check_organization().is_ok()
    }

    /// Checks that the organization lets its people in.
    pub(super) fn check_organization(&self) -> Result<(), LoginError> {
        if self.reseller.suspended_at.is_some() {
            return Err(LoginError::Suspended);
        }
        match &self.customer {
            Some(customer) if !customer.profile.is_active => Err(LoginError::Inactive),
            _ => Ok(()),
        }
    }
}

impl From<NotAdmitted> for LoginError {
    fn from(error: NotAdmitted) -> Self {
        match error {
            NotAdmitted::Wait(wait) => wait.into(),
            NotAdmitted::Store(error) => error.into(),
        }
    }
}

impl Table<Login> {
    /// Begins a session of the person who has this address and this password. Whether the address or the password is wrong shows
    /// neither in what is answered nor in the work and the calls that it takes. A password is hashed only after a try was taken.
    ///
    /// Five calls, one after the other, and a transaction if the person is logged in. One call for somebody who has to wait.
    ///
    /// # Errors
    /// [`LoginError`].
    pub async fn log_in(&self, attempt: &Attempt<'_>) -> Result<LoggedIn, LoginError> {
        let admitted = self.tries_begin(&attempt.tried()).await?;
        let found = self.person_with_address(attempt.short_name, attempt.email).await?;
        let found = found.filter(|found| found.is_there() && found.user.is_active);
        let password = found.as_ref().and_then(|found| found.user.password.clone());
        let is_right = verified(password.as_ref(), &attempt.password, &self.store.hashing)?;
        let Some(found) = found.filter(|_| is_right) else {
            return Err(LoginError::Refused);
        };
        if let Err(refused) = found.check_organization() {
            self.tries_succeeded(&admitted).await?;
            return Err(refused);
        }
        let rehashed = match &password {
            Some(hash) if hash.needs_rehash(&self.store.hashing) => {
                Some(PasswordHash::again(&attempt.password, &self.store.hashing).map_err(StoreError::from)?)
            }
            _ => None,
        };
        self.session_begin(&found, password.as_ref(), rehashed, attempt.browser, &admitted).await
    }

    /// Begins a session of a person whose password was verified.
    async fn session_begin(
        &self,
        found: &FoundPerson,
        verified: Option<&PasswordHash>,
        rehashed: Option<PasswordHash>,
        browser: Option<&str>,
        admitted: &Admitted,
    ) -> Result<LoggedIn, LoginError> {
        let (connection, place) = (&self.store.connection, found.user.place(found.reseller.id));
        let token = NewToken::session(&self.store.issuing_version()?, place).map_err(StoreError::from)?;
        let mut current = found.user.clone();
        let mut rounds = Rounds::default();
        loop {
            let now = Timestamp::now();
            let user = current.logged_in(rehashed.clone(), now);
            let transaction = replace_user(Transaction::default(), (), &keys::user(place), &current, &user)?;
            let transaction = row::begin(transaction, (), place, &token, &Session::begin(&user, browser, now))?;
            let transaction = admitted.give_back(transaction, ())?;
            if connection.transact(transaction).await? == Outcome::Done {
                return Ok(LoggedIn { token, user });
            }
            rounds.pause(StoreError::Contended, "others changed the user").await?;
            let key = keys::user(place);
            let latest: Option<User> = connection.read(vec![key.clone()]).await?.get(&key)?;
            // With another password, or without the person, nothing was verified.
            let latest = latest.filter(|latest| latest.is_active && latest.password.as_ref() == verified);
            current = latest.ok_or(LoginError::Refused)?;
        }
    }
}

impl<A> Table<A> {
    /// The person with this address among the people of the reseller with this short name. For what does not exist, as many rows are
    /// read in as many calls.
    ///
    /// Three calls, one after the other.
    pub(in crate::store) async fn person_with_address(
        &self,
        short_name: &str,
        email: &str,
    ) -> Result<Option<FoundPerson>, StoreError> {
        let connection = &self.store.connection;
        let nobody = ResellerId::new(ResellerId::MAX.into())
            .ok_or_else(|| StoreError::Internal("the largest number of a reseller is none".to_owned()))?;
        let name = ShortName::parse(short_name);
        let key = keys::short_name(name.as_ref().unwrap_or(&ShortName::default_of(nobody)));
        let named: Option<ShortNameRow> = connection.read(vec![key.clone()]).await?.get(&key)?;
        let id = named.filter(|_| name.is_some()).map(|named| named.reseller);

        let reseller = id.unwrap_or(nobody);
        let (of_reseller, address) = (keys::reseller(reseller), keys::person(reseller, email.trim()));
        let rows = connection.read(vec![of_reseller.clone(), address.clone()]).await?;
        let (found, person) = (rows.get::<Reseller>(&of_reseller)?, rows.get::<Person>(&address)?);
        let person = person.filter(|_| id.is_some());

        let customer = person.as_ref().and_then(|person| person.customer);
        let user = person.as_ref().map(|person| person.user_id).or_else(|| UserId::new(0));
        let user = user.ok_or_else(|| StoreError::Internal("0 is no number of a user".to_owned()))?;
        let user = keys::user(UserPlace { reseller, organization: Organization::of(customer), user });
        let of_customer = customer.map(|id| keys::customer(reseller, id));
        let rows = connection.read([user.clone()].into_iter().chain(of_customer.clone()).collect()).await?;
        let (Some(reseller), Some(user), Some(_)) = (found, rows.get::<User>(&user)?, person) else {
            return Ok(None);
        };
        let customer = of_customer.map(|key| rows.get(&key)).transpose()?.flatten();
        Ok(Some(FoundPerson { reseller, customer, user }))
    }
}

/// Whether this is the password; without a hash to compare with it is not, after the same work.
pub(super) fn verified(
    hash: Option<&PasswordHash>,
    presented: &PresentedPassword,
    hashing: &Parameters,
) -> Result<bool, StoreError> {
    match hash {
        Some(hash) => Ok(hash.verify(presented)?),
        None => {
            verify_nobody(presented, hashing)?;
            Ok(false)
        }
    }
}
