//! Ending sessions.

use super::row::{SessionRow, session_row};
use crate::domain::customer::CustomerId;
use crate::domain::reseller::ResellerId;
use crate::domain::session::Session;
use crate::domain::timestamp::Timestamp;
use crate::domain::token::{Bearer, IssuedToken, KeyId};
use crate::domain::user::{Organization, User};
use crate::store::access::caller::Caller;
use crate::store::access::holder::SignedIn;
use crate::store::access::policy::Policy;
use crate::store::access::table::{Table, Write};
use crate::store::engine::connection::Connection;
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::Expressions;
use crate::store::engine::retry::Rounds;
use crate::store::engine::row::{RowKey, row};
use crate::store::engine::transaction::{Outcome, Transaction};
use crate::store::keys;

/// How many sessions one transaction erases.
const AT_A_TIME: u64 = 100;

impl Table<Write> {
    /// Ends the session with this token. A request with its cookie that begins after this returns is refused. The key of the session's row
    /// has the hash of the whole token, so that whoever has the token needs no other right: also a person whom nobody lets in at the moment
    /// can leave.
    ///
    /// One call, none for the token of a program.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn session_end(&self, token: &IssuedToken) -> Result<(), StoreError> {
        let Bearer::Person(place) = token.bearer() else {
            return Ok(());
        };
        let key = keys::session(place, token.hash());
        self.store.connection.transact(Transaction::default().delete((), key, Expressions::always())).await?;
        Ok(())
    }

    /// Ends one session of the person who calls; `None` when the person has no such session.
    ///
    /// Two calls, one after the other.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn session_end_one(&self, caller: &Caller<Write>, id: &KeyId) -> Result<Option<()>, StoreError> {
        caller.must(Policy::ONESELF)?;
        let Some(person) = caller.person() else {
            return Ok(None);
        };
        let (reseller, place) = (caller.reseller(), person.user.place(caller.reseller()));
        let prefix = format!("{}{id}", keys::session_prefix_of(place));
        let named: Vec<SessionRow> = self.store.connection.query_all(&keys::session_partition(reseller), &prefix).await?;
        let Some(named) = named.first() else {
            return Ok(None);
        };
        let key = keys::session(place, &named.hash);
        self.store.connection.transact(Transaction::default().delete((), key, Expressions::always())).await?;
        Ok(Some(()))
    }

    /// Ends all sessions of the person who calls but the one that the person calls in.
    ///
    /// One call, a transaction, unless another request writes too.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn session_end_others(&self, caller: &Caller<Write>) -> Result<(), StoreError> {
        caller.must(Policy::ONESELF)?;
        let Some(person) = caller.person() else {
            return Ok(());
        };
        let (connection, place) = (&self.store.connection, person.user.place(caller.reseller()));
        let mut user = person.user.clone();
        let mut rounds = Rounds::default();
        loop {
            let changed = user.without_sessions();
            let transaction = replace_user(Transaction::default(), (), &keys::user(place), &user, &changed)?;
            let session = Session { epoch: changed.epoch, ..person.session.clone() };
            let is_there = Expressions::when("attribute_exists(PK)");
            let transaction = transaction.put((), session_row(place, &person.hash, &session)?, is_there);
            if connection.transact(transaction).await? == Outcome::Done {
                return Ok(());
            }
            // A session that has ended meanwhile ends nothing any more.
            match self.person_still_in(caller, person, &mut rounds).await? {
                Some(latest) => user = latest,
                None => return Ok(()),
            }
        }
    }

    /// The person who calls, as it is now, after a change was refused; `None` once its session has ended. One call, after a pause.
    pub(super) async fn person_still_in(
        &self,
        caller: &Caller<Write>,
        person: &SignedIn,
        rounds: &mut Rounds,
    ) -> Result<Option<User>, StoreError> {
        rounds.pause(StoreError::Contended, "others changed the user").await?;
        let place = person.user.place(caller.reseller());
        let (of_user, of_session) = (keys::user(place), keys::session(place, &person.hash));
        let rows = self.store.connection.read(vec![of_user.clone(), of_session.clone()]).await?;
        let is_there = rows.get::<Session>(&of_session)?.is_some();
        let latest: Option<User> = rows.get(&of_user)?;
        Ok(latest.filter(|latest| is_there && person.session.is_of(latest, Timestamp::now())))
    }
}

/// Adds to a transaction that a user, of whom people know nothing new, is like this now.
pub(super) fn replace_user<P>(
    transaction: Transaction<P>,
    purpose: P,
    key: &RowKey,
    before: &User,
    after: &User,
) -> Result<Transaction<P>, StoreError> {
    let is_unchanged = Expressions::when("revision = :revision").number(":revision", before.revision);
    Ok(transaction.put(purpose, row(key, after)?, is_unchanged))
}

impl Connection {
    /// Erases the sessions of the users of a deleted customer, which have ended with it. Two calls for each 100 sessions.
    pub(in crate::store) async fn sessions_erase(&self, reseller: ResellerId, customer: CustomerId) -> Result<(), StoreError> {
        let (partition, prefix) = (keys::session_partition(reseller), keys::session_prefix(Organization::Customer(customer)));
        loop {
            let page = self.query_prefix::<RowKey>(&partition, &prefix, None, Some(AT_A_TIME)).await?;
            if page.records.is_empty() {
                return Ok(());
            }
            let keys = page.records.into_iter();
            let erasure = keys.fold(Transaction::default(), |erasure, key| erasure.delete((), key, Expressions::always()));
            self.transact(erasure).await?;
        }
    }
}
