//! Every error of a page, as a page.

use askama::Template;
use lambda_http::http::StatusCode;
use lambda_http::http::header::SET_COOKIE;
use shared::domain::credential::Refusal;
use shared::lambda::bootstrap::{ApiError, Failure};
use shared::lambda::form;
use shared::lambda::idempotency::Repetition;
use shared::lambda::request::Request;
use shared::lambda::response::{Response, response, with_header};
use shared::store::replay::Earlier;
use shared::store::{AuthenticationError, Caller, StoreError};

use crate::address::with_query;
use crate::cookies::{no_session_cookie, remembered_reseller};
use crate::frame::{Frame, Look};
use crate::login_page::{LoginPage, login_path};
use crate::page::{page, see_other};

/// Why a page was not shown or a form not taken. The text of the `Display` is for the log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller is refused: there is no session, or none any more, or its organization lets nobody in.
    #[error("refused: {0}")]
    Refused(Refusal),
    /// There is no such page, or no such record, or not for this person.
    #[error("no such page")]
    NotFound,
    /// The same, and the page that says so in the frame of those that this person sees.
    #[error("no such page")]
    NotFoundBy(Box<Response>),
    /// Another site's page sent the form.
    #[error("sent from elsewhere")]
    ElsewhereSent,
    /// The form can't be read. The text is for the person.
    #[error("malformed form")]
    Malformed(String),
    /// The form was sent before.
    #[error(transparent)]
    Repeated(Repetition),
    /// A failure that the person did not cause, or no such route.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            // What a role must not see is not there.
            Refusal::NotAllowed => Self::NotFound,
            refusal => Self::Refused(refusal),
        }
    }
}

impl From<AuthenticationError> for Error {
    fn from(error: AuthenticationError) -> Self {
        match error {
            AuthenticationError::Refused(refusal) => refusal.into(),
            AuthenticationError::Store(error) => error.into(),
            AuthenticationError::Earlier(earlier) => earlier.into(),
        }
    }
}

impl From<Earlier> for Error {
    fn from(earlier: Earlier) -> Self {
        Repetition::of(earlier).map_or_else(Self::from, Self::Repeated)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// Why nobody of a suspended reseller is let in.
pub(crate) const SUSPENDED: &str = "This reseller is suspended. Contact the platform's support.";

/// Why nobody of an inactive organization is let in.
pub(crate) const INACTIVE: &str = "Your organization is inactive. Ask your provider to activate it again.";

/// What is said of an address at which nothing is, and under which title.
const NOT_FOUND: (&str, &str) = ("Not found", "There is nothing at this address, or it was deleted meanwhile.");

/// The page that says so to somebody who is logged in.
#[derive(Template)]
#[template(path = "not_found.html")]
struct NotFoundPage {
    frame: Frame,
    text: &'static str,
}

impl Error {
    /// Nothing is there, which this caller is told among the pages that it sees.
    pub(crate) fn not_found<A>(caller: &Caller<A>) -> Self {
        let (title, text) = NOT_FOUND;
        let template = NotFoundPage { frame: Frame::new(caller, None, title), text };
        page(StatusCode::NOT_FOUND, &template).map_or_else(Self::from, |page| Self::NotFoundBy(Box::new(page)))
    }
}

/// A page that says what went wrong.
#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    look: Look,
    title: &'static str,
    text: String,
    /// Whether the person sees other pages.
    is_let_in: bool,
}

impl ApiError for Error {
    fn response(&self, request: &Request) -> Response {
        use StatusCode as Status;
        let (status, title, text) = match self {
            Self::Refused(Refusal::Suspended) => (Status::FORBIDDEN, "Suspended", SUSPENDED),
            Self::Refused(Refusal::Inactive) => (Status::FORBIDDEN, "Inactive", INACTIVE),
            Self::Refused(_) => return log_in_again(request),
            Self::NotFoundBy(page) => return page.as_ref().clone(),
            Self::NotFound | Self::Failed(Failure::NoSuchRoute) => (Status::NOT_FOUND, NOT_FOUND.0, NOT_FOUND.1),
            Self::ElsewhereSent => (
                Status::FORBIDDEN,
                "Not sent from here",
                "This form was not sent from a page of this portal, so nothing was changed. Open the page here and try again.",
            ),
            Self::Malformed(text) => (Status::BAD_REQUEST, "This form can't be read", text.as_str()),
            Self::Repeated(Repetition::Answered(answer)) => return answer.as_ref().clone(),
            Self::Repeated(Repetition::OtherRequest) => (
                Status::UNPROCESSABLE_ENTITY,
                "Sent already",
                "This form was sent already, with other values. Go back, load the page again and look what was saved.",
            ),
            Self::Failed(failure) if failure.exceeded().is_some() => (
                Status::TOO_MANY_REQUESTS,
                "Too many requests",
                "Too much was asked for in this minute. Wait a minute and load the page again.",
            ),
            Self::Failed(failure) if failure.is_temporary() => (
                Status::SERVICE_UNAVAILABLE,
                "Unavailable for a moment",
                "The service is temporarily unavailable. Wait a moment and load the page again.",
            ),
            Self::Failed(_) => (
                Status::INTERNAL_SERVER_ERROR,
                "Something went wrong",
                "Something went wrong on our side. Contact support if it persists.",
            ),
        };
        let response = shown(status, title, text, !matches!(self, Self::Refused(_)));
        if let Self::Failed(failure) = self { failure.tell_when(response) } else { response }
    }
}

fn shown(status: StatusCode, title: &'static str, text: &str, is_let_in: bool) -> Response {
    let template = ErrorPage { look: Look::plain(), title, text: text.to_owned(), is_let_in };
    page(status, &template).unwrap_or_else(|_| response(status, "text/plain; charset=utf-8", text.to_owned()))
}

/// Leads somebody without a session to the login and from there back to the page. A form that was sent is kept in the page of the login, so that
/// nothing that was typed is lost. One that deletes is not: at its address a page asks again, with the names of what is deleted.
fn log_in_again(request: &Request) -> Response {
    let query = request.query();
    let here = if query.is_empty() { request.path().to_owned() } else { format!("{}?{query}", request.path()) };
    let response = if request.method() == "POST" {
        let sent = sent(request);
        let (next, kept) = if request.path().ends_with("/delete") {
            let selected = sent.into_iter().filter(|(name, _)| name == "id");
            (with_query(request.path(), request.query_pairs().0.into_iter().chain(selected)), String::new())
        } else {
            (here, with_query("", sent).trim_start_matches('?').to_owned())
        };
        let login = LoginPage {
            look: Look::plain(),
            reseller: None,
            short_name: remembered_reseller(request).to_owned(),
            email: String::new(),
            next,
            kept,
            has_expired: true,
            fault: None,
        };
        page(StatusCode::UNAUTHORIZED, &login).unwrap_or_else(|_| see_other("/login"))
    } else {
        see_other(&with_query(&login_path(request), [("next", if here == "/" { "" } else { &here })]))
    };
    with_header(response, SET_COOKIE, &no_session_cookie())
}

/// The fields of the form that was sent, without passwords. One with a file has none: it has to be sent again.
fn sent(request: &Request) -> Vec<(String, String)> {
    if request.header("content-type").is_some_and(|sent| sent.starts_with("multipart/")) {
        return Vec::new();
    }
    let fields = request.body().ok().and_then(|body| form::parse(&body).ok()).unwrap_or_default();
    fields.into_iter().filter(|(name, _)| !name.contains("password")).collect()
}
