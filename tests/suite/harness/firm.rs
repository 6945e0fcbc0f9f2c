//! A reseller with a customer, and somebody in a session of each, who look at pages.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;
use shared::domain::hash::sha256_hex;
use shared::domain::timestamp::Timestamp;
use shared::domain::user::Role;

use super::portal::{Portal, SomebodyIn};
use super::records::words;
use super::{Answer, App, People, Tenant};

pub struct Firm {
    pub app: App,
    pub tenant: Tenant,
    pub portal: Portal,
    pub customer: u64,
    /// One of the reseller's own people.
    pub ann: SomebodyIn,
    /// One of the customer's people.
    pub ben: SomebodyIn,
}

impl Firm {
    pub async fn new() -> Self {
        let app = App::start().await;
        let made = app.operate("operator-provision-reseller", json!({"name": "Northwind", "short_name": "northwind"})).await;
        let made = made.unwrap();
        let number = |member: &str| made[member].as_u64().unwrap();
        let key = made["key"]["token"].as_str().unwrap().to_owned();
        let tenant = Tenant { id: number("reseller_id"), account_id: number("account_id"), key };
        let customer = app.create(&tenant, "Acme").await;
        Self::with(app, tenant, customer, Role::Resellee).await
    }

    /// The platform's own reseller with a regular organization, of whose people Ben has this role.
    pub async fn of_platform(role: Role) -> Self {
        let People { app, tenant, customer } = People::of_platform().await;
        Self::with(app, tenant, customer, role).await
    }

    async fn with(app: App, tenant: Tenant, customer: u64, role: Role) -> Self {
        let portal = Portal::of(&app).await;
        let ann = portal.somebody(&app, &tenant, None, Role::Reseller, "ann@northwind.example").await;
        let ben = portal.somebody(&app, &tenant, Some(customer), role, "ben@acme.example").await;
        Self { app, tenant, portal, customer, ann, ben }
    }

    /// A page, as Ann sees it.
    pub async fn look(&self, path: &str) -> Answer {
        self.app.look_at(&self.ann.cookie, path).await
    }

    /// A form that Ann sends.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.app.submit(&self.ann.cookie, path, fields).await
    }

    /// What the API answers to the reseller's key.
    pub async fn api(&self, method: &str, path: &str, body: serde_json::Value) -> Answer {
        self.app.request(method, path).key(&self.tenant.key).json(&body).send().await
    }

    /// Makes two hours pass for Ann's session.
    pub async fn age(&self) {
        let partition = format!("SESSIONS#{}", self.tenant.id);
        let hash = sha256_hex(&self.ann.cookie);
        let rows = self.app.rows(&partition).await;
        let mut row = rows.into_iter().find(|row| words(row, "SK").unwrap().ends_with(&hash)).unwrap();
        let earlier = Timestamp::now().minus(Duration::from_secs(2 * 60 * 60));
        row.insert("last_seen".to_owned(), AttributeValue::S(earlier.to_string()));
        self.app.put_row(row).await;
    }

    /// The newest entries of the activity, as action and fields.
    pub async fn newest(&self, count: usize) -> Vec<serde_json::Value> {
        let listed = self.app.request("GET", &format!("/api/v3/reseller/activity/?limit={count}")).key(&self.tenant.key);
        let entries = listed.send().await.expect(200).result();
        entries.as_array().unwrap().iter().map(|entry| json!([entry["action"], entry["fields"]])).collect()
    }
}
