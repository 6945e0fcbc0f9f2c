//! What stands beside a report of the usage of one customer.

use crate::domain::customer::CustomerId;
use crate::domain::subscription::Subscription;
use crate::domain::token::IssuedToken;
use crate::domain::usage_report::Range;
use crate::store::access::sealed::Sealed;
use crate::store::access::table::{Read, Table};
use crate::store::customer::WithCustomer;
use crate::store::engine::error::StoreError;
use crate::store::keys;
use crate::store::transcription::TranscriptionDays;

/// What a customer's units are put beside.
#[derive(Clone, Debug)]
pub struct BesideUsage {
    /// All its subscriptions, ended ones too, by their ids.
    pub subscriptions: Vec<Subscription>,
    /// How many transcriptions it registered on the days of the report.
    pub transcriptions: TranscriptionDays,
}

impl Table<Read> {
    /// Reads, together with the credential of a token, what stands beside a report of the usage of one customer of its reseller on these
    /// days. The content is `None` without an id, or with an id that does not exist or that the caller does not see.
    ///
    /// Three calls at the same time, and one for each further 1 MB of subscriptions or of counts.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn usage_beside(
        &self,
        token: &IssuedToken,
        customer: Option<CustomerId>,
        days: Range,
    ) -> Result<Sealed<Read, Option<WithCustomer<BesideUsage>>>, StoreError> {
        let reseller = token.reseller();
        let subscriptions = async {
            match customer {
                Some(id) => {
                    let (partition, prefix) = (keys::subscription_partition(reseller), keys::subscription_prefix(id));
                    self.store.connection.query_all(&partition, &prefix).await
                }
                None => Ok(Vec::new()),
            }
        };
        let counts = self.transcription_counts(reseller, customer, [Some(days.from), Some(days.to)]);
        let beside = async {
            let (subscriptions, transcriptions) = futures_util::try_join!(subscriptions, counts)?;
            Ok(BesideUsage { subscriptions, transcriptions })
        };
        self.customer_load_beside(token, customer, beside).await
    }
}
