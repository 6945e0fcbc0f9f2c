//! What a write does, and on which condition, in DynamoDB's expressions.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::row::Item;

/// The condition that a row does not exist yet.
pub(in crate::store) const IS_NEW: &str = "attribute_not_exists(PK)";

/// An update expression, a condition, or both, with the names and values that stand in them.
#[derive(Clone, Debug, Default)]
pub(in crate::store) struct Expressions {
    pub(super) update: Option<String>,
    pub(super) condition: Option<String>,
    pub(super) names: Option<HashMap<String, String>>,
    pub(super) values: Option<Item>,
}

impl Expressions {
    /// Writes without a condition.
    pub(in crate::store) fn always() -> Self {
        Self::default()
    }

    /// Writes only if this condition holds.
    pub(in crate::store) fn when(condition: impl Into<String>) -> Self {
        Self { condition: Some(condition.into()), ..Self::default() }
    }

    /// Writes only if this condition holds too.
    pub(in crate::store) fn and(self, condition: &str) -> Self {
        let condition = self.condition.map_or_else(|| condition.to_owned(), |first| format!("{first} AND {condition}"));
        Self { condition: Some(condition), ..self }
    }

    /// Applies this update to the row.
    pub(in crate::store) fn update(self, update: impl Into<String>) -> Self {
        Self { update: Some(update.into()), ..self }
    }

    /// Adds the attribute that a name in the expressions stands for.
    pub(in crate::store) fn name(mut self, name: &str, attribute: &str) -> Self {
        self.names.get_or_insert_default().insert(name.to_owned(), attribute.to_owned());
        self
    }

    /// Adds the text that a name in the expressions stands for.
    pub(in crate::store) fn text(self, name: &str, text: impl Into<String>) -> Self {
        self.value(name, AttributeValue::S(text.into()))
    }

    /// Adds the number that a name in the expressions stands for.
    pub(in crate::store) fn number(self, name: &str, number: impl ToString) -> Self {
        self.value(name, AttributeValue::N(number.to_string()))
    }

    /// Adds the value that a name in the expressions stands for.
    pub(in crate::store) fn value(mut self, name: &str, value: AttributeValue) -> Self {
        self.values.get_or_insert_default().insert(name.to_owned(), value);
        self
    }
}
