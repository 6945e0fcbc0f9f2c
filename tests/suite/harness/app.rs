//! The product over a database of its own.

use std::sync::atomic::{AtomicU32, Ordering};

use std::collections::HashMap;

use aws_sdk_dynamodb::config::retry::RetryPartition;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, ReturnValue, WriteRequest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use shared::bootstrap::respond;
use shared::credentials::{Claim, Kind};
use shared::customer::{NewCustomer, Profile};
use shared::http::Request;
use shared::reseller::AccountId;
use shared::table::schema::create_table;
use shared::table::{Operator, Store, Table, Write};

use super::recorder::as_function;
use super::routes::{self, Route};
use super::{Answer, Event, Wire};

/// The base path of the reseller API.
const RESELLER: &str = "/api/v3/reseller/customer/";

static TABLES: AtomicU32 = AtomicU32::new(0);

/// The product: all routes, over one table that no other test uses.
pub struct App {
    pub store: Store,
    /// The wire between the product and the engine.
    pub wire: Wire,
    raw_client: aws_sdk_dynamodb::Client,
    routes: Vec<Route>,
}

/// A reseller with its keys.
#[derive(Clone, Debug)]
pub struct Tenant {
    pub id: u64,
    pub account_id: u64,
    /// May read and write.
    pub key: String,
}

/// Keys of a reseller in every state but the right one.
pub struct Keys {
    pub read_only: String,
    pub write_only: String,
    pub customer: String,
    pub expired: String,
    pub revoked: String,
}

impl App {
    /// A product with an empty table.
    pub async fn start() -> Self {
        let (endpoint, table_name) = match std::env::var("CLIENTELE_TEST_ENDPOINT") {
            Ok(endpoint) => (endpoint, format!("test-{}-{}", std::process::id(), TABLES.fetch_add(1, Ordering::Relaxed))),
            Err(_) => (embedded_engine().await, "test".to_owned()),
        };
        let wire = Wire::default();
        // A retry partition of its own: one test's failures must not use up the retries of another.
        let partition = RetryPartition::new(format!("{table_name}-{}", TABLES.fetch_add(1, Ordering::Relaxed)));
        let configuration = Store::local_configuration(&endpoint).http_client(wire.client()).retry_partition(partition);
        let store = Store::new(configuration, &table_name);
        assert!(create_table(&store).await.unwrap());
        wire.take_calls();
        let raw_client = aws_sdk_dynamodb::Client::from_conf(Store::local_configuration(&endpoint).build());
        Self { store, wire, raw_client, routes: routes::table() }
    }

    /// A product with one reseller.
    pub async fn with_reseller() -> (Self, Tenant) {
        let app = Self::start().await;
        let tenant = app.reseller("Northwind Resale").await;
        (app, tenant)
    }

    /// A new reseller.
    pub async fn reseller(&self, name: &str) -> Tenant {
        let made = self.operate("operator-provision-reseller", json!({"name": name})).await.unwrap();
        self.wire.take_calls();
        Tenant {
            id: made["reseller_id"].as_u64().unwrap(),
            account_id: made["account_id"].as_u64().unwrap(),
            key: made["key"]["token"].as_str().unwrap().to_owned(),
        }
    }

    /// Keys of this reseller in every state. Makes a customer, whose key is among them.
    pub async fn keys(&self, tenant: &Tenant) -> Keys {
        let issue = async |kind: &str, permissions: Value, customer: Option<u64>| {
            let payload = json!({
                "reseller_id": tenant.id, "kind": kind, "permissions": permissions, "label": "test", "customer_id": customer,
            });
            self.operate("operator-issue-key", payload).await.unwrap()
        };
        let token = |key: &Value| key["token"].as_str().unwrap().to_owned();
        let owner = self.create(tenant, "Owner of a key").await;
        let revoked = issue("reseller", json!(["read", "write"]), None).await;
        let revocation = json!({"reseller_id": tenant.id, "key_id": revoked["key_id"]});
        self.operate("operator-revoke-key", revocation).await.unwrap();
        let keys = Keys {
            read_only: token(&issue("reseller", json!(["read"]), None).await),
            write_only: token(&issue("reseller", json!(["write"]), None).await),
            customer: token(&issue("customer", json!(["read", "write"]), Some(owner)).await),
            expired: self.expired_key(tenant).await,
            revoked: token(&revoked),
        };
        self.wire.take_calls();
        keys
    }

    /// A token of the licensing API for this reseller, with these permissions.
    pub async fn licensing_token(&self, tenant: &Tenant, permissions: &[&str]) -> String {
        let payload =
            json!({"reseller_id": tenant.id, "kind": "licensing", "permissions": permissions, "label": "licensing test"});
        let issued = self.operate("operator-issue-key", payload).await.unwrap();
        self.wire.take_calls();
        issued["token"].as_str().unwrap().to_owned()
    }

    /// A service user of the Management API, as `user:password`, with these permissions in these accounts; `None` for all of the
    /// reseller's.
    pub async fn service_user(&self, tenant: &Tenant, permissions: &[&str], accounts: Option<&[u64]>) -> String {
        let payload = json!({
            "reseller_id": tenant.id, "kind": "service_user", "permissions": permissions, "label": "test", "accounts": accounts,
        });
        let issued = self.operate("operator-issue-key", payload).await.unwrap();
        self.wire.take_calls();
        format!("{}:{}", issued["user"].as_str().unwrap(), issued["password"].as_str().unwrap())
    }

    /// One more account of this reseller.
    pub async fn account(&self, tenant: &Tenant) -> u64 {
        let added = self.operate("operator-add-account", json!({"reseller_id": tenant.id})).await.unwrap();
        self.wire.take_calls();
        added["account_id"].as_u64().unwrap()
    }

    /// A key that ended before it began: the operators' function refuses to make one.
    async fn expired_key(&self, tenant: &Tenant) -> String {
        use shared::credentials::Permission;
        let now = shared::timestamp::Timestamp::now();
        let new = shared::table::NewKey {
            reseller: shared::reseller::ResellerId::new(tenant.id).unwrap(),
            subject: shared::credentials::Subject::Reseller,
            permissions: vec![Permission::Read, Permission::Write],
            accounts: None,
            label: shared::validation::text("expired", 60).unwrap().unwrap(),
            valid_until: Some(now),
        };
        self.operators().issue_key(new).await.unwrap().token.reveal().to_owned()
    }

    /// The table, as operators' functions have it.
    pub fn operators(&self) -> Table<Operator> {
        Table::new(self.store.clone())
    }

    /// Invokes an operators' function: what it answers, or its `errorType` and `errorMessage`.
    pub async fn operate(&self, function: &str, payload: Value) -> Result<Value, (String, String)> {
        let table = self.operators();
        let result = as_function(function, self.operated(&table, function, payload)).await;
        result.map_err(|error| {
            let shown = lambda_runtime::Diagnostic::from(error);
            (shown.error_type, shown.error_message)
        })
    }

    async fn operated(&self, table: &Table<Operator>, function: &str, payload: Value) -> Result<Value, operator::Error> {
        match function {
            "operator-provision-reseller" => operator::provision_reseller(table, payload).await,
            "operator-add-account" => operator::add_account(table, payload).await,
            "operator-list-resellers" => operator::list_resellers(table, payload).await,
            "operator-issue-key" => operator::issue_key(table, payload).await,
            "operator-list-keys" => operator::list_keys(table, payload).await,
            "operator-revoke-key" => operator::revoke_key(table, payload).await,
            other => panic!("no operators' function is called {other}"),
        }
    }

    /// A request to any path, which may have a query.
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder<'_> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let event = Event {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: vec![
                ("host".to_owned(), "api.example.com".to_owned()),
                ("x-forwarded-proto".to_owned(), "https".to_owned()),
            ],
            body: None,
        };
        RequestBuilder { app: self, event }
    }

    /// A request to the reseller API; `rest` stands behind its base path and may have a query.
    pub fn reseller_api(&self, method: &str, rest: impl std::fmt::Display) -> RequestBuilder<'_> {
        self.request(method, &format!("{RESELLER}{rest}"))
    }

    /// Creates a customer of this name through the reseller API and gives its id.
    pub async fn create(&self, tenant: &Tenant, name: &str) -> u64 {
        self.create_with(tenant, json!({"name": name, "email": "customer@example.com"})).await
    }

    /// Creates a customer with this body through the reseller API and gives its id.
    pub async fn create_with(&self, tenant: &Tenant, body: Value) -> u64 {
        self.reseller_api("POST", "").key(&tenant.key).json(&body).send().await.expect(201).id()
    }

    /// Creates a customer as another API does, which may have parts of a name and no e-mail address. Gives its id.
    pub async fn create_elsewhere(&self, tenant: &Tenant, profile: Profile) -> u64 {
        let table: Table<Write> = Table::new(self.store.clone());
        let claim = Claim::parse(&tenant.key).unwrap();
        let (caller, _) = table.load(&claim, None).await.unwrap().open(Kind::Reseller).unwrap();
        let new = NewCustomer { account_id: AccountId(tenant.account_id), code: None, profile, holds_email: false };
        table.create(&caller, new).await.unwrap().id.number()
    }

    /// Puts `count` more customers beside those that are there, straight into the table: copies of the row of `model`, with the
    /// names `<prefix> 000000`, `<prefix> 000001` and so on. Much faster than creating them. Gives their ids.
    pub async fn fill(&self, tenant: &Tenant, model: u64, prefix: &str, count: u64) -> Vec<u64> {
        let client = self.raw_client();
        let partition = format!("RESELLER#{}", tenant.id);
        let text = |text: String| AttributeValue::S(text);
        let key =
            |id: u64| HashMap::from([("PK".into(), text(partition.clone())), ("SK".into(), text(format!("CUSTOMER#{id:016}")))]);
        let get = client.get_item().table_name(self.store.table_name()).set_key(Some(key(model)));
        let model = get.send().await.unwrap().item.unwrap();
        let counter = HashMap::from([("PK".into(), text("SYSTEM".into())), ("SK".into(), text("COUNTER#CUSTOMER".into()))]);
        let taken = client
            .update_item()
            .table_name(self.store.table_name())
            .set_key(Some(counter))
            .update_expression("ADD #last :count")
            .expression_attribute_names("#last", "last")
            .expression_attribute_values(":count", AttributeValue::N(count.to_string()))
            .return_values(ReturnValue::UpdatedNew)
            .send();
        let last: u64 = taken.await.unwrap().attributes.unwrap()["last"].as_n().unwrap().parse().unwrap();
        let ids: Vec<u64> = (last - count + 1..=last).collect();
        for batch in ids.chunks(25) {
            let puts = batch.iter().map(|&id| {
                let mut row = model.clone();
                row.extend(key(id));
                let name = format!("{prefix} {:06}", id - ids[0]);
                row.insert("id".into(), AttributeValue::N(id.to_string()));
                row.insert("by_name".into(), text(format!("{}\0{id:016}", name.to_lowercase())));
                row.insert("organization".into(), text(name));
                for index in ["by_email", "by_status", "by_registered", "by_modified"] {
                    let value = row[index].as_s().unwrap().split('\0').next().unwrap().to_owned();
                    row.insert(index.into(), text(format!("{value}\0{id:016}")));
                }
                WriteRequest::builder().put_request(PutRequest::builder().set_item(Some(row)).build().unwrap()).build()
            });
            let write = client.batch_write_item().request_items(self.store.table_name(), puts.collect()).send().await.unwrap();
            assert!(write.unprocessed_items.is_none_or(|left| left.is_empty()));
        }
        let is_active = *model["is_active"].as_bool().unwrap();
        for shard in 0..16 {
            let more = ids.iter().filter(|&id| id % 16 == shard).count();
            let row = HashMap::from([
                ("PK".into(), text(format!("{partition}#COUNTS"))),
                ("SK".into(), text(format!("CUSTOMERS#{shard}"))),
            ]);
            let update = client
                .update_item()
                .table_name(self.store.table_name())
                .set_key(Some(row))
                .update_expression("ADD customers :all, active :active")
                .expression_attribute_values(":all", AttributeValue::N(more.to_string()))
                .expression_attribute_values(":active", AttributeValue::N(if is_active { more } else { 0 }.to_string()));
            update.send().await.unwrap();
        }
        ids
    }

    /// Lists customers through the reseller API; `query` stands behind the question mark.
    pub async fn list(&self, tenant: &Tenant, query: &str) -> Answer {
        self.reseller_api("GET", format!("?{query}")).key(&tenant.key).send().await.expect(200)
    }

    /// Lists customers page by page, following the `Link` of each answer as it is. Gives all answers.
    pub async fn list_all(&self, tenant: &Tenant, query: &str) -> Vec<Answer> {
        let mut pages = vec![self.list(tenant, query).await];
        while let Some(next) = pages.last().and_then(Answer::next) {
            pages.push(self.request("GET", &next).key(&tenant.key).send().await.expect(200));
        }
        pages
    }

    /// All rows of the table, in no order: to show that something wrote nothing.
    pub async fn all_rows(&self) -> Vec<String> {
        let client = self.raw_client();
        let mut rows = Vec::new();
        let mut pages = client.scan().table_name(self.store.table_name()).consistent_read(true).into_paginator().items().send();
        while let Some(row) = pages.next().await {
            let row: std::collections::BTreeMap<_, _> = row.unwrap().into_iter().collect();
            rows.push(format!("{row:?}"));
        }
        rows.sort();
        rows
    }

    /// A client of the engine that goes around the product and its wire.
    pub fn raw_client(&self) -> aws_sdk_dynamodb::Client {
        self.raw_client.clone()
    }

    /// Hands an event to a function as it is, for what no gateway of ours makes but another may.
    pub async fn invoke(&self, function: &str, event: Value) -> Answer {
        let request = event.to_string().chars().take(2_000).collect();
        Answer::new(request, self.answer(function, &serde_json::from_value(event).unwrap()).await)
    }

    async fn answer(&self, function: &str, request: &Request) -> shared::http::Response {
        as_function(function, self.answered(function, request)).await
    }

    async fn answered(&self, function: &str, request: &Request) -> shared::http::Response {
        let store = &self.store;
        match function {
            "licensing-create-customer" => respond(store, request, &licensing::create_customer).await,
            "licensing-get-customer" => respond(store, request, &licensing::get_customer).await,
            "licensing-list-customers" => respond(store, request, &licensing::list_customers).await,
            "licensing-update-customer" => respond(store, request, &licensing::update_customer).await,
            "licensing-delete-customer" => respond(store, request, &licensing::delete_customer).await,
            "licensing-create-license" => respond(store, request, &licensing::create_license).await,
            "licensing-get-license" => respond(store, request, &licensing::get_license).await,
            "licensing-list-licenses" => respond(store, request, &licensing::list_licenses).await,
            "licensing-delete-license" => respond(store, request, &licensing::delete_license).await,
            "licensing-check-license" => respond(store, request, &licensing::check_license).await,
            "management-create-customer" => respond(store, request, &management::create_customer).await,
            "management-find-customers" => respond(store, request, &management::find_customers).await,
            "management-load-customer" => respond(store, request, &management::load_customer).await,
            "management-modify-customer" => respond(store, request, &management::modify_customer).await,
            "reseller-create-customer" => respond(store, request, &reseller::create_customer).await,
            "reseller-get-customer" => respond(store, request, &reseller::get_customer).await,
            "reseller-list-customers" => respond(store, request, &reseller::list_customers).await,
            "reseller-update-customer" => respond(store, request, &reseller::update_customer).await,
            "reseller-delete-customer" => respond(store, request, &reseller::delete_customer).await,
            other => panic!("the harness does not know the function {other}"),
        }
    }
}

/// An engine that lives as long as the runtime of its test.
async fn embedded_engine() -> String {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let database = dynoxide::Database::memory().unwrap();
    tokio::spawn(dynoxide::server::serve_on(listener, database));
    endpoint
}

/// A request that is being written.
#[must_use = "a request does nothing until it is sent"]
pub struct RequestBuilder<'a> {
    app: &'a App,
    event: Event,
}

impl RequestBuilder<'_> {
    /// With this key of the reseller API.
    pub fn key(self, key: &str) -> Self {
        self.header("x-zoom-s2t-key", key)
    }

    /// With this header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.event.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With this token of the licensing API.
    pub fn token(self, token: &str) -> Self {
        self.header("Authorization", &format!("Basic {token}"))
    }

    /// With this `user:password` of the Management API.
    pub fn user(self, user_and_password: &str) -> Self {
        self.header("Authorization", &format!("Basic {}", STANDARD.encode(user_and_password)))
    }

    /// With this body, as XML.
    pub fn xml(self, body: &str) -> Self {
        self.header("content-type", "application/xml").body(body)
    }

    /// With this form as the body, encoded already.
    pub fn form(self, body: &str) -> Self {
        self.header("content-type", "application/x-www-form-urlencoded").body(body)
    }

    /// With this body, as JSON.
    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }

    /// With these bytes as the body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.event.body = Some(body.into());
        self
    }

    /// Sends it.
    pub async fn send(self) -> Answer {
        let Self { app, event } = self;
        let Some(matched) = routes::find(&app.routes, &event.method, &event.path) else {
            // What the gateway answers where there is no route.
            let body = json!({"message": "Not Found"}).to_string();
            return Answer { request: event.to_string(), status: 404, headers: Vec::new(), body };
        };
        Answer::new(event.to_string(), app.answer(&matched.function, &event.request(&matched)).await)
    }
}
