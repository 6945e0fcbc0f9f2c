//! The query string of a list, and the address of its next page.

use shared::domain::customer::{CustomerId, NotACustomerId};
use shared::domain::reseller::ResellerId;
use shared::domain::timestamp::Timestamp;
use shared::domain::validation::{Invalid, whole_number};
use shared::lambda::csv;
use shared::lambda::cursor::{CursorContext, place_of, position_at};
use shared::lambda::request::Request;
use shared::store::customer::list::{Direction, Field, Filter, Listing, Next, Search, Total};
use shared::store::{Read, StoreError, Table};

use crate::Error;

/// The fault of a cursor that was given for another list, or never given.
pub const NOT_OF_THIS_LIST: &str = "is not one of this list: take the address in the Link header of the page before as it is";

/// How many customers a part in CSV has, or one more, if they are sorted by what has no index. All customers are read for it, and
/// up to twice as many of them are kept, which takes some 50 MB of memory. 5 MB rarely hold more.
const MOST_WITHOUT_ORDER: u16 = 40_000;

/// How many records a page has if nothing is said.
pub const DEFAULT_LIMIT: u16 = 10;

/// How many records a page has at most.
pub const MAXIMUM_LIMIT: u16 = 1000;

/// The parameters of a list as they were sent, without those that differ on the next page.
pub(crate) struct ListQuery {
    sent: Vec<(String, String)>,
    reseller: ResellerId,
    /// The list that they ask for.
    pub(crate) listing: Listing,
    /// Whether it is asked for as CSV: whole, whatever `limit` and `offset` say.
    pub(crate) is_csv: bool,
}

impl ListQuery {
    /// Reads the query string. Parameters that this list does not know are ignored.
    pub(crate) async fn parse(table: &Table<Read>, request: &Request, reseller: ResellerId) -> Result<Self, Error> {
        let (sent, mut faults) = request.query_pairs();
        let is_csv = csv::is_wanted(request);
        let mut listing = Listing::by_id(DEFAULT_LIMIT);
        let mut once = Vec::new();
        let mut cursor = None;
        for (name, value) in &sent {
            if !matches!(name.as_str(), "limit" | "offset" | "sort" | "direction" | "cursor" | "filter" | "search") {
                continue;
            }
            if is_csv && matches!(name.as_str(), "limit" | "offset") {
                continue;
            }
            if once.contains(&name) {
                faults.add(name, Invalid::Repeated);
            }
            match name.as_str() {
                "filter" => listing.filters.extend(faults.collect(name, filter(value))),
                "limit" => listing.limit = faults.collect(name, limit(value)).unwrap_or(DEFAULT_LIMIT),
                "offset" => listing.offset = faults.collect(name, offset(value)).unwrap_or_default(),
                "search" => listing.search = faults.collect(name, Search::parse(value)).flatten(),
                "sort" => listing.sort = faults.collect(name, sort(value)).unwrap_or(Field::Id),
                "direction" => listing.direction = faults.collect(name, direction(value)).unwrap_or(Direction::Ascending),
                _ => cursor = Some(value),
            }
            if name != "filter" {
                once.push(name);
            }
        }
        if is_csv {
            listing.limit = MOST_WITHOUT_ORDER;
            listing.total = Total::Unwanted;
        } else if listing.search.is_some() {
            listing.total = Total::IfKnown;
        }
        if let Some(cursor) = cursor {
            let place: Option<(_, u64)> = context(reseller, &listing).read(table, cursor).await?;
            let (place, to_skip) = place.unzip();
            listing.after = place.and_then(position_at);
            if listing.after.is_none() {
                faults.add("cursor", NOT_OF_THIS_LIST);
            } else if !is_csv && sent.iter().any(|(name, _)| name == "offset") {
                faults.add("cursor", "can't be combined with offset");
            }
            listing.offset = to_skip.unwrap_or_default();
        }
        Ok(faults.none_or(Self { sent, reseller, listing, is_csv })?)
    }

    /// The value of a `Link` header to the next page.
    pub(crate) fn next_link(&self, table: &Table<Read>, request: &Request, next: &Next) -> Result<String, StoreError> {
        let is_kept = |name: &str| matches!(name, "limit" | "sort" | "direction" | "filter" | "search");
        let kept = self.sent.iter().filter(|(name, _)| is_kept(name));
        let cursor = context(self.reseller, &self.listing).write(table, &(place_of(&next.after), next.offset))?;
        Ok(request.link_to_next(kept.chain([&("cursor".to_owned(), cursor)])))
    }
}

fn context(reseller: ResellerId, listing: &Listing) -> CursorContext {
    CursorContext::customers("reseller", reseller, listing)
}

/// Reads how many records a page is to have at most.
///
/// # Errors
/// When it is no integer from 1 to [`MAXIMUM_LIMIT`].
pub fn limit(sent: &str) -> Result<u16, String> {
    let fault = || format!("must be an integer from 1 to {MAXIMUM_LIMIT}");
    let limit = whole_number(sent).ok_or_else(fault)?;
    u16::try_from(limit).ok().filter(|limit| (1..=MAXIMUM_LIMIT).contains(limit)).ok_or_else(fault)
}

pub(crate) fn offset(sent: &str) -> Result<u64, &'static str> {
    whole_number(sent).ok_or("must be an integer from 0")
}

/// Reads a direction.
///
/// # Errors
/// When it is neither `asc` nor `desc`.
pub fn direction(sent: &str) -> Result<Direction, &'static str> {
    match sent {
        "asc" => Ok(Direction::Ascending),
        "desc" => Ok(Direction::Descending),
        _ => Err("must be asc or desc"),
    }
}

fn sort(sent: &str) -> Result<Field, &'static str> {
    field(sent).ok_or("must be one of id, name, email, phone, is_active, registration_date, last_modified")
}

/// The property that a key of a result object shows.
fn field(key: &str) -> Option<Field> {
    match key {
        "id" => Some(Field::Id),
        "name" => Some(Field::Name),
        "email" => Some(Field::Email),
        "phone" => Some(Field::Phone),
        "is_active" => Some(Field::IsActive),
        "registration_date" => Some(Field::CreatedAt),
        "last_modified" => Some(Field::ModifiedAt),
        _ => None,
    }
}

fn filter(sent: &str) -> Result<Filter, &'static str> {
    let form = "must be key=value, where key is one of id, name, email, phone, is_active, registration_date, last_modified";
    let (key, value) = sent.split_once('=').ok_or(form)?;
    let field = field(key).ok_or(form)?;
    if value.is_empty() {
        return Err("must have a value behind the equals sign");
    }
    match field {
        Field::Id => match CustomerId::parse(value) {
            Ok(id) => Ok(Filter::id(id)),
            Err(NotACustomerId::TooLarge) => Ok(Filter::none()),
            Err(NotACustomerId::NotAnInteger) => Err("needs an integer for id"),
        },
        Field::IsActive if value.eq_ignore_ascii_case("true") => Ok(Filter::is_active(true)),
        Field::IsActive if value.eq_ignore_ascii_case("false") => Ok(Filter::is_active(false)),
        Field::IsActive => Err("needs true or false for is_active"),
        Field::CreatedAt | Field::ModifiedAt => {
            let moment: Timestamp = value.parse().map_err(|_| "needs a time such as 2025-01-25T10:31:46.960Z")?;
            Ok(Filter::text(field, &moment.to_string()))
        }
        _ => Ok(Filter::text(field, value)),
    }
}
