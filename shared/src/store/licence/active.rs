//! The row that says which licence is the active one for a product and a host.

use serde::{Deserialize, Serialize};

use crate::domain::licence::LicenceId;

/// Names the active licence. It may name a licence that is revoked, because a delete of a customer can't clear the rows of all
/// its licences.
#[derive(Serialize, Deserialize)]
pub(super) struct Active {
    pub(super) licence: LicenceId,
}
