//! What the address of the list of transcriptions asks for.

use customer::transcription::{days, language_filter, status_filter};
use shared::domain::customer::CustomerId;
use shared::domain::date::Date;
use shared::domain::reseller::ResellerId;
use shared::lambda::cursor::CursorContext;
use shared::lambda::request::Request;
use shared::store::StoreError;
use shared::store::customer::list::Direction;
use shared::store::transcription::TranscriptionListing;

use crate::address::with_query;
use crate::form::{Filled, Form};
use crate::organization::place::Place;
use crate::organization::shell::Tab;
use crate::query::Query;

/// How many rows a page has at most.
const ROWS: usize = 50;

/// The fields that narrow the list.
const FIELDS: [&str; 4] = ["status", "language", "from", "to"];

/// What an address asks for. A field that is wrong has a fault and narrows nothing.
pub(super) struct ListQuery {
    pub(super) listing: TranscriptionListing,
    /// The fields as they are shown.
    pub(super) filled: Filled,
    /// The cursor of the page; empty on the first.
    pub(super) cursor: String,
}

impl ListQuery {
    /// Reads the query string.
    ///
    /// # Errors
    /// Those of [`Filled`].
    pub(super) fn parse(request: &Request) -> Result<Self, StoreError> {
        let (query, mut faults) = Query::with_faults(request);
        let sent = |wanted: &str| query.value(wanted).trim();
        // Browsers send the fields of a form that nothing was typed in too.
        let given = |wanted: &str| Some(sent(wanted)).filter(|value| !value.is_empty());
        let status = given("status").and_then(|sent| faults.collect("status", status_filter(sent)));
        let language = given("language").and_then(|sent| faults.collect("language", language_filter(sent)));
        let [from, to] = ["from", "to"].map(|field| given(field).and_then(|sent| faults.collect(field, Date::parse(sent))));
        let listing = TranscriptionListing {
            filters: status.into_iter().chain(language).collect(),
            days: days(from, to, &mut faults),
            direction: Direction::Descending,
            after: None,
            limit: ROWS,
        };
        let form = Form::from_iter(FIELDS.map(|field| (field, sent(field))));
        Ok(Self { listing, filled: Filled::wrong(form, faults)?, cursor: sent("cursor").to_owned() })
    }

    /// The list, to which cursors are bound.
    pub(super) fn context(&self, reseller: ResellerId, customer: Option<CustomerId>) -> CursorContext {
        CursorContext::transcriptions(reseller, customer, &self.listing)
    }

    /// Whether it asks for some of the transcriptions only.
    pub(super) fn is_narrowed(&self) -> bool {
        !self.listing.filters.is_empty() || self.listing.days != [None, None]
    }

    /// The fields and what they ask for, without those that are wrong.
    pub(super) fn kept(&self) -> Vec<(&'static str, String)> {
        let right = FIELDS.iter().filter(|field| self.filled.fault(field).is_none());
        right.map(|field| (*field, self.filled.value(field).to_owned())).collect()
    }

    /// The address of the page of the list that begins at this cursor; of the first page if it is empty.
    pub(super) fn list(&self, place: &Place, cursor: &str) -> String {
        self.with(&place.base, &Tab::Transcriptions.number().to_string(), cursor)
    }

    /// The address of the page about one of them, from which a way leads back to this page of the list.
    pub(super) fn detail(&self, place: &Place, id: u64) -> String {
        self.with(&format!("{}/transcriptions/{id}", place.base), "", &self.cursor)
    }

    /// The address of all of them as CSV.
    pub(super) fn export(&self, place: &Place) -> String {
        self.with(&export_path(place), "", "")
    }

    fn with(&self, path: &str, tab: &str, cursor: &str) -> String {
        let kept = self.kept();
        let kept = kept.iter().map(|(name, value)| (*name, value.as_str()));
        with_query(path, [("tab", tab)].into_iter().chain(kept).chain([("cursor", cursor)]))
    }
}

/// The path of the list as CSV.
pub(super) fn export_path(place: &Place) -> String {
    format!("{}/transcriptions/export", place.base)
}
