//! Posting a mail that belongs to no change.

use super::post;
use crate::domain::mail::{Mail, Posted};
use crate::store::access::table::{Operator, Table};
use crate::store::engine::error::StoreError;
use crate::store::engine::transaction::Transaction;

impl Table<Operator> {
    /// Posts a mail that belongs to no change. Nothing happens if the deployment sends none.
    ///
    /// One call, or two. Not repeatable: a second call posts another one.
    ///
    /// # Errors
    /// When the store fails; then nothing was posted, unless the store gave no answer.
    pub async fn mail_post(&self, mail: &Mail) -> Result<(), StoreError> {
        if self.mail_settings().is_some() {
            self.store
                .connection
                .transact(post(Transaction::<()>::default(), &self.store, &Posted::Mail(mail.clone())).await?)
                .await?;
        }
        Ok(())
    }
}
