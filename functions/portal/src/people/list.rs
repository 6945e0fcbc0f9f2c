//! The list of the people of an organization.

use askama::Template;
use lambda_http::http::StatusCode;
use shared::domain::customer::Customer;
use shared::domain::user::{User, UserId};
use shared::lambda::response::Response;
use shared::store::{Caller, Read};

use super::delete::LOSSES;
use super::group::Group;
use super::list_query::{COLUMNS, ListQuery, ROWS};
use super::words;
use crate::Error;
use crate::format::day;
use crate::frame::Frame;
use crate::page::page;
use crate::visit::Visit;

/// The list.
#[derive(Template)]
#[template(path = "users.html")]
pub(crate) struct UsersList {
    group: Group,
    query: ListQuery,
    rows: Vec<Row>,
    /// How many people were found.
    total: u64,
    may_manage: bool,
}

/// Somebody in the list.
struct Row {
    id: UserId,
    name: String,
    email: String,
    role: &'static str,
    status: &'static str,
    shape: &'static str,
    /// Empty before the first login.
    last_login: String,
    registered: String,
    /// Whether it is the person who looks at the list.
    is_oneself: bool,
    gets_link: bool,
}

impl Row {
    fn of(user: &User, oneself: Option<UserId>) -> Self {
        let (status, shape) = words::status(user.status());
        Self {
            id: user.id,
            name: user.label(),
            email: user.email.to_string(),
            role: words::role(user.role),
            status,
            shape,
            last_login: user.last_login.map(day).unwrap_or_default(),
            registered: day(user.registered_at),
            is_oneself: oneself == Some(user.id),
            gets_link: user.is_active,
        }
    }
}

impl UsersList {
    /// Whether the list is a page of its own rather than a tab.
    fn is_page(&self) -> bool {
        self.group.tab.is_empty()
    }

    /// The address of the whole list.
    fn whole(&self) -> String {
        self.group.list([])
    }

    fn previous(&self) -> Option<String> {
        self.query.paging.previous().map(|offset| self.query.page_at(&self.group, offset))
    }

    fn next(&self) -> Option<String> {
        self.query.paging.next(self.total).map(|offset| self.query.page_at(&self.group, offset))
    }

    fn extent(&self) -> String {
        self.query.paging.extent(self.total, "user", "users")
    }
}

/// Reads the list: for whom, of which customer if it is one, and the list itself.
pub(crate) async fn list(visit: &Visit<'_, Read>, group: &Group) -> Result<(Caller<Read>, Option<Customer>, UsersList), Error> {
    let query = ListQuery::parse(visit.request);
    let listed = visit.table.user_list(&visit.token, group.organization).await?;
    let (caller, listed) = visit.open(listed, group.reads).await?;
    let listed = listed.ok_or(Error::NotFound)?;
    let oneself = caller.person().map(|person| person.user.id);
    let found = query.found(listed.content);
    let list = UsersList {
        total: found.len() as u64,
        rows: query.paging.cut(found).iter().map(|user| Row::of(user, oneself)).collect(),
        may_manage: group.may_manage(&caller),
        group: group.clone(),
        query,
    };
    Ok((caller, listed.customer, list))
}

/// The page of the reseller's own people.
#[derive(Template)]
#[template(path = "people.html")]
struct PeoplePage {
    frame: Frame,
    list: UsersList,
}

/// Answers 200 with the list as a page, 400 if its address asks for what is not there.
pub(super) async fn show(visit: &Visit<'_, Read>, group: &Group) -> Result<Response, Error> {
    let (caller, _, list) = list(visit, group).await?;
    let is_right = list.query.faults.clone().none_or(()).is_ok();
    let template = PeoplePage { frame: group.frame(&caller, "Users"), list };
    Ok(page(if is_right { StatusCode::OK } else { StatusCode::BAD_REQUEST }, &template)?)
}
