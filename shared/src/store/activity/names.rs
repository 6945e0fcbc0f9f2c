//! The names of what entries are about, for people.

use std::collections::HashMap;

use super::list::ActivityEntry;
use crate::domain::activity::{Object, ObjectId, ObjectKind};
use crate::domain::customer::{Customer, CustomerId};
use crate::domain::user::{Organization, User, UserId, UserPlace};
use crate::store::access::caller::Caller;
use crate::store::access::policy::Policy;
use crate::store::access::table::{Read, Table};
use crate::store::engine::error::StoreError;
use crate::store::engine::read::MOST_KEYS;
use crate::store::engine::row::RowKey;
use crate::store::keys;

/// The names of those that entries are about and that still exist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActivityNames {
    /// The customers that the entries concern.
    pub customers: HashMap<CustomerId, String>,
    /// The users who were changed.
    pub users: HashMap<UserId, String>,
}

/// Whose name a row has.
#[derive(Clone, Copy)]
enum Named {
    Customer(CustomerId),
    User(UserId),
}

impl Table<Read> {
    /// The names of the customers that these entries concern, and of the users who were changed.
    ///
    /// One call for each 100 of them.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn activity_names(&self, caller: &Caller<Read>, entries: &[ActivityEntry]) -> Result<ActivityNames, StoreError> {
        caller.must(Policy::RESELLER)?;
        let reseller = caller.reseller();
        let mut wanted: HashMap<RowKey, Named> = HashMap::new();
        for ActivityEntry { entry, .. } in entries {
            wanted.extend(entry.customer.map(|id| (keys::customer(reseller, id), Named::Customer(id))));
            if let Some(user) = user(&entry.object) {
                let place = UserPlace { reseller, organization: Organization::of(entry.customer), user };
                wanted.insert(keys::user(place), Named::User(user));
            }
        }
        let mut names = ActivityNames::default();
        for wanted in wanted.into_iter().collect::<Vec<_>>().chunks(MOST_KEYS) {
            let rows = self.store.connection.read(wanted.iter().map(|(key, _)| key.clone()).collect()).await?;
            for (key, named) in wanted {
                match *named {
                    Named::Customer(id) => {
                        names.customers.extend(rows.get::<Customer>(key)?.map(|customer| (id, customer.profile.name())));
                    }
                    Named::User(id) => names.users.extend(rows.get::<User>(key)?.map(|user| (id, user.label()))),
                }
            }
        }
        Ok(names)
    }
}

/// The user that an object is.
fn user(object: &Object) -> Option<UserId> {
    match (object.kind, &object.id) {
        (ObjectKind::User, ObjectId::Number(number)) => UserId::new(*number),
        _ => None,
    }
}
