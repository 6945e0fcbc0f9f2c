//! `GET` and `POST /invitation/{token}`: a link to set a password with.

use askama::Template;
use lambda_http::http::StatusCode;
use lambda_http::http::header::REFERRER_POLICY;
use shared::domain::password::{LEAST_CHARACTERS, Password};
use shared::lambda::request::Request;
use shared::lambda::response::{Response, with_header};
use shared::store::session::FoundPerson;
use shared::store::{Login, Table};

use super::answer::{append_cookie, begun, look_of};
use crate::Error;
use crate::cookies::reseller_cookie;
use crate::form::Form;
use crate::frame::{Look, Section};
use crate::page::{page, see_other};

/// The page of a link.
#[derive(Template)]
#[template(path = "invitation.html")]
struct InvitationPage {
    look: Look,
    /// The path of the link.
    action: String,
    organization: String,
    email: String,
    least_characters: usize,
    /// What is wrong with the password, each in a sentence that begins with it.
    faults: Vec<String>,
}

/// The page of a link that can't be used.
#[derive(Template)]
#[template(path = "no_invitation.html")]
struct NoInvitationPage {
    look: Look,
}

/// Answers 200 with the form, 404 when the link can't be used (any more). Looking at it uses nothing up.
pub(super) async fn show(table: &Table<Login>, request: &Request) -> Result<Response, Error> {
    match table.link_load(&request.path_parameter("token")).await? {
        Some(found) => shown(table, request, StatusCode::OK, &found, Vec::new()).await,
        None => unusable(),
    }
}

/// Sets the password, logs the person in and leads to where the person starts (303). Answers 422 when the password breaks a rule, 404 when the
/// link can't be used (any more).
pub(super) async fn submit(table: &Table<Login>, request: &Request) -> Result<Response, Error> {
    let token = request.path_parameter("token");
    let form = Form::parse(request)?;
    let Some(found) = table.link_load(&token).await? else {
        return unusable();
    };
    let password = match Password::parse(form.value("password")) {
        Ok(password) => password,
        Err(broken) => {
            let faults = broken.iter().map(ToString::to_string).collect();
            return shown(table, request, StatusCode::UNPROCESSABLE_ENTITY, &found, faults).await;
        }
    };
    let Some(logged_in) = table.link_use(&token, &password, request.header("user-agent")).await? else {
        return unusable();
    };
    let mut response = begun(see_other(Section::start(logged_in.user.role)), &logged_in);
    append_cookie(&mut response, &reseller_cookie(found.reseller.short_name().as_str()));
    Ok(response)
}

async fn shown(
    table: &Table<Login>,
    request: &Request,
    status: StatusCode,
    found: &FoundPerson,
    faults: Vec<String>,
) -> Result<Response, Error> {
    let organization =
        found.customer.as_ref().map_or_else(|| found.reseller.name.to_string(), |customer| customer.profile.name());
    let template = InvitationPage {
        look: look_of(table, found.reseller.short_name().as_str(), request).await?,
        action: request.path().to_owned(),
        organization,
        email: found.user.email.to_string(),
        least_characters: LEAST_CHARACTERS,
        faults,
    };
    Ok(without_referrer(page(status, &template)?))
}

fn unusable() -> Result<Response, Error> {
    Ok(without_referrer(page(StatusCode::NOT_FOUND, &NoInvitationPage { look: Look::plain() })?))
}

/// The address of the page is a secret.
fn without_referrer(response: Response) -> Response {
    with_header(response, REFERRER_POLICY, "no-referrer")
}
