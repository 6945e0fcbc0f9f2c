//! A list that is read whole, because there are never many: filtered, sorted and cut here, by what its objects show.

use std::cmp::Ordering;

use lambda_http::http::header::LINK;
use serde_json::Value;
use shared::domain::normalization::normalize;
use shared::domain::validation::Invalid;
use shared::lambda::request::Request;
use shared::lambda::response::{Response, with_header};
use shared::store::customer::list::Direction;

use crate::Error;
use crate::answer::page;
use crate::list_query::{DEFAULT_LIMIT, direction, limit, offset};

/// What a list can be asked for.
#[derive(Clone, Copy, Debug)]
pub struct Keys {
    /// The keys that it is sorted by; the first one is the default.
    pub sort: &'static [&'static str],
    /// The keys that it is filtered by.
    pub filter: &'static [&'static str],
    /// The keys whose texts are amounts, which are sorted as numbers.
    pub amounts: &'static [&'static str],
}

/// How a list is sorted: by what its objects show under a key, and then by their ids.
#[derive(Clone, Copy, Debug)]
pub struct Sorting {
    /// The key.
    pub key: &'static str,
    /// Whether it shows amounts, which are sorted as numbers.
    pub is_amount: bool,
    /// The direction, which is that of the ids too.
    pub direction: Direction,
}

impl Sorting {
    /// These objects in this order. `shows` is what an object shows under a key.
    #[must_use]
    pub fn sorted<T>(self, objects: impl IntoIterator<Item = T>, shows: impl Fn(&T, &str) -> Value) -> Vec<T> {
        let placed = |object: T| ([self.comparable(shows(&object, self.key)), shows(&object, "id")], object);
        let mut placed: Vec<([Value; 2], T)> = objects.into_iter().map(placed).collect();
        placed.sort_by(|([one, one_id], _), ([other, other_id], _)| {
            let order = order(one, other).then_with(|| order(one_id, other_id));
            if self.direction == Direction::Descending { order.reverse() } else { order }
        });
        placed.into_iter().map(|(_, object)| object).collect()
    }

    /// An amount with as many digits as amounts can have, so that texts sort as numbers do. All else stays as it is.
    fn comparable(self, shown: Value) -> Value {
        match shown.as_str().filter(|_| self.is_amount).map(|text| text.split_once('.').unwrap_or((text, ""))) {
            Some((whole, part)) => format!("{whole:0>29}{part:0<12}").into(),
            None => shown,
        }
    }
}

/// What a query string asks of a list.
#[derive(Clone, Debug)]
pub struct WholeListQuery {
    limit: usize,
    offset: u64,
    sorting: Sorting,
    filters: Vec<(&'static str, String)>,
    sent: Vec<(String, String)>,
    /// The parameters that a `Link` keeps.
    kept: Vec<&'static str>,
}

impl WholeListQuery {
    /// Reads the query string. Parameters that such a list does not know are ignored.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn parse(request: &Request, keys: Keys) -> Result<Self, Error> {
        let (sent, mut faults) = request.query_pairs();
        let first = keys.sort.first().copied().unwrap_or("id");
        let mut query = Self {
            limit: DEFAULT_LIMIT.into(),
            offset: 0,
            sorting: Sorting { key: first, is_amount: false, direction: Direction::Ascending },
            filters: Vec::new(),
            sent: Vec::new(),
            kept: vec!["limit", "sort", "direction", "filter"],
        };
        for (place, (name, value)) in sent.iter().enumerate() {
            let is_again = || sent.iter().take(place).any(|(earlier, _)| earlier == name);
            if matches!(name.as_str(), "limit" | "offset" | "sort" | "direction") && is_again() {
                faults.add(name, Invalid::Repeated);
            }
            match name.as_str() {
                "limit" => query.limit = faults.collect(name, limit(value)).unwrap_or(DEFAULT_LIMIT).into(),
                "offset" => query.offset = faults.collect(name, offset(value)).unwrap_or_default(),
                "sort" => query.sorting.key = faults.collect(name, known(keys.sort, value)).unwrap_or(first),
                "direction" => {
                    query.sorting.direction = faults.collect(name, direction(value)).unwrap_or(Direction::Ascending);
                }
                "filter" => query.filters.extend(faults.collect(name, filter(keys.filter, value))),
                "cursor" => faults.add(name, "is not there for this list: it has offset"),
                _ => {}
            }
        }
        query.sent = sent;
        query.sorting.is_amount = keys.amounts.contains(&query.sorting.key);
        Ok(faults.none_or(query)?)
    }

    /// The same query of a list that also has this parameter, which a `Link` keeps.
    #[must_use]
    pub fn keeping(mut self, parameter: &'static str) -> Self {
        self.kept.push(parameter);
        self
    }

    /// Answers 200 with the page of these objects that the query asks for, and with a `Link` to the next page if there is one.
    #[must_use]
    pub fn answer(self, request: &Request, objects: Vec<Value>) -> Response {
        let found = objects.into_iter().filter(|object| self.matches(object));
        let found = self.sorting.sorted(found, |object, key| object.get(key).cloned().unwrap_or_default());
        let total = found.len() as u64;
        let end = self.offset.saturating_add(self.limit as u64);
        let shown = found.into_iter().skip(usize::try_from(self.offset).unwrap_or(usize::MAX)).take(self.limit);
        let response = page(shown.collect(), Some(total));
        if end >= total {
            return response;
        }
        let kept = self.sent.iter().filter(|(name, _)| self.kept.contains(&name.as_str()));
        with_header(response, LINK, &request.link_to_next(kept.chain([&("offset".to_owned(), end.to_string())])))
    }

    fn matches(&self, object: &Value) -> bool {
        self.filters.iter().all(|(key, wanted)| match object.get(key) {
            Some(Value::String(text)) => normalize(text) == normalize(wanted),
            Some(Value::Bool(shown)) => wanted.parse() == Ok(*shown),
            _ => false,
        })
    }
}

fn known(keys: &'static [&'static str], sent: &str) -> Result<&'static str, String> {
    keys.iter().copied().find(|key| *key == sent).ok_or_else(|| format!("must be one of {}", keys.join(", ")))
}

fn filter(keys: &'static [&'static str], sent: &str) -> Result<(&'static str, String), String> {
    if keys.is_empty() {
        return Err("is not there for this list".to_owned());
    }
    let form = || format!("must be key=value, where key is one of {}", keys.join(", "));
    let (key, value) = sent.split_once('=').ok_or_else(form)?;
    let key = known(keys, key).map_err(|_| form())?;
    if value.is_empty() {
        return Err("must have a value behind the equals sign".to_owned());
    }
    Ok((key, value.to_owned()))
}

/// The order of two values: `null`, then booleans, numbers, and texts without regard to case.
fn order(one: &Value, other: &Value) -> Ordering {
    let rank = |value: &Value| match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        _ => 3,
    };
    match (one, other) {
        (Value::Bool(one), Value::Bool(other)) => one.cmp(other),
        (Value::Number(one), Value::Number(other)) => one.as_f64().partial_cmp(&other.as_f64()).unwrap_or(Ordering::Equal),
        (Value::String(one), Value::String(other)) => normalize(one).cmp(&normalize(other)),
        _ => rank(one).cmp(&rank(other)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_have_an_order() {
        let sorted =
            [json!(null), json!(false), json!(true), json!(-1), json!(2), json!(10), json!("Anna"), json!("ben"), json!("Carl")];
        for (place, one) in sorted.iter().enumerate() {
            for (other_place, other) in sorted.iter().enumerate() {
                assert_eq!(order(one, other), place.cmp(&other_place), "{one} and {other}");
            }
        }
    }
}
