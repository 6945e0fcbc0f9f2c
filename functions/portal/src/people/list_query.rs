//! What the address of a list of people asks for.

use reseller::whole_list::Sorting;
use serde_json::{Value, json};
use shared::domain::normalization::normalize;
use shared::domain::user::User;
use shared::domain::validation::whole_number;
use shared::lambda::faults::Faults;
use shared::lambda::request::Request;
use shared::store::customer::list::Direction;
use user::wire::view;

use super::group::Group;
use crate::paging::Paging;
use crate::query::Query;

/// How many rows a page can have.
pub(super) const ROWS: [&str; 4] = ["25", "50", "75", "100"];

/// The name of the people in a sort. All other names are those of the API.
const NAME: &str = "name";

/// The columns, with the names by which they are sorted.
pub(super) const COLUMNS: [(&str, &str); 6] = [
    (NAME, "Name"),
    ("email", "Email"),
    ("role", "Role"),
    ("status", "Status"),
    ("last_login", "Last login"),
    ("registration_date", "Registered"),
];

/// What the address asks for. What it says that is not there is left out, with a fault.
#[derive(Clone, Debug)]
pub(super) struct ListQuery {
    pub(super) search: String,
    pub(super) sort: &'static str,
    pub(super) direction: Direction,
    pub(super) rows: &'static str,
    pub(super) paging: Paging,
    /// What was just done.
    pub(super) notice: Option<&'static str>,
    pub(super) faults: Faults,
}

impl ListQuery {
    /// Reads the query string.
    pub(super) fn parse(request: &Request) -> Self {
        let (query, mut faults) = Query::with_faults(request);
        let rows = query.one_of(&mut faults, "rows", &ROWS);
        let direction = query.one_of(&mut faults, "direction", &["asc", "desc"]);
        Self {
            search: query.value("search").trim().to_owned(),
            sort: query.one_of(&mut faults, "sort", &COLUMNS.map(|(name, _)| name)),
            direction: if direction == "desc" { Direction::Descending } else { Direction::Ascending },
            paging: Paging {
                rows: whole_number(rows).unwrap_or_default(),
                offset: whole_number(query.value("offset")).unwrap_or_default(),
            },
            rows,
            notice: match () {
                () if query.has("changed") => Some("The user was saved."),
                () if query.has("deleted") => Some("The user was deleted."),
                () => None,
            },
            faults,
        }
    }

    /// Those of these people whom it asks for, in the order that it asks for.
    pub(super) fn found(&self, people: Vec<User>) -> Vec<User> {
        let words: Vec<String> = self.search.split_whitespace().map(normalize).collect();
        let found = people.into_iter().filter(|user| {
            let texts = [user.label(), user.email.to_string()].map(|text| normalize(&text));
            words.iter().all(|word| texts.iter().any(|text| text.contains(word)))
        });
        let sorting = Sorting { key: self.sort, is_amount: false, direction: self.direction };
        sorting.sorted(found, shown)
    }

    /// Whether this is how the list is sorted.
    pub(super) fn is_sorted_by(&self, column: &str, direction: &str) -> bool {
        self.sort == column && self.direction.name() == direction
    }

    /// The address of the same list sorted by this column; by its other direction if it is sorted by it.
    pub(super) fn sorted_by(&self, group: &Group, column: &str) -> String {
        self.address(group, column, if self.is_sorted_by(column, "asc") { "desc" } else { "asc" }, 0)
    }

    /// The address of the same list with this many rows before its page.
    pub(super) fn page_at(&self, group: &Group, offset: u64) -> String {
        self.address(group, self.sort, self.direction.name(), offset)
    }

    fn address(&self, group: &Group, sort: &str, direction: &str, offset: u64) -> String {
        let offset = offset.to_string();
        let unless = |usual: &str, value| if value == usual { "" } else { value };
        group.list([
            ("search", self.search.as_str()),
            ("sort", unless(NAME, sort)),
            ("direction", unless("asc", direction)),
            ("rows", unless("25", self.rows)),
            ("offset", unless("0", &offset)),
        ])
    }
}

/// What is shown of a user under this name, as the API shows it.
fn shown(user: &User, name: &str) -> Value {
    match name {
        NAME => json!(user.label()),
        name => view(user).get(name).cloned().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(sent: &str) -> ListQuery {
        ListQuery::parse(&serde_json::from_value(json!({"rawQueryString": sent})).unwrap())
    }

    #[test]
    fn an_address_says_what_is_not_usual() {
        let group = Group::of_reseller();
        assert_eq!(query("").page_at(&group, 0), "/reseller/users");
        assert_eq!(query("").sorted_by(&group, "name"), "/reseller/users?direction=desc");
        assert_eq!(query("offset=25&rows=25").sorted_by(&group, "email"), "/reseller/users?sort=email");
        let narrowed = query("search=a%26b+&sort=email&direction=desc&rows=50&offset=50");
        assert_eq!(narrowed.page_at(&group, 100), "/reseller/users?search=a%26b&sort=email&direction=desc&rows=50&offset=100");
        let tab = Group { path: "/organization".to_owned(), tab: "3".to_owned(), ..group };
        assert_eq!(query("search=x").page_at(&tab, 0), "/organization?tab=3&search=x");
    }

    #[test]
    fn what_is_not_there_is_told_and_left_out() {
        let odd = query("sort=age&direction=up&rows=26&offset=x&tab=9");
        assert_eq!(odd.faults.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["rows", "direction", "sort"]);
        assert_eq!((odd.sort, odd.rows, odd.paging), ("name", "25", Paging { rows: 25, offset: 0 }));
    }
}
