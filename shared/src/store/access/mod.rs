//! Who may do what: the token, the seal, the caller.

pub(in crate::store) mod caller;
pub(in crate::store) mod sealed;
pub(in crate::store) mod table;
