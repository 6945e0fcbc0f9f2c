//! Finding `cargo-lambda`, or installing the version that this project pins.

use std::env;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use dev::workspace::short;
use tokio::process::Command;

use crate::data_folder::DataFolder;
use crate::problem::Problem;
use crate::processes;
use crate::signals::Signals;
use crate::terminal::say;

/// The version that is installed if the machine has none, and that everything is tested with.
const PINNED_VERSION: &str = "1.9.2";

const PROGRAM: &str = "cargo-lambda";

/// A `cargo-lambda` that runs.
#[derive(Debug)]
pub(crate) struct CargoLambda {
    path: PathBuf,
    /// Whether `cargo lambda` finds it.
    is_on_path: bool,
}

impl CargoLambda {
    /// Finds the one on the PATH, otherwise the one in the data folder, otherwise installs one there.
    pub(crate) async fn find(folder: &DataFolder, signals: &mut Signals) -> Result<Self, Problem> {
        if let Some(path) = on_path() {
            let version = signals.unless(version(&path)).await?.map_err(|cause| broken(&path, cause))?;
            let note = if version == PINNED_VERSION { String::new() } else { format!(" (tested with {PINNED_VERSION})") };
            say(format_args!("cargo-lambda {version}{note}: {}", path.display()));
            return Ok(Self { path, is_on_path: true });
        }
        let installed = folder.cargo_lambda().join("bin").join(PROGRAM);
        // Another version was installed by an earlier state of this project; one that does not run, by another machine.
        if signals.unless(version(&installed)).await? != Ok(PINNED_VERSION.to_owned()) {
            install(&folder.cargo_lambda(), signals).await?;
            signals.unless(version(&installed)).await?.map_err(|cause| broken(&installed, cause))?;
        }
        say(format_args!("cargo-lambda {PINNED_VERSION}: {}", short(&installed)));
        Ok(Self { path: installed, is_on_path: false })
    }

    /// The command of a subcommand.
    pub(crate) fn subcommand(&self, name: &str) -> Command {
        let mut command = Command::new(&self.path);
        command.args(["lambda", name]);
        command
    }

    /// The command that a person types to start it.
    pub(crate) fn typed(&self) -> String {
        if self.is_on_path { "cargo lambda".to_owned() } else { format!("{} lambda", self.path.display()) }
    }
}

fn broken(path: &Path, cause: String) -> Problem {
    Problem::BrokenCargoLambda { path: path.to_owned(), cause }
}

/// The path at which a shell, or otherwise cargo, finds it.
fn on_path() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let cargo_home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
    let folders = env::split_paths(&path).chain(cargo_home.map(|home| home.join("bin")));
    folders.map(|folder| folder.join(PROGRAM)).find(|program| is_executable(program))
}

fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

/// Its version; the reason if it does not run.
async fn version(program: &Path) -> Result<String, String> {
    let output = Command::new(program).args(["lambda", "--version"]).kill_on_drop(true).output().await;
    let output = output.map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let version = text.strip_prefix("cargo-lambda ").and_then(|rest| rest.split_whitespace().next());
    version.map(str::to_owned).ok_or_else(|| {
        let complaint = String::from_utf8_lossy(&output.stderr);
        format!("it tells no version ({}): {}", output.status, complaint.trim())
    })
}

async fn install(into: &Path, signals: &mut Signals) -> Result<(), Problem> {
    let python = signals.unless(python()).await??;
    say(format_args!("installing cargo-lambda {PINNED_VERSION} into {}, this once", short(into)));
    // An installation that was cut off must not look like a whole one.
    let beside = into.with_extension("partial");
    remove(&beside)?;
    let mut command = Command::new(python);
    command
        .args(["-m", "pip", "install", "--no-input", "--disable-pip-version-check"])
        // Zig, its only dependency, is for cross-compiling. If there is no wheel, pip must not compile for many minutes.
        .args(["--no-deps", "--only-binary", ":all:", "--target"])
        .arg(&beside)
        .arg(format!("{PROGRAM}=={PINNED_VERSION}"))
        // As root, pip warns of what it does outside of `--target`.
        .env("PIP_ROOT_USER_ACTION", "ignore")
        // The variable is meant for installations without `--target`, and contradicts it.
        .env_remove("PIP_USER")
        .env_remove("PIP_PREFIX");
    if !processes::run("pip", &mut command, signals).await?.success() {
        return Err(Problem::NotInstalled { version: PINNED_VERSION });
    }
    remove(into)?;
    fs::rename(&beside, into).map_err(Problem::file("rename", beside))
}

fn remove(folder: &Path) -> Result<(), Problem> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Problem::file("remove", folder)(error)),
        _ => Ok(()),
    }
}

/// The name of a Python that has pip.
async fn python() -> Result<&'static str, Problem> {
    let mut without_pip = None;
    for python in ["python3", "python"] {
        match Command::new(python).args(["-m", "pip", "--version"]).kill_on_drop(true).output().await {
            Ok(output) if output.status.success() => return Ok(python),
            Ok(_) => without_pip = without_pip.or(Some(python)),
            Err(_) => {}
        }
    }
    Err(without_pip.map_or(Problem::NoPython, |python| Problem::NoPip { python }))
}
