//! Noting that a session is used.

use super::row::session_row;
use crate::domain::timestamp::Timestamp;
use crate::store::access::caller::Caller;
use crate::store::access::table::{Access, Table};
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::Expressions;
use crate::store::engine::transaction::Transaction;

impl<A: Access> Table<A> {
    /// Notes that the caller's session was used, if nothing was noted in the last hour, so that it does not end as an idle one. A session
    /// that ended meanwhile stays ended. To be called for each request of a person.
    ///
    /// No call, except one in an hour.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn session_seen(&self, caller: &Caller<A>) -> Result<(), StoreError> {
        let Some((person, seen)) = caller.person().and_then(|person| Some((person, person.session.seen(Timestamp::now())?)))
        else {
            return Ok(());
        };
        let row = session_row(person.user.place(caller.reseller()), &person.hash, &seen)?;
        let is_there = Expressions::when("attribute_exists(PK) AND epoch = :epoch").number(":epoch", seen.epoch);
        self.store.connection.transact(Transaction::default().put((), row, is_there)).await?;
        Ok(())
    }
}
