//! Switching the renewal of a subscription on or off.

use askama::Template;
use customer::subscription::{NotMade, SentChange};
use lambda_http::http::StatusCode;
use shared::domain::date::Date;
use shared::domain::subscription::Subscription;
use shared::lambda::faults::Faults;
use shared::lambda::idempotency::keeping;
use shared::lambda::response::Response;
use shared::store::Write;

use super::super::place::Place;
use super::super::shell::Tab;
use super::change::{Now, load, seen};
use crate::Error;
use crate::form::{Filled, Form, Kind};
use crate::frame::Frame;
use crate::page::{page, see_other};
use crate::visit::Visit;

/// The field with `true` or `false`.
const AUTO_RENEW: &str = "auto_renew";

/// The page that says why it was not switched.
#[derive(Template)]
#[template(path = "renew_subscription.html")]
struct RenewalPage {
    frame: Frame,
    action: String,
    back: String,
    organization: String,
    now: Now,
    is_wanted: bool,
    /// Whether somebody else has changed it since the person saw it.
    is_changed: bool,
    filled: Filled,
}

/// Switches it and leads to the tab (303). What is switched like that already does not matter, so that the form can be sent twice. Answers
/// 422 if it can't be renewed, 409 if somebody else has changed it since the person saw it.
pub(super) async fn submit(visit: &Visit<'_, Write>, form: &Form, place: &Place, id: &str) -> Result<Response, Error> {
    let (caller, found) = load(visit, place, id).await?;
    let expected = seen(form)?;
    let current = found.content.record.clone().ok_or(Error::NotFound)?;
    let tab = place.tab(Tab::Subscription.number());
    let shown = |status, latest: &Subscription, faults: Faults, is_changed| -> Result<Response, Error> {
        let template = RenewalPage {
            frame: Frame::new(&caller, place.section(), "Auto renew"),
            action: format!("{}/subscriptions/{}/renewal", place.base, latest.id),
            back: tab.clone(),
            organization: found.customer.profile.name(),
            now: Now::of(latest, Date::today()),
            is_wanted: form.value(AUTO_RENEW) == "true",
            is_changed,
            filled: Filled::wrong(Form::default(), faults)?,
        };
        Ok(page(status, &template)?)
    };
    let change = match SentChange::of(&form.object(&[(AUTO_RENEW, Kind::Flag)]).into()) {
        Ok(change) => change,
        Err(faults) => return shown(StatusCode::UNPROCESSABLE_ENTITY, &current, faults, false),
    };
    let done = || see_other(&format!("{tab}&renewal={}", form.value(AUTO_RENEW)));
    let edit = |current: &Subscription| change.applied(current);
    let changed = visit.table.subscription_update(&caller, &expected, found.content, edit, &keeping(|_| done())).await;
    match changed.map_err(NotMade::from) {
        Ok(changed) => changed.map(|_| done()).ok_or(Error::NotFound),
        Err(NotMade::Failed(error)) => Err(error.into()),
        Err(NotMade::Wrong(faults)) => shown(StatusCode::UNPROCESSABLE_ENTITY, &current, faults, false),
        Err(NotMade::OtherRevision) => {
            let (_, latest) = load(visit, place, id).await?;
            let latest = latest.content.record.ok_or(Error::NotFound)?;
            if change.applied(&latest).is_ok_and(|changed| changed == latest) {
                return Ok(done());
            }
            shown(StatusCode::CONFLICT, &latest, Faults::default(), true)
        }
    }
}
