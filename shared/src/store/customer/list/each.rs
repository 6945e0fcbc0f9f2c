//! Walking through the matches of a list in its order, from any place to any other.

use super::field::Field;
use super::listing::Listing;
use super::matches::Matches;
use super::plan::Walk;
use super::position::Position;
use crate::domain::customer::Customer;
use crate::store::access::caller::Caller;
use crate::store::access::table::{Access, Table};
use crate::store::engine::error::StoreError;
use crate::store::engine::query::Page;
use crate::store::engine::row::Item;

/// How many read units one call consumes at most: a consistent read of 1 MB (an AWS limit), at 4 KB a unit.
pub(super) const UNITS_OF_A_CALL: u64 = 256;

/// Who takes the matches of a walk.
pub(super) trait Take {
    /// Takes the next match, or returns `false`: then the walk ends before it.
    fn take(&mut self, customer: Customer) -> bool;

    /// Whether the walk, which has consumed this many read units, may read on. Otherwise it ends behind the rows that it has
    /// read.
    fn wants_more(&self, read_units: u64) -> bool;
}

/// How far a walk came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walked {
    /// Whether it came to the end of the list.
    pub is_all: bool,
    /// The last customer that it passed, match or not. `None` if there was none.
    pub last: Option<Position>,
}

impl<A: Access> Table<A> {
    /// Passes the matches of a list to `taker`. `begun` has its first rows, if they were read.
    ///
    /// One call for each 1 MB of rows. If one call reads all matches of a filter, they are put in order here; otherwise there is
    /// one more call, because rows are walked through in the order asked for. An order without an index has no such walk: then
    /// all rows are read, whatever the taker wants, and it is offered no more than the page of the listing needs.
    pub(super) async fn customers_each(
        &self,
        caller: &Caller<A>,
        listing: Listing,
        begun: Option<(Walk, Page<Customer>)>,
        taker: &mut impl Take,
    ) -> Result<Walked, StoreError> {
        let mut read_units = 0;
        let (walk, mut page) = match begun {
            Some(begun) => begun,
            None => self.walk_begin(caller, &listing, &mut read_units).await?,
        };
        if !walk.is_by_page {
            let mut matches = Matches::new(listing, false);
            loop {
                matches.take(page.records, caller);
                let Some(rest) = page.rest else {
                    return Ok(offer(matches, taker));
                };
                page = self.customers_on(caller, &matches.listing, &walk, Some(rest)).await?;
            }
        }
        let mut last = listing.after.clone();
        loop {
            read_units += page.read_units;
            for customer in page.records {
                let position = Position::of(listing.sort, &customer);
                if caller.sees(&customer) && listing.meets(&customer) && !taker.take(customer) {
                    return Ok(Walked { is_all: false, last });
                }
                last = Some(position);
            }
            let Some(rest) = page.rest else {
                return Ok(Walked { is_all: true, last });
            };
            if last.is_some() && !taker.wants_more(read_units) {
                return Ok(Walked { is_all: false, last });
            }
            page = self.customers_on(caller, &listing, &walk, Some(rest)).await?;
        }
    }

    /// Decides on a walk, and makes its first call. A call for another walk that was given up adds to `read_units`.
    async fn walk_begin(
        &self,
        caller: &Caller<A>,
        listing: &Listing,
        read_units: &mut u64,
    ) -> Result<(Walk, Page<Customer>), StoreError> {
        if let Some(walk) = Walk::of_few(listing) {
            let page = self.customers_on(caller, listing, &walk, walk.start(caller.reseller(), listing)?).await?;
            if walk.is_by_page || page.rest.is_none() || listing.sort == Field::Phone {
                return Ok((walk, page));
            }
            *read_units += page.read_units;
        }
        let walk = Walk::in_order(listing);
        let page = self.customers_on(caller, listing, &walk, walk.start(caller.reseller(), listing)?).await?;
        Ok((walk, page))
    }

    /// The customers that the next call of a walk reads.
    async fn customers_on(
        &self,
        caller: &Caller<A>,
        listing: &Listing,
        walk: &Walk,
        start: Option<Item>,
    ) -> Result<Page<Customer>, StoreError> {
        self.store.connection.customers_on_walk(caller.reseller(), walk, listing.direction, start, None).await
    }
}

/// Offers matches that were not found in their order, in their order.
fn offer(matches: Matches, taker: &mut impl Take) -> Walked {
    let sort = matches.listing.sort;
    let mut last = matches.listing.after.clone();
    let (customers, is_all) = matches.sorted();
    for customer in customers {
        let position = Position::of(sort, &customer);
        if !taker.take(customer) {
            return Walked { is_all: false, last };
        }
        last = Some(position);
    }
    Walked { is_all, last }
}
