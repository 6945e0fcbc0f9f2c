//! Creating and changing payment options.

use super::read::RankedPaymentOption;
use crate::domain::activity::{Action, Object};
use crate::domain::customer::CustomerId;
use crate::domain::entity_tag::ExpectedRevision;
use crate::domain::payment_option::{MOST_PAYMENT_OPTIONS, NewPaymentOption, PaymentDetails, PaymentOption, PaymentOptionId};
use crate::domain::reseller::ResellerId;
use crate::domain::timestamp::Timestamp;
use crate::store::access::caller::Caller;
use crate::store::access::policy::Policy;
use crate::store::access::table::{Table, Write};
use crate::store::customer::Found;
use crate::store::customer::header::CustomerHeader;
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::{Expressions, IS_NEW};
use crate::store::engine::retry::Rounds;
use crate::store::engine::row::row;
use crate::store::engine::transaction::{Outcome, Transaction};
use crate::store::keys::{self, Coded, Counter};
use crate::store::replay::{self, Answer};
use crate::store::{activity, belonging_code};

/// Why a payment option was not created or changed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ChangePaymentOptionError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The customer has as many payment options as it can.
    #[error("the customer has as many payment options as it can")]
    Full,
    /// Another payment option of the customer has the code.
    #[error("another payment option has this code")]
    CodeTaken,
    /// The payment option is at another revision than the request expects.
    #[error("not the expected revision")]
    OtherRevision,
}

/// What a payment option becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditedPaymentOption {
    /// What it is.
    pub details: PaymentDetails,
    /// Whether it becomes the primary one, if it is not.
    pub becomes_primary: bool,
}

/// The purpose of a write in the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// The payment option itself.
    Record,
    /// The one that was the primary one until now.
    FormerPrimary,
    /// No other payment option of the customer has its code.
    Code,
    /// The customer exists; where it must change, with the payment options that were read.
    Header,
}

impl Table<Write> {
    /// Creates a payment option of a customer; `None` when the customer no longer exists. The first one is the primary one. `answer`
    /// makes what is kept of the answer, if the request has an idempotency key.
    ///
    /// Two calls, one after the other: a number from the counter and a transaction, unless others write too.
    ///
    /// # Errors
    /// [`ChangePaymentOptionError`]; then nothing is on record, unless the store gave no answer: then the payment option may be on
    /// record.
    pub async fn payment_option_create(
        &self,
        caller: &Caller<Write>,
        new: NewPaymentOption,
        mut found: Found<PaymentOption>,
        answer: Answer<'_, RankedPaymentOption>,
    ) -> Result<Option<RankedPaymentOption>, ChangePaymentOptionError> {
        caller.must(Policy::RESELLER)?;
        let (connection, reseller) = (&self.store.connection, caller.reseller());
        // No number is taken for what can't be created.
        if found.header.payment_options >= MOST_PAYMENT_OPTIONS {
            return Err(ChangePaymentOptionError::Full);
        }
        let id = PaymentOptionId::new(connection.counter_next(Counter::PaymentOption).await?);
        let id = id.ok_or_else(|| StoreError::Internal("no payment option ids are left".to_owned()))?;
        let NewPaymentOption { code, details, becomes_primary } = new;
        let record = PaymentOption { id, code, details, created_at: Timestamp::now(), revision: 1 };
        let mut rounds = Rounds::default();
        loop {
            let primary = found.header.primary_payment_option.filter(|_| !becomes_primary).unwrap_or(id);
            let created = RankedPaymentOption { record: record.clone(), is_primary: primary == id };
            let (key, item) = (keys::payment_option(reseller, found.customer, id), &created.record);
            let transaction = Transaction::default().put(Purpose::Record, row(&key, item)?, Expressions::when(IS_NEW));
            let transaction = match &created.record.code {
                Some(code) => {
                    let code = keys::belonging_code(reseller, found.customer, Coded::PaymentOption, code.as_str());
                    belonging_code::reserve(transaction, Purpose::Code, &code, id.number())?
                }
                None => transaction,
            };
            let transaction = with_header(transaction, reseller, found.customer, &found.header, primary, 1);
            let change = activity::Change::by(caller, Action::PaymentOptionCreated, found.customer, Object::payment_option(id));
            let fields = differing(None, &created);
            let transaction = activity::record(transaction, change.of_differing(fields))?;
            let transaction = replay::keep(transaction, caller, || answer(&created))?;
            let Outcome::Refused(purposes) = connection.transact(transaction).await? else {
                return Ok(Some(created));
            };
            let is_code_taken = purposes.contains(&Purpose::Code);
            if !is_code_taken {
                rounds.pause(StoreError::Contended, "others changed the payment options of the customer").await?;
            }
            found = connection.found(reseller, found.customer, key).await?;
            if found.header.deleted_at.is_some() {
                return Ok(None);
            }
            if found.header.payment_options >= MOST_PAYMENT_OPTIONS {
                return Err(ChangePaymentOptionError::Full);
            }
            if is_code_taken {
                return Err(ChangePaymentOptionError::CodeTaken);
            }
        }
    }

    /// Changes a payment option as `edit` says, starting from `found`, and again from the latest revision whenever another request was
    /// faster. An edit that changes nothing writes nothing. `None` when the payment option no longer exists.
    ///
    /// One call, a transaction, unless others write too.
    ///
    /// # Errors
    /// Those of `edit`, and [`ChangePaymentOptionError`].
    pub async fn payment_option_update<E: From<ChangePaymentOptionError>>(
        &self,
        caller: &Caller<Write>,
        expected: &ExpectedRevision,
        mut found: Found<PaymentOption>,
        edit: impl Fn(&RankedPaymentOption) -> Result<EditedPaymentOption, E>,
        answer: Answer<'_, RankedPaymentOption>,
    ) -> Result<Option<RankedPaymentOption>, E> {
        caller.must(Policy::RESELLER).map_err(ChangePaymentOptionError::from)?;
        let (connection, reseller, customer) = (&self.store.connection, caller.reseller(), found.customer);
        let mut rounds = Rounds::default();
        loop {
            let header = found.header.clone();
            let Some(current) = found.ranked().filter(|_| header.deleted_at.is_none()) else {
                return Ok(None);
            };
            if !expected.admits(current.record.entity_tag()) {
                return Err(ChangePaymentOptionError::OtherRevision.into());
            }
            let EditedPaymentOption { details, becomes_primary } = edit(&current)?;
            let is_moved = becomes_primary && !current.is_primary;
            if details == current.record.details && !is_moved {
                connection.replay_keep(caller, || answer(&current)).await.map_err(ChangePaymentOptionError::from)?;
                return Ok(Some(current));
            }
            let record = PaymentOption { details, revision: current.record.revision + 1, ..current.record.clone() };
            let changed = RankedPaymentOption { record, is_primary: current.is_primary || is_moved };
            let id = changed.record.id;
            let key = keys::payment_option(reseller, customer, id);
            let transaction = || {
                let is_known = Expressions::when("revision = :revision").number(":revision", current.record.revision);
                let transaction = Transaction::default().put(Purpose::Record, row(&key, &changed.record)?, is_known);
                let transaction = if is_moved {
                    with_header(transaction, reseller, customer, &header, id, 0)
                } else {
                    let is_alive = Expressions::when("attribute_not_exists(deleted_at)");
                    transaction.check(Purpose::Header, keys::customer_header(reseller, customer), is_alive)
                };
                let change = activity::Change::by(caller, Action::PaymentOptionUpdated, customer, Object::payment_option(id));
                let fields = differing(Some(&current), &changed);
                let transaction = activity::record(transaction, change.of_differing(fields))?;
                replay::keep(transaction, caller, || answer(&changed))
            };
            if connection
                .transact(transaction().map_err(ChangePaymentOptionError::from)?)
                .await
                .map_err(ChangePaymentOptionError::from)?
                == Outcome::Done
            {
                return Ok(Some(changed));
            }
            rounds
                .pause(StoreError::Contended, "others changed the payment options of the customer")
                .await
                .map_err(ChangePaymentOptionError::from)?;
            found = connection.found(reseller, customer, key).await.map_err(ChangePaymentOptionError::from)?;
        }
    }
}

/// Adds to a transaction that the customer has so many payment options more, and this primary one. The one that was it until now
/// gets a new revision, because it is shown differently.
fn with_header(
    transaction: Transaction<Purpose>,
    reseller: ResellerId,
    customer: CustomerId,
    header: &CustomerHeader,
    primary: PaymentOptionId,
    more: u64,
) -> Transaction<Purpose> {
    let note = header
        .payment_options_unchanged()
        .update("SET payment_options = :count, primary_payment_option = :next")
        .number(":count", header.payment_options + more)
        .number(":next", primary);
    let transaction = transaction.update(Purpose::Header, keys::customer_header(reseller, customer), note);
    match header.primary_payment_option {
        Some(former) if former != primary => {
            let demotion = Expressions::when("attribute_exists(PK)").update("ADD revision :one").number(":one", 1);
            transaction.update(Purpose::FormerPrimary, keys::payment_option(reseller, customer, former), demotion)
        }
        _ => transaction,
    }
}

/// The stored names of the fields that clients write, and whether they differ.
fn differing(before: Option<&RankedPaymentOption>, after: &RankedPaymentOption) -> [(&'static str, bool); 8] {
    let old = before.map(|before| &before.record.details);
    let PaymentDetails { payment_type, holder_name, brand, last_four, expires, token } = &after.record.details;
    [
        ("code", before.is_none() && after.record.code.is_some()),
        ("payment_type", old.is_none_or(|old| old.payment_type != *payment_type)),
        ("holder_name", old.map_or(holder_name.is_some(), |old| old.holder_name != *holder_name)),
        ("brand", old.map_or(brand.is_some(), |old| old.brand != *brand)),
        ("last_four", old.map_or(last_four.is_some(), |old| old.last_four != *last_four)),
        ("expires", old.map_or(expires.is_some(), |old| old.expires != *expires)),
        ("token", old.is_none_or(|old| old.token != *token)),
        ("is_primary", after.is_primary && !before.is_some_and(|before| before.is_primary)),
    ]
}
