//! The shape of the table: its key and its indexes. What creates a table on a local engine stands beside their definition, so
//! that there is one truth.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, LocalSecondaryIndex, Projection, ProjectionType,
    ScalarAttributeType, TableDescription,
};
use std::collections::BTreeSet;

use super::{Store, StoreError};

/// The partition key of the table.
pub const PARTITION_KEY: &str = "PK";

/// The sort key of the table.
pub const SORT_KEY: &str = "SK";

/// The local secondary indexes. Each is named after the attribute that is its sort key and projects all attributes; only
/// customer rows have these attributes. Local, because a list must show a write at once; they can't be added to a table later.
pub const INDEXES: [&str; 5] = ["by_name", "by_email", "by_status", "by_registered", "by_modified"];

/// Creates the table where there is none, and tells whether it did so.
///
/// Meant for local engines: in the cloud the table belongs to the deployment.
///
/// # Errors
/// [`StoreError::Internal`] when there is a table of this name with another key or other indexes, and whatever the engine
/// answers otherwise.
pub async fn create_table(store: &Store) -> Result<bool, StoreError> {
    let attributes = [PARTITION_KEY, SORT_KEY].into_iter().chain(INDEXES);
    let request = store
        .client
        .create_table()
        .table_name(store.table_name())
        .billing_mode(BillingMode::PayPerRequest)
        .set_key_schema(Some(key_schema(SORT_KEY)?))
        .set_attribute_definitions(Some(attributes.map(text_attribute).collect::<Result<_, _>>()?))
        .set_local_secondary_indexes(Some(INDEXES.into_iter().map(index).collect::<Result<_, _>>()?));
    match request.send().await {
        Ok(_) => Ok(true),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_in_use_exception()) => {
            check(store).await.map(|()| false)
        }
        Err(error) => Err(error.into()),
    }
}

async fn check(store: &Store) -> Result<(), StoreError> {
    let described = store.client.describe_table().table_name(store.table_name()).send().await?;
    let found = described.table().map(shape).unwrap_or_default();
    let wanted: BTreeSet<String> =
        INDEXES.into_iter().chain([SORT_KEY]).map(|sort_key| format!("{PARTITION_KEY}/{sort_key}")).collect();
    if found == wanted {
        Ok(())
    } else {
        Err(StoreError::Internal(format!(
            "the table {} has other keys or indexes than this version needs: {found:?} instead of {wanted:?}",
            store.table_name()
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

fn key_schema(sort_key: &str) -> Result<Vec<KeySchemaElement>, StoreError> {
    [(PARTITION_KEY, KeyType::Hash), (sort_key, KeyType::Range)]
        .into_iter()
        .map(|(name, kind)| Ok(KeySchemaElement::builder().attribute_name(name).key_type(kind).build()?))
        .collect()
}

fn text_attribute(name: &str) -> Result<AttributeDefinition, StoreError> {
    Ok(AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build()?)
}

fn index(name: &str) -> Result<LocalSecondaryIndex, StoreError> {
    Ok(LocalSecondaryIndex::builder()
        .index_name(name)
        .set_key_schema(Some(key_schema(name)?))
        .projection(Projection::builder().projection_type(ProjectionType::All).build())
        .build()?)
}
