//! The folder `.clientele/`: what it holds, which process may use it at the moment, and how it is emptied.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use dev::workspace;

use crate::problem::Problem;

/// The permissions of a folder, and of a file, that only the user may open.
const PRIVATE_FOLDER: u32 = 0o700;
const PRIVATE_FILE: u32 = 0o600;

/// The folder for every file that is neither source nor made by cargo. Git ignores it.
#[derive(Clone, Debug)]
pub(crate) struct DataFolder(PathBuf);

/// A use of the folder that only one process at a time may have.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    /// Serving the product, which includes writing `demo.json` and installing `cargo-lambda`.
    Served,
    /// Using the data file.
    Database,
}

/// The right to a [`Part`] of the folder, until it is dropped or the process ends in any way.
#[derive(Debug)]
pub(crate) struct Held {
    _locked: File,
}

impl DataFolder {
    /// Opens the folder of this workspace, which it creates if there is none.
    pub(crate) fn open() -> Result<Self, Problem> {
        Self::at(workspace::root().join(".clientele"))
    }

    fn at(path: PathBuf) -> Result<Self, Problem> {
        let made = DirBuilder::new().recursive(true).mode(PRIVATE_FOLDER).create(&path);
        // An earlier version may have created it with other permissions.
        made.and_then(|()| protect(&path, PRIVATE_FOLDER)).map_err(Problem::file("create", &path))?;
        Ok(Self(path))
    }

    /// The data file of the embedded engine.
    pub(crate) fn database(&self) -> PathBuf {
        self.0.join("database.sqlite")
    }

    /// Creates the data file if there is none, and protects it from other users. SQLite gives the files beside it the same
    /// permissions.
    pub(crate) fn protect_database(&self) -> Result<(), Problem> {
        let database = self.database();
        let made = OpenOptions::new().append(true).create(true).mode(PRIVATE_FILE).open(&database);
        made.map_err(Problem::file("create", database))?;
        for path in self.database_files() {
            match protect(&path, PRIVATE_FILE) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(Problem::file("protect", path)(error)),
                _ => {}
            }
        }
        Ok(())
    }

    /// The data file, SQLite's log and the log's index.
    pub(crate) fn database_files(&self) -> [PathBuf; 3] {
        ["", "-wal", "-shm"].map(|suffix| {
            let mut path = self.database().into_os_string();
            path.push(suffix);
            path.into()
        })
    }

    /// The demo keys, for scripts.
    pub(crate) fn demo(&self) -> PathBuf {
        self.0.join("demo.json")
    }

    /// The mails that were sent.
    pub(crate) fn mail(&self) -> PathBuf {
        self.0.join("mail")
    }

    /// The folder in which `cargo-lambda` is installed when the machine has none.
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

    /// Removes the data and the keys to it. Returns the files that it removed.
    pub(crate) fn reset(&self) -> Result<Vec<PathBuf>, Problem> {
        let mut removed = Vec::new();
        for path in self.database_files().into_iter().chain([self.demo()]) {
            match fs::remove_file(&path) {
                Ok(()) => removed.push(path),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(Problem::file("remove", path)(error)),
            }
        }
        Ok(removed)
    }
}

fn protect(path: &Path, mode: u32) -> io::Result<()> {
    fs::set_permissions(path, Permissions::from_mode(mode))
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

    /// The permissions of a file or folder.
    pub(crate) fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_an_earlier_version_left_open_is_protected() {
        let folder = Temporary::new("open");
        assert_eq!(mode(&folder.0.0), 0o700);
        protect(&folder.0.0, 0o755).unwrap();
        for path in folder.0.database_files() {
            fs::write(&path, "").unwrap();
            protect(&path, 0o644).unwrap();
        }
        let again = DataFolder::at(folder.0.0.clone()).unwrap();
        again.protect_database().unwrap();
        assert_eq!(mode(&folder.0.0), 0o700);
        for path in folder.0.database_files() {
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
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
