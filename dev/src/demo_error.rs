//! Why there is no demo data.

use shared::domain::validation::{self, Text};
use shared::store::api_key::IssueKeyError;
use shared::store::customer::WriteError;
use shared::store::plan::DefinePlanError;
use shared::store::reseller::ProvisionError;
use shared::store::subscription::ChangeError;
use shared::store::transcription;
use shared::store::user::{CreateUserError, ProvisionUserError};
use shared::store::{AuthenticationError, StoreError};

/// What can't be, because demo data is made without idempotency keys.
const KEYLESS: &str = "a request without an idempotency key was answered before";

/// Why there is no demo data.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{0}")]
    Impossible(&'static str),
}

impl From<AuthenticationError> for DemoError {
    fn from(error: AuthenticationError) -> Self {
        match error {
            AuthenticationError::Store(error) => Self::Store(error),
            AuthenticationError::Refused(_) => Self::Impossible("a new key is refused"),
            AuthenticationError::Earlier(_) => Self::Impossible(KEYLESS),
        }
    }
}

impl From<ProvisionError> for DemoError {
    fn from(error: ProvisionError) -> Self {
        match error {
            ProvisionError::Store(error) => Self::Store(error),
            ProvisionError::PlatformHas(_) => Self::Impossible("a demo reseller is the platform's own"),
            ProvisionError::ShortNameTaken => Self::Impossible("another reseller has the short name of a demo reseller"),
        }
    }
}

impl From<WriteError> for DemoError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Store(error) => Self::Store(error),
            WriteError::Taken(_) => Self::Impossible("another customer holds the demo customer's address"),
            WriteError::OtherRevision => Self::Impossible("a new customer is at another revision"),
        }
    }
}

impl From<DefinePlanError> for DemoError {
    fn from(error: DefinePlanError) -> Self {
        match error {
            DefinePlanError::Store(error) => Self::Store(error),
            DefinePlanError::Full => Self::Impossible("there are too many plans"),
        }
    }
}

impl From<ChangeError> for DemoError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Store(error) => Self::Store(error),
            ChangeError::Refused { .. } | ChangeError::Invalid(_) | ChangeError::CodeTaken | ChangeError::OtherRevision => {
                Self::Impossible("a demo plan can't be sold")
            }
        }
    }
}

impl From<transcription::ChangeError> for DemoError {
    fn from(error: transcription::ChangeError) -> Self {
        match error {
            transcription::ChangeError::Store(error) => Self::Store(error),
            _ => Self::Impossible("a demo transcription can't be so"),
        }
    }
}

impl From<IssueKeyError> for DemoError {
    fn from(error: IssueKeyError) -> Self {
        match error {
            IssueKeyError::Store(error) => Self::Store(error),
            IssueKeyError::NoSuchReseller | IssueKeyError::NoSuchCustomer(_) | IssueKeyError::NoSuchAccount(_) => {
                Self::Impossible("a reseller, customer or account is gone before it had a key")
            }
            IssueKeyError::NoRoom(_) => Self::Impossible("the demo customer has too many tokens"),
        }
    }
}

impl From<ProvisionUserError> for DemoError {
    fn from(error: ProvisionUserError) -> Self {
        match error {
            ProvisionUserError::Store(error) | ProvisionUserError::NotMade(CreateUserError::Store(error)) => Self::Store(error),
            ProvisionUserError::NoOrganization => Self::Impossible("a reseller or customer is gone before it had people"),
            ProvisionUserError::NotMade(CreateUserError::Refused { .. }) | ProvisionUserError::Inactive => {
                Self::Impossible("a demo person can't be made")
            }
        }
    }
}

/// A text of the demo data.
pub(crate) fn text(value: &str) -> Result<Text, DemoError> {
    validation::text(value, 255).ok().flatten().ok_or(DemoError::Impossible("a text of the demo data is not allowed"))
}
