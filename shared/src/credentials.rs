//! API keys: how a token is built, what a well-formed one claims, and what a credential row on record allows.
//!
//! A token is shown once, when it is made, and stored only as its SHA-256. It names its reseller, so that the credential row
//! and the data can be read together, and ends in a checksum, so that typing errors and inventions never reach the database:
//!
//! ```text
//! sk_reseller_ <reseller: 5> <random: 22> <checksum: 6>
//! sk_customer_ <reseller: 5> <customer: 9> <random: 22> <checksum: 6>
//! ```
//!
//! Each part is a number in base62 (`0-9A-Za-z`), padded with zeros; 22 digits hold 128 random bits. The checksum is the first
//! 32 bits of the SHA-256 of all before it. It is no secret: who forges it on
//! purpose has one bounded read made for them, learns nothing of it, and fails.
//!
//! The licensing API's clients know their token as 32 hexadecimal digits, whatever their case, which leaves room for 80 random
//! bits between the reseller (24 bits) and the checksum (24 bits).
//!
//! The Management API's clients have a user and a password. The user `api-<reseller>-<label>` names the reseller; the password is
//! 22 random digits in base62 and a checksum of both. The token, and what is hashed, is `user:password`.

use std::fmt;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::customer::CustomerId;
use crate::reseller::{AccountId, ResellerId};
use crate::timestamp::Timestamp;
use crate::validation::Text;

/// Whom a credential stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The reseller itself.
    Reseller,
    /// One of its customers; ends with that customer.
    Customer,
    /// The reseller, towards the licensing API.
    Licensing,
    /// A program of the reseller, towards the Management API, limited to the accounts that it was granted.
    ServiceUser,
}

/// The part of a service user's name that people choose: 1 to 60 ASCII letters, digits, dots, hyphens or underscores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserLabel(String);

impl UserLabel {
    const MAXIMUM: usize = 60;

    /// The label; `None` when a user can't be called so.
    #[must_use]
    pub fn parse(sent: &str) -> Option<Self> {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        ((1..=Self::MAXIMUM).contains(&sent.len()) && sent.bytes().all(is_part)).then(|| Self(sent.to_owned()))
    }
}

/// Whom a new credential is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The reseller itself.
    Reseller,
    /// This customer of the reseller.
    Customer(CustomerId),
    /// The reseller, towards the licensing API.
    Licensing,
    /// A program of the reseller, towards the Management API.
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
    /// To look.
    Read,
    /// To create, change and delete.
    Write,
}

/// A credential on record. The row's key is the SHA-256 of its token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// Whom it stands for.
    pub kind: Kind,
    /// What it allows.
    pub permissions: Vec<Permission>,
    /// The accounts it may use; the first is where customers are created.
    pub accounts: Vec<AccountId>,
    /// The customer that a [`Kind::Customer`] stands for.
    pub customer: Option<CustomerId>,
    /// What people call it.
    pub label: Text,
    /// The last four characters of its token, by which people recognize it.
    pub last_four: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is refused; `None` for never.
    pub valid_until: Option<Timestamp>,
    /// Since when it has been revoked.
    pub revoked_at: Option<Timestamp>,
}

/// Why a caller is turned away. Its text is for the log and names no caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No credential was sent.
    #[error("no credential")]
    Missing,
    /// Malformed, unknown, expired, or of a customer that is no more.
    #[error("no valid credential")]
    Invalid,
    /// It was valid until it was revoked.
    #[error("a revoked credential")]
    Revoked,
    /// Valid, but not for this call.
    #[error("a credential that does not allow this call")]
    NotAllowed,
}

impl Credential {
    /// Whether it opens a call that needs `kind` and `permission` at the moment `now`. That its customer still exists is not
    /// decided here.
    ///
    /// # Errors
    /// [`Refusal::Revoked`] before [`Refusal::Invalid`] (expired) before [`Refusal::NotAllowed`].
    pub fn admit(&self, kind: Kind, permission: Permission, now: Timestamp) -> Result<(), Refusal> {
        if self.revoked_at.is_some() {
            Err(Refusal::Revoked)
        } else if self.valid_until.is_some_and(|end| end <= now) {
            Err(Refusal::Invalid)
        } else if self.kind != kind || !self.permissions.contains(&permission) {
            Err(Refusal::NotAllowed)
        } else {
            Ok(())
        }
    }
}

/// The SHA-256 of a token as 64 lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenHash(String);

impl TokenHash {
    /// How many digits of the hash name a key among people.
    pub const KEY_ID_DIGITS: usize = 12;

    fn of(token: &str) -> Self {
        Self(sha256_hex(token))
    }

    /// All 64 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first twelve digits, by which people name a key.
    #[must_use]
    pub fn key_id(&self) -> &str {
        self.0.get(..Self::KEY_ID_DIGITS).unwrap_or_default()
    }
}

/// The SHA-256 of a text as 64 lower-case hexadecimal digits.
#[must_use]
pub fn sha256_hex(text: &str) -> String {
    hex(&Sha256::digest(text))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut hex, byte| {
        // Writing to a `String` can't fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// What a well-formed token says of itself. Not yet a caller: anyone can write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    reseller: ResellerId,
    customer: Option<CustomerId>,
    hash: TokenHash,
}

pub(crate) const RESELLER_DIGITS: usize = 5;
const CUSTOMER_DIGITS: usize = 9;
const RANDOM_DIGITS: usize = 22;
const CHECKSUM_DIGITS: usize = 6;

const RESELLER_PREFIX: &str = "sk_reseller_";
const CUSTOMER_PREFIX: &str = "sk_customer_";
const USER_PREFIX: &str = "api-";

/// How many bytes of a licensing token name the reseller, and how many sum up all before them.
const LICENSING_BYTES: usize = 3;
const LICENSING_RANDOM_BYTES: usize = 10;

impl Claim {
    /// Reads an API key, `sk_…`; `None` when it can't be one that was ever issued. Makes no call.
    #[must_use]
    pub fn parse(token: &str) -> Option<Self> {
        let (names_customer, mut rest) = match token.strip_prefix(CUSTOMER_PREFIX) {
            Some(encoded) => (true, encoded),
            None => (false, token.strip_prefix(RESELLER_PREFIX)?),
        };
        let reseller = ResellerId::new(take(&mut rest, RESELLER_DIGITS)?)?;
        let customer = if names_customer { Some(CustomerId::new(take(&mut rest, CUSTOMER_DIGITS)?)?) } else { None };
        is_secret_of(token, rest).then(|| Self { reseller, customer, hash: TokenHash::of(token) })
    }

    /// Reads a token of the licensing API, 32 hexadecimal digits in any case; `None` when it can't be one that was ever issued.
    /// Makes no call.
    #[must_use]
    pub fn parse_licensing(token: &str) -> Option<Self> {
        let token = token.to_ascii_lowercase();
        let (summed, sum) = token.split_at_checked(2 * (LICENSING_BYTES + LICENSING_RANDOM_BYTES))?;
        if token.len() != 2 * (2 * LICENSING_BYTES + LICENSING_RANDOM_BYTES) || sum != licensing_checksum(summed) {
            return None;
        }
        // The sum is of this text and no other, so that no sign or blank gets this far.
        let reseller = u64::from_str_radix(summed.get(..2 * LICENSING_BYTES)?, 16).ok().and_then(ResellerId::new)?;
        Some(Self { reseller, customer: None, hash: TokenHash::of(&token) })
    }

    /// Reads `user:password` of a service user; `None` when it can't be one that was ever issued. Makes no call.
    #[must_use]
    pub fn parse_service_user(sent: &str) -> Option<Self> {
        let (reseller, _) = sent.strip_prefix(USER_PREFIX)?.split_once('-')?;
        let (summed, sum) = sent.split_at_checked(sent.len().checked_sub(CHECKSUM_DIGITS)?)?;
        if sum != encoded(u128::from(checksum(summed)), CHECKSUM_DIGITS) {
            return None;
        }
        // The sum is of this text and no other, so that the rest has the form that it was made in.
        Some(Self { reseller: ResellerId::new(reseller.parse().ok()?)?, customer: None, hash: TokenHash::of(sent) })
    }

    /// The reseller that the token names.
    #[must_use]
    pub fn reseller(&self) -> ResellerId {
        self.reseller
    }

    /// The customer that a customer's token names.
    #[must_use]
    pub fn customer(&self) -> Option<CustomerId> {
        self.customer
    }

    /// Where its credential row is.
    #[must_use]
    pub fn hash(&self) -> &TokenHash {
        &self.hash
    }
}

/// A token that has just been made: the only moment at which its text exists.
pub struct NewToken {
    text: String,
    hash: TokenHash,
}

impl fmt::Debug for NewToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("NewToken").field("hash", &self.hash).finish_non_exhaustive()
    }
}

impl NewToken {
    /// A token for this subject.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn generate(reseller: ResellerId, subject: &Subject) -> Result<Self, getrandom::Error> {
        let of_reseller = || encoded(u128::from(reseller.number()), RESELLER_DIGITS);
        let text = match subject {
            Subject::Reseller => random_and_sum(format!("{RESELLER_PREFIX}{}", of_reseller())),
            Subject::Customer(customer) => {
                let customer = encoded(u128::from(customer.number()), CUSTOMER_DIGITS);
                random_and_sum(format!("{CUSTOMER_PREFIX}{}{customer}", of_reseller()))
            }
            Subject::Licensing => Self::licensing(reseller),
            Subject::ServiceUser(label) => random_and_sum(format!("{USER_PREFIX}{reseller}-{}:", label.0)),
        }?;
        let hash = TokenHash::of(&text);
        Ok(Self { text, hash })
    }

    fn licensing(reseller: ResellerId) -> Result<String, getrandom::Error> {
        let mut random = [0; LICENSING_RANDOM_BYTES];
        getrandom::fill(&mut random)?;
        let mut text = format!("{:06x}{}", reseller.number(), hex(&random));
        let sum = licensing_checksum(&text);
        text.push_str(&sum);
        Ok(text)
    }

    /// The token, to be shown to its owner and then forgotten.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// The user and the password, where it is one of a service user.
    #[must_use]
    pub fn user_and_password(&self) -> Option<(&str, &str)> {
        self.text.split_once(':')
    }

    /// Its hash, which is what is stored.
    #[must_use]
    pub fn hash(&self) -> &TokenHash {
        &self.hash
    }

    /// Its last four characters.
    #[must_use]
    pub fn last_four(&self) -> &str {
        self.text.get(self.text.len() - 4..).unwrap_or_default()
    }
}

/// A secret behind what names it: 128 random bits, and the checksum of all before.
pub(crate) fn random_and_sum(mut text: String) -> Result<String, getrandom::Error> {
    let mut random = [0; 16];
    getrandom::fill(&mut random)?;
    text.push_str(&encoded(u128::from_be_bytes(random), RANDOM_DIGITS));
    let sum = checksum(&text);
    text.push_str(&encoded(u128::from(sum), CHECKSUM_DIGITS));
    Ok(text)
}

/// A number in base62, padded with zeros.
pub(crate) fn encoded(number: u128, digits: usize) -> String {
    format!("{:0>digits$}", base62::encode(number))
}

/// Takes a number in base62 off the beginning of `rest`.
pub(crate) fn take<T: TryFrom<u128>>(rest: &mut &str, digits: usize) -> Option<T> {
    let (number, behind) = rest.split_at_checked(digits)?;
    *rest = behind;
    let decoded = number.bytes().all(|byte| byte.is_ascii_alphanumeric()).then(|| base62::decode(number).ok())??;
    T::try_from(decoded).ok()
}

/// Whether `rest`, the end of `text`, is what [`random_and_sum`] adds to the text before it.
pub(crate) fn is_secret_of(text: &str, mut rest: &str) -> bool {
    let is_random = take::<u128>(&mut rest, RANDOM_DIGITS).is_some();
    let summed = text.len().checked_sub(CHECKSUM_DIGITS).and_then(|end| text.get(..end));
    is_random && take(&mut rest, CHECKSUM_DIGITS) == summed.map(checksum) && rest.is_empty()
}

fn checksum(text: &str) -> u32 {
    Sha256::digest(text).iter().take(4).fold(0, |sum, &byte| sum << 8 | u32::from(byte))
}

/// The first 24 bits, in hexadecimal, of a SHA-256 that no other kind of token has.
fn licensing_checksum(summed: &str) -> String {
    sha256_hex(&format!("licensing {summed}")).chars().take(2 * LICENSING_BYTES).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validation;
    use proptest::prelude::*;
    use std::time::Duration;

    fn reseller(number: u64) -> ResellerId {
        ResellerId::new(number).unwrap()
    }

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
            revoked_at: None,
        }
    }

    #[test]
    fn a_new_token_claims_what_it_was_made_for() {
        for number in [1, 2, 61, 62, u64::from(ResellerId::MAX)] {
            let token = NewToken::generate(reseller(number), &Subject::Reseller).unwrap();
            let claim = Claim::parse(token.reveal()).unwrap();
            assert_eq!((claim.reseller(), claim.customer()), (reseller(number), None));
            assert_eq!(claim.hash(), token.hash());
            assert_eq!(token.reveal().len(), "sk_reseller_".len() + 33);
        }
        let customer = CustomerId::new(CustomerId::MAX).unwrap();
        let token = NewToken::generate(reseller(7), &Subject::Customer(customer)).unwrap();
        assert_eq!(Claim::parse(token.reveal()).unwrap().customer(), Some(customer));
    }

    #[test]
    fn a_licensing_token_has_32_hexadecimal_digits_in_any_case() {
        for number in [1, 255, 256, u64::from(ResellerId::MAX)] {
            let token = NewToken::generate(reseller(number), &Subject::Licensing).unwrap();
            let text = token.reveal();
            assert!(text.len() == 32 && text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')), "{text}");
            for sent in [text.to_owned(), text.to_uppercase()] {
                let claim = Claim::parse_licensing(&sent).unwrap();
                assert_eq!((claim.reseller(), claim.customer(), claim.hash()), (reseller(number), None, token.hash()));
            }
            assert_eq!(Claim::parse(text), None);
        }
        // The token of the source document was never issued by us.
        assert_eq!(Claim::parse_licensing("63f9db5f7b532f1879df8dd751e185d5"), None);
    }

    #[test]
    fn every_change_of_one_digit_of_a_licensing_token_is_noticed() {
        let token = NewToken::generate(reseller(3), &Subject::Licensing).unwrap();
        let text = token.reveal();
        for position in 0..text.len() {
            for replacement in "0123456789abcdef+ -".chars().filter(|&other| !text[position..].starts_with(other)) {
                let typed = format!("{}{replacement}{}", &text[..position], &text[position + 1..]);
                assert_eq!(Claim::parse_licensing(&typed), None, "{typed}");
            }
            assert_eq!(Claim::parse_licensing(&text[..position]), None);
        }
        assert_eq!(Claim::parse_licensing(&format!("{text}0")), None);
    }

    fn service_user(number: u64, label: &str) -> NewToken {
        NewToken::generate(reseller(number), &Subject::ServiceUser(UserLabel::parse(label).unwrap())).unwrap()
    }

    #[test]
    fn a_service_user_is_named_after_its_reseller_and_its_label() {
        for (number, label) in [(1, "billing"), (4_711, "Nightly-import_2.0"), (u64::from(ResellerId::MAX), "7-7")] {
            let token = service_user(number, label);
            let (user, password) = token.user_and_password().unwrap();
            assert_eq!((user, password.len()), (format!("api-{number}-{label}").as_str(), 28));
            assert!(password.ends_with(token.last_four()));
            let claim = Claim::parse_service_user(&format!("{user}:{password}")).unwrap();
            assert_eq!((claim.reseller(), claim.customer(), claim.hash()), (reseller(number), None, token.hash()));
            assert_eq!(Claim::parse(token.reveal()), None);
        }
        assert_eq!(NewToken::generate(reseller(1), &Subject::Licensing).unwrap().user_and_password(), None);
    }

    #[test]
    fn labels_of_service_users_have_no_character_that_http_basic_can_not_carry() {
        assert!(UserLabel::parse(&"a".repeat(60)).is_some());
        for label in ["", "a:b", "a b", "é", "a/b", &"a".repeat(61)] {
            assert_eq!(UserLabel::parse(label), None, "{label:?}");
        }
    }

    #[test]
    fn every_change_of_one_character_of_a_user_or_a_password_is_noticed() {
        let token = service_user(12, "billing");
        let text = token.reveal();
        for position in 0..text.len() {
            for replacement in "019azAZ-: é".chars().filter(|&other| !text[position..].starts_with(other)) {
                let typed = format!("{}{replacement}{}", &text[..position], &text[position + 1..]);
                assert_eq!(Claim::parse_service_user(&typed), None, "{typed}");
            }
            assert_eq!(Claim::parse_service_user(&text[..position]), None);
        }
        assert_eq!(Claim::parse_service_user(&format!("{text}0")), None);
    }

    #[test]
    fn tokens_do_not_repeat() {
        let made: std::collections::HashSet<String> =
            (0..1_000).map(|_| NewToken::generate(reseller(1), &Subject::Reseller).unwrap().reveal().to_owned()).collect();
        assert_eq!(made.len(), 1_000);
    }

    #[test]
    fn the_secret_does_not_show_in_debug_output() {
        let token = NewToken::generate(reseller(1), &Subject::Reseller).unwrap();
        assert!(!format!("{token:?}").contains(token.reveal()));
    }

    #[test]
    fn every_change_of_one_character_is_noticed() {
        let token = NewToken::generate(reseller(3), &Subject::Customer(CustomerId::new(12).unwrap())).unwrap();
        let text = token.reveal();
        for position in 0..text.len() {
            for replacement in ['0', '1', 'a', 'A', 'z', '_', ' ', 'é'] {
                let mut typed: Vec<char> = text.chars().collect();
                if typed[position] != replacement {
                    typed[position] = replacement;
                    let typed: String = typed.into_iter().collect();
                    assert_eq!(Claim::parse(&typed), None, "{typed}");
                }
            }
        }
    }

    #[test]
    fn a_token_with_more_or_less_is_none() {
        let token = NewToken::generate(reseller(3), &Subject::Reseller).unwrap();
        let text = token.reveal();
        for end in 0..text.len() {
            assert_eq!(Claim::parse(&text[..end]), None);
        }
        for typed in [format!("{text}0"), format!(" {text}"), format!("{text} "), text.to_uppercase(), text.to_lowercase()] {
            assert_eq!(Claim::parse(&typed), None, "{typed}");
        }
    }

    #[test]
    fn a_token_of_one_kind_does_not_pass_for_another() {
        let token = NewToken::generate(reseller(3), &Subject::Reseller).unwrap();
        assert_eq!(Claim::parse(&token.reveal().replace("sk_reseller_", "sk_customer_")), None);
    }

    #[test]
    fn what_a_credential_admits() {
        let now = Timestamp::now();
        let admit = |credential: &Credential, permission| credential.admit(Kind::Reseller, permission, now);
        let good = credential();
        assert_eq!(admit(&good, Permission::Read), Ok(()));
        assert_eq!(admit(&good, Permission::Write), Err(Refusal::NotAllowed));
        assert_eq!(good.admit(Kind::Customer, Permission::Read, now), Err(Refusal::NotAllowed));

        let second = Duration::from_secs(1);
        let until = |valid_until| Credential { valid_until: Some(valid_until), ..credential() };
        assert_eq!(admit(&until(now.plus(second)), Permission::Read), Ok(()));
        assert_eq!(admit(&until(now), Permission::Read), Err(Refusal::Invalid));

        let revoked = Credential { revoked_at: Some(now), ..until(now.minus(second)) };
        assert_eq!(admit(&revoked, Permission::Write), Err(Refusal::Revoked));
    }

    proptest! {
        #[test]
        fn inventions_are_no_tokens(invented in "sk_(reseller|customer)_[0-9A-Za-z]{20,60}") {
            prop_assert_eq!(Claim::parse(&invented), None);
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            prop_assert_eq!(Claim::parse(&text), None);
            prop_assert_eq!(Claim::parse_licensing(&text), None);
            prop_assert_eq!(Claim::parse_service_user(&format!("api-{text}")), None);
        }
    }
}
