//! How the customers of a list are found with the fewest rows read.

use aws_sdk_dynamodb::types::AttributeValue::S;
use serde_dynamo::aws_sdk_dynamodb_1::to_item;

use super::field::Field;
use super::filter::Filter;
use super::listing::{Direction, Listing, Total};
use super::position::{SEPARATOR, cut};
use crate::domain::customer::Customer;
use crate::domain::reseller::{AccountId, ResellerId};
use crate::store::customer::count::Counts;
use crate::store::engine::connection::Connection;
use crate::store::engine::error::StoreError;
use crate::store::engine::query::Page;
use crate::store::engine::row::{Item, SORT_KEY};
use crate::store::keys;

/// The properties with an index in which most values are those of few customers, the fewest first.
const INDEXED: [Field; 6] = [Field::Id, Field::Email, Field::Name, Field::Organization, Field::CreatedAt, Field::ModifiedAt];

/// Where the rows of a list are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// In the order of the table or of an index, from a place on.
    Walk(Walk),
    /// One by one: the customers that the rows of these accounts name.
    OfAccounts(Vec<AccountId>),
}

/// A walk over the rows of the table, or of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store::customer) struct Walk {
    index: Option<&'static str>,
    begins_with: Option<String>,
    /// Whether rows come in the order asked for, and the total is in the counts or may stay unknown: then reading can begin and
    /// stop at a page.
    pub(super) is_by_page: bool,
    /// How many rows are needed to know the page and whether there is more; `None` when rows are skipped, or all are needed.
    pub(super) needed: Option<u64>,
}

impl Plan {
    /// The plan for a list, if it does not depend on how many customers there are and reads nothing that tells whether a value
    /// exists. Then its first rows can be read before the caller is verified.
    pub(super) fn before_verification(listing: &Listing) -> Option<Walk> {
        if !listing.is_counted() {
            return None;
        }
        match Self::of(listing, Counts::default()) {
            Self::Walk(walk) if walk.needed.is_some() => Some(walk),
            _ => None,
        }
    }

    /// The plan that reads the fewest rows.
    pub(super) fn of(listing: &Listing, counts: Counts) -> Self {
        let narrowest = INDEXED.into_iter().find_map(|field| listing.filter_on(field));
        let begins_at_the_first =
            listing.sort == Field::Id && listing.direction == Direction::Ascending && listing.after.is_none();
        if narrowest.is_none() && begins_at_the_first && listing.total != Total::Exact {
            let mut accounts = listing.filters.iter().filter_map(Filter::accounts_asked_for);
            if let Some(first) = accounts.next() {
                let rest: Vec<_> = accounts.collect();
                let in_all = |account: &AccountId| rest.iter().all(|other| other.contains(account));
                return Self::OfAccounts(first.into_iter().filter(in_all).collect());
            }
        }
        let narrowest = narrowest.or_else(|| {
            let matches = listing.matches(counts);
            let all_are_needed = !listing.is_counted() || listing.sort == Field::Phone;
            let is_in_order = matches!(listing.sort, Field::Id | Field::IsActive);
            // Otherwise a walk in the order asked for meets a match in every `customers / matches` rows. It is shorter than
            // reading all matches, unless there are few matches.
            let are_few = matches.saturating_mul(matches) <= listing.needed().saturating_mul(counts.customers);
            listing.filter_on(Field::IsActive).filter(|_| all_are_needed || is_in_order || are_few)
        });
        Self::Walk(Walk::of(listing, narrowest))
    }
}

impl Walk {
    /// A walk over the matches of a filter, in the order of its index.
    pub(in crate::store::customer) fn of_matches(filter: &Filter) -> Self {
        let begins_with = match filter.field() {
            Field::Id => format!("{}{}", keys::CUSTOMER_PREFIX, filter.value()),
            _ => format!("{}{SEPARATOR}", cut(filter.value())),
        };
        Self { index: filter.field().index(), begins_with: Some(begins_with), is_by_page: false, needed: None }
    }

    /// A walk over all customers in the order asked for, which skips those that do not match.
    pub(super) fn of_all(listing: &Listing) -> Self {
        Self::of(listing, None)
    }

    /// A walk over the matches of a filter that most often has few of them, in whatever order they are. If the order asked for
    /// has no index, so that all matches have to be read, any filter with an index is better than none.
    pub(super) fn of_few(listing: &Listing) -> Option<Self> {
        let status = (listing.sort == Field::Phone).then_some(Field::IsActive);
        let filter = INDEXED.into_iter().chain(status).find_map(|field| listing.filter_on(field))?;
        Some(Self::of(listing, Some(filter)))
    }

    /// A walk in the order asked for, if it has an index: over the matches of a filter if they stand in this order, else over
    /// all.
    pub(super) fn in_order(listing: &Listing) -> Self {
        let filters = INDEXED.into_iter().chain([Field::IsActive]).filter_map(|field| listing.filter_on(field));
        let mut walks = filters.map(|filter| Self::of(listing, Some(filter)));
        walks.find(|walk| walk.is_by_page).unwrap_or_else(|| Self::of_all(listing))
    }

    /// A walk over the matches of the narrowest filter, or over all customers in the order asked for.
    fn of(listing: &Listing, narrowest: Option<&Filter>) -> Self {
        let read = narrowest.map_or(listing.sort, Filter::field);
        let walk = match (narrowest, read) {
            (Some(filter), _) => Self::of_matches(filter),
            (None, _) => {
                let begins_with = read.index().is_none().then(|| keys::CUSTOMER_PREFIX.to_owned());
                Self { index: read.index(), begins_with, is_by_page: false, needed: None }
            }
        };
        // Customers with the same value stand in the order of their ids.
        let is_in_order =
            listing.sort != Field::Phone && (narrowest.is_none() || listing.sort == read || listing.sort == Field::Id);
        let is_by_page = is_in_order && (listing.is_counted() || listing.total != Total::Exact);
        let passes_over = listing.filters.iter().any(|filter| narrowest != Some(filter));
        Self { is_by_page, needed: (is_by_page && !passes_over).then_some(listing.needed()), ..walk }
    }

    /// The key of the row at which the list begins, whether or not that row still exists.
    pub(super) fn start(&self, reseller: ResellerId, listing: &Listing) -> Result<Option<Item>, StoreError> {
        let Some(after) = listing.after.as_ref().filter(|_| self.is_by_page) else {
            return Ok(None);
        };
        let mut start: Item = to_item(keys::customer(reseller, after.id()))?;
        if let Some(index) = self.index {
            let place = match &self.begins_with {
                Some(value) => format!("{value}{}", keys::padded(after.id())),
                None => after.sort_key(),
            };
            start.insert(index.to_owned(), S(place));
        }
        Ok(Some(start))
    }
}

impl Connection {
    /// The next customers on a walk: at most `limit` rows, or 1 MB.
    pub(in crate::store::customer) async fn customers_on_walk(
        &self,
        reseller: ResellerId,
        walk: &Walk,
        direction: Direction,
        start: Option<Item>,
        limit: Option<u64>,
    ) -> Result<Page<Customer>, StoreError> {
        self.query(|query| {
            let query = query
                .set_index_name(walk.index.map(str::to_owned))
                .scan_index_forward(direction == Direction::Ascending)
                .set_limit(limit.map(|limit| i32::try_from(limit).unwrap_or(i32::MAX)))
                .set_exclusive_start_key(start)
                .expression_attribute_values(":partition", S(keys::reseller_partition(reseller)));
            match &walk.begins_with {
                None => query.key_condition_expression("PK = :partition"),
                Some(prefix) => query
                    .key_condition_expression("PK = :partition AND begins_with(#sort, :prefix)")
                    .expression_attribute_names("#sort", walk.index.unwrap_or(SORT_KEY))
                    .expression_attribute_values(":prefix", S(prefix.clone())),
            }
        })
        .await
    }
}
