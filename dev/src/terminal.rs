//! Talking to the person at the terminal, who may have closed it: then nobody listens, and that is all.

use std::fmt::Display;
use std::io::{self, Write};

/// Tells how it is going.
pub(crate) fn say(text: impl Display) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Gives what was asked for.
pub(crate) fn show(text: impl Display) {
    let _ = writeln!(io::stdout(), "{text}");
}
