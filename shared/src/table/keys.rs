//! The key strings of the table: its on-disk format. Whoever changes one loses sight of the rows written before.

use serde::Serialize;

use crate::credentials::{TokenHash, sha256_hex};
use crate::customer::CustomerId;
use crate::licence::LicenceId;
use crate::normalization::normalize;
use crate::reseller::ResellerId;

/// How many rows the counts of one reseller are spread over, so that simultaneous creates seldom meet.
pub(super) const COUNT_SHARDS: u64 = 16;

/// What the sort keys of all customer rows begin with.
pub(super) const CUSTOMER_PREFIX: &str = "CUSTOMER#";

/// What the sort keys of all rows of the directory begin with.
pub(super) const DIRECTORY_PREFIX: &str = "RESELLER#";

/// What the sort keys of the headers end with: a licence that no customer has, and that stands before all that it does have.
pub(super) const LICENCE_HEADER_SUFFIX: &str = "#000000";

/// The partition of the counters and the directory.
pub(super) const SYSTEM: &str = "SYSTEM";

/// The primary key of a row.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub(super) struct Key {
    #[serde(rename = "PK")]
    pub(super) partition: String,
    #[serde(rename = "SK")]
    pub(super) sort: String,
}

/// Something that only one customer of a reseller can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exclusive {
    /// An e-mail address.
    Email,
    /// The reseller's own reference.
    Code,
}

/// A counter that never gives a number twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counter {
    Customer,
    Reseller,
    Account,
}

pub(super) fn reseller_partition(reseller: ResellerId) -> String {
    format!("RESELLER#{reseller}")
}

pub(super) fn customer(reseller: ResellerId, id: CustomerId) -> Key {
    Key { partition: reseller_partition(reseller), sort: format!("{CUSTOMER_PREFIX}{}", padded(id)) }
}

/// The sixteen digits of an id, whose order as texts is that of the numbers.
pub(super) fn padded(id: CustomerId) -> String {
    format!("{:016}", id.number())
}

pub(super) fn reseller(reseller: ResellerId) -> Key {
    Key { partition: reseller_partition(reseller), sort: "RESELLER".to_owned() }
}

pub(super) fn credential_partition(reseller: ResellerId) -> String {
    format!("RESELLER#{reseller}#KEYS")
}

pub(super) fn credential(reseller: ResellerId, hash: &TokenHash) -> Key {
    Key { partition: credential_partition(reseller), sort: credential_prefix(hash.as_str()) }
}

/// What the sort key begins with when the hash of the token begins so.
pub(super) fn credential_prefix(hash: &str) -> String {
    format!("KEY#{hash}")
}

pub(super) fn count_partition(reseller: ResellerId) -> String {
    format!("RESELLER#{reseller}#COUNTS")
}

/// The row that counts this customer. It follows from the id, so that a delete undoes what the create did.
pub(super) fn count(reseller: ResellerId, id: CustomerId) -> Key {
    Key { partition: count_partition(reseller), sort: format!("CUSTOMERS#{}", id.number() % COUNT_SHARDS) }
}

/// The row that says who has the value. Values are compared without case, and hashed because a key is bounded and a value
/// need not be.
pub(super) fn claim(reseller: ResellerId, what: Exclusive, value: &str) -> Key {
    let name = match what {
        Exclusive::Email => "EMAIL",
        Exclusive::Code => "CODE",
    };
    Key { partition: format!("RESELLER#{reseller}#CLAIMS"), sort: format!("{name}#{}", sha256_hex(&normalize(value))) }
}

pub(super) fn licence_partition(reseller: ResellerId) -> String {
    format!("RESELLER#{reseller}#LICENCES")
}

pub(super) fn licence(reseller: ResellerId, id: LicenceId) -> Key {
    let sort = format!("{}{:06}", licence_prefix(Some(id.customer())), id.ordinal());
    Key { partition: licence_partition(reseller), sort }
}

/// The row that speaks for all licences of a customer.
pub(super) fn licence_header(reseller: ResellerId, customer: CustomerId) -> Key {
    Key { partition: licence_partition(reseller), sort: format!("LICENCE#{}{LICENCE_HEADER_SUFFIX}", padded(customer)) }
}

/// What the sort keys of the licences of one customer, or of all, begin with; those of their headers too.
pub(super) fn licence_prefix(customer: Option<CustomerId>) -> String {
    customer.map_or_else(|| "LICENCE#".to_owned(), |customer| format!("LICENCE#{}#", padded(customer)))
}

/// The row that says which licence is the active one for this product and host, compared as claims are. A text has no NUL, so
/// that no two pairs are joined to the same text.
pub(super) fn active_licence(reseller: ResellerId, product: &str, host: &str) -> Key {
    let hash = sha256_hex(&format!("{}\0{}", normalize(product), normalize(host)));
    Key { partition: licence_partition(reseller), sort: format!("ACTIVE#{hash}") }
}

pub(super) fn counter(counter: Counter) -> Key {
    let name = match counter {
        Counter::Customer => "CUSTOMER",
        Counter::Reseller => "RESELLER",
        Counter::Account => "ACCOUNT",
    };
    Key { partition: SYSTEM.to_owned(), sort: format!("COUNTER#{name}") }
}

pub(super) fn directory(reseller: ResellerId) -> Key {
    Key { partition: SYSTEM.to_owned(), sort: format!("{DIRECTORY_PREFIX}{reseller}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The on-disk format, spelled out. A failure here means that rows written by earlier versions would be lost.
    #[test]
    fn the_key_strings_are_these() {
        let id = CustomerId::new(42).unwrap();
        let of = ResellerId::new(7).unwrap();
        let show = |key: Key| format!("{} / {}", key.partition, key.sort);

        assert_eq!(show(customer(of, id)), "RESELLER#7 / CUSTOMER#0000000000000042");
        assert_eq!(show(customer(of, CustomerId::new(CustomerId::MAX).unwrap())), "RESELLER#7 / CUSTOMER#9999999999999999");
        assert_eq!(show(reseller(of)), "RESELLER#7 / RESELLER");
        assert_eq!(show(count(of, id)), "RESELLER#7#COUNTS / CUSTOMERS#10");
        assert_eq!(
            show(claim(of, Exclusive::Email, "Customer@Example.com")),
            "RESELLER#7#CLAIMS / EMAIL#e233d4a29013e9d87150c6237c6777bedf379ebf1acdc5d6126fec7e8bb74fb5"
        );
        assert_eq!(
            show(claim(of, Exclusive::Code, "A-1")),
            "RESELLER#7#CLAIMS / CODE#2f8fe63a6224321de5d0a24cf30067d37a358706b1ed38b015282ab68dc69ae9"
        );
        assert_eq!(credential_partition(of), "RESELLER#7#KEYS");
        assert_eq!(credential_prefix("0123456789ab"), "KEY#0123456789ab");
        let licence_id = LicenceId::new(id, 3).unwrap();
        assert_eq!(show(licence(of, licence_id)), "RESELLER#7#LICENCES / LICENCE#0000000000000042#000003");
        assert_eq!(show(licence_header(of, id)), "RESELLER#7#LICENCES / LICENCE#0000000000000042#000000");
        assert_eq!(
            show(active_licence(of, "Script", "Server.example.com")),
            "RESELLER#7#LICENCES / ACTIVE#ab60ad686da96a17b7eba8a86289f0448599545bffd79272ba3e243f44c69062"
        );
        assert_eq!(show(counter(Counter::Customer)), "SYSTEM / COUNTER#CUSTOMER");
        assert_eq!(show(counter(Counter::Reseller)), "SYSTEM / COUNTER#RESELLER");
        assert_eq!(show(counter(Counter::Account)), "SYSTEM / COUNTER#ACCOUNT");
        assert_eq!(show(directory(of)), "SYSTEM / RESELLER#7");
    }
}
