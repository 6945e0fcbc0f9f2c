//! A user on the wire.

use reseller::Error;
use reseller::body::Body;
use reseller::whole_list::Keys;
use serde_json::{Map, Value, json};
use shared::domain::normalization::normalize;
use shared::domain::user::{MAXIMUM_EMAIL, MAXIMUM_NAME, MOST_USERS, Names, NewUser, Role, User, UserEdit, UserId};
use shared::domain::validation::{self, Invalid, Text, whole_number};
use shared::lambda::faults::Faults;
use shared::lambda::request::Request;
use shared::store::user::{ChangeUserError, CreateUserError, Invited};

/// What a list of users can be asked for.
pub(crate) const KEYS: Keys = Keys {
    sort: &[
        "id",
        "first_name",
        "last_name",
        "email",
        "role",
        "status",
        "is_active",
        "registration_date",
        "last_modified",
        "last_login",
    ],
    filter: &["email", "status", "role"],
    amounts: &[],
};

/// The fields that clients write. `is_active` of a new user is not looked at.
const FIELDS: [&str; 5] = ["email", "first_name", "last_name", "role", "is_active"];

/// A user as those see it who may see its organization.
#[must_use]
pub fn view(user: &User) -> Value {
    json!({
        "id": user.id,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "role": user.role,
        "status": user.status(),
        "is_active": user.is_active,
        "registration_date": user.registered_at,
        "last_modified": user.modified_at,
        "last_login": user.last_login,
    })
}

/// A user with a new link, which is shown this once.
#[must_use]
pub fn invited_view(invited: &Invited) -> Value {
    let mut view = view(&invited.user);
    if let Some(view) = view.as_object_mut() {
        view.insert("invitation_url".to_owned(), json!(invited.url));
        view.insert("invitation_expires".to_owned(), json!(invited.expires));
    }
    view
}

/// The user whom the path names; `None` if there can be no such user.
///
/// # Errors
/// What is wrong with an id that is no integer.
pub(crate) fn user_in_path(request: &Request) -> Result<Option<UserId>, &'static str> {
    whole_number(&request.path_parameter("user_id")).map(UserId::new).ok_or("must be an integer")
}

/// The user that a client asks for.
pub struct SentUser(Body);

impl From<Map<String, Value>> for SentUser {
    fn from(fields: Map<String, Value>) -> Self {
        Self(fields.into())
    }
}

impl SentUser {
    /// Reads the body of a request.
    pub(crate) fn parse(request: &Request) -> Result<Self, Error> {
        Body::parse(request, &FIELDS).map(Self)
    }

    /// The new user that this asks for, in an organization whose people can have these roles, the default first.
    ///
    /// # Errors
    /// All fields that are wrong.
    pub fn new_user(&self, roles: &[Role]) -> Result<NewUser, Faults> {
        let mut faults = Faults::default();
        let email = self.0.text("email").and_then(|sent| validation::email(sent, MAXIMUM_EMAIL)?.ok_or(Invalid::Required));
        let email = faults.collect("email", email);
        let names = self.names(&mut faults);
        let role = faults.collect("role", self.role(roles)).flatten();
        match (email, role.or_else(|| roles.first().copied())) {
            (Some(email), Some(role)) => faults.none_or(NewUser { email, names, role }),
            _ => Err(faults),
        }
    }

    /// The names that this asks for.
    ///
    /// # Errors
    /// Those that are wrong.
    pub fn own_names(&self) -> Result<Names, Faults> {
        let mut faults = Faults::default();
        let names = self.names(&mut faults);
        faults.none_or(names)
    }

    /// The change of a user that this asks for. Other people of its organization can have these roles.
    ///
    /// # Errors
    /// All fields that are wrong.
    pub fn change(&self, user: &User, roles: &[Role]) -> Result<SentChange, Faults> {
        let mut faults = Faults::default();
        faults.collect("email", self.same_email(&user.email));
        let names = self.names(&mut faults);
        let role = faults.collect("role", self.role(roles)).flatten();
        let is_active = faults.collect("is_active", self.0.boolean("is_active")).flatten();
        faults.none_or(SentChange { names, role, is_active })
    }

    fn names(&self, faults: &mut Faults) -> Names {
        let mut name = |field| {
            let sent = self.0.text(field).and_then(|sent| validation::text(sent, MAXIMUM_NAME));
            faults.collect(field, sent).flatten()
        };
        Names { first: name("first_name"), last: name("last_name") }
    }

    fn role(&self, roles: &[Role]) -> Result<Option<Role>, String> {
        let sent = self.0.text("role").map_err(|invalid| invalid.to_string())?;
        let form =
            || format!("must be {} in this organization", roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(" or "));
        match sent {
            "" => Ok(None),
            sent => roles.iter().copied().find(|role| role.name() == sent).map(Some).ok_or_else(form),
        }
    }

    /// An address may be sent back as it is, in any case.
    fn same_email(&self, email: &Text) -> Result<(), String> {
        let sent = self.0.text("email").map_err(|invalid| invalid.to_string())?.trim();
        match sent.is_empty() || normalize(sent) == normalize(email.as_str()) {
            true => Ok(()),
            false => Err("can't be changed: delete the user and invite the other address".to_owned()),
        }
    }
}

/// What a client is told of a user that can't be made.
pub(crate) fn not_made(error: CreateUserError) -> Error {
    match error {
        CreateUserError::Store(error) => error.into(),
        CreateUserError::Refused { is_email_taken, is_full } => refused(is_email_taken, is_full).into(),
    }
}

/// The faults of a user that can't be made.
#[must_use]
pub fn refused(is_email_taken: bool, is_full: bool) -> Faults {
    let mut faults = Faults::default();
    if is_email_taken {
        faults.add("email", "is the address of another user");
    }
    if is_full {
        faults.add("id", format!("is an organization with {MOST_USERS} users, which is the most: delete one first"));
    }
    faults
}

/// A change of a user that a client asks for. Names that were not sent are cleared; what else was not sent stays.
pub struct SentChange {
    names: Names,
    role: Option<Role>,
    is_active: Option<bool>,
}

impl SentChange {
    /// What it makes of the user.
    #[must_use]
    pub fn applied(&self, user: &User) -> UserEdit {
        UserEdit {
            names: self.names.clone(),
            role: self.role.unwrap_or(user.role),
            is_active: self.is_active.unwrap_or(user.is_active),
        }
    }
}

/// What is wrong with a change that would leave nobody of the reseller's own people who can log in.
pub const LAST_ACTIVE: &str = "must leave the reseller an active user, and this is the last one";

/// What is wrong with a new link for somebody who is inactive.
pub const NO_LINK: &str = "is an inactive user, who gets no link: activate the user first";

/// What a client is told of a change that can't be made: one of this field, or of the user whom this parameter names.
pub(crate) fn not_changed(field: &'static str) -> impl Fn(ChangeUserError) -> Error {
    move |error| match error {
        ChangeUserError::Store(error) => error.into(),
        ChangeUserError::OtherRevision => Error::OtherRevision,
        ChangeUserError::LastActive => Faults::one(field, LAST_ACTIVE).into(),
        ChangeUserError::Inactive => Faults::one(field, NO_LINK).into(),
    }
}
