//! `operator-provision-reseller`: creates a reseller with its first account and its first key.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use shared::domain::reseller::ShortName;
use shared::domain::timestamp::Timestamp;
use shared::store::reseller::{NewReseller, ProvisionError};
use shared::store::{Operator, Table};

use crate::payload::{in_the_future, read, required_text};
use crate::{Error, key_view};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    name: String,
    short_name: Option<String>,
    platform: Option<bool>,
    key_valid_until: Option<Timestamp>,
}

/// `{"name": "…"}` returns the reseller and its first key, which may read and write. `"short_name": "acme"` is the name by which its
/// people find its pages, which can't be changed; without it that is `reseller-` and the number of the reseller. `"key_valid_until":
/// "2027-01-01T00:00:00Z"` ends the key at that moment. `"platform": true` makes it the platform's own reseller, of which there is at
/// most one. The first invocation also creates the deployment's secret.
///
/// Each invocation creates another reseller, even with a name that another reseller has.
///
/// # Errors
/// A wrong name, a short name that is wrong or taken, an end in the past, a second reseller that is to be the platform's own, or a
/// store that fails; then there is no such reseller.
pub async fn provision_reseller(table: &Table<Operator>, sent: &RawValue) -> Result<Value, Error> {
    let Payload { name, short_name, platform, key_valid_until } = read(sent)?;
    let new = NewReseller {
        key_valid_until: in_the_future("key_valid_until", key_valid_until)?,
        name: required_text("name", &name)?,
        short_name: short_name.as_deref().map(chosen).transpose()?,
        platform: platform.unwrap_or_default(),
        key_label: required_text("label", "first key")?,
    };
    let made = table.reseller_provision(new).await.map_err(|error| match error {
        ProvisionError::Store(error) => error.into(),
        ProvisionError::ShortNameTaken => Error::Conflict("Another reseller has this short_name.".to_owned()),
        ProvisionError::PlatformHas(first) => Error::Conflict(format!(
            "Reseller {first} is the platform's own, and there can be only one. operator-provision-organization makes its customers."
        )),
    })?;
    let span = tracing::Span::current();
    span.record("reseller", made.reseller.id.number());
    span.record("key", made.key.token.hash().key_id().as_str());
    Ok(json!({
        "reseller_id": made.reseller.id,
        "name": made.reseller.name,
        "short_name": made.reseller.short_name(),
        "account_id": made.reseller.account_ids.first(),
        "created_at": made.reseller.created_at,
        "platform": made.reseller.platform,
        "key": key_view::issued(&made.key),
    }))
}

/// A short name that an operator chose.
fn chosen(sent: &str) -> Result<ShortName, Error> {
    let most = ShortName::MAXIMUM;
    let form = || {
        let message = format!(
            "short_name must have 2 to {most} letters of a to z, digits and hyphens, with a letter or a digit at both ends."
        );
        Error::Invalid(message)
    };
    match ShortName::parse(sent).ok_or_else(form)? {
        name if name.is_default() => Err(Error::Invalid(
            "short_name must not be reseller- and a number: resellers without a choice have those.".to_owned(),
        )),
        name => Ok(name),
    }
}
