//! Issuing, revoking, finding and checking licences.
//!
//! Whether a licence is valid is written in two rows: its own, and the header of its customer. A delete of the customer marks the
//! header, and with it revokes however many licences there are. So nothing here looks at a licence without its header.

mod active;
mod issue;
mod list;
mod read;
mod revoke;

pub use issue::{IssueError, Licensee};
pub use list::{FirstLicences, LicenceListing};
