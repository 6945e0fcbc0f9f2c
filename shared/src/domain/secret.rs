//! The secret of a deployment: with it, the deployment recognizes the tokens and cursors that it issued itself.
//!
//! A secret has versions, so that it can be changed without ending every token at once. A new version is used to issue from some
//! moment on; an older version verifies what was issued under it until it is dropped. Each purpose has a key of its own, derived
//! from a version by HKDF (RFC 5869), so that what one purpose makes public says nothing about another.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hkdf::{HKDF_SHA256, Prk};
use aws_lc_rs::hmac;
use serde::{Deserialize, Serialize};

use super::hash::{hex, unhex};
use super::sealing::{CryptographyFailed, KEY_BYTES, SealingKey};
use super::timestamp::Timestamp;

/// How many random bytes a version has.
const SECRET_BYTES: usize = KEY_BYTES;

/// The purpose of a derived key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The checksum of an API key.
    ApiKey,
    /// The checksum of a token of the licensing API.
    LicensingToken,
    /// The checksum of a service user's password.
    ServiceUser,
    /// The checksum of a licence key.
    LicenceKey,
    /// The encryption of cursors.
    Cursor,
    /// The name under which a source address is on record.
    Source,
    /// The checksum of a link with which a user sets a password.
    Link,
    /// The checksum of the cookie that names a session.
    Session,
    /// The names under which tries of passwords are on record.
    Tries,
    /// The encryption of mails that wait.
    Mail,
}

impl Purpose {
    /// The name of the purpose in the derivation. A change of a name ends everything that was issued for this purpose.
    fn name(self) -> &'static [u8] {
        match self {
            Self::ApiKey => b"api key",
            Self::LicensingToken => b"licensing token",
            Self::ServiceUser => b"service user",
            Self::LicenceKey => b"licence key",
            Self::Cursor => b"cursor",
            Self::Source => b"source",
            Self::Link => b"link",
            Self::Session => b"session",
            Self::Tries => b"tries",
            Self::Mail => b"mail",
        }
    }
}

/// One version of the secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretVersion {
    number: u16,
    #[serde(with = "hexadecimal")]
    bytes: [u8; SECRET_BYTES],
    issues_from: Timestamp,
}

impl fmt::Debug for SecretVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SecretVersion")
            .field("number", &self.number)
            .field("issues_from", &self.issues_from)
            .finish_non_exhaustive()
    }
}

impl SecretVersion {
    /// The largest number: two digits in base62.
    pub const MAX: u16 = 62 * 62 - 1;

    /// Makes a random version.
    ///
    /// # Errors
    /// When the operating system has no randomness.
    pub fn generate(number: u16, issues_from: Timestamp) -> Result<Self, CryptographyFailed> {
        let mut bytes = [0; SECRET_BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self { number, bytes, issues_from })
    }

    /// Its number, from 1 to [`SecretVersion::MAX`].
    #[must_use]
    pub fn number(&self) -> u16 {
        self.number
    }

    /// The moment from which it is used to issue.
    #[must_use]
    pub fn issues_from(&self) -> Timestamp {
        self.issues_from
    }

    /// The HMAC-SHA-256 of a text, for this purpose.
    ///
    /// # Errors
    /// [`CryptographyFailed`].
    pub fn checksum(&self, purpose: Purpose, text: &str) -> Result<[u8; 32], CryptographyFailed> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.derived(purpose)?);
        hmac::sign(&key, text.as_bytes()).as_ref().try_into().map_err(|_| CryptographyFailed)
    }

    /// Whether `sum` is the beginning of the checksum of this text. The check takes the same time whatever is wrong with `sum`.
    #[must_use]
    pub fn verifies(&self, purpose: Purpose, text: &str, sum: &[u8]) -> bool {
        let Ok(checksum) = self.checksum(purpose, text) else {
            return false;
        };
        !sum.is_empty() && checksum.get(..sum.len()).is_some_and(|begin| verify_slices_are_equal(begin, sum).is_ok())
    }

    /// Encrypts `content` for this purpose, bound to a context that is not part of it.
    ///
    /// # Errors
    /// [`CryptographyFailed`].
    pub fn seal(&self, purpose: Purpose, context: &[u8], content: &[u8]) -> Result<Vec<u8>, CryptographyFailed> {
        self.sealing_key(purpose)?.seal(context, content)
    }

    /// The content that [`Self::seal`] encrypted under this version for the same purpose and context; `None` for anything else.
    #[must_use]
    pub fn open(&self, purpose: Purpose, context: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        self.sealing_key(purpose).ok()?.open(context, sealed)
    }

    fn sealing_key(&self, purpose: Purpose) -> Result<SealingKey, CryptographyFailed> {
        Ok(SealingKey::new(self.derived(purpose)?))
    }

    fn derived(&self, purpose: Purpose) -> Result<[u8; SECRET_BYTES], CryptographyFailed> {
        // The secret is uniformly random already: only the second step of HKDF is needed (RFC 5869, section 3.3).
        let mut key = [0; SECRET_BYTES];
        Prk::new_less_safe(HKDF_SHA256, &self.bytes).expand(&[purpose.name()], HKDF_SHA256)?.fill(&mut key)?;
        Ok(key)
    }
}

/// All versions of a secret. There is always one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<SecretVersion>", into = "Vec<SecretVersion>")]
pub struct Secret {
    /// In the order in which they were made; never empty.
    versions: Vec<SecretVersion>,
}

impl From<Secret> for Vec<SecretVersion> {
    fn from(secret: Secret) -> Self {
        secret.versions
    }
}

impl TryFrom<Vec<SecretVersion>> for Secret {
    type Error = &'static str;

    fn try_from(versions: Vec<SecretVersion>) -> Result<Self, Self::Error> {
        if versions.is_empty() { Err("a secret without a version") } else { Ok(Self { versions }) }
    }
}

impl Secret {
    /// A secret with its first version.
    #[must_use]
    pub fn first(version: SecretVersion) -> Self {
        Self { versions: vec![version] }
    }

    /// The versions, in the order in which they were made.
    #[must_use]
    pub fn versions(&self) -> &[SecretVersion] {
        &self.versions
    }

    /// The version with this number; `None` when there is none, or it has been dropped.
    #[must_use]
    pub fn version(&self, number: u16) -> Option<&SecretVersion> {
        self.versions.iter().find(|version| version.number == number)
    }

    /// The version under which tokens and cursors are issued at the moment `now`: the latest one that is in use by then. If
    /// clocks differ so much that none is, it is the oldest one.
    #[must_use]
    pub fn issuing(&self, now: Timestamp) -> Option<&SecretVersion> {
        self.versions.iter().rev().find(|version| version.issues_from <= now).or(self.versions.first())
    }

    /// The same secret with one more version.
    #[must_use]
    pub fn with(&self, version: SecretVersion) -> Self {
        Self { versions: self.versions.iter().cloned().chain([version]).collect() }
    }

    /// The same secret without the version of this number; `None` when no version would be left.
    #[must_use]
    pub fn without(&self, number: u16) -> Option<Self> {
        let versions: Vec<_> = self.versions.iter().filter(|version| version.number != number).cloned().collect();
        (!versions.is_empty()).then_some(Self { versions })
    }
}

mod hexadecimal {
    use super::{SECRET_BYTES, hex, unhex};
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8; SECRET_BYTES], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; SECRET_BYTES], D::Error> {
        let digits = String::deserialize(deserializer)?;
        let bytes = unhex(&digits).and_then(|bytes| bytes.try_into().ok());
        bytes.ok_or_else(|| de::Error::custom("a version of the secret has another form"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    fn version(number: u16) -> SecretVersion {
        SecretVersion::generate(number, Timestamp::now()).unwrap()
    }

    #[test]
    fn a_checksum_is_of_one_version_one_purpose_and_one_text() {
        let (one, other) = (version(1), version(2));
        let sum = one.checksum(Purpose::ApiKey, "text").unwrap();
        assert!(one.verifies(Purpose::ApiKey, "text", &sum) && one.verifies(Purpose::ApiKey, "text", &sum[..3]));
        assert!(!other.verifies(Purpose::ApiKey, "text", &sum));
        assert!(!one.verifies(Purpose::LicenceKey, "text", &sum));
        assert!(!one.verifies(Purpose::ApiKey, "texts", &sum));
        assert!(
            !one.verifies(Purpose::ApiKey, "text", &[]) && !one.verifies(Purpose::ApiKey, "text", &[&sum[..], &sum].concat())
        );
    }

    #[test]
    fn what_is_sealed_opens_in_its_context_only_and_never_looks_the_same() {
        let one = version(1);
        let sealed = one.seal(Purpose::Cursor, b"list", b"content").unwrap();
        assert_eq!(one.open(Purpose::Cursor, b"list", &sealed).as_deref(), Some(&b"content"[..]));
        assert_ne!(one.seal(Purpose::Cursor, b"list", b"content").unwrap(), sealed);
        assert_eq!(one.open(Purpose::Cursor, b"other", &sealed), None);
        assert_eq!(one.open(Purpose::ApiKey, b"list", &sealed), None);
        assert_eq!(version(1).open(Purpose::Cursor, b"list", &sealed), None);
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert_eq!(one.open(Purpose::Cursor, b"list", &changed), None);
            assert_eq!(one.open(Purpose::Cursor, b"list", &sealed[..place]), None);
        }
    }

    #[test]
    fn a_new_version_issues_when_its_time_has_come() {
        let now = Timestamp::now();
        let ten_minutes = Duration::from_secs(600);
        let later = SecretVersion::generate(2, now.plus(ten_minutes)).unwrap();
        let secret = Secret::first(SecretVersion::generate(1, now).unwrap()).with(later);
        let issuing = |moment| secret.issuing(moment).unwrap().number();
        assert_eq!(issuing(now), 1);
        assert_eq!(issuing(now.plus(ten_minutes)), 2);
        assert_eq!(issuing(now.minus(ten_minutes)), 1, "clocks differ");
        assert_eq!(secret.without(1).unwrap().issuing(now).unwrap().number(), 2, "the only one");
        assert_eq!(secret.without(1).unwrap().without(2), None);
    }

    #[test]
    fn the_bytes_are_read_as_they_were_written_and_never_shown() {
        let secret = Secret::first(version(7));
        let written = serde_json::to_value(&secret).unwrap();
        assert_eq!(serde_json::from_value::<Secret>(written.clone()).unwrap(), secret);
        assert!(!format!("{secret:?}").contains(written[0]["bytes"].as_str().unwrap()));
        assert!(serde_json::from_value::<Secret>(serde_json::json!([])).is_err());
    }

    proptest! {
        #[test]
        fn every_content_comes_back(content in proptest::collection::vec(any::<u8>(), 0..2_000)) {
            let one = version(1);
            let sealed = one.seal(Purpose::Cursor, b"list", &content).unwrap();
            prop_assert_eq!(one.open(Purpose::Cursor, b"list", &sealed), Some(content));
        }

        #[test]
        fn no_bytes_make_opening_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            prop_assert_eq!(version(1).open(Purpose::Cursor, b"list", &bytes), None);
        }
    }
}
