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
use crate::domain::validation::Text;
use crate::store::access::caller::Caller;
use crate::store::access::policy::Policy;
use crate::store::access::table::{Table, Write};
use crate::store::customer::Found;
use crate::store::customer::header::{Course, CustomerHeader};
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::{Expressions, IS_NEW};
use crate::store::engine::retry::Rounds;
use crate::store::engine::row::row;
use crate::store::engine::transaction::{Outcome, Transaction};
use crate::store::keys::{self, Coded, Counter};
use crate::store::replay::{self, Answer};
use crate::store::{activity, belonging_code};

/// What a reseller asks to be sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The plan.
    pub sku: Sku,
    /// The first day; `None` is today.
    pub start: Option<Date>,
    /// The last day; `None` for what follows from the renewal.
    pub end: Option<Date>,
    /// Whether it is renewed; `None` for what suits the payment model and the end.
    pub auto_renew: Option<bool>,
    /// The reseller's own reference, unique within the customer; `None` stands for the id.
    pub code: Option<Text>,
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
    /// Another subscription of the customer has, or had, the code.
    #[error("another subscription has this code")]
    CodeTaken,
    /// The subscription is at another revision than the request expects.
    #[error("not the expected revision")]
    OtherRevision,
}

/// The purpose of a write in the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Record,
    /// No other subscription of the customer has its code.
    Code,
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
        caller.must(Policy::RESELLER)?;
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
            let Order { start, end, auto_renew, code, .. } = order.clone();
            let new = NewSubscription { terms: plan.terms.clone(), start, end, auto_renew, code };
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
            let transaction = with_plan(transaction(change, Action::SubscriptionCreated, sold(&subscription))?, plan);
            let transaction = replay::keep(transaction, caller, || answer(&subscription))?;
            let Outcome::Refused(purposes) = connection.transact(transaction).await? else {
                return Ok(Some(subscription));
            };
            let is_code_taken = purposes.contains(&Purpose::Code);
            if !is_code_taken {
                rounds.pause(StoreError::Contended, "others changed the subscriptions of the customer, or the plan").await?;
            }
            offer = connection.found(caller.reseller(), offer.customer, keys::plan(&order.sku)).await?;
            if offer.header.deleted_at.is_some() {
                return Ok(None);
            }
            if is_code_taken {
                return Err(ChangeError::CodeTaken);
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
    pub async fn subscription_update<E: From<ChangeError>>(
        &self,
        caller: &Caller<Write>,
        expected: &ExpectedRevision,
        held: Found<Subscription>,
        edit: impl Fn(&Subscription) -> Result<Subscription, E>,
        answer: Answer<'_, Subscription>,
    ) -> Result<Option<Subscription>, E> {
        caller.must(Policy::RESELLER).map_err(ChangeError::from)?;
        let edit = |current: &Subscription| edit(current).map(Some);
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
        caller.must(Policy::RESELLER)?;
        let edit = |current: &Subscription| Ok(current.ended(Date::today()));
        self.subscription_change(caller, expected, held, Action::SubscriptionDeleted, edit, &|_| answer(&()))
            .await
            .map(|done| done.map(|_| ()))
    }

    /// Changes a subscription; `edit` gives what becomes of it, `None` if it is to be gone. Returns what became of it; `None` when it
    /// did not exist any more.
    async fn subscription_change<E: From<ChangeError>>(
        &self,
        caller: &Caller<Write>,
        expected: &ExpectedRevision,
        mut held: Found<Subscription>,
        action: Action,
        edit: impl Fn(&Subscription) -> Result<Option<Subscription>, E>,
        answer: &(dyn Fn(Option<&Subscription>) -> Vec<u8> + Sync),
    ) -> Result<Option<Option<Subscription>>, E> {
        let connection = &self.store.connection;
        let mut rounds = Rounds::default();
        loop {
            let Some(current) = held.record.as_ref().filter(|_| held.header.deleted_at.is_none()) else {
                return Ok(None);
            };
            if !expected.admits(current.entity_tag()) {
                return Err(ChangeError::OtherRevision.into());
            }
            let changed = edit(current)?;
            if changed.as_ref() == Some(current) {
                connection.replay_keep(caller, || answer(changed.as_ref())).await.map_err(ChangeError::from)?;
                return Ok(Some(changed));
            }
            let change =
                Change { caller, customer: held.customer, header: &held.header, before: Some(current), after: changed.as_ref() };
            let fields = changed.as_ref().map(|changed| differing(current, changed)).unwrap_or_default();
            let transaction = transaction(change, action, fields).map_err(ChangeError::from)?;
            let transaction = replay::keep(transaction, caller, || answer(changed.as_ref())).map_err(ChangeError::from)?;
            if connection.transact(transaction).await.map_err(ChangeError::from)? == Outcome::Done {
                return Ok(Some(changed));
            }
            let others = "others changed the subscriptions of the customer";
            rounds.pause(StoreError::Contended, others).await.map_err(ChangeError::from)?;
            let key = keys::subscription(caller.reseller(), held.customer, current.id);
            held = connection.found(caller.reseller(), held.customer, key).await.map_err(ChangeError::from)?;
        }
    }
}

/// The fields that a sale sets.
fn sold(subscription: &Subscription) -> [(&'static str, bool); 5] {
    [("sku", true), ("start", true), ("end", true), ("auto_renew", true), ("code", subscription.code.is_some())]
}

/// The fields that a change can change.
fn differing(before: &Subscription, after: &Subscription) -> [(&'static str, bool); 5] {
    let (end, auto_renew) = (before.end != after.end, before.auto_renew != after.auto_renew);
    [("sku", false), ("start", false), ("end", end), ("auto_renew", auto_renew), ("code", false)]
}

/// The subscriptions of a customer that have not ended on this day.
fn running(header: &CustomerHeader, day: Date) -> impl Iterator<Item = &Course> {
    header.subscriptions.iter().filter(move |course| course.end.is_none_or(|end| end >= day))
}

fn transaction(
    Change { caller, customer, header, before, after }: Change<'_>,
    action: Action,
    fields: [(&'static str, bool); 5],
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
    let code = after.or(before).and_then(|subscription| subscription.code.as_ref());
    let code = code.map(|code| keys::belonging_code(reseller, customer, Coded::Subscription, code.as_str()));
    // A code never changes. An ended subscription keeps it, and one that disappears before it begins does not.
    let transaction = match (code, before, after) {
        (Some(code), None, _) => belonging_code::reserve(transaction, Purpose::Code, &code, id.number())?,
        (Some(code), Some(_), None) => belonging_code::release(transaction, Purpose::Code, code, id.number()),
        _ => transaction,
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
