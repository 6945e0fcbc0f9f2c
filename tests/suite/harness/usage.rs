//! Checks that sums of usage are those of the events on record.

use std::collections::{BTreeMap, HashMap};
use std::panic::Location;

use aws_sdk_dynamodb::types::AttributeValue;

use super::records::{Row, words};
use super::{App, Tenant};

/// The events and the sums of a reseller's customers.
#[derive(Default)]
pub struct Usage {
    /// By customer and the hash of the id.
    pub events: BTreeMap<(u64, String), Row>,
    /// By partition behind the reseller, and sort key.
    pub sums: BTreeMap<(String, String), i64>,
}

fn whole(row: &BTreeMap<String, AttributeValue>, name: &str) -> i64 {
    row[name].as_n().unwrap().parse().unwrap()
}

fn fields(row: &Row, name: &str) -> Row {
    row[name].as_m().unwrap().clone().into_iter().collect()
}

impl Usage {
    /// Notes a row; `of` is its partition behind the kind and the reseller.
    pub fn note(&mut self, kind: &str, of: &str, sort: String, row: Row) {
        if kind == "EVENTS" {
            let customer = of.split('#').next().unwrap().parse().unwrap();
            self.events.insert((customer, sort), row);
        } else {
            self.sums.insert((of.to_owned(), sort), whole(&row, "units"));
        }
    }

    #[track_caller]
    pub fn audit(&self, headers: &BTreeMap<u64, Row>, place: &Location<'_>) {
        let mut expected: BTreeMap<(String, String), i64> = BTreeMap::new();
        let mut left: BTreeMap<(u64, String), i64> = BTreeMap::new();
        for ((customer, hash), row) in &self.events {
            let (sent, dimensions) = (fields(row, "sent"), fields(row, "dimensions"));
            let (id, units) = (words(&sent, "id").unwrap(), whole(&sent, "units"));
            assert_eq!(*hash, shared::domain::hash::sha256_hex(id), "{place}: {row:?}");
            let (day, language) = (words(&dimensions, "day").unwrap(), words(&dimensions, "language").unwrap_or_default());
            let token = words(&dimensions, "token").unwrap_or_default();
            let subscription = dimensions["subscription"].as_n().map_or(String::new(), |id| format!("{id:0>16}"));
            for (partition, sort) in [
                (customer.to_string(), format!("{day}#{language}#{token}#{subscription}")),
                (day[..7].to_owned(), format!("DAY#{day}#{language}")),
                (day[..7].to_owned(), format!("CUSTOMER#{customer:016}")),
            ] {
                *expected.entry((partition, sort)).or_default() += units;
            }
            *left.entry((*customer, id.to_owned())).or_default() += units;
            if let Some(original) = words(&sent, "corrects") {
                *left.entry((*customer, original.to_owned())).or_default() += units;
            }
            if !language.is_empty()
                && let Some(header) = headers.get(customer)
            {
                let noted = header["languages"].as_ss().unwrap();
                assert!(noted.iter().any(|noted| noted == language) && noted.len() <= 50, "{place}: {language} {noted:?}");
            }
        }
        let mut sums: BTreeMap<(String, String), i64> = BTreeMap::new();
        for ((partition, sort), units) in &self.sums {
            let (what, _) = sort.rsplit_once('#').unwrap();
            *sums.entry((partition.clone(), what.to_owned())).or_default() += units;
        }
        assert_eq!(sums, expected, "{place}: the sums, and the events");
        for ((customer, _), row) in &self.events {
            let id = words(&fields(row, "sent"), "id").unwrap().to_owned();
            let known = left[&(*customer, id)];
            assert_eq!(whole(row, "units_left"), known, "{place}: what is left of {row:?}");
            assert!(known >= 0 || words(&fields(row, "sent"), "corrects").is_some(), "{place}: {row:?}");
        }
    }

    /// The seconds of every completed transcription are an event.
    #[track_caller]
    pub fn audit_transcriptions(&self, transcriptions: &BTreeMap<(String, String), Row>, place: &Location<'_>) {
        for ((partition, sort), row) in transcriptions {
            if words(row, "status") != Some("completed") {
                continue;
            }
            let customer = partition.split('#').nth(2).unwrap().parse().unwrap();
            let id = sort.trim_start_matches('0');
            let event = self.events.get(&(customer, shared::domain::hash::sha256_hex(format!("transcription-{id}"))));
            let units = event.map_or(0, |event| whole(&fields(event, "sent"), "units"));
            assert_eq!(units, whole(row, "duration_seconds"), "{place}: {row:?}");
        }
    }
}

impl App {
    /// Adds units of customers in a month directly to the table, to the sums that reports by customer read.
    pub async fn fill_usage(&self, tenant: &Tenant, month: &str, units: impl Iterator<Item = (u64, u64)>) {
        let units: Vec<(u64, u64)> = units.collect();
        for batch in units.chunks(25) {
            self.put_rows(batch.iter().map(|(customer, units)| {
                HashMap::from([
                    ("PK".to_owned(), AttributeValue::S(format!("USAGE#{}#{month}", tenant.id))),
                    ("SK".to_owned(), AttributeValue::S(format!("CUSTOMER#{customer:016}#{}", customer % 4))),
                    ("units".to_owned(), AttributeValue::N(units.to_string())),
                ])
            }))
            .await;
        }
    }
}
