//! A verified caller: which reseller calls, with which credential, and what the caller is limited to.

use std::marker::PhantomData;

use crate::domain::brand::Brand;
use crate::domain::credential::Kind;
use crate::domain::customer::{Customer, CustomerId};
use crate::domain::principal::Principal;
use crate::domain::replay::Replay;
use crate::domain::reseller::{AccountId, Reseller, ResellerId};
use crate::domain::timestamp::Timestamp;
use crate::domain::token::IssuedToken;
use crate::domain::user::Organization;
use crate::store::access::holder::{Holder, SignedIn};
use crate::store::access::policy::Policy;
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
    reseller: Reseller,
    brand: Brand,
    principal: Principal,
    accounts: Vec<AccountId>,
    limit: Limit,
    person: Option<Box<SignedIn>>,
    replay: Option<Replay>,
    access: PhantomData<A>,
}

impl Caller<Write> {
    /// The operator who invoked a function over this table, as a caller of the reseller. No function with a route has such a table.
    pub(in crate::store) fn of_operator(_: &Table<Operator>, reseller: &Reseller) -> Self {
        Self {
            reseller: reseller.clone(),
            brand: Brand::default(),
            principal: Principal::Operator,
            accounts: reseller.account_ids.clone(),
            limit: Limit::Reseller,
            person: None,
            replay: None,
            access: PhantomData,
        }
    }
}

impl<A> Caller<A> {
    /// The caller with this token, whose holder has been checked. `None` for a customer's credential that names no customer.
    pub(super) fn verified(token: &IssuedToken, holder: Holder, reseller: Reseller, brand: Brand) -> Option<Self> {
        let (principal, accounts, limit, person) = match holder {
            Holder::Program(credential) => {
                let limit = match credential.kind {
                    Kind::Reseller | Kind::Licensing => Limit::Reseller,
                    Kind::ServiceUser => Limit::Accounts(credential.accounts.clone()),
                    Kind::Customer => Limit::Customer(credential.customer?),
                };
                (Principal::Key(credential.kind, token.hash().clone()), credential.accounts, limit, None)
            }
            Holder::Person(person) => {
                let customer = person.user.customer;
                let limit = customer.map_or(Limit::Reseller, Limit::Customer);
                (Principal::User(customer, person.user.id), reseller.account_ids.clone(), limit, Some(person))
            }
        };
        Some(Self { reseller, brand, principal, accounts, limit, person, replay: token.replay().cloned(), access: PhantomData })
    }

    /// The reseller that calls. The caller can see and change only what belongs to this reseller.
    #[must_use]
    pub fn reseller(&self) -> ResellerId {
        self.reseller.id
    }

    /// What is on record of that reseller.
    #[must_use]
    pub fn reseller_record(&self) -> &Reseller {
        &self.reseller
    }

    /// The brand of that reseller, as a person sees it; for a program none.
    #[must_use]
    pub fn brand(&self) -> &Brand {
        &self.brand
    }

    /// The person who calls, in a session; `None` for a program and for an operator.
    #[must_use]
    pub fn person(&self) -> Option<&SignedIn> {
        self.person.as_deref()
    }

    /// Checks that the caller may do what this policy is about, whatever policy it was let in by: of what belongs to a customer, and of
    /// the reseller's. A policy of an API of its own is for that API's keys.
    ///
    /// # Errors
    /// [`StoreError::Internal`]: the function let somebody in whom it should have refused.
    pub(in crate::store) fn must(&self, policy: Policy) -> Result<(), StoreError> {
        let may = match (&self.person, &self.principal) {
            (Some(person), _) => policy.takes_role(person.user.role),
            (None, Principal::Key(kind @ (Kind::Reseller | Kind::Customer), _)) => policy.takes_kind(*kind),
            (None, _) => true,
        };
        if may { Ok(()) } else { Err(StoreError::Internal("a caller may not do what a function does for it".to_owned())) }
    }

    /// Checks that the caller sees the people of this organization.
    ///
    /// # Errors
    /// [`StoreError::Internal`]: the function took the organization from somewhere else than from what the caller was shown.
    pub(in crate::store) fn must_see(&self, organization: Organization) -> Result<(), StoreError> {
        let sees = match organization {
            Organization::Reseller => self.limit == Limit::Reseller,
            Organization::Customer(id) => self.sees_belongings_of(id),
        };
        if sees {
            Ok(())
        } else {
            Err(StoreError::Internal("a caller does not see an organization that a function names".to_owned()))
        }
    }

    /// Who calls: the key, by which the activity names it, a person, or an operator.
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
        self.reseller.created_at
    }

    /// Whether its reseller is the platform's own, whose customers are regular organizations.
    #[must_use]
    pub fn is_of_platform(&self) -> bool {
        self.reseller.platform
    }

    /// Whether its reseller has a brand. The platform's own has none: its customers are regular organizations, which see no brand.
    #[must_use]
    pub fn has_brand(&self) -> bool {
        !self.is_of_platform()
    }

    /// The customers that the caller sees.
    pub(in crate::store) fn limit(&self) -> &Limit {
        &self.limit
    }
}
