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
        request = match Form::of(&path) {
            Form::Reseller => request.key(&self.tenant.key),
            Form::Management => request.user(&self.user),
            Form::Licensing => request.token(&self.token),
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

/// The API of a path, which decides about credentials and about the form of errors.
enum Form {
    Reseller,
    Licensing,
    Management,
}

impl Form {
    /// The API of a path, or of a request that begins with its method and its path.
    fn of(path: &str) -> Self {
        match path.split('/').nth(2) {
            Some("v3") => Self::Reseller,
            Some("v01") => Self::Management,
            _ => Self::Licensing,
        }
    }
}

impl Answer {
    /// The same answer, which must be an error in the form of its API: this status and this code; the Management API has a code of
    /// its own.
    #[track_caller]
    pub fn expect_refusal(self, status: u16, code: &str, management_code: &str) -> Self {
        match Form::of(&self.request) {
            Form::Reseller => self.expect_error(status, code),
            Form::Licensing => self.expect_licensing_error(status, code),
            Form::Management => self.expect_failure(status, management_code),
        }
    }

    /// The same answer, which must be an error in the form of its API that names this header and nothing else.
    #[track_caller]
    pub fn expect_fault_of_header(self, header: &str) -> Self {
        match Form::of(&self.request) {
            Form::Reseller => self.expect_faults(&[header]),
            Form::Licensing => self.expect_licensing_faults(&[header]),
            Form::Management => self.expect_failure_of(400, "F01", header),
        }
    }
}
