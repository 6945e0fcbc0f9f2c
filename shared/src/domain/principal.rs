//! Principals: who calls, and who is named as the maker of a change.

use serde::{Deserialize, Serialize};

use super::credential::Kind;
use super::customer::CustomerId;
use super::token::TokenHash;
use super::user::UserId;

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Principal {
    /// A program with a key of this kind. The hash of its token names the credential, which has its label.
    Key(Kind, TokenHash),
    /// A person: this user, of this customer's people or else of the reseller's own.
    User(Option<CustomerId>, UserId),
    /// An operator of the platform.
    Operator,
}
