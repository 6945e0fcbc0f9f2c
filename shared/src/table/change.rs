//! Every change of a customer: one transaction of its row, its count and its exclusive values, whatever the change is. One
//! way to write means one way to retry. A delete revokes all licences of the customer in the same transaction.

use aws_sdk_dynamodb::types::AttributeValue::N;
use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem, Update};
use serde::{Deserialize, Serialize};
use serde_dynamo::aws_sdk_dynamodb_1::to_item;

use super::keys::{self, Exclusive, Key};
use super::listing::Field;
use super::{Item, Store, StoreError, row};
use crate::customer::{Customer, CustomerId};
use crate::reseller::ResellerId;

/// From one revision of a customer to another; `None` is a customer that is not there.
#[derive(Clone, Copy)]
pub(super) struct Change<'a> {
    pub(super) reseller: ResellerId,
    pub(super) before: Option<&'a Customer>,
    pub(super) after: Option<&'a Customer>,
}

/// What became of a [`Change`].
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is on record.
    Done,
    /// Nothing was written: the customer is not what `before` says, not any more.
    Stale,
    /// Nothing was written: another customer holds this value.
    Taken(Exclusive),
}

/// What an item of the transaction is for.
enum Part {
    Row,
    Taking(Exclusive),
    Other,
}

/// A row of `CLAIMS`: whose the value is.
#[derive(Serialize, Deserialize)]
pub(super) struct Holder {
    pub(super) customer: CustomerId,
}

impl Store {
    /// Carries a change out, or nothing of it.
    pub(super) async fn commit(&self, change: Change<'_>) -> Result<Outcome, StoreError> {
        let (parts, items): (Vec<Part>, Vec<TransactWriteItem>) = self.items(change)?.into_iter().unzip();
        let failed = self.transact(items).await?;
        let failed = || failed.iter().filter_map(|&place| parts.get(place));
        // A stale row comes first: whether a value is free is decided for the customer as it now is.
        if failed().any(|part| !matches!(part, Part::Taking(_))) {
            return Ok(Outcome::Stale);
        }
        Ok(match failed().next() {
            Some(Part::Taking(what)) => Outcome::Taken(*what),
            _ => Outcome::Done,
        })
    }

    fn items(&self, change: Change<'_>) -> Result<Vec<(Part, TransactWriteItem)>, StoreError> {
        let Some(id) = change.after.or(change.before).map(|customer| customer.id) else {
            return Ok(Vec::new());
        };
        let mut items = vec![(Part::Row, self.row_item(change, id)?)];
        items.extend(self.count_item(change, id)?.map(|item| (Part::Other, item)));
        if change.after.is_none() {
            items.push((Part::Other, self.revoke_all_item(change.reseller, id)?));
        }
        let held =
            |customer: Option<&Customer>| customer.map(|customer| exclusives(change.reseller, customer)).unwrap_or_default();
        let (before, after) = (held(change.before), held(change.after));
        for (_, key) in before.iter().filter(|held| !after.contains(held)) {
            items.push((Part::Other, self.release_item(key, id)?));
        }
        for (what, key) in after.iter().filter(|held| !before.contains(held)) {
            items.push((Part::Taking(*what), self.take_item(key, id)?));
        }
        Ok(items)
    }

    fn row_item(&self, change: Change<'_>, id: CustomerId) -> Result<TransactWriteItem, StoreError> {
        let key = keys::customer(change.reseller, id);
        let revision = change.before.map(|customer| N(customer.revision.to_string()));
        let condition = match revision {
            Some(_) => "revision = :revision",
            None => "attribute_not_exists(PK)",
        };
        let builder = TransactWriteItem::builder();
        let Some(after) = change.after else {
            let delete = Delete::builder()
                .table_name(self.table_name())
                .set_key(Some(to_item(&key)?))
                .condition_expression(condition)
                .set_expression_attribute_values(revision.map(|revision| Item::from([(":revision".to_owned(), revision)])))
                .build()?;
            return Ok(builder.delete(delete).build());
        };
        let mut item = row(&key, after)?;
        item.extend(Field::index_attributes(after));
        let put = Put::builder()
            .table_name(self.table_name())
            .set_item(Some(item))
            .condition_expression(condition)
            .set_expression_attribute_values(revision.map(|revision| Item::from([(":revision".to_owned(), revision)])))
            .build()?;
        Ok(builder.put(put).build())
    }

    /// The change of the counts, where there is one.
    fn count_item(&self, change: Change<'_>, id: CustomerId) -> Result<Option<TransactWriteItem>, StoreError> {
        let one = |customer: Option<&Customer>| i8::from(customer.is_some());
        let one_active = |customer: Option<&Customer>| i8::from(customer.is_some_and(|customer| customer.profile.is_active));
        let all = one(change.after) - one(change.before);
        let active = one_active(change.after) - one_active(change.before);
        if (all, active) == (0, 0) {
            return Ok(None);
        }
        let update = Update::builder()
            .table_name(self.table_name())
            .set_key(Some(to_item(keys::count(change.reseller, id))?))
            .update_expression("ADD customers :all, active :active")
            .expression_attribute_values(":all", N(all.to_string()))
            .expression_attribute_values(":active", N(active.to_string()))
            .build()?;
        Ok(Some(TransactWriteItem::builder().update(update).build()))
    }

    fn take_item(&self, key: &Key, id: CustomerId) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder()
            .table_name(self.table_name())
            .set_item(Some(row(key, &Holder { customer: id })?))
            .condition_expression("attribute_not_exists(PK)")
            .build()?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    fn release_item(&self, key: &Key, id: CustomerId) -> Result<TransactWriteItem, StoreError> {
        let delete = Delete::builder()
            .table_name(self.table_name())
            .set_key(Some(to_item(key)?))
            .condition_expression("customer = :customer")
            .expression_attribute_values(":customer", N(id.to_string()))
            .build()?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }
}

/// The values that the customer holds exclusively, and the rows that say so.
fn exclusives(reseller: ResellerId, customer: &Customer) -> Vec<(Exclusive, Key)> {
    let email = customer.profile.email.as_ref().filter(|_| customer.holds_email);
    let held = [(Exclusive::Email, email), (Exclusive::Code, customer.code.as_ref())];
    held.into_iter().filter_map(|(what, value)| Some((what, keys::claim(reseller, what, value?.as_str())))).collect()
}
