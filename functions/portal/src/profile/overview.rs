//! `GET /profile`: everything that people do for themselves, on one page.

use askama::Template;
use lambda_http::http::StatusCode;
use shared::lambda::response::Response;
use shared::store::{Policy, Read};

use super::brand::{BrandForm, is_offered_to};
use super::names::NamesForm;
use super::part::html;
use super::password::PasswordForm;
use super::sessions::Row;
use crate::Error;
use crate::frame::{Frame, Section};
use crate::page::page;
use crate::query::Query;
use crate::visit::Visit;

/// The page.
#[derive(Template)]
#[template(path = "profile.html")]
struct ProfilePage {
    frame: Frame,
    /// What was just done.
    notice: Option<&'static str>,
    names: String,
    password: String,
    sessions: Vec<Row>,
    /// The forms of the brand; `None` for people whose reseller has none, and for those of its customers.
    brand: Option<String>,
}

/// Answers 200 with the page.
pub(super) async fn show(visit: &Visit<'_, Read>) -> Result<Response, Error> {
    let listed = visit.table.session_list(&visit.token).await?;
    let (caller, sessions) = visit.open(listed, Policy::ONESELF).await?;
    let brand = is_offered_to(&caller).then(|| BrandForm::of(&caller, false)).transpose()?;
    let template = ProfilePage {
        frame: Frame::new(&caller, Section::Profile, "Profile"),
        notice: notice(Query::of(visit.request).value("done")),
        names: html(&NamesForm::of(caller.person().map(|person| &person.user), false)?)?,
        password: html(&PasswordForm::of(&caller, false)?)?,
        sessions: sessions.iter().map(Row::of).collect(),
        brand: brand.as_ref().map(html).transpose()?,
    };
    Ok(page(StatusCode::OK, &template)?)
}

fn notice(done: &str) -> Option<&'static str> {
    Some(match done {
        "names" => "Your name was saved.",
        "password" => "Your password was changed. Your other sessions have ended.",
        "session" => "The session has ended.",
        "sessions" => "Your other sessions have ended.",
        "color" => "The brand color was saved.",
        "logo" => "The logo was saved.",
        "no_logo" => "The logo was deleted.",
        _ => return None,
    })
}
