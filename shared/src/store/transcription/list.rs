//! A page of the transcriptions of a customer, by their ids.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::read::TranscriptionDays;
use crate::domain::customer::CustomerId;
use crate::domain::date::Date;
use crate::domain::normalization::normalize;
use crate::domain::reseller::ResellerId;
use crate::domain::transcription::{Status, Transcription, TranscriptionId};
use crate::domain::usage::Language;
use crate::store::access::caller::Caller;
use crate::store::access::table::{Read, Table};
use crate::store::customer::WithCustomer;
use crate::store::customer::list::Direction;
use crate::store::engine::connection::Connection;
use crate::store::engine::error::StoreError;
use crate::store::engine::query::Page;
use crate::store::keys;

/// How many transcriptions a page reads at most: one more than the largest page shows.
const MOST_READ: usize = 1_001;

/// What the transcriptions of a list have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum TranscriptionFilter {
    /// The status.
    Status(Status),
    /// The language.
    Language(Language),
    /// The name of the token that registered them, [normalized](normalize).
    TokenName(String),
}

impl TranscriptionFilter {
    /// Admits what a token of this name registered, without regard to case.
    #[must_use]
    pub fn token_name(name: &str) -> Self {
        Self::TokenName(normalize(name))
    }

    fn admits(&self, transcription: &Transcription) -> bool {
        match self {
            Self::Status(status) => transcription.progress.status() == *status,
            Self::Language(language) => transcription.language == *language,
            Self::TokenName(name) => transcription.token.as_ref().is_some_and(|token| normalize(token.name.as_str()) == *name),
        }
    }
}

/// Which transcriptions are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TranscriptionListing {
    /// Only those that all of these admit.
    pub filters: Vec<TranscriptionFilter>,
    /// Only those that were registered on these days: the first and the last one. `None` leaves that end open.
    pub days: [Option<Date>; 2],
    /// The order of their ids.
    pub direction: Direction,
    /// Only those behind this one in that order.
    pub after: Option<TranscriptionId>,
    /// At most this many.
    pub limit: usize,
}

/// A page of transcriptions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TranscriptionPage {
    /// The transcriptions.
    pub transcriptions: Vec<Transcription>,
    /// The transcription behind which the next page begins, if there may be more.
    pub next: Option<TranscriptionId>,
    /// How many were registered on these days; `None` with other filters.
    pub total: Option<u64>,
}

/// The ids from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    first: TranscriptionId,
    last: TranscriptionId,
}

impl Span {
    /// All ids.
    pub(super) const ALL: Self = Self { first: TranscriptionId::MIN, last: TranscriptionId::MAX };

    /// The ids that a listing leaves; `None` if it leaves none.
    fn of(listing: &TranscriptionListing) -> Option<Self> {
        let [from, to] = listing.days;
        let first = from.map_or(TranscriptionId::MIN, |from| TranscriptionId::first_at(from.start()));
        let last = to.map_or(Some(TranscriptionId::MAX), |to| TranscriptionId::first_at(to.next_day().start()).before())?;
        let span = Self { first, last };
        match listing.after {
            Some(after) => span.behind(after, listing.direction),
            None => span.unless_empty(),
        }
    }

    /// Those of the ids that come behind this one; `None` if none do.
    fn behind(self, id: TranscriptionId, direction: Direction) -> Option<Self> {
        match direction {
            Direction::Ascending => Self { first: self.first.max(id.after()?), ..self }.unless_empty(),
            Direction::Descending => Self { last: self.last.min(id.before()?), ..self }.unless_empty(),
        }
    }

    fn unless_empty(self) -> Option<Self> {
        (self.first <= self.last).then_some(self)
    }
}

impl Table<Read> {
    /// A page of the transcriptions of a customer that the caller sees. `found` has the counts of the days of the listing. It reads at
    /// most 1,001 transcriptions, so that a page with filters may be short or empty although there are more.
    ///
    /// One call for each month that has any, until the page is full; with filters some more, because each call reads at most as many as
    /// those before it, or as the page still needs.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn transcription_list(
        &self,
        caller: &Caller<Read>,
        found: &WithCustomer<TranscriptionDays>,
        listing: &TranscriptionListing,
    ) -> Result<TranscriptionPage, StoreError> {
        let total = listing.filters.is_empty().then(|| found.content.total());
        let page = |transcriptions, next| Ok(TranscriptionPage { transcriptions, next, total });
        let mut shown: Vec<Transcription> = Vec::new();
        let Some(mut span) = Span::of(listing) else {
            return page(shown, None);
        };
        let mut months: Vec<String> = found.content.months(span.first.day(), span.last.day()).into_iter().collect();
        if listing.direction == Direction::Descending {
            months.reverse();
        }
        let mut read = 0;
        let mut last_read = None;
        for month in months {
            loop {
                if read >= MOST_READ {
                    return page(shown, last_read);
                }
                let at_most = (listing.limit + 1 - shown.len()).max(read).min(MOST_READ - read);
                let place = (caller.reseller(), found.customer.id, month.as_str());
                let Page { records, rest, .. } =
                    self.store.connection.transcriptions_of_month(place, span, listing.direction, at_most).await?;
                read += records.len();
                last_read = records.last().map(|last: &Transcription| last.id).or(last_read);
                let left = last_read.map_or(Some(span), |last| span.behind(last, listing.direction));
                shown.extend(records.into_iter().filter(|one| listing.filters.iter().all(|filter| filter.admits(one))));
                if shown.len() > listing.limit {
                    shown.truncate(listing.limit);
                    let next = shown.last().map(|last| last.id);
                    return page(shown, next);
                }
                match left {
                    Some(left) => span = left,
                    None => return page(shown, None),
                }
                if rest.is_none() {
                    break;
                }
            }
        }
        page(shown, None)
    }
}

impl Connection {
    /// At most so many transcriptions that a customer registered in a month, in this order, of the ids of a span. One call.
    pub(super) async fn transcriptions_of_month<T: DeserializeOwned>(
        &self,
        (reseller, customer, month): (ResellerId, CustomerId, &str),
        Span { first, last }: Span,
        direction: Direction,
        at_most: usize,
    ) -> Result<Page<T>, StoreError> {
        let partition = keys::transcription_partition(reseller, customer, month);
        self.query(|query| {
            query
                .key_condition_expression("PK = :partition AND SK BETWEEN :first AND :last")
                .expression_attribute_values(":partition", AttributeValue::S(partition))
                .expression_attribute_values(":first", AttributeValue::S(keys::transcription_sort(first)))
                .expression_attribute_values(":last", AttributeValue::S(keys::transcription_sort(last)))
                .scan_index_forward(direction == Direction::Ascending)
                .limit(i32::try_from(at_most).unwrap_or(i32::MAX))
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u64) -> TranscriptionId {
        TranscriptionId::parse(&number.to_string()).unwrap()
    }

    fn listing(days: [Option<&str>; 2], direction: Direction, after: Option<TranscriptionId>) -> TranscriptionListing {
        let days = days.map(|day| day.map(|day| day.parse().unwrap()));
        TranscriptionListing { filters: Vec::new(), days, direction, after, limit: 10 }
    }

    #[test]
    fn days_are_spans_of_ids_from_their_first_moment_to_their_last() {
        let span = Span::of(&listing([Some("2026-11-29"), Some("2026-11-30")], Direction::Descending, None)).unwrap();
        assert_eq!(span.first.moment().to_string(), "2026-11-29T00:00:00.000Z");
        assert_eq!(span.first.before().unwrap().moment().to_string(), "2026-11-28T23:59:59.999Z");
        assert_eq!(span.last.moment().to_string(), "2026-11-30T23:59:59.999Z");
        assert_eq!(span.last.after().unwrap().moment().to_string(), "2026-12-01T00:00:00.000Z");

        assert_eq!(Span::of(&listing([None, None], Direction::Ascending, None)), Some(Span::ALL));
        for days in [[Some("2026-11-30"), Some("2026-11-29")], [None, Some("2025-12-31")], [None, Some("0001-01-01")]] {
            assert_eq!(Span::of(&listing(days, Direction::Descending, None)), None, "{days:?}");
        }
        let last = Span::of(&listing([Some("2026-01-01"), Some("9999-12-31")], Direction::Descending, None)).unwrap();
        assert_eq!(last.first, TranscriptionId::MIN);
    }

    #[test]
    fn a_page_goes_on_behind_the_one_before() {
        let behind = |direction, after| Span::of(&listing([None, None], direction, Some(after)));
        assert_eq!(behind(Direction::Ascending, id(7)), Some(Span { first: id(8), last: TranscriptionId::MAX }));
        assert_eq!(behind(Direction::Descending, id(7)), Some(Span { first: TranscriptionId::MIN, last: id(6) }));
        assert_eq!(behind(Direction::Ascending, TranscriptionId::MAX), None);
        assert_eq!(behind(Direction::Descending, TranscriptionId::MIN), None);
    }
}
