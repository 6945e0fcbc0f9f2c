//! What stands around every page: the look, and the navigation of who is logged in.

use shared::domain::brand::Brand;
use shared::domain::reseller::ResellerId;
use shared::domain::user::Role;
use shared::store::Caller;

use crate::assets::{ICON, SCRIPT, STYLE, brand_style};

/// The look of a page: the addresses of its files.
pub(crate) struct Look {
    pub(crate) style: String,
    pub(crate) brand_style: String,
    pub(crate) script: String,
    pub(crate) icon: String,
    /// The address of the logo; `None` without one.
    pub(crate) logo: Option<String>,
}

impl Look {
    /// The look of a reseller's pages.
    pub(crate) fn of(reseller: ResellerId, brand: &Brand) -> Self {
        Self { logo: brand.logo_path(reseller), ..Self::with(brand) }
    }

    /// The look of pages that are no reseller's.
    pub(crate) fn plain() -> Self {
        Self::with(&Brand::default())
    }

    fn with(brand: &Brand) -> Self {
        Self { style: STYLE.path(), brand_style: brand_style(brand).path(), script: SCRIPT.path(), icon: ICON.path(), logo: None }
    }
}

/// A part of the portal that the navigation leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    Dashboard,
    Organizations,
    Usage,
    Users,
    Activity,
    Organization,
    Profile,
}

impl Section {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Dashboard => "Dashboard",
            Self::Organizations => "Organizations",
            Self::Usage => "Usage",
            Self::Users => "Users",
            Self::Activity => "Activity",
            Self::Organization => "Organization",
            Self::Profile => "Profile",
        }
    }

    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Dashboard => "/reseller/dashboard",
            Self::Organizations => "/reseller",
            Self::Usage => "/reseller/usage",
            Self::Users => "/reseller/users",
            Self::Activity => "/reseller/activity",
            Self::Organization => "/organization",
            Self::Profile => "/profile",
        }
    }

    /// The page at which a person of this role starts: the first in its navigation.
    pub(crate) fn start(role: Role) -> &'static str {
        Self::of(role).first().map_or("/profile", |section| section.path())
    }

    /// What a person of this role finds in the navigation.
    pub(crate) fn of(role: Role) -> &'static [Self] {
        match role {
            Role::Reseller => &[Self::Dashboard, Self::Organizations, Self::Usage, Self::Users, Self::Activity, Self::Profile],
            Role::Resellee | Role::Customer | Role::Contributor => &[Self::Organization, Self::Profile],
        }
    }
}

/// What stands around a page of somebody who is logged in.
pub(crate) struct Frame {
    pub(crate) title: String,
    pub(crate) look: Look,
    pub(crate) reseller: String,
    pub(crate) person: String,
    pub(crate) sections: &'static [Section],
    /// The part to which the page belongs; `None` when it belongs to none.
    pub(crate) current: Option<Section>,
}

impl Frame {
    /// The frame of a page with this title, in this part of the portal.
    pub(crate) fn new<A>(caller: &Caller<A>, current: impl Into<Option<Section>>, title: impl Into<String>) -> Self {
        let person = caller.person();
        Self {
            title: title.into(),
            look: Look::of(caller.reseller(), caller.brand()),
            reseller: caller.reseller_record().name.to_string(),
            person: person.map(|person| person.user.label()).unwrap_or_default(),
            sections: person.map(|person| Section::of(person.user.role)).unwrap_or_default(),
            current: current.into(),
        }
    }
}
