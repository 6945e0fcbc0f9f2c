//! How plans and subscriptions are described.

use shared::domain::money::{Amount, Currency};
use shared::domain::plan::{BillingChannel, BillingCycle, PaymentModel, Terms};
use shared::domain::subscription::SubscriptionStatus;

use crate::duration::{HOUR, MINUTE, spoken};
use crate::format;

/// What a payment model is called.
pub(super) fn model(model: PaymentModel) -> &'static str {
    match model {
        PaymentModel::Bundle => "Bundle",
        PaymentModel::Payg => "Pay as you go",
        PaymentModel::Perpetual => "Perpetual",
    }
}

/// Who sends the bill.
pub(super) fn channel(channel: BillingChannel) -> &'static str {
    match channel {
        BillingChannel::Scriptix => "Scriptix",
        BillingChannel::Azure => "Azure",
    }
}

/// How often a price is paid.
fn each(cycle: Option<BillingCycle>) -> &'static str {
    match cycle {
        Some(BillingCycle::Week) => "each week",
        Some(BillingCycle::Month) => "each month",
        Some(BillingCycle::Quarter) => "each quarter",
        Some(BillingCycle::HalfYear) => "each half year",
        Some(BillingCycle::Year) => "each year",
        None => "once",
    }
}

/// A status as a word, and the name of its shape.
pub(super) fn status(status: SubscriptionStatus) -> (&'static str, &'static str) {
    match status {
        SubscriptionStatus::Scheduled => ("Scheduled", "waiting"),
        SubscriptionStatus::Active => ("Active", "good"),
        SubscriptionStatus::Ended => ("Ended", "bad"),
    }
}

/// An amount with separators and all its digits, at least those of its currency: a price of units may have more.
pub(super) fn money(amount: Amount, currency: Currency) -> String {
    let (plain, usual) = (amount.plain(), amount.with_digits(currency));
    format!("{} {}", format::amount(if plain.len() > usual.len() { &plain } else { &usual }), currency.code())
}

/// What units cost, and how many the price includes; empty where they are free.
fn rate(terms: &Terms) -> String {
    let Some((price, size)) = terms.unit_price().zip(terms.unit_size()) else {
        return String::new();
    };
    let of = match size.get() {
        HOUR => "an hour".to_owned(),
        MINUTE => "a minute".to_owned(),
        1 => "a second".to_owned(),
        size => format!("for {}", spoken(size.try_into().unwrap_or(i64::MAX))),
    };
    let costs = format!("{} {of}", money(price, terms.currency()));
    match terms.included_units() {
        Some(included) => format!("{} included, then {costs}", spoken(included.try_into().unwrap_or(i64::MAX))),
        None => costs,
    }
}

/// What a plan costs, and what there is to say of that; empty where there is nothing.
pub(super) fn price(terms: &Terms) -> (String, String) {
    let (price, each) = (money(terms.price(), terms.currency()), each(terms.billing_cycle()));
    match terms.payment_model() {
        PaymentModel::Bundle => (format!("{price} {each}"), rate(terms)),
        PaymentModel::Payg => (rate(terms), format!("paid {each}")),
        PaymentModel::Perpetual => (format!("{price} {each}"), String::new()),
    }
}

/// A plan in a line: what is paid for, what it costs, and who sends the bill.
pub(super) fn plan(terms: &Terms) -> String {
    let (price, detail) = price(terms);
    let price = if detail.is_empty() { price } else { format!("{price}, {detail}") };
    format!("{}: {price}; billed by {}", model(terms.payment_model()), channel(terms.billing_channel()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn terms(members: &[(&str, Value)]) -> Terms {
        let mut plan = json!({"sku": "a", "description": "b", "billing_channel": "Azure", "currency": "EUR"});
        for (name, value) in members {
            plan[*name] = value.clone();
        }
        serde_json::from_value(plan).unwrap()
    }

    #[test]
    fn a_plan_is_told_in_a_line() {
        let bundle = terms(&[
            ("payment_model", json!("bundle")),
            ("billing_cycle", json!("half_year")),
            ("price", json!("1234567.5")),
            ("included_units", json!(36_005_400)),
            ("unit_price", json!("0.0125")),
            ("unit_size", json!(60)),
        ]);
        assert_eq!(
            plan(&bundle),
            "Bundle: 1,234,567.50 EUR each half year, 10,001\u{a0}h\u{a0}30\u{a0}min included, then 0.0125 EUR a minute; billed by Azure"
        );
        let payg = terms(&[
            ("payment_model", json!("payg")),
            ("billing_cycle", json!("month")),
            ("unit_price", json!("0.75")),
            ("unit_size", json!(5_400)),
        ]);
        assert_eq!(plan(&payg), "Pay as you go: 0.75 EUR for 1\u{a0}h\u{a0}30\u{a0}min, paid each month; billed by Azure");
        let perpetual = terms(&[("payment_model", json!("perpetual")), ("price", json!("12000")), ("currency", json!("JPY"))]);
        assert_eq!((plan(&perpetual).as_str(), rate(&perpetual).as_str()), ("Perpetual: 12,000 JPY once; billed by Azure", ""));
    }
}
