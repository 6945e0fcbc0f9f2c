//! Erasing the payment options of a customer that was deleted.

use crate::domain::customer::CustomerId;
use crate::domain::payment_option::PaymentOption;
use crate::domain::reseller::ResellerId;
use crate::store::engine::connection::Connection;
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::Expressions;
use crate::store::engine::transaction::Transaction;
use crate::store::keys::{self, Coded};

/// How many payment options one transaction erases: each takes two writes of a hundred.
const AT_A_TIME: u64 = 50;

impl Connection {
    /// Erases the payment options of a deleted customer with their codes. Two calls, or one where there are none.
    pub(in crate::store) async fn payment_options_erase(
        &self,
        reseller: ResellerId,
        customer: CustomerId,
    ) -> Result<(), StoreError> {
        let (partition, prefix) = (keys::payment_option_partition(reseller), keys::payment_option_prefix(customer));
        loop {
            let page = self.query_prefix::<PaymentOption>(&partition, &prefix, None, Some(AT_A_TIME)).await?;
            if page.records.is_empty() {
                return Ok(());
            }
            let keys = page.records.iter().flat_map(|option| {
                let code = option.code.as_ref();
                let code = code.map(|code| keys::belonging_code(reseller, customer, Coded::PaymentOption, code.as_str()));
                [keys::payment_option(reseller, customer, option.id)].into_iter().chain(code)
            });
            let erasure = keys.fold(Transaction::default(), |erasure, key| erasure.delete((), key, Expressions::always()));
            self.transact(erasure).await?;
        }
    }
}
