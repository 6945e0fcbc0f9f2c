//! The cookies of the portal.

use shared::domain::session::LONGEST;
use shared::domain::token::NewToken;
use shared::lambda::request::Request;

/// The cookie with the session.
const SESSION: &str = "__Host-session";

/// The cookie with the short name of the reseller at which this browser logged in last.
const RESELLER: &str = "__Host-reseller";

/// What both have in common. The number of seconds follows.
const HELD: &str = "Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age";

/// The token of the session that the browser sent.
pub(crate) fn session(request: &Request) -> Option<&str> {
    request.cookie(SESSION)
}

/// The cookie that begins a session in the browser. The session itself ends earlier, if it is idle.
pub(crate) fn session_cookie(token: &NewToken) -> String {
    format!("{SESSION}={}; {HELD}={}", token.reveal(), LONGEST.as_secs())
}

/// The cookie that ends it there.
pub(crate) fn no_session_cookie() -> String {
    format!("{SESSION}=; {HELD}=0")
}

/// The short name of the reseller at which this browser logged in last; empty when it did not yet.
pub(crate) fn remembered_reseller(request: &Request) -> &str {
    request.cookie(RESELLER).unwrap_or_default()
}

/// The cookie with which the browser remembers that for a year.
pub(crate) fn reseller_cookie(short_name: &str) -> String {
    format!("{RESELLER}={short_name}; {HELD}=31536000")
}
