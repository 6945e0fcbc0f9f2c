//! Clients of all three APIs, for what they have in common.

use serde_json::Value;

use super::{Answer, App, Tenant};

/// A reseller with a client of each API.
pub struct Clients {
    pub app: App,
    pub tenant: Tenant,
    pub token: String,
    pub user: String,
}

impl Clients {
    pub async fn start() -> Self {
        let (app, tenant) = App::with_reseller().await;
        let token = app.licensing_token(&tenant, &["read", "write"]).await;
        let user = app.service_user(&tenant, &["read", "write"], None).await;
        Self { app, tenant, token, user }
    }

    pub async fn create(&self) -> u64 {
        self.app.create(&self.tenant, "Acme").await
    }

    /// Sends a call of any API, with its credential and these headers.
    pub async fn send(&self, ApiCall { method, path, media_type, body }: ApiCall, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.app.request(method, &path);
        request = match path.split('/').nth(2) {
            Some("v3") => request.key(&self.tenant.key),
            Some("v01") => request.user(&self.user),
            _ => request.token(&self.token),
        };
        for (name, value) in headers {
            request = request.header(name, value);
        }
        match body {
            Some(body) => request.header("content-type", media_type).body(body).send().await,
            None => request.send().await,
        }
    }

    /// The tag of the customer in the reseller API.
    pub async fn tag(&self, id: u64) -> String {
        let answer = self.app.reseller_api("GET", id).key(&self.tenant.key).send().await.expect(200);
        answer.header("etag").unwrap().to_owned()
    }

    pub async fn issue(&self, customer: u64) -> u64 {
        let form = format!("customer_id={customer}&product=Script&host=h{customer}.example.com");
        let issued = self.send(ApiCall::form("POST", "/api/license", &form), &[]).await.expect(201);
        issued.json()["license_id"].as_u64().unwrap()
    }
}

/// A call of any API.
#[derive(Clone, Debug)]
pub struct ApiCall {
    pub method: &'static str,
    pub path: String,
    pub media_type: &'static str,
    pub body: Option<String>,
}

impl ApiCall {
    pub fn new(method: &'static str, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), media_type: "", body: None }
    }

    pub fn form(method: &'static str, path: impl Into<String>, body: &str) -> Self {
        Self { media_type: "application/x-www-form-urlencoded", body: Some(body.to_owned()), ..Self::new(method, path) }
    }

    pub fn json(method: &'static str, path: impl Into<String>, body: &Value) -> Self {
        Self { media_type: "application/json", body: Some(body.to_string()), ..Self::new(method, path) }
    }
}
