//! The header row of a customer, which outlives the customer. It holds what a delete must note and other calls must respect.
//!
//! A delete marks the header in its own transaction. Everything that belongs to the customer and is read only together with the
//! header ends with that one write, however much it is.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use crate::domain::date::Date;
use crate::domain::payment_option::PaymentOptionId;
use crate::domain::subscription::{Subscription, SubscriptionId};
use crate::domain::timestamp::Timestamp;
use crate::domain::usage::{Language, MOST_LANGUAGES};
use crate::store::engine::expressions::Expressions;

/// The content of a header. A customer has no header until something must be noted, at the latest when it is deleted.
#[derive(Clone, Debug, Default, Deserialize)]
pub(in crate::store) struct CustomerHeader {
    /// How many licences the customer has had.
    #[serde(default)]
    pub(in crate::store) last_licence: u64,
    /// How many tokens the customer has.
    #[serde(default)]
    pub(in crate::store) tokens: u64,
    /// The subscriptions that had not ended when one was changed last.
    #[serde(default)]
    pub(in crate::store) subscriptions: Vec<Course>,
    /// How often subscriptions were changed.
    #[serde(default)]
    pub(in crate::store) subscriptions_revision: u64,
    /// The languages in which audio was processed.
    #[serde(default)]
    pub(in crate::store) languages: BTreeSet<Language>,
    /// How many payment options the customer has.
    #[serde(default)]
    pub(in crate::store) payment_options: u64,
    /// The primary payment option, which the customer has as soon as it has any.
    #[serde(default)]
    pub(in crate::store) primary_payment_option: Option<PaymentOptionId>,
    /// How many users the organization has.
    #[serde(default)]
    pub(in crate::store) users: i64,
    /// When the customer was deleted.
    #[serde(default)]
    pub(in crate::store) deleted_at: Option<Timestamp>,
}

/// From when to when a subscription runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) struct Course {
    /// The subscription.
    pub(in crate::store) id: SubscriptionId,
    /// Its first day.
    pub(in crate::store) start: Date,
    /// Its last day; `None` while it has none.
    pub(in crate::store) end: Option<Date>,
}

impl Course {
    /// The course of a subscription.
    pub(in crate::store) fn of(subscription: &Subscription) -> Self {
        Self { id: subscription.id, start: subscription.start, end: subscription.end }
    }
}

impl CustomerHeader {
    /// The condition that the customer is not deleted, and that its subscriptions and the number of its users are as they were read.
    pub(in crate::store) fn belongings_unchanged(&self) -> Expressions {
        let is_same = "(#users = :users OR (:users = :none AND attribute_not_exists(#users)))";
        let unchanged = self.subscriptions_unchanged().and(is_same);
        unchanged.name("#users", "users").number(":users", self.users).number(":none", 0)
    }

    /// The condition that the customer is not deleted and its subscriptions are as they were read.
    pub(in crate::store) fn subscriptions_unchanged(&self) -> Expressions {
        let is_alive = "attribute_not_exists(deleted_at)";
        match self.subscriptions_revision {
            0 => Expressions::when(format!("{is_alive} AND attribute_not_exists(subscriptions_revision)")),
            known => Expressions::when(format!("{is_alive} AND subscriptions_revision = :known")).number(":known", known),
        }
    }

    /// The condition that the customer is not deleted, has as many payment options as were read, and the same primary one.
    pub(in crate::store) fn payment_options_unchanged(&self) -> Expressions {
        let is_alive = "attribute_not_exists(deleted_at)";
        match self.primary_payment_option {
            None => Expressions::when(format!("{is_alive} AND attribute_not_exists(primary_payment_option)")),
            Some(primary) => {
                let is_same = "payment_options = :known AND primary_payment_option = :primary";
                let is_same = Expressions::when(format!("{is_alive} AND {is_same}"));
                is_same.number(":known", self.payment_options).number(":primary", primary)
            }
        }
    }
}

/// Notes languages, on the condition that the customer is not deleted and has room for them even if it has none of them.
pub(in crate::store) fn noting(languages: &BTreeSet<Language>) -> Expressions {
    let names = languages.iter().map(|language| language.as_str().to_owned()).collect();
    let room = MOST_LANGUAGES.saturating_sub(languages.len());
    Expressions::when("attribute_not_exists(deleted_at) AND (attribute_not_exists(languages) OR size(languages) <= :room)")
        .number(":room", room)
        .update("ADD languages :languages")
        .value(":languages", AttributeValue::Ss(names))
}
