//! Selling, changing and ending subscriptions.

use serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value;

use super::days;
use crate::domain::activity::{Action, Object};
use crate::domain::customer::CustomerId;
use crate::domain::date::Date;
use crate::domain::entity_tag::ExpectedRevision;
use crate::domain::plan::{Plan, Sku};
use crate::domain::subscription::{MOST_UNENDED, NewSubscription, Subscription, SubscriptionFaults, SubscriptionId};
use crate::domain::timestamp::Timestamp;
use crate::store::access::caller::Caller;
use crate::store::access::table::{Table, Write};
use crate::store::activity;
use crate::store::customer::Found;
use crate::store::customer::header::{Course, CustomerHeader};
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::{Expressions, IS_NEW};
use crate::store::engine::retry::Rounds;
use crate::store::engine::row::row;
use crate::store::engine::transaction::{Outcome, Transaction};
use crate::store::keys::{self, Counter};
use crate::store::replay::{self, Answer};

/// What a reseller asks to be sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The plan.
    pub sku: Sku,
    /// The first day; `None` is today.
    pub start: Option<Date>,
    /// Whether it is renewed; `None` for what suits the payment model.
    pub auto_renew: Option<bool>,
}

/// Why a subscription was not sold or changed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ChangeError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It can't be sold.
    #[error("the subscription can't be sold")]
    Refused {
        /// Whether there is such a plan, and it is sold.
        is_sold: bool,
        /// Whether the customer has as many subscriptions that have not ended as it can.
        is_full: bool,
        /// What else is wrong.
        faults: SubscriptionFaults,
    },
    /// Fields of the subscription can't be so.
    #[error("the subscription can't be so")]
    Invalid(SubscriptionFaults),
    /// The subscription is at another revision than the request expects.
    #[error("not the expected revision")]
    OtherRevision,
}

/// The purpose of a write in the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Record,
    Header,
    Day,
    /// The plan has the terms that are sold.
    Plan,
}

/// A change of a subscription; `None` is one that does not exist.
struct Change<'a> {
    caller: &'a Caller<Write>,
    customer: CustomerId,
    header: &'a CustomerHeader,
    before: Option<&'a Subscription>,
    after: Option<&'a Subscription>,
}

impl Table<Write> {
    /// Sells a subscription to a customer, with the terms that its plan has now; `None` when the customer no longer exists. `answer`
    /// makes what is kept of the answer, if the request has an idempotency key.
    ///
    /// Two calls, one after the other: a number from the counter and a transaction, unless others write too.
    ///
    /// # Errors
    /// [`ChangeError`]; then nothing is on record, unless the store gave no answer: then the subscription may be on record.
    pub async fn subscription_create(
        &self,
        caller: &Caller<Write>,
        order: &Order,
        mut offer: Found<Plan>,
        answer: Answer<'_, Subscription>,
    ) -> Result<Option<Subscription>, ChangeError> {
        let connection = &self.store.connection;
        let mut id = None;
        let mut rounds = Rounds::default();
        loop {
            let plan = offer.record.as_ref().filter(|plan| plan.retired_at.is_none());
            let now = Timestamp::now();
            let is_full = running(&offer.header, Date::of(now)).count() >= MOST_UNENDED;
            let Some(plan) = plan else {
                let faults = Subscription::faults_of_start(order.start, Date::of(now));
                return Err(ChangeError::Refused { is_sold: false, is_full, faults });
            };
            let new = NewSubscription { terms: plan.terms.clone(), start: order.start, auto_renew: order.auto_renew, code: None };
            // No number is taken for what can't be sold.
            let unnumbered = match Subscription::first(SubscriptionId::NONE, new, now) {
                Ok(unnumbered) if !is_full => unnumbered,
                refused => {
                    return Err(ChangeError::Refused { is_sold: true, is_full, faults: refused.err().unwrap_or_default() });
                }
            };
            let number = match id {
                Some(id) => id,
                None => {
                    let number = SubscriptionId::new(connection.counter_next(Counter::Subscription).await?);
                    number.ok_or_else(|| StoreError::Internal("no subscription ids are left".to_owned()))?
                }
            };
            id = Some(number);
            let subscription = Subscription { id: number, ..unnumbered };
            let change =
                Change { caller, customer: offer.customer, header: &offer.header, before: None, after: Some(&subscription) };
            let transaction = with_plan(transaction(change, Action::SubscriptionCreated, SOLD)?, plan);
            let transaction = replay::keep(transaction, caller, || answer(&subscription))?;
            if connection.transact(transaction).await? == Outcome::Done {
                return Ok(Some(subscription));
            }
            rounds.pause(StoreError::Contended, "others changed the subscriptions of the customer, or the plan").await?;
            offer = connection.found(caller.reseller(), offer.customer, keys::plan(&order.sku)).await?;
            if offer.header.deleted_at.is_some() {
                return Ok(None);
            }
        }
    }

    /// Changes a subscription as `edit` says, starting from `held`, and again from the latest revision whenever another request was
    /// faster. An edit that changes nothing writes nothing. `None` when the subscription no longer exists.
    ///
    /// One call, a transaction, unless others write too.
    ///
    /// # Errors
    /// Those of `edit`, and [`ChangeError`].
    pub async fn subscription_update(
        &self,
        caller: &Caller<Write>,
        expected: &ExpectedRevision,
        held: Found<Subscription>,
        edit: impl Fn(&Subscription) -> Result<Subscription, SubscriptionFaults>,
        answer: Answer<'_, Subscription>,
    ) -> Result<Option<Subscription>, ChangeError> {
        let edit = |current: &Subscription| edit(current).map(Some).map_err(ChangeError::Invalid);
        self.subscription_change(caller, expected, held, Action::SubscriptionUpdated, edit, &|changed| {
            changed.map(answer).unwrap_or_default()
        })
        .await
        .map(Option::flatten)
    }

    /// Ends a subscription with today; one that has not begun disappears, and one that has ended stays as it is. `None` when the
    /// subscription no longer exists.
    ///
    /// One call, a transaction, unless others write too.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub async fn subscription_end(
        &self,
        caller: &Caller<Write>,
        expected: &ExpectedRevision,
        held: Found<Subscription>,
        answer: Answer<'_, ()>,
    ) -> Result<Option<()>, ChangeError> {
        let edit = |current: &Subscription| Ok(current.ended(Date::today()));
        self.subscription_change(caller, expected, held, Action::SubscriptionDeleted, edit, &|_| answer(&()))
            .await
            .map(|done| done.map(|_| ()))
    }

    /// Changes a subscription; `edit` gives what becomes of it, `None` if it is to be gone. Returns what became of it; `None` when it
    /// did not exist any more.
    async fn subscription_change(
        &self,
        caller: &Caller<Write>,
        expected: &ExpectedRevision,
        mut held: Found<Subscription>,
        action: Action,
        edit: impl Fn(&Subscription) -> Result<Option<Subscription>, ChangeError>,
        answer: &(dyn Fn(Option<&Subscription>) -> Vec<u8> + Sync),
    ) -> Result<Option<Option<Subscription>>, ChangeError> {
        let connection = &self.store.connection;
        let mut rounds = Rounds::default();
        loop {
            let Some(current) = held.record.as_ref().filter(|_| held.header.deleted_at.is_none()) else {
                return Ok(None);
            };
            if !expected.admits(current.entity_tag()) {
                return Err(ChangeError::OtherRevision);
            }
            let changed = edit(current)?;
            if changed.as_ref() == Some(current) {
                connection.replay_keep(caller, || answer(changed.as_ref())).await?;
                return Ok(Some(changed));
            }
            let change =
                Change { caller, customer: held.customer, header: &held.header, before: Some(current), after: changed.as_ref() };
            let fields = changed.as_ref().map(|changed| differing(current, changed)).unwrap_or_default();
            let transaction = transaction(change, action, fields)?;
            let transaction = replay::keep(transaction, caller, || answer(changed.as_ref()))?;
            if connection.transact(transaction).await? == Outcome::Done {
                return Ok(Some(changed));
            }
            rounds.pause(StoreError::Contended, "others changed the subscriptions of the customer").await?;
            let key = keys::subscription(caller.reseller(), held.customer, current.id);
            held = connection.found(caller.reseller(), held.customer, key).await?;
        }
    }
}

/// The fields that a sale sets.
const SOLD: [(&str, bool); 4] = [("sku", true), ("start", true), ("end", true), ("auto_renew", true)];

/// The fields that a change can change.
fn differing(before: &Subscription, after: &Subscription) -> [(&'static str, bool); 4] {
    [("sku", false), ("start", false), ("end", before.end != after.end), ("auto_renew", before.auto_renew != after.auto_renew)]
}

/// The subscriptions of a customer that have not ended on this day.
fn running(header: &CustomerHeader, day: Date) -> impl Iterator<Item = &Course> {
    header.subscriptions.iter().filter(move |course| course.end.is_none_or(|end| end >= day))
}

fn transaction(
    Change { caller, customer, header, before, after }: Change<'_>,
    action: Action,
    fields: [(&'static str, bool); 4],
) -> Result<Transaction<Purpose>, StoreError> {
    let reseller = caller.reseller();
    let Some(id) = after.or(before).map(|subscription| subscription.id) else {
        return Err(StoreError::Internal("a change of no subscription".to_owned()));
    };
    let key = keys::subscription(reseller, customer, id);
    let is_known = match before {
        Some(before) => Expressions::when("revision = :revision").number(":revision", before.revision),
        None => Expressions::when(IS_NEW),
    };
    let transaction = Transaction::default();
    let transaction = match after {
        Some(after) => transaction.put(Purpose::Record, row(&key, after)?, is_known),
        None => transaction.delete(Purpose::Record, key, is_known),
    };
    let others = running(header, Date::today()).filter(|course| course.id != id).copied();
    let courses: Vec<Course> = others.chain(after.map(Course::of)).collect();
    let note = header
        .subscriptions_unchanged()
        .update("SET subscriptions = :subscriptions, subscriptions_revision = :next")
        .value(":subscriptions", to_attribute_value(courses)?)
        .number(":next", header.subscriptions_revision + 1);
    let transaction = transaction.update(Purpose::Header, keys::customer_header(reseller, customer), note);
    let transaction = days::book(transaction, Purpose::Day, reseller, before.map(Course::of), after.map(Course::of));
    let change = activity::Change::by(caller, action, customer, Object::subscription(id));
    activity::record(transaction, change.of_differing(fields))
}

/// Adds to a transaction that the plan is the one that was read.
fn with_plan(transaction: Transaction<Purpose>, plan: &Plan) -> Transaction<Purpose> {
    let is_same = Expressions::when("version = :version").number(":version", plan.version);
    transaction.check(Purpose::Plan, keys::plan(plan.terms.sku()), is_same)
}
