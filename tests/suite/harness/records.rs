//! Records as they are in the table: to see what an API does not show, and to create what it could not have created.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use shared::domain::credential::Kind;
use shared::domain::customer::{CustomerId, NewCustomer, Profile};
use shared::domain::hash::sha256_hex;
use shared::domain::normalization::normalize;
use shared::domain::reseller::AccountId;
use shared::domain::token::PresentedToken;
use shared::domain::validation::{Text, text};
use shared::store::customer::WriteError;
use shared::store::customer::list::Position;
use shared::store::{Caller, Policy, Table, Write};

use super::belongings::Belongings;
use super::usage::Usage;
use super::{App, Tenant};

/// A row with its attributes in order.
pub type Row = BTreeMap<String, AttributeValue>;

/// A text that any API may have stored.
#[track_caller]
pub fn stored(value: &str) -> Option<Text> {
    text(value, usize::MAX).unwrap()
}

/// A customer to be created as another API creates it.
pub fn new_customer(tenant: &Tenant, profile: Profile) -> NewCustomer {
    NewCustomer { account_id: AccountId(tenant.account_id), code: None, profile, holds_email: false }
}

/// A number attribute.
#[track_caller]
pub fn number(row: &Row, attribute: &str) -> u64 {
    row[attribute].as_n().unwrap_or_else(|_| panic!("{attribute} of {row:?}")).parse().unwrap()
}

/// A text attribute; `None` when it is absent or null.
pub fn words<'a>(row: &'a Row, attribute: &str) -> Option<&'a str> {
    row.get(attribute).and_then(|value| value.as_s().ok()).map(String::as_str)
}

impl App {
    /// The table and a verified caller, as a handler that writes has them. One call.
    pub async fn writer(&self, tenant: &Tenant) -> (Table<Write>, Caller<Write>) {
        let table = Table::<Write>::new(self.store.clone());
        self.store.start(1).await;
        self.wire.take_calls();
        let token = table.token_check(PresentedToken::api_key(&tenant.key)).await.unwrap();
        let caller = table.authenticate(&token, Policy::of_kinds(&[Kind::Reseller])).await.unwrap();
        (table, caller)
    }

    /// Creates a customer as an API does that reserves values, and returns its id.
    pub async fn create_record(&self, tenant: &Tenant, new: NewCustomer) -> Result<u64, WriteError> {
        let (table, caller) = self.writer(tenant).await;
        table.customer_create(&caller, new, &|_| Vec::new()).await.map(|customer| customer.id.number())
    }

    /// One row of the table.
    pub async fn row(&self, partition: &str, sort: &str) -> Option<Row> {
        let key = [("PK", partition), ("SK", sort)].map(|(name, value)| (name.into(), AttributeValue::S(value.into())));
        let get = self.raw_client().get_item().table_name(self.store.table_name()).set_key(Some(HashMap::from(key)));
        get.consistent_read(true).send().await.unwrap().item.map(|item| item.into_iter().collect())
    }

    /// All rows of a partition.
    pub async fn rows(&self, partition: &str) -> Vec<Row> {
        let query = self.raw_client().query().table_name(self.store.table_name()).consistent_read(true);
        let query = query.key_condition_expression("PK = :partition");
        let pages = query.expression_attribute_values(":partition", AttributeValue::S(partition.to_owned())).into_paginator();
        let rows = pages.items().send().collect::<Result<Vec<_>, _>>().await.unwrap();
        rows.into_iter().map(|row| row.into_iter().collect()).collect()
    }

    /// Puts a row in place of the one with its key.
    pub async fn put_row(&self, row: Row) {
        self.put_rows(std::iter::once(row.into_iter().collect())).await;
    }

    /// The row of a customer.
    pub async fn customer_row(&self, tenant: &Tenant, id: u64) -> Option<Row> {
        self.row(&format!("RESELLER#{}", tenant.id), &format!("CUSTOMER#{id:016}")).await
    }

    /// The customer that holds this address exclusively.
    pub async fn holder_of_email(&self, tenant: &Tenant, email: &str) -> Option<u64> {
        self.holder(tenant, "EMAIL", email).await
    }

    /// The customer that holds this code.
    pub async fn holder_of_code(&self, tenant: &Tenant, code: &str) -> Option<u64> {
        self.holder(tenant, "CODE", code).await
    }

    async fn holder(&self, tenant: &Tenant, what: &str, value: &str) -> Option<u64> {
        let (partition, sort) = (format!("RESERVATIONS#{}", tenant.id), format!("{what}#{}", sha256_hex(normalize(value))));
        self.row(&partition, &sort).await.map(|row| number(&row, "customer"))
    }

    /// All rows of the table but the counters, which have gaps: to show that a call wrote nothing.
    pub async fn all_rows_but_counters(&self) -> Vec<String> {
        self.all_rows().await.into_iter().filter(|row| !row.contains("\"COUNTERS\"")).collect()
    }

    /// Checks that all rows of a reseller agree: the counts with the records, the reservations with their holders, the places in
    /// the indexes with the values that they are sorted by, the licences with their headers. Returns the rows of its customers,
    /// by id.
    #[track_caller]
    pub fn audit(&self, tenant: &Tenant) -> impl Future<Output = BTreeMap<u64, Row>> {
        let place = std::panic::Location::caller();
        async move { self.audit_from(tenant, place).await }
    }

    /// All rows, once nothing changes any more. What an engine was too slow to answer in time it may still do afterwards, and a scan that runs
    /// beside a transaction sees a part of it.
    async fn settled_rows(&self) -> Vec<Row> {
        let mut before = self.scanned().await;
        loop {
            let after = self.scanned().await;
            if after == before {
                return after.into_iter().map(|row| row.into_iter().collect()).collect();
            }
            before = after;
        }
    }

    async fn audit_from(&self, tenant: &Tenant, place: &std::panic::Location<'_>) -> BTreeMap<u64, Row> {
        let mut customers = BTreeMap::new();
        let mut counts = BTreeMap::new();
        let mut reservations = BTreeMap::new();
        let mut licences = BTreeMap::new();
        let mut headers = BTreeMap::new();
        let mut of_accounts = BTreeSet::new();
        let mut activity = Vec::new();
        let mut brand = BTreeMap::new();
        let mut belongings = Belongings::default();
        let mut usage = Usage::default();
        for row in self.settled_rows().await {
            let (pk, sk) = (words(&row, "PK").unwrap(), words(&row, "SK").unwrap().to_owned());
            let Some((kind, of)) = pk.split_once('#') else {
                continue;
            };
            if of.split('#').next() != Some(tenant.id.to_string().as_str()) {
                continue;
            }
            match kind {
                "RESELLER" if sk.starts_with("CUSTOMER#") => {
                    assert_eq!(sk, format!("CUSTOMER#{:016}", number(&row, "id")), "{place}");
                    customers.insert(number(&row, "id"), row);
                }
                "RESELLER" => assert_eq!(sk, "RESELLER", "{place}"),
                "COUNTS" if sk.starts_with("USERS#") => {
                    belongings.user_counts.insert(sk, number(&row, "users"));
                }
                "COUNTS" => {
                    counts.insert(sk, (number(&row, "customers"), number(&row, "active")));
                }
                "RESERVATIONS" if sk.starts_with("TOKEN#") => {
                    belongings.token_names.insert(sk, words(&row, "key_id").unwrap().to_owned());
                }
                "RESERVATIONS" if sk.starts_with("PERSON#") => {
                    belongings.persons.insert(sk, number(&row, "user_id"));
                }
                "RESERVATIONS" if sk.starts_with("SUBSCRIPTION#") || sk.starts_with("PAYMENTOPTION#") => {
                    belongings.codes.insert(sk, number(&row, "id"));
                }
                "RESERVATIONS" => {
                    reservations.insert(sk, number(&row, "customer"));
                }
                "TOKENS" => {
                    belongings.tokens.insert(sk, row);
                }
                "SUBSCRIPTIONS" => {
                    belongings.subscriptions.insert(sk, row);
                }
                "TRANSCRIPTIONS" => {
                    belongings.transcriptions.insert((pk.to_owned(), sk), row);
                }
                "PAYMENTOPTIONS" => {
                    belongings.payment_options.insert(sk, row);
                }
                "LICENCES" => {
                    licences.insert(sk, row);
                }
                "USERS" => {
                    belongings.users.insert(sk, row);
                }
                "HEADERS" if sk == "CUSTOMER#0000000000000000" => belongings.own_header = row,
                "HEADERS" => {
                    headers.insert(sk.strip_prefix("CUSTOMER#").unwrap().parse::<u64>().unwrap(), row);
                }
                "ACCOUNTS" => {
                    of_accounts.insert((sk, number(&row, "customer")));
                }
                "KEYS" => {
                    belongings.credentials.insert(sk, row);
                }
                "EVENTS" | "USAGE" => {
                    let of = of.split_once('#').unwrap().1.to_owned();
                    usage.note(kind, &of, sk, row.clone());
                }
                "REPLAYS" | "SESSIONS" | "SPENT" => {}
                "ACTIVITY" => activity.push(row),
                "BRAND" => {
                    brand.insert(sk, row);
                }
                other => panic!("{place}: no such kind of rows, {other}"),
            }
        }

        let mut counted = BTreeMap::new();
        let mut held = BTreeMap::new();
        for (id, row) in &customers {
            let is_active = *row["is_active"].as_bool().unwrap();
            let shard: &mut (u64, u64) = counted.entry(format!("CUSTOMERS#{}", id % 16)).or_default();
            *shard = (shard.0 + 1, shard.1 + u64::from(is_active));
            let reservation = |what: &str, value: &str| format!("{what}#{}", sha256_hex(normalize(value)));
            if let Some(email) = words(row, "email").filter(|_| *row["holds_email"].as_bool().unwrap()) {
                assert_eq!(held.insert(reservation("EMAIL", email), *id), None, "{place}: two hold one address, {row:?}");
            }
            if let Some(code) = words(row, "code") {
                assert_eq!(held.insert(reservation("CODE", code), *id), None, "{place}: two hold one code, {row:?}");
            }
            let parts: Vec<&str> = ["first_name", "last_name"].iter().filter_map(|part| words(row, part)).collect();
            let name = words(row, "organization").map_or_else(|| parts.join(" "), str::to_owned);
            for (index, value) in [
                ("by_name", normalize(&name)),
                ("by_email", normalize(words(row, "email").unwrap_or_default())),
                ("by_status", u8::from(is_active).to_string()),
                ("by_registered", words(row, "created_at").unwrap().to_owned()),
                ("by_modified", words(row, "modified_at").unwrap().to_owned()),
            ] {
                let sorted_by = Position::new(&value, CustomerId::new(*id).unwrap());
                assert_eq!(words(row, index), Some(format!("{}\0{id:016}", sorted_by.value()).as_str()), "{place}: {row:?}");
            }
        }
        counts.retain(|_, count| *count != (0, 0));
        assert_eq!(counts, counted, "{place}: the counts, and how many there are");
        assert_eq!(reservations, held, "{place}: the reservations, and who holds them");
        let accounts = |(id, row): (&u64, &Row)| (format!("{:016}#{id:016}", number(row, "account_id")), *id);
        assert_eq!(of_accounts, customers.iter().map(accounts).collect(), "{place}: the customers of each account");
        audit_licences(&licences, &headers, &customers, place);
        belongings.audit(&headers, &customers, place);
        usage.audit(&headers, place);
        usage.audit_transcriptions(&belongings.transcriptions, place);
        audit_brand(&brand, &activity, place);
        audit_activity(&activity, &licences, &headers, &customers, &self.filled(), place);
        customers
    }
}

/// Checks that a brand has the image of its logo and no other, and an entry of the activity for every change.
fn audit_brand(rows: &BTreeMap<String, Row>, entries: &[Row], place: &std::panic::Location<'_>) {
    let brand = rows.get("BRAND");
    let images: Vec<&String> = rows.keys().filter(|sort| *sort != "BRAND").collect();
    let logo = brand.and_then(|brand| words(brand, "logo")).map(|hash| format!("LOGO#{hash}"));
    assert_eq!(images, logo.iter().collect::<Vec<_>>(), "{place}: the images, and the logo");
    let changes = entries.iter().filter(|entry| words(entry, "action") == Some("branding.updated")).count();
    assert_eq!(
        changes as u64,
        brand.map_or(0, |brand| number(brand, "revision")),
        "{place}: the entries, and the changes of the brand"
    );
}

/// Checks that every change has an entry of the activity and every entry a change. Customers that a test put straight into the
/// table have no entry of that.
fn audit_activity(
    entries: &[Row],
    licences: &BTreeMap<String, Row>,
    headers: &BTreeMap<u64, Row>,
    customers: &BTreeMap<u64, Row>,
    filled: &BTreeSet<u64>,
    place: &std::panic::Location<'_>,
) {
    let mut counted: BTreeMap<(u64, &str), u64> = BTreeMap::new();
    for entry in entries {
        if entry["customer"].is_n() {
            *counted.entry((number(entry, "customer"), words(entry, "action").unwrap())).or_default() += 1;
        }
    }
    let mut expected: BTreeMap<(u64, &str), u64> = BTreeMap::new();
    for (id, row) in customers {
        expected.insert((*id, "customer.created"), 1);
        expected.insert((*id, "customer.updated"), number(row, "revision") - 1);
    }
    for (id, _) in headers.iter().filter(|(_, row)| words(row, "deleted_at").is_some()) {
        expected.insert((*id, "customer.created"), 1);
        expected.insert((*id, "customer.deleted"), 1);
        // The row that counted its changes is gone.
        counted.remove(&(*id, "customer.updated"));
    }
    for row in licences.iter().filter(|(sort, _)| sort.starts_with("LICENCE#")).map(|(_, row)| row) {
        let customer = number(row, "id") / 1_000_000;
        *expected.entry((customer, "licence.created")).or_default() += 1;
        *expected.entry((customer, "licence.revoked")).or_default() += u64::from(words(row, "revoked_at").is_some());
    }
    let of_customers = |counts: &mut BTreeMap<(u64, &str), u64>| {
        let is_counted = |action: &str| action.starts_with("customer.") || action.starts_with("licence.");
        counts.retain(|(id, action), count| *count > 0 && !filled.contains(id) && is_counted(action));
    };
    of_customers(&mut counted);
    of_customers(&mut expected);
    assert_eq!(counted, expected, "{place}: the entries of the activity, and the changes");
}

/// Checks that every customer has as many licences as its header counts, that the header of a deleted customer is marked, and
/// that the rows of active licences name every active licence, and besides only licences that ended with their customer.
fn audit_licences(
    rows: &BTreeMap<String, Row>,
    headers: &BTreeMap<u64, Row>,
    customers: &BTreeMap<u64, Row>,
    place: &std::panic::Location<'_>,
) {
    let mut named: BTreeMap<&str, u64> = BTreeMap::new();
    let mut counted: BTreeMap<u64, u64> = BTreeMap::new();
    let mut last: BTreeMap<u64, u64> = BTreeMap::new();
    let mut may_be_named: BTreeMap<String, Vec<(u64, bool)>> = BTreeMap::new();
    for (customer, row) in headers {
        assert_eq!(customers.contains_key(customer), words(row, "deleted_at").is_none(), "{place}: {row:?}");
        last.insert(*customer, row.get("last_licence").map_or(0, |_| number(row, "last_licence")));
    }
    for (sort, row) in rows {
        if sort.starts_with("ACTIVE#") {
            named.insert(sort, number(row, "licence"));
            continue;
        }
        let customer: u64 = sort.strip_prefix("LICENCE#").unwrap()[..16].parse().unwrap();
        let lives = customers.contains_key(&customer);
        let id = number(row, "id");
        let ordinal = counted.entry(customer).or_default();
        *ordinal += 1;
        assert_eq!(*sort, format!("LICENCE#{customer:016}#{ordinal:06}"), "{place}: {row:?}");
        assert_eq!(id, customer * 1_000_000 + *ordinal, "{place}: {row:?}");
        if words(row, "revoked_at").is_none() {
            let [product, host] = ["product", "host"].map(|text| normalize(words(row, text).unwrap()));
            let active = format!("ACTIVE#{}", sha256_hex(format!("{product}\0{host}")));
            may_be_named.entry(active).or_default().push((id, lives));
        }
    }
    last.retain(|_, last| *last > 0);
    assert_eq!(last, counted, "{place}: the headers, and how many licences there are");
    for (sort, licences) in &may_be_named {
        let active: Vec<u64> = licences.iter().filter(|(_, lives)| *lives).map(|(id, _)| *id).collect();
        assert!(active.len() <= 1, "{place}: several are active for one product and host, {active:?}");
        let is_named = |id: &u64| named.get(sort.as_str()) == Some(id);
        assert!(active.iter().all(is_named), "{place}: {active:?} is active and not named so");
    }
    for (sort, id) in named {
        let exists = may_be_named.get(sort).is_some_and(|licences| licences.iter().any(|(named, _)| *named == id));
        assert!(exists, "{place}: {id} is named as active and is not");
    }
}
