//! What is wrong with a request: all faults at once.

use std::fmt;

/// The fields or parameters that are wrong. Each is named once, with the first fault that was found in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(Vec<(String, String)>);

impl Faults {
    /// A single fault, in this field.
    #[must_use]
    pub fn one(field: &str, fault: impl fmt::Display) -> Self {
        Self(vec![(field.to_owned(), fault.to_string())])
    }

    /// Adds a fault of a field. Its text completes a sentence that begins with the name of the field.
    pub fn add(&mut self, field: &str, fault: impl fmt::Display) {
        if !self.has(field) {
            self.0.push((field.to_owned(), fault.to_string()));
        }
    }

    /// Whether this field has a fault.
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        self.0.iter().any(|(named, _)| named == field)
    }

    /// The value of a correct field. For a wrong field it keeps the fault and returns `None`.
    pub fn collect<T>(&mut self, field: &str, parsed: Result<T, impl fmt::Display>) -> Option<T> {
        parsed.map_err(|fault| self.add(field, fault)).ok()
    }

    /// `value`, if there are no faults.
    ///
    /// # Errors
    /// The faults, when there are any.
    pub fn none_or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }

    /// The fields and their faults, in the order in which they were found.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(field, fault)| (field.as_str(), fault.as_str()))
    }

    /// All faults as a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let faults: Vec<String> = self.iter().map(|(field, fault)| format!("{field} {fault}")).collect();
        format!("{}.", faults.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_named_once_with_what_was_wrong_first() {
        let mut faults = Faults::one("name", "is required");
        faults.add("email", "is odd");
        faults.add("name", "is odd too");
        assert_eq!(faults.collect("limit", "x".parse::<u8>().map_err(|_| "is no number")), None);
        assert_eq!(faults.sentence(), "name is required; email is odd; limit is no number.");
        assert_eq!(faults.clone().none_or(1), Err(faults));
    }

    #[test]
    fn without_faults_there_is_a_value() {
        let mut faults = Faults::default();
        assert_eq!(faults.collect("limit", Ok::<_, &str>(5)), Some(5));
        assert_eq!(faults.none_or("all right"), Ok("all right"));
    }
}
