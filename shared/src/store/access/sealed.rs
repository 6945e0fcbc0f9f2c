//! From an issued token to a verified caller. What was read with the token stays sealed until its credential, or the session that it
//! names, has been checked.

use std::marker::PhantomData;
use std::sync::Arc;

use super::caller::Caller;
use super::holder::{Holder, holder, holder_keys};
use super::policy::Policy;
use super::table::{Access, AuthenticationError, Table};
use crate::domain::brand::Brand;
use crate::domain::credential::Refusal;
use crate::domain::customer::Customer;
use crate::domain::quota::{KeyQuota, Quota, Quotas};
use crate::domain::reseller::Reseller;
use crate::domain::timestamp::Timestamp;
use crate::domain::token::{Bearer, IssuedToken, PresentedToken};
use crate::store::engine::budget::{Budget, Limits, SpentRow};
use crate::store::engine::error::StoreError;
use crate::store::engine::ledger::Spender;
use crate::store::engine::read::Rows;
use crate::store::engine::row::RowKey;
use crate::store::keys;
use crate::store::replay::row::{KeyedRequest, ReplayRow};
use crate::store::root::Store;

/// Content that can be read with an issued token. It knows which part of it a caller sees that is limited to some accounts.
pub trait Content {
    /// The part of it that the caller sees.
    #[must_use]
    fn seen_by<A>(self, caller: &Caller<A>) -> Self;
}

impl Content for () {
    fn seen_by<A>(self, _: &Caller<A>) -> Self {}
}

/// What was read with an issued token, sealed until the token's credential has been checked.
#[derive(Debug)]
pub struct Sealed<A, T> {
    token: IssuedToken,
    is_issued: bool,
    holder: Option<Holder>,
    is_inactive: bool,
    reseller: Option<Reseller>,
    brand: Brand,
    kept: Option<ReplayRow>,
    keyed: Arc<KeyedRequest>,
    spent: SpentRow,
    budget: Arc<Budget>,
    quotas: Quotas,
    content: T,
    access: PhantomData<A>,
}

impl<A: Access, T: Content> Sealed<A, T> {
    /// Checks the credential by the policy of a call, and returns the verified caller and the content that it sees.
    ///
    /// # Errors
    /// Why the caller is refused: the first that applies of [`Refusal::Revoked`], [`Refusal::Invalid`] (expired),
    /// [`Refusal::Suspended`], [`Refusal::Inactive`] and [`Refusal::NotAllowed`]. Then [`StoreError::QuotaExceeded`]; then
    /// [`AuthenticationError::Earlier`], if the request's idempotency key was used before.
    pub fn open(self, policy: Policy) -> Result<(Caller<A>, T), AuthenticationError> {
        // A token whose credential has ended pays for what was read with it too.
        let quota = self.holder.as_ref().map(Holder::quota).unwrap_or_default();
        let within_budget = self.budget.compare(limits(self.quotas, quota), self.spent);
        let (Some(holder), Some(reseller), true) = (self.holder, self.reseller, self.is_issued) else {
            return Err(Refusal::Invalid.into());
        };
        let span = tracing::Span::current();
        span.record("reseller", reseller.id.number());
        span.record("key", self.token.hash().key_id().as_str());
        holder.check_lifetime(Timestamp::now())?;
        if reseller.suspended_at.is_some() {
            return Err(Refusal::Suspended.into());
        }
        if self.is_inactive {
            return Err(Refusal::Inactive.into());
        }
        if !holder.may(policy, A::PERMISSION) {
            return Err(Refusal::NotAllowed.into());
        }
        within_budget.map_err(StoreError::from)?;
        let caller = Caller::verified(&self.token, holder, reseller, self.brand).ok_or(Refusal::Invalid)?;
        if let Some(replay) = caller.replay() {
            if let Some(earlier) = self.kept.map(|kept| kept.earlier(replay)).transpose()?.flatten() {
                return Err(earlier.into());
            }
            self.keyed.verified(caller.reseller(), replay);
        }
        let content = self.content.seen_by(&caller);
        Ok((caller, content))
    }
}

/// What a key with this quota may use up.
fn limits(quotas: Quotas, own: KeyQuota) -> Limits {
    Limits {
        units: own.units.or(quotas.key_units),
        requests: own.requests.or(quotas.key_requests),
        shared_units: quotas.reseller_units,
        shared: Quota::Reseller,
    }
}

/// The key of the brand that the bearer of a token sees; `None` for a program, which sees none.
fn brand_key(token: &IssuedToken) -> Option<RowKey> {
    matches!(token.bearer(), Bearer::Person(_)).then(|| keys::brand(token.reseller()))
}

impl Store {
    /// Makes an issued token pay for the request.
    fn charge_to(&self, token: &IssuedToken) -> Result<(), StoreError> {
        let budget = self.connection.budget();
        let row = keys::spent(token.reseller(), budget.minute());
        Ok(budget.charge_to(Spender { row, name: token.hash().key_id().as_str().to_owned() })?)
    }

    /// The keys of the rows that decide about an issued token: its credential, or its session and user; its reseller, the customer that
    /// it stands for, what the keys of the reseller have used up, an earlier answer to the request that it came with, and the secret if
    /// the copy is old. With them the reseller's brand, in which everything is shown to people.
    pub(in crate::store) fn token_keys(&self, token: &IssuedToken) -> Vec<RowKey> {
        let owner = token.customer().map(|id| keys::customer(token.reseller(), id));
        let [holder, user] = holder_keys(token);
        let spent = keys::spent(token.reseller(), self.connection.budget().minute());
        [holder, Some(keys::reseller(token.reseller())), Some(spent), user]
            .into_iter()
            .flatten()
            .chain(brand_key(token))
            .chain(owner)
            .chain(token.replay().map(|replay| keys::replay(token.reseller(), replay)))
            .chain(self.secret.key_when_old())
            .collect()
    }

    /// Seals what was read with an issued token. `rows` were read with all of `token_keys`.
    pub(in crate::store) fn seal<A, T>(
        &self,
        token: &IssuedToken,
        token_keys: &[RowKey],
        rows: &Rows,
        content: T,
    ) -> Result<Sealed<A, T>, StoreError> {
        let mut is_issued = true;
        if token_keys.contains(&keys::secret()) {
            self.secret.renew(rows)?;
            is_issued = self.secret.get().is_some_and(|secret| token.is_issued_by(&secret));
        }
        let mut holder = holder(token, rows)?;
        let mut is_inactive = false;
        if let Some(id) = token.customer() {
            let owner: Option<Customer> = rows.get(&keys::customer(token.reseller(), id))?;
            is_inactive = owner.as_ref().is_some_and(|owner| !owner.profile.is_active);
            // A token ends with its customer: from then on it is as unknown as a token that was never issued.
            holder = holder.filter(|_| owner.is_some());
        }
        let reseller = rows.get(&keys::reseller(token.reseller()))?;
        let brand = brand_key(token).map(|key| rows.get(&key)).transpose()?.flatten().unwrap_or_default();
        let kept = match token.replay() {
            Some(replay) => rows.get(&keys::replay(token.reseller(), replay))?,
            None => None,
        };
        let budget = Arc::clone(self.connection.budget());
        let spent = rows.get(&keys::spent(token.reseller(), budget.minute()))?.unwrap_or_default();
        Ok(Sealed {
            token: token.clone(),
            is_issued,
            holder,
            is_inactive,
            reseller,
            brand,
            kept,
            keyed: Arc::clone(&self.keyed),
            spent,
            budget,
            quotas: self.quotas,
            content,
            access: PhantomData,
        })
    }
}

impl<A: Access> Table<A> {
    /// Checks a presented token, and returns the issued one.
    ///
    /// No call: a malformed, invented or forged token, or one of another deployment, is refused at once. One call when the token
    /// fits no version of the secret and the copy of the secret is older than five minutes. From here on the token pays for the
    /// request.
    ///
    /// # Errors
    /// [`Refusal::Invalid`], [`StoreError::QuotaExceeded`] if this function knows already that a quota of the token is exceeded,
    /// or the failure of the store in that call.
    pub async fn token_check(&self, presented: Option<PresentedToken>) -> Result<IssuedToken, AuthenticationError> {
        let presented = presented.ok_or(Refusal::Invalid)?;
        let issued = self.store.check_presented(|secret| presented.issued_by(secret)).await?;
        let issued = issued.ok_or(Refusal::Invalid)?;
        self.store.charge_to(&issued)?;
        Ok(issued)
    }

    /// The verified caller with this token. One call.
    ///
    /// # Errors
    /// [`AuthenticationError`].
    pub async fn authenticate(&self, token: &IssuedToken, policy: Policy) -> Result<Caller<A>, AuthenticationError> {
        let keys = self.store.token_keys(token);
        let rows = self.store.connection.read(keys.clone()).await?;
        let (caller, ()) = self.store.seal(token, &keys, &rows, ())?.open(policy)?;
        Ok(caller)
    }

    /// Returns what was read from a request before its caller was verified. If it is wrong, the caller is verified first, because
    /// only a verified caller learns what is wrong.
    ///
    /// No call if it is right, otherwise one.
    ///
    /// # Errors
    /// Why there is no verified caller, otherwise what is wrong with the request.
    pub async fn tell_caller<T, E: From<AuthenticationError>>(
        &self,
        token: &IssuedToken,
        policy: Policy,
        read: Result<T, E>,
    ) -> Result<T, E> {
        if read.is_err() {
            self.authenticate(token, policy).await?;
        }
        read
    }
}
