//! A request for a list of customers.

use super::field::{Field, status};
use super::filter::Filter;
use super::position::Position;
use super::search::Search;
use crate::domain::customer::Customer;
use crate::store::customer::count::Counts;

/// The order of a list. Ties are broken by id, in the same direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

impl Direction {
    /// The name of the direction in cursors.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ascending => "asc",
            Self::Descending => "desc",
        }
    }
}

/// Whether the number of all matches is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    /// It is, whatever it costs to count them.
    Exact,
    /// It is, if it is known without reading further than the page.
    IfKnown,
    /// It is not.
    Unwanted,
}

/// Which customers a list asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The property that they are sorted by.
    pub sort: Field,
    /// The direction in which they are sorted.
    pub direction: Direction,
    /// The filters; every customer meets all of them.
    pub filters: Vec<Filter>,
    /// What every customer contains besides.
    pub search: Option<Search>,
    /// The place after which the list begins.
    pub after: Option<Position>,
    /// How many customers to skip from there.
    pub offset: u64,
    /// How many customers to return at most.
    pub limit: u16,
    /// Whether the number of all matches is wanted.
    pub total: Total,
}

impl Listing {
    /// All customers in the order of their ids, from the first one on.
    #[must_use]
    pub fn by_id(limit: u16) -> Self {
        Self {
            sort: Field::Id,
            direction: Direction::Ascending,
            filters: Vec::new(),
            search: None,
            after: None,
            offset: 0,
            limit,
            total: Total::Exact,
        }
    }

    /// Drops filters that say the same as another one.
    pub(super) fn drop_repeated_filters(&mut self) {
        let mut filters: Vec<Filter> = Vec::new();
        for filter in self.filters.drain(..) {
            if !filters.contains(&filter) {
                filters.push(filter);
            }
        }
        self.filters = filters;
    }

    /// The first filter on this property.
    pub(super) fn filter_on(&self, field: Field) -> Option<&Filter> {
        self.filters.iter().find(|filter| filter.field() == field)
    }

    /// Whether the counts tell how many customers match.
    pub(super) fn is_counted(&self) -> bool {
        self.search.is_none() && self.filters.iter().all(|filter| filter.field() == Field::IsActive)
    }

    /// How many customers match according to the counts, if those tell it.
    pub(super) fn matches(&self, counts: Counts) -> u64 {
        let wanted = |is_active| self.filters.iter().all(|filter| filter.is_met_by(status(is_active)));
        let active = if wanted(true) { counts.active } else { 0 };
        let inactive = if wanted(false) { counts.customers.saturating_sub(counts.active) } else { 0 };
        active + inactive
    }

    /// Whether a customer stands behind the place where the list begins.
    pub(super) fn is_behind_start(&self, customer: &Customer) -> bool {
        self.after.as_ref().is_none_or(|after| {
            let position = Position::of(self.sort, customer);
            match self.direction {
                Direction::Ascending => position > *after,
                Direction::Descending => position < *after,
            }
        })
    }

    /// Whether a customer meets all filters, and the search finds it.
    pub(in crate::store::customer) fn meets(&self, customer: &Customer) -> bool {
        self.filters.iter().all(|filter| filter.meets(customer))
            && self.search.as_ref().is_none_or(|search| search.finds(customer))
    }

    /// How many matches are needed, in the order asked for, to know the page and whether there is more.
    pub(super) fn needed(&self) -> u64 {
        self.offset.saturating_add(u64::from(self.limit)).saturating_add(1)
    }
}
