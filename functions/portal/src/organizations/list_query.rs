//! What the address of the list asks for.

use shared::domain::reseller::ResellerId;
use shared::domain::validation::whole_number;
use shared::lambda::cursor::{CursorContext, place_of, position_at};
use shared::lambda::faults::Faults;
use shared::lambda::request::Request;
use shared::store::customer::list::{Direction, Field, Filter, Listing, Next, Search, Total};
use shared::store::{Read, StoreError, Table};

use crate::address::with_query;
use crate::format::counted;
use crate::query::Query;

/// The path of the list.
pub(super) const PATH: &str = "/reseller";

/// The path at which organizations of the list are deleted.
const DELETE: &str = "/reseller/delete";

/// The path of the same list as CSV.
pub(super) const EXPORT: &str = "/reseller/export";

/// How many organizations are read for CSV at a time if they are sorted by what has no index. All are read for it, and up to twice as many
/// are kept, which takes some 50 MB of memory.
const MOST_WITHOUT_ORDER: u16 = 40_000;

/// How many rows a page can have; the first if nothing is said.
pub(super) const ROWS: [u16; 4] = [25, 50, 75, 100];

/// The columns, in their order, with the names that addresses give them.
pub(super) const COLUMNS: [(&str, &str, Field); 6] = [
    ("id", "ID", Field::Id),
    ("name", "Name", Field::Name),
    ("email", "Email", Field::Email),
    ("phone", "Phone", Field::Phone),
    ("status", "Status", Field::IsActive),
    ("registered", "Registration Date", Field::CreatedAt),
];

/// What the address of the list asks for. What it says that is not there is left out, with a fault.
#[derive(Clone, Debug)]
pub(super) struct ListQuery {
    pub(super) search: String,
    pub(super) status: String,
    pub(super) sort: &'static str,
    pub(super) direction: Direction,
    pub(super) rows: u16,
    /// How many rows stand before the page.
    pub(super) offset: u64,
    /// The cursor of the page, which knows its place without counting.
    cursor: String,
    /// The id of the organization that was just made.
    pub(super) new: Option<u64>,
    /// How many organizations were just deleted.
    deleted: Option<u64>,
    pub(super) faults: Faults,
}

impl ListQuery {
    /// Reads the query string.
    pub(super) fn parse(request: &Request) -> Self {
        let (query, mut faults) = Query::with_faults(request);
        let search = query.value("search").to_owned();
        faults.collect("search", Search::parse(&search));
        let status = query.one_of(&mut faults, "status", &["", "active", "inactive"]);
        let sort = query.one_of(&mut faults, "sort", &COLUMNS.map(|(name, ..)| name));
        let direction = query.one_of(&mut faults, "direction", &["asc", "desc"]);
        let rows = query.one_of(&mut faults, "rows", &["25", "50", "75", "100"]);
        Self {
            search,
            status: status.to_owned(),
            sort,
            direction: if direction == "desc" { Direction::Descending } else { Direction::Ascending },
            rows: rows.parse().unwrap_or(25),
            offset: whole_number(query.value("offset")).unwrap_or_default(),
            cursor: query.value("cursor").to_owned(),
            new: whole_number(query.value("new")),
            deleted: whole_number(query.value("deleted")),
            faults,
        }
    }

    /// All that it asks for, from the first row on.
    pub(super) fn whole(&self) -> Listing {
        Listing {
            sort: COLUMNS.iter().find(|(name, ..)| *name == self.sort).map_or(Field::Id, |(.., field)| *field),
            direction: self.direction,
            filters: match self.status.as_str() {
                "" => Vec::new(),
                status => vec![Filter::is_active(status == "active")],
            },
            search: Search::parse(&self.search).ok().flatten(),
            total: Total::Unwanted,
            ..Listing::by_id(MOST_WITHOUT_ORDER)
        }
    }

    /// The list that it asks for, of this reseller.
    pub(super) async fn listing(&mut self, table: &Table<Read>, reseller: ResellerId) -> Result<Listing, StoreError> {
        let mut listing = Listing { limit: self.rows, total: Total::Exact, ..self.whole() };
        if listing.search.is_some() {
            listing.total = Total::IfKnown;
        }
        listing.offset = self.offset;
        if !self.cursor.is_empty() {
            let place: Option<(_, u64)> = context(reseller, &listing).read(table, &self.cursor).await?;
            // Without its cursor a page is counted from the first row.
            if let Some((after, to_skip)) = place.and_then(|(place, to_skip)| Some((position_at(place)?, to_skip))) {
                (listing.after, listing.offset) = (Some(after), to_skip);
            }
        }
        Ok(listing)
    }

    /// What was just done before the list was shown.
    pub(super) fn notice(&self) -> Option<String> {
        let new = self.new.map(|id| format!("The organization {id} was created."));
        let deleted = self.deleted.map(|count| match count {
            0 => "They were deleted already.".to_owned(),
            count => format!("{} deleted.", counted(count, "organization was", "organizations were")),
        });
        new.or(deleted)
    }

    /// Whether it asks for some of the organizations only.
    pub(super) fn is_narrowed(&self) -> bool {
        !self.search.is_empty() || !self.status.is_empty()
    }

    /// Whether this is how the list is sorted.
    pub(super) fn is_sorted_by(&self, column: &str, direction: &str) -> bool {
        self.sort == column && self.direction.name() == direction
    }

    /// The address of the same list sorted by this column; by its other direction if it is sorted by it.
    pub(super) fn sorted_by(&self, column: &'static str) -> String {
        let direction = if self.is_sorted_by(column, "asc") { Direction::Descending } else { Direction::Ascending };
        Self { sort: column, direction, ..self.clone() }.first()
    }

    /// The address of the first page of this list.
    pub(super) fn first(&self) -> String {
        self.page(0, String::new())
    }

    /// The address of all of this list as CSV.
    pub(super) fn export(&self) -> String {
        with_query(EXPORT, self.kept())
    }

    /// The address at which organizations of this list are deleted.
    pub(super) fn deletion(&self) -> String {
        with_query(DELETE, self.listed())
    }

    /// The address of this page.
    pub(super) fn here(&self) -> String {
        with_query(PATH, self.listed())
    }

    /// The address of this page, which says how many organizations were deleted from it.
    pub(super) fn after_deletion(&self, deleted: u64) -> String {
        with_query(PATH, self.listed().into_iter().chain([("deleted", deleted.to_string())]))
    }

    /// The parameters that say which organizations are listed, and in which order.
    pub(super) fn kept(&self) -> Vec<(&'static str, String)> {
        vec![
            ("search", self.search.clone()),
            ("status", self.status.clone()),
            ("sort", unless("id", self.sort)),
            ("direction", unless("asc", self.direction.name())),
        ]
    }

    /// The parameters that say which page this is.
    pub(super) fn listed(&self) -> Vec<(&'static str, String)> {
        let (rows, offset) = (unless("25", &self.rows.to_string()), unless("0", &self.offset.to_string()));
        self.kept().into_iter().chain([("rows", rows), ("offset", offset), ("cursor", self.cursor.clone())]).collect()
    }

    /// The address of the page before; `None` on the first.
    pub(super) fn previous(&self) -> Option<String> {
        (self.offset > 0).then(|| self.page(self.offset.saturating_sub(self.rows.into()), String::new()))
    }

    /// The address of the page behind this one, of which `shown` rows are shown.
    pub(super) fn next(
        &self,
        table: &Table<Read>,
        reseller: ResellerId,
        listing: &Listing,
        next: &Next,
        shown: u64,
    ) -> Result<String, StoreError> {
        let cursor = context(reseller, listing).write(table, &(place_of(&next.after), next.offset))?;
        Ok(self.page(self.offset + shown, cursor))
    }

    /// The address of the page of this list before which so many rows stand.
    fn page(&self, offset: u64, cursor: String) -> String {
        Self { offset, cursor, ..self.clone() }.here()
    }
}

/// What an address says, which is nothing where the value is the usual one.
fn unless(usual: &str, value: &str) -> String {
    if value == usual { String::new() } else { value.to_owned() }
}

fn context(reseller: ResellerId, listing: &Listing) -> CursorContext {
    CursorContext::customers("portal", reseller, listing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn query(sent: &str) -> ListQuery {
        ListQuery::parse(&serde_json::from_value(json!({"rawQueryString": sent})).unwrap())
    }

    #[test]
    fn an_address_says_what_is_not_usual() {
        assert_eq!(query("").sorted_by("name"), "/reseller?sort=name");
        assert_eq!(query("sort=name&rows=50&offset=50").sorted_by("name"), "/reseller?sort=name&direction=desc&rows=50");
        let narrowed = query("search=a%26b&status=active&rows=100&offset=150&cursor=x");
        assert_eq!(narrowed.previous().unwrap(), "/reseller?search=a%26b&status=active&rows=100&offset=50");
        assert_eq!(query("offset=10").previous().unwrap(), "/reseller");
        assert_eq!(query("").previous(), None);
        assert_eq!(narrowed.first(), "/reseller?search=a%26b&status=active&rows=100");
        assert_eq!(narrowed.export(), "/reseller/export?search=a%26b&status=active");
        assert_eq!(query("sort=name&direction=desc&offset=50").export(), "/reseller/export?sort=name&direction=desc");
        let page = "search=a%26b&status=active&rows=100&offset=150&cursor=x";
        assert_eq!(narrowed.here(), format!("/reseller?{page}"));
        assert_eq!(narrowed.deletion(), format!("/reseller/delete?{page}"));
        assert_eq!(narrowed.after_deletion(2), format!("/reseller?{page}&deleted=2"));
        assert_eq!(query("deleted=3").after_deletion(0), "/reseller?deleted=0");
    }

    #[test]
    fn what_is_not_there_is_told_and_left_out() {
        let sent = format!("status=on&sort=age&direction=up&rows=26&offset=x&search={}", "s".repeat(256));
        let odd = query(&sent);
        assert_eq!(
            odd.faults.iter().map(|(name, _)| name).collect::<Vec<_>>(),
            ["search", "status", "sort", "direction", "rows"]
        );
        assert_eq!((odd.sort, odd.rows, odd.offset, odd.status.as_str()), ("id", 25, 0, ""));
    }
}
