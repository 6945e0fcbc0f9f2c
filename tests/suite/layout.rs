//! Facts that stand in several places agree: routes, binaries and events. And files depend on each other in one direction.

mod imports;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::routes::{find, is_without_route, table, workspace};
use imports::Imports;

/// The names of all Lambda binaries.
fn binaries() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for package in std::fs::read_dir(workspace().join("functions")).unwrap() {
        for binary in std::fs::read_dir(package.unwrap().path().join("src/bin")).unwrap() {
            names.insert(binary.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned());
        }
    }
    names
}

#[test]
fn every_binary_but_those_that_are_invoked_has_a_route_and_every_route_a_binary() {
    let routed: BTreeSet<String> = table().into_iter().map(|route| route.function).collect();
    let expected: BTreeSet<String> = binaries().into_iter().filter(|name| !is_without_route(name)).collect();
    assert_eq!(routed, expected);
}

#[test]
fn every_route_of_the_reseller_api_has_both_slash_forms() {
    let routes = table();
    for route in routes.iter().filter(|route| route.path.starts_with("/api/v3/")) {
        let twin = match route.path.strip_suffix('/') {
            Some(without) => without.to_owned(),
            None => format!("{}/", route.path),
        };
        let has_twin =
            routes.iter().any(|other| other.path == twin && other.method == route.method && other.function == route.function);
        assert!(has_twin, "{route:?} has no twin {twin}");
    }
}

#[test]
fn no_two_functions_answer_one_call() {
    let mut routes = table();
    routes.sort();
    for pair in routes.windows(2) {
        assert!((&pair[0].path, &pair[0].method) != (&pair[1].path, &pair[1].method), "{pair:?}");
    }
}

#[test]
fn every_binary_has_an_event_that_its_route_leads_to_it() {
    let folder = workspace().join("events");
    let events: BTreeSet<String> =
        std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    let expected: BTreeSet<String> = binaries().iter().map(|name| format!("{name}.json")).collect();
    assert_eq!(events, expected);

    for function in binaries() {
        let event: Value = serde_json::from_slice(&std::fs::read(folder.join(format!("{function}.json"))).unwrap()).unwrap();
        if is_without_route(&function) {
            assert!(event.is_object() && event.get("routeKey").is_none(), "{function}");
            continue;
        }
        let text =
            |pointer: &str| event.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{function}: {pointer}"));
        let matched = find(&table(), text("/requestContext/http/method"), text("/rawPath"));
        let matched = matched.unwrap_or_else(|| panic!("the event of {function} leads to no route"));
        assert_eq!(matched.function, function);
        assert_eq!(matched.route_key, text("/routeKey"));
        assert_eq!(
            event.get("pathParameters").cloned().unwrap_or_default(),
            match matched.parameters.is_empty() {
                true => Value::Null,
                false => json!(matched.parameters),
            },
            "the pathParameters of the event of {function}"
        );
        assert_eq!(text("/version"), "2.0");
        assert_eq!(text("/requestContext/http/path"), text("/rawPath"));
    }
}

#[test]
fn every_binary_runs_the_handler_that_it_is_named_after() {
    for package in
        ["branding", "customer", "documentation", "licensing", "mail", "management", "operator", "portal", "reseller", "user"]
    {
        for function in binaries().iter().filter(|name| name.starts_with(package)) {
            let path = workspace().join(format!("functions/{package}/src/bin/{function}.rs"));
            let handler = function.replacen('-', "::", 1).replace('-', "_");
            let source = std::fs::read_to_string(path).unwrap();
            assert!(source.contains(&format!("{handler})")), "{function} does not run {handler}");
        }
    }
}

#[test]
fn every_package_lists_the_functions_that_it_has_binaries_for() {
    let listed = [
        branding::functions(),
        customer::functions(),
        documentation::functions(),
        licensing::functions(),
        mail::functions(),
        management::functions(),
        operator::functions(),
        portal::functions(),
        reseller::functions(),
        user::functions(),
    ];
    assert_eq!(listed.into_iter().flatten().collect::<BTreeSet<String>>(), binaries());
}

#[test]
fn every_test_file_is_compiled() {
    let folder = workspace().join("tests/suite");
    let main = std::fs::read_to_string(folder.join("main.rs")).unwrap();
    for file in std::fs::read_dir(&folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let module = name.strip_suffix(".rs").unwrap_or(&name);
        assert!(module == "main" || main.contains(&format!("mod {module};")), "main.rs lacks `mod {module};`");
    }
}

#[test]
fn no_files_of_a_package_import_each_other_in_a_circle() {
    let mut roots = vec![("dev".to_owned(), "lib.rs"), ("dev".to_owned(), "main.rs"), ("shared".to_owned(), "lib.rs")];
    for package in std::fs::read_dir(workspace().join("functions")).unwrap() {
        roots.push((format!("functions/{}", package.unwrap().file_name().into_string().unwrap()), "lib.rs"));
    }
    for (package, root) in roots {
        let circle = Imports::of_crate(&workspace().join(&package).join("src"), root).circle();
        assert!(circle.is_empty(), "a circle in {package}/src:\n{}", circle.join("\n"));
    }
}

#[test]
fn each_floor_of_shared_imports_only_from_itself_and_from_those_below() {
    let folder = workspace().join("shared/src");
    let floors = ["domain", "store", "lambda"];
    assert!(floors.iter().all(|floor| folder.join(floor).is_dir()));
    let upward = Imports::of_crate(&folder, "lib.rs").upward(&floors);
    assert!(upward.is_empty(), "shared/src depends on what is above:\n{}", upward.join("\n"));
}
