//! The query string of a find among customers.

use shared::domain::validation::{Invalid, whole_number};
use shared::lambda::faults::Faults;
use shared::lambda::request::Request;
use shared::store::customer::list::{Field, Filter, Listing, Total};

use crate::Error;
use crate::body::{
    ACCOUNT, CITY, COUNTRY_CODE, EMAIL, FIRST_NAME, LAST_NAME, ORGANIZATION, PHONE, STATE, STREET, ZIP_CODE, account,
};

pub(crate) const OFFSET: &str = "offset";
pub(crate) const LIMIT: &str = "limit";
pub(crate) const DEFAULT_LIMIT: u16 = 100;
pub(crate) const MAXIMUM_LIMIT: u16 = 1000;

/// The parameters that are compared with a text of the customer: the name, the most characters, and the field of the customer.
pub(crate) const TEXTS: [((&str, usize), Field); 10] = [
    (FIRST_NAME, Field::FirstName),
    (LAST_NAME, Field::LastName),
    (ORGANIZATION, Field::Organization),
    (EMAIL, Field::Email),
    (PHONE, Field::Phone),
    (STREET, Field::Street),
    (CITY, Field::City),
    (STATE, Field::State),
    (ZIP_CODE, Field::ZipCode),
    (COUNTRY_CODE, Field::CountryCode),
];

/// The parameters of a find.
pub(crate) struct FindQuery {
    /// The parameters as they were sent.
    sent: Vec<(String, String)>,
    /// The list that they ask for.
    pub(crate) listing: Listing,
}

impl FindQuery {
    /// The value of a `Link` header to the customers after the first `shown` of this page.
    pub(crate) fn link_behind(&self, request: &Request, shown: usize) -> String {
        let offset = self.listing.offset.saturating_add(shown as u64);
        let is_kept = |name: &str| name == LIMIT || name == ACCOUNT || TEXTS.iter().any(|((known, _), _)| *known == name);
        let kept = self.sent.iter().filter(|(name, _)| is_kept(name));
        request.link_to_next(kept.chain([&(OFFSET.to_owned(), offset.to_string())]))
    }
}

/// Reads the query string. Parameters that this action does not know are ignored, and an empty filter does not filter.
pub(crate) fn parse(request: &Request) -> Result<FindQuery, Error> {
    let (sent, mut faults) = request.query_pairs();
    let mut listing = Listing { total: Total::IfKnown, ..Listing::by_id(DEFAULT_LIMIT) };
    let mut once = Vec::new();
    for (name, value) in &sent {
        match name.as_str() {
            OFFSET => listing.offset = faults.collect(name, offset(value)).unwrap_or_default(),
            LIMIT => listing.limit = faults.collect(name, limit(value)).unwrap_or(DEFAULT_LIMIT),
            ACCOUNT if value.is_empty() => {}
            ACCOUNT => listing.filters.extend(faults.collect(name, account(value)).map(|one| Filter::accounts(&[one]))),
            _ => match TEXTS.iter().find(|((known, _), _)| known == name) {
                Some((limits, field)) => listing.filters.extend(text(*limits, *field, value, &mut faults)),
                None => continue,
            },
        }
        if once.contains(&name) {
            faults.add(name, Invalid::Repeated);
        }
        once.push(name);
    }
    Ok(faults.none_or(FindQuery { sent, listing })?)
}

fn text((name, maximum): (&str, usize), field: Field, value: &str, faults: &mut Faults) -> Option<Filter> {
    if value.chars().count() > maximum {
        faults.add(name, Invalid::TooLong(maximum));
    }
    (!value.is_empty()).then(|| Filter::text(field, value))
}

pub(crate) fn offset(sent: &str) -> Result<u64, &'static str> {
    whole_number(sent).ok_or("must be an integer from 0")
}

pub(crate) fn limit(sent: &str) -> Result<u16, String> {
    let limit = whole_number(sent).and_then(|limit| u16::try_from(limit).ok()).filter(|limit| *limit <= MAXIMUM_LIMIT);
    limit.ok_or_else(|| format!("must be an integer from 0 to {MAXIMUM_LIMIT}"))
}
