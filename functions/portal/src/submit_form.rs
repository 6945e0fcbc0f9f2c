//! `POST`: every form of somebody who is logged in.

use lambda_http::http::header::SET_COOKIE;
use shared::domain::credential::Refusal;
use shared::lambda::request::Request;
use shared::lambda::response::{Response, with_header};
use shared::store::{Policy, Table, Write};

use crate::Error;
use crate::cookies::no_session_cookie;
use crate::login_page::login_path;
use crate::organization::{self, Place};
use crate::page::see_other;
use crate::visit::Visit;
use crate::{organizations, people, profile};

/// Does what the form asks for and leads to a page (303). Answers 422 with the form and everything that is wrong in it, and 200 with what is
/// shown once.
///
/// # Errors
/// 401 with a login, which keeps the form, without a session; 403 when another site's page sent the form; 404 when there is no such form, or
/// not for this person.
pub async fn submit_form(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    if request.path() == "/logout" {
        return log_out(table, request).await;
    }
    let (visit, form) = Visit::submitted(table, request).await?;
    let segments: Vec<&str> = request.path().split('/').skip(1).collect();
    let answered = match *segments {
        ["reseller", "users", ref rest @ ..] => people::submit(&visit, form, rest).await,
        ["profile", ref rest @ ..] => profile::submit(&visit, form, rest).await,
        ["reseller", "new"] => organizations::new::submit(&visit, form).await,
        ["reseller", "delete"] => organizations::delete::submit(&visit, &form).await,
        ["reseller", _] => organization::edit::submit(&visit, form, Place::of_reseller(request)).await,
        ["reseller", _, kind, item] => {
            organization::submit_part(&visit, form, Place::of_reseller(request), kind, item, None).await
        }
        ["reseller", _, kind, item, deed] => {
            organization::submit_part(&visit, form, Place::of_reseller(request), kind, item, Some(deed)).await
        }
        ["organization"] => organization::edit::submit(&visit, form, Place::own(&visit.token)).await,
        ["organization", kind, item] => organization::submit_part(&visit, form, Place::own(&visit.token), kind, item, None).await,
        ["organization", kind, item, deed] => {
            organization::submit_part(&visit, form, Place::own(&visit.token), kind, item, Some(deed)).await
        }
        _ => Err(Error::NotFound),
    };
    visit.end(answered).await
}

/// Ends the session, if there is one, and leads to the login. Whom nobody lets in at the moment can leave too.
async fn log_out(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let leave = async {
        let visit = Visit::sent(table, request).await?;
        match visit.caller(Policy::ONESELF).await {
            Ok(_) | Err(Error::Refused(Refusal::Inactive | Refusal::Suspended)) => Ok(table.session_end(&visit.token).await?),
            Err(error) => Err(error),
        }
    };
    match leave.await {
        Ok(()) | Err(Error::Refused(_)) => {}
        Err(error) => return Err(error),
    }
    Ok(with_header(see_other(&login_path(request)), SET_COOKIE, &no_session_cookie()))
}
