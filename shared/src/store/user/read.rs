//! Reading users.

use crate::domain::customer::Customer;
use crate::domain::token::IssuedToken;
use crate::domain::user::{Organization, User, UserId, UserPlace};
use crate::store::access::caller::{Caller, Limit};
use crate::store::access::sealed::{Content, Sealed};
use crate::store::access::table::{Access, Read, Table};
use crate::store::engine::error::StoreError;
use crate::store::keys;

/// Something that belongs to the people of an organization. A caller sees it who sees the organization. Only a read makes one, so that
/// it is proof of the organization too.
#[derive(Clone, Debug)]
pub struct OfOrganization<T> {
    pub(super) organization: Organization,
    /// The customer that it is; `None` for the reseller itself.
    pub customer: Option<Customer>,
    /// What belongs to its people.
    pub content: T,
}

impl<T> OfOrganization<T> {
    /// The organization.
    #[must_use]
    pub fn organization(&self) -> Organization {
        self.organization
    }
}

impl<T> Content for Option<OfOrganization<T>> {
    fn seen_by<A>(self, caller: &Caller<A>) -> Self {
        let OfOrganization { organization, customer, content } = self?;
        let customer = customer.seen_by(caller);
        let is_seen = match organization {
            Organization::Reseller => *caller.limit() == Limit::Reseller,
            Organization::Customer(_) => customer.is_some(),
        };
        is_seen.then_some(OfOrganization { organization, customer, content })
    }
}

impl<A: Access> Table<A> {
    /// Reads, together with the credential of a token, one user of one organization of its reseller. The content is `None` without an
    /// organization, or with a customer that does not exist or that the caller does not see; the user is `None` without an id, or when
    /// the organization has no such user.
    ///
    /// One call.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn user_load(
        &self,
        token: &IssuedToken,
        organization: Option<Organization>,
        id: Option<UserId>,
    ) -> Result<Sealed<A, Option<OfOrganization<Option<User>>>>, StoreError> {
        let reseller = token.reseller();
        let token_keys = self.store.token_keys(token);
        let wanted = organization.zip(id).map(|(organization, user)| keys::user(UserPlace { reseller, organization, user }));
        let customer = organization.and_then(Organization::customer).map(|id| keys::customer(reseller, id));
        let keys = token_keys.iter().cloned().chain(customer.clone()).chain(wanted.clone()).collect();
        let rows = self.store.connection.read(keys).await?;
        let customer = customer.map(|key| rows.get(&key)).transpose()?.flatten();
        let content = wanted.map(|key| rows.get(&key)).transpose()?.flatten();
        let loaded = organization.map(|organization| OfOrganization { organization, customer, content });
        self.store.seal(token, &token_keys, &rows, loaded)
    }
}

impl Table<Read> {
    /// Reads, together with the credential of a token, all users of one organization of its reseller, in the order of their ids. The
    /// content is `None` as in [`Table::user_load`].
    ///
    /// Two calls at the same time, and one for each further 1 MB of users.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn user_list(
        &self,
        token: &IssuedToken,
        organization: Option<Organization>,
    ) -> Result<Sealed<Read, Option<OfOrganization<Vec<User>>>>, StoreError> {
        let (reseller, connection) = (token.reseller(), &self.store.connection);
        let token_keys = self.store.token_keys(token);
        let customer = organization.and_then(Organization::customer).map(|id| keys::customer(reseller, id));
        let read = connection.read(token_keys.iter().cloned().chain(customer.clone()).collect());
        let users = async {
            match organization {
                Some(organization) => {
                    connection.query_all(&keys::user_partition(reseller), &keys::user_prefix(organization)).await
                }
                None => Ok(Vec::new()),
            }
        };
        let (rows, content) = futures_util::try_join!(read, users)?;
        let customer = customer.map(|key| rows.get(&key)).transpose()?.flatten();
        let listed = organization.map(|organization| OfOrganization { organization, customer, content });
        self.store.seal(token, &token_keys, &rows, listed)
    }
}
