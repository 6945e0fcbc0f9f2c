//! A subscription of a customer on the wire.

use reseller::Error;
use reseller::body::Body;
use reseller::whole_list::Keys;
use serde_json::{Value, json};
use shared::domain::billing::{Period, cost};
use shared::domain::customer::Customer;
use shared::domain::date::Date;
use shared::domain::money::Amount;
use shared::domain::plan::Sku;
use shared::domain::subscription::{NotASubscriptionId, Subscription, SubscriptionFaults, SubscriptionField, SubscriptionId};
use shared::domain::usage_report::{BySubscription, Range};
use shared::domain::validation::Invalid;
use shared::lambda::faults::Faults;
use shared::lambda::request::Request;
use shared::store::StoreError;
use shared::store::subscription::{ChangeError, Order};
use shared::store::{Access, Caller, Table};

/// What a list of subscriptions can be asked for.
pub(crate) const KEYS: Keys = Keys {
    sort: &[
        "id",
        "sku",
        "description",
        "status",
        "subscription_start",
        "subscription_end",
        "billing_channel",
        "payment_model",
        "auto_renew",
        "billing_cycle",
        "price",
        "included_units",
        "unit_price",
        "unit_size",
        "currency",
        "current_period_start",
        "current_period_end",
        "units_used",
        "cost",
    ],
    filter: &["sku", "status"],
    amounts: &["price", "unit_price", "cost"],
};

/// The units that a customer used in these periods of its subscriptions. One call for each stretch of days.
///
/// # Errors
/// When the store fails.
pub async fn used_in<A: Access>(
    table: &Table<A>,
    caller: &Caller<A>,
    customer: &Customer,
    periods: impl IntoIterator<Item = Period>,
) -> Result<BySubscription, StoreError> {
    let days = periods.into_iter().map(|period| Range { from: period.start, to: period.end.unwrap_or(Date::MAX) });
    Ok(BySubscription::of(&table.usage_sums(caller, customer, &Range::merged(days)).await?))
}

/// A subscription as its reseller and its customer see it: its terms as a plan shows them, and what became of it. `used` has the units
/// of its current period.
pub(crate) fn view(subscription: &Subscription, used: &BySubscription, today: Date) -> Value {
    let terms = &subscription.terms;
    let period = subscription.current_period(today);
    let units = used.units(subscription.id, period);
    json!({
        "id": subscription.id,
        "sku": terms.sku(),
        "description": terms.description(),
        "status": subscription.status(today),
        "subscription_start": subscription.start,
        "subscription_end": subscription.end,
        "billing_channel": terms.billing_channel(),
        "payment_model": terms.payment_model(),
        "auto_renew": subscription.auto_renew,
        "billing_cycle": terms.billing_cycle(),
        "price": terms.price().with_digits(terms.currency()),
        "included_units": terms.included_units(),
        "unit_price": terms.unit_price().map(Amount::plain),
        "unit_size": terms.unit_size(),
        "currency": terms.currency(),
        "current_period_start": period.start,
        "current_period_end": period.end,
        "units_used": units,
        "cost": cost(terms, units.into()).ok().map(|cost| cost.with_digits(terms.currency())),
    })
}

/// The subscription that a request asks for.
pub(crate) fn sent(request: &Request) -> Result<Order, Error> {
    Ok(order(&Body::parse(request, &["sku", "subscription_start", "auto_renew"])?)?)
}

/// The subscription that a body asks for.
///
/// # Errors
/// All fields that are wrong.
pub fn order(body: &Body) -> Result<Order, Faults> {
    let mut faults = Faults::default();
    let sku = faults.collect("sku", sku(body));
    let start = faults.collect("subscription_start", date(body, "subscription_start"));
    let auto_renew = faults.collect("auto_renew", body.boolean("auto_renew"));
    match (sku, start, auto_renew) {
        (Some(sku), Some(start), Some(auto_renew)) => Ok(Order { sku, start, end: None, auto_renew, code: None }),
        _ => Err(faults),
    }
}

fn sku(body: &Body) -> Result<Sku, String> {
    match body.text("sku").map_err(|invalid| invalid.to_string())? {
        "" => Err(Invalid::Required.to_string()),
        sent => Sku::parse(sent).map_err(|_| NO_SUCH_PLAN.to_owned()),
    }
}

const NO_SUCH_PLAN: &str = "is not the sku of a plan that is sold";

/// A day; `None` when nothing or `null` was sent.
fn date(body: &Body, field: &str) -> Result<Option<Date>, &'static str> {
    let Some(sent) = body.value(field) else {
        return Ok(None);
    };
    let day = sent.as_str().and_then(|sent| sent.trim().parse().ok());
    day.map(Some).ok_or("must be a day such as 2026-11-29")
}

/// A change that a body asks for.
pub struct SentChange {
    auto_renew: Option<bool>,
    /// `None` when it was not sent; `Some(None)` when it was sent as `null`.
    end: Option<Option<Date>>,
}

impl SentChange {
    /// Reads the body of a request.
    pub(crate) fn parse(request: &Request) -> Result<Self, Error> {
        Ok(Self::of(&Body::parse(request, &["auto_renew", "subscription_end"])?)?)
    }

    /// Reads a body.
    ///
    /// # Errors
    /// All fields that are wrong.
    pub fn of(body: &Body) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let auto_renew = faults.collect("auto_renew", body.boolean("auto_renew"));
        let end = match body.has("subscription_end") {
            true => faults.collect("subscription_end", date(body, "subscription_end").map(Some)),
            false => Some(None),
        };
        match (auto_renew, end) {
            (Some(auto_renew), Some(end)) => Ok(Self { auto_renew, end }),
            _ => Err(faults),
        }
    }

    /// The subscription with this change.
    ///
    /// # Errors
    /// [`ChangeError::Invalid`].
    pub fn applied(&self, current: &Subscription) -> Result<Subscription, ChangeError> {
        current.with_renewal(self.auto_renew, self.end, Date::today()).map_err(ChangeError::Invalid)
    }
}

/// Why a sale or a change was not made.
#[derive(Debug)]
pub enum NotMade {
    /// Fields are wrong.
    Wrong(Faults),
    /// The subscription is at another revision than was expected.
    OtherRevision,
    /// The store failed.
    Failed(StoreError),
}

impl From<ChangeError> for NotMade {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Store(error) => Self::Failed(error),
            ChangeError::Refused { is_sold, is_full, faults } => {
                let mut told = told(faults);
                if !is_sold {
                    told.add("sku", NO_SUCH_PLAN);
                }
                if is_full {
                    told.add("id", "is a customer with 20 subscriptions that have not ended, which is the most: end one first");
                }
                Self::Wrong(told)
            }
            ChangeError::Invalid(found) => Self::Wrong(told(found)),
            // Here subscriptions are sold without a code.
            ChangeError::CodeTaken => Self::Failed(StoreError::Internal("a code was to be reserved".to_owned())),
            ChangeError::OtherRevision => Self::OtherRevision,
        }
    }
}

/// The error of a sale or a change.
pub(crate) fn refusal(error: ChangeError) -> Error {
    match NotMade::from(error) {
        NotMade::Wrong(faults) => faults.into(),
        NotMade::OtherRevision => Error::OtherRevision,
        NotMade::Failed(error) => error.into(),
    }
}

/// These faults, in the words of this API.
fn told(found: SubscriptionFaults) -> Faults {
    let mut faults = Faults::default();
    for (field, fault) in found {
        faults.add(name(field), fault);
    }
    faults
}

/// What this API calls a part of a subscription.
fn name(field: SubscriptionField) -> &'static str {
    match field {
        SubscriptionField::Start => "subscription_start",
        SubscriptionField::End => "subscription_end",
        SubscriptionField::AutoRenew => "auto_renew",
    }
}

/// The subscription that the path names; `None` if there can be no such one.
pub(crate) fn subscription_in_path(request: &Request) -> Result<Option<SubscriptionId>, &'static str> {
    match SubscriptionId::parse(&request.path_parameter("subscription_id")) {
        Ok(id) => Ok(Some(id)),
        Err(NotASubscriptionId::TooLarge) => Ok(None),
        Err(NotASubscriptionId::NotAnInteger) => Err("must be an integer"),
    }
}
