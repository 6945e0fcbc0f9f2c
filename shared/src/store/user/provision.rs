//! Inviting a user as an operator: the first person of a reseller, and the people of the platform's own customers.

use super::change::Person;
use super::create::CreateUserError;
use super::invite::Invited;
use super::read::OfOrganization;
use super::update::ChangeUserError;
use crate::domain::customer::Customer;
use crate::domain::entity_tag::ExpectedRevision;
use crate::domain::reseller::{Reseller, ResellerId};
use crate::domain::user::{NewUser, Organization, Role, User, UserPlace};
use crate::store::access::caller::Caller;
use crate::store::access::table::{Operator, Table, Write};
use crate::store::engine::error::StoreError;
use crate::store::keys;

/// Why an operator's invitation was not made.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ProvisionUserError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such reseller, or it has no such customer.
    #[error("no such organization")]
    NoOrganization,
    /// The user can't be made.
    #[error(transparent)]
    NotMade(CreateUserError),
    /// The user exists and is inactive.
    #[error("an inactive user")]
    Inactive,
}

impl Table<Operator> {
    /// Makes a user of an organization, with a first link. A user of the organization who has the address already gets a new link
    /// instead, so that a repetition is safe; names and role stay. `new` makes the user from the roles that the organization's people can
    /// have.
    ///
    /// Two calls, one after the other, before those of [`user_create`](Table::user_create) or [`user_invite`](Table::user_invite); one
    /// more for an address that is in use.
    ///
    /// # Errors
    /// Those of `new`, and [`ProvisionUserError`].
    pub async fn user_provision<E: From<ProvisionUserError>>(
        &self,
        reseller: ResellerId,
        organization: Organization,
        new: impl FnOnce(&[Role]) -> Result<NewUser, E>,
    ) -> Result<Invited, E> {
        let store = |error: StoreError| E::from(error.into());
        let connection = &self.store.connection;
        let (key, customer) = (keys::reseller(reseller), organization.customer().map(|id| keys::customer(reseller, id)));
        let rows = connection.read([key.clone(), keys::secret()].into_iter().chain(customer.clone()).collect()).await;
        let rows = rows.map_err(store)?;
        // Operators' functions have no copy of the secret, and a link needs one.
        self.store.secret.renew(&rows).map_err(store)?;
        let found: Option<Reseller> = rows.get(&key).map_err(store)?;
        let found = found.ok_or(ProvisionUserError::NoOrganization)?;
        let customer: Option<Customer> = customer.map(|key| rows.get(&key)).transpose().map_err(store)?.flatten();
        if organization.customer().is_some() && customer.is_none() {
            return Err(ProvisionUserError::NoOrganization.into());
        }
        let caller = Caller::of_operator(self, &found);
        let new = new(organization.roles(caller.is_of_platform()))?;
        let writer = Table::<Write>::new(self.store.clone());
        if let Some(user) = self.user_with_address(reseller, organization, &new).await.map_err(store)? {
            let invited = writer.user_invite(&caller, &ExpectedRevision::default(), user, &|_| Vec::new()).await;
            let invited = invited.map_err(|error| match error {
                ChangeUserError::Store(error) => ProvisionUserError::Store(error),
                ChangeUserError::Inactive => ProvisionUserError::Inactive,
                ChangeUserError::OtherRevision | ChangeUserError::LastActive => StoreError::Internal(error.to_string()).into(),
            })?;
            return invited.ok_or_else(|| ProvisionUserError::NoOrganization.into());
        }
        let made = writer
            .user_create(&caller, &OfOrganization { organization, customer, content: () }, new, &|_| Vec::new())
            .await
            .map_err(|error| match error {
                CreateUserError::Store(error) => ProvisionUserError::Store(error),
                error @ CreateUserError::Refused { .. } => ProvisionUserError::NotMade(error),
            })?;
        made.ok_or_else(|| ProvisionUserError::NoOrganization.into())
    }

    /// The user of the organization who has the address of the new one. Two calls at most.
    async fn user_with_address(
        &self,
        reseller: ResellerId,
        organization: Organization,
        new: &NewUser,
    ) -> Result<Option<User>, StoreError> {
        let connection = &self.store.connection;
        let key = keys::person(reseller, new.email.as_str());
        let holder: Option<Person> = connection.read(vec![key.clone()]).await?.get(&key)?;
        let Some(holder) = holder.filter(|holder| Organization::of(holder.customer) == organization) else {
            return Ok(None);
        };
        let key = keys::user(UserPlace { reseller, organization, user: holder.user_id });
        connection.read(vec![key.clone()]).await?.get(&key)
    }
}
