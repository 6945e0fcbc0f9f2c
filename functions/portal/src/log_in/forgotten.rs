//! `GET` and `POST /forgotten`: a mail with a link, for who has forgotten a password.

use askama::Template;
use lambda_http::http::StatusCode;
use shared::lambda::request::Request;
use shared::lambda::response::{Response, with_retry_after};
use shared::store::tries::NotAdmitted;
use shared::store::{Login, Table};

use super::answer::WAITING;
use crate::Error;
use crate::cookies::remembered_reseller;
use crate::form::Form;
use crate::frame::Look;
use crate::page::page;

/// The page for who has forgotten a password.
#[derive(Template)]
#[template(path = "forgotten.html")]
struct ForgottenPage {
    look: Look,
    /// Whether the deployment sends mails; without them a person must ask somebody.
    sends_mail: bool,
    is_asked: bool,
    short_name: String,
    email: String,
    fault: Option<String>,
}

/// Answers 200 with the form, or with whom to ask where no mail is sent.
pub(super) fn show(table: &Table<Login>, request: &Request) -> Result<Response, Error> {
    Ok(page(
        StatusCode::OK,
        &ForgottenPage {
            look: Look::plain(),
            sends_mail: table.sends_mail(),
            is_asked: false,
            short_name: remembered_reseller(request).to_owned(),
            email: String::new(),
            fault: None,
        },
    )?)
}

/// Answers 200 with the same page for every address, 429 to who has to wait.
pub(super) async fn submit(table: &Table<Login>, request: &Request) -> Result<Response, Error> {
    let form = Form::parse(request)?;
    let (short_name, email) = (form.value("reseller").trim(), form.value("email"));
    let asked = table.password_forgotten(short_name, email, request.source_address()).await;
    let shown = ForgottenPage {
        look: Look::plain(),
        sends_mail: table.sends_mail(),
        is_asked: true,
        short_name: short_name.to_owned(),
        email: email.to_owned(),
        fault: None,
    };
    match asked {
        Ok(()) => Ok(page(StatusCode::OK, &shown)?),
        Err(NotAdmitted::Store(error)) => Err(error.into()),
        Err(NotAdmitted::Wait(wait)) => {
            let waiting = ForgottenPage { is_asked: false, fault: Some(wait.to_string()), ..shown };
            Ok(with_retry_after(page(WAITING, &waiting)?, wait.seconds))
        }
    }
}
