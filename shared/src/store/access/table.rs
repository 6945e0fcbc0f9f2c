//! The table as a function has it: what the function may do, and which callers it takes.

use std::marker::PhantomData;

use crate::domain::credential::{Permission, Refusal};
use crate::store::engine::error::StoreError;
use crate::store::replay::row::Earlier;
use crate::store::root::Store;

/// What a function with a route is for: it reads, it writes, or it logs people in.
pub trait Routed: private::Routed {}

impl Routed for Read {}
impl Routed for Write {}
impl Routed for Login {}

/// What a routed function does. Its callers need the permission for it.
pub trait Access: Routed {
    /// The permission that every caller of such a function must have.
    const PERMISSION: Permission;
}

mod private {
    /// Only this module decides what a routed function may do.
    pub trait Routed {}
    impl Routed for super::Read {}
    impl Routed for super::Write {}
    impl Routed for super::Login {}
}

/// The function reads.
#[derive(Clone, Copy, Debug)]
pub enum Read {}

/// The function creates, changes or deletes.
#[derive(Clone, Copy, Debug)]
pub enum Write {}

/// Operators of the platform invoke the function; it has no callers. It is not [`Routed`], so that no route can lead to such a
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

    /// The origin at which people reach the pages, such as `https://portal.example.com`.
    ///
    /// # Errors
    /// [`StoreError::Internal`] when none was configured.
    pub fn public_origin(&self) -> Result<&str, StoreError> {
        self.store.public_origin()
    }

    /// Whether the deployment sends mails.
    #[must_use]
    pub fn sends_mail(&self) -> bool {
        self.store.mail.is_some()
    }
}
