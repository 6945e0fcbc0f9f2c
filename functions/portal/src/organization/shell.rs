//! What stands around the tabs of an organization: its details, and the tabs themselves.

use askama::Template;
use lambda_http::http::StatusCode;
use shared::domain::customer::{Customer, CustomerId};
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::{Caller, Policy, Read, StoreError};

use super::edit::{form_of, shown_of};
use super::place::Place;
use crate::Error;
use crate::form::Filled;
use crate::format::day;
use crate::frame::Frame;
use crate::page::page;
use crate::query::Query;
use crate::visit::Visit;

/// A tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tab {
    Subscription,
    Usage,
    Tokens,
    Users,
    Transcriptions,
}

impl Tab {
    /// All tabs, in their order. The number of each in addresses is its place.
    const ALL: [Self; 5] = [Self::Subscription, Self::Usage, Self::Tokens, Self::Users, Self::Transcriptions];

    /// The tab that an address asks for; the first without a number of one.
    pub(super) fn of(request: &Request) -> Self {
        let number = Query::of(request).value("tab").parse::<usize>().ok();
        number.and_then(|number| Self::ALL.get(number)).copied().unwrap_or(Self::Subscription)
    }

    pub(super) fn number(self) -> usize {
        Self::ALL.iter().position(|tab| *tab == self).unwrap_or_default()
    }

    /// The address at which the reseller of this organization finds it.
    pub(crate) fn of_reseller(self, id: CustomerId) -> String {
        format!("/reseller/{id}?tab={}", self.number())
    }

    fn name(self) -> &'static str {
        match self {
            Self::Subscription => "Subscription",
            Self::Usage => "Usage",
            Self::Tokens => "Tokens",
            Self::Users => "Users",
            Self::Transcriptions => "Transcriptions",
        }
    }
}

/// A tab that was read: for whom, of which organization, and its HTML.
pub(super) struct Content {
    caller: Caller<Read>,
    customer: Customer,
    html: String,
    is_wrong: bool,
}

impl Content {
    /// The content that this template makes.
    ///
    /// # Errors
    /// [`StoreError::Internal`] when the template fails.
    pub(super) fn new(caller: Caller<Read>, customer: Customer, template: &impl Template) -> Result<Self, StoreError> {
        let html = template.render().map_err(|error| StoreError::Internal(format!("a tab can't be made: {error}")))?;
        Ok(Self { caller, customer, html, is_wrong: false })
    }

    /// The same content. It is the answer to an address that asks for what is not there, if what it was asked with is wrong.
    pub(super) fn asked_with(self, filled: &Filled) -> Self {
        Self { is_wrong: filled.is_wrong(), ..self }
    }
}

/// The page of an organization.
#[derive(Template)]
#[template(path = "organization.html")]
struct OrganizationPage {
    frame: Frame,
    place: Place,
    id: u64,
    name: String,
    registered: String,
    is_active: bool,
    filled: Filled,
    shown: Vec<(String, String)>,
    has_email: bool,
    may_edit: bool,
    may_set_status: bool,
    tab: Tab,
    is_saved: bool,
    html: String,
}

/// Answers 200 with the page, 400 if its address asks for what is not there.
pub(super) fn show(visit: &Visit<'_, Read>, place: &Place, tab: Tab, content: Content) -> Result<Response, Error> {
    let Content { caller, customer, html, is_wrong } = content;
    let name = customer.profile.name();
    let template = OrganizationPage {
        frame: Frame::new(&caller, place.section(), format!("{name}, {}", tab.name())),
        id: customer.id.number(),
        registered: day(customer.created_at),
        is_active: customer.profile.is_active,
        filled: Filled::fresh(form_of(&customer))?,
        shown: shown_of(&customer),
        has_email: customer.profile.email.is_some(),
        may_edit: place.may(&caller, Policy::MANAGE),
        may_set_status: place.may(&caller, Policy::RESELLER),
        is_saved: Query::of(visit.request).has("saved"),
        name,
        place: place.clone(),
        tab,
        html,
    };
    Ok(page(if is_wrong { StatusCode::BAD_REQUEST } else { StatusCode::OK }, &template)?)
}
