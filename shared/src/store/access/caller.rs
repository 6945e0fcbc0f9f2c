//! A verified caller: which reseller calls, with which credential, and what the caller is limited to.

use std::marker::PhantomData;

use crate::domain::credential::{Credential, Kind};
use crate::domain::customer::{Customer, CustomerId};
use crate::domain::reseller::{AccountId, ResellerId};
use crate::domain::token::{IssuedToken, KeyId};
use crate::store::engine::error::StoreError;

/// The credential with which a caller calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// A key of the reseller itself, for the reseller API or the licensing API.
    ResellerKey(KeyId),
    /// A token of one of the reseller's customers.
    CustomerToken(KeyId, CustomerId),
    /// A service user of the Management API.
    ServiceUser(KeyId),
}

/// A verified caller that may do `A`. Only opening a [`Sealed`](super::sealed::Sealed) read makes one.
#[derive(Clone, Debug)]
pub struct Caller<A> {
    reseller: ResellerId,
    principal: Principal,
    accounts: Vec<AccountId>,
    /// The accounts whose customers the caller sees. Every read and every list applies this limit by itself.
    limit: Option<Vec<AccountId>>,
    access: PhantomData<A>,
}

impl<A> Caller<A> {
    /// The caller with this token and credential, which have been checked. `None` for a customer's credential that names no
    /// customer.
    pub(super) fn verified(token: &IssuedToken, credential: Credential) -> Option<Self> {
        let key_id = token.hash().key_id();
        let principal = match credential.kind {
            Kind::Reseller | Kind::Licensing => Principal::ResellerKey(key_id),
            Kind::Customer => Principal::CustomerToken(key_id, credential.customer?),
            Kind::ServiceUser => Principal::ServiceUser(key_id),
        };
        let limit = (credential.kind == Kind::ServiceUser).then(|| credential.accounts.clone());
        Some(Self { reseller: token.reseller(), principal, accounts: credential.accounts, limit, access: PhantomData })
    }

    /// The reseller that calls. The caller can see and change only what belongs to this reseller.
    #[must_use]
    pub fn reseller(&self) -> ResellerId {
        self.reseller
    }

    /// The credential with which it calls.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The account in which the caller creates customers, unless its API says otherwise.
    ///
    /// # Errors
    /// [`StoreError::Internal`] for a credential without an account.
    pub fn first_account(&self) -> Result<AccountId, StoreError> {
        self.accounts.first().copied().ok_or_else(|| StoreError::Internal("a credential has no account".to_owned()))
    }

    /// The accounts that the caller was granted.
    #[must_use]
    pub fn accounts(&self) -> &[AccountId] {
        &self.accounts
    }

    /// Whether the caller sees this customer of its reseller.
    pub(in crate::store) fn sees(&self, customer: &Customer) -> bool {
        let is_its_own = match self.principal {
            Principal::CustomerToken(_, own) => customer.id == own,
            Principal::ResellerKey(_) | Principal::ServiceUser(_) => true,
        };
        is_its_own && self.limit.as_ref().is_none_or(|accounts| accounts.contains(&customer.account_id))
    }

    /// The accounts whose customers the caller sees; `None` for all accounts of the reseller, also those that are added later.
    pub(in crate::store) fn limit(&self) -> Option<&[AccountId]> {
        self.limit.as_deref()
    }
}
