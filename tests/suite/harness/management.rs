//! A client of the Management API.

use serde_json::{Value, json};

use super::{Answer, App, RequestBuilder, Tenant, json_with};

/// The path of all customers.
pub const CUSTOMERS: &str = "/api/v01/customers";

/// A reseller and a service user of it that may do everything.
pub struct ManagementClient {
    pub app: App,
    pub tenant: Tenant,
    pub user: String,
}

impl ManagementClient {
    /// A new reseller with such a user.
    pub async fn start() -> Self {
        let (app, tenant) = App::with_reseller().await;
        let user = app.service_user(&tenant, &["read", "write"], None).await;
        Self { app, tenant, user }
    }

    /// A request of the service user.
    pub fn request(&self, method: &str, rest: &str) -> RequestBuilder<'_> {
        self.app.request(method, &format!("{CUSTOMERS}{rest}")).user(&self.user)
    }

    /// The fields that a new customer needs, and these.
    pub fn with_required(&self, more: &Value) -> Value {
        json_with(json!({"accountId": self.tenant.account_id, "firstName": "Ann", "lastName": "Lee"}), more)
    }

    /// Asks for a customer with this body.
    pub async fn create(&self, body: &Value) -> Answer {
        self.request("PUT", "").json(body).send().await
    }

    /// Creates a customer with the required fields and these, and gives its id.
    pub async fn created(&self, more: &Value) -> u64 {
        self.create(&self.with_required(more)).await.expect(201).json()["id"].as_u64().unwrap()
    }

    /// Asks for a customer.
    pub async fn load(&self, id: u64) -> Answer {
        self.request("GET", &format!("/{id}")).send().await
    }

    /// Asks for a change of a customer.
    pub async fn modify(&self, id: u64, body: &Value) -> Answer {
        self.request("POST", &format!("/{id}")).json(body).send().await
    }
}
