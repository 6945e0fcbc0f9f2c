//! What a form makes of a record that others may have changed since it was shown.
//!
//! The form has each field also as it was shown. What the person did not change keeps what others made of it meanwhile, and what both have
//! changed is a conflict.

use crate::form::Form;

/// What the names of the fields begin with in which a browser sends back what was shown.
const SHOWN: &str = "shown_";

/// The hidden fields with which a browser sends back what was shown of a record.
pub(crate) fn shown(now: &Form, fields: impl IntoIterator<Item = &'static str>) -> Vec<(String, String)> {
    fields.into_iter().map(|field| (format!("{SHOWN}{field}"), now.value(field).to_owned())).collect()
}

/// A field that two people have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Conflict {
    pub(crate) field: &'static str,
    /// What is on record.
    pub(crate) theirs: String,
}

/// The form of the record as both have made it, and the fields that both have changed, of which it has what the person wants. `now` is the
/// form of the record as it is.
pub(crate) fn merged(sent: &Form, now: &Form, fields: impl IntoIterator<Item = &'static str>) -> (Form, Vec<Conflict>) {
    let mut merged = Vec::new();
    let mut conflicts = Vec::new();
    for field in fields {
        let theirs = now.value(field);
        let mine = sent.given(field).unwrap_or(theirs).trim();
        let shown = sent.given(&format!("{SHOWN}{field}")).unwrap_or(theirs);
        if mine != shown && theirs != shown && mine != theirs {
            conflicts.push(Conflict { field, theirs: theirs.to_owned() });
        }
        merged.push((field, if mine == shown { theirs } else { mine }));
    }
    (merged.into_iter().collect(), conflicts)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: [&str; 2] = ["name", "phone"];

    fn form(fields: &[(&str, &str)]) -> Form {
        fields.iter().copied().collect()
    }

    /// What becomes of a name that was shown as `A`.
    fn name(sent: &[(&str, &str)], now: &str) -> (String, usize) {
        let (merged, conflicts) = merged(&form(sent), &form(&[("name", now), ("phone", "1")]), FIELDS);
        assert_eq!(merged.value("phone"), "1");
        (merged.value("name").to_owned(), conflicts.len())
    }

    #[test]
    fn nothing_of_either_is_lost() {
        assert_eq!(name(&[("name", " A "), ("shown_name", "A")], "theirs"), ("theirs".to_owned(), 0));
        assert_eq!(name(&[("name", "mine"), ("shown_name", "A")], "A"), ("mine".to_owned(), 0));
        assert_eq!(name(&[("name", "same"), ("shown_name", "A")], "same"), ("same".to_owned(), 0));
        assert_eq!(name(&[("name", "mine"), ("shown_name", "A")], "theirs"), ("mine".to_owned(), 1));
        assert_eq!(name(&[], "theirs"), ("theirs".to_owned(), 0));
        assert_eq!(name(&[("name", "mine")], "theirs"), ("mine".to_owned(), 0), "without what was shown");
    }
}
