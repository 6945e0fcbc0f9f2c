//! Encryption of what only this code may read again: AES-256-GCM-SIV (RFC 8452), with a random nonce.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};

/// The operating system has no randomness, or the cryptographic library fails: nothing can be derived, sealed or made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cryptographic library failed, or has no randomness")]
pub struct CryptographyFailed;

impl From<aws_lc_rs::error::Unspecified> for CryptographyFailed {
    fn from(_: aws_lc_rs::error::Unspecified) -> Self {
        Self
    }
}

impl From<getrandom::Error> for CryptographyFailed {
    fn from(_: getrandom::Error) -> Self {
        Self
    }
}

/// How many bytes a key has.
pub const KEY_BYTES: usize = 32;

/// A key that encrypts and decrypts.
#[derive(Clone, PartialEq, Eq)]
pub struct SealingKey([u8; KEY_BYTES]);

impl SealingKey {
    /// The key of these bytes, which must be secret and random.
    #[must_use]
    pub fn new(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// Encrypts `content`, bound to a context that is not part of it.
    ///
    /// # Errors
    /// [`CryptographyFailed`].
    pub fn seal(&self, context: &[u8], content: &[u8]) -> Result<Vec<u8>, CryptographyFailed> {
        let mut sealed = content.to_vec();
        let key = RandomizedNonceKey::new(&AES_256_GCM_SIV, &self.0)?;
        let nonce = key.seal_in_place_append_tag(Aad::from(context), &mut sealed)?;
        Ok([&nonce.as_ref()[..], &sealed].concat())
    }

    /// The content that [`Self::seal`] encrypted with the same context; `None` for anything else.
    #[must_use]
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut content = sealed.to_vec();
        let key = RandomizedNonceKey::new(&AES_256_GCM_SIV, &self.0).ok()?;
        let opened = key.open_in_place(nonce, Aad::from(context), &mut content).ok()?;
        Some(opened.to_vec())
    }
}
