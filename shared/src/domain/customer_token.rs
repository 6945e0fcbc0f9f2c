//! A customer's token: an API key with which the customer's own programs call, as its reseller sees it.

use serde::{Deserialize, Serialize};

use super::entity_tag::EntityTag;
use super::timestamp::Timestamp;
use super::token::{KeyId, TokenHash};
use super::validation::Text;

/// How many tokens a customer has at most, expired ones included.
pub const MOST_TOKENS: u64 = 100;

/// The most characters of a token's name.
pub const MAXIMUM_NAME: usize = 100;

/// For how many years a token can be valid.
pub const VALID_YEARS: [u8; 3] = [1, 2, 5];

/// What a token is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenType {
    /// Transcriptions of files.
    Batch,
    /// Transcriptions while somebody speaks.
    Realtime,
}

/// Whether a token can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenStatus {
    /// It can be used.
    Active,
    /// Its time is over.
    Expired,
}

/// A customer's token to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCustomerToken {
    /// Its name, unique among the customer's tokens without regard to case.
    pub name: Text,
    /// What it is used for.
    pub token_type: TokenType,
    /// For how many years it is valid: one of [`VALID_YEARS`].
    pub valid_years: u8,
}

/// A customer's token on record. Whether its credential is revoked stands with the credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerToken {
    /// The hash by which its credential is found.
    pub hash: TokenHash,
    /// Its name, unique among the customer's tokens without regard to case.
    pub name: Text,
    /// What it is used for.
    pub token_type: TokenType,
    /// Its last four characters, by which people recognize it.
    pub last_four: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// The moment from which it is refused; `None` when it never expires, as only a token that an operator issued does.
    pub valid_until: Option<Timestamp>,
}

impl CustomerToken {
    /// Its id, which is that of its key.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.hash.key_id()
    }

    /// Whether it can be used at this moment.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> TokenStatus {
        if self.valid_until.is_some_and(|end| end <= now) { TokenStatus::Expired } else { TokenStatus::Active }
    }

    /// The tag of the token, which never changes.
    #[must_use]
    pub fn entity_tag(&self) -> EntityTag {
        EntityTag::new(self.id().number(), 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::validation;

    #[test]
    fn a_token_expires_at_its_end_and_not_before() {
        let moment = |text: &str| text.parse::<Timestamp>().unwrap();
        let end = moment("2027-11-29T12:00:00.000Z");
        let token = |valid_until| CustomerToken {
            hash: TokenHash::of("sk_customer_x"),
            name: validation::text("Call centre", MAXIMUM_NAME).unwrap().unwrap(),
            token_type: TokenType::Batch,
            last_four: "abcd".to_owned(),
            created_at: moment("2026-11-29T12:00:00.000Z"),
            valid_until,
        };
        assert_eq!(token(Some(end)).status(moment("2027-11-29T11:59:59.999Z")), TokenStatus::Active);
        assert_eq!(token(Some(end)).status(end), TokenStatus::Expired);
        assert_eq!(token(None).status(moment("9999-12-30T00:00:00.000Z")), TokenStatus::Active);
    }
}
