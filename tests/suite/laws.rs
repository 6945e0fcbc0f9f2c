//! The laws that hold over all three APIs, whatever clients do. Each sequence of random calls runs against the product and
//! against a model of the contract, which must agree after every call.
//!
//! A sequence ends with nothing on record, so that the next one starts as if it were the first. A sequence that fails is
//! shortened as far as it still fails. `CLIENTELE_LAW_SEQUENCES` says how many there are, over all tests of this file, and
//! `PROPTEST_RNG_SEED` repeats a run.

mod life;
mod model;
mod operation;
mod spoken;

use std::cell::{Cell, RefCell};
use std::hash::{BuildHasher, RandomState};

use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestError, TestRunner};
use serde_json::json;

use crate::harness::records::number;
use crate::harness::{App, Tenant};
use life::{Credentials, Stranger, live};
use operation::{Operation, Theme, sequences};

/// How many sequences there are by default.
const SEQUENCES: u32 = 2_000;

/// A reseller on which sequences run, and the customer of another reseller.
struct World {
    app: App,
    credentials: Credentials,
    other: Tenant,
    stranger: Stranger,
}

impl World {
    async fn start() -> Self {
        let (app, other) = App::with_reseller().await;
        let id = app.create_with(&other, json!({"name": "Acme", "email": "ann@example.com"})).await;
        let credentials = Credentials::issue(&app).await;
        let stranger = Stranger { id, account: other.account_id };
        Self { app, credentials, other, stranger }
    }

    /// Checks that no sequence changed the customer of the other reseller.
    async fn check_the_other_reseller(&self) {
        let row = self.app.customer_row(&self.other, self.stranger.id).await.unwrap();
        assert_eq!(number(&row, "revision"), 1, "another reseller's customer was changed");
    }
}

/// After how many sequences they go on in a new table. Deleted customers leave rows behind, which every check of the table reads.
const SEQUENCES_OF_A_WORLD: u32 = 50;

/// Runs a quarter of all sequences, with this theme.
fn the_laws_hold(theme: Theme) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let world = RefCell::new(runtime.block_on(World::start()));
    let wanted = std::env::var("CLIENTELE_LAW_SEQUENCES").map_or(SEQUENCES, |wanted| wanted.parse().unwrap());
    let mut configuration =
        ProptestConfig { cases: wanted.div_ceil(4), failure_persistence: None, max_shrink_iters: 0, ..ProptestConfig::default() };
    let seed = match configuration.rng_seed {
        RngSeed::Fixed(seed) => seed,
        RngSeed::Random => RandomState::new().hash_one(theme as u8),
    };
    configuration.rng_seed = RngSeed::Fixed(seed);
    let lived_through = Cell::new(0_u32);
    let lived = |operations: &[Operation]| {
        lived_through.set(lived_through.get() + 1);
        if lived_through.get().is_multiple_of(SEQUENCES_OF_A_WORLD) {
            runtime.block_on(world.borrow().check_the_other_reseller());
            world.replace(runtime.block_on(World::start()));
        }
        let lived = {
            let world = world.borrow();
            runtime.block_on(live(&world.app, &world.credentials, &world.stranger, operations))
        };
        if lived.is_err() {
            // The failed sequence did not delete its customers.
            world.replace(runtime.block_on(World::start()));
        }
        lived
    };
    let result = TestRunner::new(configuration).run(&sequences(theme), |operations| {
        lived(&operations).map_err(|difference| TestCaseError::fail(shortened(operations, difference, lived)))
    });
    match result {
        Ok(()) => runtime.block_on(world.borrow().check_the_other_reseller()),
        Err(TestError::Fail(difference, _)) => panic!("{difference}\n\nPROPTEST_RNG_SEED={seed} repeats it."),
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
}

/// What differs in a failing sequence, after everything is left out without which it still fails: operations, then fields.
fn shortened(
    mut operations: Vec<Operation>,
    mut difference: String,
    lived: impl Fn(&[Operation]) -> Result<(), String>,
) -> String {
    let mut tried = |shorter: Vec<Operation>, operations: &mut Vec<Operation>| {
        if let Err(other) = lived(&shorter) {
            (*operations, difference) = (shorter, other);
        }
    };
    for place in (0..operations.len()).rev() {
        let mut shorter = operations.clone();
        shorter.remove(place);
        tried(shorter, &mut operations);
    }
    for place in 0..operations.len() {
        for field in (0..operations[place].fields().map_or(0, |fields| fields.len())).rev() {
            let mut shorter = operations.clone();
            shorter[place].fields().map(|fields| fields.remove(field));
            tried(shorter, &mut operations);
        }
    }
    difference
}

#[test]
fn the_laws_hold_over_calls_of_every_kind() {
    the_laws_hold(Theme::Anything);
}

#[test]
fn the_laws_hold_while_addresses_change_hands() {
    the_laws_hold(Theme::Addresses);
}

#[test]
fn the_laws_hold_while_customers_are_written_back() {
    the_laws_hold(Theme::WriteBack);
}

#[test]
fn the_laws_hold_over_codes_and_accounts() {
    the_laws_hold(Theme::Codes);
}
