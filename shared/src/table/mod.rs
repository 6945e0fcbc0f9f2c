//! The one DynamoDB table. Rows are written and read only here.
//!
//! A function holds a [`Table`] of what it may do: [`Read`], [`Write`] or [`Operator`]. A caller's request starts with a
//! [`Claim`](crate::credentials::Claim), which permits one bounded read; its outcome stays [`Sealed`] until the credential row
//! that was read with it admits the caller. All else takes the verified [`Caller`] that comes out of the seal, but for the check
//! of a licence, whose key is all the credential it needs.

mod access;
mod change;
mod customers;
mod keys;
mod licences;
mod listing;
mod operators;
pub mod retry;
pub mod schema;

use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{self, BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::error::{BuildError, DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, ConsumedCapacity, KeysAndAttributes, ReturnConsumedCapacity, TransactWriteItem};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_dynamo::aws_sdk_dynamodb_1::{from_item, to_item};

pub use access::{Access, Caller, Operator, Read, Sealed, Write};
pub use customers::{Hold, WriteError};
pub use keys::Exclusive;
pub use licences::{FirstLicences, IssueError, LicenceListing, Licensee};
pub use listing::{Direction, Field, Filter, FirstPage, Listed, Listing, Position, Scope};
pub use operators::{IssueKeyError, IssuedKey, KeySummary, NewKey, Provisioned};

use keys::Key;
use retry::Rounds;

type Item = HashMap<String, AttributeValue>;

/// The code of an item whose condition did not hold in a cancelled transaction.
const CONDITION_FAILED: &str = "ConditionalCheckFailed";

/// Why the store did not do what it was asked. The text is for the log, never for a client.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// It is away or throttled: worth trying again later.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// Concurrent writers outlasted the retries: worth trying again later.
    #[error("the store is contended: {0}")]
    Contended(String),
    /// It refused the request, or holds something that can't be: a mistake in the code or in the deployment.
    #[error("the store refused: {0}")]
    Internal(String),
}

impl StoreError {
    /// Whether the same call may succeed a moment later.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Contended(_))
    }
}

impl<E> From<SdkError<E, HttpResponse>> for StoreError
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        let unavailable = match &error {
            SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => true,
            SdkError::ServiceError(service) => {
                service.raw().status().as_u16() >= 500
                    || matches!(
                        service.err().code(),
                        Some(
                            "ProvisionedThroughputExceededException"
                                | "RequestLimitExceeded"
                                | "ThrottlingException"
                                | "TransactionConflictException"
                                | "TransactionInProgressException"
                        )
                    )
            }
            _ => false,
        };
        let cause = DisplayErrorContext(&error).to_string();
        if unavailable { Self::Unavailable(cause) } else { Self::Internal(cause) }
    }
}

impl From<serde_dynamo::Error> for StoreError {
    fn from(error: serde_dynamo::Error) -> Self {
        Self::Internal(format!("a row does not have the form of its kind: {error}"))
    }
}

impl From<BuildError> for StoreError {
    fn from(error: BuildError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<getrandom::Error> for StoreError {
    fn from(error: getrandom::Error) -> Self {
        Self::Internal(format!("no randomness for a token: {error}"))
    }
}

/// The connection to the table.
#[derive(Clone, Debug)]
pub struct Store {
    client: Client,
    table_name: Arc<str>,
    meter: Arc<Meter>,
}

/// What one request has cost so far.
#[derive(Debug, Default)]
pub struct Meter {
    calls: AtomicU64,
    half_units: AtomicU64,
}

impl Meter {
    /// How many calls to DynamoDB were made, without the SDK's own repetitions.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// How many capacity units DynamoDB said that they consumed, reads and writes together.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "no request consumes 2^53 half units")]
    pub fn capacity_units(&self) -> f64 {
        self.half_units.load(Ordering::Relaxed) as f64 / 2.0
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "capacity comes in halves and is never negative; anything else is cut"
    )]
    fn add<'a>(&self, consumed: impl IntoIterator<Item = &'a ConsumedCapacity>) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let units: f64 = consumed.into_iter().filter_map(ConsumedCapacity::capacity_units).sum();
        self.half_units.fetch_add((units * 2.0) as u64, Ordering::Relaxed);
    }
}

impl Store {
    /// The table of this name, reached as the environment says (region, credentials, endpoint).
    pub async fn from_environment(table_name: &str) -> Self {
        let shared = aws_config::load_defaults(BehaviorVersion::latest()).await;
        Self::new((&shared).into(), table_name)
    }

    /// The table of this name on a local engine, which takes any credentials.
    #[must_use]
    pub fn local(endpoint: &str, table_name: &str) -> Self {
        Self::new(Self::local_configuration(endpoint), table_name)
    }

    /// The configuration of a client of a local engine, to be extended.
    #[must_use]
    pub fn local_configuration(endpoint: &str) -> config::Builder {
        // The SDK's own client would ask the proxy that `HTTP_PROXY` names for an address of this machine.
        let direct = Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https();
        config::Builder::new()
            .http_client(direct)
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(endpoint)
            .region(Region::from_static("us-east-1"))
            .credentials_provider(Credentials::new("local", "local", None, None, "local"))
    }

    /// The table of this name, reached as `configuration` says, with our own retries and time-outs.
    #[must_use]
    pub fn new(configuration: config::Builder, table_name: &str) -> Self {
        let configuration = configuration
            .retry_config(retry::retries())
            .retry_classifier(retry::RepeatPassing)
            .timeout_config(retry::time_outs())
            .build();
        Self { client: Client::from_conf(configuration), table_name: table_name.into(), meter: Arc::default() }
    }

    /// The name of the table.
    #[must_use]
    pub fn table_name(&self) -> &str {
        &self.table_name
    }

    /// The same connection with a meter at zero.
    #[must_use]
    pub fn metered(&self) -> Self {
        Self { meter: Arc::default(), ..self.clone() }
    }

    /// What has been spent through this connection.
    #[must_use]
    pub fn meter(&self) -> &Meter {
        &self.meter
    }

    /// Opens as many connections as there will be parallel calls: each costs about 33 ms on a small function, which belongs
    /// into its start and not into a request. Failures are of no consequence here; the request will meet them.
    pub async fn warm(&self, connections: usize) {
        let nothing = || Key { partition: keys::SYSTEM.to_owned(), sort: "NOTHING".to_owned() };
        let calls = (0..connections).map(|_| self.read(vec![nothing()]));
        let _ = tokio::time::timeout(std::time::Duration::from_secs(2), futures_util::future::join_all(calls)).await;
    }

    /// Reads rows by their keys, consistently, in one call unless DynamoDB leaves keys unprocessed.
    async fn read(&self, mut keys: Vec<Key>) -> Result<Rows, StoreError> {
        // A repeated key is refused, and at most a handful are asked for.
        keys.dedup();
        let mut wanted = KeysAndAttributes::builder()
            .consistent_read(true)
            .set_keys(Some(keys.iter().map(to_item).collect::<Result<_, _>>()?))
            .build()?;
        let mut found = Vec::new();
        let mut rounds = Rounds::default();
        loop {
            let output = self
                .client
                .batch_get_item()
                .request_items(self.table_name(), wanted)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await;
            self.meter.add(output.as_ref().map(|output| output.consumed_capacity()).unwrap_or_default());
            let output = output?;
            found.extend(output.responses.and_then(|mut tables| tables.remove(self.table_name())).unwrap_or_default());
            match output.unprocessed_keys.and_then(|mut tables| tables.remove(self.table_name())) {
                Some(left) if !left.keys().is_empty() => wanted = left,
                _ => return Ok(Rows(found)),
            }
            rounds.pause(StoreError::Unavailable, "keys were left unprocessed").await?;
        }
    }

    /// One answer of a query of the table, or of the index that `which` adds: consistent, as every read is.
    async fn query(&self, which: impl FnOnce(QueryFluentBuilder) -> QueryFluentBuilder) -> Result<QueryOutput, StoreError> {
        let query = self
            .client
            .query()
            .table_name(self.table_name())
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let output = which(query).send().await;
        self.meter.add(output.as_ref().ok().and_then(|output| output.consumed_capacity()));
        Ok(output?)
    }

    /// Carries out all of these writes, or none when the condition of one does not hold. Gives the places of those whose
    /// conditions did not hold; nothing but an empty answer means that it was done.
    async fn transact(&self, items: Vec<TransactWriteItem>) -> Result<Vec<usize>, StoreError> {
        // The SDK adds a ClientRequestToken and keeps it when it repeats the call: writes whose answer got lost are applied once.
        let output = self
            .client
            .transact_write_items()
            .set_transact_items(Some(items))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        self.meter.add(output.as_ref().map(|output| output.consumed_capacity()).unwrap_or_default());
        let Err(error) = output else {
            return Ok(Vec::new());
        };
        match error.as_service_error() {
            Some(cancelled) if retry::is_passing(cancelled) => {
                Err(StoreError::Contended("other transactions on the same rows, or throttling, outlasted the retries".to_owned()))
            }
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                let reasons = cancelled.cancellation_reasons().iter().enumerate();
                let failed: Vec<usize> =
                    reasons.filter(|(_, reason)| reason.code() == Some(CONDITION_FAILED)).map(|(place, _)| place).collect();
                if failed.is_empty() { Err(error.into()) } else { Ok(failed) }
            }
            _ => Err(error.into()),
        }
    }
}

/// Rows that were read together.
struct Rows(Vec<Item>);

impl Rows {
    fn get<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>, StoreError> {
        let key: Item = to_item(key)?;
        self.0
            .iter()
            .find(|item| key.iter().all(|(name, value)| item.get(name) == Some(value)))
            .map(|item| Ok(from_item(item.clone())?))
            .transpose()
    }
}

/// A row: a record under its key.
fn row<T: Serialize>(key: &Key, record: &T) -> Result<Item, StoreError> {
    let mut item: Item = to_item(record)?;
    item.extend(to_item(key)?);
    Ok(item)
}

/// The table, as far as a function of the kind `A` may use it.
#[derive(Clone, Debug)]
pub struct Table<A> {
    store: Store,
    access: PhantomData<A>,
}

impl<A> Table<A> {
    /// The table behind this connection.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store, access: PhantomData }
    }
}
