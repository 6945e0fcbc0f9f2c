//! Which rows of a list a page shows that was read whole.

use crate::format::{counted, number};

/// The rows of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Paging {
    /// How many there are on a page.
    pub(crate) rows: u64,
    /// How many stand before the page.
    pub(crate) offset: u64,
}

impl Paging {
    /// The rows of a whole list that stand on the page.
    pub(crate) fn cut<T>(self, list: Vec<T>) -> Vec<T> {
        let [offset, rows] = [self.offset, self.rows].map(|count| usize::try_from(count).unwrap_or(usize::MAX));
        list.into_iter().skip(offset).take(rows).collect()
    }

    /// How many rows stand before the page in front of this one; `None` on the first page.
    pub(crate) fn previous(self) -> Option<u64> {
        (self.offset > 0).then(|| self.offset.saturating_sub(self.rows))
    }

    /// How many rows stand before the next page of a list of this many; `None` on the last page.
    pub(crate) fn next(self, total: u64) -> Option<u64> {
        let next = self.offset.saturating_add(self.rows);
        (next < total).then_some(next)
    }

    /// Which of how many rows are on the page, in words.
    pub(crate) fn extent(self, total: u64, one: &str, many: &str) -> String {
        let all = counted(total, one, many);
        let last = self.offset.saturating_add(self.rows).min(total);
        match self.offset {
            0 if last == total => all,
            offset if offset >= total => format!("None of {all}"),
            offset => format!("{}–{} of {all}", number(offset + 1), number(last)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paging(rows: u64, offset: u64) -> Paging {
        Paging { rows, offset }
    }

    #[test]
    fn pages_follow_each_other_and_have_every_row_once() {
        let all: Vec<u64> = (0..60).collect();
        let (mut page, mut seen) = (paging(25, 0), Vec::new());
        loop {
            seen.extend(page.cut(all.clone()));
            let Some(next) = page.next(60) else { break };
            assert_eq!(paging(25, next).previous(), Some(page.offset));
            page.offset = next;
        }
        assert_eq!((seen, page.offset), (all, 50));
        assert_eq!(paging(25, 0).previous(), None);
        assert_eq!(paging(25, 10).previous(), Some(0));
        assert_eq!(paging(25, u64::MAX).next(60), None);
        assert!(paging(25, u64::MAX).cut(vec![1]).is_empty());
    }

    #[test]
    fn the_extent_says_where_one_is() {
        let extent = |rows, offset, total| paging(rows, offset).extent(total, "user", "users");
        assert_eq!(extent(25, 0, 0), "0 users");
        assert_eq!(extent(25, 0, 1), "1 user");
        assert_eq!(extent(25, 0, 25), "25 users");
        assert_eq!(extent(25, 0, 1_000), "1–25 of 1,000 users");
        assert_eq!(extent(25, 50, 60), "51–60 of 60 users");
        assert_eq!(extent(25, 100, 60), "None of 60 users");
    }
}
