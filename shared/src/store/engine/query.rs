//! Reading the rows of a partition in order.

use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use serde::de::DeserializeOwned;
use serde_dynamo::aws_sdk_dynamodb_1::from_item;

use super::connection::Connection;
use super::error::StoreError;
use super::row::Item;

/// The records of one answer of DynamoDB, where the next answer begins, and how many units it consumed.
#[derive(Debug)]
pub(in crate::store) struct Page<T> {
    pub(in crate::store) records: Vec<T>,
    pub(in crate::store) rest: Option<Item>,
    pub(in crate::store) read_units: u64,
}

impl Connection {
    /// One answer to a query, which `which` completes, of the table or of an index. It is consistent, as every read is.
    pub(in crate::store) async fn query<T: DeserializeOwned>(
        &self,
        which: impl FnOnce(QueryFluentBuilder) -> QueryFluentBuilder,
    ) -> Result<Page<T>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(self.table_name())
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let output = which(query).send().await;
        let read_units = self.meter.add(output.as_ref().ok().and_then(|output| output.consumed_capacity()));
        self.budget.add_read(read_units);
        let QueryOutput { items, last_evaluated_key, .. } = output?;
        let records = items.unwrap_or_default().into_iter().map(from_item).collect::<Result<_, _>>()?;
        self.go_on_reading().await?;
        Ok(Page { records, rest: last_evaluated_key, read_units })
    }

    /// One answer to a query of the rows of a partition whose sort keys begin with `prefix`, in their order.
    pub(in crate::store) async fn query_prefix<T: DeserializeOwned>(
        &self,
        partition: &str,
        prefix: &str,
        start: Option<Item>,
        limit: Option<u64>,
    ) -> Result<Page<T>, StoreError> {
        self.query(|query| {
            query
                .key_condition_expression("PK = :partition AND begins_with(SK, :prefix)")
                .expression_attribute_values(":partition", AttributeValue::S(partition.to_owned()))
                .expression_attribute_values(":prefix", AttributeValue::S(prefix.to_owned()))
                .set_limit(limit.map(|limit| i32::try_from(limit).unwrap_or(i32::MAX)))
                .set_exclusive_start_key(start)
        })
        .await
    }

    /// The records of all rows of a partition whose sort keys begin with `prefix`. One call for each MB of rows.
    pub(in crate::store) async fn query_all<T: DeserializeOwned>(
        &self,
        partition: &str,
        prefix: &str,
    ) -> Result<Vec<T>, StoreError> {
        self.query_pages(async |start| self.query_prefix(partition, prefix, start, None).await).await
    }

    /// The records of all rows of a partition whose sort keys are from `first` to `last`. One call for each MB of rows.
    pub(in crate::store) async fn query_between<T: DeserializeOwned>(
        &self,
        partition: &str,
        [first, last]: [&str; 2],
    ) -> Result<Vec<T>, StoreError> {
        let between = |query: QueryFluentBuilder, start| {
            query
                .key_condition_expression("PK = :partition AND SK BETWEEN :first AND :last")
                .expression_attribute_values(":partition", AttributeValue::S(partition.to_owned()))
                .expression_attribute_values(":first", AttributeValue::S(first.to_owned()))
                .expression_attribute_values(":last", AttributeValue::S(last.to_owned()))
                .set_exclusive_start_key(start)
        };
        self.query_pages(async |start| self.query(|query| between(query, start)).await).await
    }

    /// The records of all answers to a query, one after the other.
    async fn query_pages<T>(
        &self,
        page: impl AsyncFn(Option<Item>) -> Result<Page<T>, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::new();
        let mut start = None;
        loop {
            let Page { records, rest, .. } = page(start).await?;
            found.extend(records);
            start = rest;
            if start.is_none() {
                return Ok(found);
            }
        }
    }
}
