//! Noticing that the functions' sources change.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use dev::workspace;
use tokio::time::sleep;

/// The time between two checks: reading the times of all files takes a few milliseconds.
const PAUSE: Duration = Duration::from_millis(200);

/// The paths of the sources below the root of the workspace.
const PLACES: [&str; 6] = [".cargo/config.toml", "Cargo.lock", "Cargo.toml", "docs/openapi", "functions", "shared"];

/// The files that the functions are built from, in their state at one moment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sources(BTreeMap<PathBuf, (SystemTime, u64)>);

impl Sources {
    /// Reads their present state.
    pub(crate) fn read() -> Self {
        Self::below(workspace::root())
    }

    fn below(root: &Path) -> Self {
        let mut files = BTreeMap::new();
        for place in PLACES {
            collect(root.join(place), &mut files);
        }
        Self(files)
    }

    /// Waits until the state differs from this one and has been stable for a moment, because an editor may write several files.
    /// Returns the new state.
    pub(crate) async fn changed(&self) -> Self {
        let mut last = Self::read();
        loop {
            sleep(PAUSE).await;
            let now = Self::read();
            if now == last && now != *self {
                return now;
            }
            last = now;
        }
    }
}

fn collect(path: PathBuf, files: &mut BTreeMap<PathBuf, (SystemTime, u64)>) {
    // A file that was removed in the meantime.
    let Ok(found) = fs::metadata(&path) else {
        return;
    };
    if found.is_dir() {
        for entry in fs::read_dir(&path).into_iter().flatten().flatten() {
            collect(entry.path(), files);
        }
    } else if let Ok(modified) = found.modified() {
        files.insert(path, (modified, found.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_written_made_or_removed_is_noticed() {
        let root = std::env::temp_dir().join(format!("clientele-{}-sources", std::process::id()));
        let folder = root.join("functions/reseller/src");
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("lib.rs");
        let mut seen = vec![Sources::below(&root)];
        fs::write(&file, "1").unwrap();
        seen.push(Sources::below(&root));
        fs::write(&file, "22").unwrap();
        seen.push(Sources::below(&root));
        fs::rename(&file, folder.join("main.rs")).unwrap();
        seen.push(Sources::below(&root));
        assert!(seen.windows(2).all(|pair| pair[0] != pair[1]), "{seen:?}");
        fs::write(root.join("README.md"), "not a source").unwrap();
        assert_eq!(Sources::below(&root), seen[3]);
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn the_sources_of_this_workspace_are_found() {
        let Sources(files) = Sources::read();
        assert!(files.contains_key(&workspace::root().join("shared/src/lib.rs")));
    }
}
