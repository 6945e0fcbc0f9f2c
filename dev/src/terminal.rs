//! Output for the user. The terminal may be closed already; then the output is lost, which is no error.

use std::fmt::Display;
use std::io::{self, Write};

/// Reports progress.
pub(crate) fn say(text: impl Display) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Prints a result.
pub(crate) fn show(text: impl Display) {
    let _ = writeln!(io::stdout(), "{text}");
}
