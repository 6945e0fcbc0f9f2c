//! Checks that the rows of what belongs to customers agree: tokens with their credentials, names and headers, subscriptions with
//! headers and with the rows of days, payment options with headers, both with their codes, transcriptions with the rows of days, and
//! users with addresses, headers and counts.

use std::collections::BTreeMap;
use std::panic::Location;

use shared::domain::date::Date;
use shared::domain::hash::sha256_hex;
use shared::domain::normalization::normalize;
use shared::domain::timestamp::Timestamp;
use shared::domain::transcription::TranscriptionId;

use super::records::{Row, number, words};

/// The rows of what belongs to the customers of a reseller, by their sort keys.
#[derive(Default)]
pub struct Belongings {
    pub token_names: BTreeMap<String, String>,
    pub tokens: BTreeMap<String, Row>,
    pub credentials: BTreeMap<String, Row>,
    pub subscriptions: BTreeMap<String, Row>,
    /// By their partitions too.
    pub transcriptions: BTreeMap<(String, String), Row>,
    pub payment_options: BTreeMap<String, Row>,
    /// The ids of what has a code, by the sort keys of the reservations.
    pub codes: BTreeMap<String, u64>,
    pub users: BTreeMap<String, Row>,
    /// The ids of the users that have an address, by the sort keys of the reservations.
    pub persons: BTreeMap<String, u64>,
    pub user_counts: BTreeMap<String, u64>,
    /// The header that counts the reseller's own people.
    pub own_header: Row,
}

/// The customer in a sort key: the sixteen digits behind the first sign.
fn customer_of(sort: &str) -> u64 {
    sort.split('#').nth(1).unwrap().parse().unwrap()
}

fn day(row: &Row, attribute: &str) -> Option<Date> {
    words(row, attribute).map(|text| text.parse().unwrap())
}

/// The day on which a customer was deleted.
fn deleted_on(header: Option<&Row>) -> Option<Date> {
    let moment = words(header?, "deleted_at")?;
    Some(Date::of(moment.parse::<Timestamp>().unwrap()))
}

impl Belongings {
    #[track_caller]
    pub fn audit(&self, headers: &BTreeMap<u64, Row>, customers: &BTreeMap<u64, Row>, place: &Location<'_>) {
        self.audit_tokens(headers, customers, place);
        self.audit_subscriptions(headers, customers, place);
        self.audit_payment_options(headers, customers, place);
        self.audit_codes(place);
        self.audit_transcriptions(place);
        self.audit_users(headers, customers, place);
    }

    /// Every user stands where its organization and its id say and has its address, and every organization counts its users. The users
    /// of a deleted customer count nowhere, and another user may have the address of one of them.
    fn audit_users(&self, headers: &BTreeMap<u64, Row>, customers: &BTreeMap<u64, Row>, place: &Location<'_>) {
        let (mut counted, mut sums, mut active) = (BTreeMap::<u64, u64>::new(), BTreeMap::<String, u64>::new(), 0);
        let (mut held, mut left) = (BTreeMap::new(), BTreeMap::new());
        for (sort, row) in &self.users {
            let (organization, id) = (customer_of(sort), number(row, "id"));
            assert_eq!(*sort, format!("USER#{organization:016}#{id:016}"), "{place}: {row:?}");
            let noted = if row["customer"].is_n() { number(row, "customer") } else { 0 };
            assert_eq!(noted, organization, "{place}: {row:?}");
            let address = format!("PERSON#{}", sha256_hex(normalize(words(row, "email").unwrap())));
            if organization > 0 && !customers.contains_key(&organization) {
                assert!(deleted_on(headers.get(&organization)).is_some(), "{place}: {sort} belongs to nobody");
                left.insert(address, id);
                continue;
            }
            assert_eq!(held.insert(address, id), None, "{place}: two users have one address, {row:?}");
            *counted.entry(organization).or_default() += 1;
            if organization > 0 {
                *sums.entry(format!("USERS#{}", organization % 16)).or_default() += 1;
            } else {
                active += u64::from(*row["is_active"].as_bool().unwrap() && words(row, "password").is_some());
            }
        }
        for (address, id) in left.into_iter().filter(|(address, id)| self.persons.get(address) == Some(id)) {
            assert_eq!(held.insert(address, id), None, "{place}: the address of a user is one of a deleted customer's");
        }
        assert_eq!(self.persons, held, "{place}: the addresses, and the users");
        let noted =
            |header: Option<&Row>, what: &str| header.filter(|row| row.contains_key(what)).map_or(0, |row| number(row, what));
        for id in customers.keys() {
            assert_eq!(noted(headers.get(id), "users"), counted.remove(id).unwrap_or_default(), "{place}: the users of {id}");
        }
        let own = [noted(Some(&self.own_header), "users"), noted(Some(&self.own_header), "active_users")];
        assert_eq!(own, [counted.remove(&0).unwrap_or_default(), active], "{place}: the reseller's own people");
        let mut noted = self.user_counts.clone();
        noted.retain(|_, count| *count > 0);
        assert_eq!(noted, sums, "{place}: the counts of users, and the users");
    }

    /// Every transcription stands where its id says, and is counted there once.
    fn audit_transcriptions(&self, place: &Location<'_>) {
        let (mut noted, mut there) = (BTreeMap::new(), BTreeMap::new());
        for ((partition, sort), row) in &self.transcriptions {
            if sort.starts_with("DAY#") {
                noted.insert((partition.clone(), sort.clone()), number(row, "transcriptions"));
                continue;
            }
            let id = TranscriptionId::parse(&number(row, "id").to_string()).unwrap();
            assert_eq!(*sort, format!("{:016}", id.number()), "{place}: {row:?}");
            let of_customer = partition.strip_suffix(&format!("#{}", id.day().month()));
            let of_customer = of_customer.unwrap_or_else(|| panic!("{place}: {row:?} is not of {partition}"));
            let counted = (of_customer.to_owned(), format!("DAY#{}#{}", id.day(), id.number() % 4));
            *there.entry(counted).or_default() += 1;
        }
        noted.retain(|_, count| *count > 0);
        assert_eq!(noted, there, "{place}: the rows of days, and the transcriptions");
    }

    fn audit_payment_options(&self, headers: &BTreeMap<u64, Row>, customers: &BTreeMap<u64, Row>, place: &Location<'_>) {
        let mut of_customers: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
        for (sort, row) in &self.payment_options {
            let (customer, id) = (customer_of(sort), number(row, "id"));
            assert_eq!(*sort, format!("PAYMENTOPTION#{customer:016}#{id:016}"), "{place}: {row:?}");
            of_customers.entry(customer).or_default().push(id);
        }
        for id in customers.keys() {
            let noted =
                |attribute: &str| headers.get(id).filter(|row| row.contains_key(attribute)).map(|row| number(row, attribute));
            let options = of_customers.remove(id).unwrap_or_default();
            assert_eq!(
                noted("payment_options").unwrap_or_default(),
                options.len() as u64,
                "{place}: the payment options of {id}"
            );
            let primary = noted("primary_payment_option");
            assert_eq!(primary.is_some(), !options.is_empty(), "{place}: {id} has {options:?} and the primary one {primary:?}");
            assert!(primary.is_none_or(|primary| options.contains(&primary)), "{place}: the primary payment option of {id}");
        }
        for id in of_customers.keys() {
            assert!(deleted_on(headers.get(id)).is_some(), "{place}: payment options of {id}, who is nobody");
        }
    }

    fn audit_codes(&self, place: &Location<'_>) {
        let coded = |kind: &str, rows: &BTreeMap<String, Row>| -> BTreeMap<String, u64> {
            let coded = rows.iter().filter_map(|(sort, row)| Some((customer_of(sort), words(row, "code")?, number(row, "id"))));
            let codes = coded.map(|(customer, code, id)| {
                (format!("{kind}#{}", sha256_hex(format!("{customer:016}\0{}", normalize(code)))), id)
            });
            codes.collect()
        };
        let days = |sort: &String| sort.starts_with("DAY#");
        let subscriptions = self.subscriptions.clone().into_iter().filter(|(sort, _)| !days(sort)).collect();
        let mut expected = coded("SUBSCRIPTION", &subscriptions);
        expected.extend(coded("PAYMENTOPTION", &self.payment_options));
        assert_eq!(self.codes, expected, "{place}: the reserved codes, and what has them");
    }

    fn audit_tokens(&self, headers: &BTreeMap<u64, Row>, customers: &BTreeMap<u64, Row>, place: &Location<'_>) {
        let mut counted: BTreeMap<u64, u64> = BTreeMap::new();
        let mut named = BTreeMap::new();
        for (sort, row) in &self.tokens {
            let (customer, hash) = (customer_of(sort), words(row, "hash").unwrap());
            let credential = &self.credentials[&format!("KEY#{hash}")];
            let is_live = sort.starts_with("TOKEN#");
            assert!(sort.ends_with(&format!("#{}", &hash[..12])), "{place}: {sort} {row:?}");
            assert_eq!(number(credential, "customer"), customer, "{place}: {sort}");
            if !is_live {
                assert!(words(credential, "revoked_at").is_some(), "{place}: {sort} is deleted, and not revoked");
                continue;
            }
            let name = normalize(words(row, "name").unwrap());
            let name = format!("TOKEN#{}", sha256_hex(format!("{customer:016}\0{name}")));
            assert_eq!(named.insert(name, hash[..12].to_owned()), None, "{place}: two tokens have one name");
            if customers.contains_key(&customer) {
                assert_eq!(words(credential, "revoked_at"), None, "{place}: {sort} is listed, and revoked");
                *counted.entry(customer).or_default() += 1;
            }
        }
        assert_eq!(self.token_names, named, "{place}: the names of tokens, and the tokens");
        for id in customers.keys() {
            let noted = headers.get(id).filter(|row| row.contains_key("tokens")).map_or(0, |row| number(row, "tokens"));
            assert_eq!(noted, counted.get(id).copied().unwrap_or_default(), "{place}: the tokens of {id}");
        }
    }

    fn audit_subscriptions(&self, headers: &BTreeMap<u64, Row>, customers: &BTreeMap<u64, Row>, place: &Location<'_>) {
        let today = Date::today();
        let mut begun: BTreeMap<String, i64> = BTreeMap::new();
        let mut running: BTreeMap<u64, BTreeMap<u64, (Date, Option<Date>)>> = BTreeMap::new();
        let mut noted: BTreeMap<String, i64> = BTreeMap::new();
        for (sort, row) in &self.subscriptions {
            if let Some(day) = sort.strip_prefix("DAY#") {
                noted.insert(day.to_owned(), row["begun"].as_n().unwrap().parse().unwrap());
                continue;
            }
            let (customer, start, end) = (customer_of(sort), day(row, "start").unwrap(), day(row, "end"));
            let deleted = deleted_on(headers.get(&customer));
            // What has not ended ends with the delete, and what has not begun never begins.
            let gone = deleted.filter(|deleted| end.is_none_or(|end| end >= *deleted)).map(|deleted| deleted.max(start));
            *begun.entry(start.to_string()).or_default() += 1;
            if let Some(over) = gone.or(end.map(Date::next_day)) {
                *begun.entry(over.to_string()).or_default() -= 1;
            }
            if deleted.is_none() {
                assert!(customers.contains_key(&customer), "{place}: {sort} belongs to nobody");
                if end.is_none_or(|end| end >= today) {
                    running.entry(customer).or_default().insert(number(row, "id"), (start, end));
                }
            }
        }
        begun.retain(|_, net| *net != 0);
        noted.retain(|_, net| *net != 0);
        assert_eq!(noted, begun, "{place}: the rows of days, and the subscriptions");
        for id in customers.keys() {
            let courses = headers.get(id).and_then(|row| row.get("subscriptions"));
            let courses = courses.map(|list| list.as_l().unwrap().clone()).unwrap_or_default();
            let courses: BTreeMap<u64, (Date, Option<Date>)> = courses
                .iter()
                .map(|course| {
                    let course: Row = course.as_m().unwrap().clone().into_iter().collect();
                    (number(&course, "id"), (day(&course, "start").unwrap(), day(&course, "end")))
                })
                .filter(|(_, (_, end))| end.is_none_or(|end| end >= today))
                .collect();
            assert_eq!(courses, running.get(id).cloned().unwrap_or_default(), "{place}: the subscriptions of {id}");
        }
    }
}
