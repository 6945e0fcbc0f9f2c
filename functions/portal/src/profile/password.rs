//! The password of who is logged in.

use askama::Template;
use lambda_http::http::StatusCode;
use lambda_http::http::header::SET_COOKIE;
use shared::domain::credential::Refusal;
use shared::domain::password::{LEAST_CHARACTERS, Password, PresentedPassword};
use shared::domain::validation::Invalid;
use shared::lambda::faults::Faults;
use shared::lambda::response::{Response, with_header, with_retry_after};
use shared::store::session::ChangePasswordError;
use shared::store::{Caller, Policy, Read, StoreError, Write};

use super::part::{alone, done};
use crate::Error;
use crate::cookies::session_cookie;
use crate::form::{Filled, Form};
use crate::page::see_other;
use crate::visit::Visit;

const TITLE: &str = "Your password";

const CURRENT: &str = "current_password";
const NEW: &str = "new_password";

/// The form. What was typed is never shown again.
#[derive(Template)]
#[template(path = "password_form.html")]
pub(super) struct PasswordForm {
    /// By which a browser knows whose password it keeps.
    email: String,
    /// The rules that can be told beforehand.
    rules: String,
    filled: Filled,
    /// Why the person has to wait, as a sentence.
    wait: Option<String>,
    is_alone: bool,
}

impl PasswordForm {
    /// The empty form.
    ///
    /// # Errors
    /// When there is no randomness.
    pub(super) fn of<A>(caller: &Caller<A>, is_alone: bool) -> Result<Self, StoreError> {
        let email = caller.person().map(|person| person.user.email.to_string()).unwrap_or_default();
        let filled = Filled::fresh(Form::default())?;
        let rules = format!("At least {LEAST_CHARACTERS} characters with an upper-case letter, a lower-case letter and a digit");
        Ok(Self { email, rules, filled, wait: None, is_alone })
    }
}

/// Answers 200 with the form.
pub(super) async fn show(visit: &Visit<'_, Read>) -> Result<Response, Error> {
    let caller = visit.caller(Policy::ONESELF).await?;
    alone(&caller, StatusCode::OK, TITLE, &PasswordForm::of(&caller, true)?)
}

/// Changes the password and leads to the profile (303), with another cookie of the same session. Answers 422 with everything that is wrong, 429
/// to who has to wait.
pub(super) async fn submit(visit: &Visit<'_, Write>, form: &Form) -> Result<Response, Error> {
    let caller = visit.caller(Policy::ONESELF).await?;
    let (current, password) = match sent(form) {
        Ok(sent) => sent,
        Err(faults) => return wrong(&caller, faults),
    };
    let source = visit.request.source_address();
    match visit.table.password_change(&caller, &current, &password, source).await {
        Ok(token) => Ok(with_header(see_other(&done("password")), SET_COOKIE, &session_cookie(&token))),
        Err(ChangePasswordError::Store(error)) => Err(error.into()),
        Err(ChangePasswordError::Ended) => Err(Refusal::Invalid.into()),
        Err(ChangePasswordError::Refused) => wrong(&caller, Faults::one(CURRENT, "is not right")),
        Err(ChangePasswordError::Wait(wait)) => {
            let waiting = PasswordForm { wait: Some(wait.to_string()), ..PasswordForm::of(&caller, true)? };
            Ok(with_retry_after(alone(&caller, StatusCode::TOO_MANY_REQUESTS, TITLE, &waiting)?, wait.seconds))
        }
    }
}

/// The password that the person has, and the one that it is to have.
fn sent(form: &Form) -> Result<(PresentedPassword, Password), Faults> {
    let mut faults = Faults::default();
    let current = Some(form.value(CURRENT)).filter(|current| !current.is_empty()).ok_or(Invalid::Required);
    let current = faults.collect(CURRENT, current);
    let password = Password::parse(form.value(NEW));
    let password = password.map_err(|broken| broken.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
    let password = faults.collect(NEW, password);
    match (current, password) {
        (Some(current), Some(password)) => Ok((PresentedPassword::new(current), password)),
        _ => Err(faults),
    }
}

fn wrong(caller: &Caller<Write>, faults: Faults) -> Result<Response, Error> {
    let filled = Filled::wrong(Form::default(), faults)?;
    let form = PasswordForm { filled, ..PasswordForm::of(caller, true)? };
    alone(caller, StatusCode::UNPROCESSABLE_ENTITY, TITLE, &form)
}
