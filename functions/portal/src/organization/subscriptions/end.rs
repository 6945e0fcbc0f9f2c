//! Ending a subscription, after a question: with today, or on a later day.

use askama::Template;
use customer::subscription::{NotMade, SentChange};
use lambda_http::http::StatusCode;
use shared::domain::date::Date;
use shared::domain::subscription::{Subscription, SubscriptionStatus};
use shared::lambda::faults::Faults;
use shared::lambda::idempotency::keeping;
use shared::lambda::response::Response;
use shared::store::{Caller, Read, Write};

use super::super::place::Place;
use super::super::shell::Tab;
use super::change::{Now, load, seen};
use crate::Error;
use crate::form::{Filled, Form, Kind};
use crate::frame::Frame;
use crate::page::{page, see_other};
use crate::visit::Visit;

/// The field with the last day. Without one a subscription ends at once.
const END: &str = "subscription_end";

/// The page that asks.
#[derive(Template)]
#[template(path = "end_subscription.html")]
struct EndPage {
    frame: Frame,
    action: String,
    back: String,
    organization: String,
    now: Now,
    /// The earliest day with which it can end.
    first_day: Date,
    /// Whether somebody else has changed it since the person saw it.
    is_changed: bool,
    filled: Filled,
}

/// Answers 200 with the question.
pub(super) async fn show(visit: &Visit<'_, Read>, place: &Place, id: &str) -> Result<Response, Error> {
    let (caller, found) = load(visit, place, id).await?;
    let subscription = found.content.record.ok_or(Error::NotFound)?;
    let today = Date::today();
    let end = if subscription.status(today) == SubscriptionStatus::Scheduled { String::new() } else { today.to_string() };
    let asked = Asked { caller: &caller, place, organization: found.customer.profile.name() };
    asked.page(StatusCode::OK, &subscription, Filled::fresh(Form::of([(END, end)]))?, false)
}

/// Ends it and leads to the tab (303). What ends like that already does not matter, so that the form can be sent twice. Answers 422 if the day
/// is wrong, 409 if somebody else has changed it since the person saw it.
pub(super) async fn submit(visit: &Visit<'_, Write>, form: Form, place: &Place, id: &str) -> Result<Response, Error> {
    let (caller, found) = load(visit, place, id).await?;
    let (expected, today) = (seen(&form)?, Date::today());
    let leads = |done: &str| see_other(&format!("{}&{done}=1", place.tab(Tab::Subscription.number())));
    let asked = Asked { caller: &caller, place, organization: found.customer.profile.name() };
    let Some(current) = found.content.record.clone() else {
        return Ok(leads("removed"));
    };
    let wanted = match Wanted::read(&form, &current, today) {
        Ok(wanted) => wanted,
        Err(faults) => {
            return asked.page(StatusCode::UNPROCESSABLE_ENTITY, &current, Filled::wrong(form, faults)?, false);
        }
    };
    let done = || leads(if wanted.removes(&current, today) { "removed" } else { "ended" });
    let changed = match &wanted {
        Wanted::AtOnce => {
            let ended = visit.table.subscription_end(&caller, &expected, found.content, &keeping(|()| done())).await;
            ended.map(|_| ())
        }
        Wanted::On(change) => {
            let edit = |current: &Subscription| change.applied(current);
            let changed = visit.table.subscription_update(&caller, &expected, found.content, edit, &keeping(|_| done())).await;
            changed.map(|_| ())
        }
    };
    match changed.map_err(NotMade::from) {
        Ok(()) => Ok(done()),
        Err(NotMade::Failed(error)) => Err(error.into()),
        Err(NotMade::Wrong(faults)) => {
            asked.page(StatusCode::UNPROCESSABLE_ENTITY, &current, Filled::wrong(form, faults)?, false)
        }
        Err(NotMade::OtherRevision) => {
            let (_, latest) = load(visit, place, id).await?;
            match latest.content.record {
                Some(latest) if !wanted.is_done(&latest, today) => {
                    asked.page(StatusCode::CONFLICT, &latest, Filled::fresh(form)?, true)
                }
                _ => Ok(done()),
            }
        }
    }
}

/// When it is to end.
enum Wanted {
    AtOnce,
    On(SentChange),
}

impl Wanted {
    fn read(form: &Form, current: &Subscription, today: Date) -> Result<Self, Faults> {
        let day = form.value(END).trim();
        let is_today = day == today.to_string() && current.status(today) == SubscriptionStatus::Active;
        if day.is_empty() || is_today {
            return Ok(Self::AtOnce);
        }
        let mut change = form.object(&[(END, Kind::Text)]);
        change.insert("auto_renew".to_owned(), false.into());
        SentChange::of(&change.into()).map(Self::On)
    }

    /// Whether nothing stays of the subscription.
    fn removes(&self, current: &Subscription, today: Date) -> bool {
        matches!(self, Self::AtOnce) && current.ended(today).is_none()
    }

    /// Whether the subscription ends like that already.
    fn is_done(&self, latest: &Subscription, today: Date) -> bool {
        match self {
            Self::AtOnce => latest.ended(today).as_ref() == Some(latest),
            Self::On(change) => change.applied(latest).is_ok_and(|changed| changed == *latest),
        }
    }
}

/// To whom the page is shown, and about whose subscription.
struct Asked<'a, A> {
    caller: &'a Caller<A>,
    place: &'a Place,
    organization: String,
}

impl<A> Asked<'_, A> {
    fn page(&self, status: StatusCode, latest: &Subscription, filled: Filled, is_changed: bool) -> Result<Response, Error> {
        let Self { caller, place, organization } = self;
        let today = Date::today();
        let template = EndPage {
            frame: Frame::new(caller, place.section(), "End a subscription"),
            action: format!("{}/subscriptions/{}/end", place.base, latest.id),
            back: place.tab(Tab::Subscription.number()),
            organization: organization.clone(),
            now: Now::of(latest, today),
            first_day: today.max(latest.start),
            is_changed,
            filled,
        };
        Ok(page(status, &template)?)
    }
}
