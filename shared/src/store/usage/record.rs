//! Recording events.

use std::collections::{BTreeSet, HashMap};

use super::rows::Batch;
use crate::domain::credential::Kind;
use crate::domain::customer::{Customer, CustomerId};
use crate::domain::principal::Principal;
use crate::domain::reseller::ResellerId;
use crate::domain::subscription::Subscription;
use crate::domain::timestamp::Timestamp;
use crate::domain::token::IssuedToken;
use crate::domain::usage::{EventId, Language, Ledger, Outcome, SentEvent, Step, UsageEvent};
use crate::store::access::caller::Caller;
use crate::store::access::policy::Policy;
use crate::store::access::sealed::Sealed;
use crate::store::access::table::{Table, Write};
use crate::store::customer::WithCustomer;
use crate::store::customer::header::CustomerHeader;
use crate::store::engine::connection::Connection;
use crate::store::engine::error::StoreError;
use crate::store::engine::read::MOST_KEYS;
use crate::store::engine::retry::Rounds;
use crate::store::engine::transaction::{self, Transaction};
use crate::store::keys;

/// What must be known about a customer before its events are recorded.
#[derive(Clone, Debug)]
pub struct KnownUsage {
    languages: BTreeSet<Language>,
    subscriptions: Vec<Subscription>,
}

impl Table<Write> {
    /// Reads, together with the credential of a token, what must be known to record events of one customer of its reseller. The content
    /// is `None` without an id, or with an id that does not exist or that the caller does not see.
    ///
    /// Two calls at the same time, and one for each further 1 MB of subscriptions.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn usage_load(
        &self,
        token: &IssuedToken,
        id: Option<CustomerId>,
    ) -> Result<Sealed<Write, Option<WithCustomer<KnownUsage>>>, StoreError> {
        let (connection, reseller) = (&self.store.connection, token.reseller());
        let token_keys = self.store.token_keys(token);
        let of_customer = id.map(|id| (keys::customer(reseller, id), keys::customer_header(reseller, id)));
        let more = of_customer.clone().into_iter().flat_map(|(customer, header)| [customer, header]);
        let read = connection.read(token_keys.iter().cloned().chain(more).collect());
        let sold = async {
            match id {
                Some(id) => connection.query_all(&keys::subscription_partition(reseller), &keys::subscription_prefix(id)).await,
                None => Ok(Vec::new()),
            }
        };
        let (rows, subscriptions) = futures_util::try_join!(read, sold)?;
        let found = match of_customer {
            Some((customer, header)) => {
                let header: CustomerHeader = rows.get(&header)?.unwrap_or_default();
                let content = KnownUsage { languages: header.languages, subscriptions };
                rows.get::<Customer>(&customer)?.map(|customer| WithCustomer { customer, content })
            }
            None => None,
        };
        self.store.seal(token, &token_keys, &rows, found)
    }

    /// Records events of a customer that the caller sees, and returns what became of each, in their order; `None` when the customer no
    /// longer exists.
    ///
    /// As few transactions as there can be with 100 writes each, one after the other: each event is one write, and each sum that it is
    /// the first to add to is one more. Before that one call for each hundred events that must be looked up: corrections with what they
    /// correct, and what can't be recorded, because it may have been recorded before. Again two calls, when some were on record.
    ///
    /// # Errors
    /// When the store fails; then some may be on record. All can be sent again.
    pub async fn usage_record(
        &self,
        caller: &Caller<Write>,
        found: WithCustomer<KnownUsage>,
        sent: &[SentEvent],
    ) -> Result<Option<Vec<Outcome>>, StoreError> {
        caller.must(Policy::RECORD)?;
        let (connection, reseller, customer) = (&self.store.connection, caller.reseller(), found.customer.id);
        let mut ledger = Ledger {
            by: caller.principal().clone(),
            token: match caller.principal() {
                Principal::Key(Kind::Customer, hash) => Some(hash.key_id()),
                _ => None,
            },
            now: Timestamp::now(),
            languages: found.content.languages,
            subscriptions: found.content.subscriptions,
            events: HashMap::new(),
        };
        let mut outcomes: Vec<Option<Outcome>> = vec![None; sent.len()];
        let mut rounds = Rounds::default();
        loop {
            let open: Vec<(usize, &SentEvent)> =
                sent.iter().enumerate().filter(|(place, _)| outcomes.get(*place) == Some(&None)).collect();
            let steps = ledger.steps(&open.iter().map(|(_, sent)| *sent).collect::<Vec<_>>());
            let mut unknown = BTreeSet::new();
            let mut new = Vec::new();
            for ((place, _), step) in open.into_iter().zip(steps) {
                match step {
                    Step::Decided(outcome) => set(&mut outcomes, place, outcome),
                    Step::LookUp(ids) => unknown.extend(ids),
                    Step::Record(event) => new.push((place, *event)),
                    Step::Wait => {}
                }
            }
            if !unknown.is_empty() {
                ledger.events.extend(connection.usage_events(reseller, customer, unknown).await?);
                continue;
            }
            // Events that add to the same sums stand beside each other, so that they come into the same transaction.
            new.sort_by(|(_, one), (_, other)| one.dimensions.cmp(&other.dimensions));
            let mut batch = Batch::new(reseller, customer);
            let fits = |(_, event): &(usize, UsageEvent)| {
                let original = event.sent.corrects.as_ref().and_then(|original| ledger.events.get(original)?.as_ref());
                let is_new = event.dimensions.language.as_ref().is_some_and(|language| !ledger.languages.contains(language));
                batch.push(event, original, is_new)
            };
            let chosen: Vec<(usize, UsageEvent)> = new.into_iter().take_while(fits).collect();
            if chosen.is_empty() {
                return Ok(outcomes.into_iter().collect());
            }
            match connection.transact(batch.add_to(Transaction::default(), ())?).await {
                Ok(transaction::Outcome::Done) => {
                    for (place, event) in chosen {
                        set(&mut outcomes, place, Outcome::Recorded);
                        ledger.note(event);
                    }
                }
                Ok(transaction::Outcome::Refused(_)) => {
                    rounds.pause(StoreError::Contended, "others recorded events of the customer").await?;
                    let ids = chosen.iter().flat_map(|(_, event)| [Some(event.sent.id.clone()), event.sent.corrects.clone()]);
                    ledger.events.extend(connection.usage_events(reseller, customer, ids.flatten().collect()).await?);
                    let key = keys::customer_header(reseller, customer);
                    let header: CustomerHeader = connection.read(vec![key.clone()]).await?.get(&key)?.unwrap_or_default();
                    if header.deleted_at.is_some() {
                        return Ok(None);
                    }
                    ledger.languages.extend(header.languages);
                }
                // Nothing was written. The next transaction adds to other rows of the sums.
                Err(StoreError::Contended(_)) => {
                    rounds.pause(StoreError::Contended, "others added to the same sums").await?;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

fn set(outcomes: &mut [Option<Outcome>], place: usize, outcome: Outcome) {
    if let Some(undecided) = outcomes.get_mut(place) {
        *undecided = Some(outcome);
    }
}

impl Connection {
    /// The events of a customer with these ids; `None` is one that is not on record. One call for each hundred.
    async fn usage_events(
        &self,
        reseller: ResellerId,
        customer: CustomerId,
        ids: BTreeSet<EventId>,
    ) -> Result<Vec<(EventId, Option<UsageEvent>)>, StoreError> {
        let ids: Vec<EventId> = ids.into_iter().collect();
        let mut found = Vec::new();
        for ids in ids.chunks(MOST_KEYS) {
            let key = |id| keys::usage_event(reseller, customer, id);
            let rows = self.read(ids.iter().map(key).collect()).await?;
            for id in ids {
                found.push((id.clone(), rows.get(&key(id))?));
            }
        }
        Ok(found)
    }
}
