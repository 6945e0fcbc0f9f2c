//! Reading the payment options of a customer.

use crate::domain::customer::{Customer, CustomerId};
use crate::domain::payment_option::{PaymentOption, PaymentOptionId};
use crate::domain::token::IssuedToken;
use crate::store::access::sealed::Sealed;
use crate::store::access::table::{Access, Read, Table};
use crate::store::customer::Found;
use crate::store::customer::WithCustomer;
use crate::store::customer::header::CustomerHeader;
use crate::store::engine::error::StoreError;
use crate::store::keys;

/// A payment option, and whether it is the primary one of its customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RankedPaymentOption {
    /// The payment option.
    pub record: PaymentOption,
    /// Whether it is the primary one.
    pub is_primary: bool,
}

impl RankedPaymentOption {
    pub(super) fn new(record: PaymentOption, header: &CustomerHeader) -> Self {
        Self { is_primary: header.primary_payment_option == Some(record.id), record }
    }
}

impl Found<PaymentOption> {
    /// The payment option; `None` when there is no such one.
    #[must_use]
    pub fn ranked(self) -> Option<RankedPaymentOption> {
        let Self { record, header, .. } = self;
        record.map(|record| RankedPaymentOption::new(record, &header))
    }
}

impl Table<Read> {
    /// Reads, together with the credential of a token, all payment options of one customer of its reseller, by their ids. The content
    /// is `None` without an id, or with an id that does not exist or that the caller does not see.
    ///
    /// Two calls at the same time. One that is created or becomes the primary one between them may be shown half.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn payment_option_list(
        &self,
        token: &IssuedToken,
        id: Option<CustomerId>,
    ) -> Result<Sealed<Read, Option<WithCustomer<Vec<RankedPaymentOption>>>>, StoreError> {
        let (connection, reseller) = (&self.store.connection, token.reseller());
        let token_keys = self.store.token_keys(token);
        let of_customer = id.map(|id| [keys::customer(reseller, id), keys::customer_header(reseller, id)]);
        let options = async {
            let Some(id) = id else {
                return Ok(Vec::new());
            };
            let prefix = keys::payment_option_prefix(id);
            connection.query_all::<PaymentOption>(&keys::payment_option_partition(reseller), &prefix).await
        };
        let read = connection.read(token_keys.iter().cloned().chain(of_customer.iter().flatten().cloned()).collect());
        let (rows, options) = futures_util::try_join!(read, options)?;
        let found = match of_customer {
            Some([customer, header]) => {
                let header = rows.get(&header)?.unwrap_or_default();
                let content = options.into_iter().map(|option| RankedPaymentOption::new(option, &header)).collect();
                rows.get::<Customer>(&customer)?.map(|customer| WithCustomer { customer, content })
            }
            None => None,
        };
        self.store.seal(token, &token_keys, &rows, found)
    }
}

impl<A: Access> Table<A> {
    /// Reads, together with the credential of a token, one payment option of one customer of its reseller, or without an id only what
    /// a create must know. The content is `None` as in [`Table::payment_option_list`].
    ///
    /// One call.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn payment_option_load(
        &self,
        token: &IssuedToken,
        customer: Option<CustomerId>,
        id: Option<PaymentOptionId>,
    ) -> Result<Sealed<A, Option<WithCustomer<Found<PaymentOption>>>>, StoreError> {
        self.customer_load_found(token, customer, |customer| Some(keys::payment_option(token.reseller(), customer, id?))).await
    }
}
