//! A verified caller: which reseller calls, with which credential, and what the caller is limited to.

use std::marker::PhantomData;

use crate::domain::credential::{Credential, Kind};
use crate::domain::customer::{Customer, CustomerId};
use crate::domain::principal::Principal;
use crate::domain::replay::Replay;
use crate::domain::reseller::{AccountId, Reseller, ResellerId};
use crate::domain::timestamp::Timestamp;
use crate::domain::token::IssuedToken;
use crate::store::access::table::{Operator, Table, Write};
use crate::store::engine::error::StoreError;

/// The customers that a caller sees. Every read and every list applies it by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) enum Limit {
    /// All customers of the reseller, in accounts that are added later too.
    Reseller,
    /// The customers in these accounts.
    Accounts(Vec<AccountId>),
    /// This customer.
    Customer(CustomerId),
}

/// A verified caller that may do `A`. Only opening a [`Sealed`](super::sealed::Sealed) read makes one, and for an operator the
/// operators' table.
#[derive(Clone, Debug)]
pub struct Caller<A> {
    reseller: ResellerId,
    principal: Principal,
    accounts: Vec<AccountId>,
    limit: Limit,
    replay: Option<Replay>,
    reseller_since: Timestamp,
    is_of_platform: bool,
    access: PhantomData<A>,
}

impl Caller<Write> {
    /// The operator who invoked a function over this table, as a caller of the reseller. No function with a route has such a table.
    pub(in crate::store) fn of_operator(_: &Table<Operator>, reseller: &Reseller) -> Self {
        Self {
            reseller: reseller.id,
            principal: Principal::Operator,
            accounts: reseller.account_ids.clone(),
            limit: Limit::Reseller,
            replay: None,
            reseller_since: reseller.created_at,
            is_of_platform: reseller.platform,
            access: PhantomData,
        }
    }
}

impl<A> Caller<A> {
    /// The caller with this token and credential, which have been checked. `None` for a customer's credential that names no
    /// customer.
    pub(super) fn verified(token: &IssuedToken, credential: Credential, reseller: &Reseller) -> Option<Self> {
        let limit = match credential.kind {
            Kind::Reseller | Kind::Licensing => Limit::Reseller,
            Kind::ServiceUser => Limit::Accounts(credential.accounts.clone()),
            Kind::Customer => Limit::Customer(credential.customer?),
        };
        Some(Self {
            reseller: token.reseller(),
            principal: Principal::Key(credential.kind, token.hash().clone()),
            accounts: credential.accounts,
            limit,
            replay: token.replay().cloned(),
            reseller_since: reseller.created_at,
            is_of_platform: reseller.platform,
            access: PhantomData,
        })
    }

    /// The reseller that calls. The caller can see and change only what belongs to this reseller.
    #[must_use]
    pub fn reseller(&self) -> ResellerId {
        self.reseller
    }

    /// Who calls: the key, by which the activity names it, or an operator.
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
        match &self.limit {
            Limit::Reseller => true,
            Limit::Accounts(accounts) => accounts.contains(&customer.account_id),
            Limit::Customer(own) => customer.id == *own,
        }
    }

    /// Whether the caller sees what belongs to the customer of this id, whose record was not read. A caller that is limited to
    /// accounts does not, because the id does not tell the account.
    pub(in crate::store) fn sees_belongings_of(&self, customer: CustomerId) -> bool {
        match &self.limit {
            Limit::Reseller => true,
            Limit::Accounts(_) => false,
            Limit::Customer(own) => customer == *own,
        }
    }

    /// What its request is recognized by when it comes again; `None` without an idempotency key.
    pub(in crate::store) fn replay(&self) -> Option<&Replay> {
        self.replay.as_ref()
    }

    /// When its reseller was provisioned.
    pub(in crate::store) fn reseller_since(&self) -> Timestamp {
        self.reseller_since
    }

    /// Whether its reseller is the platform's own, whose customers are regular organizations.
    #[must_use]
    pub fn is_of_platform(&self) -> bool {
        self.is_of_platform
    }

    /// The customers that the caller sees.
    pub(in crate::store) fn limit(&self) -> &Limit {
        &self.limit
    }
}
