//! A sequence of operations that runs against the product and the model, which must agree after each operation.

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::FutureExt;
use serde_json::{Value, json};

use super::model::{Body, Field, Model, Record, Refusal, is_management};
use super::operation::{Client, Expected, Fields, Format, Operation, Query, Safety, Sent, Whom};
use super::spoken::{as_said, carried, said, with_body, written};
use crate::harness::records::{Row, number, words};
use crate::harness::{Answer, App, RequestBuilder, Tenant, encoded};

/// How many idempotency keys were given.
static KEYS: AtomicU64 = AtomicU64::new(0);

/// The id of a customer that never existed.
const NOBODY: u64 = 999_999_999;

/// A reseller with two accounts and a credential for each client.
pub struct Credentials {
    pub tenant: Tenant,
    accounts: Vec<u64>,
    licensing: String,
    management: String,
    limited: String,
}

impl Credentials {
    pub async fn issue(app: &App) -> Self {
        let tenant = app.reseller("Northwind Resale").await;
        let added = app.operate("operator-add-account", json!({"reseller_id": tenant.id})).await.unwrap();
        let accounts: Vec<u64> = serde_json::from_value(added["account_ids"].clone()).unwrap();
        let licensing = app.licensing_token(&tenant, &["read", "write"]).await;
        let management = service_user(app, &tenant, "all", &accounts).await;
        let limited = service_user(app, &tenant, "limited", &accounts[..1]).await;
        Self { tenant, accounts, licensing, management, limited }
    }
}

async fn service_user(app: &App, tenant: &Tenant, label: &str, accounts: &[u64]) -> String {
    let payload = json!({
        "reseller_id": tenant.id, "kind": "service_user", "permissions": ["read", "write"], "label": label, "accounts": accounts,
    });
    let issued = app.operate("operator-issue-key", payload).await.unwrap();
    let text = |field: &str| issued[field].as_str().unwrap().to_owned();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", text("user"), text("password"))))
}

/// The customer of another reseller. No client of these tests may see or change it.
pub struct Stranger {
    pub id: u64,
    pub account: u64,
}

/// Runs all operations, and compares everything at the end. An error says what differs, and all that was sent and answered.
pub async fn live(app: &App, credentials: &Credentials, stranger: &Stranger, operations: &[Operation]) -> Result<(), String> {
    let model = Model::new(credentials.accounts.clone());
    let mut life = Life { app, credentials, stranger, model, answered: Vec::new(), story: Vec::new() };
    let lived = life.all(operations).await;
    lived.map_err(|difference| format!("{difference}\n\nThe whole sequence:\n{}", life.story.join("\n")))
}

/// A request for a change.
#[derive(Clone)]
struct Change {
    client: Client,
    method: &'static str,
    path: String,
    body: Option<(Body, Format)>,
    expected: Option<String>,
    key: Option<String>,
}

struct Life<'a> {
    app: &'a App,
    credentials: &'a Credentials,
    stranger: &'a Stranger,
    model: Model,
    /// The changes that were sent with an idempotency key, and their answers.
    answered: Vec<(Change, Answer)>,
    /// Each operation with its requests and answers.
    story: Vec<String>,
}

fn equal<T: PartialEq + std::fmt::Debug>(what: &str, is: T, must_be: T) -> Result<(), String> {
    if is == must_be { Ok(()) } else { Err(format!("{what} is\n  {is:?}\nand must be\n  {must_be:?}")) }
}

impl Life<'_> {
    async fn all(&mut self, operations: &[Operation]) -> Result<(), String> {
        for (place, operation) in operations.iter().enumerate() {
            self.story.push(format!("\n{}. {operation:?}", place + 1));
            match operation {
                Operation::Create { client, fields, format, is_repeated } => {
                    self.create(*client, fields, *format, Safety { expected: None, is_repeated: *is_repeated }).await?;
                }
                Operation::Change { client, whom, is_whole, fields, format, safety } => {
                    let id = self.id(*whom);
                    let body = self.body(*client, self.model.known(*client, id), *is_whole, fields, *format);
                    self.change(*client, id, &body, *format, *safety).await?;
                }
                Operation::Delete { client, whom, safety } => self.delete(*client, self.id(*whom), *safety).await?,
                Operation::Read { client, whom, by_code } => self.read(*client, self.id(*whom), *by_code).await?,
                Operation::List { client, query } => self.list(*client, query).await?,
            }
        }
        self.end().await
    }

    /// Compares all views and all rows, sends back what one API showed, and then deletes everything.
    async fn end(&mut self) -> Result<(), String> {
        self.story.push("\nAt the end".to_owned());
        let all = Query { filter: None, offset: None, limit: Some(100), sort: None, is_descending: false };
        for client in [Client::Reseller, Client::Licensing, Client::Management] {
            self.list(client, &all).await?;
        }
        if let Some((place, &last)) = self.model.made.iter().enumerate().rfind(|(_, id)| self.model.customers.contains_key(id)) {
            let client = [Client::Licensing, Client::Management, Client::Reseller][place % 3];
            let body = self.body(client, self.model.known(client, last), true, &Vec::new(), Format::Attributes);
            self.change(client, last, &body, Format::Attributes, Safety::NONE).await?;
        }
        self.repeat_all().await?;
        let audited = AssertUnwindSafe(self.app.audit(&self.credentials.tenant)).catch_unwind().await;
        let rows = audited.map_err(|_| "the rows do not agree with each other; the panic above says how")?;
        equal("the ids on record", rows.keys().collect::<Vec<_>>(), self.model.customers.keys().collect())?;
        rows.values().zip(self.model.customers.values()).try_for_each(|(row, record)| recorded(row, record))?;
        for (id, client) in rows.into_keys().zip([Client::Reseller, Client::Licensing].into_iter().cycle()) {
            self.delete(client, id, Safety::NONE).await?;
        }
        self.repeat_all().await
    }

    /// Sends each change again that was sent with an idempotency key: the answer is the first one, whatever happened since.
    async fn repeat_all(&mut self) -> Result<(), String> {
        for (change, first) in self.answered.clone() {
            let answer = self.sent(&change).await;
            equal("the answer to a repetition", answer.shown(), first.shown())?;
        }
        Ok(())
    }

    async fn sent(&mut self, change: &Change) -> Answer {
        let mut request = self.request(change.client, change.method, &change.path);
        for (name, value) in [("If-Match", &change.expected), ("Idempotency-Key", &change.key)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        if let Some((body, format)) = &change.body {
            request = with_body(request, change.client, body, *format);
        }
        let answer = request.send().await;
        self.told(answer)
    }

    /// The answer to a change, which must be the same when it is repeated with its key.
    async fn answer(&mut self, mut change: Change, id: Option<u64>, safety: Safety) -> Result<Answer, String> {
        let revision = id.and_then(|id| self.model.customers.get(&id)).map_or(1, |record| record.revision);
        let tag = |revision: u64, end: &str| format!("\"{}-{revision}{end}\"", id.unwrap_or_default());
        change.expected = safety.expected.map(|expected| match expected {
            Expected::Current => tag(revision, ""),
            Expected::CurrentInXml => format!("\"other\", {}", tag(revision, "-xml")),
            Expected::Any => "*".to_owned(),
            Expected::Other => format!("{}, W/{}", tag(revision + 1, ""), tag(revision, "")),
        });
        if safety.is_repeated {
            change.key = Some(format!("key {}", KEYS.fetch_add(1, Ordering::Relaxed)));
        }
        let answer = self.sent(&change).await;
        if safety.is_repeated {
            let again = self.sent(&change).await;
            equal("the answer to a repetition", again.shown(), answer.shown())?;
            if answer.status < 400 || answer.status == 410 {
                self.answered.push((change, answer.clone()));
            }
        }
        Ok(answer)
    }

    fn id(&self, whom: Whom) -> u64 {
        match whom {
            Whom::Made(place) if !self.model.made.is_empty() => self.model.made[place % self.model.made.len()],
            Whom::Stranger => self.stranger.id,
            Whom::Made(_) | Whom::Nobody => NOBODY,
        }
    }

    /// The body with these fields, for a customer if there is one.
    fn body(&self, client: Client, record: Option<&Record>, is_whole: bool, fields: &Fields, format: Format) -> Body {
        let shown = record.map(|record| record.view(client)).unwrap_or_default();
        let mut body = if is_whole { shown.clone() } else { Body::new() };
        if is_whole && record.is_none() && client == Client::Reseller {
            body.extend([("name".to_owned(), json!("Acme")), ("email".to_owned(), json!("ann@example.com"))]);
        }
        for (field, sent) in fields {
            match self.value(sent, shown.get(*field)) {
                Some(value) => drop(body.insert((*field).to_owned(), value)),
                None => drop(body.remove(*field)),
            }
        }
        carried(client, body, format)
    }

    fn value(&self, sent: &Sent, shown: Option<&Value>) -> Option<Value> {
        let changed = |change: &dyn Fn(&str) -> String| {
            shown.map(|shown| shown.as_str().map_or_else(|| shown.clone(), |text| change(text).into()))
        };
        match sent {
            Sent::Text(text) => Some(json!(text)),
            Sent::Shown => shown.cloned(),
            Sent::Padded => changed(&|text| format!(" \t{text}\r\n ")),
            Sent::Capitals => changed(&str::to_uppercase),
            Sent::Null => Some(Value::Null),
            Sent::Number => Some(json!(17)),
            Sent::Boolean(value) => Some(json!(value)),
            Sent::Account(place) => Some(json!(self.credentials.accounts[*place])),
            Sent::ForeignAccount => Some(json!(self.stranger.account)),
            Sent::Nothing => None,
        }
    }

    fn request(&self, client: Client, method: &str, path: &str) -> RequestBuilder<'_> {
        let request = self.app.request(method, path);
        match client {
            Client::Reseller => request.key(&self.credentials.tenant.key),
            Client::Licensing => request.token(&self.credentials.licensing),
            Client::Management => request.header("authorization", &self.credentials.management),
            Client::Limited => request.header("authorization", &self.credentials.limited),
        }
    }

    fn told(&mut self, answer: Answer) -> Answer {
        self.story.push(answer.to_string());
        answer
    }

    async fn create(&mut self, client: Client, fields: &Fields, format: Format, safety: Safety) -> Result<(), String> {
        let body = self.body(client, None, false, fields, format);
        let expected = self.model.create(client, &body, format);
        let method = if is_management(client) { "PUT" } else { "POST" };
        let change =
            Change { client, method, path: collection(client).to_owned(), body: Some((body, format)), expected: None, key: None };
        let answer = self.answer(change, None, safety).await?;
        let mut new = match expected {
            Ok(new) => new,
            Err(refusal) => return refused(client, &answer, &refusal),
        };
        equal("the status", answer.status, 201)?;
        new.id = match client {
            Client::Reseller => said(&answer)?["result"]["id"].as_u64(),
            Client::Licensing => said(&answer)?["customer_id"].as_u64(),
            Client::Management | Client::Limited => written(&said(&answer)?["id"]).parse().ok(),
        }
        .ok_or("the answer has no id")?;
        if self.model.made.last().is_some_and(|last| *last >= new.id) {
            return Err("the id is not a new one".to_owned());
        }
        let location = (client == Client::Licensing).then(|| format!("/api/customer/{}", new.id));
        equal("the Location", answer.header("location"), location.as_deref())?;
        let id = new.id;
        self.model.admit(new);
        if client != Client::Reseller {
            // Only the reseller API shows the times in full.
            self.read(Client::Reseller, id, false).await?;
        }
        self.shown(client, id, &answer)
    }

    async fn change(&mut self, client: Client, id: u64, body: &Body, format: Format, safety: Safety) -> Result<(), String> {
        let before = self.model.customers.clone();
        let mut changed = self.model.change(client, id, body, format);
        // The revision is looked at after the form, and before it is known whether an address is free.
        if safety.expected == Some(Expected::Other) && changed.as_ref().err().is_none_or(|refusal| refusal.status == 409) {
            changed = Err(Refusal::other_revision(client));
        }
        let model_now = std::mem::replace(&mut self.model.customers, before);
        let method = if is_management(client) { "POST" } else { "PUT" };
        let body = Some((body.clone(), format));
        let change = Change { client, method, path: address(client, id), body, expected: None, key: None };
        let answer = self.answer(change, Some(id), safety).await?;
        if changed.is_ok() {
            self.model.customers = model_now;
        }
        match (changed, client) {
            (Err(refusal), _) => refused(client, &answer, &refusal),
            (Ok(false), Client::Licensing) => equal("the answer", (answer.status, answer.body.as_str()), (304, "")),
            (Ok(_), _) => {
                equal("the status", answer.status, if client == Client::Reseller { 201 } else { 200 })?;
                self.shown(client, id, &answer)
            }
        }
    }

    async fn delete(&mut self, client: Client, id: u64, safety: Safety) -> Result<(), String> {
        let change = Change { client, method: "DELETE", path: address(client, id), body: None, expected: None, key: None };
        let answer = self.answer(change, Some(id), safety).await?;
        if self.model.known(client, id).is_none() {
            return refused(client, &answer, &Refusal::unknown(client));
        }
        if safety.expected == Some(Expected::Other) {
            return refused(client, &answer, &Refusal::other_revision(client));
        }
        if client == Client::Reseller {
            equal("the answer", (answer.status, answer.body.as_str()), (204, ""))?;
        } else {
            equal("the status", answer.status, 410)?;
            self.shown(client, id, &answer)?;
        }
        self.model.customers.remove(&id);
        Ok(())
    }

    async fn read(&mut self, client: Client, id: u64, by_code: bool) -> Result<(), String> {
        let code = self.model.known(client, id).map(Record::shown_code).filter(|_| by_code && is_management(client));
        let path = code.map_or_else(|| address(client, id), |code| format!("{}/*{}", collection(client), encoded(&code)));
        let answer = self.request(client, "GET", &path).send().await;
        let answer = self.told(answer);
        if self.model.known(client, id).is_none() {
            return refused(client, &answer, &Refusal::unknown(client));
        }
        equal("the status", answer.status, if client == Client::Licensing { 302 } else { 200 })?;
        equal("the Location", answer.header("location"), None)?;
        self.shown(client, id, &answer)
    }

    async fn list(&mut self, client: Client, query: &Query) -> Result<(), String> {
        let filter = query.filter.as_ref().and_then(|(field, sent)| Some((*field, written(&self.value(sent, None)?))));
        let filter = filter.as_ref().map(|(field, value)| (*field, value.as_str()));
        let expected = self.model.list(client, query, filter);
        let path = match client {
            Client::Licensing => "/api/customers".to_owned(),
            Client::Reseller => {
                let mut path = format!("{}?direction={}", collection(client), if query.is_descending { "desc" } else { "asc" });
                path.extend(filter.map(|(field, value)| format!("&filter={field}%3D{}", encoded(value))));
                path.extend(query.sort.map(|sort| format!("&sort={sort}")));
                path
            }
            Client::Management | Client::Limited => {
                let filter = filter.map(|(field, value)| format!("{field}={}", encoded(value)));
                format!("{}?{}", collection(client), filter.unwrap_or_default())
            }
        };
        let paging = [("offset", query.offset), ("limit", query.limit)];
        let paging = paging.into_iter().filter_map(|(name, number)| Some(format!("&{name}={}", number?)));
        let path = if client == Client::Licensing { path } else { path + &paging.collect::<String>() };
        let answer = self.request(client, "GET", &path).send().await;
        let answer = self.told(answer);
        let (ids, total) = match expected {
            Ok(expected) => expected,
            Err(refusal) => return refused(client, &answer, &refusal),
        };
        if client == Client::Licensing && ids.is_empty() {
            return equal("the answer", (answer.status, answer.body.as_str()), (204, ""));
        }
        equal("the status", answer.status, 200)?;
        let got = said(&answer)?;
        if client == Client::Reseller {
            for result in got["result"].as_array().into_iter().flatten() {
                self.learn(result)?;
            }
        }
        let views: Vec<Body> = ids.iter().map(|id| self.model.customers[id].view(client)).collect();
        if client == Client::Reseller {
            let body = json!({"result": views, "count": ids.len(), "total_results": total});
            return equal("the body", answer.body, body.to_string());
        }
        if is_management(client) {
            let is_certain = filter.is_none() && client == Client::Management || ids.len() < query.limit.unwrap_or(100);
            match answer.header("x-total-count") {
                None if !is_certain || query.offset.is_some() => {}
                count => equal("X-Total-Count", count, Some(total.to_string().as_str()))?,
            }
        }
        equal("the list", got, as_said(&answer, json!(views)))
    }

    /// Checks that the answer is this customer, and nothing else.
    fn shown(&mut self, client: Client, id: u64, answer: &Answer) -> Result<(), String> {
        let got = said(answer)?;
        let end = if answer.header("content-type").is_some_and(|media_type| media_type.contains("xml")) { "-xml" } else { "" };
        let tag = format!("\"{id}-{}{end}\"", self.model.customers[&id].revision);
        equal("the ETag", answer.header("etag"), Some(tag.as_str()))?;
        if client == Client::Reseller {
            self.learn(&got["result"])?;
            let body = json!({"result": self.model.customers[&id].view(client), "count": 1, "total_results": 1});
            return equal("the body", &answer.body, &body.to_string());
        }
        equal("the customer", got, as_said(answer, json!(self.model.customers[&id].view(client))))
    }

    /// Learns the times of an answer. They must be as before if nothing changed, and later if something did.
    fn learn(&mut self, result: &Value) -> Result<(), String> {
        let id = result["id"].as_u64().unwrap_or_default();
        let record = self.model.customers.get_mut(&id).ok_or("the answer shows an unknown customer")?;
        let created = written(&result["registration_date"]);
        let modified = written(&result["last_modified"]);
        if record.created_at.get_or_insert_with(|| created.clone()) != &created {
            return Err("the registration date changed".to_owned());
        }
        let before = record.modified_at.replace(modified.clone()).unwrap_or(created);
        let is_right = if record.has_moved { modified > before } else { modified == before };
        record.has_moved = false;
        if is_right { Ok(()) } else { Err(format!("last_modified was {before} and is {modified}")) }
    }
}

fn collection(client: Client) -> &'static str {
    match client {
        Client::Reseller => "/api/v3/reseller/customer/",
        Client::Licensing => "/api/customer",
        Client::Management | Client::Limited => "/api/v01/customers",
    }
}

fn address(client: Client, id: u64) -> String {
    match client {
        Client::Reseller => format!("{}{id}/", collection(client)),
        _ => format!("{}/{id}", collection(client)),
    }
}

/// Checks that the answer is this error, in the form of its API, and names the wrong fields.
fn refused(client: Client, answer: &Answer, refusal: &Refusal) -> Result<(), String> {
    equal("the status", answer.status, refusal.status)?;
    let body = said(answer)?;
    let named = |member: &str| -> BTreeSet<String> {
        body[member].as_object().into_iter().flatten().map(|(field, _)| field.clone()).collect()
    };
    match client {
        Client::Reseller => {
            equal("the error_code", written(&body["error_code"]), refusal.code.to_owned())?;
            equal("details", named("details"), refusal.fields.clone())
        }
        Client::Licensing => {
            equal("the error", written(&body["error"]), refusal.code.to_owned())?;
            equal("fields", named("fields"), refusal.fields.clone())
        }
        Client::Management | Client::Limited => {
            let code = written(&body["failureCode"]);
            equal("the category", code.get(..1), Some(refusal.code))?;
            // The error names one field only.
            let is_right = match body.get("field") {
                Some(field) => refusal.fields.contains(&written(field)),
                None => refusal.fields.is_empty(),
            };
            if is_right { Ok(()) } else { Err(format!("the field must be one of {:?}", refusal.fields)) }
        }
    }
}

/// Checks that the row is the record.
fn recorded(row: &Row, record: &Record) -> Result<(), String> {
    let fields = [
        ("organization", Field::Organization),
        ("first_name", Field::FirstName),
        ("last_name", Field::LastName),
        ("email", Field::Email),
        ("phone", Field::Phone),
        ("street", Field::Street),
        ("city", Field::City),
        ("state", Field::State),
        ("zip_code", Field::ZipCode),
        ("country_code", Field::CountryCode),
    ];
    for (attribute, field) in fields {
        equal(attribute, words(row, attribute), record.values.get(&field).map(String::as_str))?;
    }
    equal("the code", words(row, "code"), record.code.as_deref())?;
    equal("the account", number(row, "account_id"), record.account)?;
    equal("the revision", number(row, "revision"), record.revision)?;
    equal("whether the address is held", row["holds_email"].as_bool(), Ok(&record.holds_email))?;
    equal("modified_at", words(row, "modified_at"), record.modified_at.as_deref())
}
