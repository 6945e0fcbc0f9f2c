//! What the address of a page says behind its question mark.

use shared::lambda::faults::Faults;
use shared::lambda::request::Request;

/// The parameters of an address.
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// The parameters of the address of a request.
    pub(crate) fn of(request: &Request) -> Self {
        Self::with_faults(request).0
    }

    /// The same, and the faults of those that can't be read.
    pub(crate) fn with_faults(request: &Request) -> (Self, Faults) {
        let (pairs, faults) = request.query_pairs();
        (Self(pairs), faults)
    }

    /// The value of a parameter; empty without it.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// The values of a parameter that can be given several times.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(sent, _)| sent == name).map(|(_, value)| value.as_str())
    }

    /// Whether there is a parameter with this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    /// The value of a parameter, if it is one of these; the first of them without the parameter, and with a fault for any other value.
    pub(crate) fn one_of(&self, faults: &mut Faults, name: &str, values: &[&'static str]) -> &'static str {
        let first = values.first().copied().unwrap_or_default();
        let sent = self.value(name);
        if sent.is_empty() {
            return first;
        }
        let found = values.iter().find(|value| **value == sent).copied();
        found.unwrap_or_else(|| {
            // Nothing is no value that somebody can be told.
            let named: Vec<&str> = values.iter().copied().filter(|value| !value.is_empty()).collect();
            faults.add(name, format_args!("must be one of {}", named.join(", ")));
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
        let (query, mut faults) = Query::with_faults(&request);
        assert_eq!((query.value("rows"), query.value("search"), query.has("direction")), ("50", "", true));
        assert_eq!(query.one_of(&mut faults, "rows", &["25", "50"]), "50");
        assert_eq!(query.one_of(&mut faults, "direction", &["asc", "desc"]), "asc");
        assert_eq!(query.one_of(&mut faults, "status", &["all"]), "all");
        assert_eq!(faults, Faults::default());
        assert_eq!(query.one_of(&mut faults, "sort", &["name", "email"]), "name");
        assert_eq!(faults, Faults::one("sort", "must be one of name, email"));
        assert_eq!(query.one_of(&mut faults, "rows", &["", "25"]), "");
        assert!(faults.iter().any(|fault| fault == ("rows", "must be one of 25")));
    }
}
