//! The routes that are served: what the route table in the workspace's `Cargo.toml` says.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::problem::Problem;

/// A method and a path, and the function that answers them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) method: String,
    /// With parameters in braces, such as `/customer/{id}/`.
    pub(crate) path: String,
    pub(crate) function: String,
}

/// Reads the route table of this workspace.
pub(crate) fn read(workspace: &Path) -> Result<Vec<Route>, Problem> {
    let path = workspace.join("Cargo.toml");
    let manifest = fs::read_to_string(&path).map_err(Problem::file("read", path))?;
    parse(&manifest).map_err(Problem::RouteTable)
}

#[derive(Deserialize)]
struct Target {
    method: String,
    function: String,
}

const PLACE: [&str; 5] = ["workspace", "metadata", "lambda", "watch", "router"];

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

impl Route {
    /// A path that leads there, with 1 for each parameter.
    pub(crate) fn sample_path(&self) -> String {
        let segments = self.path.split('/').map(|segment| if segment.starts_with('{') { "1" } else { segment });
        segments.collect::<Vec<_>>().join("/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_gives_its_routes() {
        let manifest = r#"
            [workspace.metadata.lambda.watch.router]
            "/things/" = [{ function = "list", method = "GET" }, { function = "create", method = "POST" }]
            "/things/{id}/parts/{part}" = [{ function = "get", method = "GET" }]
        "#;
        let route = |method: &str, path: &str, function: &str| Route {
            method: method.into(),
            path: path.into(),
            function: function.into(),
        };
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
        assert!(!read(crate::data_folder::workspace()).unwrap().is_empty());
    }
}
