//! Issuing a licence.

use super::active::Active;
use crate::domain::activity::{Action, Object};
use crate::domain::customer::{Customer, CustomerId};
use crate::domain::licence::{Licence, LicenceId, NewLicence};
use crate::domain::reseller::ResellerId;
use crate::domain::token::IssuedToken;
use crate::store::access::caller::Caller;
use crate::store::access::policy::Policy;
use crate::store::access::sealed::{Content, Sealed};
use crate::store::access::table::{Table, Write};
use crate::store::activity;
use crate::store::customer::header::CustomerHeader;
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::{Expressions, IS_NEW};
use crate::store::engine::retry::Rounds;
use crate::store::engine::row::row;
use crate::store::engine::transaction::{Outcome, Transaction};
use crate::store::keys;
use crate::store::replay::{self, Answer};

/// A customer that can be given licences.
#[derive(Clone, Debug)]
pub struct Licensee {
    customer: Customer,
    last_licence: u64,
}

impl Content for Option<Licensee> {
    fn seen_by<A>(self, caller: &Caller<A>) -> Self {
        let (customer, last_licence) = self.map(|licensee| (licensee.customer, licensee.last_licence)).unzip();
        let customer = customer.seen_by(caller);
        customer.zip(last_licence).map(|(customer, last_licence)| Licensee { customer, last_licence })
    }
}

/// Why a licence was not issued.
#[derive(Clone, Debug, thiserror::Error)]
pub enum IssueError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A licence of the reseller is active for this product and this host.
    #[error("a licence is active for this product and host")]
    Active,
    /// The customer has had as many licences as it can.
    #[error("the customer can have no more licences")]
    Exhausted,
}

/// The purpose of a write in the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// The licence is the customer's next one, and the customer exists.
    Header,
    Record,
    /// No other licence is active for the product and host.
    Active,
}

impl Table<Write> {
    /// Reads, together with the credential of a token, whether one customer of its reseller can be given licences. The content is
    /// `None` without an id, or with an id that does not exist or that the caller does not see.
    ///
    /// One call.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn licensee_load(
        &self,
        token: &IssuedToken,
        id: Option<CustomerId>,
    ) -> Result<Sealed<Write, Option<Licensee>>, StoreError> {
        let of = |id| [keys::customer(token.reseller(), id), keys::customer_header(token.reseller(), id)];
        let token_keys = self.store.token_keys(token);
        let of_customer = id.map(of).into_iter().flatten();
        let rows = self.store.connection.read(token_keys.iter().cloned().chain(of_customer).collect()).await?;
        let licensee = match id.map(of) {
            Some([customer, header]) => {
                let last_licence = rows.get::<CustomerHeader>(&header)?.unwrap_or_default().last_licence;
                rows.get(&customer)?.map(|customer| Licensee { customer, last_licence })
            }
            None => None,
        };
        self.store.seal(token, &token_keys, &rows, licensee)
    }

    /// Issues a licence to a customer; `None` when the customer no longer exists. `answer` makes what is kept of the answer, if the
    /// request has an idempotency key.
    ///
    /// One call, a transaction, unless another request writes too, or a row names an active licence for the product and host.
    ///
    /// # Errors
    /// [`IssueError`]; then nothing is on record, unless the store gave no answer: then the licence may be on record.
    pub async fn licence_issue(
        &self,
        caller: &Caller<Write>,
        licensee: Licensee,
        new: &NewLicence,
        answer: Answer<'_, Licence>,
    ) -> Result<Option<Licence>, IssueError> {
        caller.must(Policy::RESELLER)?;
        let (connection, reseller, customer) = (&self.store.connection, caller.reseller(), licensee.customer.id);
        let header = keys::customer_header(reseller, customer);
        let active = keys::active_licence(reseller, new.product.as_str(), new.host.as_str());
        let version = self.store.issuing_version()?;
        let mut rounds = Rounds::default();
        let mut last = licensee.last_licence;
        let mut revoked_holder = None;
        loop {
            let id = LicenceId::new(customer, last + 1).ok_or(IssueError::Exhausted)?;
            let licence = Licence::issue(&version, reseller, id, new.clone()).map_err(StoreError::from)?;
            let transaction = transaction(reseller, &licence, revoked_holder)?;
            let transaction = activity::record(
                transaction,
                activity::Change::by(caller, Action::LicenceCreated, customer, Object::licence(id))
                    .of_fields(["product", "host"]),
            )?;
            let transaction = replay::keep(transaction, caller, || answer(&licence))?;
            let Outcome::Refused(purposes) = connection.transact(transaction).await? else {
                return Ok(Some(licence));
            };
            // The first time, this alone is no sign of concurrent writes: the product and host have, or had, an active licence.
            if purposes != [Purpose::Active] || revoked_holder.is_some() {
                rounds.pause(StoreError::Contended, "others issued licences to the customer").await?;
            }
            let rows = connection.read(vec![header.clone(), active.clone()]).await?;
            let latest: CustomerHeader = rows.get(&header)?.unwrap_or_default();
            if latest.deleted_at.is_some() {
                return Ok(None);
            }
            last = latest.last_licence;
            revoked_holder = rows.get::<Active>(&active)?.map(|active| active.licence);
            if let Some(holder) = revoked_holder
                && connection.licence(reseller, holder).await?.is_some_and(|licence| licence.revoked_at.is_none())
            {
                return Err(IssueError::Active);
            }
        }
    }
}

/// The transaction that puts a licence on record. Its conditions: the licence is the customer's next one, the customer exists,
/// and the row of the product and host names `revoked_holder` as the active licence.
fn transaction(
    reseller: ResellerId,
    licence: &Licence,
    revoked_holder: Option<LicenceId>,
) -> Result<Transaction<Purpose>, StoreError> {
    let last = licence.id.ordinal() - 1;
    let is_next = match last {
        0 => Expressions::when("attribute_not_exists(last_licence) AND attribute_not_exists(deleted_at)"),
        _ => Expressions::when("last_licence = :last AND attribute_not_exists(deleted_at)").number(":last", last),
    };
    let count = is_next.update("SET last_licence = :this").number(":this", licence.id.ordinal());
    let is_free = match revoked_holder {
        None => Expressions::when(IS_NEW),
        Some(holder) => Expressions::when("licence = :holder").number(":holder", holder),
    };
    let key = keys::licence(reseller, licence.id);
    let active = keys::active_licence(reseller, licence.product.as_str(), licence.host.as_str());
    Ok(Transaction::default()
        .update(Purpose::Header, keys::customer_header(reseller, licence.id.customer()), count)
        .put(Purpose::Record, row(&key, licence)?, Expressions::when(IS_NEW))
        .put(Purpose::Active, row(&active, &Active { licence: licence.id })?, is_free))
}
