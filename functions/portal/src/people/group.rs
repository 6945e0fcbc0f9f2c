//! The people of one organization, looked at from somewhere.

use shared::domain::user::{Organization, User, UserId};
use shared::domain::validation::whole_number;
use shared::store::user::OfOrganization;
use shared::store::{Access, Caller, Policy};

use crate::Error;
use crate::address::with_query;
use crate::frame::{Frame, Section};
use crate::visit::Visit;

/// Whose people they are, where their pages are, and who may what there.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// Whose people; `None` if there can be no such organization.
    pub(crate) organization: Option<Organization>,
    /// The path of the list.
    pub(crate) path: String,
    /// The number of the tab that the list is; empty where it is a page of its own.
    pub(crate) tab: String,
    /// The path that the addresses of one of them begin with.
    pub(crate) base: String,
    pub(crate) section: Section,
    /// Who sees them.
    pub(crate) reads: Policy,
    /// Who manages them; `None` where nobody does.
    pub(crate) manages: Option<Policy>,
}

impl Group {
    /// The reseller's own people.
    pub(super) fn of_reseller() -> Self {
        let path = Section::Users.path().to_owned();
        Self {
            organization: Some(Organization::Reseller),
            base: path.clone(),
            path,
            tab: String::new(),
            section: Section::Users,
            reads: Policy::RESELLER,
            manages: Some(Policy::RESELLER),
        }
    }

    /// Whether somebody who was let in can manage them.
    pub(super) fn may_manage<A>(&self, caller: &Caller<A>) -> bool {
        let role = caller.person().map(|person| person.user.role);
        self.manages.zip(role).is_some_and(|(policy, role)| policy.takes_role(role))
    }

    /// The address of the list with these parameters.
    pub(super) fn list<'a>(&'a self, parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
        with_query(&self.path, [("tab", self.tab.as_str())].into_iter().chain(parameters))
    }

    /// A frame of their part of the portal.
    pub(super) fn frame<A>(&self, caller: &Caller<A>, title: impl Into<String>) -> Frame {
        Frame::new(caller, self.section, title)
    }

    /// Reads somebody with a caller who manages these people. There is nobody without an id, or with one that nobody of them has.
    pub(super) async fn load<A: Access>(
        &self,
        visit: &Visit<'_, A>,
        id: Option<&str>,
    ) -> Result<(Caller<A>, OfOrganization<Option<User>>), Error> {
        let policy = self.manages.ok_or(Error::NotFound)?;
        let id = id.and_then(whole_number).and_then(UserId::new);
        let loaded = visit.table.user_load(&visit.token, self.organization, id).await?;
        let (caller, found) = visit.open(loaded, policy).await?;
        Ok((caller, found.ok_or(Error::NotFound)?))
    }
}

/// What the way back to the list is called.
pub(super) fn back<T>(of: &OfOrganization<T>) -> String {
    of.customer.as_ref().map_or_else(|| Section::Users.name().to_owned(), |customer| customer.profile.name())
}
