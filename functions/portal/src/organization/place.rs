//! From where somebody looks at an organization, and what can be done from there.

use shared::domain::customer::CustomerId;
use shared::domain::token::IssuedToken;
use shared::lambda::request::Request;
use shared::store::{Caller, Policy};

use crate::frame::Section;

/// An organization, looked at from somewhere.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Which organization; `None` if there can be no such one.
    pub(super) id: Option<CustomerId>,
    /// The path that the addresses of what belongs to it begin with.
    pub(super) base: String,
    door: Door,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    /// Its reseller manages it.
    OfReseller,
    /// Its reseller looks at it as its people see it.
    Viewed,
    /// Its own people.
    Own,
}

impl Place {
    /// The organization that the path names, for its reseller.
    pub(crate) fn of_reseller(request: &Request) -> Self {
        let id = CustomerId::parse(&request.path_parameter("id")).ok();
        Self { id, base: format!("/reseller/{}", id.map_or_else(String::new, |id| id.to_string())), door: Door::OfReseller }
    }

    /// The same, looked at as its people see it.
    pub(crate) fn viewed(request: &Request) -> Self {
        let managed = Self::of_reseller(request);
        Self { base: format!("{}/view", managed.base), door: Door::Viewed, ..managed }
    }

    /// The organization of a person in a session. A reseller's own people have none here.
    pub(crate) fn own(token: &IssuedToken) -> Self {
        Self { id: token.customer(), base: "/organization".to_owned(), door: Door::Own }
    }

    /// The policy of a deed that takes these callers, from here.
    pub(super) fn policy(&self, wanted: Policy) -> Policy {
        if self.door == Door::Own { wanted } else { Policy::RESELLER }
    }

    /// Whether somebody who was let in here can do what this policy is about. Pages show nothing that leads to a refusal.
    pub(super) fn may<A>(&self, caller: &Caller<A>, policy: Policy) -> bool {
        self.door != Door::Viewed && caller.person().is_some_and(|person| policy.takes_role(person.user.role))
    }

    /// Whether a reseller looks at it as its people see it.
    pub(super) fn is_viewed(&self) -> bool {
        self.door == Door::Viewed
    }

    /// Whether a reseller looks at it, in whatever way.
    pub(super) fn is_of_reseller(&self) -> bool {
        self.door != Door::Own
    }

    /// The part of the portal that it belongs to.
    pub(super) fn section(&self) -> Section {
        if self.is_of_reseller() { Section::Organizations } else { Section::Organization }
    }

    /// The address of a tab.
    pub(super) fn tab(&self, number: usize) -> String {
        format!("{}?tab={number}", self.base)
    }
}
