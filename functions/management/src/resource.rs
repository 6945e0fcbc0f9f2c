//! What this API is about: customers, and what they have.

/// The field of a code, and its most characters.
pub(crate) const CODE: (&str, usize) = ("code", 60);

/// A kind of objects that clients send and are shown.
pub(crate) struct Resource {
    /// What XML calls one of them.
    pub(crate) element: &'static str,
    /// What XML calls a list of them.
    pub(crate) list: &'static str,
    /// The fields of a body. All others are ignored.
    pub(crate) fields: &'static [&'static str],
    /// Whether bodies are about payment, and so must have no card numbers.
    pub(crate) is_about_payment: bool,
}
