//! `operator-invite-user`: invites the first person of a reseller, or somebody of an organization.

use serde_json::value::RawValue;
use serde_json::{Map, Value};
use shared::domain::customer::CustomerId;
use shared::domain::user::{Organization, Role};
use shared::lambda::faults::Faults;
use shared::store::user::{CreateUserError, ProvisionUserError};
use shared::store::{Operator, Table};
use user::wire::{SentUser, invited_view, refused};

use crate::Error;
use crate::payload::{no_such_reseller, read, reseller, with_known};

/// The fields that say whom the user belongs to; the others are those of the user.
const OF_ORGANIZATION: [&str; 2] = ["reseller_id", "customer_id"];

/// The fields of a user.
const OF_USER: [&str; 4] = ["email", "first_name", "last_name", "role"];

/// `{"reseller_id": 1, "email": "…"}`, with the fields that the Reseller API takes in a create of a user, returns the user and its link,
/// to be passed on. `"customer_id": 5` invites one of this customer's people.
///
/// Repeatable: a user of the organization with the address gets a new link, which ends the one before.
///
/// # Errors
/// A wrong payload with all its fields that are at fault, an address that is in use, a full organization, an organization that does not
/// exist, an inactive user, or a store that fails.
pub async fn invite_user(table: &Table<Operator>, sent: &RawValue) -> Result<Value, Error> {
    let fields: Map<String, Value> = read(sent)?;
    let number = |field: &str| match fields.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(sent) => sent.as_u64().map(Some).ok_or_else(|| Error::Invalid(format!("{field} must be an integer."))),
    };
    let reseller_id = number("reseller_id")?.ok_or_else(|| Error::Invalid("reseller_id is required.".to_owned()))?;
    let customer_id = number("customer_id")?;
    let reseller = reseller(reseller_id)?;
    let missing = || match customer_id {
        Some(customer) => Error::NotFound(format!("Reseller {reseller_id} has no customer {customer}.")),
        None => no_such_reseller(reseller_id),
    };
    let organization = match customer_id.map(CustomerId::new) {
        None => Organization::Reseller,
        Some(Some(customer)) if customer.number() > 0 => Organization::Customer(customer),
        Some(_) => return Err(missing()),
    };
    let new = |roles: &[Role]| {
        let of_user = fields.keys().filter(|field| !OF_ORGANIZATION.contains(&field.as_str())).cloned();
        let new = SentUser::from(fields.clone()).new_user(roles);
        with_known(of_user, &OF_USER, new).map_err(NotInvited::Wrong)
    };
    let invited = table.user_provision(reseller, organization, new).await.map_err(|error| match error {
        NotInvited::Wrong(faults) => Error::Invalid(faults.sentence()),
        NotInvited::Refused(ProvisionUserError::Store(error)) => error.into(),
        NotInvited::Refused(ProvisionUserError::NoOrganization) => missing(),
        NotInvited::Refused(ProvisionUserError::Inactive) => Error::Conflict(
            "The user with this address is inactive, and gets no link: the reseller activates it first.".to_owned(),
        ),
        NotInvited::Refused(ProvisionUserError::NotMade(error)) => match error {
            CreateUserError::Store(error) => error.into(),
            CreateUserError::Refused { is_email_taken, is_full } => Error::Conflict(refused(is_email_taken, is_full).sentence()),
        },
    })?;
    Ok(invited_view(&invited))
}

enum NotInvited {
    Wrong(Faults),
    Refused(ProvisionUserError),
}

impl From<ProvisionUserError> for NotInvited {
    fn from(error: ProvisionUserError) -> Self {
        Self::Refused(error)
    }
}
