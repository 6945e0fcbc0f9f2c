//! Registering, reporting on and deleting transcriptions.

use std::collections::BTreeSet;

use crate::domain::customer::CustomerId;
use crate::domain::customer_token::CustomerToken;
use crate::domain::date::Date;
use crate::domain::entity_tag::ExpectedRevision;
use crate::domain::subscription::SubscriptionId;
use crate::domain::timestamp::Timestamp;
use crate::domain::transcription::{Contradiction, Maker, NewTranscription, Report, Transcription, TranscriptionId};
use crate::domain::usage::MOST_LANGUAGES;
use crate::store::access::caller::Caller;
use crate::store::access::policy::Policy;
use crate::store::access::table::{Table, Write};
use crate::store::customer::Found;
use crate::store::customer::header::{self, CustomerHeader};
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::{Expressions, IS_NEW};
use crate::store::engine::retry::Rounds;
use crate::store::engine::row::row;
use crate::store::engine::transaction::{Outcome, Transaction};
use crate::store::keys;
use crate::store::replay::{self, Answer};
use crate::store::usage::rows::Batch;

/// Why a transcription was not registered or changed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ChangeError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The customer has used as many languages as it can, and not this one.
    #[error("too many languages")]
    TooManyLanguages,
    /// The report contradicts an earlier one.
    #[error("the report contradicts an earlier one")]
    Contradiction(#[from] Contradiction),
    /// The transcription is at another revision than the request expects.
    #[error("not the expected revision")]
    OtherRevision,
}

/// A change of a transcription; `None` is one that does not exist.
struct Change<'a> {
    caller: &'a Caller<Write>,
    customer: CustomerId,
    header: &'a CustomerHeader,
    before: Option<&'a Transcription>,
    after: Option<&'a Transcription>,
}

impl Table<Write> {
    /// Registers a transcription of a customer; `None` when the customer no longer exists. `found` has the token that registers it, if
    /// that is one of the customer. `answer` makes what is kept of the answer, if the request has an idempotency key.
    ///
    /// One call, a transaction, unless others write to the same rows.
    ///
    /// # Errors
    /// [`ChangeError`]; then nothing is on record, unless the store gave no answer: then the transcription may be on record.
    pub async fn transcription_create(
        &self,
        caller: &Caller<Write>,
        found: Found<CustomerToken>,
        new: NewTranscription,
        answer: Answer<'_, Transcription>,
    ) -> Result<Option<Transcription>, ChangeError> {
        caller.must(Policy::RECORD)?;
        let (connection, customer) = (&self.store.connection, found.customer);
        let maker = found.record.map(Maker::of);
        let mut header = found.header;
        let mut rounds = Rounds::default();
        loop {
            if header.deleted_at.is_some() {
                return Ok(None);
            }
            if !header.languages.contains(&new.language) && header.languages.len() >= MOST_LANGUAGES {
                return Err(ChangeError::TooManyLanguages);
            }
            // Another id in each round, because there may be a transcription with the one before; and it counts in another row.
            let id = TranscriptionId::generate(Timestamp::now()).map_err(StoreError::from)?;
            let first = Transcription::first(id, new.clone(), maker.clone(), caller.principal().clone());
            let transaction = transaction(Change { caller, customer, header: &header, before: None, after: Some(&first) })?;
            let transaction = replay::keep(transaction, caller, || answer(&first))?;
            if is_done(connection.transact(transaction).await)? {
                return Ok(Some(first));
            }
            rounds.pause(StoreError::Contended, "others registered transcriptions of the customer").await?;
            let key = keys::customer_header(caller.reseller(), customer);
            header = connection.read(vec![key.clone()]).await?.get(&key)?.unwrap_or_default();
        }
    }

    /// Notes what is reported about a transcription, starting from `held`, and again from the latest revision whenever another request
    /// was faster. A report that says what is known writes nothing. Seconds of a completed one are recorded as usage, once, on the
    /// subscription that is active if exactly one is. `None` when the transcription no longer exists.
    ///
    /// One call, a transaction, unless others write too.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub async fn transcription_update(
        &self,
        caller: &Caller<Write>,
        expected: &ExpectedRevision,
        held: Found<Transcription>,
        report: &Report,
        answer: Answer<'_, Transcription>,
    ) -> Result<Option<Transcription>, ChangeError> {
        caller.must(Policy::RECORD)?;
        let edit = |current: &Transcription| Ok(Some(current.after(report, caller.principal())?));
        self.transcription_change(caller, expected, held, edit, &|changed| changed.map(answer).unwrap_or_default())
            .await
            .map(Option::flatten)
    }

    /// Deletes a transcription for ever; its usage stays. `None` when the transcription no longer exists.
    ///
    /// One call, a transaction, unless others write too.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub async fn transcription_delete(
        &self,
        caller: &Caller<Write>,
        expected: &ExpectedRevision,
        held: Found<Transcription>,
        answer: Answer<'_, ()>,
    ) -> Result<Option<()>, ChangeError> {
        caller.must(Policy::RECORD)?;
        let deleted = self.transcription_change(caller, expected, held, |_| Ok(None), &|_| answer(&())).await;
        deleted.map(|done| done.map(|_| ()))
    }

    /// Changes a transcription; `edit` gives what becomes of it, `None` if it is to be gone. Returns what became of it; `None` when it
    /// did not exist any more.
    async fn transcription_change(
        &self,
        caller: &Caller<Write>,
        expected: &ExpectedRevision,
        mut held: Found<Transcription>,
        edit: impl Fn(&Transcription) -> Result<Option<Transcription>, ChangeError>,
        answer: &(dyn Fn(Option<&Transcription>) -> Vec<u8> + Sync),
    ) -> Result<Option<Option<Transcription>>, ChangeError> {
        let (connection, customer) = (&self.store.connection, held.customer);
        let mut rounds = Rounds::default();
        loop {
            let Some(current) = held.record.as_ref().filter(|_| held.header.deleted_at.is_none()) else {
                return Ok(None);
            };
            if !expected.admits(current.entity_tag()) {
                return Err(ChangeError::OtherRevision);
            }
            let changed = edit(current)?;
            if changed.as_ref() == Some(current) {
                connection.replay_keep(caller, || answer(changed.as_ref())).await?;
                return Ok(Some(changed));
            }
            let change = Change { caller, customer, header: &held.header, before: Some(current), after: changed.as_ref() };
            let transaction = replay::keep(transaction(change)?, caller, || answer(changed.as_ref()))?;
            if is_done(connection.transact(transaction).await)? {
                return Ok(Some(changed));
            }
            rounds.pause(StoreError::Contended, "others changed the transcription").await?;
            held = connection
                .found(caller.reseller(), customer, keys::transcription(caller.reseller(), customer, current.id))
                .await?;
        }
    }
}

/// Whether a transaction was carried out. If it met others on rows that count, nothing was written, and it can be tried again.
fn is_done(outcome: Result<Outcome<()>, StoreError>) -> Result<bool, StoreError> {
    match outcome {
        Ok(outcome) => Ok(outcome == Outcome::Done),
        Err(StoreError::Contended(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

fn transaction(Change { caller, customer, header, before, after }: Change<'_>) -> Result<Transaction<()>, StoreError> {
    let reseller = caller.reseller();
    let Some(id) = after.or(before).map(|transcription| transcription.id) else {
        return Err(StoreError::Internal("a change of no transcription".to_owned()));
    };
    let key = keys::transcription(reseller, customer, id);
    let is_known = match before {
        Some(before) => Expressions::when("revision = :revision").number(":revision", before.revision),
        None => Expressions::when(IS_NEW),
    };
    let mut transaction = Transaction::default();
    transaction = match after {
        Some(after) => transaction.put((), row(&key, after)?, is_known),
        None => transaction.delete((), key, is_known),
    };
    let more = i8::from(after.is_some()) - i8::from(before.is_some());
    if more != 0 {
        let count = Expressions::always().update("ADD transcriptions :more").number(":more", more);
        transaction = transaction.update((), keys::transcription_day(reseller, customer, id), count);
    }
    if let Some(event) = after.and_then(|after| after.usage(active(header, Date::of(after.modified_at)))) {
        let mut batch = Batch::new(reseller, customer);
        // There is room for one event. Its language was noted when the transcription was registered.
        batch.push(&event, None, false);
        transaction = batch.add_to(transaction, ())?;
    }
    let new_language = after.map(|after| &after.language).filter(|language| !header.languages.contains(*language));
    if let Some(language) = new_language {
        let noted = header::noting(&BTreeSet::from([language.clone()]));
        transaction = transaction.update((), keys::customer_header(reseller, customer), noted);
    }
    Ok(transaction)
}

/// The subscription that is active on a day, if exactly one is.
fn active(header: &CustomerHeader, day: Date) -> Option<SubscriptionId> {
    let mut active = header.subscriptions.iter().filter(|course| course.start <= day && course.end.is_none_or(|end| day <= end));
    active.next().filter(|_| active.next().is_none()).map(|course| course.id)
}
