//! What all access to the table starts from: the connection, and the copy of the deployment's secret.

use std::sync::Arc;

use aws_sdk_dynamodb::config;

use super::engine::connection::{Connection, local_configuration};
use super::engine::error::StoreError;
use super::engine::meter::Meter;
use super::replay::row::KeyedRequest;
use super::secret::copy::SecretCopy;
use crate::domain::mail::MailSettings;
use crate::domain::password::Parameters;
use crate::domain::quota::Quotas;

/// The table of a deployment.
#[derive(Clone, Debug)]
pub struct Store {
    pub(super) connection: Connection,
    pub(super) secret: Arc<SecretCopy>,
    pub(super) keyed: Arc<KeyedRequest>,
    pub(super) quotas: Quotas,
    public_origin: Option<Arc<str>>,
    pub(super) hashing: Parameters,
    pub(super) mail: Option<Arc<MailSettings>>,
}

impl Store {
    /// The table with this name, reached as the environment says (region, credentials, endpoint).
    pub async fn from_environment(table_name: &str) -> Self {
        Self::over(Connection::from_environment(table_name).await)
    }

    /// The table with this name on a local engine, which takes any credentials.
    #[must_use]
    pub fn local(endpoint: &str, table_name: &str) -> Self {
        Self::new(local_configuration(endpoint), table_name)
    }

    /// The configuration of a client for a local engine, to be extended.
    #[must_use]
    pub fn local_configuration(endpoint: &str) -> config::Builder {
        local_configuration(endpoint)
    }

    /// The table with this name, reached as `configuration` says, with our own retries and time-outs.
    #[must_use]
    pub fn new(configuration: config::Builder, table_name: &str) -> Self {
        Self::over(Connection::new(configuration, table_name))
    }

    fn over(connection: Connection) -> Self {
        Self {
            connection,
            secret: Arc::default(),
            keyed: Arc::default(),
            quotas: Quotas::default(),
            public_origin: None,
            hashing: Parameters::STANDARD,
            mail: None,
        }
    }

    /// The same table, of which callers may use up this much.
    #[must_use]
    pub fn with_quotas(self, quotas: Quotas) -> Self {
        Self { quotas, ..self }
    }

    /// The same table, whose changes also post the mails that belong to them. Without settings, as before, they post none.
    #[must_use]
    pub fn with_mail(self, settings: Option<MailSettings>) -> Self {
        Self { mail: settings.map(Arc::new), ..self }
    }

    /// The same table, for functions that make links to pages at this origin, such as `https://portal.example.com`.
    #[must_use]
    pub fn with_public_origin(self, origin: Option<&str>) -> Self {
        Self { public_origin: origin.map(Arc::from), ..self }
    }

    /// The same table, for functions that hash passwords with this much work.
    #[must_use]
    pub fn with_hashing(self, hashing: Parameters) -> Self {
        Self { hashing, ..self }
    }

    /// The origin of links.
    ///
    /// # Errors
    /// [`StoreError::Internal`] when none was configured.
    pub(super) fn public_origin(&self) -> Result<&str, StoreError> {
        self.public_origin
            .as_deref()
            .ok_or_else(|| StoreError::Internal("PUBLIC_ORIGIN is not set: links begin with it".to_owned()))
    }

    /// The name of the table.
    #[must_use]
    pub fn table_name(&self) -> &str {
        self.connection.table_name()
    }

    /// The same table for one request, with a meter at zero. The copy of the secret is shared, and what callers have used up.
    #[must_use]
    pub fn for_request(&self) -> Self {
        Self { connection: self.connection.for_request(), keyed: Arc::default(), ..self.clone() }
    }

    /// Adds to the row of the request's caller what the function has kept for the caller, if that is much. To be called once the
    /// request is answered; it never fails.
    ///
    /// Mostly no call, otherwise one.
    pub async fn settle_when_due(&self) {
        self.connection.settle_when_due().await;
    }

    /// What has been spent through this table.
    #[must_use]
    pub fn meter(&self) -> &Meter {
        self.connection.meter()
    }

    /// Creates the table if there is none, and returns whether it did so.
    ///
    /// Meant for local engines: in the cloud the table belongs to the deployment.
    ///
    /// # Errors
    /// [`StoreError::Internal`] when there is a table of this name with another key or other indexes, and whatever else the
    /// engine answers.
    pub async fn create_table(&self) -> Result<bool, StoreError> {
        self.connection.create_table().await
    }
}
