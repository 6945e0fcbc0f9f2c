//! The answers to requests with an idempotency key, so that a request that is repeated is carried out once and answered the same.
//!
//! The answer is written in the transaction that carries out the request, on the condition that there is none yet. So whatever
//! becomes of the connection or of the function, either both are on record or neither is.

mod keep;
pub(in crate::store) mod row;

pub use keep::Answer;
pub(in crate::store) use keep::keep;
pub use row::Earlier;
