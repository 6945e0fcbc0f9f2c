//! Changing one row in place.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{ReturnConsumedCapacity, ReturnValue};
use serde::de::DeserializeOwned;
use serde_dynamo::aws_sdk_dynamodb_1::{from_item, to_item};

use super::connection::Connection;
use super::error::StoreError;
use super::expressions::Expressions;
use super::row::RowKey;

impl Connection {
    /// Updates a row, which it creates if there is none and the condition allows it. Returns the record after the update; `None`
    /// when the condition did not hold, and nothing was written.
    ///
    /// The SDK retries a call whose answer was lost. So an update needs a condition, unless it does no harm when it is applied
    /// twice.
    pub(in crate::store) async fn update<T: DeserializeOwned>(
        &self,
        key: &RowKey,
        expressions: Expressions,
    ) -> Result<Option<T>, StoreError> {
        let output = self
            .client
            .update_item()
            .table_name(self.table_name())
            .set_key(Some(to_item(key)?))
            .set_update_expression(expressions.update)
            .set_condition_expression(expressions.condition)
            .set_expression_attribute_names(expressions.names)
            .set_expression_attribute_values(expressions.values)
            .return_values(ReturnValue::AllNew)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        self.budget.add_written(self.meter.add(output.as_ref().ok().and_then(|output| output.consumed_capacity())));
        match output {
            Ok(output) => {
                let attributes = output.attributes.ok_or_else(|| StoreError::Internal("an update gave no row".to_owned()))?;
                Ok(Some(from_item(attributes)?))
            }
            Err(error) if matches!(error.as_service_error(), Some(UpdateItemError::ConditionalCheckFailedException(_))) => {
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }
}
