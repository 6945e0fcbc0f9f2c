//! Changing a customer.

use super::address::{AddressChange, AddressRule, address_change};
use super::change::{Change, Outcome, WriteError};
use super::header::CustomerHeader;
use crate::domain::customer::{Customer, Profile};
use crate::domain::entity_tag::ExpectedRevision;
use crate::store::access::caller::Caller;
use crate::store::access::policy::Policy;
use crate::store::access::table::{Table, Write};
use crate::store::engine::error::StoreError;
use crate::store::engine::retry::Rounds;
use crate::store::keys::Reserved;
use crate::store::replay::Answer;

/// A customer after an edit, and whether the edit changed it. A change by another request in between does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Updated {
    /// The edit changed the customer to this.
    Changed(Customer),
    /// The customer was like this already, and nothing was written.
    Unchanged(Customer),
}

impl Updated {
    /// The customer as it is now.
    #[must_use]
    pub fn customer(&self) -> &Customer {
        match self {
            Self::Changed(customer) | Self::Unchanged(customer) => customer,
        }
    }
}

impl Table<Write> {
    /// Changes a customer as `edit` says, starting from `current`, and again from the latest revision whenever another request
    /// was faster. An edit that changes nothing writes nothing. When the e-mail address changes, the reservation of the old one
    /// is released; `rule` decides about the new one. The same address in another case is no change of the address.
    ///
    /// A customer that is not at an `expected` revision is not changed. An edit that changes nothing is refused then too.
    ///
    /// `answer` makes what is kept of the answer, if the request has an idempotency key.
    ///
    /// One call, a transaction, unless another request writes too; one call before it if the customer must hold a new address,
    /// and one more if it should hold the new address and that is not free. `None` when the customer no longer exists.
    ///
    /// # Errors
    /// Those of `edit`, and [`WriteError`]; then nothing was changed, unless the store gave no answer.
    pub async fn customer_update<E: From<WriteError>>(
        &self,
        caller: &Caller<Write>,
        rule: AddressRule,
        expected: &ExpectedRevision,
        mut current: Customer,
        edit: impl Fn(&Customer) -> Result<Profile, E>,
        answer: Answer<'_, Updated>,
    ) -> Result<Option<Updated>, E> {
        caller.must(Policy::MANAGE).map_err(WriteError::from)?;
        let mut rounds = Rounds::default();
        loop {
            let profile = edit(&current)?;
            if profile.is_active != current.profile.is_active {
                caller.must(Policy::RESELLER).map_err(WriteError::from)?;
            }
            if !expected.admits(current.entity_tag()) {
                return Err(WriteError::OtherRevision.into());
            }
            if profile == current.profile {
                let unchanged = Updated::Unchanged(current);
                self.store.connection.replay_keep(caller, || answer(&unchanged)).await.map_err(WriteError::from)?;
                return Ok(Some(unchanged));
            }
            if let Some(changed) = self.customer_replace(caller, rule, &current, profile, answer).await? {
                return Ok(Some(Updated::Changed(changed)));
            }
            rounds.pause(StoreError::Contended, "others changed the customer").await.map_err(WriteError::from)?;
            match self.customer_get(caller, current.id).await.map_err(WriteError::from)? {
                Some(latest) => current = latest,
                None => return Ok(None),
            }
        }
    }

    /// Writes this profile, if the customer is still at the revision of `current`; `None` if it is not.
    async fn customer_replace(
        &self,
        caller: &Caller<Write>,
        rule: AddressRule,
        current: &Customer,
        profile: Profile,
        answer: Answer<'_, Updated>,
    ) -> Result<Option<Customer>, WriteError> {
        let connection = &self.store.connection;
        let address = address_change(rule, current, &profile);
        let changed = current.changed(profile);
        if let (AddressChange::HeldAlone, Some(email)) = (address, &changed.profile.email)
            && connection.has_other_with_email(caller.reseller(), email, Some(current.id)).await?
        {
            return Err(WriteError::Taken(Reserved::Email));
        }
        let commit = async |holds_email| {
            let changed = Customer { holds_email, ..changed.clone() };
            let answer = || answer(&Updated::Changed(changed.clone()));
            let header = CustomerHeader::default();
            let change = Change { caller, before: Some(current), after: Some(&changed), header: &header, answer: &answer };
            let outcome = connection.customer_commit(change).await?;
            Ok::<_, WriteError>((outcome, changed))
        };
        let holds_email = match address {
            AddressChange::Kept { is_held } => is_held,
            AddressChange::NotHeld => false,
            AddressChange::HeldWhereFree | AddressChange::HeldAlone => true,
        };
        let (mut outcome, mut written) = commit(holds_email).await?;
        if (&outcome, address) == (&Outcome::Taken(Reserved::Email), AddressChange::HeldWhereFree) {
            (outcome, written) = commit(false).await?;
        }
        match outcome {
            Outcome::Done => Ok(Some(written)),
            Outcome::Stale => Ok(None),
            Outcome::Taken(what) => Err(WriteError::Taken(what)),
        }
    }
}
