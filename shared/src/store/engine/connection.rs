//! The connection to the table: client, time-outs, retries, meter, budget.

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{self, BehaviorVersion, Credentials, Region};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;

use super::budget::Budget;
use super::ledger::Ledger;
use super::meter::Meter;
use super::retry;

/// The connection to the table.
#[derive(Clone, Debug)]
pub(in crate::store) struct Connection {
    pub(super) client: Client,
    pub(super) table_name: Arc<str>,
    pub(super) meter: Arc<Meter>,
    pub(super) budget: Arc<Budget>,
}

impl Connection {
    /// Connects to the table with this name, reached as the environment says (region, credentials, endpoint).
    pub(in crate::store) async fn from_environment(table_name: &str) -> Self {
        let shared = aws_config::load_defaults(BehaviorVersion::latest()).await;
        Self::new((&shared).into(), table_name)
    }

    /// Connects to the table with this name, reached as `configuration` says, with our own retries and time-outs.
    pub(in crate::store) fn new(configuration: config::Builder, table_name: &str) -> Self {
        let configuration = configuration
            .retry_config(retry::retries())
            .retry_classifier(retry::RepeatPassing)
            .timeout_config(retry::time_outs())
            .build();
        let client = Client::from_conf(configuration);
        let budget = Arc::new(Budget::new(Arc::new(Ledger::default())));
        Self { client, table_name: table_name.into(), meter: Arc::default(), budget }
    }

    /// The name of the table.
    pub(in crate::store) fn table_name(&self) -> &str {
        &self.table_name
    }

    /// The same connection for one request: with a meter at zero, and a budget of its own.
    pub(in crate::store) fn for_request(&self) -> Self {
        Self { meter: Arc::default(), budget: Arc::new(self.budget.of_next_request()), ..self.clone() }
    }

    /// The meter of this connection.
    pub(in crate::store) fn meter(&self) -> &Meter {
        &self.meter
    }

    /// The budget of the request.
    pub(in crate::store) fn budget(&self) -> &Arc<Budget> {
        &self.budget
    }
}

/// The configuration of a client for a local engine, which takes any credentials.
pub(in crate::store) fn local_configuration(endpoint: &str) -> config::Builder {
    // The SDK's own client would send calls to an address of this machine through the proxy that `HTTP_PROXY` names.
    let direct = Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https();
    config::Builder::new()
        .http_client(direct)
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "local"))
}
