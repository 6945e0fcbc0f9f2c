//! A plan on the wire.

use serde_json::{Value, json};
use shared::domain::money::Amount;
use shared::domain::plan::Terms;

/// The terms of a plan. What its model does not have is `null`.
#[must_use]
pub fn view(terms: &Terms) -> Value {
    json!({
        "sku": terms.sku(),
        "description": terms.description(),
        "payment_model": terms.payment_model(),
        "billing_channel": terms.billing_channel(),
        "billing_cycle": terms.billing_cycle(),
        "price": terms.price().with_digits(terms.currency()),
        "included_units": terms.included_units(),
        "unit_price": terms.unit_price().map(Amount::plain),
        "unit_size": terms.unit_size(),
        "currency": terms.currency(),
    })
}
