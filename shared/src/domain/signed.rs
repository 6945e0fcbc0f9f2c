//! The signature: the end of API keys, service users' passwords and licence keys, by which a deployment recognizes those that it
//! issued:
//!
//! ```text
//! … <version of the secret: 2> <random: 22> <checksum: 11>
//! ```
//!
//! Each part is a number in base62; 22 digits hold 128 random bits. The checksum is the first 64 bits of the HMAC-SHA-256 of
//! everything before it, under the key that the version of the secret gives for this purpose.

use super::base62::{encoded, take};
use super::sealing::CryptographyFailed;
use super::secret::{Purpose, Secret, SecretVersion};

const VERSION_DIGITS: usize = 2;
const RANDOM_DIGITS: usize = 22;
const CHECKSUM_DIGITS: usize = 11;
const CHECKSUM_BYTES: usize = 8;

/// How many characters a signature has.
pub const SIGNATURE_DIGITS: usize = VERSION_DIGITS + RANDOM_DIGITS + CHECKSUM_DIGITS;

/// Appends a new signature to `head`.
///
/// # Errors
/// [`CryptographyFailed`].
pub fn sign(head: String, purpose: Purpose, version: &SecretVersion) -> Result<String, CryptographyFailed> {
    let mut random = [0; 16];
    getrandom::fill(&mut random)?;
    let mut text = head;
    text.push_str(&encoded(u128::from(version.number()), VERSION_DIGITS));
    text.push_str(&encoded(u128::from_be_bytes(random), RANDOM_DIGITS));
    let checksum =
        version.checksum(purpose, &text)?.iter().take(CHECKSUM_BYTES).fold(0, |sum, &byte| sum << 8 | u128::from(byte));
    text.push_str(&encoded(checksum, CHECKSUM_DIGITS));
    Ok(text)
}

/// The version of the secret that a signature names; `None` when `end` has another form. It does not tell whether the signature
/// is genuine.
#[must_use]
pub fn version_of(end: &str) -> Option<u16> {
    let mut rest = end;
    let version = take(&mut rest, VERSION_DIGITS)?;
    take::<u128>(&mut rest, RANDOM_DIGITS)?;
    take::<u64>(&mut rest, CHECKSUM_DIGITS)?;
    rest.is_empty().then_some(version)
}

/// Whether [`sign`] made this text for this purpose, under a version that the secret still has.
#[must_use]
pub fn is_signed(text: &str, purpose: Purpose, secret: &Secret) -> bool {
    let parts = || {
        let (_, end) = text.split_at_checked(text.len().checked_sub(SIGNATURE_DIGITS)?)?;
        let (signed, mut checksum) = text.split_at_checked(text.len().checked_sub(CHECKSUM_DIGITS)?)?;
        Some((version_of(end)?, signed, take::<u64>(&mut checksum, CHECKSUM_DIGITS)?))
    };
    parts().is_some_and(|(version, signed, checksum)| {
        secret.version(version).is_some_and(|version| version.verifies(purpose, signed, &checksum.to_be_bytes()))
    })
}
