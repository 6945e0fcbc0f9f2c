//! Issuing, revoking, finding and checking licences.
//!
//! Two rows say whether a licence is valid: its own, and the header of its customer. A delete of the customer marks the header,
//! and so revokes all licences of the customer, however many there are. So nothing here uses a licence without its header.

mod active;
mod issue;
mod list;
mod read;
mod revoke;

pub use issue::{IssueError, Licensee};
pub use list::{FirstLicences, LicenceListing};
pub use revoke::RevokeError;
