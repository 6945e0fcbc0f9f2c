//! The row that says which licence is the active one for a product and a host.

use serde::{Deserialize, Serialize};

use crate::domain::licence::LicenceId;

/// Which licence is the active one. It may name one that is revoked: a delete of a customer can't clear the rows of all its
/// licences.
#[derive(Serialize, Deserialize)]
pub(super) struct Active {
    pub(super) licence: LicenceId,
}
