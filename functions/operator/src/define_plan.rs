//! `operator-define-plan`: defines a plan that resellers sell.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use shared::domain::money::{Amount, Currency};
use shared::domain::plan::{BillingChannel, BillingCycle, MAXIMUM_DESCRIPTION, PaymentModel, SentTerms, Sku};
use shared::domain::validation;
use shared::lambda::faults::Faults;
use shared::store::plan::{DefinePlanError, MOST_PLANS};
use shared::store::{Operator, Table};

use crate::payload::read;
use crate::{Error, plan_view};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    sku: Option<String>,
    description: Option<String>,
    payment_model: Option<PaymentModel>,
    billing_channel: Option<BillingChannel>,
    billing_cycle: Option<BillingCycle>,
    #[expect(dead_code, reason = "read as it is written, below")]
    price: Option<Value>,
    included_units: Option<u64>,
    #[expect(dead_code, reason = "read as it is written, below")]
    unit_price: Option<Value>,
    unit_size: Option<u64>,
    currency: Option<String>,
}

/// The amounts as they are written: a number in exponent form is no amount.
#[derive(Deserialize)]
struct Amounts<'a> {
    #[serde(borrow)]
    price: Option<&'a RawValue>,
    #[serde(borrow)]
    unit_price: Option<&'a RawValue>,
}

/// `{"sku": "voice-100", "description": "…", "payment_model": "bundle", "billing_channel": "Scriptix", "billing_cycle": "month",
/// "price": "49.00", "included_units": 360000, "unit_price": "0.60", "unit_size": 3600, "currency": "EUR"}` returns the plan with its
/// `version`. If there is a plan with this sku, also a retired one, these are its terms from now on; what was sold keeps its terms.
///
/// Each invocation makes another version.
///
/// # Errors
/// A wrong payload, a plan with all its fields that are at fault, as many plans as there can be, or a store that fails.
pub async fn define_plan(table: &Table<Operator>, sent: &RawValue) -> Result<Value, Error> {
    let payload: Payload = read(sent)?;
    let amounts: Amounts<'_> =
        serde_json::from_str(sent.get()).map_err(|error| Error::Invalid(format!("The payload is wrong: {error}.")))?;
    let mut faults = Faults::default();
    let currency = payload.currency.as_deref().map(Currency::parse).transpose();
    let currency = faults.collect("currency", currency).flatten();
    let description = payload.description.as_deref().map(|sent| validation::text(sent, MAXIMUM_DESCRIPTION)).transpose();
    let terms = SentTerms {
        sku: faults.collect("sku", payload.sku.as_deref().map(|sku| Sku::parse(sku.trim())).transpose()).flatten(),
        description: faults.collect("description", description).flatten().flatten(),
        billing_channel: payload.billing_channel,
        payment_model: payload.payment_model,
        billing_cycle: payload.billing_cycle,
        price: faults.collect("price", amount(amounts.price, currency.map_or(Currency::MOST_DIGITS, Currency::digits))).flatten(),
        included_units: payload.included_units,
        unit_price: faults.collect("unit_price", amount(amounts.unit_price, Amount::MOST_DIGITS_BEHIND)).flatten(),
        unit_size: payload.unit_size,
        currency,
    }
    .into_terms();
    // A field that can't be read is named with that fault, and not as one that is missing.
    for (field, fault) in terms.as_ref().err().into_iter().flatten() {
        faults.add(field, fault);
    }
    let terms = faults.none_or(terms).map_err(|faults| Error::Invalid(faults.sentence()))?;
    let terms = terms.map_err(|_| Error::Invalid("The plan contradicts itself.".to_owned()))?;
    let plan = table.plan_define(terms).await.map_err(|error| match error {
        DefinePlanError::Store(error) => error.into(),
        DefinePlanError::Full => Error::Conflict(format!("There are {MOST_PLANS} plans, which is the most: retire one first.")),
    })?;
    Ok(plan_view::view(&plan))
}

/// An amount as it is written, in a JSON text or as a JSON number; `None` when there is none.
fn amount(sent: Option<&RawValue>, digits: u32) -> Result<Option<Amount>, String> {
    let Some(written) = sent.map(RawValue::get).filter(|written| *written != "null") else {
        return Ok(None);
    };
    let text: String = match written.starts_with('"') {
        true => serde_json::from_str(written).map_err(|_| "must be an amount".to_owned())?,
        false => written.to_owned(),
    };
    Amount::parse(&text, digits).map(Some).map_err(|fault| fault.to_string())
}
