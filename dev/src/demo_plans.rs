//! The plans of the demo data: one of each payment model, and a second bundle.

use serde_json::{Value, json};
use shared::domain::plan::{SentTerms, Terms};

/// The plans, by their skus. The first two are sold to each demo customer.
pub(crate) fn plans() -> Result<Vec<Terms>, &'static str> {
    let plans = [
        json!({
            "sku": "voice-100", "description": "100 hours of speech a month", "payment_model": "bundle",
            "billing_channel": "Scriptix", "billing_cycle": "month", "price": "49.00", "included_units": 360_000,
            "unit_price": "0.60", "currency": "EUR",
        }),
        json!({
            "sku": "voice-flex", "description": "Speech by the hour", "payment_model": "payg", "billing_channel": "Azure",
            "billing_cycle": "month", "unit_price": "0.75", "currency": "EUR",
        }),
        json!({
            "sku": "voice-2000", "description": "2,000 hours of speech a year", "payment_model": "bundle",
            "billing_channel": "Azure", "billing_cycle": "year", "price": "780.00", "included_units": 7_200_000,
            "unit_price": "0.45", "currency": "EUR",
        }),
        json!({
            "sku": "voice-on-site", "description": "Speech on your own machines, for ever", "payment_model": "perpetual",
            "billing_channel": "Scriptix", "price": "12000.00", "currency": "EUR",
        }),
    ];
    plans.into_iter().map(terms).collect()
}

fn terms(plan: Value) -> Result<Terms, &'static str> {
    let sent: SentTerms = serde_json::from_value(plan).map_err(|_| "a demo plan can't be read")?;
    sent.into_terms().map_err(|_| "a demo plan contradicts itself")
}
