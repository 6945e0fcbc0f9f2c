//! Links: with one of them, whoever has got it sets the password of one user, once.
//!
//! The token of a link names the place of its user, and ends in a [`signed`] signature, so that invented ones reach no database:
//!
//! ```text
//! <reseller: 5> <organization: 9> <user: 9> <signature>
//! ```

use std::fmt;
use std::time::Duration;

use super::sealing::CryptographyFailed;
use super::secret::{Purpose, Secret, SecretVersion};
use super::signed;
use super::timestamp::Timestamp;
use super::token::TokenHash;
use super::user::{LINK_DAYS, Link, UserPlace};

/// For how long a link can be used.
const VALID: Duration = Duration::from_secs(LINK_DAYS * 24 * 60 * 60);

/// A link that was just made. Only this value holds its token.
pub struct NewLink {
    token: String,
    link: Link,
}

impl fmt::Debug for NewLink {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("NewLink").field("link", &self.link).finish_non_exhaustive()
    }
}

impl NewLink {
    /// Makes a link for the user at this place, valid for [`LINK_DAYS`] days from `now` on.
    ///
    /// # Errors
    /// [`CryptographyFailed`].
    pub fn generate(version: &SecretVersion, place: UserPlace, now: Timestamp) -> Result<Self, CryptographyFailed> {
        let token = signed::sign(place.encoded(), Purpose::Link, version)?;
        let link = Link { hash: TokenHash::of(&token), created_at: now, valid_until: now.plus(VALID) };
        Ok(Self { token, link })
    }

    /// What is stored of it.
    #[must_use]
    pub fn link(&self) -> &Link {
        &self.link
    }

    /// The address to follow, at this origin, such as `https://portal.example.com`.
    #[must_use]
    pub fn address(&self, origin: &str) -> String {
        format!("{origin}/invitation/{}", self.token)
    }
}

/// A link that was presented, which this deployment issued. It may have been used or replaced since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedLink {
    place: UserPlace,
    hash: TokenHash,
}

impl IssuedLink {
    /// The link with this token; `None` when it was not issued under this secret.
    #[must_use]
    pub fn parse(sent: &str, secret: &Secret) -> Option<Self> {
        let mut rest = sent;
        let place = UserPlace::take(&mut rest)?;
        signed::version_of(rest)?;
        signed::is_signed(sent, Purpose::Link, secret).then(|| Self { place, hash: TokenHash::of(sent) })
    }

    /// Where its user stands.
    #[must_use]
    pub fn place(&self) -> UserPlace {
        self.place
    }

    /// Whether it is this one, which can still be used at the moment `now`.
    #[must_use]
    pub fn is(&self, link: &Link, now: Timestamp) -> bool {
        link.hash == self.hash && now < link.valid_until
    }
}

#[cfg(test)]
mod tests {
    use super::super::customer::CustomerId;
    use super::super::reseller::ResellerId;
    use super::super::user::{Organization, UserId};
    use super::*;

    fn place() -> UserPlace {
        UserPlace {
            reseller: ResellerId::new(4).unwrap(),
            organization: Organization::of(CustomerId::new(7)),
            user: UserId::new(9).unwrap(),
        }
    }

    fn token(link: &NewLink) -> &str {
        &link.token
    }

    #[test]
    fn a_link_is_recognized_until_its_end_and_by_its_deployment_alone() {
        let now: Timestamp = "2026-11-29T12:00:00.000Z".parse().unwrap();
        let secret = Secret::first(SecretVersion::generate(1, now).unwrap());
        let made = NewLink::generate(&secret.versions()[0], place(), now).unwrap();
        assert_eq!(made.address("https://portal.example.com"), format!("https://portal.example.com/invitation/{}", token(&made)));
        let issued = IssuedLink::parse(token(&made), &secret).unwrap();
        assert_eq!(issued.place(), place());
        let moment = |text: &str| text.parse::<Timestamp>().unwrap();
        assert!(issued.is(made.link(), moment("2026-12-06T11:59:59.999Z")));
        assert!(!issued.is(made.link(), moment("2026-12-06T12:00:00.000Z")));
        let other = NewLink::generate(&secret.versions()[0], place(), now).unwrap();
        assert!(!issued.is(other.link(), now), "another link of the same user");
        let foreign = Secret::first(SecretVersion::generate(1, now).unwrap());
        assert_eq!(IssuedLink::parse(token(&made), &foreign), None);
        assert!(!format!("{made:?}").contains(token(&made)));
    }

    #[test]
    fn a_link_with_any_other_character_is_none() {
        let now = Timestamp::now();
        let secret = Secret::first(SecretVersion::generate(1, now).unwrap());
        let made = NewLink::generate(&secret.versions()[0], place(), now).unwrap();
        for at in 0..token(&made).len() {
            let mut forged = token(&made).as_bytes().to_vec();
            forged[at] = if forged[at] == b'0' { b'1' } else { b'0' };
            assert_eq!(IssuedLink::parse(std::str::from_utf8(&forged).unwrap(), &secret), None, "{at}");
        }
        for wrong in ["", "x", "é", &token(&made)[1..], &format!("{}0", token(&made))] {
            assert_eq!(IssuedLink::parse(wrong, &secret), None, "{wrong}");
        }
    }
}
