//! The route table of the workspace's `Cargo.toml`, and the matching of requests to it, as gateways do it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::{fs, io};

use serde::Deserialize;

use crate::workspace;

/// A method and a path, and the function that answers requests to them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// The path, with parameters in braces, such as `/customer/{id}/`.
    pub path: String,
    /// The method, in capitals.
    pub method: String,
    /// The name of the function, which is that of its binary.
    pub function: String,
}

/// The route that a request matched, in the form in which the gateway tells it to the function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matched {
    /// The method and the path of the route.
    pub route_key: String,
    /// The name of the function, which is that of its binary.
    pub function: String,
    /// The path parameters as they were sent: percent-encoded.
    pub parameters: BTreeMap<String, String>,
}

/// Why the route table can't be read.
#[derive(Debug, thiserror::Error)]
pub enum RouteTableError {
    /// There is no such file, or it can't be read.
    #[error("cannot read {path}: {cause}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        cause: io::Error,
    },
    /// The table is missing or has another form.
    #[error("the route table in Cargo.toml can't be read: {0}")]
    Malformed(String),
}

#[derive(Deserialize)]
struct Target {
    method: String,
    function: String,
}

const PLACE: [&str; 5] = ["workspace", "metadata", "lambda", "watch", "router"];

/// Reads the route table of this workspace.
///
/// # Errors
/// When the route table is missing or has another form.
pub fn read() -> Result<Vec<Route>, RouteTableError> {
    let path = workspace::root().join("Cargo.toml");
    let manifest = fs::read_to_string(&path).map_err(|cause| RouteTableError::Unreadable { path, cause })?;
    parse(&manifest).map_err(RouteTableError::Malformed)
}

fn parse(manifest: &str) -> Result<Vec<Route>, String> {
    let manifest: toml::Table = manifest.parse().map_err(|error: toml::de::Error| error.to_string())?;
    let manifest = toml::Value::Table(manifest);
    let router = PLACE.iter().try_fold(&manifest, |value, key| value.get(key));
    let router = router.ok_or_else(|| format!("there is no [{}]", PLACE.join(".")))?;
    let router: BTreeMap<String, Vec<Target>> = router.clone().try_into().map_err(|error: toml::de::Error| error.to_string())?;
    let routes = router.into_iter().flat_map(|(path, targets)| {
        targets.into_iter().map(move |Target { method, function }| Route { method, path: path.clone(), function })
    });
    Ok(routes.collect())
}

/// The route that answers this request; of several the one with the fewest parameters.
#[must_use]
pub fn find(routes: &[Route], method: &str, path: &str) -> Option<Matched> {
    let of_method = routes.iter().filter(|route| route.method == method);
    of_method.filter_map(|route| route.matched(path)).min_by_key(|matched| matched.parameters.len())
}

impl Route {
    /// A path of this route, with 1 for each parameter.
    #[must_use]
    pub fn sample_path(&self) -> String {
        let segments = self.path.split('/').map(|segment| if parameter(segment).is_some() { "1" } else { segment });
        segments.collect::<Vec<_>>().join("/")
    }

    fn matched(&self, path: &str) -> Option<Matched> {
        let mut parameters = BTreeMap::new();
        let mut sent = path.split('/');
        for wanted in self.path.split('/') {
            let sent = sent.next()?;
            match parameter(wanted) {
                // A parameter is never empty.
                Some(name) if !sent.is_empty() => _ = parameters.insert(name.to_owned(), sent.to_owned()),
                None if wanted == sent => {}
                _ => return None,
            }
        }
        let route_key = format!("{} {}", self.method, self.path);
        sent.next().is_none().then(|| Matched { route_key, function: self.function.clone(), parameters })
    }
}

/// The name of the parameter that stands for this segment of a route's path.
fn parameter(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(method: &str, path: &str, function: &str) -> Route {
        Route { method: method.into(), path: path.into(), function: function.into() }
    }

    #[test]
    fn a_table_gives_its_routes() {
        let manifest = r#"
            [workspace.metadata.lambda.watch.router]
            "/things/" = [{ function = "list", method = "GET" }, { function = "create", method = "POST" }]
            "/things/{id}/parts/{part}" = [{ function = "get", method = "GET" }]
        "#;
        let routes = parse(manifest).unwrap();
        assert_eq!(
            routes,
            [
                route("GET", "/things/", "list"),
                route("POST", "/things/", "create"),
                route("GET", "/things/{id}/parts/{part}", "get"),
            ]
        );
        assert_eq!(routes.last().unwrap().sample_path(), "/things/1/parts/1");
    }

    #[test]
    fn a_table_that_is_missing_or_odd_is_told() {
        assert_eq!(parse("[workspace]").unwrap_err(), "there is no [workspace.metadata.lambda.watch.router]");
        let odd = "[workspace.metadata.lambda.watch.router]\n\"/x\" = [{ function = \"f\" }]";
        assert!(parse(odd).unwrap_err().contains("method"));
    }

    #[test]
    fn the_table_of_this_workspace_can_be_read() {
        assert!(!read().unwrap().is_empty());
    }

    #[test]
    fn a_request_finds_the_route_of_its_method_and_path() {
        let routes = [
            route("GET", "/things/{id}", "get"),
            route("GET", "/things/{id}/", "get"),
            route("GET", "/things/all", "list"),
            route("PUT", "/things/{id}/parts/{part}", "put"),
        ];
        let found = |method: &str, path: &str| find(&routes, method, path).map(|matched| matched.function);
        assert_eq!(found("GET", "/things/7").as_deref(), Some("get"));
        assert_eq!(found("GET", "/things/all").as_deref(), Some("list"));
        for (method, path) in [
            ("POST", "/things/7"),
            ("GET", "/things"),
            ("GET", "/things/"),
            ("GET", "/things//"),
            ("GET", "/things/7/8"),
            ("GET", "things/7"),
            ("PUT", "/things/7/parts/8/"),
        ] {
            assert_eq!(found(method, path), None, "{method} {path}");
        }
        let matched = find(&routes, "PUT", "/things/a%2Fb/parts/8").unwrap();
        assert_eq!(matched.route_key, "PUT /things/{id}/parts/{part}");
        assert_eq!(matched.parameters, BTreeMap::from([("id".into(), "a%2Fb".into()), ("part".into(), "8".into())]));
        assert_eq!(find(&routes, "GET", "/things/7/").unwrap().route_key, "GET /things/{id}/");
    }
}
