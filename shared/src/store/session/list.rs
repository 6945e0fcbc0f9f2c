//! The sessions of the person who calls.

use super::row::SessionRow;
use crate::domain::session::Session;
use crate::domain::timestamp::Timestamp;
use crate::domain::token::KeyId;
use crate::store::access::caller::Caller;
use crate::store::access::policy::Policy;
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

impl<A: Access> Table<A> {
    /// The sessions of the person who calls that have not ended, the one that was used last first; of any other caller none.
    ///
    /// One call, and one for each further 1 MB of sessions.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn session_list(&self, caller: &Caller<A>) -> Result<Vec<ListedSession>, StoreError> {
        caller.must(Policy::ONESELF)?;
        let Some(person) = caller.person() else {
            return Ok(Vec::new());
        };
        let (reseller, now) = (caller.reseller(), Timestamp::now());
        let prefix = keys::session_prefix_of(person.user.place(reseller));
        let rows: Vec<SessionRow> = self.store.connection.query_all(&keys::session_partition(reseller), &prefix).await?;
        let mut listed: Vec<_> = rows
            .into_iter()
            .filter(|row| row.session.is_of(&person.user, now))
            .map(|row| ListedSession { id: row.hash.key_id(), is_own: row.hash == person.hash, session: row.session })
            .collect();
        listed.sort_by_key(|listed| std::cmp::Reverse(listed.session.last_seen));
        Ok(listed)
    }
}
