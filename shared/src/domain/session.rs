//! Sessions: a person is logged in with one browser.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::timestamp::Timestamp;
use super::user::User;
use super::validation::{self, Text};

/// After how long without a request a session has ended.
pub const IDLE: Duration = Duration::from_secs(12 * 60 * 60);

/// How long a session lasts at most.
pub const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How long nothing is written of what a session does, so that most requests only read.
const SEEN_FOR: Duration = Duration::from_secs(60 * 60);

/// How many characters of what a browser says of itself are on record.
const MAXIMUM_BROWSER: usize = 300;

/// A session on record. The SHA-256 of its token is in its row key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// When the person logged in.
    pub since: Timestamp,
    /// When it was used last, to the hour.
    pub last_seen: Timestamp,
    /// The number that its user had when it began. With another one it has ended.
    pub epoch: u64,
    /// What the browser said of itself; `None` when it said nothing.
    pub browser: Option<Text>,
}

impl Session {
    /// A session of this user that begins now.
    #[must_use]
    pub fn begin(user: &User, browser: Option<&str>, now: Timestamp) -> Self {
        Self { since: now, last_seen: now, epoch: user.epoch, browser: browser.and_then(told) }
    }

    /// The moment at which it ends if nothing is seen of it any more.
    #[must_use]
    pub fn end(&self) -> Timestamp {
        self.last_seen.plus(IDLE).min(self.since.plus(LONGEST))
    }

    /// Whether it goes on at the moment `now`. It ends by itself, and with what happens to its user.
    #[must_use]
    pub fn is_of(&self, user: &User, now: Timestamp) -> bool {
        now < self.end() && user.is_active && user.epoch == self.epoch
    }

    /// The same session, seen now; `None` if it was seen lately.
    #[must_use]
    pub fn seen(&self, now: Timestamp) -> Option<Self> {
        (self.last_seen.plus(SEEN_FOR) <= now).then(|| Self { last_seen: now, ..self.clone() })
    }
}

/// The beginning of what a browser says of itself, without characters that can't be shown.
fn told(sent: &str) -> Option<Text> {
    let usable: String = sent.chars().filter(|&character| validation::is_usable(character)).take(MAXIMUM_BROWSER).collect();
    validation::text(&usable, MAXIMUM_BROWSER).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::super::customer::CustomerId;
    use super::super::link::NewLink;
    use super::super::reseller::ResellerId;
    use super::super::secret::SecretVersion;
    use super::super::user::{Names, NewUser, Organization, Role, UserId, UserPlace};
    use super::*;

    fn moment(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn user() -> User {
        let now = moment("2026-11-29T12:00:00.000Z");
        let organization = Organization::of(CustomerId::new(7));
        let place = UserPlace { reseller: ResellerId::new(1).unwrap(), organization, user: UserId::new(3).unwrap() };
        let link = NewLink::generate(&SecretVersion::generate(1, now).unwrap(), place, now).unwrap();
        let email = validation::text("ann@acme.example", 254).unwrap().unwrap();
        let new = NewUser { email, names: Names::default(), role: Role::Resellee };
        User::first(place.user, organization, new, link.link().clone(), now)
    }

    #[test]
    fn a_session_ends_after_twelve_idle_hours_and_after_seven_days() {
        let user = user();
        let begun = Session::begin(&user, None, moment("2026-11-29T12:00:00.000Z"));
        assert!(begun.is_of(&user, moment("2026-11-29T23:59:59.999Z")));
        assert!(!begun.is_of(&user, moment("2026-11-30T00:00:00.000Z")));
        let kept = Session { last_seen: moment("2026-12-06T11:00:00.000Z"), ..begun };
        assert!(kept.is_of(&user, moment("2026-12-06T11:59:59.999Z")));
        assert!(!kept.is_of(&user, moment("2026-12-06T12:00:00.000Z")));
    }

    #[test]
    fn a_session_ends_with_its_users_number_and_activity() {
        let (user, now) = (user(), moment("2026-11-29T12:00:00.000Z"));
        let session = Session::begin(&user, None, now);
        assert!(session.is_of(&user, now));
        assert!(!session.is_of(&User { epoch: 2, ..user.clone() }, now));
        assert!(!session.is_of(&User { is_active: false, ..user }, now));
    }

    #[test]
    fn a_session_is_seen_once_an_hour() {
        let session = Session::begin(&user(), None, moment("2026-11-29T12:00:00.000Z"));
        assert_eq!(session.seen(moment("2026-11-29T12:59:59.999Z")), None);
        let later = moment("2026-11-29T13:00:00.000Z");
        assert_eq!(session.seen(later), Some(Session { last_seen: later, ..session }));
    }

    #[test]
    fn of_what_a_browser_says_the_beginning_is_kept() {
        let kept = |sent: &str| Session::begin(&user(), Some(sent), Timestamp::now()).browser.map(|text| text.to_string());
        assert_eq!(kept("Mozilla/5.0 (X11)").as_deref(), Some("Mozilla/5.0 (X11)"));
        assert_eq!(kept("a\u{1}b").as_deref(), Some("ab"));
        assert_eq!(kept(&"é".repeat(301)).unwrap().chars().count(), 300);
        assert_eq!(kept(" "), None);
    }
}
