//! What the pages of people call: the library code of logins and sessions.

use shared::domain::customer::CustomerId;
use shared::domain::password::{Parameters, Password, PresentedPassword};
use shared::domain::token::PresentedToken;
use shared::domain::user::{Names, NewUser, Organization, Role, UserId};
use shared::domain::validation::text;
use shared::store::session::{Attempt, LoggedIn, LoginError};
use shared::store::user::{CreateUserError, Invited};
use shared::store::{Access, AuthenticationError, Caller, Login, Policy, Read, Store, Table, Write};

pub use super::app::ORIGIN;
use super::{App, Tenant};

/// A password that breaks no rule.
pub const PASSWORD: &str = "Correct horse 42";

/// How much work the hashing of a password is in tests.
pub fn cheap() -> Parameters {
    Parameters::new(8, 1, 1).unwrap()
}

/// The tables of the functions behind the pages.
pub struct Portal {
    pub login: Table<Login>,
    pub read: Table<Read>,
    pub write: Table<Write>,
}

/// Somebody who can log in, with a session.
#[derive(Clone, Debug)]
pub struct SomebodyIn {
    pub customer: Option<u64>,
    pub id: UserId,
    /// The token of the session.
    pub cookie: String,
}

impl SomebodyIn {
    pub fn organization(&self) -> Organization {
        Organization::of(self.customer.map(|id| CustomerId::new(id).unwrap()))
    }
}

impl Portal {
    pub async fn of(app: &App) -> Self {
        Self::over(app, |store| store).await
    }

    pub async fn with_hashing(app: &App, hashing: Parameters) -> Self {
        Self::over(app, |store| store.with_hashing(hashing)).await
    }

    /// With the table that `set` makes of the one with the settings of tests.
    pub async fn over(app: &App, set: impl FnOnce(Store) -> Store) -> Self {
        let store = set(app.store.clone().with_public_origin(Some(ORIGIN)).with_hashing(cheap()));
        store.start(1).await;
        app.wire.take_calls();
        Self { login: Table::new(store.clone()), read: Table::new(store.clone()), write: Table::new(store) }
    }

    /// Invites somebody, as a reseller's program does, and returns the user and the token of the link.
    pub async fn invite(&self, app: &App, tenant: &Tenant, customer: Option<u64>, role: Role, email: &str) -> (UserId, String) {
        let invited = self.try_invite(tenant, customer, role, email).await.unwrap();
        app.wire.take_calls();
        (invited.user.id, token_of(&invited.url))
    }

    pub async fn try_invite(
        &self,
        tenant: &Tenant,
        customer: Option<u64>,
        role: Role,
        email: &str,
    ) -> Result<Invited, CreateUserError> {
        let token = self.write.token_check(PresentedToken::api_key(&tenant.key)).await.unwrap();
        let organization = Organization::of(customer.map(|id| CustomerId::new(id).unwrap()));
        let loaded = self.write.user_load(&token, Some(organization), None).await.unwrap();
        let (caller, found) = loaded.open(Policy::MANAGE).unwrap();
        let new = NewUser { email: text(email, 254).unwrap().unwrap(), names: Names::default(), role };
        Ok(self.write.user_create(&caller, &found.unwrap(), new, &|_| Vec::new()).await?.unwrap())
    }

    /// Somebody of an organization, who has followed the link and set [`PASSWORD`].
    pub async fn somebody(&self, app: &App, tenant: &Tenant, customer: Option<u64>, role: Role, email: &str) -> SomebodyIn {
        let (id, link) = self.invite(app, tenant, customer, role, email).await;
        let logged_in = self.login.link_use(&link, &password(PASSWORD), Some("Firefox")).await.unwrap().unwrap();
        app.wire.take_calls();
        SomebodyIn { customer, id, cookie: logged_in.token.reveal().to_owned() }
    }

    pub async fn log_in(&self, short_name: &str, email: &str, sent: &str) -> Result<LoggedIn, LoginError> {
        let password = PresentedPassword::new(sent);
        self.login.log_in(&Attempt { short_name, email, password, source: None, browser: None }).await
    }

    /// The caller with this cookie, in a function that reads.
    pub async fn reading(&self, cookie: &str, policy: Policy) -> Result<Caller<Read>, AuthenticationError> {
        caller(&self.read, cookie, policy).await
    }

    /// The same in a function that writes.
    pub async fn writing(&self, cookie: &str, policy: Policy) -> Result<Caller<Write>, AuthenticationError> {
        caller(&self.write, cookie, policy).await
    }
}

async fn caller<A: Access>(table: &Table<A>, cookie: &str, policy: Policy) -> Result<Caller<A>, AuthenticationError> {
    let token = table.token_check(PresentedToken::session(cookie)).await?;
    table.authenticate(&token, policy).await
}

pub fn password(sent: &str) -> Password {
    Password::parse(sent).unwrap()
}

/// The token in the address of a link.
pub fn token_of(url: &str) -> String {
    url.strip_prefix(&format!("{ORIGIN}/invitation/")).unwrap().to_owned()
}
