//! Reading one transcription, and how many there are.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::domain::customer::CustomerId;
use crate::domain::customer_token::CustomerToken;
use crate::domain::date::Date;
use crate::domain::reseller::ResellerId;
use crate::domain::token::IssuedToken;
use crate::domain::transcription::{Transcription, TranscriptionId};
use crate::store::access::sealed::Sealed;
use crate::store::access::table::{Access, Read, Table, Write};
use crate::store::customer::{Found, WithCustomer};
use crate::store::engine::error::StoreError;
use crate::store::keys;

/// A row that counts transcriptions of a day.
#[derive(Deserialize)]
pub(super) struct DayRow {
    #[serde(rename = "SK")]
    pub(super) sort: String,
    transcriptions: u64,
}

impl DayRow {
    /// The day.
    pub(super) fn day(&self) -> Result<Date, StoreError> {
        let odd = || StoreError::Internal("a row counts the transcriptions of no day".to_owned());
        keys::day_of_transcriptions(&self.sort).ok_or_else(odd)
    }
}

/// How many transcriptions a customer registered on each of some days, without those that were deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TranscriptionDays(BTreeMap<Date, u64>);

impl TranscriptionDays {
    fn of(rows: &[DayRow]) -> Result<Self, StoreError> {
        let mut days = BTreeMap::new();
        for row in rows {
            *days.entry(row.day()?).or_default() += row.transcriptions;
        }
        Ok(Self(days))
    }

    /// How many there are on all of these days.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// The months that have any from one day to another, both included, such as `2026-11`; the oldest first.
    pub(super) fn months(&self, first: Date, last: Date) -> BTreeSet<String> {
        let counted = self.0.iter().filter(|(day, count)| (first..=last).contains(*day) && **count > 0);
        counted.map(|(day, _)| day.month()).collect()
    }
}

impl<A: Access> Table<A> {
    /// Reads, together with the credential of a token, one transcription of one customer of its reseller. The content is `None` without
    /// an id of a customer, or with one that does not exist or that the caller does not see.
    ///
    /// One call.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn transcription_load(
        &self,
        token: &IssuedToken,
        customer: Option<CustomerId>,
        id: Option<TranscriptionId>,
    ) -> Result<Sealed<A, Option<WithCustomer<Found<Transcription>>>>, StoreError> {
        self.customer_load_found(token, customer, |customer| Some(keys::transcription(token.reseller(), customer, id?))).await
    }
}

impl Table<Write> {
    /// Reads, together with the credential of a token, the token as one of its customer, by which a transcription is registered; none is
    /// found for the token of a reseller. The content is `None` as in [`Table::transcription_load`].
    ///
    /// One call.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn transcription_load_maker(
        &self,
        token: &IssuedToken,
        customer: Option<CustomerId>,
    ) -> Result<Sealed<Write, Option<WithCustomer<Found<CustomerToken>>>>, StoreError> {
        let own = |customer| {
            let is_own = token.customer() == Some(customer);
            is_own.then(|| keys::customer_token(token.reseller(), customer, &token.hash().key_id()))
        };
        self.customer_load_found(token, customer, own).await
    }
}

impl Table<Read> {
    /// Reads, together with the credential of a token, how many transcriptions one customer of its reseller registered on the days from
    /// one to another, both included; `None` leaves that end open. The content is `None` as in [`Table::transcription_load`].
    ///
    /// Two calls at the same time, and one for each further 1 MB of counts, which is one for some ten years.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn transcription_days(
        &self,
        token: &IssuedToken,
        customer: Option<CustomerId>,
        days: [Option<Date>; 2],
    ) -> Result<Sealed<Read, Option<WithCustomer<TranscriptionDays>>>, StoreError> {
        let counts = self.transcription_counts(token.reseller(), customer, days);
        self.customer_load_beside(token, customer, counts).await
    }

    /// How many transcriptions a customer registered on these days; none without a customer. One call for each 1 MB of counts.
    pub(in crate::store) async fn transcription_counts(
        &self,
        reseller: ResellerId,
        customer: Option<CustomerId>,
        [first, last]: [Option<Date>; 2],
    ) -> Result<TranscriptionDays, StoreError> {
        let Some(id) = customer else {
            return TranscriptionDays::of(&[]);
        };
        let partition = keys::transcription_day_partition(reseller, id);
        let [first, last] = keys::transcription_days(first.unwrap_or(Date::MIN), last.unwrap_or(Date::MAX));
        TranscriptionDays::of(&self.store.connection.query_between(&partition, [&first, &last]).await?)
    }
}
