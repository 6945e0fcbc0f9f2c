//! The credential: what is on record of a token, what it stands for, and what it allows.

use serde::{Deserialize, Serialize};

use super::customer::CustomerId;
use super::quota::KeyQuota;
use super::reseller::AccountId;
use super::timestamp::Timestamp;
use super::validation::Text;

/// What a credential stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The reseller itself.
    Reseller,
    /// One customer of the reseller; the credential ends with that customer.
    Customer,
    /// The reseller, in calls to the licensing API.
    Licensing,
    /// A program of the reseller, in calls to the Management API, limited to the accounts that it was granted.
    ServiceUser,
}

/// The part of a service user's name that people choose: 1 to 60 ASCII letters, digits, dots, hyphens or underscores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserLabel(String);

impl UserLabel {
    const MAXIMUM: usize = 60;

    /// The label; `None` when a service user can't have this one.
    #[must_use]
    pub fn parse(sent: &str) -> Option<Self> {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        ((1..=Self::MAXIMUM).contains(&sent.len()) && sent.bytes().all(is_part)).then(|| Self(sent.to_owned()))
    }

    /// The label itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a new credential stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The reseller itself.
    Reseller,
    /// This customer of the reseller.
    Customer(CustomerId),
    /// The reseller, in calls to the licensing API.
    Licensing,
    /// A program of the reseller, in calls to the Management API.
    ServiceUser(UserLabel),
}

impl Subject {
    /// The customer that the credential stands for.
    #[must_use]
    pub fn customer(&self) -> Option<CustomerId> {
        match self {
            Self::Customer(id) => Some(*id),
            Self::Reseller | Self::Licensing | Self::ServiceUser(_) => None,
        }
    }

    /// The kind of the credential.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Reseller => Kind::Reseller,
            Self::Customer(_) => Kind::Customer,
            Self::Licensing => Kind::Licensing,
            Self::ServiceUser(_) => Kind::ServiceUser,
        }
    }
}

/// What a credential allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// To read records.
    Read,
    /// To create, change and delete records.
    Write,
}

/// A credential on record. The SHA-256 of its token is in its row key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// What it stands for.
    pub kind: Kind,
    /// What it allows.
    pub permissions: Vec<Permission>,
    /// The accounts that it was granted. Customers are created in the first one.
    pub accounts: Vec<AccountId>,
    /// The customer that it stands for, if its kind is [`Kind::Customer`].
    pub customer: Option<CustomerId>,
    /// A name for people.
    pub label: Text,
    /// The last four characters of its token, by which people recognize the token.
    pub last_four: String,
    /// When it was issued.
    pub created_at: Timestamp,
    /// The moment from which it is refused; `None` when it never expires.
    pub valid_until: Option<Timestamp>,
    /// What it may use up in a minute.
    pub quota: KeyQuota,
    /// When it was revoked; `None` while it is not.
    pub revoked_at: Option<Timestamp>,
}

/// Why a caller is refused. The text is for the log and names no caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No credential was sent.
    #[error("no credential")]
    Missing,
    /// Malformed, unknown, expired, or of a customer that no longer exists.
    #[error("no valid credential")]
    Invalid,
    /// It was valid until it was revoked.
    #[error("a revoked credential")]
    Revoked,
    /// Valid, but its reseller is suspended.
    #[error("a credential of a suspended reseller")]
    Suspended,
    /// Valid, but its customer is inactive.
    #[error("a credential of an inactive customer")]
    Inactive,
    /// Valid, but not for this call.
    #[error("a credential that does not allow this call")]
    NotAllowed,
}

impl Credential {
    /// Checks that it is neither revoked nor expired at the moment `now`. Whether its customer still exists is checked elsewhere.
    ///
    /// # Errors
    /// [`Refusal::Revoked`] if it is revoked, otherwise [`Refusal::Invalid`] if it has expired.
    pub fn check_lifetime(&self, now: Timestamp) -> Result<(), Refusal> {
        if self.revoked_at.is_some() {
            Err(Refusal::Revoked)
        } else if self.valid_until.is_some_and(|end| end <= now) {
            Err(Refusal::Invalid)
        } else {
            Ok(())
        }
    }

    /// Whether it allows a call that needs this permission.
    #[must_use]
    pub fn allows(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }
}

#[cfg(test)]
mod tests {
    use super::super::validation;
    use super::*;
    use std::time::Duration;

    fn credential() -> Credential {
        Credential {
            kind: Kind::Reseller,
            permissions: vec![Permission::Read],
            accounts: vec![AccountId(1001)],
            customer: None,
            label: validation::text("main", 60).unwrap().unwrap(),
            last_four: "abcd".into(),
            created_at: Timestamp::now(),
            valid_until: None,
            quota: KeyQuota::default(),
            revoked_at: None,
        }
    }

    #[test]
    fn labels_of_service_users_have_no_character_that_http_basic_can_not_carry() {
        assert!(UserLabel::parse(&"a".repeat(60)).is_some());
        for label in ["", "a:b", "a b", "é", "a/b", &"a".repeat(61)] {
            assert_eq!(UserLabel::parse(label), None, "{label:?}");
        }
    }

    #[test]
    fn a_credential_has_rights() {
        assert!(credential().allows(Permission::Read));
        assert!(!credential().allows(Permission::Write));
    }

    #[test]
    fn a_credential_ends_when_it_expires_or_is_revoked() {
        let now = Timestamp::now();
        let second = Duration::from_secs(1);
        let until = |valid_until| Credential { valid_until: Some(valid_until), ..credential() };
        assert_eq!(credential().check_lifetime(now), Ok(()));
        assert_eq!(until(now.plus(second)).check_lifetime(now), Ok(()));
        assert_eq!(until(now).check_lifetime(now), Err(Refusal::Invalid));

        let revoked = Credential { revoked_at: Some(now), ..until(now.minus(second)) };
        assert_eq!(revoked.check_lifetime(now), Err(Refusal::Revoked));
    }
}
