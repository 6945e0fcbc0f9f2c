//! Writes that are carried out together or not at all: the one way in which records are created, changed and deleted.

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put, ReturnConsumedCapacity, TransactWriteItem, Update};
use serde_dynamo::aws_sdk_dynamodb_1::to_item;

use super::connection::Connection;
use super::error::StoreError;
use super::expressions::Expressions;
use super::retry::{self, CONDITION_FAILED, Passing};
use super::row::{Item, RowKey};

/// How many units each write of a transaction consumes, if its row has at most 1 KB.
const TRANSACTIONAL_UNITS: u64 = 2;

/// Writes that belong together. Each write has a purpose `P`; a refusal tells the purposes of the writes whose conditions did not
/// hold. The one exception is the answer to a request with an idempotency key: if there is one already, the request is
/// [`StoreError::Repeated`].
///
/// DynamoDB takes at most 100 writes, to as many rows.
#[derive(Debug)]
pub(in crate::store) struct Transaction<P> {
    writes: Vec<(Option<P>, Write)>,
}

/// What became of a [`Transaction`].
#[derive(Debug, PartialEq, Eq)]
pub(in crate::store) enum Outcome<P> {
    /// All writes are on record.
    Done,
    /// Nothing was written: the conditions of the writes for these purposes did not hold.
    Refused(Vec<P>),
}

#[derive(Debug)]
enum Write {
    Put(Item, Expressions),
    Update(RowKey, Expressions),
    Delete(RowKey, Expressions),
    Check(RowKey, Expressions),
}

impl<P> Default for Transaction<P> {
    fn default() -> Self {
        Self { writes: Vec::new() }
    }
}

impl<P> Transaction<P> {
    /// Adds a put of this row, which replaces the row with its key.
    pub(in crate::store) fn put(mut self, purpose: P, row: Item, expressions: Expressions) -> Self {
        self.writes.push((Some(purpose), Write::Put(row, expressions)));
        self
    }

    /// Adds a put of this row without a condition.
    pub(in crate::store) fn note(mut self, row: Item) -> Self {
        self.writes.push((None, Write::Put(row, Expressions::always())));
        self
    }

    /// Adds the answer to the request.
    pub(in crate::store) fn answer(mut self, row: Item, is_first: Expressions) -> Self {
        self.writes.push((None, Write::Put(row, is_first)));
        self
    }

    /// Adds an update of the row with this key, which creates the row if there is none and the condition allows it.
    pub(in crate::store) fn update(mut self, purpose: P, key: RowKey, expressions: Expressions) -> Self {
        self.writes.push((Some(purpose), Write::Update(key, expressions)));
        self
    }

    /// Adds a check of the row with this key, which is not written.
    pub(in crate::store) fn check(mut self, purpose: P, key: RowKey, expressions: Expressions) -> Self {
        self.writes.push((Some(purpose), Write::Check(key, expressions)));
        self
    }

    /// Adds a delete of the row with this key.
    pub(in crate::store) fn delete(mut self, purpose: P, key: RowKey, expressions: Expressions) -> Self {
        self.writes.push((Some(purpose), Write::Delete(key, expressions)));
        self
    }
}

impl Write {
    fn item(self, table_name: &str) -> Result<TransactWriteItem, StoreError> {
        let item = TransactWriteItem::builder();
        Ok(match self {
            Self::Put(row, Expressions { condition, names, values, .. }) => {
                let put = Put::builder()
                    .table_name(table_name)
                    .set_item(Some(row))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values);
                item.put(put.build()?)
            }
            Self::Update(key, Expressions { update, condition, names, values }) => {
                let update = Update::builder()
                    .table_name(table_name)
                    .set_key(Some(to_item(key)?))
                    .set_update_expression(update)
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values);
                item.update(update.build()?)
            }
            Self::Delete(key, Expressions { condition, names, values, .. }) => {
                let delete = Delete::builder()
                    .table_name(table_name)
                    .set_key(Some(to_item(key)?))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values);
                item.delete(delete.build()?)
            }
            Self::Check(key, Expressions { condition, names, values, .. }) => {
                let check = ConditionCheck::builder()
                    .table_name(table_name)
                    .set_key(Some(to_item(key)?))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values);
                item.condition_check(check.build()?)
            }
        }
        .build())
    }
}

impl Connection {
    /// Carries out a whole transaction, or nothing of it when a condition does not hold.
    pub(in crate::store) async fn transact<P>(&self, transaction: Transaction<P>) -> Result<Outcome<P>, StoreError> {
        let (purposes, writes): (Vec<Option<P>>, Vec<Write>) = transaction.writes.into_iter().unzip();
        let most_units = TRANSACTIONAL_UNITS * writes.len() as u64;
        let items = writes.into_iter().map(|write| write.item(self.table_name())).collect::<Result<_, _>>()?;
        // The SDK adds a ClientRequestToken and keeps it when it retries the call: writes whose answer was lost are applied once.
        let output = self
            .client
            .transact_write_items()
            .set_transact_items(Some(items))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let units = self.meter.add(output.as_ref().map(|output| output.consumed_capacity()).unwrap_or_default());
        let Err(error) = output else {
            self.budget.add_written(units);
            return Ok(Outcome::Done);
        };
        if error.as_service_error().is_some_and(retry::is_charged) {
            self.budget.add_written(most_units);
        }
        match error.as_service_error() {
            Some(cancelled) if let Some(passing) = retry::passing(cancelled) => Err(match passing {
                Passing::Conflict => {
                    StoreError::Contended("other transactions on the same rows outlasted the retries".to_owned())
                }
                Passing::Throttling => StoreError::Unavailable("throttling outlasted the retries".to_owned()),
                Passing::InProgress => StoreError::Unavailable("the transaction was still in progress".to_owned()),
            }),
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                let reasons = cancelled.cancellation_reasons().iter().map(|reason| reason.code() == Some(CONDITION_FAILED));
                let failed: Vec<Option<P>> =
                    purposes.into_iter().zip(reasons).filter_map(|(purpose, failed)| failed.then_some(purpose)).collect();
                match failed.into_iter().collect::<Option<Vec<P>>>() {
                    // The other conditions may have failed because the same request was carried out.
                    None => Err(StoreError::Repeated),
                    Some(failed) if failed.is_empty() => Err(error.into()),
                    Some(failed) => Ok(Outcome::Refused(failed)),
                }
            }
            _ => Err(error.into()),
        }
    }
}
