//! How people are described.

use shared::domain::user::{Role, UserStatus};

/// What a role is called.
pub(super) fn role(role: Role) -> &'static str {
    match role {
        Role::Reseller => "Reseller",
        Role::Resellee => "Resellee",
        Role::Customer => "Customer",
        Role::Contributor => "Contributor",
    }
}

/// The names of these roles and what they mean, to choose from; empty where there is no choice.
pub(super) fn choices(roles: &[Role]) -> Vec<(&'static str, &'static str)> {
    let roles = if roles.len() > 1 { roles } else { &[] };
    roles.iter().map(|role| (role.name(), duty(*role))).collect()
}

fn duty(role: Role) -> &'static str {
    match role {
        Role::Reseller => "Reseller: manages all organizations",
        Role::Resellee => "Resellee: sees the organization, and manages its tokens",
        Role::Customer => "Customer: only looks",
        Role::Contributor => "Contributor: edits the organization, and manages its tokens and users",
    }
}

/// A status as a word, and the name of its shape.
pub(super) fn status(status: UserStatus) -> (&'static str, &'static str) {
    match status {
        UserStatus::Invited => ("Invited", "waiting"),
        UserStatus::Active => ("Active", "good"),
        UserStatus::Inactive => ("Inactive", "bad"),
    }
}
