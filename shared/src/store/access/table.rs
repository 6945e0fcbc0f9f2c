//! The table as a function has it: what the function may do, and which callers it takes.

use std::marker::PhantomData;

use crate::domain::credential::{Permission, Refusal};
use crate::store::engine::error::StoreError;
use crate::store::replay::row::Earlier;
use crate::store::root::Store;

/// What a routed function does. Its callers need the permission for it.
pub trait Access: private::Access {
    /// The permission that every caller of such a function must have.
    const PERMISSION: Permission;
}

mod private {
    /// Only this module decides what a routed function may do.
    pub trait Access {}
    impl Access for super::Read {}
    impl Access for super::Write {}
}

/// The function reads.
#[derive(Clone, Copy, Debug)]
pub enum Read {}

/// The function creates, changes or deletes.
#[derive(Clone, Copy, Debug)]
pub enum Write {}

/// Operators of the platform invoke the function; it has no callers. It is no [`Access`], so that no route can lead to such a
/// function.
#[derive(Clone, Copy, Debug)]
pub enum Operator {}

/// The function takes passwords and links; its caller is nobody yet. It is no [`Access`], because there is no credential that its permission could
/// be compared with.
#[derive(Clone, Copy, Debug)]
pub enum Login {}

impl Access for Read {
    const PERMISSION: Permission = Permission::Read;
}

impl Access for Write {
    const PERMISSION: Permission = Permission::Write;
}

/// Why a request goes no further than to its credential.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AuthenticationError {
    /// The caller is refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The caller may call, and has used the idempotency key of the request before.
    #[error(transparent)]
    Earlier(#[from] Earlier),
}

/// The table, as far as a function that does `A` may use it.
#[derive(Clone, Debug)]
pub struct Table<A> {
    pub(in crate::store) store: Store,
    access: PhantomData<A>,
}

impl<A> Table<A> {
    /// The table of this deployment.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store, access: PhantomData }
    }
}
