//! `GET` and `POST /login` and `/login/{reseller}`: an address and a password for a session.

use askama::Template;
use lambda_http::http::StatusCode;
use shared::domain::password::PresentedPassword;
use shared::domain::reseller::ShortName;
use shared::lambda::form;
use shared::lambda::request::Request;
use shared::lambda::response::{Response, with_retry_after};
use shared::store::session::{Attempt, LoggedIn, LoginError};
use shared::store::{Login, Table};

use super::answer::{WAITING, append_cookie, begun, look_of};
use crate::Error;
use crate::address::own;
use crate::cookies::{remembered_reseller, reseller_cookie};
use crate::error::{INACTIVE, SUSPENDED};
use crate::form::{Form, label};
use crate::frame::{Look, Section};
use crate::login_page::LoginPage;
use crate::page::{page, see_other};
use crate::query::Query;

/// Answers 200 with the form, under the look of the reseller in the path.
pub(super) async fn show(table: &Table<Login>, request: &Request) -> Result<Response, Error> {
    let next = own(Query::of(request).value("next")).unwrap_or_default().to_owned();
    let has_expired = !next.is_empty();
    let form = Form::of([("reseller", remembered_reseller(request).to_owned()), ("next", next)]);
    shown(table, request, StatusCode::OK, LoginPage { has_expired, ..login_page(request, &form) }).await
}

/// Leads to the page that was asked for (303), or to the one that the person starts with. If a form was sent when the session had ended, it
/// answers 200 with that form, to be sent again.
///
/// A person who isn't let in gets 422, one who has to wait 429, and 403 whose organization lets nobody in.
pub(super) async fn submit(table: &Table<Login>, request: &Request) -> Result<Response, Error> {
    let form = Form::parse(request)?;
    let login = login_page(request, &form);
    let short_name = login.reseller.as_deref().unwrap_or(&login.short_name);
    let attempt = Attempt {
        short_name,
        email: form.value("email"),
        password: PresentedPassword::new(form.value("password")),
        source: request.source_address(),
        browser: request.header("user-agent"),
    };
    let (status, fault) = match table.log_in(&attempt).await {
        Ok(logged_in) => return let_in(&login, short_name, &logged_in),
        Err(LoginError::Store(error)) => return Err(error.into()),
        Err(LoginError::Wait(wait)) => {
            let waiting = LoginPage { fault: Some(wait.to_string()), ..login };
            return Ok(with_retry_after(shown(table, request, WAITING, waiting).await?, wait.seconds));
        }
        Err(LoginError::Refused) => {
            let text = "The email address, the password or the reseller is wrong.";
            (StatusCode::UNPROCESSABLE_ENTITY, text)
        }
        Err(LoginError::Suspended) => (StatusCode::FORBIDDEN, SUSPENDED),
        Err(LoginError::Inactive) => (StatusCode::FORBIDDEN, INACTIVE),
    };
    shown(table, request, status, LoginPage { fault: Some(fault.to_owned()), ..login }).await
}

/// The page of the login that a request is about, with what was typed.
fn login_page(request: &Request, form: &Form) -> LoginPage {
    let in_path = request.path_parameter("reseller");
    // What can be no short name is shown as one that nobody has.
    let named = (!in_path.is_empty()).then(|| ShortName::parse(&in_path).map_or_else(|| "-".to_owned(), |name| name.to_string()));
    LoginPage {
        look: Look::plain(),
        reseller: named,
        short_name: form.value("reseller").trim().to_owned(),
        email: form.value("email").to_owned(),
        next: own(form.value("next")).unwrap_or_default().to_owned(),
        kept: form.value("kept").to_owned(),
        has_expired: false,
        fault: None,
    }
}

/// Answers with the page, in the look of the reseller in its path. Who is let in sees another page, so that it is not read before.
async fn shown(table: &Table<Login>, request: &Request, status: StatusCode, login: LoginPage) -> Result<Response, Error> {
    let look = match &login.reseller {
        Some(name) => look_of(table, name, request).await?,
        None => Look::plain(),
    };
    Ok(page(status, &LoginPage { look, ..login })?)
}

/// The form that was sent when a session had ended.
#[derive(Template)]
#[template(path = "continue.html")]
struct ContinuePage {
    look: Look,
    action: String,
    fields: Vec<(String, String)>,
    /// What of it a person has typed or chosen: the name of each field, and its value.
    typed: Vec<(String, String)>,
}

/// How a field is told to the person who filled it in; `None` for one without a value, and for those that pages put into forms themselves.
fn typed(name: &str, value: &str) -> Option<(String, String)> {
    if value.is_empty() || ["form_key", "tab"].contains(&name) || name.starts_with("shown_") {
        return None;
    }
    let words = match (name, value) {
        ("is_active", "true") => "Active",
        ("is_active", "false") => "Inactive",
        ("auto_renew", "true") => "On",
        ("auto_renew", "false") => "Off",
        (_, value) => value,
    };
    Some((label(name), words.to_owned()))
}

fn let_in(login: &LoginPage, short_name: &str, logged_in: &LoggedIn) -> Result<Response, Error> {
    let kept = form::parse(login.kept.as_bytes()).unwrap_or_default();
    let response = if kept.is_empty() || login.next.is_empty() {
        see_other(if login.next.is_empty() { Section::start(logged_in.user.role) } else { &login.next })
    } else {
        let typed = kept.iter().filter_map(|(name, value)| typed(name, value)).collect();
        page(StatusCode::OK, &ContinuePage { look: Look::plain(), action: login.next.clone(), fields: kept, typed })?
    };
    let mut response = begun(response, logged_in);
    if let Some(name) = ShortName::parse(short_name) {
        append_cookie(&mut response, &reseller_cookie(name.as_str()));
    }
    Ok(response)
}
