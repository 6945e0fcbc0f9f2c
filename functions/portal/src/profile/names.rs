//! The names of who is logged in.

use askama::Template;
use lambda_http::http::StatusCode;
use shared::domain::user::User;
use shared::domain::validation::Text;
use shared::lambda::faults::Faults;
use shared::lambda::response::Response;
use shared::store::user::ChangeUserError;
use shared::store::{Caller, Policy, Read, StoreError, Write};
use user::wire::SentUser;

use super::part::{alone, done};
use crate::Error;
use crate::form::{Filled, Form, Kind};
use crate::page::see_other;
use crate::visit::Visit;

const TITLE: &str = "Your name";

const FIELDS: [(&str, Kind); 2] = [("first_name", Kind::Text), ("last_name", Kind::Text)];

/// The form.
#[derive(Template)]
#[template(path = "names_form.html")]
pub(super) struct NamesForm {
    email: String,
    filled: Filled,
    is_alone: bool,
}

impl NamesForm {
    /// The form with the names that a person has.
    ///
    /// # Errors
    /// When there is no randomness.
    pub(super) fn of(user: Option<&User>, is_alone: bool) -> Result<Self, StoreError> {
        let text = |text: Option<&Text>| text.map(ToString::to_string).unwrap_or_default();
        let form = Form::of([
            ("first_name", text(user.and_then(|user| user.first_name.as_ref()))),
            ("last_name", text(user.and_then(|user| user.last_name.as_ref()))),
        ]);
        Ok(Self { email: text(user.map(|user| &user.email)), filled: Filled::fresh(form)?, is_alone })
    }
}

/// Answers 200 with the form.
pub(super) async fn show(visit: &Visit<'_, Read>) -> Result<Response, Error> {
    let caller = visit.caller(Policy::ONESELF).await?;
    alone(&caller, StatusCode::OK, TITLE, &NamesForm::of(person(&caller), true)?)
}

/// Saves the names and leads to the profile (303); 422 if one is wrong.
pub(super) async fn submit(visit: &Visit<'_, Write>, form: Form) -> Result<Response, Error> {
    let caller = visit.caller(Policy::ONESELF).await?;
    let names = match SentUser::from(form.object(&FIELDS)).own_names() {
        Ok(names) => names,
        Err(faults) => return wrong(&caller, form, faults),
    };
    match visit.table.user_rename_oneself(&caller, &names).await {
        Ok(Some(_)) => Ok(see_other(&done("names"))),
        Ok(None) => Err(Error::NotFound),
        Err(ChangeUserError::Store(error)) => Err(error.into()),
        Err(error) => Err(StoreError::Internal(format!("names can't be refused: {error}")).into()),
    }
}

fn wrong(caller: &Caller<Write>, form: Form, faults: Faults) -> Result<Response, Error> {
    let filled = Filled::wrong(form, faults)?;
    let form = NamesForm { filled, ..NamesForm::of(person(caller), true)? };
    alone(caller, StatusCode::UNPROCESSABLE_ENTITY, TITLE, &form)
}

fn person<A>(caller: &Caller<A>) -> Option<&User> {
    caller.person().map(|person| &person.user)
}
