//! The page on which people log in. It is also what somebody sees whose session has ended.

use askama::Template;
use shared::domain::reseller::ShortName;
use shared::lambda::request::Request;

use crate::address::with_query;
use crate::cookies::remembered_reseller;
use crate::frame::Look;

/// The page of a login.
#[derive(Template)]
#[template(path = "login.html")]
pub(crate) struct LoginPage {
    pub(crate) look: Look,
    /// The short name in the address; `None` where the page asks for it.
    pub(crate) reseller: Option<String>,
    /// What stands in the field that asks for it.
    pub(crate) short_name: String,
    pub(crate) email: String,
    /// The address that the login leads to; empty for the start.
    pub(crate) next: String,
    /// The form that was sent when the session had ended, to be sent again; empty without one.
    pub(crate) kept: String,
    /// Whether a session has ended.
    pub(crate) has_expired: bool,
    /// Why nobody was logged in, as a sentence.
    pub(crate) fault: Option<String>,
}

impl LoginPage {
    /// Where somebody of another reseller logs in.
    fn elsewhere(&self) -> String {
        with_query("/login", [("next", self.next.as_str())])
    }

    /// Where the form is sent.
    fn action(&self) -> String {
        self.reseller.as_ref().map_or_else(|| "/login".to_owned(), |reseller| format!("/login/{reseller}"))
    }
}

/// The path of the login at which this browser logged in last.
pub(crate) fn login_path(request: &Request) -> String {
    ShortName::parse(remembered_reseller(request)).map_or_else(|| "/login".to_owned(), |name| format!("/login/{name}"))
}
