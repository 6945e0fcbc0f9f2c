//! `GET` and `POST /reseller/new`: makes an organization.

use askama::Template;
use lambda_http::http::StatusCode;
use reseller::profile::SentProfile;
use shared::domain::customer::{Customer, NewCustomer};
use shared::lambda::idempotency::keeping;
use shared::lambda::response::Response;
use shared::store::customer::WriteError;
use shared::store::{Caller, Policy, Read, StoreError, Write};

use crate::Error;
use crate::form::{Filled, Form, Kind};
use crate::frame::{Frame, Section};
use crate::page::{page, see_other};
use crate::visit::Visit;

/// The page with the form.
#[derive(Template)]
#[template(path = "new_organization.html")]
struct NewPage {
    frame: Frame,
    filled: Filled,
}

const FIELDS: [(&str, Kind); 3] = [("name", Kind::Text), ("email", Kind::Text), ("phone", Kind::Text)];

/// Answers 200 with the form.
pub(crate) async fn show(visit: &Visit<'_, Read>) -> Result<Response, Error> {
    let caller = visit.caller(Policy::RESELLER).await?;
    shown(&caller, StatusCode::OK, Filled::fresh(Form::default())?)
}

/// Makes the organization and leads to the list, in which its row is marked (303); 422 if a field is wrong.
pub(crate) async fn submit(visit: &Visit<'_, Write>, form: Form) -> Result<Response, Error> {
    let caller = visit.caller(Policy::RESELLER).await?;
    let profile = match SentProfile::from(form.object(&FIELDS)).profile(None) {
        Ok(profile) => profile,
        Err(faults) => return shown(&caller, StatusCode::UNPROCESSABLE_ENTITY, Filled::wrong(form, faults)?),
    };
    let new = NewCustomer { account_id: caller.first_account()?, code: None, profile, holds_email: false };
    // The newest first, so that the new row is on the page.
    let answer = |made: &Customer| see_other(&format!("/reseller?sort=id&direction=desc&new={}", made.id));
    let made = visit.table.customer_create(&caller, new, &keeping(answer)).await.map_err(|error| match error {
        WriteError::Store(error) => error,
        WriteError::OtherRevision | WriteError::Taken(_) => StoreError::Internal("nothing was to be held exclusively".to_owned()),
    });
    Ok(answer(&made?))
}

fn shown<A>(caller: &Caller<A>, status: StatusCode, filled: Filled) -> Result<Response, Error> {
    Ok(page(status, &NewPage { frame: Frame::new(caller, Section::Organizations, "New Organization"), filled })?)
}
