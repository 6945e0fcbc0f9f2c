//! Who may do what: one table for keys and for people.

use crate::domain::credential::Kind;
use crate::domain::token::{Bearer, IssuedToken};
use crate::domain::user::{Organization, Role};

/// The callers that a call takes, besides the permission that its function needs: those with a key of some kinds, and people of some
/// roles. Which records they see is decided elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    kinds: &'static [Kind],
    roles: &'static [Role],
    /// The one kind of key that the address of the call is for; `None` if it is for all kinds.
    door: Option<Kind>,
}

impl Policy {
    /// Reads what belongs to an organization.
    pub const READ: Self = Self::of(&[Kind::Reseller, Kind::Customer], &Role::ALL);

    /// Records usage, and reports what became of transcriptions. Programs do that.
    pub const RECORD: Self = Self::of(&[Kind::Reseller, Kind::Customer], &[]);

    /// Sells and changes subscriptions, corrects usage, and does everything else that is the reseller's alone.
    pub const RESELLER: Self = Self::of(&[Kind::Reseller], &[Role::Reseller]);

    /// Creates and deletes the tokens of an organization.
    pub const TOKENS: Self = Self::of(&[Kind::Reseller], &[Role::Reseller, Role::Resellee, Role::Contributor]);

    /// Edits an organization, and manages its users.
    pub const MANAGE: Self = Self::of(&[Kind::Reseller], &[Role::Reseller, Role::Contributor]);

    /// Does what people do for themselves: their own names, password and sessions.
    pub const ONESELF: Self = Self::of(&[], &Role::ALL);

    const fn of(kinds: &'static [Kind], roles: &'static [Role]) -> Self {
        Self { kinds, roles, door: None }
    }

    /// Takes callers with a credential of one of these kinds, and no people.
    #[must_use]
    pub const fn of_kinds(kinds: &'static [Kind]) -> Self {
        Self::of(kinds, &[])
    }

    /// The same at an address that is for keys of this kind: of others it takes none, and no people.
    #[must_use]
    pub const fn at(self, door: Kind) -> Self {
        Self { roles: &[], door: Some(door), ..self }
    }

    /// Whether the call takes keys of this kind.
    #[must_use]
    pub fn takes_kind(self, kind: Kind) -> bool {
        self.kinds.contains(&kind) && self.door.is_none_or(|door| door == kind)
    }

    /// Whether the call may take the bearer of this token, as far as the token itself tells.
    pub(in crate::store) fn may_take(self, token: &IssuedToken) -> bool {
        match token.bearer() {
            Bearer::Program(kind) => self.takes_kind(kind),
            Bearer::Person(place) => Role::ALL
                .into_iter()
                .any(|role| self.takes_role(role) && (role == Role::Reseller) == (place.organization == Organization::Reseller)),
        }
    }

    /// Whether the call takes people of this role.
    #[must_use]
    pub fn takes_role(self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}
