//! Whom a token belongs to: a program with a credential, or a person in a session.

use super::policy::Policy;
use crate::domain::credential::{Credential, Permission, Refusal};
use crate::domain::quota::KeyQuota;
use crate::domain::session::Session;
use crate::domain::timestamp::Timestamp;
use crate::domain::token::{Bearer, IssuedToken, TokenHash};
use crate::domain::user::User;
use crate::store::engine::error::StoreError;
use crate::store::engine::read::Rows;
use crate::store::engine::row::RowKey;
use crate::store::keys;

/// What is on record of an issued token.
#[derive(Clone, Debug)]
pub(super) enum Holder {
    /// The credential of a program.
    Program(Box<Credential>),
    /// The session of a person.
    Person(Box<SignedIn>),
}

/// A person in a session.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The person.
    pub user: User,
    /// The session.
    pub session: Session,
    /// The hash of its token.
    pub(in crate::store) hash: TokenHash,
}

impl Holder {
    /// Checks that it has not ended.
    pub(super) fn check_lifetime(&self, now: Timestamp) -> Result<(), Refusal> {
        match self {
            Self::Program(credential) => credential.check_lifetime(now),
            Self::Person(person) if person.session.is_of(&person.user, now) => Ok(()),
            Self::Person(_) => Err(Refusal::Invalid),
        }
    }

    /// Whether it admits to a call of this policy that needs this permission.
    pub(super) fn may(&self, policy: Policy, permission: Permission) -> bool {
        match self {
            Self::Program(credential) => policy.takes_kind(credential.kind) && credential.allows(permission),
            Self::Person(person) => policy.takes_role(person.user.role),
        }
    }

    pub(super) fn quota(&self) -> KeyQuota {
        match self {
            Self::Program(credential) => credential.quota,
            Self::Person(_) => KeyQuota::default(),
        }
    }
}

/// The keys of the rows that say whom a token belongs to: its credential, or its session and the user.
pub(super) fn holder_keys(token: &IssuedToken) -> [Option<RowKey>; 2] {
    match token.bearer() {
        Bearer::Program(_) => [Some(keys::credential(token.reseller(), token.hash())), None],
        Bearer::Person(place) => [Some(keys::session(place, token.hash())), Some(keys::user(place))],
    }
}

/// Whom a token belongs to; `None` when that is not on record.
pub(super) fn holder(token: &IssuedToken, rows: &Rows) -> Result<Option<Holder>, StoreError> {
    Ok(match token.bearer() {
        Bearer::Program(_) => {
            let credential: Option<Credential> = rows.get(&keys::credential(token.reseller(), token.hash()))?;
            credential.map(|credential| Holder::Program(Box::new(credential)))
        }
        Bearer::Person(place) => {
            let session = rows.get(&keys::session(place, token.hash()))?;
            let user = rows.get(&keys::user(place))?;
            user.zip(session)
                .map(|(user, session)| Holder::Person(Box::new(SignedIn { user, session, hash: token.hash().clone() })))
        }
    })
}
