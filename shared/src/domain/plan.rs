//! The plan: terms on which the platform sells, and which a subscription copies when it is sold.

use std::fmt;
use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use super::money::{Amount, Currency, InvalidAmount};
use super::normalization::normalize;
use super::timestamp::Timestamp;
use super::validation::{Invalid, Text};

/// The most characters of a plan's description.
pub const MAXIMUM_DESCRIPTION: usize = 255;

/// For how many units a unit price is, unless the plan says otherwise: an hour of audio.
pub const DEFAULT_UNIT_SIZE: NonZeroU64 = NonZeroU64::MIN.saturating_add(3_599);

/// What is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentModel {
    /// Each period has a price that includes units. More units cost more.
    Bundle,
    /// Units, and nothing else.
    Payg,
    /// A price, once. Units are free.
    Perpetual,
}

impl PaymentModel {
    /// Its name, as clients read it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bundle => "bundle",
            Self::Payg => "payg",
            Self::Perpetual => "perpetual",
        }
    }
}

/// Who sends the bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum BillingChannel {
    /// The platform itself.
    Scriptix,
    /// The marketplace of Azure.
    Azure,
}

/// How long a billing period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BillingCycle {
    /// Seven days.
    Week,
    /// One month.
    Month,
    /// Three months.
    Quarter,
    /// Six months.
    HalfYear,
    /// Twelve months.
    Year,
}

/// The name of a plan: 1 to 60 ASCII letters, digits, dots, hyphens or underscores. It is shown as it was defined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sku(String);

/// A text that no plan can have as its name. Its own text completes a sentence that begins with the name of the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to {} letters, digits, dots, hyphens or underscores", Sku::MAXIMUM)]
pub struct InvalidSku;

impl Sku {
    const MAXIMUM: usize = 60;

    /// Reads a name, which is not trimmed.
    ///
    /// # Errors
    /// [`InvalidSku`].
    pub fn parse(sent: &str) -> Result<Self, InvalidSku> {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        let is_sku = (1..=Self::MAXIMUM).contains(&sent.len()) && sent.bytes().all(is_part);
        is_sku.then(|| Self(sent.to_owned())).ok_or(InvalidSku)
    }

    /// The name itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name in lower case. No two plans have the same.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl fmt::Display for Sku {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl TryFrom<String> for Sku {
    type Error = InvalidSku;

    fn try_from(sent: String) -> Result<Self, Self::Error> {
        Self::parse(&sent)
    }
}

impl From<Sku> for String {
    fn from(sku: Sku) -> Self {
        sku.0
    }
}

/// Terms as they were sent: each value is right by itself, but any of them can be absent or contradict the others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct SentTerms {
    /// The name of the plan.
    pub sku: Option<Sku>,
    /// What it is, for people.
    pub description: Option<Text>,
    /// Who sends the bill.
    pub billing_channel: Option<BillingChannel>,
    /// What is paid for.
    pub payment_model: Option<PaymentModel>,
    /// How long a period is.
    pub billing_cycle: Option<BillingCycle>,
    /// What a period costs.
    pub price: Option<Amount>,
    /// How many units the price includes.
    pub included_units: Option<u64>,
    /// What `unit_size` units cost.
    pub unit_price: Option<Amount>,
    /// For how many units the unit price is.
    pub unit_size: Option<u64>,
    /// The currency of both prices.
    pub currency: Option<Currency>,
}

/// What is wrong with one of the terms. Its text completes a sentence that begins with the name of the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTerm {
    /// Every plan needs it.
    #[error("is required")]
    Required,
    /// A plan of this payment model needs it.
    #[error("is required where payment_model is {}", .0.name())]
    RequiredBy(PaymentModel),
    /// A plan of this payment model can't have it.
    #[error("must be absent or null where payment_model is {}", .0.name())]
    NotPartOf(PaymentModel),
    /// The price of a plan that has only a price of units.
    #[error("must be 0 where payment_model is payg: only units cost")]
    NotFree,
    /// A unit price for no units.
    #[error("must be at least 1")]
    NoUnits,
    /// A text that is too long.
    #[error(transparent)]
    Text(#[from] Invalid),
    /// An amount that is too large or has too many digits.
    #[error(transparent)]
    Amount(#[from] InvalidAmount),
}

impl SentTerms {
    /// The terms, if nothing is missing and nothing contradicts the payment model:
    ///
    /// | | `billing_cycle` | `price` | `included_units` | `unit_price` | `unit_size` |
    /// |---|---|---|---|---|---|
    /// | bundle | needed | needed | needed | needed | [`DEFAULT_UNIT_SIZE`] unless sent |
    /// | payg | needed | 0, also when absent | none | needed | [`DEFAULT_UNIT_SIZE`] unless sent |
    /// | perpetual | none | needed | none | none | none |
    ///
    /// All else is needed in any case. The price has at most the currency's digits behind the point, the unit price
    /// [`Amount::MOST_DIGITS_BEHIND`].
    ///
    /// # Errors
    /// All faults, each with the name of its field, at most one for each field.
    pub fn into_terms(self) -> Result<Terms, Vec<(&'static str, InvalidTerm)>> {
        let faults = self.faults();
        let price = self.price.or_else(|| (self.payment_model == Some(PaymentModel::Payg)).then_some(Amount::ZERO));
        let unit_size = self.unit_size.map_or(Some(DEFAULT_UNIT_SIZE), NonZeroU64::new);
        let unit_size = unit_size.filter(|_| self.unit_price.is_some());
        match (self.sku, self.description, self.billing_channel, self.payment_model, price, self.currency) {
            (Some(sku), Some(description), Some(billing_channel), Some(payment_model), Some(price), Some(currency))
                if faults.is_empty() =>
            {
                let Self { billing_cycle, included_units, unit_price, .. } = self;
                Ok(Terms {
                    sku,
                    description,
                    billing_channel,
                    payment_model,
                    billing_cycle,
                    price,
                    included_units,
                    unit_price,
                    unit_size,
                    currency,
                })
            }
            _ => Err(faults),
        }
    }

    fn faults(&self) -> Vec<(&'static str, InvalidTerm)> {
        let sent = |is_sent: bool| if is_sent { None } else { Some(InvalidTerm::Required) };
        let is_too_long = |text: &Text| text.as_str().chars().count() > MAXIMUM_DESCRIPTION;
        let long = self.description.as_ref().filter(|text| is_too_long(text)).map(|_| Invalid::TooLong(MAXIMUM_DESCRIPTION));
        let misfit = |amount: Option<Amount>, digits| amount.and_then(|amount| amount.check(digits).err()).map(InvalidTerm::from);
        let price_digits = self.currency.map_or(Currency::MOST_DIGITS, Currency::digits);
        let is_paid = self.payment_model == Some(PaymentModel::Payg) && self.price.is_some_and(|price| !price.is_zero());
        [
            ("sku", sent(self.sku.is_some())),
            ("description", sent(self.description.is_some()).or(long.map(InvalidTerm::from))),
            ("billing_channel", sent(self.billing_channel.is_some())),
            ("payment_model", sent(self.payment_model.is_some())),
            ("billing_cycle", self.misplaced(self.billing_cycle.is_some(), Need::of_cycle)),
            (
                "price",
                (self.misplaced(self.price.is_some(), Need::of_price))
                    .or_else(|| misfit(self.price, price_digits))
                    .or(is_paid.then_some(InvalidTerm::NotFree)),
            ),
            ("included_units", self.misplaced(self.included_units.is_some(), Need::of_included_units)),
            (
                "unit_price",
                (self.misplaced(self.unit_price.is_some(), Need::of_unit_price))
                    .or_else(|| misfit(self.unit_price, Amount::MOST_DIGITS_BEHIND)),
            ),
            (
                "unit_size",
                (self.misplaced(self.unit_size.is_some(), Need::of_unit_size))
                    .or((self.unit_size == Some(0)).then_some(InvalidTerm::NoUnits)),
            ),
            ("currency", sent(self.currency.is_some())),
        ]
        .into_iter()
        .filter_map(|(field, fault)| fault.map(|fault| (field, fault)))
        .collect()
    }

    /// What is wrong with a field being there, or not being there, by the payment model. Nothing is, while that is unknown.
    fn misplaced(&self, is_sent: bool, need: fn(PaymentModel) -> Need) -> Option<InvalidTerm> {
        let model = self.payment_model?;
        match (need(model), is_sent) {
            (Need::Always, false) => Some(InvalidTerm::RequiredBy(model)),
            (Need::Never, true) => Some(InvalidTerm::NotPartOf(model)),
            _ => None,
        }
    }
}

/// Whether plans of a payment model have a field.
enum Need {
    Always,
    IfSent,
    Never,
}

impl Need {
    fn of_cycle(model: PaymentModel) -> Self {
        match model {
            PaymentModel::Bundle | PaymentModel::Payg => Self::Always,
            PaymentModel::Perpetual => Self::Never,
        }
    }

    fn of_price(model: PaymentModel) -> Self {
        match model {
            PaymentModel::Bundle | PaymentModel::Perpetual => Self::Always,
            PaymentModel::Payg => Self::IfSent,
        }
    }

    fn of_included_units(model: PaymentModel) -> Self {
        match model {
            PaymentModel::Bundle => Self::Always,
            PaymentModel::Payg | PaymentModel::Perpetual => Self::Never,
        }
    }

    fn of_unit_price(model: PaymentModel) -> Self {
        match model {
            PaymentModel::Bundle | PaymentModel::Payg => Self::Always,
            PaymentModel::Perpetual => Self::Never,
        }
    }

    fn of_unit_size(model: PaymentModel) -> Self {
        match model {
            PaymentModel::Bundle | PaymentModel::Payg => Self::IfSent,
            PaymentModel::Perpetual => Self::Never,
        }
    }
}

/// What is sold and what it costs. Terms are complete and free of contradictions, because only [`SentTerms::into_terms`] makes
/// them; those on record pass through it as well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "SentTerms")]
pub struct Terms {
    sku: Sku,
    description: Text,
    billing_channel: BillingChannel,
    payment_model: PaymentModel,
    billing_cycle: Option<BillingCycle>,
    price: Amount,
    included_units: Option<u64>,
    unit_price: Option<Amount>,
    unit_size: Option<NonZeroU64>,
    currency: Currency,
}

impl Terms {
    /// The name of the plan.
    #[must_use]
    pub fn sku(&self) -> &Sku {
        &self.sku
    }

    /// What it is, for people: at most [`MAXIMUM_DESCRIPTION`] characters.
    #[must_use]
    pub fn description(&self) -> &Text {
        &self.description
    }

    /// Who sends the bill.
    #[must_use]
    pub fn billing_channel(&self) -> BillingChannel {
        self.billing_channel
    }

    /// What is paid for.
    #[must_use]
    pub fn payment_model(&self) -> PaymentModel {
        self.payment_model
    }

    /// How long a period is; `None` for perpetual terms, which have one period without end.
    #[must_use]
    pub fn billing_cycle(&self) -> Option<BillingCycle> {
        self.billing_cycle
    }

    /// What a period costs before any unit is used, with at most the currency's digits behind the point.
    #[must_use]
    pub fn price(&self) -> Amount {
        self.price
    }

    /// How many units a period's price includes; `None` where there is nothing to include, because no unit is included or all are
    /// free.
    #[must_use]
    pub fn included_units(&self) -> Option<u64> {
        self.included_units
    }

    /// What [`Terms::unit_size`] units cost beyond those that the price includes; `None` where units are free.
    #[must_use]
    pub fn unit_price(&self) -> Option<Amount> {
        self.unit_price
    }

    /// For how many units the unit price is. There is a size exactly where there is a unit price.
    #[must_use]
    pub fn unit_size(&self) -> Option<NonZeroU64> {
        self.unit_size
    }

    /// The currency of both prices.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// Whether every word of a search is in the name or in the description, without regard to case. Words are what stands between
    /// white space, and may be parts of longer ones. All terms match a search without a word.
    #[must_use]
    pub fn matches(&self, search: &str) -> bool {
        let (sku, description) = (normalize(self.sku.as_str()), normalize(self.description.as_str()));
        search.split_whitespace().map(normalize).all(|word| sku.contains(&word) || description.contains(&word))
    }
}

impl TryFrom<SentTerms> for Terms {
    type Error = String;

    /// # Errors
    /// All faults in one text, for the log.
    fn try_from(sent: SentTerms) -> Result<Self, Self::Error> {
        sent.into_terms().map_err(|faults| {
            let faults: Vec<String> = faults.into_iter().map(|(field, fault)| format!("{field} {fault}")).collect();
            faults.join(", ")
        })
    }
}

/// A plan on record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What is sold.
    pub terms: Terms,
    /// 1 at first, and 1 more after each change, be it that it was defined again or retired. So whoever sells it on the condition
    /// that it still has this version sells neither other terms nor a retired plan.
    pub version: u64,
    /// When it was retired; `None` while it is for sale.
    pub retired_at: Option<Timestamp>,
    /// When it was first defined.
    pub created_at: Timestamp,
    /// When it was last changed; equal to `created_at` until then, later after every change.
    pub modified_at: Timestamp,
}

impl Plan {
    /// A plan that is defined for the first time.
    #[must_use]
    pub fn first(terms: Terms, now: Timestamp) -> Self {
        Self { terms, version: 1, retired_at: None, created_at: now, modified_at: now }
    }

    /// The plan with other terms, for sale again if it was retired. It is a new version even if the terms are the same.
    #[must_use]
    pub fn redefined(&self, terms: Terms) -> Self {
        Self {
            terms,
            version: self.version + 1,
            retired_at: None,
            created_at: self.created_at,
            modified_at: self.modified_at.next_change(),
        }
    }

    /// The plan as it is no longer for sale; `None` if it is retired already.
    #[must_use]
    pub fn retired(&self) -> Option<Self> {
        let now = self.modified_at.next_change();
        let retired = Self { version: self.version + 1, retired_at: Some(now), modified_at: now, ..self.clone() };
        self.retired_at.is_none().then_some(retired)
    }
}

#[cfg(test)]
mod tests {
    use super::super::validation;
    use super::*;
    use proptest::option;
    use proptest::prelude::*;
    use serde_json::json;

    fn amount(text: &str) -> Option<Amount> {
        Some(Amount::parse(text, 12).unwrap())
    }

    fn unpriced(model: Option<PaymentModel>) -> SentTerms {
        SentTerms {
            sku: Some(Sku::parse("Speech.Hours-100").unwrap()),
            description: validation::text("Hundert Stunden für Große", 255).unwrap(),
            billing_channel: Some(BillingChannel::Scriptix),
            payment_model: model,
            currency: Some(Currency::parse("EUR").unwrap()),
            ..SentTerms::default()
        }
    }

    fn bundle() -> SentTerms {
        SentTerms {
            billing_cycle: Some(BillingCycle::Month),
            price: amount("99.50"),
            included_units: Some(360_000),
            unit_price: amount("1.125"),
            ..unpriced(Some(PaymentModel::Bundle))
        }
    }

    fn payg() -> SentTerms {
        SentTerms { billing_cycle: Some(BillingCycle::Month), unit_price: amount("1.125"), ..unpriced(Some(PaymentModel::Payg)) }
    }

    fn perpetual() -> SentTerms {
        SentTerms { price: amount("5000"), ..unpriced(Some(PaymentModel::Perpetual)) }
    }

    #[test]
    fn a_sku_is_compared_without_case_and_shown_as_it_is() {
        let longest = "a".repeat(60);
        for sent in ["a", "A.b-c_9", "...", &longest] {
            let sku = Sku::parse(sent).unwrap();
            assert_eq!((sku.as_str(), sku.key()), (sent, sent.to_lowercase()));
        }
        for sent in ["", " a", "a b", "a/b", "a#b", "é", "ſku", "a\n", &"a".repeat(61)] {
            assert_eq!(Sku::parse(sent), Err(InvalidSku), "{sent:?}");
            assert!(serde_json::from_value::<Sku>(json!(sent)).is_err(), "{sent:?}");
        }
    }

    #[test]
    fn names_are_those_that_clients_know() {
        use BillingChannel::{Azure, Scriptix};
        use BillingCycle::{HalfYear, Month, Quarter, Week, Year};
        use PaymentModel::{Bundle, Payg, Perpetual};
        assert_eq!(json!([Scriptix, Azure]), json!(["Scriptix", "Azure"]));
        assert_eq!(json!([Week, Month, Quarter, HalfYear, Year]), json!(["week", "month", "quarter", "half_year", "year"]));
        assert_eq!(json!([Bundle, Payg, Perpetual]), json!(["bundle", "payg", "perpetual"]));
        for model in [Bundle, Payg, Perpetual] {
            assert_eq!(json!(model), json!(model.name()));
        }
        assert!(serde_json::from_value::<BillingChannel>(json!("azure")).is_err());
    }

    #[test]
    fn each_model_has_what_it_needs_and_a_default_where_one_makes_sense() {
        let sold = bundle().into_terms().unwrap();
        assert_eq!(sold.unit_size().map(NonZeroU64::get), Some(3_600));
        assert_eq!(sold.included_units(), Some(360_000));

        let sold = payg().into_terms().unwrap();
        assert_eq!((sold.price(), sold.included_units()), (Amount::ZERO, None));
        assert_eq!(sold, SentTerms { price: amount("0.00"), unit_size: Some(3_600), ..payg() }.into_terms().unwrap());

        let sold = perpetual().into_terms().unwrap();
        assert_eq!((sold.billing_cycle(), sold.included_units(), sold.unit_price(), sold.unit_size()), (None, None, None, None));

        let free = SentTerms { price: amount("0"), included_units: Some(0), unit_price: amount("0"), ..bundle() };
        assert!(free.into_terms().is_ok());
    }

    #[test]
    fn all_contradictions_are_named_at_once() {
        use InvalidTerm::{NoUnits, NotFree, NotPartOf, Required, RequiredBy};
        use PaymentModel::{Bundle, Payg, Perpetual};
        let (too_fine, too_long) = (InvalidAmount::TooFine(2).into(), Invalid::TooLong(255).into());
        let description = validation::text(&"é".repeat(256), 256).unwrap();
        let yen = Some(Currency::parse("JPY").unwrap());
        let required = ["sku", "description", "billing_channel", "payment_model", "currency"].map(|field| (field, Required));
        for (sent, faults) in [
            (SentTerms::default(), required.to_vec()),
            (
                unpriced(Some(Bundle)),
                ["billing_cycle", "price", "included_units", "unit_price"].map(|field| (field, RequiredBy(Bundle))).to_vec(),
            ),
            (unpriced(Some(Payg)), vec![("billing_cycle", RequiredBy(Payg)), ("unit_price", RequiredBy(Payg))]),
            (unpriced(Some(Perpetual)), vec![("price", RequiredBy(Perpetual))]),
            (
                SentTerms { payment_model: Some(Perpetual), unit_size: Some(0), ..bundle() },
                ["billing_cycle", "included_units", "unit_price", "unit_size"]
                    .map(|field| (field, NotPartOf(Perpetual)))
                    .to_vec(),
            ),
            (SentTerms { payment_model: Some(Payg), ..bundle() }, vec![("price", NotFree), ("included_units", NotPartOf(Payg))]),
            (SentTerms { unit_size: Some(0), ..payg() }, vec![("unit_size", NoUnits)]),
            (SentTerms { price: amount("1.500"), description, ..bundle() }, vec![("description", too_long), ("price", too_fine)]),
            (SentTerms { currency: yen, ..bundle() }, vec![("price", InvalidAmount::TooFine(0).into())]),
            (SentTerms { price: amount("1.5"), currency: None, ..bundle() }, vec![("currency", Required)]),
        ] {
            assert_eq!(sent.clone().into_terms(), Err(faults), "{sent:?}");
        }
    }

    #[test]
    fn faults_are_sentences_for_whoever_defines_a_plan() {
        let texts = |sent: SentTerms| Terms::try_from(sent).unwrap_err();
        assert_eq!(
            texts(SentTerms { payment_model: Some(PaymentModel::Payg), sku: None, ..perpetual() }),
            "sku is required, billing_cycle is required where payment_model is payg, price must be 0 where payment_model is \
             payg: only units cost, unit_price is required where payment_model is payg"
        );
        assert_eq!(
            texts(SentTerms { unit_size: Some(5), ..perpetual() }),
            "unit_size must be absent or null where payment_model is perpetual"
        );
    }

    #[test]
    fn terms_are_read_as_they_were_stored_and_never_with_contradictions() {
        for sent in [bundle(), payg(), perpetual()] {
            let terms = sent.into_terms().unwrap();
            assert_eq!(serde_json::from_value::<Terms>(json!(terms)).unwrap(), terms);
        }
        let mut row = json!(bundle().into_terms().unwrap());
        assert_eq!(row["unit_price"], "1.125");
        row["payment_model"] = json!("perpetual");
        assert!(serde_json::from_value::<Terms>(row).is_err());
    }

    #[test]
    fn every_word_of_a_search_is_in_the_sku_or_the_description() {
        let terms = bundle().into_terms().unwrap();
        for search in ["", " \t", "speech", "HOURS-1", "stunden SPEECH", "GROSSE", "fu\u{308}r", "und . 100"] {
            assert!(terms.matches(search), "{search:?}");
        }
        for search in ["speeches", "speech minutes", "speech.hours stundenfür", "grose"] {
            assert!(!terms.matches(search), "{search:?}");
        }
    }

    #[test]
    fn each_change_of_a_plan_is_a_version() {
        let terms = |sent: SentTerms| sent.into_terms().unwrap();
        let first = Plan::first(terms(bundle()), Timestamp::now());
        let retired = first.retired().unwrap();
        assert_eq!((retired.version, retired.retired_at), (2, Some(retired.modified_at)));
        assert!(retired.modified_at > first.modified_at);
        assert_eq!(retired.retired(), None);

        let revived = retired.redefined(terms(payg()));
        assert_eq!((revived.version, revived.retired_at, revived.created_at), (3, None, first.created_at));
        assert_eq!(revived.terms.payment_model(), PaymentModel::Payg);
        assert_eq!(serde_json::from_value::<Plan>(json!(revived)).unwrap(), revived);
    }

    proptest! {
        #[test]
        fn terms_have_a_size_of_units_exactly_where_these_cost(
            model in option::of(prop_oneof![Just(PaymentModel::Bundle), Just(PaymentModel::Payg), Just(PaymentModel::Perpetual)]),
            cycle in option::of(Just(BillingCycle::Week)),
            price in option::of(prop_oneof![Just("0"), Just("1.25"), Just("1.255")]),
            included_units in option::of(0..3u64),
            unit_price in option::of(prop_oneof![Just("0"), Just("0.000125")]),
            unit_size in option::of(0..3u64),
        ) {
            let sent = SentTerms {
                billing_cycle: cycle,
                price: price.and_then(amount),
                included_units,
                unit_price: unit_price.and_then(amount),
                unit_size,
                ..unpriced(model)
            };
            match sent.into_terms() {
                Ok(terms) => {
                    prop_assert_eq!(Some(terms.payment_model()), model);
                    prop_assert_eq!(terms.unit_size().is_some(), terms.unit_price().is_some());
                    prop_assert_eq!(terms.billing_cycle().is_none(), terms.payment_model() == PaymentModel::Perpetual);
                    prop_assert_eq!(terms.included_units().is_some(), terms.payment_model() == PaymentModel::Bundle);
                    prop_assert!(terms.price().check(2).is_ok());
                    prop_assert_eq!(serde_json::from_value::<Terms>(json!(terms)).unwrap(), terms);
                }
                Err(faults) => prop_assert!(!faults.is_empty()),
            }
        }
    }
}
