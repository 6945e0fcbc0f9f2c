//! Replays: how a request with an `Idempotency-Key` is recognized when it comes again, and its answer given again.
//!
//! The answer is kept encrypted. The key is derived from the presented token and the idempotency key, neither of which is stored,
//! so that what an answer shows once (a new key, say) can be given again to the same client, and read by nobody else.

use std::fmt;

use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use aws_lc_rs::hmac;

use super::hash::{hex, sha256_hex};
use super::sealing::CryptographyFailed;
use super::sealing::{KEY_BYTES, SealingKey};

/// The value of the header `Idempotency-Key`: 1 to 255 printable ASCII characters.
#[derive(Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The most characters.
    pub const MAXIMUM: usize = 255;

    /// Reads the header. White space around the value is no part of it (RFC 9110, section 5.5).
    ///
    /// # Errors
    /// What is wrong with it, to complete a sentence that begins with the header's name.
    pub fn parse(sent: &str) -> Result<Self, &'static str> {
        let sent = sent.trim_matches([' ', '\t']);
        let is_printable = sent.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        let is_key = (1..=Self::MAXIMUM).contains(&sent.len()) && is_printable;
        if is_key { Ok(Self(sent.to_owned())) } else { Err("must have 1 to 255 printable ASCII characters") }
    }

    /// A random key, for a form that may be sent twice.
    ///
    /// # Errors
    /// [`CryptographyFailed`].
    pub fn generate() -> Result<Self, CryptographyFailed> {
        let mut random = [0; 16];
        getrandom::fill(&mut random)?;
        Ok(Self(hex(&random)))
    }

    /// The text of the key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("IdempotencyKey")
    }
}

/// What a request with an idempotency key is recognized by, and what encrypts its answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Replay {
    place: String,
    fingerprint: String,
    answer_key: SealingKey,
}

impl fmt::Debug for Replay {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Replay")
    }
}

impl Replay {
    /// The replay of a request: of what was sent with this token and this key.
    ///
    /// # Errors
    /// [`CryptographyFailed`].
    pub(super) fn of(
        token: &str,
        token_hash: &str,
        key: &IdempotencyKey,
        request: &SentRequest,
    ) -> Result<Self, CryptographyFailed> {
        let secret = Salt::new(HKDF_SHA256, b"clientele replay").extract(token.as_bytes());
        let derived = |purpose: &[u8]| {
            let mut derived = [0; KEY_BYTES];
            secret.expand(&[purpose, key.0.as_bytes()], HKDF_SHA256)?.fill(&mut derived)?;
            Ok::<_, CryptographyFailed>(derived)
        };
        let mut fingerprint = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &derived(b"fingerprint ")?));
        for part in [request.method.as_bytes(), request.path.as_bytes(), &request.body] {
            // The length before each part keeps two requests apart whose parts have the same text in sequence.
            fingerprint.update(&part.len().to_be_bytes());
            fingerprint.update(part);
        }
        Ok(Self {
            place: sha256_hex(format!("{token_hash} {}", key.0)),
            fingerprint: hex(fingerprint.sign().as_ref()),
            answer_key: SealingKey::new(derived(b"answer ")?),
        })
    }

    /// Where its answer is kept among those of the reseller: 64 hexadecimal digits, which follow from the credential and the
    /// idempotency key.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// By what the request is recognized: 64 hexadecimal digits, which follow from its method, path and body.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Encrypts its answer, bound to the request.
    ///
    /// # Errors
    /// [`CryptographyFailed`].
    pub fn seal(&self, answer: &[u8]) -> Result<Vec<u8>, CryptographyFailed> {
        self.answer_key.seal(self.fingerprint.as_bytes(), answer)
    }

    /// The answer that [`Self::seal`] encrypted for the same request; `None` for anything else.
    #[must_use]
    pub fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        self.answer_key.open(self.fingerprint.as_bytes(), sealed)
    }
}

/// The parts of a request by which it is recognized.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentRequest {
    /// The method, in capitals.
    pub method: String,
    /// The path, as it was sent.
    pub path: String,
    /// The bytes of the body.
    pub body: Vec<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(method: &str, path: &str, body: &str) -> SentRequest {
        SentRequest { method: method.to_owned(), path: path.to_owned(), body: body.as_bytes().to_vec() }
    }

    fn replay(token: &str, key: &str, request: &SentRequest) -> Replay {
        Replay::of(token, &sha256_hex(token), &IdempotencyKey::parse(key).unwrap(), request).unwrap()
    }

    #[test]
    fn a_key_has_1_to_255_printable_characters() {
        let longest = "k".repeat(255);
        for (sent, key) in [("a", "a"), (" a b\t", "a b"), ("~ !", "~ !"), (&longest, &longest)] {
            assert_eq!(IdempotencyKey::parse(sent).unwrap().0, key);
        }
        for sent in ["", " \t ", "a\u{7f}", "a\nb", "é", &"k".repeat(256)] {
            assert!(IdempotencyKey::parse(sent).is_err(), "{sent:?}");
        }
    }

    #[test]
    fn a_request_is_recognized_by_method_path_and_body() {
        let request = sent("POST", "/a", "b");
        let first = replay("token", "key", &request);
        assert_eq!(first, replay("token", "key", &request));
        for other in [sent("PUT", "/a", "b"), sent("POST", "/", "ab"), sent("POST", "/ab", ""), sent("POST", "/a", "b ")] {
            let other = replay("token", "key", &other);
            assert_eq!(first.place(), other.place());
            assert_ne!(first.fingerprint(), other.fingerprint());
        }
    }

    #[test]
    fn another_token_or_key_has_another_place_and_reads_nothing() {
        let request = sent("POST", "/a", "b");
        let first = replay("token", "key", &request);
        let sealed = first.seal(b"answer").unwrap();
        assert_eq!(first.open(&sealed).as_deref(), Some(&b"answer"[..]));
        for other in [replay("other", "key", &request), replay("token", "other", &request)] {
            assert_ne!((first.place(), first.fingerprint()), (other.place(), other.fingerprint()));
            assert_eq!(other.open(&sealed), None);
        }
        assert_eq!(replay("token", "key", &sent("POST", "/b", "b")).open(&sealed), None);
        assert!(!String::from_utf8_lossy(&sealed).contains("answer"));
        assert_eq!(format!("{first:?}"), "Replay");
    }
}
