//! The shape of the table: its key and its indexes, as `shared/table.json` defines them for this code and for the deployment.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, LocalSecondaryIndex, Projection, ProjectionType,
    ScalarAttributeType, TableDescription,
};
use serde::Deserialize;
use std::collections::BTreeSet;

use super::connection::Connection;
use super::error::StoreError;

/// The definition of the table.
#[derive(Debug, Deserialize)]
pub(in crate::store) struct Definition {
    partition_key: String,
    sort_key: String,
    /// The local secondary indexes. Each has the name of the attribute that is its sort key, and projects all attributes; only
    /// customer rows have these attributes. They are local, because a list must show a write at once, and can't be added to a
    /// table later.
    pub(in crate::store) indexes: Vec<String>,
}

impl Definition {
    pub(in crate::store) fn read() -> Result<Self, StoreError> {
        serde_json::from_str(include_str!("../../../table.json"))
            .map_err(|_| StoreError::Internal("the definition of the table can't be read".to_owned()))
    }

    fn key_schema(&self, sort_key: &str) -> Result<Vec<KeySchemaElement>, StoreError> {
        [(self.partition_key.as_str(), KeyType::Hash), (sort_key, KeyType::Range)]
            .into_iter()
            .map(|(name, kind)| Ok(KeySchemaElement::builder().attribute_name(name).key_type(kind).build()?))
            .collect()
    }

    fn index(&self, name: &str) -> Result<LocalSecondaryIndex, StoreError> {
        Ok(LocalSecondaryIndex::builder()
            .index_name(name)
            .set_key_schema(Some(self.key_schema(name)?))
            .projection(Projection::builder().projection_type(ProjectionType::All).build())
            .build()?)
    }
}

impl Connection {
    /// Creates the table if there is none, and returns whether it did so.
    ///
    /// # Errors
    /// [`StoreError::Internal`] when there is a table of this name with another key or other indexes, and whatever else the
    /// engine answers.
    pub(in crate::store) async fn create_table(&self) -> Result<bool, StoreError> {
        let table = Definition::read()?;
        let indexes = || table.indexes.iter().map(String::as_str);
        let attributes = [table.partition_key.as_str(), &table.sort_key].into_iter().chain(indexes());
        let request = self
            .client
            .create_table()
            .table_name(self.table_name())
            .billing_mode(BillingMode::PayPerRequest)
            .set_key_schema(Some(table.key_schema(&table.sort_key)?))
            .set_attribute_definitions(Some(attributes.map(text_attribute).collect::<Result<_, _>>()?))
            .set_local_secondary_indexes(Some(indexes().map(|name| table.index(name)).collect::<Result<_, _>>()?));
        match request.send().await {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_in_use_exception()) => {
                check(self, &table).await.map(|()| false)
            }
            Err(error) => Err(error.into()),
        }
    }
}

async fn check(connection: &Connection, table: &Definition) -> Result<(), StoreError> {
    let described = connection.client.describe_table().table_name(connection.table_name()).send().await?;
    let found = described.table().map(shape).unwrap_or_default();
    let sort_keys = table.indexes.iter().chain([&table.sort_key]);
    let wanted: BTreeSet<String> = sort_keys.map(|sort_key| format!("{}/{sort_key}", table.partition_key)).collect();
    if found == wanted {
        Ok(())
    } else {
        Err(StoreError::Internal(format!(
            "the table {} has other keys or indexes than this version needs: {found:?} instead of {wanted:?}",
            connection.table_name()
        )))
    }
}

/// The keys of the table and of its indexes, each as `partition key/sort key`.
fn shape(table: &TableDescription) -> BTreeSet<String> {
    let indexes = table.local_secondary_indexes().iter().map(|index| index.key_schema());
    std::iter::once(table.key_schema())
        .chain(indexes)
        .map(|schema| {
            let names: Vec<&str> = schema.iter().map(KeySchemaElement::attribute_name).collect();
            names.join("/")
        })
        .collect()
}

fn text_attribute(name: &str) -> Result<AttributeDefinition, StoreError> {
    Ok(AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build()?)
}

#[cfg(test)]
mod tests {
    use super::super::row::SORT_KEY;
    use super::*;

    #[test]
    fn the_definition_has_the_key_that_the_code_writes() {
        let table = Definition::read().unwrap();
        assert_eq!((table.partition_key.as_str(), table.sort_key.as_str()), ("PK", SORT_KEY));
    }
}
