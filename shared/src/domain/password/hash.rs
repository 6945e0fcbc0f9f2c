//! The form in which passwords are on record: Argon2id (RFC 9106), as a PHC string that names its parameters.
//!
//! Everything here keeps the processor busy for tens of milliseconds. A function may let it block, although its runtime has one
//! thread: Lambda gives a sandbox one request at a time, and nothing else waits for that thread.

use std::cell::RefCell;
use std::fmt;
use std::hint::black_box;

use argon2::password_hash::phc::{self, Output, ParamsString, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::rules::{Password, PresentedPassword};
use crate::domain::sealing::CryptographyFailed;

/// How many random bytes a salt has (RFC 9106, section 3.1).
const SALT_BYTES: usize = 16;

/// How many bytes a hash has.
const HASH_BYTES: usize = 32;

/// The most that a stored hash may ask for, so that one that was damaged can't keep a function busy or use up its memory: KiB,
/// iterations and lanes.
const MOST: [u32; 3] = [128 * 1024, 16, 4];

thread_local! {
    /// The memory that hashes are made in. It is kept, because the allocator does not take such aligned blocks twice at the beginning:
    /// after eight hashes of 19 MiB the process had 157 MB, and so it has 21.
    static MEMORY: RefCell<Vec<Block>> = const { RefCell::new(Vec::new()) };
}

/// How much work a hash is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameters(Params);

impl Parameters {
    /// Those of this product: 19 MiB, two iterations, one lane, as OWASP recommends. Stronger ones can be set here at any time: each
    /// password is hashed anew at its next login.
    pub const STANDARD: Self = Self(Params::DEFAULT);

    /// Others, for tests that hash often: KiB of memory from 8 for each lane on, iterations, and lanes.
    ///
    /// # Errors
    /// [`CryptographyFailed`] when Argon2 does not take them, or they are more than a stored hash may ask for.
    pub fn new(memory: u32, iterations: u32, lanes: u32) -> Result<Self, CryptographyFailed> {
        let is_bounded = [memory, iterations, lanes].iter().zip(MOST).all(|(asked, most)| *asked <= most);
        let params = Params::new(memory, iterations, lanes, None).ok().filter(|_| is_bounded);
        params.map(Self).ok_or(CryptographyFailed)
    }

    fn hash(&self, password: &[u8], salt: &[u8]) -> Result<Output, CryptographyFailed> {
        let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, self.0.clone());
        let mut hash = [0; HASH_BYTES];
        MEMORY.with_borrow_mut(|memory| {
            let more = self.0.block_count().saturating_sub(memory.len());
            memory.try_reserve_exact(more).map_err(|_| CryptographyFailed)?;
            memory.resize(memory.len() + more, Block::new());
            hasher.hash_password_into_with_memory(password, salt, &mut hash, memory).map_err(|_| CryptographyFailed)
        })?;
        Output::new(&hash).map_err(|_| CryptographyFailed)
    }

    fn of(hash: &phc::PasswordHash) -> Option<Self> {
        let params = Params::try_from(&hash.params).ok()?;
        Self::new(params.m_cost(), params.t_cost(), params.p_cost()).ok()
    }
}

/// A stored text that is no hash that this product writes. It does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stored password hash can't be read")]
pub struct MalformedHash;

/// The hash of a password, with its salt and its parameters. Its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash {
    hash: phc::PasswordHash,
    parameters: Parameters,
}

impl PasswordHash {
    /// Hashes a password that is set.
    ///
    /// # Errors
    /// [`CryptographyFailed`].
    pub fn of(password: &Password, parameters: &Parameters) -> Result<Self, CryptographyFailed> {
        Self::of_bytes(password.bytes(), parameters)
    }

    /// Hashes the password with which somebody has just logged in, because [`Self::needs_rehash`].
    ///
    /// # Errors
    /// [`CryptographyFailed`].
    pub fn again(verified: &PresentedPassword, parameters: &Parameters) -> Result<Self, CryptographyFailed> {
        Self::of_bytes(verified.bytes(), parameters)
    }

    fn of_bytes(password: &[u8], parameters: &Parameters) -> Result<Self, CryptographyFailed> {
        let mut salt = [0; SALT_BYTES];
        getrandom::fill(&mut salt)?;
        let hash = parameters.hash(password, &salt)?;
        Self::with(&salt, hash, parameters).ok_or(CryptographyFailed)
    }

    fn with(salt: &[u8], hash: Output, parameters: &Parameters) -> Option<Self> {
        let hash = phc::PasswordHash {
            algorithm: ARGON2ID_IDENT,
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&parameters.0).ok()?,
            salt: Some(Salt::new(salt).ok()?),
            hash: Some(hash),
        };
        Some(Self { hash, parameters: parameters.clone() })
    }

    /// Reads a stored hash: a PHC string such as `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`.
    ///
    /// # Errors
    /// [`MalformedHash`] for every other text, another algorithm or version, and parameters that ask for too much.
    pub fn parse(stored: &str) -> Result<Self, MalformedHash> {
        let hash = phc::PasswordHash::new(stored).map_err(|_| MalformedHash)?;
        let is_ours = hash.algorithm == ARGON2ID_IDENT
            && hash.version == Some(Version::V0x13.into())
            && hash.salt.is_some()
            && hash.hash.as_ref().is_some_and(|hash| hash.len() == HASH_BYTES);
        let parameters = Parameters::of(&hash).filter(|_| is_ours).ok_or(MalformedHash)?;
        Ok(Self { hash, parameters })
    }

    /// Whether this is the password.
    ///
    /// # Errors
    /// [`CryptographyFailed`], for instance without memory.
    pub fn verify(&self, presented: &PresentedPassword) -> Result<bool, CryptographyFailed> {
        let salt = self.hash.salt.as_ref().ok_or(CryptographyFailed)?;
        let presented = self.parameters.hash(presented.bytes(), salt)?;
        // Two outputs are compared in constant time.
        Ok(self.hash.hash.is_some_and(|hash| hash == presented))
    }

    /// Whether it is less work than `wanted`, so that the password must be hashed anew when it is known next.
    #[must_use]
    pub fn needs_rehash(&self, wanted: &Parameters) -> bool {
        let (stored, wanted) = (&self.parameters.0, &wanted.0);
        stored.m_cost() < wanted.m_cost() || stored.t_cost() < wanted.t_cost()
    }

    /// A hash of no password.
    fn of_nobody(parameters: &Parameters) -> Option<Self> {
        Self::with(&[0; SALT_BYTES], Output::new(&[0; HASH_BYTES]).ok()?, parameters)
    }
}

/// Does the work of [`PasswordHash::verify`] where there is no hash to verify against: for an unknown address, or a person without a
/// password. So the time of the answer does not tell them from others with a wrong password, whose hashes have these parameters.
///
/// # Errors
/// Those of [`PasswordHash::verify`].
pub fn verify_nobody(presented: &PresentedPassword, parameters: &Parameters) -> Result<(), CryptographyFailed> {
    let nobody = PasswordHash::of_nobody(parameters).ok_or(CryptographyFailed)?;
    // Nobody looks at what comes out, and without this the compiler might leave out the work.
    black_box(nobody.verify(black_box(presented))?);
    Ok(())
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PasswordHash")
    }
}

impl Serialize for PasswordHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.hash)
    }
}

impl<'de> Deserialize<'de> for PasswordHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::{Duration, Instant};

    const TEXT: &str = "Correct horse 7";

    fn cheap() -> Parameters {
        Parameters::new(8, 1, 1).unwrap()
    }

    fn password(text: &str) -> Password {
        Password::parse(text).unwrap()
    }

    fn verifies(stored: &str, text: &str) -> bool {
        PasswordHash::parse(stored).unwrap().verify(&PresentedPassword::new(text)).unwrap()
    }

    fn stored(hash: &PasswordHash) -> String {
        serde_json::to_value(hash).unwrap().as_str().unwrap().to_owned()
    }

    #[test]
    fn a_hash_is_of_one_password() {
        let hash = PasswordHash::of(&password(TEXT), &cheap()).unwrap();
        for (text, expected) in [(TEXT, true), ("correct horse 7", false), ("Correct horse 8", false), ("", false)] {
            assert_eq!(hash.verify(&PresentedPassword::new(text)).unwrap(), expected, "{text}");
        }
        assert!(verifies(&stored(&hash), TEXT));
        let accented = PasswordHash::of(&password("Caf\u{e9} Noir 123"), &cheap()).unwrap();
        assert!(accented.verify(&PresentedPassword::new("Cafe\u{301} Noir 123")).unwrap());
    }

    #[test]
    fn the_same_password_never_has_the_same_hash() {
        let hash = || stored(&PasswordHash::of(&password(TEXT), &cheap()).unwrap());
        assert_ne!(hash(), hash());
    }

    #[test]
    fn what_is_on_record_names_the_parameters_of_the_contract() {
        let hash = stored(&PasswordHash::of(&password(TEXT), &Parameters::STANDARD).unwrap());
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_eq!(hash.len(), 97);
        assert!(verifies(&hash, TEXT));
    }

    /// Made by the reference implementation, as argon2-cffi 25.1.0 for Python has it.
    #[test]
    fn hashes_of_the_reference_implementation_are_understood() {
        let reference = "$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHQxMjM0NTY3OA$Qc8Eab1skPIQGZF64/Cr63skXAI4bi+4I4rcsrd4HoQ";
        assert!(verifies(reference, TEXT) && !verifies(reference, "Correct horse 8"));
    }

    #[test]
    fn weaker_hashes_are_made_anew_and_others_stay() {
        let parameters = |memory, iterations| Parameters::new(memory, iterations, 1).unwrap();
        let hash = PasswordHash::of(&password(TEXT), &parameters(16, 2)).unwrap();
        for (memory, iterations, expected) in [(16, 2, false), (8, 1, false), (16, 1, false), (17, 2, true), (16, 3, true)] {
            assert_eq!(hash.needs_rehash(&parameters(memory, iterations)), expected, "{memory} KiB, {iterations} iterations");
        }
        assert!(hash.needs_rehash(&Parameters::STANDARD));
        let again = PasswordHash::again(&PresentedPassword::new(TEXT), &parameters(17, 2)).unwrap();
        assert!(verifies(&stored(&again), TEXT) && !again.needs_rehash(&parameters(17, 2)));
    }

    #[test]
    fn malformed_hashes_are_errors() {
        let good = stored(&PasswordHash::of(&password(TEXT), &cheap()).unwrap());
        assert!(PasswordHash::parse(&good).is_ok());
        let (_, end) = good.split_once("p=1").unwrap();
        for bad in [
            String::new(),
            "Correct horse 7".to_owned(),
            "$argon2id".to_owned(),
            good.replace("argon2id", "argon2i"),
            good.replace("argon2id", "scrypt"),
            good.replace("v=19", "v=16"),
            good.replace("$v=19", ""),
            good.replace("m=8", "m=7"),
            good.replace("m=8", "m=4294967295"),
            good.replace("m=8", "m=99999999999"),
            good.replace("t=1", "t=0"),
            good.replace("t=1", "t=4294967295"),
            good.replace("p=1", "p=0"),
            good.replace("p=1", "p=5"),
            good.replace("p=1", "p=1,x=1"),
            good.rsplit_once('$').unwrap().0.to_owned(),
            good[..good.len() - 2].to_owned(),
            format!("{good}$more"),
            format!("$argon2id$v=19$m=8,t=1,p=1{end}="),
        ] {
            assert_eq!(PasswordHash::parse(&bad).unwrap_err(), MalformedHash, "{bad}");
            let error = serde_json::from_value::<PasswordHash>(bad.clone().into()).unwrap_err().to_string();
            assert_eq!(error, "a stored password hash can't be read");
        }
    }

    #[test]
    fn parameters_are_bounded() {
        for [memory, iterations, lanes] in [[7, 1, 1], [8, 0, 1], [8, 1, 0], [15, 1, 2], [131_073, 1, 1], [8, 17, 1], [64, 1, 5]]
        {
            assert!(Parameters::new(memory, iterations, lanes).is_err(), "{memory} {iterations} {lanes}");
        }
        let most = Parameters::new(131_072, 16, 4).unwrap();
        assert!(PasswordHash::of_nobody(&most).is_some_and(|hash| PasswordHash::parse(&stored(&hash)).is_ok()));
    }

    #[test]
    fn nobodys_hash_is_as_any_other_and_no_password_fits() {
        let nobody = PasswordHash::of_nobody(&Parameters::STANDARD).unwrap();
        let other = PasswordHash::of(&password(TEXT), &Parameters::STANDARD).unwrap();
        assert_eq!(stored(&nobody).len(), stored(&other).len());
        assert_eq!(nobody.parameters, other.parameters);
        for text in ["", TEXT] {
            assert!(!nobody.verify(&PresentedPassword::new(text)).unwrap());
            assert!(verify_nobody(&PresentedPassword::new(text), &cheap()).is_ok());
        }
    }

    fn shortest(mut work: impl FnMut()) -> Duration {
        let mut time = || {
            let begun = Instant::now();
            work();
            begun.elapsed()
        };
        (0..5).map(|_| time()).min().unwrap()
    }

    #[test]
    fn an_unknown_address_takes_the_time_of_a_known_one() {
        let parameters = Parameters::new(1_024, 2, 1).unwrap();
        let hash = PasswordHash::of(&password(TEXT), &parameters).unwrap();
        let wrong = PresentedPassword::new("Correct horse 8");
        let known = shortest(|| assert!(!hash.verify(&wrong).unwrap()));
        let unknown = shortest(|| verify_nobody(&wrong, &parameters).unwrap());
        let ratio = unknown.as_secs_f64() / known.as_secs_f64();
        assert!((0.5..2.0).contains(&ratio), "{unknown:?} and {known:?}");
    }

    #[test]
    fn nothing_shows_a_hash() {
        let hash = PasswordHash::of(&password(TEXT), &cheap()).unwrap();
        assert_eq!(format!("{hash:?}"), "PasswordHash");
    }

    /// `cargo test -p shared --lib -- --ignored --nocapture what_a_hash_costs`
    #[test]
    #[ignore = "it measures, and proves nothing"]
    fn what_a_hash_costs() {
        let peak = || {
            let status = std::fs::read_to_string("/proc/self/status").unwrap();
            status.lines().find(|line| line.starts_with("VmHWM")).unwrap().to_owned()
        };
        let before = peak();
        let hash = PasswordHash::of(&password(TEXT), &Parameters::STANDARD).unwrap();
        let known = shortest(|| assert!(hash.verify(&PresentedPassword::new(TEXT)).unwrap()));
        let unknown = shortest(|| verify_nobody(&PresentedPassword::new(TEXT), &Parameters::STANDARD).unwrap());
        println!("verify {known:?}, verify nobody {unknown:?}; {before} before, {} after", peak());
    }

    proptest! {
        #[test]
        fn no_text_makes_reading_panic(text in "(\\$argon2id\\$v=19\\$m=[0-9]{1,12},t=[0-9]{1,12},p=[0-9]{1,12}\\$)?\\PC{0,80}") {
            let _ = PasswordHash::parse(&text);
        }
    }
}
