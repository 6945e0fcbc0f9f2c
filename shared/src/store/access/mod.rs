//! What each caller may do: the issued token, the seal, the verified caller.

pub(in crate::store) mod caller;
pub(in crate::store) mod holder;
pub(in crate::store) mod policy;
pub(in crate::store) mod sealed;
mod source;
pub(in crate::store) mod table;
