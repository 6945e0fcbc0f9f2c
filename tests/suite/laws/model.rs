//! The contract in memory: what each API takes, refuses and shows, without any code of the product.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::operation::{Client, Format, Query};

/// A body or a query as it is sent: the value of each field.
pub type Body = Map<String, Value>;

/// A field of the record, whatever the APIs call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    FirstName,
    LastName,
    Organization,
    Email,
    Phone,
    Street,
    City,
    State,
    ZipCode,
    CountryCode,
}

/// A field as an API knows it: its name there, and the most characters that the API takes.
type Known = (&'static str, Field, usize);

const LICENSING: [Known; 4] = [
    ("company", Field::Organization, 255),
    ("firstname", Field::FirstName, 125),
    ("lastname", Field::LastName, 125),
    ("email", Field::Email, 254),
];

const MANAGEMENT: [Known; 10] = [
    ("firstName", Field::FirstName, 125),
    ("lastName", Field::LastName, 125),
    ("organizationName", Field::Organization, 255),
    ("email", Field::Email, 100),
    ("phone", Field::Phone, 15),
    ("street", Field::Street, 128),
    ("city", Field::City, 50),
    ("state", Field::State, 3),
    ("zipCode", Field::ZipCode, 10),
    ("countryCode", Field::CountryCode, 2),
];

/// The fields of the Management API that no call changes.
const READ_ONLY: [&str; 4] = ["id", "code", "accountId", "createDate"];

/// An error answer, and the fields that it may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    /// The error code; for the Management API, the letter of the category.
    pub code: &'static str,
    pub fields: BTreeSet<String>,
}

impl Refusal {
    fn new(status: u16, code: &'static str) -> Self {
        Self { status, code, fields: BTreeSet::new() }
    }

    fn of(status: u16, code: &'static str, fields: BTreeSet<String>) -> Result<(), Self> {
        if fields.is_empty() { Ok(()) } else { Err(Self { status, code, fields }) }
    }

    /// The answer to a change of another revision than the client expects.
    pub fn other_revision(client: Client) -> Self {
        Self::new(412, if is_management(client) { "V" } else { "PRECONDITION_FAILED" })
    }

    /// The answer about a customer that does not exist, or that this client can't see.
    pub fn unknown(client: Client) -> Self {
        Self::new(404, if is_management(client) { "V" } else { "NOT_FOUND" })
    }
}

pub fn is_management(client: Client) -> bool {
    matches!(client, Client::Management | Client::Limited)
}

/// The values of a customer, without those that are absent.
type Values = BTreeMap<Field, String>;

/// A customer.
#[derive(Clone, Debug)]
pub struct Record {
    pub id: u64,
    pub account: u64,
    pub code: Option<String>,
    pub values: Values,
    pub is_active: bool,
    /// Whether it holds its address exclusively.
    pub holds_email: bool,
    pub revision: u64,
    /// The times, as far as answers have shown them.
    pub created_at: Option<String>,
    pub modified_at: Option<String>,
    /// Whether there was a change since the last answer that showed `modified_at`.
    pub has_moved: bool,
}

impl Record {
    fn value(&self, field: Field) -> &str {
        self.values.get(&field).map(String::as_str).unwrap_or_default()
    }

    fn or_null(&self, field: Field) -> Value {
        self.values.get(&field).map_or(Value::Null, |value| json!(value))
    }

    pub fn name(&self) -> String {
        name(&self.values)
    }

    /// The code by which the customer is known.
    pub fn shown_code(&self) -> String {
        self.code.clone().unwrap_or_else(|| self.id.to_string())
    }

    /// The customer as an API shows it. Only known times are in it.
    pub fn view(&self, client: Client) -> Body {
        let view = match client {
            Client::Reseller => json!({
                "id": self.id,
                "name": self.name(),
                "email": self.or_null(Field::Email),
                "phone": self.or_null(Field::Phone),
                "is_active": self.is_active,
                "registration_date": self.created_at,
                "last_modified": self.modified_at,
            }),
            Client::Licensing => json!({
                "customer_id": self.id,
                "company": self.value(Field::Organization),
                "firstname": self.value(Field::FirstName),
                "lastname": self.value(Field::LastName),
                "email": self.value(Field::Email),
            }),
            Client::Management | Client::Limited => {
                let date = self.created_at.as_ref().and_then(|time| Some(time.get(..19)?.replace('T', " ")));
                let mut view = json!({
                    "id": self.id,
                    "code": self.shown_code(),
                    "accountId": self.account,
                    "createDate": date,
                });
                for (known, field, _) in MANAGEMENT {
                    if let Some(value) = self.values.get(&field) {
                        view[known] = json!(value);
                    }
                }
                view
            }
        };
        match view {
            Value::Object(view) => view,
            _ => Body::new(),
        }
    }
}

fn name(values: &Values) -> String {
    let part = |field| values.get(&field).map(String::as_str);
    part(Field::Organization).map_or_else(
        || [part(Field::FirstName), part(Field::LastName)].into_iter().flatten().collect::<Vec<_>>().join(" "),
        str::to_owned,
    )
}

/// Two texts are equal without regard to case when these are equal; good enough for the texts of these tests.
fn folded(text: &str) -> String {
    text.to_lowercase()
}

fn is_usable(text: &str) -> bool {
    text.chars().all(|character| character >= ' ' || "\t\r\n".contains(character))
}

/// The text that is sent, trimmed; empty for `null`.
fn text(sent: &Value) -> Option<&str> {
    match sent {
        Value::Null => Some(""),
        Value::String(text) if is_usable(text) => Some(text.trim()),
        _ => None,
    }
}

fn is_email(text: &str) -> bool {
    let parts: Vec<&str> = text.split('@').collect();
    parts.len() == 2 && !parts[0].is_empty() && parts[1].contains('.') && !text.contains(' ')
}

fn is_phone(text: &str) -> bool {
    text.chars().all(|character| character.is_ascii_digit() || " +-.()".contains(character))
        && text.contains(|character: char| character.is_ascii_digit())
}

fn is_international(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    text.starts_with('+')
        && !text[1..].contains('+')
        && is_phone(text)
        && (7..=15).contains(&digits)
        && text.chars().count() <= 32
}

/// The value of a field after `sent` replaced `current`; `None` when it is wrong. A value equal to `current` is not checked.
fn edited(current: Option<&String>, sent: &Value, parse: impl Fn(&str) -> Option<String>) -> Option<Option<String>> {
    let sent = text(sent)?;
    match sent {
        _ if current.is_some_and(|current| current == sent) => Some(current.cloned()),
        "" => Some(None),
        _ => parse(sent).map(Some),
    }
}

/// The value of a field, if licensing and management take it.
fn parsed(client: Client, (_, field, maximum): Known, text: &str) -> Option<String> {
    let is_code = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_right = text.chars().count() <= maximum
        && match field {
            Field::Email => is_email(text),
            Field::Phone if is_management(client) => is_phone(text),
            Field::State => is_code,
            Field::CountryCode => ["NL", "DE"].contains(&text.to_uppercase().as_str()),
            _ => true,
        };
    let is_upper = matches!(field, Field::State | Field::CountryCode);
    is_right.then(|| if is_upper { text.to_uppercase() } else { text.to_owned() })
}

/// What a client sends, as its API reads it: the values, and the fields whose values are wrong.
struct Read {
    values: Values,
    is_active: bool,
    wrong: BTreeSet<String>,
}

fn read(client: Client, body: &Body, current: Option<&Record>) -> Read {
    let mut values = current.map(|record| record.values.clone()).unwrap_or_default();
    let mut is_active = current.is_none_or(|record| record.is_active);
    let mut wrong = BTreeSet::new();
    if client == Client::Reseller {
        match body.get("is_active").unwrap_or(&Value::Null) {
            Value::Null => {}
            Value::Bool(sent) => is_active = *sent,
            _ => drop(wrong.insert("is_active".to_owned())),
        }
    }
    let mut set = |name: &str, field: Field, value: Option<Option<String>>| match value {
        None => drop(wrong.insert(name.to_owned())),
        Some(None) => drop(values.remove(&field)),
        Some(Some(value)) => drop(values.insert(field, value)),
    };
    let known: &[Known] = match client {
        Client::Reseller => {
            let at_most = |text: &str, maximum: usize| text.chars().count() <= maximum;
            let shown = current.map(Record::name);
            let name = body.get("name").unwrap_or(&Value::Null);
            if shown.is_none() || text(name) != shown.as_deref() {
                let parsed = edited(None, name, |text| at_most(text, 255).then(|| text.to_owned()));
                set("name", Field::Organization, parsed.filter(Option::is_some));
            }
            let had_email = current.is_none_or(|record| record.values.contains_key(&Field::Email));
            let before = current.and_then(|record| record.values.get(&Field::Email));
            let email = body.get("email").unwrap_or(&Value::Null);
            let parsed = edited(before, email, |text| (at_most(text, 254) && is_email(text)).then(|| text.to_owned()));
            set("email", Field::Email, parsed.filter(|email| email.is_some() || !had_email));
            let before = current.and_then(|record| record.values.get(&Field::Phone));
            let phone = body.get("phone").unwrap_or(&Value::Null);
            set("phone", Field::Phone, edited(before, phone, |text| is_international(text).then(|| text.to_owned())));
            &[]
        }
        Client::Licensing => &LICENSING,
        Client::Management | Client::Limited => &MANAGEMENT,
    };
    for known @ (name, field, _) in known {
        if let Some(sent) = body.get(*name) {
            let before = current.and_then(|record| record.values.get(field));
            set(name, *field, edited(before, sent, |text| parsed(client, *known, text)));
        }
    }
    if is_management(client) {
        let is_unusable = |field: &&str| body.get(*field).and_then(Value::as_str).is_some_and(|text| !is_usable(text));
        wrong.extend(READ_ONLY.into_iter().filter(is_unusable).map(str::to_owned));
    }
    Read { values, is_active, wrong }
}

/// Everything that a reseller has, as far as its APIs show it.
pub struct Model {
    /// The accounts of the reseller, in order.
    pub accounts: Vec<u64>,
    pub customers: BTreeMap<u64, Record>,
    /// All customers that ever existed, in the order in which they were created.
    pub made: Vec<u64>,
}

impl Model {
    pub fn new(accounts: Vec<u64>) -> Self {
        Self { accounts, customers: BTreeMap::new(), made: Vec::new() }
    }

    /// The accounts that a service user was granted.
    fn granted(&self, client: Client) -> &[u64] {
        if client == Client::Limited { &self.accounts[..1] } else { &self.accounts }
    }

    /// The customer, if it exists for this client.
    pub fn known(&self, client: Client, id: u64) -> Option<&Record> {
        let is_visible = |record: &&Record| !is_management(client) || self.granted(client).contains(&record.account);
        self.customers.get(&id).filter(is_visible)
    }

    /// The customers that exist for this client.
    pub fn visible(&self, client: Client) -> Vec<u64> {
        self.customers.keys().copied().filter(|id| self.known(client, *id).is_some()).collect()
    }

    fn has_email(&self, email: &str, except: Option<u64>, is_held: bool) -> bool {
        self.customers.values().any(|other| {
            Some(other.id) != except
                && (other.holds_email || !is_held)
                && other.values.get(&Field::Email).is_some_and(|taken| folded(taken) == folded(email))
        })
    }

    /// The customer that a create makes; the answer gives its id.
    pub fn create(&self, client: Client, body: &Body, format: Format) -> Result<Record, Refusal> {
        readable(client, body, format)?;
        let Read { values, is_active, mut wrong } = read(client, body, None);
        let mut new = Record {
            id: 0,
            account: self.accounts[0],
            code: None,
            values,
            is_active,
            holds_email: false,
            revision: 1,
            created_at: None,
            modified_at: None,
            has_moved: false,
        };
        match client {
            Client::Reseller => Refusal::of(400, "VALIDATION_ERROR", wrong)?,
            Client::Licensing => {
                let is_wrong = |known: &Known| wrong.contains(known.0);
                let is_nameless = name(&new.values).is_empty() && !LICENSING[..3].iter().any(is_wrong);
                let missing =
                    [("company", is_nameless), ("email", !new.values.contains_key(&Field::Email) && !wrong.contains("email"))];
                wrong.extend(missing.into_iter().filter(|(_, is_missing)| *is_missing).map(|(field, _)| field.to_owned()));
                Refusal::of(400, "VALIDATION_ERROR", wrong)?;
                if self.has_email(new.value(Field::Email), None, false) {
                    return Err(Refusal::new(409, "CONFLICT"));
                }
                new.holds_email = true;
            }
            Client::Management | Client::Limited => {
                let account = match body.get("accountId").unwrap_or(&Value::Null) {
                    Value::Number(number) => number.as_u64(),
                    other => match text(other) {
                        Some("") => None,
                        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok(),
                        _ => {
                            wrong.insert("accountId".to_owned());
                            None
                        }
                    },
                };
                match text(body.get("code").unwrap_or(&Value::Null)) {
                    Some("") => {}
                    Some(code) if code.chars().count() <= 60 => new.code = Some(code.to_owned()),
                    _ => drop(wrong.insert("code".to_owned())),
                }
                Refusal::of(400, "F", wrong)?;
                let is_taken = |code: &String| {
                    code.bytes().all(|byte| byte.is_ascii_digit())
                        || self.customers.values().any(|other| other.code.as_ref().is_some_and(|own| folded(own) == folded(code)))
                };
                let faults = [
                    ("accountId", account.is_none_or(|account| !self.granted(client).contains(&account))),
                    ("firstName", !new.values.contains_key(&Field::FirstName)),
                    ("lastName", !new.values.contains_key(&Field::LastName)),
                    ("code", new.code.as_ref().is_some_and(is_taken)),
                ];
                let faults = faults.into_iter().filter(|(_, is_fault)| *is_fault);
                Refusal::of(422, "V", faults.map(|(field, _)| field.to_owned()).collect())?;
                new.account = account.unwrap_or_default();
            }
        }
        Ok(new)
    }

    /// Puts a created customer on record.
    pub fn admit(&mut self, new: Record) {
        self.made.push(new.id);
        self.customers.insert(new.id, new);
    }

    /// Changes a customer, and returns whether that was a change.
    pub fn change(&mut self, client: Client, id: u64, body: &Body, format: Format) -> Result<bool, Refusal> {
        readable(client, body, format)?;
        let form_error = if is_management(client) { "F" } else { "VALIDATION_ERROR" };
        let Some(current) = self.known(client, id) else {
            // The form is checked before the data.
            Refusal::of(400, form_error, read(client, body, None).wrong)?;
            return Err(Refusal::unknown(client));
        };
        let Read { values, is_active, mut wrong } = read(client, body, Some(current));
        let is_removed = |field: Field| current.values.contains_key(&field) && !values.contains_key(&field);
        if client == Client::Licensing {
            if is_removed(Field::Email) {
                wrong.insert("email".to_owned());
            }
            if name(&values).is_empty() && !LICENSING[..3].iter().any(|known| wrong.contains(known.0)) {
                wrong.insert("company".to_owned());
            }
        }
        Refusal::of(400, form_error, wrong)?;
        if is_management(client) {
            let view = current.view(client);
            let written = |value: &Value| value.as_str().map_or_else(|| value.to_string(), |text| text.trim().to_owned());
            let differs = |field: &&str| body.get(*field).is_some_and(|sent| written(sent) != written(&view[*field]));
            let mut faults: BTreeSet<String> = READ_ONLY.into_iter().filter(differs).map(str::to_owned).collect();
            let missing = [
                ("firstName", is_removed(Field::FirstName)),
                ("lastName", is_removed(Field::LastName)),
                ("organizationName", name(&values).is_empty()),
            ];
            faults.extend(missing.into_iter().filter(|(_, is_missing)| *is_missing).map(|(field, _)| field.to_owned()));
            Refusal::of(422, "V", faults)?;
        }
        if values == current.values && is_active == current.is_active {
            return Ok(false);
        }

        let mut changed = current.clone();
        let (before, after) = (current.values.get(&Field::Email), values.get(&Field::Email));
        let is_another = before.map(|email| folded(email)) != after.map(|email| folded(email));
        changed.holds_email = match after {
            None => false,
            Some(_) if !is_another => current.holds_email,
            Some(email) if client == Client::Licensing => {
                if self.has_email(email, Some(id), false) {
                    return Err(Refusal::new(409, "CONFLICT"));
                }
                true
            }
            Some(email) => current.holds_email && !self.has_email(email, Some(id), true),
        };
        (changed.values, changed.is_active) = (values, is_active);
        (changed.revision, changed.has_moved) = (current.revision + 1, true);
        self.customers.insert(id, changed);
        Ok(true)
    }

    /// The customers that a list shows, in order, and how many match.
    pub fn list(&self, client: Client, query: &Query, filter: Option<(&str, &str)>) -> Result<(Vec<u64>, usize), Refusal> {
        let mut listed = self.visible(client);
        if client == Client::Licensing {
            let total = listed.len();
            return Ok((listed, total));
        }
        let maximum = 1000;
        let mut wrong = BTreeSet::new();
        if query.limit.is_some_and(|limit| limit > maximum) {
            wrong.insert("limit".to_owned());
        }
        if let Some((field, value)) = filter {
            let is_known = match client {
                Client::Reseller => ["id", "name", "email", "phone", "is_active"].contains(&field),
                _ => field == "accountId" || MANAGEMENT.iter().any(|(known, ..)| *known == field),
            };
            let is_wrong = match (client, field) {
                (Client::Reseller, "is_active") => !["true", "false"].contains(&folded(value).as_str()),
                (Client::Reseller, _) => value.is_empty() || !is_known,
                (_, "accountId") => !value.bytes().all(|byte| byte.is_ascii_digit()),
                _ => MANAGEMENT.iter().any(|(known, _, maximum)| *known == field && value.chars().count() > *maximum),
            };
            if is_wrong || !is_usable(value) {
                wrong.insert(if client == Client::Reseller { "filter" } else { field }.to_owned());
            }
            let is_ignored = is_management(client) && (value.is_empty() || !is_known);
            listed.retain(|id| is_ignored || folded(value) == folded(&self.filtered(client, *id, field)));
        }
        Refusal::of(400, if is_management(client) { "F" } else { "VALIDATION_ERROR" }, wrong)?;
        if client == Client::Reseller {
            let key = |id: &u64| {
                let view = self.customers[id].view(client);
                let value = &view[query.sort.unwrap_or("id")];
                let sorted_by = match value {
                    Value::Number(_) => format!("{id:>20}"),
                    Value::String(text) => folded(text),
                    // Absent values come first, then customers that are not active.
                    other => if *other == json!(true) { "1" } else { "" }.to_owned(),
                };
                (sorted_by, *id)
            };
            listed.sort_by_key(key);
            if query.is_descending {
                listed.reverse();
            }
        }
        let total = listed.len();
        let limit = query.limit.unwrap_or(if client == Client::Reseller { 10 } else { 100 });
        Ok((listed.into_iter().skip(query.offset.unwrap_or_default()).take(limit).collect(), total))
    }

    /// The value that a filter compares with.
    fn filtered(&self, client: Client, id: u64, field: &str) -> String {
        let view = self.customers[&id].view(client);
        match view.get(field) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        }
    }
}

/// Refuses what can't be read at all: forms and XML carry no control characters. The reseller API does not look for them in a
/// field that it ignores.
fn readable(client: Client, body: &Body, format: Format) -> Result<(), Refusal> {
    let is_fit = |value: &Value| value.as_str().is_none_or(is_usable);
    let (is_readable, code) = match client {
        Client::Reseller => (["id", "last_modified"].iter().all(|field| body.get(*field).is_none_or(is_fit)), "MALFORMED_JSON"),
        Client::Licensing => (body.values().all(is_fit), "MALFORMED_BODY"),
        _ if matches!(format, Format::Json | Format::Object) => (true, "F"),
        _ => (body.values().all(is_fit), "F"),
    };
    if is_readable { Ok(()) } else { Err(Refusal::new(400, code)) }
}
