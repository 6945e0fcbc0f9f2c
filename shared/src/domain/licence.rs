//! The licence: it allows one host to run one product, and belongs to a customer. And the licence key: the product on that host
//! sends it to ask whether it may still run.
//!
//! ```text
//! lk_ <reseller: 5> <licence: 11> <signature>
//! ```
//!
//! The numbers are in base62; [`signed`] says what a signature is. A licence key is built like a token, for the same reasons: it
//! names its licence, and a mistyped, invented or forged key never reaches the database. It is stored as it is, because its owner
//! may read it again.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::base62::{encoded, take};
use super::customer::CustomerId;
use super::entity_tag::EntityTag;
use super::hash::sha256_hex;
use super::normalization::normalize;
use super::reseller::{RESELLER_DIGITS, ResellerId};
use super::sealing::CryptographyFailed;
use super::secret::{Purpose, Secret, SecretVersion};
use super::signed;
use super::timestamp::Timestamp;
use super::validation::Text;

/// The number of a licence, unique over all resellers and never used again. It contains the number of its customer: it is that
/// number times 1,000,000, plus the ordinal of the licence among those of the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct LicenceId {
    customer: CustomerId,
    ordinal: u64,
}

impl LicenceId {
    /// How many licences a customer can ever have.
    pub const MAX_ORDINAL: u64 = 999_999;

    /// The `ordinal`-th licence of this customer, counted from 1; `None` when there can be no such licence.
    #[must_use]
    pub fn new(customer: CustomerId, ordinal: u64) -> Option<Self> {
        let exists = (1..=Self::MAX_ORDINAL).contains(&ordinal);
        // A customer's number can be so large that a million times as much does not fit into 64 bits.
        let fits = customer.number().checked_mul(Self::MAX_ORDINAL + 1)?.checked_add(ordinal).is_some();
        (exists && fits).then_some(Self { customer, ordinal })
    }

    /// Reads a number as clients send it: ASCII digits only, not trimmed; leading zeros do not count. `None` when no licence can
    /// have this number.
    #[must_use]
    pub fn parse(sent: &str) -> Option<Self> {
        let number: u64 = sent.parse().ok().filter(|_| sent.bytes().all(|byte| byte.is_ascii_digit()))?;
        Self::try_from(number).ok()
    }

    /// The number.
    #[must_use]
    pub fn number(self) -> u64 {
        self.customer.number() * (Self::MAX_ORDINAL + 1) + self.ordinal
    }

    /// The customer that the licence belongs to.
    #[must_use]
    pub fn customer(self) -> CustomerId {
        self.customer
    }

    /// The ordinal of the licence among those of its customer, from 1.
    #[must_use]
    pub fn ordinal(self) -> u64 {
        self.ordinal
    }
}

impl fmt::Display for LicenceId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number().fmt(formatter)
    }
}

impl From<LicenceId> for u64 {
    fn from(id: LicenceId) -> Self {
        id.number()
    }
}

impl TryFrom<u64> for LicenceId {
    type Error = &'static str;

    fn try_from(number: u64) -> Result<Self, Self::Error> {
        CustomerId::new(number / (Self::MAX_ORDINAL + 1))
            .and_then(|customer| Self::new(customer, number % (Self::MAX_ORDINAL + 1)))
            .ok_or("not the number of a licence")
    }
}

const PREFIX: &str = "lk_";
const LICENCE_DIGITS: usize = 11;

/// A licence key on record.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LicenceKey(String);

impl LicenceKey {
    /// Makes a new key for this licence.
    ///
    /// # Errors
    /// [`CryptographyFailed`].
    pub fn generate(version: &SecretVersion, reseller: ResellerId, licence: LicenceId) -> Result<Self, CryptographyFailed> {
        let of_reseller = encoded(u128::from(reseller.number()), RESELLER_DIGITS);
        let of_licence = encoded(u128::from(licence.number()), LICENCE_DIGITS);
        signed::sign(format!("{PREFIX}{of_reseller}{of_licence}"), Purpose::LicenceKey, version).map(Self)
    }

    /// The text of the key, for its owner.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// Keys are compared by their hashes, so that the time of a comparison does not tell how much of an invented key was right.
impl PartialEq for LicenceKey {
    fn eq(&self, other: &Self) -> bool {
        sha256_hex(&self.0) == sha256_hex(&other.0)
    }
}

impl Eq for LicenceKey {}

impl fmt::Debug for LicenceKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("LicenceKey").finish_non_exhaustive()
    }
}

/// A presented licence key: a product sent it, and it is not checked yet. It has the form of a licence key and names a licence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresentedLicenceKey {
    key: LicenceKey,
    reseller: ResellerId,
    licence: LicenceId,
}

impl PresentedLicenceKey {
    /// Reads a licence key; `None` when the text has another form.
    #[must_use]
    pub fn parse(sent: &str) -> Option<Self> {
        let mut rest = sent.strip_prefix(PREFIX)?;
        let reseller = ResellerId::new(take(&mut rest, RESELLER_DIGITS)?)?;
        let licence = LicenceId::try_from(take::<u64>(&mut rest, LICENCE_DIGITS)?).ok()?;
        signed::version_of(rest)?;
        Some(Self { key: LicenceKey(sent.to_owned()), reseller, licence })
    }

    /// Whether it was issued under this secret.
    #[must_use]
    pub fn is_issued_by(&self, secret: &Secret) -> bool {
        signed::is_signed(&self.key.0, Purpose::LicenceKey, secret)
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &LicenceKey {
        &self.key
    }

    /// The reseller that the key names.
    #[must_use]
    pub fn reseller(&self) -> ResellerId {
        self.reseller
    }

    /// The licence that the key names.
    #[must_use]
    pub fn licence(&self) -> LicenceId {
        self.licence
    }
}

/// A licence to be issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLicence {
    /// The product that may be run.
    pub product: Text,
    /// The host that may run it.
    pub host: Text,
}

/// A licence on record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Licence {
    /// The number that the platform gave it; it contains the customer's number.
    pub id: LicenceId,
    /// The product that may be run.
    pub product: Text,
    /// The host that may run it.
    pub host: Text,
    /// The key with which the product asks whether it may run.
    pub key: LicenceKey,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it was revoked; `None` while it is active.
    pub revoked_at: Option<Timestamp>,
}

impl Licence {
    /// Makes a new licence with this number.
    ///
    /// # Errors
    /// [`CryptographyFailed`].
    pub fn issue(
        version: &SecretVersion,
        reseller: ResellerId,
        id: LicenceId,
        new: NewLicence,
    ) -> Result<Self, CryptographyFailed> {
        Ok(Self {
            id,
            product: new.product,
            host: new.host,
            key: LicenceKey::generate(version, reseller, id)?,
            issued_at: Timestamp::now(),
            revoked_at: None,
        })
    }

    /// The tag of the licence as it is: it has a first revision, and a second one when it is revoked.
    #[must_use]
    pub fn entity_tag(&self) -> EntityTag {
        EntityTag::new(self.id.number(), if self.revoked_at.is_none() { 1 } else { 2 })
    }

    /// Whether it is for the host of this name. The case of letters does not matter.
    #[must_use]
    pub fn is_for(&self, host: &str) -> bool {
        normalize(self.host.as_str()) == normalize(host)
    }
}

#[cfg(test)]
mod tests {
    use super::super::validation;
    use super::*;
    use proptest::prelude::*;

    fn reseller(number: u64) -> ResellerId {
        ResellerId::new(number).unwrap()
    }

    fn id(number: u64) -> LicenceId {
        LicenceId::try_from(number).unwrap()
    }

    fn secret() -> Secret {
        Secret::first(SecretVersion::generate(1, Timestamp::now()).unwrap())
    }

    /// The licence key that this text presents, if it was issued under this secret.
    fn issued(secret: &Secret, text: &str) -> Option<PresentedLicenceKey> {
        PresentedLicenceKey::parse(text).filter(|presented| presented.is_issued_by(secret))
    }

    #[test]
    fn an_id_names_its_customer_and_which_of_its_licences_it_is() {
        let customer = CustomerId::new(42).unwrap();
        for (ordinal, number) in [(1, 42_000_001), (LicenceId::MAX_ORDINAL, 42_999_999)] {
            let id = LicenceId::new(customer, ordinal).unwrap();
            assert_eq!((id.number(), id.customer(), id.ordinal()), (number, customer, ordinal));
            assert_eq!(LicenceId::parse(&number.to_string()), Some(id));
            assert_eq!(LicenceId::parse(&format!("00{number}")), Some(id));
        }
        assert_eq!(LicenceId::new(customer, 0), None);
        assert_eq!(LicenceId::new(customer, LicenceId::MAX_ORDINAL + 1), None);
    }

    #[test]
    fn a_customer_whose_number_is_too_large_for_64_bits_has_no_licences() {
        let largest = u64::MAX / 1_000_000;
        assert!(LicenceId::new(CustomerId::new(largest - 1).unwrap(), LicenceId::MAX_ORDINAL).is_some());
        assert!(LicenceId::new(CustomerId::new(largest).unwrap(), u64::MAX % 1_000_000).is_some());
        assert_eq!(LicenceId::new(CustomerId::new(largest).unwrap(), u64::MAX % 1_000_000 + 1), None);
        assert_eq!(LicenceId::new(CustomerId::new(largest + 1).unwrap(), 1), None);
        assert_eq!(LicenceId::new(CustomerId::new(CustomerId::MAX).unwrap(), 1), None);
    }

    #[test]
    fn texts_of_another_form_are_no_ids() {
        for sent in ["", "0", "1000000", "42000000", " 1000001", "+1000001", "-1000001", "1000001.0", "１000001"] {
            assert_eq!(LicenceId::parse(sent), None, "{sent:?}");
        }
        for sent in ["18446744073709551616", &"9".repeat(400)] {
            assert_eq!(LicenceId::parse(sent), None, "{sent:?}");
        }
    }

    #[test]
    fn a_new_key_says_where_its_licence_is() {
        let secret = secret();
        for number in [1_000_001, 42_999_999, u64::MAX] {
            for of in [1, 62, u64::from(ResellerId::MAX)] {
                let key = LicenceKey::generate(&secret.versions()[0], reseller(of), id(number)).unwrap();
                assert_eq!(key.reveal().len(), 54);
                let read = issued(&secret, key.reveal()).unwrap();
                assert_eq!((read.reseller(), read.licence(), read.key()), (reseller(of), id(number), &key));
            }
        }
    }

    #[test]
    fn two_keys_of_one_licence_differ() {
        let secret = secret();
        let key = || LicenceKey::generate(&secret.versions()[0], reseller(1), id(1_000_001)).unwrap();
        assert_ne!(key(), key());
    }

    #[test]
    fn a_key_of_another_deployment_is_none_of_ours() {
        let key = LicenceKey::generate(&secret().versions()[0], reseller(3), id(12_000_034)).unwrap();
        assert!(PresentedLicenceKey::parse(key.reveal()).is_some());
        assert_eq!(issued(&secret(), key.reveal()), None);
    }

    #[test]
    fn every_change_of_one_character_is_noticed() {
        let secret = secret();
        let key = LicenceKey::generate(&secret.versions()[0], reseller(3), id(12_000_034)).unwrap();
        let text = key.reveal();
        for position in 0..text.len() {
            for replacement in ('0'..='9').chain('a'..='z').chain('A'..='Z').chain(['_', ' ', '+', 'é']) {
                if !text[position..].starts_with(replacement) {
                    let typed = format!("{}{replacement}{}", &text[..position], &text[position + 1..]);
                    assert_eq!(issued(&secret, &typed), None, "{typed}");
                }
            }
            assert_eq!(issued(&secret, &text[..position]), None);
        }
        for typed in [format!("{text}0"), format!(" {text}"), format!("{text} "), text.to_uppercase()] {
            assert_eq!(issued(&secret, &typed), None, "{typed}");
        }
    }

    #[test]
    fn the_secret_does_not_show_in_debug_output() {
        let key = LicenceKey::generate(&secret().versions()[0], reseller(1), id(1_000_001)).unwrap();
        assert!(!format!("{key:?}").contains(key.reveal()));
    }

    #[test]
    fn a_record_is_read_back_as_it_was_written() {
        let text = |text| validation::text(text, 255).unwrap().unwrap();
        let new = NewLicence { product: text("Script"), host: text("Server.example.com") };
        let licence = Licence::issue(&secret().versions()[0], reseller(1), id(1_000_001), new).unwrap();
        let written = serde_json::to_value(&licence).unwrap();
        assert_eq!((&written["id"], &written["key"]), (&1_000_001.into(), &licence.key.reveal().into()));
        assert_eq!(serde_json::from_value::<Licence>(written).unwrap(), licence);
    }

    #[test]
    fn hosts_are_compared_whole_and_without_case() {
        let text = |text| validation::text(text, 255).unwrap().unwrap();
        let new = NewLicence { product: text("Script"), host: text("Straße.Example.com") };
        let licence = Licence::issue(&secret().versions()[0], reseller(1), id(1_000_001), new).unwrap();
        assert!(licence.is_for("STRASSE.example.COM"));
        for other in ["", "example.com", "strasse.example.com.", "www.strasse.example.com", " strasse.example.com"] {
            assert!(!licence.is_for(other), "{other:?}");
        }
    }

    proptest! {
        #[test]
        fn inventions_are_no_keys(invented in "lk_[0-9A-Za-z]{30,60}") {
            prop_assert_eq!(issued(&secret(), &invented), None);
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            prop_assert_eq!(issued(&secret(), &text), None);
            let _ = LicenceId::parse(&text);
        }
    }
}
