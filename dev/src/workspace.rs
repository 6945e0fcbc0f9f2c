//! The place of the workspace.

use std::path::{Display, Path};

/// The root of the workspace.
#[must_use]
pub fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package)
}

/// The path as a user writes it in the root of the workspace.
#[must_use]
pub fn short(path: &Path) -> Display<'_> {
    path.strip_prefix(root()).unwrap_or(path).display()
}
