//! Users: the people of a reseller and of its customers, who log in where programs have keys.

use serde::{Deserialize, Serialize};

use super::customer::CustomerId;
use super::entity_tag::EntityTag;
use super::password::PasswordHash;
use super::reseller::ResellerId;
use super::timestamp::Timestamp;
use super::token::TokenHash;
use super::validation::Text;

pub use super::user_place::{Organization, UserId, UserPlace};

/// How many users an organization has at most, whatever their status.
pub const MOST_USERS: u32 = 1_000;

/// The most characters of a first name, and of a last name.
pub const MAXIMUM_NAME: usize = 125;

/// The most characters of an address.
pub const MAXIMUM_EMAIL: usize = 254;

/// How many days a link can be used for.
pub const LINK_DAYS: u64 = 7;

/// What a user may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Role {
    /// One of a reseller's own people.
    Reseller,
    /// One of the people of an organization that a reseller made.
    Resellee,
    /// One of the people of a regular organization, who looks only.
    Customer,
    /// One of the people of a regular organization, who edits it and manages its users.
    Contributor,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Reseller, Self::Resellee, Self::Customer, Self::Contributor];

    /// The role as clients read and write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Reseller => "RESELLER",
            Self::Resellee => "RESELLEE",
            Self::Customer => "CUSTOMER",
            Self::Contributor => "CONTRIBUTOR",
        }
    }
}

impl Organization {
    /// The roles that its people can have, the default first.
    #[must_use]
    pub fn roles(self, is_platform: bool) -> &'static [Role] {
        match self {
            Self::Reseller => &[Role::Reseller],
            // The customers of the platform's own reseller are regular organizations.
            Self::Customer(_) if is_platform => &[Role::Customer, Role::Contributor],
            Self::Customer(_) => &[Role::Resellee],
        }
    }
}

/// Whether a user can log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UserStatus {
    /// Not yet: the user has no password.
    Invited,
    /// The user can.
    Active,
    /// Not as long as the user is inactive.
    Inactive,
}

impl UserStatus {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Invited, Self::Active, Self::Inactive];
}

/// The one link of a user with which a password can be set. Only its hash is on record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The hash of its token.
    pub hash: TokenHash,
    /// When it was made.
    pub created_at: Timestamp,
    /// The moment from which it is refused.
    pub valid_until: Timestamp,
}

/// The names of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The first name.
    pub first: Option<Text>,
    /// The last name.
    pub last: Option<Text>,
}

/// A user to be invited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUser {
    /// The address, which belongs to one user of a reseller.
    pub email: Text,
    /// The names.
    pub names: Names,
    /// The role: one that the organization's people can have.
    pub role: Role,
}

/// What a change of a user makes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserEdit {
    /// The names.
    pub names: Names,
    /// The role: one that the organization's people can have.
    pub role: Role,
    /// Whether the user can be logged in.
    pub is_active: bool,
}

/// A user on record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The number.
    pub id: UserId,
    /// The customer whose people the user belongs to; `None` for the reseller's own.
    pub customer: Option<CustomerId>,
    /// The address.
    pub email: Text,
    /// The first name.
    pub first_name: Option<Text>,
    /// The last name.
    pub last_name: Option<Text>,
    /// What the user may do.
    pub role: Role,
    /// Whether the user can be logged in.
    pub is_active: bool,
    /// What is stored of the password; `None` until one was set.
    pub password: Option<PasswordHash>,
    /// The number that the user's sessions must have. A higher one ends all of them.
    pub epoch: u64,
    /// The link with which a password can be set; `None` when there is none.
    pub link: Option<Link>,
    /// When the user was invited first.
    pub registered_at: Timestamp,
    /// When the user was changed last.
    pub modified_at: Timestamp,
    /// When the user logged in last.
    pub last_login: Option<Timestamp>,
    /// How often the user was written.
    pub revision: u64,
}

impl User {
    /// A new user, who has been invited and has no password yet.
    #[must_use]
    pub fn first(id: UserId, organization: Organization, new: NewUser, link: Link, now: Timestamp) -> Self {
        Self {
            id,
            customer: organization.customer(),
            email: new.email,
            first_name: new.names.first,
            last_name: new.names.last,
            role: new.role,
            is_active: true,
            password: None,
            epoch: 1,
            link: Some(link),
            registered_at: now,
            modified_at: now,
            last_login: None,
            revision: 1,
        }
    }

    /// The user after an edit. One who is no longer active has no link, and no session any more.
    #[must_use]
    pub fn edited(&self, edit: UserEdit, now: Timestamp) -> Self {
        let UserEdit { names, role, is_active } = edit;
        let mut edited = Self { first_name: names.first, last_name: names.last, role, is_active, ..self.clone() };
        if edited == *self {
            return edited;
        }
        if self.is_active && !is_active {
            edited.link = None;
            edited.epoch += 1;
        }
        edited.written(now)
    }

    /// The user with another link, in place of the one that there may be.
    #[must_use]
    pub fn linked(&self, link: Link, now: Timestamp) -> Self {
        Self { link: Some(link), ..self.clone() }.written(now)
    }

    /// The user with this password. The link is used up, and every session ends.
    #[must_use]
    pub fn with_password(&self, password: PasswordHash, now: Timestamp) -> Self {
        Self { password: Some(password), link: None, epoch: self.epoch + 1, ..self.clone() }.written(now)
    }

    /// The user after a login, which is no change of what people know of the user; with the same password hashed anew, if it was.
    #[must_use]
    pub fn logged_in(&self, rehashed: Option<PasswordHash>, now: Timestamp) -> Self {
        let password = rehashed.or_else(|| self.password.clone());
        Self { password, last_login: Some(now), revision: self.revision + 1, ..self.clone() }
    }

    /// The user with another number for sessions, which ends all that there are.
    #[must_use]
    pub fn without_sessions(&self) -> Self {
        Self { epoch: self.epoch + 1, revision: self.revision + 1, ..self.clone() }
    }

    fn written(self, now: Timestamp) -> Self {
        Self { modified_at: now, revision: self.revision + 1, ..self }
    }

    /// Whose people the user belongs to.
    #[must_use]
    pub fn organization(&self) -> Organization {
        Organization::of(self.customer)
    }

    /// Where the user of this reseller stands.
    #[must_use]
    pub fn place(&self, reseller: ResellerId) -> UserPlace {
        UserPlace { reseller, organization: self.organization(), user: self.id }
    }

    /// Whether the user can log in.
    #[must_use]
    pub fn status(&self) -> UserStatus {
        match (self.is_active, &self.password) {
            (false, _) => UserStatus::Inactive,
            (true, None) => UserStatus::Invited,
            (true, Some(_)) => UserStatus::Active,
        }
    }

    /// What people call the user: the names, or else the address.
    #[must_use]
    pub fn label(&self) -> String {
        let names: Vec<&str> = [&self.first_name, &self.last_name].into_iter().flatten().map(Text::as_str).collect();
        if names.is_empty() { self.email.to_string() } else { names.join(" ") }
    }

    /// The tag of the user as it is.
    #[must_use]
    pub fn entity_tag(&self) -> EntityTag {
        EntityTag::new(self.id.number(), self.revision)
    }
}

#[cfg(test)]
mod tests {
    use super::super::password::{Parameters, Password};
    use super::super::validation::text;
    use super::*;

    fn named(sent: &str) -> Option<Text> {
        text(sent, MAXIMUM_NAME).unwrap()
    }

    fn moment(sent: &str) -> Timestamp {
        sent.parse().unwrap()
    }

    fn link(letter: char) -> Link {
        let created_at = moment("2026-11-29T12:00:00.000Z");
        Link { hash: TokenHash::of(&letter.to_string()), created_at, valid_until: moment("2026-12-06T12:00:00.000Z") }
    }

    fn invited() -> User {
        let new = NewUser {
            email: named("ann@acme.example").unwrap(),
            names: Names { first: named("Ann"), last: named("Rivers") },
            role: Role::Resellee,
        };
        let organization = Organization::Customer(CustomerId::new(7).unwrap());
        User::first(UserId::new(3).unwrap(), organization, new, link('a'), moment("2026-11-29T12:00:00.000Z"))
    }

    fn edit_of(user: &User) -> UserEdit {
        let names = Names { first: user.first_name.clone(), last: user.last_name.clone() };
        UserEdit { names, role: user.role, is_active: user.is_active }
    }

    #[test]
    fn the_status_follows_from_the_password_and_the_activity() {
        let user = invited();
        assert_eq!(user.status(), UserStatus::Invited);
        let password = Password::parse("Correct horse 42").unwrap();
        let hash = PasswordHash::of(&password, &Parameters::new(8, 1, 1).unwrap()).unwrap();
        let with_password = User { password: Some(hash), ..user.clone() };
        assert_eq!(with_password.status(), UserStatus::Active);
        for user in [user, with_password] {
            assert_eq!(User { is_active: false, ..user }.status(), UserStatus::Inactive);
        }
    }

    #[test]
    fn who_becomes_inactive_has_no_link_and_no_session_any_more() {
        let (user, now) = (invited(), moment("2026-11-30T12:00:00.000Z"));
        let inactive = user.edited(UserEdit { is_active: false, ..edit_of(&user) }, now);
        assert_eq!((inactive.link.clone(), inactive.epoch, inactive.revision), (None, 2, 2));
        let again = inactive.edited(UserEdit { is_active: true, ..edit_of(&inactive) }, now);
        assert_eq!((again.link.clone(), again.epoch), (None, 2), "nothing comes back");
    }

    #[test]
    fn an_edit_that_changes_nothing_is_no_revision() {
        let (user, now) = (invited(), moment("2026-11-30T12:00:00.000Z"));
        assert_eq!(user.edited(edit_of(&user), now), user);
        let renamed = user.edited(UserEdit { names: Names::default(), ..edit_of(&user) }, now);
        assert_eq!((renamed.revision, renamed.modified_at, renamed.epoch), (2, now, 1));
        assert_eq!(renamed.link, user.link);
    }

    #[test]
    fn people_are_called_by_their_names_or_else_by_their_address() {
        let user = invited();
        assert_eq!(user.label(), "Ann Rivers");
        assert_eq!(User { first_name: None, ..user.clone() }.label(), "Rivers");
        assert_eq!(User { first_name: None, last_name: None, ..user }.label(), "ann@acme.example");
    }

    #[test]
    fn roles_follow_from_the_kind_of_organization() {
        let customer = Organization::of(CustomerId::new(1));
        for is_platform in [false, true] {
            assert_eq!(Organization::Reseller.roles(is_platform), [Role::Reseller]);
        }
        assert_eq!(customer.roles(false), [Role::Resellee]);
        assert_eq!(customer.roles(true), [Role::Customer, Role::Contributor]);
    }
}
