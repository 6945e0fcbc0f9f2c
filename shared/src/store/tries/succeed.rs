//! Giving a try back, because the password was the right one.

use super::begin::Admitted;
use super::row::TriesRow;
use crate::domain::waits::{KNOWN, Taken, Tried};
use crate::store::access::table::Table;
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::Expressions;
use crate::store::engine::row::row;
use crate::store::engine::transaction::Transaction;

impl Admitted {
    /// Adds to a transaction that this try succeeded, without a condition. All tries of the address from this source are forgiven, and
    /// the source is known there from now on. Of the other tries from this source, and of those of the address from elsewhere, none is:
    /// otherwise an account of one's own would be good for any number of tries of others, and strangers could see when somebody logs in.
    pub(in crate::store) fn give_back<P: Copy>(
        &self,
        transaction: Transaction<P>,
        purpose: P,
    ) -> Result<Transaction<P>, StoreError> {
        let both = TriesRow::new(Tried::default(), Some(self.at.plus(KNOWN).milliseconds()));
        let back = |Taken { added, .. }: Taken| {
            let update = Expressions::always().update("ADD forgiven_at :forgiven_at, free_at :free_at");
            update.number(":forgiven_at", -added.forgiven_at).number(":free_at", -added.free_at)
        };
        let transaction = transaction.put(purpose, row(&self.places.both, &both)?, Expressions::always()).update(
            purpose,
            self.places.source.clone(),
            back(self.of_source),
        );
        Ok(match self.of_address {
            Some(taken) => transaction.update(purpose, self.places.address.clone(), back(taken)),
            None => transaction,
        })
    }
}

impl<A> Table<A> {
    /// Notes that this try succeeded. One that failed needs no call.
    ///
    /// One call.
    ///
    /// # Errors
    /// When the store fails. Then the try stays taken.
    pub async fn tries_succeeded(&self, admitted: &Admitted) -> Result<(), StoreError> {
        self.store.connection.transact(admitted.give_back(Transaction::default(), ())?).await?;
        Ok(())
    }
}
