//! What changes of a subscription have in common: it is loaded, compared with what the person saw, and shown as it is on record.

use shared::domain::billing::Period;
use shared::domain::date::Date;
use shared::domain::entity_tag::{EntityTags, ExpectedRevision};
use shared::domain::subscription::{Subscription, SubscriptionId, SubscriptionStatus};
use shared::store::customer::{Found, WithCustomer};
use shared::store::{Access, Caller, Policy};

use super::super::place::Place;
use super::words;
use crate::Error;
use crate::form::Form;
use crate::visit::Visit;

/// The caller, who can change subscriptions, the organization, and its subscription with this id, if it has one.
pub(super) async fn load<A: Access>(
    visit: &Visit<'_, A>,
    place: &Place,
    id: &str,
) -> Result<(Caller<A>, WithCustomer<Found<Subscription>>), Error> {
    let id = SubscriptionId::parse(id).ok();
    let loaded = visit.table.subscription_load(&visit.token, place.id, id).await?;
    let (caller, found) = visit.open(loaded, place.policy(Policy::RESELLER)).await?;
    Ok((caller, found.ok_or(Error::NotFound)?))
}

/// The revision that the person saw, which the form has in a hidden field.
pub(super) fn seen(form: &Form) -> Result<ExpectedRevision, Error> {
    let tags = form.given("revision").map(EntityTags::parse).transpose();
    let odd = |_| Error::Malformed("This form does not say what it was made for. Load its page again.".to_owned());
    tags.map(ExpectedRevision::new).map_err(odd)
}

/// A subscription as it is on record.
pub(super) struct Now {
    pub(super) sku: String,
    pub(super) description: String,
    pub(super) status: &'static str,
    pub(super) shape: &'static str,
    pub(super) start: Date,
    pub(super) end: Option<Date>,
    pub(super) period: Period,
    pub(super) auto_renew: bool,
    pub(super) revision: String,
    pub(super) is_scheduled: bool,
    pub(super) has_ended: bool,
}

impl Now {
    pub(super) fn of(subscription: &Subscription, today: Date) -> Self {
        let state = subscription.status(today);
        let (status, shape) = words::status(state);
        Self {
            sku: subscription.terms.sku().to_string(),
            description: subscription.terms.description().to_string(),
            status,
            shape,
            start: subscription.start,
            end: subscription.end,
            period: subscription.current_period(today),
            auto_renew: subscription.auto_renew,
            revision: subscription.entity_tag().json(),
            is_scheduled: state == SubscriptionStatus::Scheduled,
            has_ended: state == SubscriptionStatus::Ended,
        }
    }
}
