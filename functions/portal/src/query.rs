//! What the address of a page says behind its question mark.

use shared::lambda::faults::Faults;
use shared::lambda::request::Request;

/// The parameters of an address, and what is wrong with them.
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
    pub(crate) faults: Faults,
}

impl Query {
    /// Reads the address of a request.
    pub(crate) fn of(request: &Request) -> Self {
        let (pairs, faults) = request.query_pairs();
        Self { pairs, faults }
    }

    /// The value of a parameter; empty without it.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.pairs.iter().find(|(sent, _)| sent == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// Whether there is a parameter with this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.pairs.iter().any(|(sent, _)| sent == name)
    }

    /// The value of a parameter, if it is one of these; the first of them without the parameter, and with a fault for any other value.
    pub(crate) fn one_of(&mut self, name: &str, values: &[&'static str]) -> &'static str {
        let first = values.first().copied().unwrap_or_default();
        let sent = self.value(name);
        if sent.is_empty() {
            return first;
        }
        let found = values.iter().find(|value| **value == sent).copied();
        found.unwrap_or_else(|| {
            self.faults.add(name, format_args!("must be one of {}", values.join(", ")));
            first
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_parameter_is_one_of_its_values_or_the_first_of_them() {
        let request = serde_json::from_value(json!({"rawQueryString": "rows=50&sort=age&direction=&rows=100"})).unwrap();
        let mut query = Query::of(&request);
        assert_eq!((query.value("rows"), query.value("search"), query.has("direction")), ("50", "", true));
        assert_eq!(query.one_of("rows", &["25", "50"]), "50");
        assert_eq!(query.one_of("direction", &["asc", "desc"]), "asc");
        assert_eq!(query.one_of("status", &["all"]), "all");
        assert_eq!(query.faults, Faults::default());
        assert_eq!(query.one_of("sort", &["name", "email"]), "name");
        assert_eq!(query.faults, Faults::one("sort", "must be one of name, email"));
    }
}
