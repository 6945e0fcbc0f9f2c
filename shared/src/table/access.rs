//! Who may do what, by type: a function that reads can't call a write, and nothing that was read with a credential can be
//! looked at before that credential has been checked.

use std::marker::PhantomData;

use super::change::Holder;
use super::keys::{self, Exclusive, Key};
use super::{Rows, StoreError, Table};
use crate::credentials::{Claim, Credential, Kind, Permission, Refusal};
use crate::customer::{Customer, CustomerId};
use crate::reseller::{AccountId, ResellerId};
use crate::timestamp::Timestamp;

/// What a routed function does. Its callers need the permission for it.
pub trait Access {
    /// The permission that every caller of such a function must have.
    const PERMISSION: Permission;
}

/// It looks.
#[derive(Clone, Copy, Debug)]
pub enum Read {}

/// It creates, changes or deletes.
#[derive(Clone, Copy, Debug)]
pub enum Write {}

/// It is invoked by the platform's operators and has no callers.
#[derive(Clone, Copy, Debug)]
pub enum Operator {}

impl Access for Read {
    const PERMISSION: Permission = Permission::Read;
}

impl Access for Write {
    const PERMISSION: Permission = Permission::Write;
}

/// A verified caller, who may do `A`. Only a [`Sealed`] read makes one.
#[derive(Clone, Debug)]
pub struct Caller<A> {
    reseller: ResellerId,
    accounts: Vec<AccountId>,
    access: PhantomData<A>,
}

impl<A> Caller<A> {
    /// The reseller that is calling. Everything the caller can see or touch is that reseller's.
    #[must_use]
    pub fn reseller(&self) -> ResellerId {
        self.reseller
    }

    /// The account in which the caller creates customers, unless its API says otherwise.
    ///
    /// # Errors
    /// [`StoreError::Internal`] for a credential without an account.
    pub fn first_account(&self) -> Result<AccountId, StoreError> {
        self.accounts.first().copied().ok_or_else(|| StoreError::Internal("a credential has no account".to_owned()))
    }

    /// The accounts that the caller may use.
    #[must_use]
    pub fn accounts(&self) -> &[AccountId] {
        &self.accounts
    }
}

/// What was read for a [`Claim`], closed until its credential row has been checked.
#[derive(Debug)]
pub struct Sealed<A, T> {
    reseller: ResellerId,
    credential: Option<Credential>,
    content: T,
    access: PhantomData<A>,
}

impl<A: Access, T> Sealed<A, T> {
    /// Checks the credential for a call that takes one of this kind.
    ///
    /// # Errors
    /// Why the caller is turned away.
    pub fn open(self, kind: Kind) -> Result<(Caller<A>, T), Refusal> {
        let credential = self.credential.ok_or(Refusal::Invalid)?;
        credential.admit(kind, A::PERMISSION, Timestamp::now())?;
        tracing::Span::current().record("reseller", self.reseller.number());
        let caller = Caller { reseller: self.reseller, accounts: credential.accounts, access: PhantomData };
        Ok((caller, self.content))
    }
}

/// The rows that decide about a claim: the credential, and the customer whose token it is.
pub(super) fn claim_keys(claim: &Claim) -> Vec<Key> {
    let owner = claim.customer().map(|id| keys::customer(claim.reseller(), id));
    std::iter::once(keys::credential(claim.reseller(), claim.hash())).chain(owner).collect()
}

pub(super) fn seal<A, T>(claim: &Claim, rows: &Rows, content: T) -> Result<Sealed<A, T>, StoreError> {
    let owner_exists = match claim.customer() {
        Some(id) => rows.get::<Customer>(&keys::customer(claim.reseller(), id))?.is_some(),
        None => true,
    };
    // A token ends with its customer: from then on it is as unknown as one that was never issued.
    let credential = rows.get(&keys::credential(claim.reseller(), claim.hash()))?.filter(|_| owner_exists);
    Ok(Sealed { reseller: claim.reseller(), credential, content, access: PhantomData })
}

impl<A: Access> Table<A> {
    /// Reads the credential of a claim and, together with it, one customer of its reseller. Without an id, or with one that
    /// does not exist, the content is `None`.
    ///
    /// One call.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn load(&self, claim: &Claim, id: Option<CustomerId>) -> Result<Sealed<A, Option<Customer>>, StoreError> {
        let customer = id.map(|id| keys::customer(claim.reseller(), id));
        let rows = self.store.read(claim_keys(claim).into_iter().chain(customer.clone()).collect()).await?;
        let customer = customer.map(|key| rows.get(&key)).transpose()?.flatten();
        seal(claim, &rows, customer)
    }

    /// Reads the credential of a claim and, together with it, which customer of its reseller has this code for its own; `None` when
    /// none has. A customer without a code of its own is known by its id.
    ///
    /// One call.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn load_holder(&self, claim: &Claim, code: &str) -> Result<Sealed<A, Option<CustomerId>>, StoreError> {
        let key = keys::claim(claim.reseller(), Exclusive::Code, code);
        let rows = self.store.read(claim_keys(claim).into_iter().chain([key.clone()]).collect()).await?;
        let holder: Option<Holder> = rows.get(&key)?;
        seal(claim, &rows, holder.map(|holder| holder.customer))
    }

    /// One customer of the caller's reseller.
    ///
    /// One call.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn customer(&self, caller: &Caller<A>, id: CustomerId) -> Result<Option<Customer>, StoreError> {
        let key = keys::customer(caller.reseller(), id);
        self.store.read(vec![key.clone()]).await?.get(&key)
    }
}
