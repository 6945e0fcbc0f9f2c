//! The folder `.clientele/`: what it holds, who may use it at the moment, and how it is emptied.

use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::PathBuf;

use dev::workspace;

use crate::problem::Problem;

/// The folder for everything that is neither source nor made by cargo. Git ignores it, and so does `cargo lambda watch`, which
/// would restart all functions at each write otherwise.
#[derive(Clone, Debug)]
pub(crate) struct DataFolder(PathBuf);

/// What only one process at a time may do in the folder.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    /// To serve the product, which includes writing `demo.json` and installing `cargo-lambda`.
    Served,
    /// To use the data file.
    Database,
}

/// The right to a [`Part`] of the folder, until it is dropped or the process ends in whatever way.
#[derive(Debug)]
pub(crate) struct Held {
    _locked: File,
}

impl DataFolder {
    /// The folder of this workspace, made if need be.
    pub(crate) fn open() -> Result<Self, Problem> {
        Self::at(workspace::root().join(".clientele"))
    }

    fn at(path: PathBuf) -> Result<Self, Problem> {
        fs::create_dir_all(&path).map_err(Problem::file("create", &path))?;
        Ok(Self(path))
    }

    /// The data of the embedded engine.
    pub(crate) fn database(&self) -> PathBuf {
        self.0.join("database.sqlite")
    }

    /// The demo keys, for scripts.
    pub(crate) fn demo(&self) -> PathBuf {
        self.0.join("demo.json")
    }

    /// Where `cargo-lambda` is installed when the machine has none.
    pub(crate) fn cargo_lambda(&self) -> PathBuf {
        self.0.join("cargo-lambda")
    }

    /// Takes a part of the folder for this process.
    pub(crate) fn hold(&self, part: Part) -> Result<Held, Problem> {
        let (name, held) = match part {
            Part::Served => ("served.lock", Problem::AlreadyServed),
            Part::Database => ("database.lock", Problem::DataInUse),
        };
        let path = self.0.join(name);
        let file = File::create(&path).map_err(Problem::file("create", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Held { _locked: file }),
            Err(TryLockError::WouldBlock) => Err(held),
            Err(TryLockError::Error(cause)) => Err(Problem::file("lock", path)(cause)),
        }
    }

    /// Removes the data and the keys to it. Gives what there was to remove.
    pub(crate) fn reset(&self) -> Result<Vec<PathBuf>, Problem> {
        let database = self.database();
        // SQLite's log and its index belong to the data file.
        let beside = |suffix: &str| {
            let mut name = database.clone().into_os_string();
            name.push(suffix);
            PathBuf::from(name)
        };
        let mut removed = Vec::new();
        for path in [database.clone(), beside("-wal"), beside("-shm"), self.demo()] {
            match fs::remove_file(&path) {
                Ok(()) => removed.push(path),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(Problem::file("remove", path)(error)),
            }
        }
        Ok(removed)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A folder that is removed at the end of a test.
    pub(crate) struct Temporary(pub(crate) DataFolder);

    impl Temporary {
        pub(crate) fn new(test: &str) -> Self {
            let path = std::env::temp_dir().join(format!("clientele-{}-{test}", std::process::id()));
            Self(DataFolder::at(path).unwrap())
        }
    }

    impl Drop for Temporary {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0.0);
        }
    }

    #[test]
    fn a_part_is_held_by_one_until_it_is_let_go() {
        let folder = Temporary::new("hold");
        let held = folder.0.hold(Part::Database).unwrap();
        assert!(matches!(folder.0.hold(Part::Database), Err(Problem::DataInUse)));
        let _other_part = folder.0.hold(Part::Served).unwrap();
        drop(held);
        folder.0.hold(Part::Database).unwrap();
    }

    #[test]
    fn a_reset_removes_the_data_and_its_keys_and_nothing_else() {
        let folder = Temporary::new("reset");
        assert_eq!(folder.0.reset().unwrap(), Vec::<PathBuf>::new());
        let log = folder.0.0.join("database.sqlite-wal");
        let other = folder.0.0.join("cargo-lambda");
        for path in [&folder.0.database(), &log, &folder.0.demo(), &other] {
            fs::write(path, "x").unwrap();
        }
        assert_eq!(folder.0.reset().unwrap(), [folder.0.database(), log, folder.0.demo()]);
        assert!(other.exists());
    }
}
