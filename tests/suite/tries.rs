//! Tries of passwords: how many are admitted to hashing, whoever tries, from wherever, and however many at the same moment. Time is
//! what each attempt says that it is.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use serde_json::json;
use shared::domain::password::{Parameters, Password, PasswordHash, PresentedPassword, verify_nobody};
use shared::domain::timestamp::Timestamp;
use shared::domain::waits::{ADDRESS, ADDRESS_AND_SOURCE, SOURCE};
use shared::store::tries::{Admitted, Attempt, NotAdmitted};
use shared::store::{Login, StoreError, Table};

use crate::harness::records::Row;
use crate::harness::{App, Call, Effect};

const ADDRESS_OF_OWNER: &str = "Owner@Example.com";
const OFFICE: &str = "203.0.113.7";
const ELSEWHERE: &str = "198.51.100.1";

/// The login of a deployment.
struct Door {
    app: App,
    table: Table<Login>,
    begun: Timestamp,
}

impl Door {
    async fn open() -> Self {
        let (app, _) = App::with_reseller().await;
        let table = Table::new(app.store.clone());
        // Whole seconds, so that waits are.
        let begun = "2026-11-29T12:00:00.000Z".parse().unwrap();
        let door = Self { app, table, begun };
        // The first attempt of a function reads the secret.
        door.attempt("warm", "up", "192.0.2.1", 0.0).await.unwrap();
        door.app.wire.take_calls();
        door
    }

    /// An attempt so many seconds after the beginning. Gives the seconds to wait, if it is not admitted.
    async fn attempt(&self, short_name: &str, address: &str, source: &str, seconds: f64) -> Result<Admitted, i64> {
        match self.attempt_once(short_name, address, Some(source.parse().unwrap()), seconds).await {
            Ok(admitted) => Ok(admitted),
            Err(NotAdmitted::Wait(wait)) => Err(wait.seconds),
            Err(NotAdmitted::Store(error)) => panic!("{error}"),
        }
    }

    async fn attempt_once(
        &self,
        short_name: &str,
        address: &str,
        source: Option<IpAddr>,
        seconds: f64,
    ) -> Result<Admitted, NotAdmitted> {
        let at = self.begun.plus(Duration::from_secs_f64(seconds));
        self.table.tries_begin(&Attempt { short_name, address, source, at }).await
    }

    /// An attempt on the owner's address.
    async fn from(&self, source: &str, seconds: f64) -> Result<Admitted, i64> {
        self.attempt("northwind", ADDRESS_OF_OWNER, source, seconds).await
    }

    async fn succeeded(&self, admitted: Admitted) {
        self.table.tries_succeeded(&admitted).await.unwrap();
    }

    /// All rows of tries.
    async fn rows(&self) -> Vec<Row> {
        let rows = self.app.scanned().await.into_iter().map(|row| row.into_iter().collect::<Row>());
        rows.filter(|row| row["PK"].as_s().unwrap().starts_with("TRIES#")).collect()
    }
}

fn source(number: u32) -> String {
    Ipv4Addr::from_bits(u32::from(Ipv4Addr::new(10, 0, 0, 0)) + number).to_string()
}

#[tokio::test]
async fn five_tries_are_free_and_then_each_waits_for_twice_as_long() {
    let door = Door::open().await;
    for _ in 0..5 {
        door.from(OFFICE, 0.0).await.unwrap();
    }
    let mut now = 0.0;
    for wait in [1, 2, 4, 8] {
        assert_eq!(door.from(OFFICE, now).await.unwrap_err(), wait);
        // What is not admitted counts nothing, however often it comes.
        assert_eq!(door.from(OFFICE, now + 0.5).await.unwrap_err(), wait);
        now += f64::from(i32::try_from(wait).unwrap());
        door.from(OFFICE, now).await.unwrap();
    }
    // Others are not concerned: another source, another person at this source, another reseller.
    door.from(ELSEWHERE, now).await.unwrap();
    door.attempt("northwind", "other@example.com", OFFICE, now).await.unwrap();
    door.attempt("southwind", ADDRESS_OF_OWNER, OFFICE, now).await.unwrap();
    // A quiet quarter of an hour forgives a try, and four hours forgive all.
    for _ in 0..5 {
        door.from(OFFICE, now + 4.0 * 3_600.0).await.unwrap();
    }
    assert_eq!(door.from(OFFICE, now + 4.0 * 3_600.0).await.unwrap_err(), 1);
}

#[tokio::test]
async fn a_try_takes_two_calls_and_a_wait_takes_one() {
    let door = Door::open().await;
    for known in [true, false] {
        // Whether or not there is such a reseller makes no difference.
        let name = if known { "northwind" } else { "nobody" };
        let admitted = door.attempt(name, ADDRESS_OF_OWNER, OFFICE, 0.0).await.unwrap();
        assert_eq!(door.app.wire.take_operations(), ["BatchGetItem", "TransactWriteItems"]);
        door.succeeded(admitted).await;
        assert_eq!(door.app.wire.take_operations(), ["TransactWriteItems"]);
        for _ in 0..5 {
            door.attempt(name, ADDRESS_OF_OWNER, OFFICE, 0.0).await.unwrap();
        }
        door.app.wire.take_calls();
        assert_eq!(door.attempt(name, ADDRESS_OF_OWNER, OFFICE, 0.0).await.unwrap_err(), 1);
        let calls = door.app.wire.take_calls();
        assert_eq!(calls.len(), 1);
        calls.iter().for_each(Call::expect_consistent_and_metered);
    }
}

#[tokio::test]
async fn a_success_forgives_the_tries_of_this_person_at_this_source_and_of_nobody_else() {
    let door = Door::open().await;
    for number in 0..47 {
        door.attempt("northwind", &format!("{number}@example.com"), OFFICE, 0.0).await.unwrap();
    }
    for _ in 0..2 {
        door.from(OFFICE, 0.0).await.unwrap();
    }
    // The fiftieth try of the source is a success, and gives itself back, so that there is a fiftieth again.
    for _ in 0..20 {
        let admitted = door.from(OFFICE, 0.0).await.unwrap();
        assert_eq!(door.attempt("northwind", "stranger@example.com", OFFICE, 0.0).await.unwrap_err(), 1, "while it is hashed");
        door.succeeded(admitted).await;
    }
    door.attempt("northwind", "stranger@example.com", OFFICE, 0.0).await.unwrap();
    assert_eq!(door.from(OFFICE, 0.0).await.unwrap_err(), 1);
    door.from(OFFICE, 1.0).await.unwrap();
    assert_eq!(door.attempt("northwind", "stranger@example.com", OFFICE, 1.0).await.unwrap_err(), 2);
}

#[tokio::test]
async fn strangers_lock_nobody_out() {
    let door = Door::open().await;
    let admitted = door.from(OFFICE, 0.0).await.unwrap();
    door.succeeded(admitted).await;

    // Many sources try the address whenever it is free, for ten minutes.
    let (mut now, mut next) = (0.0, 0);
    let mut waits = BTreeMap::new();
    while now < 600.0 {
        match door.from(&source(next), now).await {
            Ok(_) => next += 1,
            Err(seconds) => {
                *waits.entry(seconds).or_insert(0) += 1;
                now += 1.0;
            }
        }
    }
    let bound = ADDRESS.most_in(Duration::from_secs(600));
    assert!(next > 100 && i64::from(next) <= bound, "{next} of {bound}");
    assert!(waits.keys().all(|seconds| (1..=5).contains(seconds)), "{waits:?}");

    // Where the owner has logged in before, strangers make no difference: mistyping is free, too.
    door.from(&source(next), now + 5.0).await.unwrap();
    for _ in 0..4 {
        door.from(OFFICE, now + 5.0).await.unwrap();
    }
    let admitted = door.from(OFFICE, now + 5.0).await.unwrap();
    assert_eq!(door.from(OFFICE, now + 5.0).await.unwrap_err(), 1);
    door.succeeded(admitted).await;
    // Elsewhere the owner waits for at most five seconds, if nobody else comes first.
    let wait = door.from(ELSEWHERE, now + 5.0).await.unwrap_err();
    assert!((1..=5).contains(&wait));
    assert!(door.from(ELSEWHERE, now + 5.0 + f64::from(i32::try_from(wait).unwrap())).await.is_ok());
}

#[tokio::test]
async fn a_source_is_known_for_thirty_days() {
    let door = Door::open().await;
    let day = 24.0 * 3_600.0;
    let admitted = door.from(OFFICE, 0.0).await.unwrap();
    door.succeeded(admitted).await;
    for (seconds, is_known) in [(29.9 * day, true), (30.1 * day, false)] {
        for number in 0..10 {
            door.from(&source(number), seconds).await.unwrap();
        }
        assert_eq!(door.from(ELSEWHERE, seconds).await.unwrap_err(), 1);
        assert_eq!(door.from(OFFICE, seconds).await.is_ok(), is_known, "{seconds}");
    }
}

impl Door {
    /// Makes these attempts at the same moment, as far as every engine answers them in time: twenty. Gives how many are admitted; others
    /// are told to wait, or that too many tried at once.
    async fn admitted_at_once(&self, attempts: impl IntoIterator<Item = (String, String)>) -> usize {
        let attempts = attempts.into_iter().map(async |(address, source)| {
            match self.attempt_once("northwind", &address, Some(source.parse().unwrap()), 0.0).await {
                Ok(_) => true,
                Err(NotAdmitted::Wait(_) | NotAdmitted::Store(StoreError::Contended(_))) => false,
                Err(NotAdmitted::Store(other)) => panic!("{other}"),
            }
        });
        let admitted: Vec<bool> = stream::iter(attempts).buffer_unordered(20).collect().await;
        admitted.into_iter().filter(|is_admitted| *is_admitted).count()
    }
}

#[tokio::test]
async fn a_thousand_at_once_get_no_more_than_one_after_the_other() {
    let door = Door::open().await;
    let of_one = (0..1_000).map(|_| (ADDRESS_OF_OWNER.to_owned(), OFFICE.to_owned()));
    assert_eq!(door.admitted_at_once(of_one).await, 5);
    let of_sources = (0..1_000).map(|number| ("b@example.com".to_owned(), source(number)));
    assert_eq!(door.admitted_at_once(of_sources).await, 10);
}

#[tokio::test]
async fn a_thousand_addresses_at_once_are_no_more_than_a_source_may_try() {
    let door = Door::open().await;
    let addresses = (0..1_000).map(|number| (format!("{number}@example.com"), OFFICE.to_owned()));
    let admitted = door.admitted_at_once(addresses).await;
    assert!((20..=50).contains(&admitted), "{admitted}");
}

#[tokio::test]
async fn one_network_of_ipv6_is_one_source_and_so_is_no_address_at_all() {
    let door = Door::open().await;
    for number in 0..5 {
        door.from(&format!("2001:db8:1:2::{number}"), 0.0).await.unwrap();
    }
    assert_eq!(door.from("2001:db8:1:2:ffff:ffff:ffff:ffff", 0.0).await.unwrap_err(), 1);
    door.from("2001:db8:1:3::1", 0.0).await.unwrap();
    door.from("::ffff:203.0.113.7", 0.0).await.unwrap();
    for _ in 0..5 {
        door.attempt_once("northwind", "c@example.com", None, 0.0).await.unwrap();
    }
    assert!(matches!(door.attempt_once("northwind", "c@example.com", None, 0.0).await, Err(NotAdmitted::Wait(_))));
    // An IPv4 address is the same source in either form.
    for _ in 0..4 {
        door.from(OFFICE, 60.0).await.unwrap();
    }
    assert_eq!(door.from("::ffff:203.0.113.7", 60.0).await.unwrap_err(), 1);
}

#[tokio::test]
async fn another_spelling_is_the_same_address() {
    let door = Door::open().await;
    for (name, address) in [
        ("northwind", "owner@example.com"),
        ("NORTHWIND", "OWNER@EXAMPLE.COM"),
        (" northwind ", " Owner@example.com\n"),
        ("ｎorthwind", "ｏwner@example.com"),
        ("northwind", "Owner@Example.com"),
    ] {
        door.attempt(name, address, OFFICE, 0.0).await.unwrap();
    }
    assert_eq!(door.from(OFFICE, 0.0).await.unwrap_err(), 1);
    // The border between name and address is not lost.
    door.attempt("northwindo", "wner@example.com", OFFICE, 0.0).await.unwrap();
    door.attempt("", &"@".repeat(200_000), OFFICE, 0.0).await.unwrap();
}

#[tokio::test]
async fn rows_hold_nothing_personal_and_end() {
    let door = Door::open().await;
    let before = door.rows().await.len();
    for _ in 0..3 {
        door.from(OFFICE, 0.0).await.unwrap();
    }
    let admitted = door.from(OFFICE, 0.0).await.unwrap();
    let rows = door.rows().await;
    assert_eq!(rows.len(), before + 3);
    let ends = |rows: &[Row], name: &str| {
        let of_name = rows.iter().filter(|row| row["SK"].as_s().unwrap() == name);
        of_name.map(|row| row["expires_at"].as_n().unwrap().parse::<i64>().unwrap() - door.begun.seconds()).max().unwrap()
    };
    // An hour after the last try is forgiven.
    for (name, forgiven) in [("BOTH", 4 * 900), ("SOURCE", 4 * 900), ("ADDRESS", 4 * 5)] {
        assert_eq!(ends(&rows, name), forgiven + 3_600, "{name}");
    }
    door.succeeded(admitted).await;
    let rows = door.rows().await;
    assert_eq!(ends(&rows, "BOTH"), 30 * 86_400 + 3_600);
    let shown = format!("{rows:?}").to_lowercase();
    for personal in ["owner", "example", "northwind", "203.0", "113.7"] {
        assert!(!shown.contains(personal), "{personal} in {shown}");
    }
    // Each row has a partition of its own, with a keyed hash.
    let partitions: BTreeSet<&String> = rows.iter().map(|row| row["PK"].as_s().unwrap()).collect();
    assert_eq!(partitions.len(), rows.len());
    assert!(partitions.iter().all(|partition| partition.len() == "TRIES#".len() + 64));
}

fn cancelled(call: &Call, code: &str) -> Effect {
    let items = call.request["TransactItems"].as_array().unwrap();
    let reasons: Vec<_> = items.iter().map(|_| json!({"Code": code})).collect();
    let kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
    Effect::Answer(400, json!({"__type": kind, "Message": "cancelled", "CancellationReasons": reasons}))
}

#[tokio::test]
async fn who_meets_others_for_too_long_is_not_admitted() {
    let door = Door::open().await;
    for code in ["TransactionConflict", "ConditionalCheckFailed"] {
        door.app.wire.fail("TransactWriteItems", 3, move |call| cancelled(call, code));
        door.attempt_once("northwind", code, None, 0.0).await.unwrap();
        door.app.wire.fail("TransactWriteItems", usize::MAX, move |call| cancelled(call, code));
        let refused = door.attempt_once("northwind", code, None, 0.0).await;
        assert!(matches!(refused, Err(NotAdmitted::Store(StoreError::Contended(_)))), "{refused:?}");
        door.app.wire.mend();
    }
}

#[tokio::test]
async fn a_try_whose_answer_is_lost_is_taken_and_given_back_once() {
    let door = Door::open().await;
    for _ in 0..4 {
        door.from(OFFICE, 0.0).await.unwrap();
    }
    door.app.wire.fail("TransactWriteItems", 1, |_| Effect::LoseAnswer);
    let admitted = door.from(OFFICE, 0.0).await.unwrap();
    assert_eq!(door.from(OFFICE, 0.0).await.unwrap_err(), 1, "five were taken");
    let of_source = |rows: Vec<Row>| {
        let ends = rows.into_iter().filter(|row| row["SK"].as_s().unwrap() == "SOURCE");
        ends.map(|row| row["forgiven_at"].as_n().unwrap().parse::<i64>().unwrap()).max().unwrap()
    };
    let before = of_source(door.rows().await);
    door.app.wire.fail("TransactWriteItems", 1, |_| Effect::LoseAnswer);
    door.succeeded(admitted).await;
    assert_eq!(before - of_source(door.rows().await), 900_000, "one was given back");

    door.app.wire.fail("TransactWriteItems", usize::MAX, |_| Effect::Break);
    let refused = door.attempt_once("northwind", ADDRESS_OF_OWNER, None, 0.0).await;
    assert!(matches!(refused, Err(NotAdmitted::Store(StoreError::Unavailable(_)))), "{refused:?}");
}

/// Everything that a login does with a password, and how often it did so.
struct Guesses<'a> {
    door: &'a Door,
    owners: PasswordHash,
    parameters: Parameters,
    hashed: i64,
}

impl<'a> Guesses<'a> {
    fn new(door: &'a Door) -> Self {
        let parameters = Parameters::new(8, 1, 1).unwrap();
        let owners = PasswordHash::of(&Password::parse("Correct horse 7").unwrap(), &parameters).unwrap();
        Self { door, owners, parameters, hashed: 0 }
    }

    async fn guess(&mut self, address: &str, source: &str, seconds: f64, password: &str) -> bool {
        let Ok(admitted) = self.door.attempt("northwind", address, source, seconds).await else {
            return false;
        };
        self.hashed += 1;
        let presented = PresentedPassword::new(password);
        let is_right = if address == ADDRESS_OF_OWNER {
            self.owners.verify(&presented).unwrap()
        } else {
            verify_nobody(&presented, &self.parameters).unwrap();
            false
        };
        if is_right {
            self.door.succeeded(admitted).await;
        }
        is_right
    }
}

/// The unit tests of the arithmetic try a hundred thousand in a day. Here every call is made, so that there are fewer.
#[tokio::test]
async fn of_thousands_of_wrong_passwords_in_a_day_few_are_hashed() {
    let door = Door::open().await;
    let day = Duration::from_secs(24 * 60 * 60);
    let mut one_source = Guesses::new(&door);
    for number in 0..1_000 {
        let seconds = day.as_secs_f64() / 1_000.0 * f64::from(number);
        assert!(!one_source.guess(ADDRESS_OF_OWNER, OFFICE, seconds, &format!("Wrong horse {number}")).await);
    }
    let bound = ADDRESS_AND_SOURCE.most_in(day);
    assert!(one_source.hashed > 60 && one_source.hashed <= bound, "{} of {bound}", one_source.hashed);

    let mut many_addresses = Guesses::new(&door);
    for number in 0..1_000 {
        let seconds = day.as_secs_f64() / 1_000.0 * f64::from(number);
        assert!(!many_addresses.guess(&format!("{number}@example.com"), ELSEWHERE, seconds, "Summer of 2026").await);
    }
    let bound = SOURCE.most_in(day);
    assert!(many_addresses.hashed > 60 && many_addresses.hashed <= bound, "{} of {bound}", many_addresses.hashed);
}

#[tokio::test]
async fn thousands_of_sources_hash_one_password_of_an_address_in_five_seconds() {
    let door = Door::open().await;
    let mut guesses = Guesses::new(&door);
    assert!(guesses.guess(ADDRESS_OF_OWNER, OFFICE, 0.0, "Correct horse 7").await);
    guesses.hashed = 0;
    let stretch = Duration::from_secs(900);
    for number in 0..1_000_u32 {
        let seconds = stretch.as_secs_f64() / 1_000.0 * f64::from(number);
        guesses.guess(ADDRESS_OF_OWNER, &source(number), seconds, "Wrong horse 7").await;
        if number % 250 == 249 {
            let hashed = guesses.hashed;
            assert!(guesses.guess(ADDRESS_OF_OWNER, OFFICE, seconds, "Correct horse 7").await, "the owner is let in");
            guesses.hashed = hashed;
        }
    }
    let bound = ADDRESS.most_in(stretch);
    assert!(guesses.hashed > 100 && guesses.hashed <= bound, "{} of {bound}", guesses.hashed);
}
