//! The subscription: terms that were sold to a customer, from a first day on, until a last one or for as long as they are
//! renewed.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::billing::{Period, period, period_number_of};
use super::date::Date;
use super::entity_tag::EntityTag;
use super::plan::{PaymentModel, Terms};
use super::timestamp::Timestamp;
use super::validation::{Text, whole_number};

/// How many subscriptions a customer has at most, ended ones not counted.
pub const MOST_UNENDED: usize = 20;

/// How many years ahead a subscription can begin.
pub const MOST_YEARS_AHEAD: u8 = 10;

/// The number of a subscription. The platform gives it, and never gives it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SubscriptionId(u64);

/// Why a text is not the number of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotASubscriptionId {
    /// Empty, or with characters other than ASCII digits.
    #[error("not an integer of ASCII digits")]
    NotAnInteger,
    /// An integer that is larger than any number the platform will ever give.
    #[error("too large to exist")]
    TooLarge,
}

impl SubscriptionId {
    /// The largest number: sort keys give it 16 digits.
    pub const MAX: u64 = 9_999_999_999_999_999;

    /// The number that no subscription has.
    pub const NONE: Self = Self(0);

    /// The subscription of this number; `None` beyond [`SubscriptionId::MAX`].
    #[must_use]
    pub fn new(number: u64) -> Option<Self> {
        (number <= Self::MAX).then_some(Self(number))
    }

    /// Reads a number as clients send it: ASCII digits only, not trimmed; leading zeros do not count.
    ///
    /// # Errors
    /// [`NotASubscriptionId`] separates a text that is no integer from a number that no subscription can have.
    pub fn parse(sent: &str) -> Result<Self, NotASubscriptionId> {
        let number = whole_number(sent).ok_or(NotASubscriptionId::NotAnInteger)?;
        Self::new(number).ok_or(NotASubscriptionId::TooLarge)
    }

    /// The number.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for SubscriptionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Whether a subscription has begun and ended. It follows from the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionStatus {
    /// Its first day is still to come.
    Scheduled,
    /// It has begun, and its last day is not over.
    Active,
    /// Its last day is over.
    Ended,
}

/// A part of a subscription that people choose. Each API has its own name for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubscriptionField {
    /// The first day.
    Start,
    /// The last day.
    End,
    /// Whether it is renewed.
    AutoRenew,
}

/// Why a subscription can't be like that. Its text completes a sentence that begins with the name of the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSubscription {
    /// A start before [`Date::FIRST_BILLED`] or more than [`MOST_YEARS_AHEAD`] years ahead.
    #[error("must be from {} to {} years ahead", Date::FIRST_BILLED, MOST_YEARS_AHEAD)]
    StartOutOfRange,
    /// An end that is over already.
    #[error("must not be before today")]
    EndBeforeToday,
    /// An end before the start.
    #[error("must not be before the subscription begins")]
    EndBeforeStart,
    /// An end of a subscription that is renewed, and so has none.
    #[error("must have no value while the subscription is renewed")]
    EndWithRenewal,
    /// No end for a subscription that is not renewed, and so has one.
    #[error("must be a date while the subscription is not renewed")]
    NoEndWithoutRenewal,
    /// Renewal of a perpetual subscription, which has one period only.
    #[error("must be false, because a perpetual subscription has no period that could be renewed")]
    RenewalOfPerpetual,
    /// Any change of an ended subscription.
    #[error("can't be changed, because the subscription has ended")]
    Ended,
}

/// All that is wrong, at most once for each field.
pub type SubscriptionFaults = Vec<(SubscriptionField, InvalidSubscription)>;

/// A subscription to be sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSubscription {
    /// The terms, as the plan has them now.
    pub terms: Terms,
    /// The first day; `None` for today.
    pub start: Option<Date>,
    /// The last day; `None` for what follows from the renewal.
    pub end: Option<Date>,
    /// Whether it is renewed; `None` for what suits the payment model and the end.
    pub auto_renew: Option<bool>,
    /// The reseller's own reference, unique within the customer; `None` stands for the id.
    pub code: Option<Text>,
}

/// A subscription on record.
///
/// One that is renewed has no end. One that is not renewed has an end, unless it is perpetual: then it can have one or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// The number that the platform gave it.
    pub id: SubscriptionId,
    /// The terms on which it was sold. They never change.
    pub terms: Terms,
    /// Its first day, from which its periods are counted. It never changes.
    pub start: Date,
    /// Its last day; `None` when it has none yet.
    pub end: Option<Date>,
    /// Whether a period is followed by another one, for as long as this stays so.
    pub auto_renew: bool,
    /// The reseller's own reference, unique within the customer; `None` stands for the id.
    pub code: Option<Text>,
    /// When it was sold.
    pub created_at: Timestamp,
    /// When it was last changed; equal to `created_at` until then, later after every change.
    pub modified_at: Timestamp,
    /// 1 at first, and 1 more after each change.
    pub revision: u64,
}

impl Subscription {
    /// The first revision of a subscription that is sold now.
    ///
    /// It is renewed unless that was declined or an end was given. Where it was declined, it ends with the period that is running
    /// today, or with its first period if it begins later. A perpetual one is not renewed, and has no end unless one was given.
    ///
    /// # Errors
    /// A start outside of the range, an end before today or before the start, an end together with renewal, and renewal of a
    /// perpetual subscription.
    pub fn first(id: SubscriptionId, new: NewSubscription, now: Timestamp) -> Result<Self, SubscriptionFaults> {
        let today = Date::of(now);
        let start = new.start.unwrap_or(today);
        let is_perpetual = new.terms.payment_model() == PaymentModel::Perpetual;
        let auto_renew = new.auto_renew.unwrap_or(!is_perpetual && new.end.is_none());
        let mut faults = Self::faults_of_start(new.start, today);
        let of_end = new.end.and_then(|end| fault_of_end(end, start, auto_renew && !is_perpetual, today));
        faults.extend(of_end.map(|fault| (SubscriptionField::End, fault)));
        if auto_renew && is_perpetual {
            faults.push((SubscriptionField::AutoRenew, InvalidSubscription::RenewalOfPerpetual));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let endless = Self {
            id,
            terms: new.terms,
            start,
            end: None,
            auto_renew,
            code: new.code,
            created_at: now,
            modified_at: now,
            revision: 1,
        };
        let end = if auto_renew { None } else { new.end.or(endless.current_period(today).end) };
        Ok(Self { end, ..endless })
    }

    /// What is wrong with a first day, whatever is sold; `None` is today.
    #[must_use]
    pub fn faults_of_start(start: Option<Date>, today: Date) -> SubscriptionFaults {
        let range = Date::FIRST_BILLED..=today.plus_years(MOST_YEARS_AHEAD);
        let is_wrong = start.is_some_and(|start| !range.contains(&start));
        is_wrong.then_some((SubscriptionField::Start, InvalidSubscription::StartOutOfRange)).into_iter().collect()
    }

    /// The tag of this revision.
    #[must_use]
    pub fn entity_tag(&self) -> EntityTag {
        EntityTag::new(self.id.number(), self.revision)
    }

    /// Whether it has begun and ended on this day. It is active on its first and on its last day.
    #[must_use]
    pub fn status(&self, today: Date) -> SubscriptionStatus {
        if today < self.start {
            SubscriptionStatus::Scheduled
        } else if self.end.is_some_and(|end| end < today) {
            SubscriptionStatus::Ended
        } else {
            SubscriptionStatus::Active
        }
    }

    /// Whether a day is one of its days.
    #[must_use]
    pub fn covers(&self, day: Date) -> bool {
        self.status(day) == SubscriptionStatus::Active
    }

    /// The period that contains a day; `None` for a day that it does not cover. Its last period ends with it.
    #[must_use]
    pub fn period_of(&self, day: Date) -> Option<Period> {
        self.covers(day).then(|| self.current_period(day))
    }

    /// The period that is running: the first one while it has not begun, the last one when it has ended.
    #[must_use]
    pub fn current_period(&self, today: Date) -> Period {
        self.cut(self.whole_period(self.number_of(today)))
    }

    /// Its periods that begin from one day to another, both days included, the newest first. They are computed one after the
    /// other as they are asked for. Periods that are still to come are among them, if the days are.
    pub fn periods_that_begin_in(&self, from: Date, to: Date) -> impl Iterator<Item = Period> {
        let to = self.end.map_or(to, |end| end.min(to));
        let last = period_number_of(self.start, self.terms.billing_cycle(), to).filter(|_| from <= to);
        let first = self.number_of(from);
        let first = if self.whole_period(first).start < from { first.saturating_add(1) } else { first };
        let numbers = last.map(|last| first..=last);
        numbers.into_iter().flatten().rev().map(|number| self.cut(self.whole_period(number)))
    }

    /// The day on which the running period was due, which is its first; the last period's when it has ended, `None` while it has
    /// not begun.
    #[must_use]
    pub fn last_billing_date(&self, today: Date) -> Option<Date> {
        (self.start <= today).then(|| self.current_period(today).start)
    }

    /// The day on which the next period is due, which is its first: that of the first period while it has not begun. `None` when
    /// there is no further period.
    #[must_use]
    pub fn next_billing_date(&self, today: Date) -> Option<Date> {
        match self.status(today) {
            SubscriptionStatus::Scheduled => Some(self.start),
            SubscriptionStatus::Ended => None,
            SubscriptionStatus::Active => {
                let end = self.whole_period(self.number_of(today)).end?;
                (end < self.end.unwrap_or(Date::MAX)).then(|| end.next_day())
            }
        }
    }

    /// The next revision, after a client asked for other values; what is `None` was not sent and stays. The same subscription
    /// when nothing differs.
    ///
    /// - Renewal that is switched off fixes the end of the running period, or of the first one if it has not begun, unless an end
    ///   was sent with it.
    /// - Renewal that is switched on lifts the end.
    /// - An end can be any day from today and from the start on. Beyond the running period, periods go on until it.
    /// - `Some(None)`, an end that was sent as `null`, is what a renewed subscription has. A perpetual one is never renewed, so
    ///   for it `null` lifts the end.
    ///
    /// # Errors
    /// An end before today or before the start, an end together with renewal, none without it, and renewal of a perpetual
    /// subscription. When it has ended, every field that was sent is refused, even with the value that it has; when none was
    /// sent, the end is.
    pub fn with_renewal(
        &self,
        auto_renew: Option<bool>,
        end: Option<Option<Date>>,
        today: Date,
    ) -> Result<Self, SubscriptionFaults> {
        if self.status(today) == SubscriptionStatus::Ended {
            let renewal = auto_renew.map(|_| SubscriptionField::AutoRenew);
            let end = (end.is_some() || renewal.is_none()).then_some(SubscriptionField::End);
            return Err(renewal.into_iter().chain(end).map(|field| (field, InvalidSubscription::Ended)).collect());
        }
        let is_perpetual = self.terms.payment_model() == PaymentModel::Perpetual;
        let renews = auto_renew.unwrap_or(self.auto_renew);
        let fixed = || if self.auto_renew { self.current_period(today).end } else { self.end };
        let renewal = (renews && is_perpetual).then_some(InvalidSubscription::RenewalOfPerpetual);
        let end = match end {
            Some(Some(end)) if let Some(fault) = fault_of_end(end, self.start, renews && !is_perpetual, today) => Err(fault),
            Some(None) if !renews && !is_perpetual => Err(InvalidSubscription::NoEndWithoutRenewal),
            Some(end) => Ok(end),
            None => Ok(if renews { None } else { fixed() }),
        };
        match (renewal, end) {
            (None, Ok(end)) => Ok(self.changed(renews, end)),
            (renewal, end) => {
                let renewal = renewal.map(|fault| (SubscriptionField::AutoRenew, fault));
                Err(renewal.into_iter().chain(end.err().map(|fault| (SubscriptionField::End, fault))).collect())
            }
        }
    }

    /// The next revision, after it was ended: this day is its last one. `None` when it has not begun, because then nothing of it
    /// stays. The same subscription when it has ended already, or ends today anyway.
    #[must_use]
    pub fn ended(&self, today: Date) -> Option<Self> {
        match self.status(today) {
            SubscriptionStatus::Scheduled => None,
            SubscriptionStatus::Active => Some(self.changed(false, Some(today))),
            SubscriptionStatus::Ended => Some(self.clone()),
        }
    }

    fn changed(&self, auto_renew: bool, end: Option<Date>) -> Self {
        if (auto_renew, end) == (self.auto_renew, self.end) {
            return self.clone();
        }
        Self { auto_renew, end, modified_at: self.modified_at.next_change(), revision: self.revision + 1, ..self.clone() }
    }

    /// The number of the period of the day that is nearest to this one among those that it covers.
    fn number_of(&self, day: Date) -> u32 {
        let day = self.end.map_or(day, |end| end.min(day)).max(self.start);
        period_number_of(self.start, self.terms.billing_cycle(), day).unwrap_or_default()
    }

    fn whole_period(&self, number: u32) -> Period {
        period(self.start, self.terms.billing_cycle(), number)
    }

    fn cut(&self, whole: Period) -> Period {
        Period { end: self.end.into_iter().chain(whole.end).min(), ..whole }
    }
}

/// Why a subscription can't have this last day, if it begins on `start`.
fn fault_of_end(end: Date, start: Date, renews: bool, today: Date) -> Option<InvalidSubscription> {
    if renews {
        Some(InvalidSubscription::EndWithRenewal)
    } else if end < start {
        Some(InvalidSubscription::EndBeforeStart)
    } else {
        (end < today).then_some(InvalidSubscription::EndBeforeToday)
    }
}

#[cfg(test)]
mod tests {
    use super::super::money::{Amount, Currency};
    use super::super::plan::{BillingChannel, BillingCycle, SentTerms, Sku};
    use super::super::validation;
    use super::*;
    use proptest::option;
    use proptest::prelude::*;
    use serde_json::json;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn amount(text: &str) -> Option<Amount> {
        Some(Amount::parse(text, 12).unwrap())
    }

    fn unpriced(model: PaymentModel) -> SentTerms {
        SentTerms {
            sku: Some(Sku::parse("speech").unwrap()),
            description: validation::text("Speech", 255).unwrap(),
            billing_channel: Some(BillingChannel::Scriptix),
            payment_model: Some(model),
            currency: Some(Currency::parse("EUR").unwrap()),
            ..SentTerms::default()
        }
    }

    fn payg(cycle: BillingCycle) -> Terms {
        let sent = SentTerms { billing_cycle: Some(cycle), unit_price: amount("1.20"), ..unpriced(PaymentModel::Payg) };
        sent.into_terms().unwrap()
    }

    fn perpetual() -> Terms {
        SentTerms { price: amount("5000"), ..unpriced(PaymentModel::Perpetual) }.into_terms().unwrap()
    }

    fn sell(terms: Terms, start: Date, auto_renew: Option<bool>, today: Date) -> Result<Subscription, SubscriptionFaults> {
        let new = NewSubscription { terms, start: Some(start), end: None, auto_renew, code: None };
        Subscription::first(SubscriptionId(17), new, today.start())
    }

    fn monthly(start: &str, auto_renew: bool, today: &str) -> Subscription {
        sell(payg(BillingCycle::Month), date(start), Some(auto_renew), date(today)).unwrap()
    }

    fn of_all_time(start: &str) -> Subscription {
        sell(perpetual(), date(start), None, date(start)).unwrap()
    }

    fn days(start: &str, end: &str) -> Period {
        Period { start: date(start), end: Some(date(end)) }
    }

    #[test]
    fn an_id_is_ascii_digits_and_small_enough_to_exist() {
        assert_eq!(SubscriptionId::parse("0017").map(SubscriptionId::number), Ok(17));
        assert_eq!(SubscriptionId::parse("9999999999999999").map(SubscriptionId::number), Ok(SubscriptionId::MAX));
        for sent in ["", " 1", "+1", "-1", "1.0", "１", "1e3"] {
            assert_eq!(SubscriptionId::parse(sent), Err(NotASubscriptionId::NotAnInteger), "{sent:?}");
        }
        for sent in ["10000000000000000", "18446744073709551616", &"9".repeat(400)] {
            assert_eq!(SubscriptionId::parse(sent), Err(NotASubscriptionId::TooLarge), "{sent:?}");
        }
    }

    #[test]
    fn what_is_sold_begins_today_and_is_renewed_unless_it_says_otherwise() {
        let now: Timestamp = "2026-11-29T23:59:59.999Z".parse().unwrap();
        let sold = |terms| {
            let code = validation::text("S-1", 9).unwrap();
            let new = NewSubscription { terms, start: None, end: None, auto_renew: None, code };
            Subscription::first(SubscriptionId(17), new, now).unwrap()
        };
        let renewed = sold(payg(BillingCycle::Week));
        assert_eq!((renewed.start, renewed.end, renewed.auto_renew), (date("2026-11-29"), None, true));
        assert_eq!((renewed.created_at, renewed.modified_at, renewed.revision), (now, now, 1));
        assert_eq!(renewed.entity_tag(), EntityTag::new(17, 1));

        let bought = sold(perpetual());
        assert_eq!((bought.end, bought.auto_renew), (None, false));
        for subscription in [renewed, bought] {
            assert_eq!(serde_json::from_value::<Subscription>(json!(subscription)).unwrap(), subscription);
        }
    }

    #[test]
    fn without_renewal_it_ends_with_the_period_of_today_or_its_first_one() {
        for (start, end) in [
            ("2026-11-29", "2026-12-28"),
            ("2026-11-30", "2026-12-29"),
            ("2027-01-31", "2027-02-27"),
            ("2026-10-31", "2026-11-29"),
            ("2026-10-29", "2026-12-28"),
            ("2000-01-30", "2026-11-29"),
        ] {
            assert_eq!(monthly(start, false, "2026-11-29").end, Some(date(end)), "{start}");
        }
    }

    #[test]
    fn an_end_that_was_given_is_the_last_day_and_declines_renewal() {
        use InvalidSubscription::{EndBeforeStart, EndBeforeToday, EndWithRenewal, RenewalOfPerpetual};
        let sold = |terms, end: &str, auto_renew| {
            let new = NewSubscription { terms, start: Some(date("2026-12-01")), end: Some(date(end)), auto_renew, code: None };
            Subscription::first(SubscriptionId(17), new, date("2026-12-24").start())
        };
        for auto_renew in [None, Some(false)] {
            for terms in [payg(BillingCycle::Month), perpetual()] {
                let ends = sold(terms, "2027-07-15", auto_renew).unwrap();
                assert_eq!((ends.end, ends.auto_renew), (Some(date("2027-07-15")), false));
            }
            let refused = |end, fault| {
                assert_eq!(sold(payg(BillingCycle::Month), end, auto_renew), Err(vec![(SubscriptionField::End, fault)]), "{end}");
            };
            refused("2026-11-30", EndBeforeStart);
            refused("2026-12-23", EndBeforeToday);
        }
        let with_renewal = sold(payg(BillingCycle::Month), "2027-07-15", Some(true));
        assert_eq!(with_renewal, Err(vec![(SubscriptionField::End, EndWithRenewal)]));
        let of_perpetual = sold(perpetual(), "2027-07-15", Some(true));
        assert_eq!(of_perpetual, Err(vec![(SubscriptionField::AutoRenew, RenewalOfPerpetual)]));
    }

    #[test]
    fn a_start_is_in_this_millennium_and_at_most_ten_years_ahead() {
        let out_of_range = Err(vec![(SubscriptionField::Start, InvalidSubscription::StartOutOfRange)]);
        let sold = |start| sell(payg(BillingCycle::Month), date(start), None, date("2028-02-29")).map(|_| ());
        for start in ["2000-01-01", "2038-02-28"] {
            assert_eq!(sold(start), Ok(()), "{start}");
        }
        for start in ["1999-12-31", "2038-03-01", "0001-01-01", "9999-12-31"] {
            assert_eq!(sold(start), out_of_range, "{start}");
        }
        let faults = sell(perpetual(), date("1999-12-31"), Some(true), date("2028-02-29")).unwrap_err();
        let texts: Vec<String> = faults.iter().map(|(field, fault)| format!("{field:?} {fault}")).collect();
        assert_eq!(
            texts,
            [
                "Start must be from 2000-01-01 to 10 years ahead",
                "AutoRenew must be false, because a perpetual subscription has no period that could be renewed",
            ]
        );
    }

    #[test]
    fn status_follows_from_the_day_and_both_edges_are_active() {
        use SubscriptionStatus::{Active, Ended, Scheduled};
        let sold = monthly("2026-11-30", false, "2026-11-29");
        for (day, status) in [
            ("2026-11-29", Scheduled),
            ("2026-11-30", Active),
            ("2026-12-29", Active),
            ("2026-12-30", Ended),
            ("9999-12-31", Ended),
        ] {
            assert_eq!((sold.status(date(day)), sold.covers(date(day))), (status, status == Active), "{day}");
        }
        assert_eq!(monthly("2026-11-30", true, "2026-11-29").status(Date::MAX), Active);
        assert_eq!(json!([Scheduled, Active, Ended]), json!(["scheduled", "active", "ended"]));
    }

    #[test]
    fn the_current_period_is_the_first_one_before_the_start_and_the_last_one_after_the_end() {
        let sold = monthly("2026-12-31", true, "2026-11-29");
        let ends = sold.with_renewal(Some(false), Some(Some(date("2027-03-10"))), date("2026-11-29")).unwrap();
        for (today, running) in [
            ("2026-11-29", days("2026-12-31", "2027-01-30")),
            ("2027-01-31", days("2027-01-31", "2027-02-27")),
            ("2027-03-10", days("2027-02-28", "2027-03-10")),
            ("2030-01-01", days("2027-02-28", "2027-03-10")),
        ] {
            assert_eq!(ends.current_period(date(today)), running, "{today}");
            let covered = ends.covers(date(today)).then_some(running);
            assert_eq!(ends.period_of(date(today)), covered, "{today}");
        }
        assert_eq!(of_all_time("2026-11-29").current_period(Date::MAX), Period { start: date("2026-11-29"), end: None });
    }

    #[test]
    fn periods_that_begin_in_a_range_come_newest_first() {
        let sold = monthly("2026-08-31", true, "2026-11-29");
        let ends = sold.with_renewal(Some(false), Some(Some(date("2026-12-31"))), date("2026-11-29")).unwrap();
        let begin = |from: &str, to: &str| ends.periods_that_begin_in(date(from), date(to)).collect::<Vec<_>>();
        let all = [
            days("2026-12-31", "2026-12-31"),
            days("2026-11-30", "2026-12-30"),
            days("2026-10-31", "2026-11-29"),
            days("2026-09-30", "2026-10-30"),
            days("2026-08-31", "2026-09-29"),
        ];
        assert_eq!(begin("0001-01-01", "9999-12-31"), all);
        assert_eq!(begin("2026-09-30", "2026-11-30"), all[1..4]);
        assert_eq!(begin("2026-10-01", "2026-11-29"), all[2..3]);
        for (from, to) in [("2026-10-01", "2026-10-30"), ("2027-01-01", "2028-01-01"), ("2026-11-30", "2026-11-29")] {
            assert_eq!(begin(from, to), [], "{from} {to}");
        }
        assert_eq!(begin("2000-01-01", "2026-08-30"), []);
        let last_two: Vec<Date> = sold.periods_that_begin_in(Date::MIN, Date::MAX).take(2).map(|period| period.start).collect();
        assert_eq!(last_two, [date("9999-12-31"), date("9999-11-30")]);
        assert_eq!(of_all_time("2026-11-29").periods_that_begin_in(Date::MIN, Date::MAX).count(), 1);
        assert_eq!(of_all_time("2026-11-29").periods_that_begin_in(date("2026-11-30"), Date::MAX).count(), 0);
    }

    #[test]
    fn billing_dates_are_the_first_days_of_periods() {
        let sold = monthly("2026-12-31", true, "2026-11-29");
        let ends = sold.with_renewal(Some(false), Some(Some(date("2027-02-28"))), date("2026-11-29")).unwrap();
        let dates = |subscription: &Subscription, today: &str| {
            let today = date(today);
            let shown = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
            [shown(subscription.last_billing_date(today)), shown(subscription.next_billing_date(today))]
        };
        assert_eq!(dates(&ends, "2026-12-30"), ["", "2026-12-31"]);
        assert_eq!(dates(&ends, "2026-12-31"), ["2026-12-31", "2027-01-31"]);
        assert_eq!(dates(&ends, "2027-02-27"), ["2027-01-31", "2027-02-28"]);
        assert_eq!(dates(&ends, "2027-02-28"), ["2027-02-28", ""]);
        assert_eq!(dates(&ends, "2027-03-01"), ["2027-02-28", ""]);
        assert_eq!(dates(&sold, "2027-03-01"), ["2027-02-28", "2027-03-31"]);
        assert_eq!(dates(&sold, "9999-12-31"), ["9999-12-31", ""]);
        assert_eq!(dates(&of_all_time("2026-11-29"), "2030-01-01"), ["2026-11-29", ""]);
    }

    #[test]
    fn renewal_that_is_switched_off_fixes_the_end_and_on_again_lifts_it() {
        let today = date("2027-02-10");
        let sold = monthly("2026-12-31", true, "2026-11-29");
        let off = sold.with_renewal(Some(false), None, today).unwrap();
        assert_eq!((off.auto_renew, off.end, off.revision), (false, Some(date("2027-02-27")), 2));
        assert!(off.modified_at > sold.modified_at);

        let on = off.with_renewal(Some(true), None, today).unwrap();
        assert_eq!((on.auto_renew, on.end, on.revision), (true, None, 3));
        assert_eq!(off.with_renewal(Some(true), Some(None), today).unwrap().end, None);

        let before = sold.with_renewal(Some(false), None, date("2026-11-29")).unwrap();
        assert_eq!(before.end, Some(date("2027-01-30")));
    }

    #[test]
    fn what_is_not_sent_or_does_not_differ_stays() {
        let today = date("2027-02-10");
        let sold = monthly("2026-12-31", true, "2026-11-29");
        let off = sold.with_renewal(Some(false), None, today).unwrap();
        let moved = off.with_renewal(None, Some(Some(date("2027-12-24"))), today).unwrap();
        assert_eq!((moved.auto_renew, moved.end, moved.revision), (false, Some(date("2027-12-24")), 3));
        assert_eq!(moved.with_renewal(Some(false), None, today).unwrap(), moved);
        for same in [&sold, &off, &moved, &of_all_time("2026-11-29")] {
            assert_eq!(same.with_renewal(None, None, today).as_ref(), Ok(same));
            assert_eq!(same.with_renewal(Some(same.auto_renew), Some(same.end), today).as_ref(), Ok(same));
        }
    }

    #[test]
    fn what_contradicts_itself_is_refused_by_field() {
        use InvalidSubscription::{EndBeforeStart, EndBeforeToday, EndWithRenewal, NoEndWithoutRenewal, RenewalOfPerpetual};
        use SubscriptionField::{AutoRenew, End};
        let (today, yesterday) = (date("2027-02-10"), date("2027-02-09"));
        let sold = monthly("2026-12-31", true, "2026-11-29");
        let off = sold.with_renewal(Some(false), None, today).unwrap();
        let later = monthly("2027-06-01", false, "2026-11-29");
        let bought = of_all_time("2026-11-29");
        for (subscription, auto_renew, end, fault) in [
            (&sold, None, Some(Some(today)), (End, EndWithRenewal)),
            (&sold, Some(true), Some(Some(today)), (End, EndWithRenewal)),
            (&off, Some(true), Some(Some(today)), (End, EndWithRenewal)),
            (&sold, Some(false), Some(None), (End, NoEndWithoutRenewal)),
            (&off, None, Some(None), (End, NoEndWithoutRenewal)),
            (&off, None, Some(Some(yesterday)), (End, EndBeforeToday)),
            (&later, None, Some(Some(date("2027-05-31"))), (End, EndBeforeStart)),
            (&bought, Some(true), None, (AutoRenew, RenewalOfPerpetual)),
            (&bought, None, Some(Some(yesterday)), (End, EndBeforeToday)),
        ] {
            let refused = subscription.with_renewal(auto_renew, end, today);
            assert_eq!(refused, Err(vec![fault]), "{auto_renew:?} {end:?}");
        }
        let both = bought.with_renewal(Some(true), Some(Some(yesterday)), today);
        assert_eq!(both, Err(vec![(AutoRenew, RenewalOfPerpetual), (End, EndBeforeToday)]));
        assert_eq!(off.with_renewal(None, Some(Some(today)), today).unwrap().end, Some(today));
        assert_eq!(later.with_renewal(None, Some(Some(later.start)), today).unwrap().end, Some(later.start));
    }

    #[test]
    fn a_perpetual_subscription_can_get_an_end_and_lose_it_again() {
        let today = date("2027-02-10");
        let bought = of_all_time("2026-11-29");
        let ends = bought.with_renewal(None, Some(Some(date("2027-12-31"))), today).unwrap();
        assert_eq!(ends.current_period(today), days("2026-11-29", "2027-12-31"));
        assert_eq!(ends.with_renewal(Some(false), None, today).as_ref(), Ok(&ends));
        assert_eq!(ends.with_renewal(Some(false), Some(None), today).unwrap().end, None);
    }

    #[test]
    fn an_ended_one_can_not_change() {
        use InvalidSubscription::Ended;
        use SubscriptionField::{AutoRenew, End};
        let over = monthly("2026-01-31", false, "2026-02-10");
        let today = date("2026-11-29");
        for (auto_renew, end, faults) in [
            (Some(true), None, vec![(AutoRenew, Ended)]),
            (None, Some(Some(today)), vec![(End, Ended)]),
            (Some(false), Some(over.end), vec![(AutoRenew, Ended), (End, Ended)]),
            (None, None, vec![(End, Ended)]),
        ] {
            assert_eq!(over.with_renewal(auto_renew, end, today), Err(faults));
        }
        assert_eq!(over.ended(today), Some(over));
    }

    #[test]
    fn what_is_ended_is_active_until_midnight_and_what_has_not_begun_disappears() {
        let today = date("2026-11-29");
        let sold = monthly("2026-11-29", true, "2026-11-29");
        let ended = sold.ended(today).unwrap();
        assert_eq!((ended.end, ended.auto_renew, ended.revision), (Some(today), false, 2));
        assert_eq!(ended.status(today), SubscriptionStatus::Active);
        assert_eq!(ended.status(today.next_day()), SubscriptionStatus::Ended);
        assert_eq!(ended.ended(today).as_ref(), Some(&ended));
        assert_eq!(sold.ended(today.previous_day()), None);
        assert_eq!(of_all_time("2026-11-29").ended(today).unwrap().end, Some(today));
    }

    fn any_date() -> impl Strategy<Value = Date> {
        (0..=80 * 366i64).prop_map(|days| date("2000-01-01").plus_days(days))
    }

    fn terms() -> impl Strategy<Value = Terms> {
        use BillingCycle::{HalfYear, Month, Quarter, Week, Year};
        prop::sample::select(vec![Some(Week), Some(Month), Some(Quarter), Some(HalfYear), Some(Year), None])
            .prop_map(|cycle| cycle.map_or_else(perpetual, payg))
    }

    prop_compose! {
        fn subscription()(
            terms in terms(),
            start in any_date(),
            length in option::of(0..4_000i64),
        ) -> Subscription {
            let sold = sell(terms, start, None, start).unwrap();
            match length {
                Some(length) => sold.with_renewal(Some(false), Some(Some(start.plus_days(length))), start).unwrap(),
                None => sold,
            }
        }
    }

    proptest! {
        #[test]
        fn periods_tile_the_whole_subscription(subscription in subscription(), today in any_date()) {
            let to = today.max(subscription.start);
            let mut periods: Vec<Period> = subscription.periods_that_begin_in(Date::MIN, to).collect();
            periods.reverse();
            prop_assert_eq!(periods[0].start, subscription.start);
            for pair in periods.windows(2) {
                prop_assert_eq!(pair[0].end.map(Date::next_day), Some(pair[1].start));
            }
            let last = *periods.last().unwrap();
            prop_assert_eq!(last, subscription.current_period(to));
            if subscription.status(to) == SubscriptionStatus::Ended {
                prop_assert_eq!(last.end, subscription.end);
            } else {
                prop_assert!(last.contains(to));
            }
        }

        #[test]
        fn a_range_has_those_of_all_periods_that_begin_in_it(
            subscription in subscription(), from in any_date(), to in any_date(),
        ) {
            let begin_in = |from, to| subscription.periods_that_begin_in(from, to).collect::<Vec<_>>();
            let mut expected = begin_in(Date::MIN, date("2100-01-01"));
            expected.retain(|period| from <= period.start && period.start <= to);
            prop_assert_eq!(begin_in(from, to), expected);
        }

        #[test]
        fn billing_dates_are_neighbours_among_the_beginnings(subscription in subscription(), today in any_date()) {
            let beginnings: Vec<Date> =
                subscription.periods_that_begin_in(Date::MIN, date("2100-01-01")).map(|period| period.start).collect();
            let last = beginnings.iter().copied().find(|&day| day <= today);
            let next = beginnings.iter().copied().rev().find(|&day| day > today);
            prop_assert_eq!(subscription.last_billing_date(today), last);
            prop_assert_eq!(subscription.next_billing_date(today), next);
        }

        #[test]
        fn no_change_leaves_a_subscription_that_can_not_be(
            subscription in subscription(),
            auto_renew in option::of(any::<bool>()),
            end in option::of(option::of(any_date())),
            today in any_date(),
        ) {
            let is_perpetual = subscription.terms.payment_model() == PaymentModel::Perpetual;
            let ended = subscription.ended(today);
            for changed in subscription.with_renewal(auto_renew, end, today).into_iter().chain(ended) {
                prop_assert!(changed.end.is_none_or(|end| end >= changed.start));
                prop_assert!(!(changed.auto_renew && is_perpetual));
                prop_assert!(is_perpetual || changed.auto_renew == changed.end.is_none());
                let is_same = (changed.end, changed.auto_renew) == (subscription.end, subscription.auto_renew);
                prop_assert_eq!(changed.revision, subscription.revision + u64::from(!is_same));
                prop_assert_eq!(serde_json::from_value::<Subscription>(json!(changed)).unwrap(), changed);
            }
        }

        #[test]
        fn off_and_on_again_leaves_what_there_was(terms in terms(), start in any_date(), today in any_date()) {
            let sold = sell(terms, start, None, start).unwrap();
            let off = sold.with_renewal(Some(false), None, today).unwrap();
            prop_assert_eq!(off.current_period(today), sold.current_period(today));
            if sold.auto_renew {
                let on = off.with_renewal(Some(true), None, today).unwrap();
                prop_assert_eq!((on.end, on.auto_renew), (sold.end, sold.auto_renew));
            }
        }
    }
}
