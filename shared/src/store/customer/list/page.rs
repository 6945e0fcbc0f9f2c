//! Executing a list: the first rows are read together with the caller's check, the others once the caller is verified.

use futures_util::future::try_join_all;

use super::filter::Filter;
use super::listing::{Direction, Listing, Total};
use super::plan::{Plan, Walk};
use super::position::Position;
use crate::domain::customer::{Customer, CustomerId};
use crate::domain::reseller::{AccountId, Reseller, ResellerId};
use crate::domain::token::IssuedToken;
use crate::store::access::caller::{Caller, Limit};
use crate::store::access::sealed::{Content, Sealed};
use crate::store::access::table::{Access, Policy, Table};
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
    /// wanted exactly ([`Listing::total`]) it can be unknown; then it is the number of matches that were found.
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
    /// A caller that sees a part of the reseller's customers asks for these.
    fn seen_by<A>(mut self, caller: &Caller<A>) -> Self {
        let filter = match caller.limit() {
            Limit::Reseller => None,
            Limit::Accounts(seen) => {
                let is_limited = self.accounts.iter().any(|account| !seen.contains(account));
                is_limited.then(|| Filter::accounts(seen))
            }
            Limit::Customer(own) => Some(Filter::id(*own)),
        };
        if let Some(filter) = filter {
            self.listing.filters.push(filter);
            self.begun = None;
        }
        self
    }
}

/// The matches of a list, as they are found.
struct Matches {
    listing: Listing,
    /// Whether they are found in the order of the list.
    are_in_order: bool,
    customers: Vec<Customer>,
    /// How many matches were skipped for the offset.
    skipped: u64,
    /// How many matches were found.
    found: u64,
}

impl Matches {
    fn new(listing: Listing, are_in_order: bool) -> Self {
        Self { listing, are_in_order, customers: Vec::new(), skipped: 0, found: 0 }
    }

    /// Takes the matches among `read`. Only customers that the caller sees count, whatever was read.
    fn take<A>(&mut self, read: Vec<Customer>, caller: &Caller<A>) {
        for customer in read.into_iter().filter(|customer| caller.sees(customer) && self.listing.meets(customer)) {
            self.found += 1;
            if !self.are_in_order {
                if self.listing.is_behind_start(&customer) {
                    self.customers.push(customer);
                }
            } else if self.skipped < self.listing.offset {
                self.skipped += 1;
            } else {
                self.customers.push(customer);
            }
        }
        let needed = usize::try_from(self.listing.needed()).unwrap_or(usize::MAX).max(MOST_KEYS);
        // Unordered matches can be many more than the page needs.
        if !self.are_in_order && self.customers.len() / 2 > needed {
            self.sort();
            self.customers.truncate(needed);
        }
    }

    fn sort(&mut self) {
        let (sort, direction) = (self.listing.sort, self.listing.direction);
        self.customers.sort_by_cached_key(|customer| Position::of(sort, customer));
        if direction == Direction::Descending {
            self.customers.reverse();
        }
    }

    fn has_page(&self) -> bool {
        self.customers.len() > usize::from(self.listing.limit)
    }

    /// The page, out of this many matches.
    fn page(mut self, total: u64, is_total: bool) -> Listed {
        if !self.are_in_order {
            self.sort();
            let offset = usize::try_from(self.listing.offset).unwrap_or(usize::MAX);
            self.customers.drain(..offset.min(self.customers.len()));
        }
        let limit = usize::from(self.listing.limit);
        let has_more = self.customers.len() > limit;
        self.customers.truncate(limit);
        let next = self.customers.last().filter(|_| has_more).map(|last| Position::of(self.listing.sort, last));
        Listed { customers: self.customers, total, is_total, next }
    }
}

impl<A: Access> Table<A> {
    /// Begins a list: reads the credential of the token and, at the same time, the counts of its reseller if they tell the total,
    /// and the first rows of its page if no other rows are needed.
    ///
    /// Up to three parallel calls. What they read is bounded, whatever the list asks for. For a token of a kind that the policy
    /// does not take, only the credential is read.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn customer_list_begin(
        &self,
        token: &IssuedToken,
        policy: Policy,
        mut listing: Listing,
    ) -> Result<Sealed<A, FirstPage>, StoreError> {
        listing.drop_repeated_filters();
        let (connection, reseller) = (&self.store.connection, token.reseller());
        let token_keys = self.store.token_keys(token);
        let may_pass = policy.takes(token.kind());
        let (rows, counts, begun) = futures_util::try_join!(
            connection.read(token_keys.clone()),
            async {
                let are_needed = may_pass && listing.is_counted() && listing.total != Total::Unwanted;
                if are_needed { connection.customer_counts(reseller).await } else { Ok(Counts::default()) }
            },
            async {
                let Some(walk) = Plan::before_verification(&listing).filter(|_| may_pass) else {
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
        let counted = (listing.is_counted() && listing.total != Total::Unwanted).then(|| listing.matches(counts));
        if let Some(total) = counted.filter(|total| listing.offset >= *total) {
            return Ok(Listed { customers: Vec::new(), total, is_total: true, next: None });
        }
        let plan = match &begun {
            Some((walk, _)) => Plan::Walk(walk.clone()),
            None => Plan::of(&listing, counts),
        };
        match plan {
            Plan::Walk(walk) => self.list_on_walk(caller, listing, counted, walk, begun.map(|(_, page)| page)).await,
            Plan::OfAccounts(accounts) => self.list_of_accounts(caller, listing, &accounts).await,
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
        let FirstPage { listing, begun, .. } = first;
        let (connection, reseller) = (&self.store.connection, caller.reseller());
        let (walk, mut page) = match begun {
            Some(begun) => begun,
            None => {
                let walk = Walk::of_all(&listing);
                let start = walk.start(reseller, &listing)?;
                let page = connection.customers_on_walk(reseller, &walk, listing.direction, start, None).await?;
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
            page = connection.customers_on_walk(reseller, &walk, listing.direction, Some(rest), None).await?;
        }
    }

    /// The list of the matches on a walk. The counts tell that there are `counted` of them, or nothing.
    async fn list_on_walk(
        &self,
        caller: &Caller<A>,
        listing: Listing,
        counted: Option<u64>,
        walk: Walk,
        begun: Option<Page<Customer>>,
    ) -> Result<Listed, StoreError> {
        let (connection, reseller, direction) = (&self.store.connection, caller.reseller(), listing.direction);
        let mut page = match begun {
            Some(page) => page,
            None => {
                let start = walk.start(reseller, &listing)?;
                connection.customers_on_walk(reseller, &walk, direction, start, walk.needed).await?
            }
        };
        let begins_behind = listing.after.is_some() && walk.is_by_page;
        let mut matches = Matches::new(listing, walk.is_by_page);
        let mut read = 0;
        let mut at_least = LEAST_ROWS;
        let has_seen_all = loop {
            read += page.records.len() as u64;
            matches.take(page.records, caller);
            let Some(rest) = page.rest else {
                break true;
            };
            if walk.is_by_page && matches.has_page() {
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
        let total = counted.unwrap_or(matches.found);
        Ok(matches.page(total, counted.is_some() || has_seen_all && !begins_behind))
    }

    /// The list of the customers of these accounts, in the order of their ids and from the first one on.
    async fn list_of_accounts(&self, caller: &Caller<A>, listing: Listing, accounts: &[AccountId]) -> Result<Listed, StoreError> {
        let (connection, reseller) = (&self.store.connection, caller.reseller());
        let only_accounts = listing.filters.iter().all(|filter| filter.accounts_asked_for().is_some());
        if !only_accounts {
            // Only the records themselves show which of them match.
            let (ids, is_all) = connection.customers_of_accounts(reseller, accounts, MOST_ONE_BY_ONE).await?;
            if !is_all || ids.len() > MOST_ONE_BY_ONE {
                let walk = Walk::of_all(&listing);
                return self.list_on_walk(caller, listing, None, walk, None).await;
            }
            let mut matches = Matches::new(listing, true);
            let has_seen_all = self.take_by_id(caller, &mut matches, &ids).await?;
            let total = matches.found;
            return Ok(matches.page(total, has_seen_all));
        }
        // The rows of accounts are small, and reading some more often tells the total.
        let enough = usize::try_from(listing.needed().max(LEAST_ROWS)).unwrap_or(usize::MAX);
        let (ids, is_all) = connection.customers_of_accounts(reseller, accounts, enough).await?;
        let total = ids.len() as u64;
        let offset = usize::try_from(listing.offset).unwrap_or(usize::MAX);
        let mut matches = Matches::new(Listing { offset: 0, ..listing }, true);
        let of_page: Vec<CustomerId> = ids.into_iter().skip(offset).take(usize::from(matches.listing.limit)).collect();
        self.take_by_id(caller, &mut matches, &of_page).await?;
        Ok(matches.page(total, is_all))
    }

    /// Takes the matches among the customers with these ids until the page is full, and returns whether all ids were read.
    async fn take_by_id(&self, caller: &Caller<A>, matches: &mut Matches, ids: &[CustomerId]) -> Result<bool, StoreError> {
        let connection = &self.store.connection;
        let mut left = ids.chunks(MOST_KEYS * PARALLEL_BATCHES);
        while let Some(ids) = left.next() {
            // All that is sent is waited for, so that all that it consumes is known.
            let batches = ids.chunks(MOST_KEYS).map(|ids| connection.customers_by_id(caller.reseller(), ids));
            for read in try_join_all(batches).await? {
                matches.take(read, caller);
            }
            if matches.has_page() {
                return Ok(left.next().is_none());
            }
        }
        Ok(true)
    }
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
