//! A subscription of a customer on the wire.

use shared::domain::date::Date;
use shared::domain::entity_tag::EntityTag;
use shared::domain::money::Amount;
use shared::domain::plan::{BillingCycle, Sku};
use shared::domain::subscription::{InvalidSubscription, MOST_UNENDED, Subscription, SubscriptionFaults, SubscriptionField};
use shared::domain::validation::Invalid;
use shared::lambda::faults::Faults;
use shared::lambda::request::Request;
use shared::store::subscription::{ChangeError, Order};

use crate::Error;
use crate::answer::{Fields, Shown, code, create_date};
use crate::resource::{CODE, Resource};
use crate::sent::{Sent, check_code};

pub(crate) const SKU: &str = "sku";
pub(crate) const START_DATE: &str = "startDate";
pub(crate) const END_DATE: &str = "endDate";
pub(crate) const AUTO_RENEW: &str = "autoRenew";
pub(crate) const BILLING_CYCLE_TYPE: &str = "billingCycleType";
pub(crate) const AMOUNT: &str = "amount";
pub(crate) const CURRENCY: &str = "currency";
pub(crate) const CREATE_DATE: &str = "createDate";
pub(crate) const LAST_BILLING_DATE: &str = "lastBillingDate";
pub(crate) const NEXT_BILLING_DATE: &str = "nextBillingDate";

/// Subscriptions.
pub(crate) const SUBSCRIPTION: Resource = Resource {
    element: "subscription",
    list: "subscriptions",
    fields: &[
        "id",
        CODE.0,
        SKU,
        START_DATE,
        END_DATE,
        AUTO_RENEW,
        BILLING_CYCLE_TYPE,
        AMOUNT,
        CURRENCY,
        CREATE_DATE,
        LAST_BILLING_DATE,
        NEXT_BILLING_DATE,
    ],
    is_about_payment: true,
};

/// What this API calls the billing cycles.
pub(crate) const CYCLES: [(&str, BillingCycle); 5] = [
    ("W", BillingCycle::Week),
    ("M", BillingCycle::Month),
    ("Q", BillingCycle::Quarter),
    ("S", BillingCycle::HalfYear),
    ("A", BillingCycle::Year),
];

pub(crate) fn cycle(sent: &str) -> Result<BillingCycle, &'static str> {
    let found = CYCLES.iter().find(|(name, _)| *name == sent);
    found.map(|(_, cycle)| *cycle).ok_or("must be W, M, Q, S or A")
}

/// A subscription as it is on a day.
pub(crate) struct SubscriptionOn {
    pub(crate) subscription: Subscription,
    pub(crate) today: Date,
}

impl SubscriptionOn {
    fn cycle_name(&self) -> Option<&'static str> {
        let own = self.subscription.terms.billing_cycle()?;
        CYCLES.iter().find(|(_, cycle)| *cycle == own).map(|(name, _)| *name)
    }

    fn amount(&self) -> String {
        let terms = &self.subscription.terms;
        terms.price().with_digits(terms.currency())
    }

    pub(crate) fn last_billing_date(&self) -> Option<Date> {
        self.subscription.last_billing_date(self.today)
    }

    pub(crate) fn next_billing_date(&self) -> Option<Date> {
        self.subscription.next_billing_date(self.today)
    }
}

impl Shown for SubscriptionOn {
    const RESOURCE: &'static Resource = &SUBSCRIPTION;

    fn entity_tag(&self) -> EntityTag {
        self.subscription.entity_tag()
    }

    fn fields(&self) -> Fields {
        let Subscription { id, terms, start, end, auto_renew, code: own_code, created_at, .. } = &self.subscription;
        let day = |name, day: Option<Date>| day.map(|day| (name, day.to_string().into()));
        [
            Some(("id", id.number().into())),
            Some((CODE.0, code(own_code.as_ref(), id).into())),
            Some((SKU, terms.sku().as_str().into())),
            day(START_DATE, Some(*start)),
            day(END_DATE, *end),
            Some((AUTO_RENEW, (*auto_renew).into())),
            self.cycle_name().map(|name| (BILLING_CYCLE_TYPE, name.into())),
            Some((AMOUNT, self.amount().into())),
            Some((CURRENCY, terms.currency().code().into())),
            Some((CREATE_DATE, create_date(*created_at).into())),
            day(LAST_BILLING_DATE, self.last_billing_date()),
            day(NEXT_BILLING_DATE, self.next_billing_date()),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// The subscription that a body asks for. What follows from the plan, or is given by the platform, is ignored.
pub(crate) fn order(request: &Request) -> Result<Order, Error> {
    let sent = Sent::parse(request, &SUBSCRIPTION)?;
    let mut faults = sent.faults();
    let sku = faults.collect(SKU, sent.optional(SKU, Sku::parse)).flatten();
    let start = faults.collect(START_DATE, sent.optional(START_DATE, Date::parse)).flatten();
    let end = faults.collect(END_DATE, sent.optional(END_DATE, Date::parse)).flatten();
    let auto_renew = faults.collect(AUTO_RENEW, sent.boolean(AUTO_RENEW)).flatten();
    faults.collect(BILLING_CYCLE_TYPE, sent.optional(BILLING_CYCLE_TYPE, cycle));
    let code = faults.collect(CODE.0, sent.code()).flatten();
    faults.none_or(())?;
    let sku = sku.ok_or_else(|| Error::Missing(Faults::one(SKU, Invalid::Required)))?;
    check_code(code.as_ref())?;
    Ok(Order { sku, start, end, auto_renew, code })
}

/// A change that a body asks for.
pub(crate) struct SentChange {
    sent: Sent,
    auto_renew: Option<bool>,
    /// `None` when it was not sent; `Some(None)` when it was sent empty.
    end: Option<Option<Date>>,
}

impl SentChange {
    /// Reads the body.
    pub(crate) fn parse(request: &Request) -> Result<Self, Error> {
        let sent = Sent::parse(request, &SUBSCRIPTION)?;
        let mut faults = sent.faults();
        let auto_renew = faults.collect(AUTO_RENEW, sent.boolean(AUTO_RENEW)).flatten();
        let end = faults.collect(END_DATE, sent.optional(END_DATE, Date::parse)).filter(|_| sent.has(END_DATE));
        faults.collect(BILLING_CYCLE_TYPE, sent.optional(BILLING_CYCLE_TYPE, cycle));
        faults.none_or(())?;
        if sent.has(AUTO_RENEW) && auto_renew.is_none() {
            return Err(Error::Missing(Faults::one(AUTO_RENEW, Invalid::Required)));
        }
        Ok(Self { sent, auto_renew, end })
    }

    /// The subscription with this change. One to which nothing else was sent than it has stays as it is, even if it has ended.
    pub(crate) fn applied(&self, current: &Subscription) -> Result<Subscription, Error> {
        let today = Date::today();
        let shown = SubscriptionOn { subscription: current.clone(), today };
        let terms = &current.terms;
        // Amounts that are written differently can be equal.
        let sent_amount = self.sent.written(AMOUNT);
        let is_price = |sent: &String| Amount::parse(sent, Amount::MOST_DIGITS_BEHIND) == Ok(terms.price());
        let amount = sent_amount.filter(is_price).unwrap_or_else(|| shown.amount());
        self.sent.check_read_only([
            ("id", Some(current.id.to_string())),
            (CODE.0, Some(code(current.code.as_ref(), current.id))),
            (SKU, Some(terms.sku().to_string())),
            (START_DATE, Some(current.start.to_string())),
            (BILLING_CYCLE_TYPE, shown.cycle_name().map(str::to_owned)),
            (AMOUNT, Some(amount)),
            (CURRENCY, Some(terms.currency().to_string())),
            (CREATE_DATE, Some(create_date(current.created_at))),
            (LAST_BILLING_DATE, shown.last_billing_date().map(|day| day.to_string())),
            (NEXT_BILLING_DATE, shown.next_billing_date().map(|day| day.to_string())),
        ])?;
        let is_same =
            self.auto_renew.is_none_or(|sent| sent == current.auto_renew) && self.end.is_none_or(|sent| sent == current.end);
        if is_same { Ok(current.clone()) } else { current.with_renewal(self.auto_renew, self.end, today).map_err(refused) }
    }
}

impl From<ChangeError> for Error {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Store(error) => error.into(),
            // What has the wrong form is told first.
            ChangeError::Refused { faults, .. } if let Self::Invalid(faults) = refused(faults.clone()) => Self::Invalid(faults),
            ChangeError::Refused { is_sold: false, .. } => Self::NotSold,
            ChangeError::Refused { is_full: true, .. } => Self::Full(format!("{MOST_UNENDED} subscriptions that have not ended")),
            ChangeError::Refused { faults, .. } | ChangeError::Invalid(faults) => refused(faults),
            ChangeError::CodeTaken => Self::Code("is or was the code of another subscription of the customer"),
            ChangeError::OtherRevision => Self::OtherRevision("subscription"),
        }
    }
}

/// The error of faults of a subscription. A date that can't be is wrong in its form, as the first to be told; what else is wrong
/// contradicts what the subscription is.
fn refused(found: SubscriptionFaults) -> Error {
    let (mut of_form, mut of_context) = (Faults::default(), Faults::default());
    for (field, fault) in found {
        let (name, is_form) = match field {
            SubscriptionField::Start => (START_DATE, true),
            SubscriptionField::End => (END_DATE, fault != InvalidSubscription::Ended),
            SubscriptionField::AutoRenew => (AUTO_RENEW, false),
        };
        let faults = if is_form { &mut of_form } else { &mut of_context };
        faults.add(name, fault);
    }
    of_form.none_or(()).map_or_else(Error::Invalid, |()| Error::Contradictory(of_context))
}
