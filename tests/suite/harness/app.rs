//! The product with a database of its own.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use aws_sdk_dynamodb::config::Builder;
use aws_sdk_dynamodb::config::retry::RetryPartition;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, ReturnValue, WriteRequest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use shared::domain::credential::{Permission, Subject};
use shared::domain::customer::Profile;
use shared::domain::mail::MailSettings;
use shared::domain::quota::{KeyQuota, Quotas};
use shared::domain::reseller::ResellerId;
use shared::domain::secret::{Secret, SecretVersion};
use shared::domain::timestamp::Timestamp;
use shared::domain::token::NewToken;
use shared::domain::validation::text;
use shared::lambda::request::Request;
use shared::store::api_key::NewKey;
use shared::store::{Operator, Store, Table};

use super::documents;
use super::log;
use super::portal::cheap;
use super::recorder::{as_function, starting};
use super::records::new_customer;
use super::routes::{self, Route};
use super::{Answer, Event, Wire};

/// The base path of the reseller API.
const RESELLER: &str = "/api/v3/reseller/customer/";

/// The origin that links begin with.
pub const ORIGIN: &str = "https://portal.example.com";

static TABLES: AtomicU32 = AtomicU32::new(0);

/// The product: all routes, with a table that no other test uses.
pub struct App {
    /// The table, with a copy of the secret that no function uses.
    pub store: Store,
    /// The way in which the functions reach the table.
    configuration: Builder,
    /// The functions that have been started, in each of their sandboxes, with their own copies of the secret.
    functions: Mutex<HashMap<(String, usize), Store>>,
    fails_to_start: AtomicBool,
    has_no_origin: AtomicBool,
    /// What callers may use up.
    quotas: Mutex<Quotas>,
    /// How the product mails.
    mail: Mutex<Option<MailSettings>>,
    /// The log of the last request.
    log: Mutex<Vec<Value>>,
    /// The wire between the product and the engine.
    pub wire: Wire,
    raw_client: aws_sdk_dynamodb::Client,
    routes: Vec<Route>,
    /// The customers that a test put straight into the table, with all that they have.
    filled: Mutex<BTreeSet<u64>>,
}

/// A reseller with its keys.
#[derive(Clone, Debug)]
pub struct Tenant {
    pub id: u64,
    pub account_id: u64,
    /// A key that may read and write.
    pub key: String,
}

/// Keys of a reseller that are refused, one in each state.
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
        // Each test has a retry partition of its own: the failures of one must not use up the retries of another.
        let partition = RetryPartition::new(format!("{table_name}-{}", TABLES.fetch_add(1, Ordering::Relaxed)));
        let configuration = Store::local_configuration(&endpoint).http_client(wire.client()).retry_partition(partition);
        let store = Store::new(configuration.clone(), &table_name);
        assert!(store.create_table().await.unwrap());
        wire.take_calls();
        let raw_client = aws_sdk_dynamodb::Client::from_conf(Store::local_configuration(&endpoint).build());
        Self {
            store,
            configuration,
            functions: Mutex::default(),
            fails_to_start: AtomicBool::new(false),
            has_no_origin: AtomicBool::new(false),
            quotas: Mutex::default(),
            mail: Mutex::default(),
            log: Mutex::default(),
            wire,
            raw_client,
            routes: routes::table(),
            filled: Mutex::default(),
        }
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

    /// Keys of this reseller in every state. Creates a customer, because one of the keys is a customer's.
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

    /// A service user of the Management API, as `user:password`, with these permissions in these accounts; `None` for all
    /// accounts of the reseller.
    pub async fn service_user(&self, tenant: &Tenant, permissions: &[&str], accounts: Option<&[u64]>) -> String {
        let payload = json!({
            "reseller_id": tenant.id, "kind": "service_user", "permissions": permissions, "label": "test", "accounts": accounts,
        });
        let issued = self.operate("operator-issue-key", payload).await.unwrap();
        self.wire.take_calls();
        format!("{}:{}", issued["user"].as_str().unwrap(), issued["password"].as_str().unwrap())
    }

    /// Adds an account to this reseller.
    pub async fn account(&self, tenant: &Tenant) -> u64 {
        let added = self.operate("operator-add-account", json!({"reseller_id": tenant.id})).await.unwrap();
        self.wire.take_calls();
        added["account_id"].as_u64().unwrap()
    }

    /// A key that expired before it was created. The operators' function refuses to issue one.
    async fn expired_key(&self, tenant: &Tenant) -> String {
        let new = NewKey {
            reseller: ResellerId::new(tenant.id).unwrap(),
            subject: Subject::Reseller,
            permissions: vec![Permission::Read, Permission::Write],
            accounts: None,
            label: text("expired", 60).unwrap().unwrap(),
            valid_until: Some(Timestamp::now()),
            quota: KeyQuota::default(),
        };
        self.operators().api_key_issue(new).await.unwrap().token.reveal().to_owned()
    }

    /// A version of the deployment's secret, with which a test makes tokens that look issued and are not on record.
    pub async fn secret_version(&self) -> SecretVersion {
        self.secret().await.issuing(Timestamp::now()).unwrap().clone()
    }

    /// A token that this deployment could have issued to this reseller, and that is not on record.
    pub async fn token_without_record(&self, reseller: u64, subject: Subject) -> NewToken {
        NewToken::generate(&self.secret_version().await, ResellerId::new(reseller).unwrap(), &subject).unwrap()
    }

    /// The deployment's secret, as it is on record.
    pub async fn secret(&self) -> Secret {
        self.operators().secret_versions().await.unwrap().try_into().unwrap()
    }

    /// Makes a version of the secret the one that issues from this moment on, as if the time had passed.
    pub async fn set_issues_from(&self, number: u16, moment: Timestamp) {
        let place = self.secret().await.versions().iter().position(|version| version.number() == number).unwrap();
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let update = self.raw_client().update_item().table_name(self.store.table_name());
        let update = update.key("PK", text("SECRET")).key("SK", text("SECRET"));
        let update = update.update_expression(format!("SET versions[{place}].issues_from = :moment"));
        update.expression_attribute_values(":moment", text(&moment.to_string())).send().await.unwrap();
    }

    /// The table as operators' functions have it.
    pub fn operators(&self) -> Table<Operator> {
        Table::new(self.store.clone())
    }

    /// The table as the function with this name has it in a sandbox. Starts the function if it was not started there.
    async fn started(&self, function: &str, sandbox: usize) -> Store {
        let place = (function.to_owned(), sandbox);
        if let Some(started) = self.functions.lock().unwrap().get(&place) {
            return started.clone();
        }
        let (quotas, mail) = (*self.quotas.lock().unwrap(), self.mail.lock().unwrap().clone());
        let origin = (!self.has_no_origin.load(Ordering::Relaxed)).then_some(ORIGIN);
        let store = Store::new(self.configuration.clone(), self.store.table_name());
        let store = store.with_quotas(quotas).with_public_origin(origin).with_mail(mail).with_hashing(cheap());
        // Functions without a route read the secret when they need it, and those of files never do.
        let is_file = documents::is_of_the_page(function) || function == "portal-show-asset";
        let reads_secret = !routes::is_without_route(function) && !is_file;
        if reads_secret && !self.fails_to_start.load(Ordering::Relaxed) {
            starting(store.start(1)).await;
        }
        self.functions.lock().unwrap().insert(place, store.clone());
        store
    }

    /// Starts every function that has a route and was not started.
    pub async fn start_functions(&self) {
        for route in &self.routes {
            self.started(&route.function, 0).await;
        }
    }

    /// From now on, functions that start fail to reach the table, or reach it again.
    pub fn fail_starts(&self, fails: bool) {
        self.fails_to_start.store(fails, Ordering::Relaxed);
    }

    /// From now on, functions are configured without an origin for links.
    pub fn forget_origin(&self) {
        self.has_no_origin.store(true, Ordering::Relaxed);
        self.restart();
    }

    /// From now on callers may use up this much; without it, as much as they like.
    pub fn set_quotas(&self, quotas: Quotas) {
        *self.quotas.lock().unwrap() = quotas;
        self.restart();
    }

    /// From now on the product mails like this; without it, not at all.
    pub fn set_mail(&self, settings: Option<MailSettings>) {
        *self.mail.lock().unwrap() = settings;
        self.restart();
    }

    /// Forgets all functions, so that each starts again, as after a pause in the cloud.
    pub fn restart(&self) {
        self.functions.lock().unwrap().clear();
    }

    /// Invokes a function without a route. Returns its answer, or its `errorType` and `errorMessage`.
    pub async fn operate(&self, function: &str, payload: Value) -> Result<Value, (String, String)> {
        self.operate_with(function, &payload.to_string()).await
    }

    /// Invokes a function without a route with a payload exactly as it is written.
    pub async fn operate_with(&self, function: &str, payload: &str) -> Result<Value, (String, String)> {
        let payload: Box<RawValue> = serde_json::from_str(payload).unwrap();
        let mut texts = log::texts_in(&serde_json::from_str(payload.get()).unwrap());
        let done = as_function(function, async {
            let store = self.started(function, 0).await;
            match operator::operate_as(function, "test", &store, &payload).await {
                Some(done) => Some(done.map_err(lambda_runtime::Diagnostic::from)),
                None => mail::operate_as(function, "test", &store, &payload).await.map(|done| done.map_err(Into::into)),
            }
        });
        let (done, logged) = log::logged(done).await;
        let done = done.unwrap_or_else(|| panic!("no function without a route is called {function}"));
        texts.extend(done.as_ref().map(log::texts_in).unwrap_or_default());
        logged.expect_silence(&log::private(texts));
        *self.log.lock().unwrap() = logged.lines();
        done.map_err(|shown| (shown.error_type, shown.error_message))
    }

    /// A request to any path, with or without a query.
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
            source: "192.0.2.1".to_owned(),
        };
        RequestBuilder { app: self, event, sandbox: 0 }
    }

    /// A request to the reseller API; `rest` follows its base path and may have a query.
    pub fn reseller_api(&self, method: &str, rest: impl std::fmt::Display) -> RequestBuilder<'_> {
        self.request(method, &format!("{RESELLER}{rest}"))
    }

    /// Creates a customer with this name through the reseller API and returns its id.
    pub async fn create(&self, tenant: &Tenant, name: &str) -> u64 {
        self.create_with(tenant, json!({"name": name, "email": "customer@example.com"})).await
    }

    /// Creates a customer with this body through the reseller API and returns its id.
    pub async fn create_with(&self, tenant: &Tenant, body: Value) -> u64 {
        self.reseller_api("POST", "").key(&tenant.key).json(&body).send().await.expect(201).id()
    }

    /// Creates a customer as another API does: it may have parts of a name and no e-mail address. Returns its id.
    pub async fn create_elsewhere(&self, tenant: &Tenant, profile: Profile) -> u64 {
        self.create_record(tenant, new_customer(tenant, profile)).await.unwrap()
    }

    /// Adds `count` customers directly to the table: copies of the row of `model`, with the names `<prefix> 000000`, `<prefix>
    /// 000001` and so on. Much faster than creating them. Returns their ids.
    pub async fn fill(&self, tenant: &Tenant, model: u64, prefix: &str, count: u64) -> Vec<u64> {
        self.fill_named(tenant, model, count, |place| Some(format!("{prefix} {place:06}"))).await
    }

    /// Adds `count` copies of the row of `model` to the table, with the same name.
    pub async fn fill_as_they_are(&self, tenant: &Tenant, model: u64, count: u64) -> Vec<u64> {
        self.fill_named(tenant, model, count, |_| None).await
    }

    async fn fill_named(&self, tenant: &Tenant, model: u64, count: u64, name: impl Fn(u64) -> Option<String>) -> Vec<u64> {
        let client = self.raw_client();
        let partition = format!("RESELLER#{}", tenant.id);
        let text = |text: String| AttributeValue::S(text);
        let key =
            |id: u64| HashMap::from([("PK".into(), text(partition.clone())), ("SK".into(), text(format!("CUSTOMER#{id:016}")))]);
        let get = client.get_item().table_name(self.store.table_name()).set_key(Some(key(model)));
        let model = get.send().await.unwrap().item.unwrap();
        let counter = HashMap::from([("PK".into(), text("COUNTERS".into())), ("SK".into(), text("CUSTOMER".into()))]);
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
        ids.iter().for_each(|id| self.note_filled(*id));
        for batch in ids.chunks(25) {
            let puts = batch.iter().map(|&id| {
                let mut row = model.clone();
                row.extend(key(id));
                row.insert("id".into(), AttributeValue::N(id.to_string()));
                if let Some(name) = name(id - ids[0]) {
                    row.insert("by_name".into(), text(format!("{}\0{id:016}", name.to_lowercase())));
                    row.insert("organization".into(), text(name));
                }
                for index in ["by_name", "by_email", "by_status", "by_registered", "by_modified"] {
                    let value = row[index].as_s().unwrap().split('\0').next().unwrap().to_owned();
                    row.insert(index.into(), text(format!("{value}\0{id:016}")));
                }
                row
            });
            self.put_rows(puts).await;
            self.put_rows(batch.iter().map(|&id| {
                let account: u64 = model["account_id"].as_n().unwrap().parse().unwrap();
                HashMap::from([
                    ("PK".into(), text(format!("ACCOUNTS#{}", tenant.id))),
                    ("SK".into(), text(format!("{account:016}#{id:016}"))),
                    ("customer".into(), AttributeValue::N(id.to_string())),
                ])
            }))
            .await;
        }
        let is_active = *model["is_active"].as_bool().unwrap();
        for shard in 0..16 {
            let more = ids.iter().filter(|&id| id % 16 == shard).count();
            let row = HashMap::from([
                ("PK".into(), text(format!("COUNTS#{}", tenant.id))),
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

    /// Notes that rows of this customer were put straight into the table, without entries of the activity.
    pub fn note_filled(&self, customer: u64) {
        self.filled.lock().unwrap().insert(customer);
    }

    /// The customers that were noted so.
    pub fn filled(&self) -> BTreeSet<u64> {
        self.filled.lock().unwrap().clone()
    }

    /// Puts at most 25 rows directly into the table.
    pub async fn put_rows(&self, rows: impl Iterator<Item = HashMap<String, AttributeValue>>) {
        let put = |row| WriteRequest::builder().put_request(PutRequest::builder().set_item(Some(row)).build().unwrap()).build();
        let client = self.raw_client();
        let write =
            client.batch_write_item().request_items(self.store.table_name(), rows.map(put).collect()).send().await.unwrap();
        assert!(write.unprocessed_items.is_none_or(|left| left.is_empty()));
    }

    /// Lists customers through the reseller API with this query, which has no question mark.
    pub async fn list(&self, tenant: &Tenant, query: &str) -> Answer {
        self.reseller_api("GET", format!("?{query}")).key(&tenant.key).send().await.expect(200)
    }

    /// Lists customers page by page, following the `Link` of each answer unchanged. Returns all answers.
    pub async fn list_all(&self, tenant: &Tenant, query: &str) -> Vec<Answer> {
        let mut pages = vec![self.list(tenant, query).await];
        while let Some(next) = pages.last().and_then(Answer::next) {
            pages.push(self.request("GET", &next).key(&tenant.key).send().await.expect(200));
        }
        pages
    }

    /// All rows of the table, in no particular order: to show that a call wrote nothing.
    pub async fn all_rows(&self) -> Vec<String> {
        let mut rows: Vec<String> = self.scanned().await.into_iter().map(|row| shown(&AttributeValue::M(row))).collect();
        rows.sort();
        rows
    }

    /// All rows of the table as the engine has them.
    pub async fn scanned(&self) -> Vec<HashMap<String, AttributeValue>> {
        let pages = self.raw_client().scan().table_name(self.store.table_name()).consistent_read(true).into_paginator();
        pages.items().send().collect::<Result<Vec<_>, _>>().await.unwrap()
    }

    /// A client of the engine that bypasses the product and its wire.
    pub fn raw_client(&self) -> aws_sdk_dynamodb::Client {
        self.raw_client.clone()
    }

    /// Passes an event to a function as it is, for events that our gateway does not make but another one may.
    pub async fn invoke(&self, function: &str, event: Value) -> Answer {
        let request = event.to_string().chars().take(2_000).collect();
        let texts = event["body"].as_str().map(|body| log::texts_in_body(body.as_bytes())).unwrap_or_default();
        self.answer((function, 0), &serde_json::from_value(event).unwrap(), texts, request).await
    }

    /// The log of the last request or invocation.
    pub fn last_log(&self) -> Vec<Value> {
        self.log.lock().unwrap().clone()
    }

    /// The answer of a function, in one of its sandboxes, to a request that contains these texts and is shown like this.
    async fn answer(
        &self,
        (function, sandbox): (&str, usize),
        request: &Request,
        mut texts: Vec<String>,
        shown: String,
    ) -> Answer {
        let answered = as_function(function, async {
            let store = self.started(function, sandbox).await;
            let answers = [
                branding::respond_as(function, "test", &store, request).await,
                customer::respond_as(function, "test", &store, request).await,
                documentation::respond_as(function, "test", &store, request).await,
                licensing::respond_as(function, "test", &store, request).await,
                management::respond_as(function, "test", &store, request).await,
                portal::respond_as(function, "test", &store, request).await,
                reseller::respond_as(function, "test", &store, request).await,
                user::respond_as(function, "test", &store, request).await,
            ];
            answers.into_iter().flatten().next()
        });
        let (answered, logged) = log::logged(answered).await;
        let response = answered.unwrap_or_else(|| panic!("no function is called {function}"));
        let is_undocumented = documents::is_undocumented(function);
        if (response.status().as_u16() < 400 || response.status().as_u16() == 410) && !is_undocumented {
            texts.extend(log::texts_in_body(response.body()));
        }
        let cookies = response
            .headers()
            .get_all("set-cookie")
            .iter()
            .map(|set| ("set-cookie".to_owned(), set.to_str().unwrap().to_owned()));
        texts.extend(log::secrets_in(&cookies.collect::<Vec<_>>()));
        logged.expect_silence(&log::private(texts));
        *self.log.lock().unwrap() = logged.lines();
        let answer = Answer::new(shown, response);
        if is_undocumented {
            return answer;
        }
        if request.is_beyond_route() {
            documents::expect_no_such_route(function, &answer);
        } else {
            documents::expect_documented(function, &answer);
        }
        answer
    }
}

/// A value as a text that is always the same, because maps have no order.
fn shown(value: &AttributeValue) -> String {
    match value {
        AttributeValue::M(attributes) => {
            let attributes: BTreeMap<_, _> = attributes.iter().map(|(name, value)| (name, shown(value))).collect();
            let attributes: Vec<String> = attributes.iter().map(|(name, value)| format!("{name:?}: {value}")).collect();
            format!("{{{}}}", attributes.join(", "))
        }
        AttributeValue::L(values) => format!("[{}]", values.iter().map(shown).collect::<Vec<_>>().join(", ")),
        simple => format!("{simple:?}"),
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

/// A request that is being built.
#[must_use = "a request does nothing until it is sent"]
pub struct RequestBuilder<'a> {
    app: &'a App,
    event: Event,
    sandbox: usize,
}

impl RequestBuilder<'_> {
    /// Adds this key of the reseller API.
    pub fn key(self, key: &str) -> Self {
        self.header("x-zoom-s2t-key", key)
    }

    /// Adds this header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.event.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds this token of the licensing API.
    pub fn token(self, token: &str) -> Self {
        self.header("Authorization", &format!("Basic {token}"))
    }

    /// Adds this `user:password` of the Management API.
    pub fn user(self, user_and_password: &str) -> Self {
        self.header("Authorization", &format!("Basic {}", STANDARD.encode(user_and_password)))
    }

    /// Adds this body, as XML.
    pub fn xml(self, body: &str) -> Self {
        self.header("content-type", "application/xml").body(body)
    }

    /// Adds this encoded form as the body.
    pub fn form(self, body: &str) -> Self {
        self.header("content-type", "application/x-www-form-urlencoded").body(body)
    }

    /// Adds this body, as JSON.
    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }

    /// Adds these bytes as the body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.event.body = Some(body.into());
        self
    }

    /// Comes from this source address.
    pub fn source(mut self, address: &str) -> Self {
        address.clone_into(&mut self.event.source);
        self
    }

    /// Is answered by the function in this sandbox. Requests at the same time have sandboxes of their own in the cloud.
    pub fn sandbox(self, sandbox: usize) -> Self {
        Self { sandbox, ..self }
    }

    /// Sends the request.
    pub async fn send(self) -> Answer {
        let Self { app, event, sandbox } = self;
        let Some(matched) = routes::find(&app.routes, &event.method, &event.path) else {
            // The answer of the gateway when there is no route.
            let body = json!({"message": "Not Found"}).to_string();
            return Answer { request: event.to_string(), status: 404, headers: Vec::new(), body };
        };
        let mut texts = log::texts_in_body(event.body.as_deref().unwrap_or_default());
        texts.extend(log::texts_in_body(event.query.as_bytes()));
        texts.extend(log::secrets_in(&event.headers));
        texts.extend(event.path.strip_prefix("/invitation/").map(str::to_owned));
        app.answer((&matched.function, sandbox), &event.request(&matched), texts, event.to_string()).await
    }
}
