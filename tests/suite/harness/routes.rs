//! The route table of the root `Cargo.toml`, matched as gateways match it.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

/// A route: which function answers this method at this path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    pub path: String,
    pub method: String,
    pub function: String,
}

/// A route that a request matched.
pub struct Matched {
    pub route_key: String,
    pub function: String,
    pub parameters: Map<String, Value>,
}

/// The folder of the workspace.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// All routes.
pub fn table() -> Vec<Route> {
    let manifest: toml::Table = std::fs::read_to_string(workspace().join("Cargo.toml")).unwrap().parse().unwrap();
    let router = manifest["workspace"]["metadata"]["lambda"]["watch"]["router"].as_table().unwrap();
    let mut routes = Vec::new();
    for (path, functions) in router {
        for entry in functions.as_array().unwrap() {
            let text = |key: &str| entry[key].as_str().unwrap().to_owned();
            routes.push(Route { path: path.clone(), method: text("method"), function: text("function") });
        }
    }
    routes
}

/// The route of this request, if there is one; of several the one with the fewest parameters. Path parameters stay as they were
/// sent.
pub fn find(routes: &[Route], method: &str, path: &str) -> Option<Matched> {
    let of_method = routes.iter().filter(|route| route.method == method);
    let matching = of_method.filter_map(|route| {
        let (wanted, sent): (Vec<&str>, Vec<&str>) = (route.path.split('/').collect(), path.split('/').collect());
        if wanted.len() != sent.len() {
            return None;
        }
        let mut parameters = Map::new();
        for (wanted, sent) in wanted.into_iter().zip(sent) {
            match wanted.strip_prefix('{').and_then(|wanted| wanted.strip_suffix('}')) {
                Some(name) if !sent.is_empty() => {
                    parameters.insert(name.to_owned(), sent.into());
                }
                _ if wanted == sent => {}
                _ => return None,
            }
        }
        Some(Matched { route_key: format!("{method} {}", route.path), function: route.function.clone(), parameters })
    });
    matching.min_by_key(|matched| matched.parameters.len())
}
