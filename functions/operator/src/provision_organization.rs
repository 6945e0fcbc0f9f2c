//! `operator-provision-organization`: creates a customer of the platform's own reseller.

use reseller::answer::view;
use reseller::profile::{FIELDS, SentProfile};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use shared::domain::customer::Profile;
use shared::lambda::faults::Faults;
use shared::store::{Operator, Table};

use crate::Error;
use crate::payload::{read, with_known};

/// `{"name": "…", "email": "…"}`, with the fields that the Reseller API takes in a create of a customer, returns the customer as that
/// API shows it. It belongs to the first account of the platform's own reseller.
///
/// Each invocation creates another customer.
///
/// # Errors
/// A wrong payload with all its fields that are at fault, no reseller that is the platform's own, or a store that fails.
pub async fn provision_organization(table: &Table<Operator>, sent: &RawValue) -> Result<Value, Error> {
    let profile = profile(read(sent)?).map_err(|faults| Error::Invalid(faults.sentence()))?;
    let without_platform = || {
        let message =
            "No reseller is the platform's own: provision it first, with operator-provision-reseller and \"platform\": true.";
        Error::Conflict(message.to_owned())
    };
    let customer = table.customer_provision(profile).await?.ok_or_else(without_platform)?;
    Ok(view(&customer))
}

/// The profile that these fields ask for.
fn profile(fields: Map<String, Value>) -> Result<Profile, Faults> {
    let names: Vec<String> = fields.keys().cloned().collect();
    with_known(names, &FIELDS, SentProfile::from(fields).profile(None))
}
