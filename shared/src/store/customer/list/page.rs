//! Executing a list: the first rows are read together with the caller's check, the others once the caller is verified.

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::filter::Filter;
use super::listing::{Direction, Listing};
use super::plan::{Plan, Walk};
use super::position::Position;
use crate::domain::customer::{Customer, CustomerId};
use crate::domain::reseller::{AccountId, Reseller, ResellerId};
use crate::domain::token::IssuedToken;
use crate::store::access::caller::Caller;
use crate::store::access::sealed::{Content, Sealed};
use crate::store::access::table::{Access, Table};
use crate::store::customer::count::Counts;
use crate::store::engine::connection::Connection;
use crate::store::engine::error::StoreError;
use crate::store::engine::query::Page;
use crate::store::engine::read::MOST_KEYS;
use crate::store::keys;

/// How many rows are read at most before the caller has been verified. A caller whose key has ended can make us read this many,
/// and no more.
pub(in crate::store) const UNVERIFIED_ROWS: u64 = 101;

/// How many rows are read at least when it is not known how many of them match.
const LEAST_ROWS: u64 = 100;

/// How many customers are read one by one at most. If the accounts have more, all customers are read in their order instead.
const MOST_ONE_BY_ONE: usize = 5_000;

/// How many batches of customers are read at the same time.
const PARALLEL_BATCHES: usize = 4;

/// A page of customers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The customers, in order.
    pub customers: Vec<Customer>,
    /// How many customers meet the filters, on this page or not; exact when no write overlaps the read. When it is not
    /// [`wanted`](Listing::is_total_wanted) it can be unknown; then it is the number of matches that were found.
    pub total: u64,
    /// Whether `total` counts all matches.
    pub is_total: bool,
    /// Where the next page begins, if there is one.
    pub next: Option<Position>,
}

/// A list that has begun.
#[derive(Debug)]
pub struct FirstPage {
    listing: Listing,
    counts: Counts,
    /// The first rows and the plan by which they were read; `None` when no rows could be read before the caller was verified.
    begun: Option<(Walk, Page<Customer>)>,
    /// The accounts of the reseller.
    accounts: Vec<AccountId>,
}

impl Content for FirstPage {
    /// For a caller that is limited to some of the reseller's accounts, the list asks for the customers of these accounts only.
    fn seen_by<A>(mut self, caller: &Caller<A>) -> Self {
        if let Some(seen) = caller.limit()
            && self.accounts.iter().any(|account| !seen.contains(account))
        {
            self.listing.filters.push(Filter::accounts(seen));
            self.begun = None;
        }
        self
    }
}

/// The matches that were found so far, in their order.
struct Matches {
    listing: Listing,
    customers: Vec<Customer>,
    passed_over: u64,
}

impl Matches {
    /// Takes the matches among `read`. `is_in_order` says whether `read` has the order of the list.
    fn take<A>(&mut self, read: Vec<Customer>, caller: &Caller<A>, is_in_order: bool) {
        // Whatever was read, only customers that the caller sees count.
        for customer in read.into_iter().filter(|customer| caller.sees(customer) && self.listing.meets(customer)) {
            if is_in_order && self.passed_over < self.listing.offset {
                self.passed_over += 1;
            } else {
                self.customers.push(customer);
            }
        }
    }

    fn has_page(&self) -> bool {
        self.customers.len() > usize::from(self.listing.limit)
    }

    fn count(&self) -> u64 {
        self.passed_over + self.customers.len() as u64
    }
}

impl<A: Access> Table<A> {
    /// Begins a list: reads the credential of the token and, at the same time, the counts of its reseller if they tell the total,
    /// and the first rows of its page if no other rows are needed.
    ///
    /// Up to three parallel calls. What they read is bounded, whatever the list asks for.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn customer_list_begin(&self, token: &IssuedToken, listing: Listing) -> Result<Sealed<A, FirstPage>, StoreError> {
        let (connection, reseller) = (&self.store.connection, token.reseller());
        let token_keys = self.store.token_keys(token);
        let (rows, counts, begun) = futures_util::try_join!(
            connection.read(token_keys.clone()),
            async { if listing.is_counted() { connection.customer_counts(reseller).await } else { Ok(Counts::default()) } },
            async {
                let Some(walk) = Plan::before_verification(&listing) else {
                    return Ok(None);
                };
                let start = walk.start(reseller, &listing)?;
                let limit = walk.needed.map(|needed| needed.min(UNVERIFIED_ROWS));
                let page = connection.customers_on_walk(reseller, &walk, listing.direction, start, limit).await?;
                Ok(Some((walk, page)))
            },
        )?;
        let accounts = rows.get::<Reseller>(&keys::reseller(reseller))?.map(|reseller| reseller.account_ids).unwrap_or_default();
        self.store.seal(token, &token_keys, &rows, FirstPage { listing, counts, begun, accounts })
    }

    /// Completes a list.
    ///
    /// No call when the first rows were enough. They are for a page of up to 100 customers that skips none.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn customer_list_finish(&self, caller: &Caller<A>, first: FirstPage) -> Result<Listed, StoreError> {
        let FirstPage { listing, counts, begun, .. } = first;
        let plan = match &begun {
            Some((walk, _)) => Plan::Walk(walk.clone()),
            None => Plan::of(&listing, counts),
        };
        match plan {
            Plan::Walk(walk) => self.walk(caller, listing, counts, walk, begun.map(|(_, page)| page)).await,
            Plan::OfAccounts(accounts) => self.list_accounts(caller, listing, counts, &accounts).await,
        }
    }

    /// Completes a list of all customers in their order, without a total and however long it is. Passes one customer after the
    /// other to `take` until `take` refuses one, and returns whether it refused one.
    ///
    /// One call for each further 1 MB of rows that is read.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn customer_list_each(
        &self,
        caller: &Caller<A>,
        first: FirstPage,
        mut take: impl FnMut(&Customer) -> bool,
    ) -> Result<bool, StoreError> {
        let FirstPage { listing, counts, begun, .. } = first;
        let (walk, mut page) = match begun {
            Some(begun) => begun,
            None => {
                let Plan::Walk(walk) = Plan::of(&listing, counts) else {
                    return Err(StoreError::Internal("a list that is handed over has a filter".to_owned()));
                };
                let start = walk.start(caller.reseller(), &listing)?;
                let page =
                    self.store.connection.customers_on_walk(caller.reseller(), &walk, listing.direction, start, None).await?;
                (walk, page)
            }
        };
        loop {
            let seen = page.records.iter().filter(|customer| caller.sees(customer) && listing.meets(customer));
            for customer in seen {
                if !take(customer) {
                    return Ok(true);
                }
            }
            let Some(rest) = page.rest else {
                return Ok(false);
            };
            page = self.store.connection.customers_on_walk(caller.reseller(), &walk, listing.direction, Some(rest), None).await?;
        }
    }

    async fn walk(
        &self,
        caller: &Caller<A>,
        listing: Listing,
        counts: Counts,
        walk: Walk,
        begun: Option<Page<Customer>>,
    ) -> Result<Listed, StoreError> {
        let (connection, reseller, direction) = (&self.store.connection, caller.reseller(), listing.direction);
        let counted = listing.is_counted().then(|| listing.total(counts));
        let mut page = match begun {
            Some(page) => page,
            None => {
                let start = walk.start(reseller, &listing)?;
                connection.customers_on_walk(reseller, &walk, direction, start, walk.needed).await?
            }
        };
        let mut matches = Matches { listing, customers: Vec::new(), passed_over: 0 };
        let mut read = 0;
        let mut at_least = LEAST_ROWS;
        let has_seen_all = loop {
            read += page.records.len() as u64;
            matches.take(page.records, caller, walk.is_by_page);
            let is_beyond_end = counted.is_some_and(|total| matches.listing.offset >= total);
            let Some(rest) = page.rest else {
                break true;
            };
            if walk.is_by_page && (matches.has_page() || is_beyond_end) {
                break false;
            }
            // If rows turn out to be no matches, each further call reads more rows, so that there are few calls.
            let limit = walk.needed.map(|needed| match needed.saturating_sub(read) {
                0 => {
                    at_least *= 2;
                    at_least
                }
                left => left,
            });
            page = connection.customers_on_walk(reseller, &walk, direction, Some(rest), limit).await?;
        };
        let is_total = counted.is_some() || has_seen_all && (matches.listing.after.is_none() || !walk.is_by_page);
        let total = counted.unwrap_or_else(|| matches.count());
        if !walk.is_by_page {
            matches.customers = sorted(matches.customers, &matches.listing);
        }
        Ok(listed(matches, total, is_total))
    }

    /// The list of the customers of these accounts, in the order of their ids.
    async fn list_accounts(
        &self,
        caller: &Caller<A>,
        listing: Listing,
        counts: Counts,
        accounts: &[AccountId],
    ) -> Result<Listed, StoreError> {
        let (connection, reseller) = (&self.store.connection, caller.reseller());
        let only_accounts = listing.filters.iter().all(|filter| filter.accounts_asked_for().is_some());
        // With other filters, only the records themselves show which of them match.
        let enough = match only_accounts {
            true if listing.is_total_wanted || listing.after.is_some() => usize::MAX,
            // These rows are small, and reading some more often tells the total.
            true => usize::try_from(listing.needed().max(LEAST_ROWS)).unwrap_or(usize::MAX),
            false => MOST_ONE_BY_ONE,
        };
        let (mut ids, is_all) = connection.customers_of_accounts(reseller, accounts, enough).await?;
        if !only_accounts && !is_all {
            let walk = Walk::of_all(&listing);
            return self.walk(caller, listing, counts, walk, None).await;
        }
        if let Some(after) = &listing.after {
            ids.retain(|id| *id > after.id());
        }
        let known = ids.len() as u64;
        let mut matches = Matches { listing, customers: Vec::new(), passed_over: 0 };
        if only_accounts {
            matches.passed_over = matches.listing.offset.min(known);
            ids.drain(..usize::try_from(matches.passed_over).unwrap_or(usize::MAX).min(ids.len()));
            ids.truncate(usize::from(matches.listing.limit) + 1);
        }
        let batches = ids.chunks(MOST_KEYS).map(|ids| connection.customers_by_id(reseller, ids));
        let mut batches = stream::iter(batches).buffered(PARALLEL_BATCHES);
        let mut has_seen_all = true;
        while let Some(read) = batches.try_next().await? {
            matches.take(read, caller, true);
            if matches.has_page() && !matches.listing.is_total_wanted {
                has_seen_all = false;
                break;
            }
        }
        let is_from_start = matches.listing.after.is_none();
        let (total, is_total) =
            if only_accounts { (known, is_all && is_from_start) } else { (matches.count(), has_seen_all && is_from_start) };
        Ok(listed(matches, total, is_total))
    }
}

fn listed(matches: Matches, total: u64, is_total: bool) -> Listed {
    let Matches { listing, mut customers, .. } = matches;
    let limit = usize::from(listing.limit);
    let has_more = customers.len() > limit;
    customers.truncate(limit);
    let next = customers.last().filter(|_| has_more).map(|last| Position::of(listing.sort, last));
    Listed { customers, total, is_total, next }
}

/// The customers in the order of the listing, from the place where it begins.
fn sorted(customers: Vec<Customer>, listing: &Listing) -> Vec<Customer> {
    let mut placed: Vec<(Position, Customer)> =
        customers.into_iter().map(|customer| (Position::of(listing.sort, &customer), customer)).collect();
    placed.sort_unstable_by(|(one, _), (other, _)| match listing.direction {
        Direction::Ascending => one.cmp(other),
        Direction::Descending => other.cmp(one),
    });
    let is_behind = |position: &Position| match (&listing.after, listing.direction) {
        (None, _) => true,
        (Some(after), Direction::Ascending) => position > after,
        (Some(after), Direction::Descending) => position < after,
    };
    placed
        .into_iter()
        .filter(|(position, _)| is_behind(position))
        .skip(usize::try_from(listing.offset).unwrap_or(usize::MAX))
        .map(|(_, customer)| customer)
        .collect()
}

impl Connection {
    /// The customers with these ids, at most [`MOST_KEYS`], in the order of their ids; deleted ones are left out. One call.
    async fn customers_by_id(&self, reseller: ResellerId, ids: &[CustomerId]) -> Result<Vec<Customer>, StoreError> {
        let rows = self.read(ids.iter().map(|id| keys::customer(reseller, *id)).collect()).await?;
        let mut customers: Vec<Customer> = rows.all()?;
        customers.sort_unstable_by_key(|customer| customer.id);
        Ok(customers)
    }
}
