//! The table of subscriptions.

use askama::Template;
use customer::subscription::used_in;
use shared::domain::billing::{Period, cost};
use shared::domain::date::Date;
use shared::domain::plan::PaymentModel;
use shared::domain::subscription::{Subscription, SubscriptionId, SubscriptionStatus};
use shared::domain::usage_report::BySubscription;
use shared::domain::validation::whole_number;
use shared::store::{Policy, Read};

use super::super::place::Place;
use super::super::shell::{Content, Tab};
use super::words;
use crate::Error;
use crate::address::with_query;
use crate::duration::spoken;
use crate::paging::Paging;
use crate::query::Query;
use crate::visit::Visit;

/// How many rows a page has.
const ROWS: u64 = 50;

/// The tab.
#[derive(Template)]
#[template(path = "subscriptions.html")]
struct SubscriptionsTab {
    base: String,
    rows: Vec<Row>,
    /// What was just done.
    notice: Option<&'static str>,
    may_change: bool,
    paging: Paging,
    total: u64,
}

impl SubscriptionsTab {
    fn page_at(&self, offset: u64) -> String {
        let (tab, offset) = (Tab::Subscription.number().to_string(), offset.to_string());
        with_query(&self.base, [("tab", tab.as_str()), ("offset", if offset == "0" { "" } else { &offset })])
    }

    fn previous(&self) -> Option<String> {
        self.paging.previous().map(|offset| self.page_at(offset))
    }

    fn next(&self) -> Option<String> {
        self.paging.next(self.total).map(|offset| self.page_at(offset))
    }

    fn extent(&self) -> String {
        self.paging.extent(self.total, "subscription", "subscriptions")
    }
}

/// A subscription in the table.
struct Row {
    id: SubscriptionId,
    sku: String,
    description: String,
    /// What is paid for, and who sends the bill.
    model: String,
    status: &'static str,
    shape: &'static str,
    start: Date,
    end: Option<Date>,
    /// What it costs, and what there is to say of that.
    price: (String, String),
    period: Period,
    used: String,
    /// Empty where it is more than an amount can be.
    cost: String,
    auto_renew: bool,
    /// Whether there is a period that could be renewed.
    can_renew: bool,
    has_ended: bool,
    /// The revision at which it is shown.
    revision: String,
    is_new: bool,
}

impl Row {
    fn of(subscription: &Subscription, used: &BySubscription, today: Date, new: Option<u64>) -> Self {
        let Subscription { id, terms, start, end, auto_renew, .. } = subscription;
        let period = subscription.current_period(today);
        let units = used.units(*id, period);
        let state = subscription.status(today);
        let has_ended = state == SubscriptionStatus::Ended;
        let (status, shape) = words::status(state);
        let money = |amount| words::money(amount, terms.currency());
        Self {
            id: *id,
            sku: terms.sku().to_string(),
            description: terms.description().to_string(),
            model: format!("{}, billed by {}", words::model(terms.payment_model()), words::channel(terms.billing_channel())),
            status,
            shape,
            start: *start,
            end: *end,
            price: words::price(terms),
            period,
            used: spoken(units),
            cost: cost(terms, units.into()).map(money).unwrap_or_default(),
            auto_renew: *auto_renew,
            can_renew: !has_ended && terms.payment_model() != PaymentModel::Perpetual,
            has_ended,
            revision: subscription.entity_tag().json(),
            is_new: new == Some(id.number()),
        }
    }
}

/// Reads the tab.
pub(super) async fn list(visit: &Visit<'_, Read>, place: &Place) -> Result<Content, Error> {
    let listed = visit.table.subscription_list(&visit.token, place.id).await?;
    let (caller, listed) = visit.open(listed, place.policy(Policy::READ)).await?;
    let listed = listed.ok_or(Error::NotFound)?;
    let query = Query::of(visit.request);
    let today = Date::today();
    let mut subscriptions = listed.content;
    // Those that matter now come first, and of each kind the newest.
    subscriptions.sort_by_key(|one| (one.status(today) == SubscriptionStatus::Ended, std::cmp::Reverse(one.id)));
    let total = subscriptions.len() as u64;
    let paging = Paging { rows: ROWS, offset: whole_number(query.value("offset")).unwrap_or_default() };
    let shown = paging.cut(subscriptions);
    let periods = shown.iter().map(|subscription| subscription.current_period(today));
    let used = used_in(visit.table, &caller, &listed.customer, periods).await?;
    let new = whole_number(query.value("sold"));
    let template = SubscriptionsTab {
        base: place.base.clone(),
        rows: shown.iter().map(|subscription| Row::of(subscription, &used, today, new)).collect(),
        notice: notice(&query),
        may_change: place.may(&caller, Policy::RESELLER),
        paging,
        total,
    };
    Ok(Content::new(caller, listed.customer, &template)?)
}

/// What was just done.
fn notice(query: &Query) -> Option<&'static str> {
    match query.value("renewal") {
        "true" => return Some("Auto renew is on: the subscription goes on until somebody ends it."),
        "false" => return Some("Auto renew is off: the subscription ends on the day that the table shows."),
        _ => {}
    }
    match () {
        () if query.has("sold") => Some("The subscription was added."),
        () if query.has("ended") => Some("The last day of the subscription was saved."),
        () if query.has("removed") => Some("The subscription was removed before it began."),
        () => None,
    }
}
