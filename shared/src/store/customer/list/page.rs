//! Executing a list: the first rows are read together with the caller's check, the others once the caller is verified.

use futures_util::future::try_join_all;
use tokio::time::Instant;

use super::each::{Take, UNITS_OF_A_CALL, Walked};
use super::filter::Filter;
use super::listing::{Listing, Total};
use super::matches::{Listed, Matches, Next};
use super::plan::{Plan, Walk};
use crate::domain::customer::{Customer, CustomerId};
use crate::domain::reseller::{AccountId, Reseller, ResellerId};
use crate::domain::token::IssuedToken;
use crate::store::access::caller::{Caller, Limit};
use crate::store::access::policy::Policy;
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

/// How many read units a search consumes at most before its page ends: 20 MB.
const MOST_SEARCHED: u64 = 20 * UNITS_OF_A_CALL;

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

/// Takes what a caller of [`Table::customer_list_each`] takes.
struct Until<F> {
    until: Option<Instant>,
    take: F,
}

impl<F: FnMut(&Customer) -> bool> Take for Until<F> {
    fn take(&mut self, customer: Customer) -> bool {
        (self.take)(&customer)
    }

    fn wants_more(&self, _: u64) -> bool {
        self.until.is_none_or(|until| Instant::now() < until)
    }
}

/// What a search has found: its page, and how many matches are still to be skipped before it.
struct Found {
    limit: usize,
    to_skip: u64,
    customers: Vec<Customer>,
}

impl Take for Found {
    fn take(&mut self, customer: Customer) -> bool {
        if self.to_skip > 0 {
            self.to_skip -= 1;
            return true;
        }
        let has_room = self.customers.len() < self.limit;
        if has_room {
            self.customers.push(customer);
        }
        has_room
    }

    fn wants_more(&self, read_units: u64) -> bool {
        self.customers.len() < self.limit && read_units + UNITS_OF_A_CALL <= MOST_SEARCHED
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
        let may_pass = policy.may_take(token);
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
    /// No call when the first rows were enough. They are for a page of up to 100 customers that skips none. A search ends its
    /// page when that is full or 20 MB were read, with [`Listed::next`] if rows are left.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn customer_list_finish(&self, caller: &Caller<A>, first: FirstPage) -> Result<Listed, StoreError> {
        caller.must(Policy::RESELLER)?;
        let FirstPage { listing, counts, begun, .. } = first;
        if listing.search.is_some() {
            return self.list_of_search(caller, listing).await;
        }
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

    /// Completes a list without a total. Passes one match after the other to `take`, in the order asked for, until `take` refuses
    /// one or `until` has passed, which is looked at after each call.
    ///
    /// One call for each further 1 MB of rows that is read. If there is no index of the order asked for, all rows are read first,
    /// and `take` is offered no more than the page of the listing.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn customer_list_each(
        &self,
        caller: &Caller<A>,
        first: FirstPage,
        until: Option<Instant>,
        take: impl FnMut(&Customer) -> bool,
    ) -> Result<Walked, StoreError> {
        caller.must(Policy::RESELLER)?;
        self.customers_each(caller, first.listing, first.begun, &mut Until { until, take }).await
    }

    /// The page of what a search finds.
    async fn list_of_search(&self, caller: &Caller<A>, listing: Listing) -> Result<Listed, StoreError> {
        let begins_behind = listing.after.is_some();
        let mut found = Found { limit: listing.limit.into(), to_skip: listing.offset, customers: Vec::new() };
        let walked = self.customers_each(caller, listing.clone(), None, &mut found).await?;
        let next = if walked.is_all { None } else { walked.last.map(|after| Next { after, offset: found.to_skip }) };
        let total = listing.offset - found.to_skip + found.customers.len() as u64;
        let is_total = next.is_none() && !begins_behind;
        Ok(Listed { customers: found.customers, total, is_total, next })
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
