//! What a list asks for.

use super::field::{Field, status};
use super::filter::Filter;
use super::position::Position;
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
    /// The name that cursors know it by.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ascending => "asc",
            Self::Descending => "desc",
        }
    }
}

/// Which customers are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// What they are sorted by.
    pub sort: Field,
    /// In which direction.
    pub direction: Direction,
    /// What all of them meet.
    pub filters: Vec<Filter>,
    /// Behind which place to begin.
    pub after: Option<Position>,
    /// How many to pass over from there.
    pub offset: u64,
    /// How many to give at most.
    pub limit: u16,
    /// Whether all that match are to be counted, whatever that takes. Else they are counted where the page tells how many.
    pub is_total_wanted: bool,
}

impl Listing {
    /// All customers in the order of their ids, from the first one on.
    #[must_use]
    pub fn by_id(limit: u16) -> Self {
        Self {
            sort: Field::Id,
            direction: Direction::Ascending,
            filters: Vec::new(),
            after: None,
            offset: 0,
            limit,
            is_total_wanted: true,
        }
    }

    /// Whether the counts tell how many customers match.
    pub(super) fn is_counted(&self) -> bool {
        self.filters.iter().all(|filter| filter.field() == Field::IsActive)
    }

    /// How many match by the counts, where these tell it.
    pub(super) fn total(&self, counts: Counts) -> u64 {
        let wanted = |is_active| self.filters.iter().all(|filter| filter.is_met_by(status(is_active)));
        let active = if wanted(true) { counts.active } else { 0 };
        let inactive = if wanted(false) { counts.customers.saturating_sub(counts.active) } else { 0 };
        active + inactive
    }

    /// Whether a customer meets all filters.
    pub(in crate::store::customer) fn meets(&self, customer: &Customer) -> bool {
        self.filters.iter().all(|filter| filter.meets(customer))
    }

    /// How many matches in the order asked for it takes to know the page, and whether there is more.
    pub(super) fn needed(&self) -> u64 {
        self.offset.saturating_add(u64::from(self.limit)).saturating_add(1)
    }
}
