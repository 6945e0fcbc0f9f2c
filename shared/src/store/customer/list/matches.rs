//! The matches of a list, as they are found, and the page that is cut from them.

use super::listing::{Direction, Listing};
use super::position::Position;
use crate::domain::customer::Customer;
use crate::store::access::caller::Caller;
use crate::store::engine::read::MOST_KEYS;

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
    pub next: Option<Next>,
}

/// Where the next page of a list begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    /// The place behind which it begins.
    pub after: Position,
    /// How many matches are still to be skipped from there: only a search that read its 20 MB leaves any.
    pub offset: u64,
}

/// The matches of a list, as they are found.
pub(super) struct Matches {
    pub(super) listing: Listing,
    /// Whether they are found in the order of the list.
    are_in_order: bool,
    customers: Vec<Customer>,
    /// How many matches were skipped for the offset.
    skipped: u64,
    /// How many matches were found.
    pub(super) found: u64,
    /// Whether matches were dropped because the page does not need them.
    is_cut: bool,
}

impl Matches {
    pub(super) fn new(listing: Listing, are_in_order: bool) -> Self {
        Self { listing, are_in_order, customers: Vec::new(), skipped: 0, found: 0, is_cut: false }
    }

    /// Takes the matches among `read`. Only customers that the caller sees count, whatever was read.
    pub(super) fn take<A>(&mut self, read: Vec<Customer>, caller: &Caller<A>) {
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
        // Unordered matches can be many more than the page needs.
        if !self.are_in_order && self.customers.len() / 2 > self.kept() {
            self.cut();
        }
    }

    /// How many unordered matches are kept at least.
    fn kept(&self) -> usize {
        usize::try_from(self.listing.needed()).unwrap_or(usize::MAX).max(MOST_KEYS)
    }

    fn cut(&mut self) {
        self.sort();
        self.is_cut |= self.customers.len() > self.kept();
        self.customers.truncate(self.kept());
    }

    fn sort(&mut self) {
        let (sort, direction) = (self.listing.sort, self.listing.direction);
        self.customers.sort_by_cached_key(|customer| Position::of(sort, customer));
        if direction == Direction::Descending {
            self.customers.reverse();
        }
    }

    /// The matches behind the place where the list begins, in its order, and whether these are all of them: there are no more
    /// than the page needs to know whether there is another one.
    pub(super) fn sorted(mut self) -> (Vec<Customer>, bool) {
        self.cut();
        (self.customers, !self.is_cut)
    }

    pub(super) fn has_page(&self) -> bool {
        self.customers.len() > usize::from(self.listing.limit)
    }

    /// The page, out of this many matches.
    pub(super) fn page(mut self, total: u64, is_total: bool) -> Listed {
        if !self.are_in_order {
            self.sort();
            let offset = usize::try_from(self.listing.offset).unwrap_or(usize::MAX);
            self.customers.drain(..offset.min(self.customers.len()));
        }
        let limit = usize::from(self.listing.limit);
        let has_more = self.customers.len() > limit;
        self.customers.truncate(limit);
        let next = self.customers.last().filter(|_| has_more).map(|last| Position::of(self.listing.sort, last));
        let next = next.map(|after| Next { after, offset: 0 });
        Listed { customers: self.customers, total, is_total, next }
    }
}
