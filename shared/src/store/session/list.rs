//! The sessions of the person who calls.

use super::row::SessionRow;
use crate::domain::session::Session;
use crate::domain::timestamp::Timestamp;
use crate::domain::token::{Bearer, IssuedToken, KeyId};
use crate::store::access::caller::Caller;
use crate::store::access::sealed::{Content, Sealed};
use crate::store::access::table::{Access, Table};
use crate::store::engine::error::StoreError;
use crate::store::keys;

/// A session, as its person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedSession {
    /// Its name.
    pub id: KeyId,
    /// The session.
    pub session: Session,
    /// Whether it is the one that the person calls in.
    pub is_own: bool,
}

/// Of the sessions on record, a person sees those that have not ended.
impl Content for Vec<ListedSession> {
    fn seen_by<A>(mut self, caller: &Caller<A>) -> Self {
        let now = Timestamp::now();
        self.retain(|listed| caller.person().is_some_and(|person| listed.session.is_of(&person.user, now)));
        self
    }
}

impl<A: Access> Table<A> {
    /// Reads, together with a session, all sessions of its person that have not ended, the one that was used last first; with any other
    /// token none.
    ///
    /// Two calls at the same time, and one for each further 1 MB of sessions.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn session_list(&self, token: &IssuedToken) -> Result<Sealed<A, Vec<ListedSession>>, StoreError> {
        let (connection, token_keys) = (&self.store.connection, self.store.token_keys(token));
        let sessions = async {
            match token.bearer() {
                Bearer::Person(place) => {
                    connection.query_all(&keys::session_partition(place.reseller), &keys::session_prefix_of(place)).await
                }
                Bearer::Program(_) => Ok(Vec::new()),
            }
        };
        let (rows, sessions) = futures_util::try_join!(connection.read(token_keys.clone()), sessions)?;
        let listed =
            |SessionRow { session, hash, .. }| ListedSession { id: hash.key_id(), is_own: hash == *token.hash(), session };
        let mut sessions: Vec<_> = sessions.into_iter().map(listed).collect();
        sessions.sort_by_key(|listed| std::cmp::Reverse(listed.session.last_seen));
        self.store.seal(token, &token_keys, &rows, sessions)
    }
}
