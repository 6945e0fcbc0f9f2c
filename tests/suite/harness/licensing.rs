//! Clients of the licensing API: one for its customers, and one for its licences.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;
use shared::domain::customer::CustomerId;
use shared::domain::hash::sha256_hex;
use shared::domain::licence::{LicenceId, LicenceKey};
use shared::domain::reseller::ResellerId;
use shared::domain::timestamp::Timestamp;
use shared::lambda::cursor::CursorContext;

use super::{Answer, App, Tenant, encoded};

/// A reseller and its token of the licensing API.
pub struct LicensingClient {
    pub app: App,
    pub tenant: Tenant,
    pub token: String,
}

impl LicensingClient {
    pub async fn start() -> Self {
        let (app, tenant) = App::with_reseller().await;
        let token = app.licensing_token(&tenant, &["read", "write"]).await;
        Self { app, tenant, token }
    }

    pub async fn call(&self, method: &str, path: &str) -> Answer {
        self.app.request(method, path).token(&self.token).send().await
    }

    pub async fn send(&self, method: &str, path: &str, form: &str) -> Answer {
        self.app.request(method, path).token(&self.token).form(form).send().await
    }

    pub async fn post(&self, form: &str) -> Answer {
        self.send("POST", "/api/customer", form).await
    }

    pub async fn put(&self, id: u64, form: &str) -> Answer {
        self.send("PUT", &format!("/api/customer/{id}"), form).await
    }

    pub async fn get(&self, id: u64) -> Answer {
        self.call("GET", &format!("/api/customer/{id}")).await
    }

    /// Creates a customer with this form and gives its id.
    pub async fn create(&self, form: &str) -> u64 {
        self.post(form).await.expect(201).json()["customer_id"].as_u64().unwrap()
    }

    /// The customer as the reseller API shows it.
    pub async fn in_reseller_api(&self, id: u64) -> Value {
        self.app.reseller_api("GET", id).key(&self.tenant.key).send().await.expect(200).result()
    }
}

/// Through which API a customer is deleted.
#[derive(Clone, Copy, Debug)]
pub enum Api {
    Licensing,
    Reseller,
}

/// A reseller and its token of the licensing API, for calls about licences.
pub struct Licences {
    pub app: App,
    pub tenant: Tenant,
    pub token: String,
}

impl Licences {
    pub async fn start() -> Self {
        let (app, tenant) = App::with_reseller().await;
        let token = app.licensing_token(&tenant, &["read", "write"]).await;
        Self { app, tenant, token }
    }

    /// An account with its customer 1.
    pub async fn with_customer() -> Self {
        let account = Self::start().await;
        assert_eq!(account.app.create(&account.tenant, "Acme").await, 1);
        account.app.wire.take_calls();
        account
    }

    pub async fn call(&self, method: &str, path: &str) -> Answer {
        self.app.request(method, path).token(&self.token).send().await
    }

    pub async fn post(&self, form: &str) -> Answer {
        self.app.request("POST", "/api/license").token(&self.token).form(form).send().await
    }

    pub async fn ask_for(&self, customer: u64, product: &str, host: &str) -> Answer {
        self.post(&format!("customer_id={customer}&product={}&host={}", encoded(product), encoded(host))).await
    }

    pub async fn issue(&self, customer: u64, product: &str, host: &str) -> Value {
        self.ask_for(customer, product, host).await.expect(201).json()
    }

    pub async fn get(&self, id: u64) -> Value {
        self.call("GET", &format!("/api/license/{id}")).await.expect(302).json()
    }

    pub async fn revoke(&self, id: u64) -> Value {
        self.call("DELETE", &format!("/api/license/{id}")).await.expect(410).json()
    }

    /// What the check of this licence on this host says: `valid`, or the reason why not.
    pub async fn check(&self, licence: &Value, host: &str) -> String {
        let key = licence["key"].as_str().unwrap();
        let answer = self.app.request("GET", &format!("/api/license/check?key={key}&host={}", encoded(host))).send().await;
        verdict(&answer)
    }

    /// All licences that the list shows, walking along its links.
    pub async fn list(&self, query: &str) -> Vec<Value> {
        let mut next = Some(format!("/api/licenses{query}"));
        let mut met = Vec::new();
        while let Some(path) = next {
            let page = self.call("GET", &path).await;
            if page.status == 204 {
                assert_eq!((page.body.as_str(), met.len()), ("", 0), "{page}");
                break;
            }
            met.extend(page.clone().expect(200).json().as_array().unwrap().iter().cloned());
            next = page.next();
        }
        met
    }

    /// The cursor of a list, of one customer or of all, that names the place behind this licence.
    pub async fn cursor(&self, customer: Option<u64>, licence: u64) -> String {
        self.app.store.start(1).await;
        let reseller = ResellerId::new(self.tenant.id).unwrap();
        let context = CursorContext::licences(reseller, customer.map(|customer| CustomerId::new(customer).unwrap()));
        context.write(&self.app.operators(), &licence).unwrap()
    }

    pub async fn delete_customer(&self, api: Api, id: u64) {
        match api {
            Api::Licensing => self.call("DELETE", &format!("/api/customer/{id}")).await.expect(410),
            Api::Reseller => self.app.reseller_api("DELETE", id).key(&self.tenant.key).send().await.expect(204),
        };
    }

    /// Gives a customer that has none as many active licences, straight into the table, for hosts of which each is `host` with a
    /// number. Much faster than issuing them.
    pub async fn fill(&self, customer: u64, count: u64, host: &str) {
        self.app.note_filled(customer);
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let number = |number: u64| AttributeValue::N(number.to_string());
        let row = |kind: &str, sort: String, attributes: &[(&str, AttributeValue)]| {
            let keys = [("PK", text(&format!("{kind}#{}", self.tenant.id))), ("SK", text(&sort))];
            let all = keys.iter().chain(attributes);
            HashMap::from_iter(all.map(|(name, value)| ((*name).to_owned(), value.clone())))
        };
        let now = Timestamp::now().to_string();
        let mut rows: Vec<HashMap<String, AttributeValue>> =
            vec![row("HEADERS", format!("CUSTOMER#{customer:016}"), &[("last_licence", number(count))])];
        let version = self.app.secret_version().await;
        for ordinal in 1..=count {
            let id = LicenceId::new(CustomerId::new(customer).unwrap(), ordinal).unwrap();
            let key = LicenceKey::generate(&version, ResellerId::new(self.tenant.id).unwrap(), id).unwrap();
            let host = format!("{host}{ordinal:06}");
            rows.push(row(
                "LICENCES",
                format!("LICENCE#{customer:016}#{ordinal:06}"),
                &[
                    ("id", number(id.number())),
                    ("product", text("script")),
                    ("host", text(&host)),
                    ("key", text(key.reveal())),
                    ("issued_at", text(&now)),
                    ("revoked_at", AttributeValue::Null(true)),
                ],
            ));
            let active = format!("ACTIVE#{}", sha256_hex(format!("script\0{host}")));
            rows.push(row("LICENCES", active, &[("licence", number(id.number()))]));
        }
        for batch in rows.chunks(25) {
            self.app.put_rows(batch.iter().cloned()).await;
        }
    }

    /// What a call of the database was answered to a licence of this form.
    pub async fn recorded_read(&self, form: &str) -> Value {
        self.app.wire.take_calls();
        self.post(form).await;
        self.app.wire.take_calls().into_iter().find(|call| call.operation == "BatchGetItem").unwrap().response
    }
}

/// What the check of a licence says: `valid`, or the reason why not.
#[track_caller]
pub fn verdict(answer: &Answer) -> String {
    let body = answer.json();
    match answer.status {
        200 => {
            assert_eq!(body["valid"], true, "{answer}");
            "valid".to_owned()
        }
        403 => {
            assert_eq!(answer.body, format!(r#"{{"valid":false,"reason":{}}}"#, body["reason"]), "{answer}");
            body["reason"].as_str().unwrap().to_owned()
        }
        _ => panic!("{answer}"),
    }
}
