//! The permissions of the functions' roles are exactly those that the suite saw them need.
//!
//! Ignored by default, because it reads what a run of the whole suite has recorded; `.ci/run` shows how to run it.

use std::collections::{BTreeMap, BTreeSet};

use crate::harness::routes::workspace;

/// For each function and action, the partitions.
type Permissions = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

#[test]
#[ignore = "needs what a run of the suite with CLIENTELE_RECORD has written down"]
fn every_role_allows_what_its_function_was_seen_to_need() {
    let path = std::env::var("CLIENTELE_RECORD").expect("CLIENTELE_RECORD names the file that a run of the suite has written");
    let mut needed = Permissions::new();
    for line in std::fs::read_to_string(workspace().join(path)).unwrap().lines() {
        let [function, action, partitions] = line.split(": ").collect::<Vec<_>>().try_into().unwrap();
        let of_function = needed.entry(function.to_owned()).or_default();
        of_function.entry(action.to_owned()).or_default().insert(partitions.to_owned());
    }
    let given: Permissions = serde_json::from_slice(&std::fs::read(workspace().join("infra/permissions.json")).unwrap()).unwrap();
    // A function that asks for nothing is not in the record.
    let functions: BTreeSet<&String> = given.keys().chain(needed.keys()).collect();
    for function in functions {
        let needed = needed.get(function).cloned().unwrap_or_default();
        assert_eq!(given.get(function), Some(&needed), "{function}: given, and needed");
    }
}
