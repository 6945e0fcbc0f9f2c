//! Tokens: how they are made, and what a well-formed token says.
//!
//! A token is shown once, when it is made, and only its SHA-256 is stored. It names its reseller, so that the credential row and
//! the data can be read together. It ends in a checksum that only this deployment can make, so that mistyped, invented and forged
//! tokens never reach the database:
//!
//! ```text
//! sk_reseller_ <reseller: 5> <signature>
//! sk_customer_ <reseller: 5> <customer: 9> <signature>
//! ```
//!
//! The numbers are in base62; [`signed`] says what a signature is.
//!
//! A token of the licensing API is 32 hexadecimal digits in any case: 24 bits for the reseller, 64 random bits, and the first 40
//! bits of the checksum. There is no room for the version of the secret, so every version is tried.
//!
//! A session of a person has a token too, which the browser keeps as a cookie. It names the place of its user:
//!
//! ```text
//! <reseller: 5> <organization: 9> <user: 9> <signature>
//! ```
//!
//! A service user of the Management API has a user name and a password. The user `api-<reseller>-<label>` names the reseller; the
//! password is a signature of the user name. The token, and what is hashed, is `user:password`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::base62::{encoded, take};
use super::credential::{Kind, Subject};
use super::customer::CustomerId;
use super::hash::{hex, sha256_hex, unhex};
use super::replay::{IdempotencyKey, Replay, SentRequest};
use super::reseller::{RESELLER_DIGITS, ResellerId};
use super::sealing::CryptographyFailed;
use super::secret::{Purpose, Secret, SecretVersion};
use super::signed::{self, SIGNATURE_DIGITS};
use super::user_place::{Organization, UserId, UserPlace};

const CUSTOMER_DIGITS: usize = 9;

const RESELLER_PREFIX: &str = "sk_reseller_";
const CUSTOMER_PREFIX: &str = "sk_customer_";
const USER_PREFIX: &str = "api-";

/// The parts of a licensing token, in bytes: the reseller, random bytes, and the checksum of both.
const LICENSING_RESELLER_BYTES: usize = 3;
const LICENSING_RANDOM_BYTES: usize = 8;
const LICENSING_CHECKSUM_BYTES: usize = 5;

/// The SHA-256 of a token as 64 lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenHash(String);

impl TokenHash {
    pub(crate) fn of(token: &str) -> Self {
        Self(sha256_hex(token))
    }

    /// All 64 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digits by which people name the key.
    #[must_use]
    pub fn key_id(&self) -> KeyId {
        KeyId(self.0.chars().take(KeyId::DIGITS).collect())
    }
}

/// The name of a key for people: the first twelve digits of its token's hash.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(String);

impl KeyId {
    /// How many digits a key id has.
    pub const DIGITS: usize = 12;

    /// Reads a key id: twelve lower-case hexadecimal digits.
    #[must_use]
    pub fn parse(sent: &str) -> Option<Self> {
        let is_one = sent.len() == Self::DIGITS && sent.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_one.then(|| Self(sent.to_owned()))
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number that the digits are: below 2^48.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.0.bytes().fold(0, |number, digit| number << 4 | u64::from(char::from(digit).to_digit(16).unwrap_or_default()))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A presented token: a caller sent it, and it is not checked yet. It has the form of a token and names a reseller.
#[derive(Clone, PartialEq, Eq)]
pub struct PresentedToken {
    text: String,
    purpose: Purpose,
    reseller: ResellerId,
    customer: Option<CustomerId>,
    user: Option<UserId>,
}

impl fmt::Debug for PresentedToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PresentedToken").field("reseller", &self.reseller).finish_non_exhaustive()
    }
}

impl PresentedToken {
    /// Reads an API key, `sk_…`; `None` when the text has another form.
    #[must_use]
    pub fn api_key(sent: &str) -> Option<Self> {
        let (names_customer, mut rest) = match sent.strip_prefix(CUSTOMER_PREFIX) {
            Some(rest) => (true, rest),
            None => (false, sent.strip_prefix(RESELLER_PREFIX)?),
        };
        let reseller = ResellerId::new(take(&mut rest, RESELLER_DIGITS)?)?;
        let customer = if names_customer { Some(CustomerId::new(take(&mut rest, CUSTOMER_DIGITS)?)?) } else { None };
        signed::version_of(rest)?;
        Some(Self { text: sent.to_owned(), purpose: Purpose::ApiKey, reseller, customer, user: None })
    }

    /// Reads a token of the licensing API, 32 hexadecimal digits in any case; `None` when the text has another form.
    #[must_use]
    pub fn licensing(sent: &str) -> Option<Self> {
        let text = sent.to_ascii_lowercase();
        let bytes = unhex(&text)?;
        if bytes.len() != LICENSING_RESELLER_BYTES + LICENSING_RANDOM_BYTES + LICENSING_CHECKSUM_BYTES {
            return None;
        }
        let reseller = bytes.iter().take(LICENSING_RESELLER_BYTES).fold(0, |number, &byte| number << 8 | u64::from(byte));
        let reseller = ResellerId::new(reseller)?;
        Some(Self { text, purpose: Purpose::LicensingToken, reseller, customer: None, user: None })
    }

    /// Reads `user:password` of a service user; `None` when the text has another form.
    #[must_use]
    pub fn service_user(sent: &str) -> Option<Self> {
        let (head, password) = sent.split_at_checked(sent.len().checked_sub(SIGNATURE_DIGITS)?)?;
        let (reseller, _) = head.strip_suffix(':')?.strip_prefix(USER_PREFIX)?.split_once('-')?;
        signed::version_of(password)?;
        let reseller = ResellerId::new(reseller.parse().ok()?)?;
        Some(Self { text: sent.to_owned(), purpose: Purpose::ServiceUser, reseller, customer: None, user: None })
    }

    /// Reads the token of a session; `None` when the text has another form.
    #[must_use]
    pub fn session(sent: &str) -> Option<Self> {
        let mut rest = sent;
        let UserPlace { reseller, organization, user } = UserPlace::take(&mut rest)?;
        signed::version_of(rest)?;
        let customer = organization.customer();
        Some(Self { text: sent.to_owned(), purpose: Purpose::Session, reseller, customer, user: Some(user) })
    }

    /// The customer that the token names: that of a customer's token, or the one whose people the user of a session belongs to.
    #[must_use]
    pub fn customer(&self) -> Option<CustomerId> {
        self.customer
    }

    /// The issued token; `None` when the token was not issued under this secret.
    #[must_use]
    pub fn issued_by(&self, secret: &Secret) -> Option<IssuedToken> {
        let is_issued = match self.purpose {
            Purpose::LicensingToken => {
                let (checked, checksum) = self.text.split_at_checked(self.text.len() - 2 * LICENSING_CHECKSUM_BYTES)?;
                let checksum = unhex(checksum)?;
                secret.versions().iter().any(|version| version.verifies(self.purpose, checked, &checksum))
            }
            purpose => signed::is_signed(&self.text, purpose, secret),
        };
        is_issued.then(|| IssuedToken { presented: self.clone(), hash: TokenHash::of(&self.text), replay: None })
    }
}

/// An issued token: this deployment issued it. It is not a verified caller yet, because the token may have ended since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedToken {
    presented: PresentedToken,
    hash: TokenHash,
    replay: Option<Replay>,
}

impl IssuedToken {
    /// Whom it was issued for.
    #[must_use]
    pub fn bearer(&self) -> Bearer {
        let Self { presented: PresentedToken { purpose, reseller, customer, user, .. }, .. } = *self;
        match (purpose, customer, user) {
            (_, _, Some(user)) => Bearer::Person(UserPlace { reseller, organization: Organization::of(customer), user }),
            (Purpose::LicensingToken, _, _) => Bearer::Program(Kind::Licensing),
            (Purpose::ServiceUser, _, _) => Bearer::Program(Kind::ServiceUser),
            (_, Some(_), _) => Bearer::Program(Kind::Customer),
            (_, None, _) => Bearer::Program(Kind::Reseller),
        }
    }

    /// The reseller that the token names.
    #[must_use]
    pub fn reseller(&self) -> ResellerId {
        self.presented.reseller
    }

    /// The customer that the token names: that of a customer's token, or the one whose people the user of a session belongs to.
    #[must_use]
    pub fn customer(&self) -> Option<CustomerId> {
        self.presented.customer
    }

    /// Its hash, by which its credential row is found.
    #[must_use]
    pub fn hash(&self) -> &TokenHash {
        &self.hash
    }

    /// The same token, presented with a request that comes with this idempotency key.
    ///
    /// # Errors
    /// [`CryptographyFailed`].
    pub fn with_replay(self, key: &IdempotencyKey, request: &SentRequest) -> Result<Self, CryptographyFailed> {
        let replay = Replay::of(&self.presented.text, self.hash.as_str(), key, request)?;
        Ok(Self { replay: Some(replay), ..self })
    }

    /// What the request is recognized by when it comes again; `None` without an idempotency key.
    #[must_use]
    pub fn replay(&self) -> Option<&Replay> {
        self.replay.as_ref()
    }

    /// Whether it was issued under this secret, which may have changed since the token was checked.
    #[must_use]
    pub fn is_issued_by(&self, secret: &Secret) -> bool {
        self.presented.issued_by(secret).is_some()
    }
}

/// Whom a token was issued for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bearer {
    /// A program, with a credential of this kind.
    Program(Kind),
    /// A person: the user at this place, in a session.
    Person(UserPlace),
}

/// A token that was just made. Only this value holds its text.
pub struct NewToken {
    text: String,
    hash: TokenHash,
    last_four: String,
}

impl fmt::Debug for NewToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("NewToken").field("hash", &self.hash).finish_non_exhaustive()
    }
}

impl NewToken {
    /// Makes a token for this subject.
    ///
    /// # Errors
    /// [`CryptographyFailed`].
    pub fn generate(version: &SecretVersion, reseller: ResellerId, subject: &Subject) -> Result<Self, CryptographyFailed> {
        let of_reseller = encoded(u128::from(reseller.number()), RESELLER_DIGITS);
        let text = match subject {
            Subject::Reseller => signed::sign(format!("{RESELLER_PREFIX}{of_reseller}"), Purpose::ApiKey, version)?,
            Subject::Customer(customer) => {
                let customer = encoded(u128::from(customer.number()), CUSTOMER_DIGITS);
                signed::sign(format!("{CUSTOMER_PREFIX}{of_reseller}{customer}"), Purpose::ApiKey, version)?
            }
            Subject::Licensing => Self::licensing(version, reseller)?,
            Subject::ServiceUser(label) => {
                signed::sign(format!("{USER_PREFIX}{reseller}-{}:", label.as_str()), Purpose::ServiceUser, version)?
            }
        };
        Ok(Self::of(text))
    }

    /// Makes a token for a session of the user at this place.
    ///
    /// # Errors
    /// [`CryptographyFailed`].
    pub fn session(version: &SecretVersion, place: UserPlace) -> Result<Self, CryptographyFailed> {
        Ok(Self::of(signed::sign(place.encoded(), Purpose::Session, version)?))
    }

    fn of(text: String) -> Self {
        let hash = TokenHash::of(&text);
        let last_four = text.chars().skip(text.chars().count().saturating_sub(4)).collect();
        Self { text, hash, last_four }
    }

    fn licensing(version: &SecretVersion, reseller: ResellerId) -> Result<String, CryptographyFailed> {
        let mut random = [0; LICENSING_RANDOM_BYTES];
        getrandom::fill(&mut random)?;
        let mut text = format!("{:06x}{}", reseller.number(), hex(&random));
        let checksum = version.checksum(Purpose::LicensingToken, &text)?;
        text.extend(hex(&checksum).chars().take(2 * LICENSING_CHECKSUM_BYTES));
        Ok(text)
    }

    /// The text of the token, to be shown to its owner and then forgotten.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// The user and the password, if the token is one of a service user.
    #[must_use]
    pub fn user_and_password(&self) -> Option<(&str, &str)> {
        self.text.split_once(':')
    }

    /// Its hash, which is stored.
    #[must_use]
    pub fn hash(&self) -> &TokenHash {
        &self.hash
    }

    /// Its last four characters.
    #[must_use]
    pub fn last_four(&self) -> &str {
        &self.last_four
    }
}

#[cfg(test)]
mod tests {
    use super::super::credential::UserLabel;
    use super::super::timestamp::Timestamp;
    use super::*;
    use proptest::prelude::*;

    fn secret() -> Secret {
        Secret::first(SecretVersion::generate(1, Timestamp::now()).unwrap())
    }

    fn reseller(number: u64) -> ResellerId {
        ResellerId::new(number).unwrap()
    }

    fn made(secret: &Secret, number: u64, subject: &Subject) -> NewToken {
        NewToken::generate(&secret.versions()[0], reseller(number), subject).unwrap()
    }

    fn service_user(secret: &Secret, number: u64, label: &str) -> NewToken {
        made(secret, number, &Subject::ServiceUser(UserLabel::parse(label).unwrap()))
    }

    /// The issued token that this text presents, of any kind.
    fn issued(secret: &Secret, text: &str) -> Option<IssuedToken> {
        let presented = PresentedToken::api_key(text)
            .or_else(|| PresentedToken::licensing(text))
            .or_else(|| PresentedToken::service_user(text));
        presented?.issued_by(secret)
    }

    fn one_of_each_kind(secret: &Secret) -> [NewToken; 4] {
        [
            made(secret, 3, &Subject::Reseller),
            made(secret, 3, &Subject::Customer(CustomerId::new(12).unwrap())),
            made(secret, 3, &Subject::Licensing),
            service_user(secret, 3, "billing"),
        ]
    }

    #[test]
    fn a_new_token_says_what_it_was_made_for() {
        let secret = secret();
        for number in [1, 2, 61, 62, u64::from(ResellerId::MAX)] {
            let token = made(&secret, number, &Subject::Reseller);
            let read = issued(&secret, token.reveal()).unwrap();
            assert_eq!((read.reseller(), read.customer()), (reseller(number), None));
            assert_eq!(read.hash(), token.hash());
            assert_eq!(token.reveal().len(), "sk_reseller_".len() + 40);
        }
        let customer = CustomerId::new(CustomerId::MAX).unwrap();
        let token = made(&secret, 7, &Subject::Customer(customer));
        assert_eq!(issued(&secret, token.reveal()).unwrap().customer(), Some(customer));
    }

    #[test]
    fn a_licensing_token_has_32_hexadecimal_digits_in_any_case() {
        let secret = secret();
        for number in [1, 255, 256, u64::from(ResellerId::MAX)] {
            let token = made(&secret, number, &Subject::Licensing);
            let text = token.reveal();
            assert!(text.len() == 32 && text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')), "{text}");
            for sent in [text.to_owned(), text.to_uppercase()] {
                let read = PresentedToken::licensing(&sent).unwrap().issued_by(&secret).unwrap();
                assert_eq!((read.reseller(), read.customer(), read.hash()), (reseller(number), None, token.hash()));
            }
            assert_eq!(PresentedToken::api_key(text), None);
        }
        // This deployment never issued the token of the source document.
        assert_eq!(issued(&secret, "63f9db5f7b532f1879df8dd751e185d5"), None);
    }

    #[test]
    fn a_service_user_is_named_after_its_reseller_and_its_label() {
        let secret = secret();
        for (number, label) in [(1, "billing"), (4_711, "Nightly-import_2.0"), (u64::from(ResellerId::MAX), "7-7")] {
            let token = service_user(&secret, number, label);
            let (user, password) = token.user_and_password().unwrap();
            assert_eq!((user, password.len()), (format!("api-{number}-{label}").as_str(), SIGNATURE_DIGITS));
            assert!(password.ends_with(token.last_four()));
            let read = issued(&secret, &format!("{user}:{password}")).unwrap();
            assert_eq!((read.reseller(), read.customer(), read.hash()), (reseller(number), None, token.hash()));
            assert_eq!(PresentedToken::api_key(token.reveal()), None);
        }
        assert_eq!(made(&secret, 1, &Subject::Licensing).user_and_password(), None);
    }

    #[test]
    fn a_token_of_another_deployment_is_none_of_ours() {
        let ours = secret();
        for token in one_of_each_kind(&secret()) {
            assert_eq!(issued(&ours, token.reveal()), None, "{}", token.reveal());
        }
    }

    #[test]
    fn a_token_holds_until_its_version_of_the_secret_is_dropped() {
        let first = secret();
        let both = first.with(SecretVersion::generate(2, Timestamp::now()).unwrap());
        let second = both.without(1).unwrap();
        for token in one_of_each_kind(&first) {
            let read = issued(&both, token.reveal()).unwrap();
            assert!(read.is_issued_by(&first) && read.is_issued_by(&both) && !read.is_issued_by(&second));
        }
        let newer = NewToken::generate(both.version(2).unwrap(), reseller(3), &Subject::Reseller).unwrap();
        assert_eq!(issued(&first, newer.reveal()), None);
        assert!(issued(&second, newer.reveal()).is_some());
    }

    #[test]
    fn every_change_of_one_character_is_noticed() {
        let secret = secret();
        for token in one_of_each_kind(&secret) {
            let text = token.reveal();
            for position in 0..text.len() {
                for replacement in "0123456789abcdefzAZ_-+: é".chars().filter(|&other| !text[position..].starts_with(other)) {
                    let typed = format!("{}{replacement}{}", &text[..position], &text[position + 1..]);
                    // The licensing API takes hexadecimal digits in any case.
                    if !text.eq_ignore_ascii_case(&typed) || text.len() != 32 {
                        assert_eq!(issued(&secret, &typed), None, "{typed}");
                    }
                }
                assert_eq!(issued(&secret, &text[..position]), None);
            }
            for typed in [format!("{text}0"), format!(" {text}"), format!("{text} ")] {
                assert_eq!(issued(&secret, &typed), None);
            }
        }
    }

    #[test]
    fn a_token_of_one_kind_does_not_pass_for_another() {
        let secret = secret();
        let token = made(&secret, 3, &Subject::Reseller);
        assert_eq!(issued(&secret, &token.reveal().replace("sk_reseller_", "sk_customer_")), None);
    }

    #[test]
    fn tokens_do_not_repeat() {
        let secret = secret();
        let made: std::collections::HashSet<String> =
            (0..1_000).map(|_| made(&secret, 1, &Subject::Reseller).reveal().to_owned()).collect();
        assert_eq!(made.len(), 1_000);
    }

    #[test]
    fn the_text_does_not_show_in_debug_output() {
        let secret = secret();
        for token in one_of_each_kind(&secret) {
            let presented = issued(&secret, token.reveal()).unwrap();
            assert!(!format!("{token:?} {presented:?}").contains(token.reveal()));
        }
    }

    #[test]
    fn a_key_id_is_twelve_lower_case_hexadecimal_digits() {
        let token = made(&secret(), 1, &Subject::Reseller);
        assert_eq!(KeyId::parse(token.hash().key_id().as_str()), Some(token.hash().key_id()));
        for text in ["", "0123456789a", "0123456789abc", "0123456789AB", "0123456789ag", "0123456789é"] {
            assert_eq!(KeyId::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn inventions_are_no_tokens(invented in "sk_(reseller|customer)_[0-9A-Za-z]{20,60}") {
            prop_assert_eq!(issued(&secret(), &invented), None);
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            prop_assert_eq!(issued(&secret(), &text), None);
            prop_assert_eq!(issued(&secret(), &format!("api-1-{text}:{}", "0".repeat(SIGNATURE_DIGITS))), None);
        }
    }
}
